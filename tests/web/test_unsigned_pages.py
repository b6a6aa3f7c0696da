"""Results that are not signed: whose day has come, which day it is, and why paper is not offered."""

from datetime import timedelta

from tests.support.event_pages import Events, text_of
from tests.support.site import Browser

from assessor_registry.assessments import actions
from assessor_registry.assessments.rules import Content
from assessor_registry.words import long_date

DAY = timedelta(days=1)


def row_of(browser: Browser, name: str) -> str:
    """What stands in the row of a candidate."""
    return text_of(browser.get("/hasil/belum").text.split(name, 1)[1].split("</tr>")[0])


def test_of_several_days_only_those_are_waited_for_whose_own_day_has_come(here: Events, admin: Browser) -> None:
    world, today = here.world, here.world.today
    names = ("Asesi Kemarin", "Asesi Besok", "Asesi Dua Hari", "Asesi Bebas")
    plan = world.schedule(
        today - DAY, today + DAY, candidates=[world.student(name=name) for name in names]
    )  # fmt: skip
    days = {0: (today - DAY,), 1: (today + DAY,), 2: (today, today + DAY)}
    given = []
    for number, own in days.items():
        who = world.assessor()
        world.assign(plan, who, *own)
        given.append(f"{plan.attempts[number]}:{who.id}")
    assert admin.post(f"/jadwal/{plan.id}/pembagian", {"share": given}).status_code == 303
    shown = admin.get("/hasil/belum").text
    assert "3 asesi yang harinya sudah tiba" in text_of(shown)
    assert "Asesi Besok" not in shown
    assert long_date(today - DAY) in row_of(admin, "Asesi Kemarin")
    assert "Catat dari kertas" in row_of(admin, "Asesi Kemarin")
    for name in ("Asesi Dua Hari", "Asesi Bebas"):
        assert f"Dari kertas: mulai {long_date(today + DAY)}, hari terakhirnya." in row_of(admin, name)


def test_whose_first_part_is_signed_is_not_told_as_untouched(here: Events, admin: Browser) -> None:
    world = here.world
    ana, budi = world.assessor(), world.assessor()
    plan = world.schedule(candidates=[world.student(name="Asesi Sebagian")])
    for who in (ana, budi):
        world.assign(plan, who)
    attempt = plan.attempts[0]
    assert "belum diisi" in row_of(admin, "Asesi Sebagian")
    began = Content("assessed", {next(iter(world.content(attempt).units)): "K"}, None, None, None, "paper", True)
    made = world.db.perform(
        lambda tx: actions.save_draft(tx, ana.actor, attempt, 1, began, 0, today=world.today, now=world.now)
    )
    assert "sudah diisi, belum ditandatangani" in row_of(admin, "Asesi Sebagian")
    world.sign(ana, made.draft_id)
    assert "sebagian ditandatangani, sisanya belum diisi" in row_of(admin, "Asesi Sebagian")
