"""What the list says of a schedule is what its own page says."""

from datetime import timedelta

from sqlalchemy import event
from tests.support.event_pages import Events, text_of
from tests.support.site import Browser

from assessor_registry.accounts.rules import PROVINCE
from assessor_registry.reports import schedules as listing
from assessor_registry.scheduling import actions as scheduling

DAY = timedelta(days=1)


def row_of(browser: Browser, plan_id: object) -> str:
    """What stands in the row of a schedule."""
    return text_of(browser.get("/jadwal").text.split(f"/jadwal/{plan_id}")[1].split("</tr>")[0])


def test_a_schedule_is_ready_only_with_venue_licence_scheme_and_evidence_on_all_its_days(here: Events) -> None:
    world, today = here.world, here.world.today
    first, last = today + 7 * DAY, today + 9 * DAY
    whole, short = (today - DAY, last), (today - 400 * DAY, last - DAY)
    plain = world.home
    ends, foreign = world.lsp(licence=short), world.scheme()
    said = {
        world.schedule(first, last): "",
        world.schedule(first, last, venue=world.venue(plain.id, short)): "verifikasi TUK tidak berlaku",
        world.schedule(first, last, venue=world.venue(plain.id, None)): "verifikasi TUK tidak berlaku",
        world.schedule(first, last, venue=world.venue(plain.id, whole), evidence=()): "jenis bukti belum dipilih",
        world.schedule(first, last, lsp=ends): "1 hari tanpa lisensi",
        world.schedule(first, last, scheme=foreign): "skema di luar lisensi 3 hari",
    }
    browser = here.site.as_role("division")
    for plan, words in said.items():
        who = world.assessor(None, appointed_by=plan.lsp)
        world.assign(plan, who, planned=True)
        shown = row_of(browser, plan.id)
        assert "3 penugasan belum pasti" in shown
        assert "1 asesi belum dibagi" in shown
        assert "siap" not in shown
        found = {each for each in said.values() if each and each in shown}
        assert found == ({words} if words else set())


def test_the_list_calls_ready_what_lacks_nothing_by_its_own_page(here: Events, admin: Browser) -> None:
    world, today = here.world, here.world.today
    first, last = today + 7 * DAY, today + 8 * DAY
    sound, unsound = world.schedule(first, last), world.schedule(first + 7 * DAY, last + 7 * DAY)
    for plan in (sound, unsound):
        world.assign(plan, world.assessor())
        assert admin.post(f"/jadwal/{plan.id}/pembagian/rata").status_code == 303
    assert "siap" in row_of(admin, sound.id)
    with here.site.database.transaction() as tx:
        tx.exec_driver_sql("UPDATE venue SET verified_until = %s", (last + DAY,))
    with here.site.database.read() as conn:
        lines = {line.id: line for line in listing.listed(conn, PROVINCE, today, listing.Question()).lines}
        for plan in (sound, unsound):
            assert lines[plan.id].ready is (not scheduling.needs(conn, PROVINCE, plan.id))
    assert "siap" in row_of(admin, sound.id)
    assert "verifikasi TUK tidak berlaku" in row_of(admin, unsound.id)
    assert "siap" not in row_of(admin, unsound.id)


def test_the_list_takes_one_statement_whatever_its_length(here: Events) -> None:
    statements: list[str] = []
    event.listen(here.site.database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    for _count in range(2):
        for _each in range(3):
            here.world.schedule(candidates=0)
        with here.site.database.read() as conn:
            statements.clear()
            assert listing.listed(conn, PROVINCE, here.world.today, listing.Question()).lines
            assert len(statements) == 1
