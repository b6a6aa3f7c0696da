"""The first page: how many candidates can not be assessed, and what waits for the LSP."""

import re
from datetime import date

import pytest
from sqlalchemy import create_engine, text
from tests.support.event import DAY
from tests.support.event_pages import Events, text_of
from tests.support.site import Site
from tests.world import PersonRef, Plan

from assessor_registry import jobs
from assessor_registry.scheduling import actions as scheduling


def threatened(here: Events) -> int:
    shown = text_of(here.admin().get("/").text)
    found = re.search(r"(\d+) asesi terjadwal 30 hari ke depan tidak dapat diases", shown)
    assert found
    return int(found[1])


def test_only_candidates_without_an_assessor_are_counted_where_nothing_else_is_missing(here: Events) -> None:
    plan = here.world.schedule(candidates=4)
    assert threatened(here) == 4
    who = here.world.assessor()
    here.world.assign(plan, who)
    shares = dict.fromkeys(plan.attempts[:3], who.id) | {plan.attempts[3]: None}
    here.world.db.perform(lambda tx: scheduling.allocate(tx, plan.lsp.admin, plan.id, shares, now=here.world.now))
    assert threatened(here) == 1


def test_who_has_a_result_is_no_longer_threatened(here: Events) -> None:
    plan, who = here.held(candidates=2)
    assert threatened(here) == 2
    here.world.sign(who, here.world.record(who, plan.attempts[0]))
    assert threatened(here) == 1
    here.world.sign(who, here.world.record(who, plan.attempts[1]))
    here.world.suspend(who, here.site.today)
    assert threatened(here) == 0


def spoil(here: Events, query: str, **values: object) -> None:
    here.site.perform(lambda tx: tx.execute(text(query), values))


def shared(here: Events, first: date, candidates: int = 4) -> tuple[Plan, PersonRef]:
    """A schedule in which two assessors have two of four candidates each; and the first of them."""
    plan = here.world.schedule(first, candidates=candidates)
    ana, budi = here.world.assessor(), here.world.assessor()
    for who in (ana, budi):
        here.world.assign(plan, who)
    given = {attempt: (ana, budi)[number % 2].id for number, attempt in enumerate(plan.attempts)}
    here.world.db.perform(lambda tx: scheduling.allocate(tx, plan.lsp.admin, plan.id, given, now=here.world.now))
    return plan, ana


@pytest.mark.parametrize("what", ["competence", "appointment", "retired"])
def test_candidates_of_an_assessor_who_may_not_after_all_are_threatened_as_the_schedule_says(
    here: Events, what: str
) -> None:
    plan, ana = shared(here, here.site.day(5))
    assert threatened(here) == 0
    spoiled = {
        "competence": "INSERT INTO technical_certificate (id, assessor_id, scheme_id, scheme_text, first_day, last_day,"
        " source, known_at, supersedes) SELECT gen_random_uuid(), assessor_id, scheme_id, scheme_text, first_day, :day,"
        " source, known_at, id FROM technical_certificate WHERE assessor_id = :who",
        "appointment": "UPDATE appointment SET ended_on = :day, ended_reason = 'pindah', ended_known_at = now()"
        " WHERE assessor_id = :who",
        "retired": "UPDATE assessor SET ended_on = :day, ended_reason = 'retired' WHERE id = :who",
    }
    spoil(here, spoiled[what], who=ana.id, day=here.site.day(4))
    admin = here.admin()
    assert threatened(here) == 2, "those of the other assessor are safe"
    shown = text_of(admin.get("/").text)
    assert "kompetensi teknis atau pengangkatan asesor tidak berlaku pada harinya" in shown
    assert "Asesor yang tidak dapat mengases pada harinya" in text_of(admin.get(f"/jadwal/{plan.id}").text)
    listed = text_of(admin.get("/jadwal").text.split(f"/jadwal/{plan.id}")[1].split("</tr>")[0])
    assert "asesor tidak dapat mengases" in listed
    assert "siap" not in listed


