"""The rest of a candidate on paper: one assessor has signed a part on the phone, a colleague's FR.AK.02 is typed in."""

from tests.support.event_pages import Events, text_of
from tests.web.test_result_pages import enter, paper_fields, waiting

from assessor_registry.assessments import actions
from assessor_registry.assessments.rules import Content


def test_the_rest_on_paper_asks_for_the_units_that_nobody_has_assessed_and_ends_the_attempt(here: Events) -> None:
    world, plan = here.world, here.world.schedule(candidates=1)
    ana, budi = world.assessor(name="Ana Pertama"), world.assessor(name="Budi Kedua")
    for who in (ana, budi):
        world.assign(plan, who)
    attempt, (first, *others) = plan.attempts[0], plan.scheme.codes
    here.admin().post(f"/jadwal/{plan.id}/pembagian", {"share": [f"{attempt}:{ana.id}"]})
    began = Content("assessed", {first: "K"}, None, None, None, "paper", True)
    made = world.db.perform(
        lambda tx: actions.save_draft(tx, ana.actor, attempt, 1, began, 0, today=world.today, now=world.now)
    )
    world.sign(ana, made.draft_id)
    admin = here.admin()
    page = admin.get("/hasil/kertas/baru", asesi=str(attempt)).text
    assert f'name="unit-{first}"' not in page
    assert all(f'name="unit-{code}"' in page for code in others)
    assert "1 unit sudah dinilai pada bagian lain" in text_of(page)
    assert 'name="part" value="2"' in page
    assert f'value="{ana.id}" selected' not in page
    fields = paper_fields(plan, budi, part="2")
    del fields[f"unit-{first}"]
    assert enter(admin, fields).status_code == 303
    [row] = waiting(here)
    assert set(row.content.units) == set(others)
    done = here.as_actor(world.home.second).post(f"/hasil/kertas/{row.id}/kukuhkan")
    assert done.status_code == 303
