"""Who has signed results stays where they were signed; the papers of a day name who is there on that day."""

from datetime import timedelta

from tests.support.event_pages import Events, text_of
from tests.support.printed import text_of as text_of_pdf
from tests.support.site import Browser

from assessor_registry.accounts.rules import PROVINCE
from assessor_registry.assessments import actions
from assessor_registry.assessments.rules import Content
from assessor_registry.scheduling import store
from assessor_registry.words import long_date

DAY = timedelta(days=1)
LETTER = {"letter_number": "9/ST", "reason": "Sakit"}


def held(here: Events, plan: object) -> list[tuple[object, object]]:
    with here.site.database.read() as conn:
        return [(row.held_on, row.assessor_id) for row in store.assignments(conn, PROVINCE, plan.id)]  # type: ignore[attr-defined]


def test_who_has_signed_every_result_is_neither_withdrawn_nor_replaced(here: Events, admin: Browser) -> None:
    _code, plan, ana = here.signed()
    budi, today = here.world.assessor(), here.world.today
    path = f"/jadwal/{plan.id}/asesor/{ana.id}"
    for act in ("cabut", "ganti"):
        shown = admin.get(f"{path}/{act}").text
        assert f"sudah menandatangani 1 hasil; penugasan pada {long_date(today)} tetap" in text_of(shown)
        assert 'name="reason"' not in shown
        assert "menjadi belum dibagi" not in shown
    fields = {**LETTER, "assessor_id": str(budi.id), "letter_date": today.isoformat()}
    for answer in (admin.post(f"{path}/cabut", reason="Sakit"), admin.post(f"{path}/ganti", fields)):
        assert answer.status_code == 409
        assert f"sudah menandatangani 1 hasil untuk {long_date(today)}" in answer.text
    assert held(here, plan) == [(today, ana.id)]


def test_days_without_results_are_withdrawn_and_given_away_those_with_results_are_not(
    here: Events, admin: Browser
) -> None:
    world, today = here.world, here.world.today
    ana, budi = world.assessor(), world.assessor(name="Budi Pengganti")
    plan = world.schedule(today, today + 2 * DAY, candidates=2)
    world.assign(plan, ana)
    world.sign(ana, world.record(ana, plan.attempts[0]))
    path = f"/jadwal/{plan.id}/asesor/{ana.id}"
    every = [(today + step * DAY).isoformat() for step in range(3)]
    fields = {**LETTER, "assessor_id": str(budi.id), "letter_date": today.isoformat()}
    assert f'value="{every[0]}"' not in admin.get(f"{path}/cabut").text
    assert admin.post(f"{path}/cabut", {"days": every, "reason": "Sakit"}).status_code == 409
    assert admin.post(f"{path}/ganti", {**fields, "days": every[0]}).status_code == 409
    assert len(held(here, plan)) == 3
    assert admin.post(f"{path}/ganti", {**fields, "days": every[1]}).status_code == 303
    assert admin.post(f"{path}/cabut", days=every[2], reason="Sakit").status_code == 303
    assert held(here, plan) == [(today, ana.id), (today + DAY, budi.id)]


def test_the_sentence_counts_candidates_without_a_result_only(here: Events, admin: Browser) -> None:
    world = here.world
    plan, ana = here.held(candidates=3)
    admin.post(f"/jadwal/{plan.id}/pembagian/rata")
    path = f"/jadwal/{plan.id}/asesor/{ana.id}/cabut"
    assert "3 asesinya yang belum punya hasil menjadi belum dibagi." in admin.get(path).text
    world.sign(ana, world.record(ana, plan.attempts[0]))
    assert "asesinya yang belum punya hasil" not in admin.get(path).text


def test_minutes_and_attendance_name_who_signed_also_after_a_sanction_has_taken_the_day(
    here: Events, admin: Browser
) -> None:
    world, today = here.world, here.world.today
    ana, budi = world.assessor(name="Ana Penanda"), world.assessor(name="Budi Hadir")
    plan = world.schedule(candidates=2)
    for who in (ana, budi):
        world.assign(plan, who)
    world.sign(ana, world.record(ana, plan.attempts[0]))
    world.suspend(ana, today)
    assert [who for _day, who in held(here, plan)] == [budi.id]
    for path in ("berita-acara.pdf", f"daftar-hadir.pdf?hari={today}"):
        printed = text_of_pdf(admin.get(f"/jadwal/{plan.id}/{path}").content)
        assert "Ana Penanda" in printed
        assert "Budi Hadir" in printed


def test_the_list_of_a_day_has_those_whose_assessor_is_there_and_who_has_nobody_yet(
    here: Events, admin: Browser
) -> None:
    world, today = here.world, here.world.today
    ana, budi = world.assessor(), world.assessor()
    people = [world.student(name=name) for name in ("Asesi Pertama", "Asesi Kedua", "Asesi Bebas")]
    plan = world.schedule(today, today + DAY, candidates=people)
    world.assign(plan, ana, today)
    world.assign(plan, budi, today + DAY)
    given = [f"{plan.attempts[0]}:{ana.id}", f"{plan.attempts[1]}:{budi.id}"]
    assert admin.post(f"/jadwal/{plan.id}/pembagian", {"share": given}).status_code == 303
    for day, there in ((today, "Asesi Pertama"), (today + DAY, "Asesi Kedua")):
        printed = text_of_pdf(admin.get(f"/jadwal/{plan.id}/daftar-hadir.pdf?hari={day}").content)
        found = {name for name in ("Asesi Pertama", "Asesi Kedua", "Asesi Bebas") if name in printed}
        assert found == {there, "Asesi Bebas"}


def test_a_day_that_the_schedule_has_not_is_no_attendance_list(here: Events, admin: Browser) -> None:
    plan = here.world.schedule()
    for day in (here.world.today + DAY, "kemarin"):
        assert admin.get(f"/jadwal/{plan.id}/daftar-hadir.pdf?hari={day}").status_code == 404


def test_whoever_was_assessed_in_part_was_there_in_the_minutes_and_waits_for_the_rest(
    here: Events, admin: Browser
) -> None:
    world = here.world
    ana, budi = world.assessor(), world.assessor()
    plan = world.schedule(candidates=1)
    for who in (ana, budi):
        world.assign(plan, who)
    attempt, printed = plan.attempts[0], f"/jadwal/{plan.id}/berita-acara.pdf"
    code = next(iter(world.content(attempt).units))
    began = Content("assessed", {code: "K"}, None, None, None, "paper", True)
    made = world.db.perform(
        lambda tx: actions.save_draft(tx, ana.actor, attempt, 1, began, 0, today=world.today, now=world.now)
    )
    # Listed, present, absent, K, BK, without a result.
    assert "1 orang 0 orang 0 orang 0 orang 0 orang 1 orang" in text_of_pdf(admin.get(printed).content)
    world.sign(ana, made.draft_id)
    assert "1 orang 1 orang 0 orang 0 orang 0 orang 1 orang" in text_of_pdf(admin.get(printed).content)
    rest = {unit: "K" for unit in world.content(attempt).units if unit != code}
    ended = Content("assessed", rest, None, "K", None, "paper")
    last = world.db.perform(
        lambda tx: actions.save_draft(tx, budi.actor, attempt, 2, ended, 0, today=world.today, now=world.now)
    )
    world.sign(budi, last.draft_id)
    assert "1 orang 1 orang 0 orang 1 orang 0 orang No" in text_of_pdf(admin.get(printed).content)