def test_a_competence_without_dates_threatens_only_where_policy_says_so(here: Events) -> None:
    _plan, ana = shared(here, here.site.day(5))
    spoil(
        here,
        "INSERT INTO technical_certificate (id, assessor_id, scheme_id, scheme_text, source, known_at, supersedes)"
        " SELECT gen_random_uuid(), assessor_id, scheme_id, scheme_text, source, known_at, id"
        " FROM technical_certificate WHERE assessor_id = :who",
        who=ana.id,
    )
    assert threatened(here) == 0
    spoil(
        here,
        "INSERT INTO policy_override (id, rule, scope_kind, first_day, value, reference, known_at)"
        " VALUES (gen_random_uuid(), 'technical_undated', 'province', '2020-01-01', '\"block\"', 'SE 1', now())",
    )
    assert threatened(here) == 2


def test_a_venue_without_a_last_day_and_licences_that_follow_each_other_threaten_nothing(here: Events) -> None:
    first, second = here.site.day(5), here.site.day(6)
    plan, _ana = shared(here, first)
    spoil(here, "UPDATE schedule SET last_day = :day WHERE id = :plan", day=second, plan=plan.id)
    spoil(here, "UPDATE venue SET verified_until = NULL")
    for query in (
        "INSERT INTO licence (id, lsp_id, number, decree_number, first_day, last_day, granted_until, known_at) SELECT"
        " gen_random_uuid(), lsp_id, number, 'KEP.BERIKUT', :day, last_day, granted_until, known_at FROM licence",
        "INSERT INTO licensed_scheme (id, licence_id, scheme_id, first_day, last_day, granted_until, known_at) SELECT"
        " gen_random_uuid(), n.id, k.scheme_id, :day, k.last_day, k.granted_until, k.known_at FROM licensed_scheme k"
        " JOIN licence o ON o.id = k.licence_id JOIN licence n ON n.lsp_id = o.lsp_id AND n.first_day = :day",
    ):
        spoil(here, query, day=second)
    for table in ("licensed_scheme", "licence"):
        spoil(here, f"UPDATE {table} SET last_day = :day WHERE first_day < :day", day=first)
    assert threatened(here) == 0
    assert "tanpa lisensi" not in text_of(here.admin().get("/jadwal").text)
    spoil(here, "UPDATE licensed_scheme SET last_day = :day WHERE last_day = :first", first=first, day=here.site.day(4))
    assert threatened(here) == 4
    assert "skema di luar ruang lingkup lisensi" in text_of(here.admin().get("/").text)


def test_contested_results_wait_on_the_first_page_of_the_lsp(here: Events) -> None:
    code, _plan, who = here.signed()
    admin = here.admin()
    assert "dipersoalkan" not in text_of(admin.get("/").text)
    here.world.suspend(who, here.site.today)
    assert "1 hasil dipersoalkan, perlu diputuskan" in text_of(admin.get("/").text)
    assert "1 hasil dipersoalkan, menunggu keputusan LSP" in text_of(here.site.as_role("division").get("/").text)
    assert code in admin.get("/hasil", keadaan="contested").text


def test_a_schedule_that_needs_an_assessor_stands_above_what_has_long_expired(here: Events) -> None:
    plan, who = here.held()
    here.world.suspend(who, here.site.today)
    old = here.world.assessor((here.site.day(-1400), here.site.day(-300)))
    jobs.sweep(here.site.database, here.site.today, now=here.world.now, mail=True)
    shown = here.admin().get("/tindak-lanjut").text
    assert shown.index(f"/jadwal/{plan.id}") < shown.index(f"/asesor/{old.id}")


def add_season(site: Site, first: date, last: date) -> None:
    query = text("INSERT INTO season (id, name, first_day, last_day) VALUES (gen_random_uuid(), 'UKK 2027', :a, :b)")
    site.perform(lambda tx: tx.execute(query, {"a": first, "b": last}))


def tiles(here: Events) -> dict[str, tuple[int, str]]:
    """Status → number and address of each tile on the division's first page that is about assessors."""
    shown = here.site.as_role("division").get("/").text
    found = re.findall(r'<a class="tile [a-z]*" href="(/asesor\?[^"]+)"><b>(\d+)</b>', shown)
    return {re.split("[=&]", where)[1]: (int(number), where.replace("&amp;", "&")) for where, number in found}


