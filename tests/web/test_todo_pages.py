"""What needs doing, taken up by someone in a hurry: nothing ticked, one kind in view, a double tap."""

from uuid import UUID

from sqlalchemy import Connection, text
from tests.support.event_pages import events
from tests.support.people import add_person
from tests.support.site import Site

from assessor_registry import clock, jobs
from assessor_registry.flags import actions as flags


def a_todo(site: Site, phone: str | None = None, kind: str = "season_gap") -> UUID:
    """A to-do about a new assessor; returns its id."""

    def act(tx: Connection) -> UUID:
        person = add_person(tx)
        tx.execute(text("UPDATE assessor SET phone = :phone WHERE id = :id"), {"phone": phone, "id": person})
        flags.open_flag(tx, "assessor", person, kind, site.day(30), clock.now())
        tx.execute(text("UPDATE flag SET stage = 1 WHERE subject_id = :id"), {"id": person})
        found: UUID = tx.execute(text("SELECT id FROM flag WHERE subject_id = :id"), {"id": person}).scalar_one()
        return found

    made: UUID = site.perform(act)
    return made


def taken_up(site: Site) -> list[tuple[UUID, str | None]]:
    with site.database.read() as conn:
        return [(row.id, row.note) for row in conn.execute(text("SELECT * FROM flag WHERE acknowledged_at NOTNULL"))]


def test_with_nothing_ticked_the_list_comes_back_with_the_note_that_was_typed(site: Site) -> None:
    a_todo(site)
    answer = site.as_role("division").post("/tindak-lanjut", note="Sudah ditelepon pagi ini", kind="season_gap")
    assert answer.status_code == 422
    assert "Belum ada yang dicentang" in answer.text
    assert "Sudah ditelepon pagi ini" in answer.text
    assert taken_up(site) == []


def test_taking_up_stays_with_the_kind_in_view_and_says_how_many(site: Site) -> None:
    first, browser = a_todo(site), site.as_role("division")
    for _tap in range(2):
        answer = browser.post(
            "/tindak-lanjut", {"id": str(first), "note": "ikut RCC", "kind": "season_gap"}, once="tap"
        )
        assert answer.headers["location"] == "/tindak-lanjut?kind=season_gap&ok=1"
    assert taken_up(site) == [(first, "ikut RCC")]
    shown = browser.get("/tindak-lanjut", kind="season_gap", ok="1").text
    assert "1 ditandai sudah ditangani." in shown
    assert "ok=1" not in shown


def test_a_telephone_number_can_be_tapped(site: Site) -> None:
    a_todo(site, phone="0812 3456 789")
    assert 'href="tel:08123456789"' in site.as_role("division").get("/tindak-lanjut").text


def test_the_page_of_an_assessor_has_all_that_is_open_about_them(site: Site) -> None:
    a_todo(site)
    flag = a_todo(site, kind="certificate_ending")
    with site.database.read() as conn:
        person = conn.execute(text("SELECT subject_id FROM flag WHERE id = :id"), {"id": flag}).scalar_one()
    shown = site.as_role("division").get(f"/asesor/{person}").text
    assert "Sertifikat asesor berakhir" in shown
    assert "Berakhir sebelum musim uji selesai" not in shown


def test_what_comes_in_during_the_day_is_something_to_do_without_waiting_for_the_night(site: Site) -> None:
    world, browser = events(site).world, site.as_role("division")
    jobs.sweep(site.database, site.today, now=clock.now(), mail=True)
    who = world.assessor((site.day(-1000), site.day(20)))
    assert str(who.id) not in browser.get("/tindak-lanjut").text
    jobs.sweep_changes(site.database, site.settings, clock.now())
    assert str(who.id) in browser.get("/tindak-lanjut").text


def test_who_has_expired_is_listed_as_expired_and_no_longer_as_ending_before_the_season(site: Site) -> None:
    world = events(site).world
    query = text("INSERT INTO season (id, name, first_day, last_day) VALUES (gen_random_uuid(), 'UKK', :a, :b)")
    site.perform(lambda tx: tx.execute(query, {"a": site.day(60), "b": site.day(90)}))
    gone, saved = (world.assessor((site.day(-1000), site.day(end))).id for end in (-5, 20))
    jobs.sweep(site.database, site.today, now=world.now, mail=True)
    browser = site.as_role("division")
    listed = browser.get("/tindak-lanjut", kind="season_gap").text
    assert f"/asesor/{saved}" in listed
    assert f"/asesor/{gone}" not in listed
    assert "Berakhir sebelum musim uji selesai (1)" in listed
    assert f"/asesor/{gone}" in browser.get("/tindak-lanjut", kind="certificate_ending").text