@pytest.mark.parametrize("with_season", [True, False])
def test_each_tile_counts_exactly_the_people_that_it_links_to_and_nobody_is_in_two(
    here: Events, with_season: bool
) -> None:
    day, world = here.site.day, here.world
    if with_season:
        add_season(here.site, day(60), day(90))
    ends = {
        "expired": (-1, -400),
        "before": (0, 30, 89),
        "on_its_last_day": (90,),
        "soon_after": (200,),
        "late": (900,),
    }
    people = {name: {str(world.assessor((day(-1000), day(end))).id) for end in given} for name, given in ends.items()}
    tile = tiles(here)
    linked = {}
    for status, (number, where) in tile.items():
        listed = here.site.as_role("division").get(where).text
        linked[status] = set(re.findall(r'href="/asesor/([0-9a-f-]{36})"', listed))
        assert len(linked[status]) == number, status
    assert linked["expired"] == people["expired"]
    beyond = people["on_its_last_day"] | people["soon_after"] | people["late"]
    soon = people["before"] | people["on_its_last_day"] | people["soon_after"]
    assert linked["ending"] == (people["before"] if with_season else soon)
    assert linked["active"] == (beyond if with_season else people["late"])


def test_the_numbers_of_a_kabupaten_are_those_of_their_lists(here: Events) -> None:
    day, world = here.site.day, here.world
    add_season(here.site, day(60), day(90))
    for end in (-5, 30, 120):
        world.assessor((day(-1000), day(end)))
    here.site.perform(lambda tx: tx.execute(text("UPDATE assessor SET region_code = '64.72'")))
    browser = here.site.as_role("division")
    links = re.findall(r'<a href="(/asesor\?status=[^"]+region=[^"]+)">(\d+)</a>', browser.get("/").text)
    assert len(links) == 3
    for where, number in links:
        listed = browser.get(where.replace("&amp;", "&")).text
        assert len(set(re.findall(r'href="/asesor/([0-9a-f-]{36})"', listed))) == int(number) == 1, where


def test_a_kabupaten_says_what_has_changed_since_last_week(here: Events, owner_url: str) -> None:
    day, world = here.site.day, here.world
    ana = world.assessor()
    world.assessor((day(-1000), day(-3)))
    spoil(here, "UPDATE assessor SET region_code = '64.72', created_at = created_at - interval '30 days'")
    engine = create_engine(owner_url)
    with engine.begin() as owner:
        owner.execute(text("ALTER TABLE assessor_certificate DISABLE TRIGGER frozen"))
        owner.execute(text("UPDATE assessor_certificate SET known_at = known_at - interval '30 days'"))
        owner.execute(text("ALTER TABLE assessor_certificate ENABLE TRIGGER frozen"))
    engine.dispose()
    world.suspend(ana, here.site.today)
    shown = here.site.as_role("division").get("/").text
    row = text_of("<a " + shown.split('href="/asesor?region=64.72"')[1].split("</tr>")[0])
    assert row.split("Kota Samarinda")[1].split() == ["0", "−1", "0", "−1", "1", "+1", "1", "+1"]


def test_a_file_holds_the_people_of_the_tile_it_was_reached_by(here: Events) -> None:
    day, world = here.site.day, here.world
    add_season(here.site, day(60), day(90))
    before, after = (world.assessor((day(-1000), day(end))).id for end in (30, 120))
    listed = here.site.as_role("division").get("/asesor", status="ending", batas="musim").text
    assert f"/asesor/{before}" in listed
    assert f"/asesor/{after}" not in listed
    assert "berakhir sebelum UKK 2027 selesai" in listed
    assert re.search(r'href="/asesor\.xlsx\?[^"]*batas=musim', listed)


def test_who_was_planned_is_to_be_confirmed_as_soon_as_the_certificate_has_arrived(here: Events) -> None:
    world = here.world
    plan = world.schedule(world.today + 5 * DAY, world.today + 6 * DAY)
    who = world.assessor(None, name="Ana Menunggu")
    world.assign(plan, who, planned=True)
    way = f"/jadwal/{plan.id}/asesor/{who.id}/pastikan"
    assert way not in here.admin().get("/").text
    world.certify(who.id, world.today, world.today + 5 * DAY)
    assert way not in here.admin().get("/").text
    world.certify(who.id, world.today, world.today + 900 * DAY)
    shown = here.admin().get("/").text
    assert way in shown
    assert "Ana Menunggu kini aktif: pastikan penugasannya pada" in text_of(shown)
    letter = {"letter_number": "9/ST", "letter_date": world.today.isoformat()}
    assert here.admin().post(way, letter).status_code == 303
    assert way not in here.admin().get("/").text
