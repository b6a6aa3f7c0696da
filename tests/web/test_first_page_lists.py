"""The first page leads to exactly what it counts, and says what its numbers are compared with."""

import re

import time_machine
from tests.support.event_pages import Events, text_of

from assessor_registry import clock
from assessor_registry.days import DAY
from assessor_registry.institutions import actions as institutions
from assessor_registry.validity import actions as validity


def over(here: Events, candidates: int) -> str:
    """Someone whose last active day was yesterday, with results of yesterday that are not signed; their id."""
    world, today = here.world, here.site.today
    world.today = today - DAY
    who = world.assessor((here.site.day(-900), world.today))
    plan = world.schedule(candidates=candidates + 1)
    world.assign(plan, who)
    for attempt in plan.attempts[:candidates]:
        world.record(who, attempt)
    world.today = today
    own = text_of(here.as_actor(who.actor).get("/").text)
    assert f"{candidates} hasil belum ditandatangani" in own
    assert "minta LSP Contoh" in own
    assert "mencatat dari kertas FR.AK.02" in own
    return str(who.id)


def test_results_of_who_is_no_longer_active_lead_to_the_paper_way(here: Events) -> None:
    who, admin = over(here, 2), here.admin()
    over(here, 1)
    shown = admin.get("/").text
    found = re.search(rf'href="(/hasil/belum\?asesor={who}[^"]*)">2 hasil</a>', shown)
    assert found
    listed = admin.get(found[1].replace("&amp;", "&")).text
    assert listed.count("Catat dari kertas") == 2
    assert "tidak dapat ditandatangani lagi" in listed
    assert admin.get("/hasil/belum").text.count("Catat dari kertas") == 5


def test_the_last_day_is_said_as_such(here: Events) -> None:
    who = here.world.assessor((here.site.day(-900), here.site.today))
    shown = text_of(here.as_actor(who.actor).get("/").text)
    assert "hari ini hari terakhir" in shown
    assert "(0 hari" not in shown


def test_schools_and_competences_that_are_not_settled_wait_for_the_division(here: Events) -> None:
    division = here.site.as_role("division")
    assert "Menunggu Anda" not in division.get("/").text
    world = here.world
    here.site.perform(lambda tx: institutions.provisional_school(tx, world.system, "SMKN Entah", None, None, world.now))
    who = world.assessor()
    held = validity.NewTechnical(who.id, "Jaringan entah apa", "contoh")
    here.site.perform(lambda tx: validity.add_technical(tx, world.system, held, now=world.now))
    shown = division.get("/").text
    for link, words in (
        ("/lembaga/sekolah/konfirmasi", "1 sekolah dari daftar perlu dikonfirmasi"),
        ("/skema/teks", "1 teks kompetensi belum dicocokkan dengan skema"),
    ):
        assert f'<a href="{link}">{words}</a>' in shown
        assert division.get(link).status_code == 200
    assert "perlu dikonfirmasi" not in here.admin().get("/").text


def change(here: Events, status: str) -> str:
    shown = here.site.as_role("division").get("/").text
    found = re.search(rf'href="/asesor\?status={status}"><b>(\d+)</b>.*?<span class="change">([^<]*)</span>', shown)
    assert found
    return found[2]


def test_a_week_ago_is_what_was_known_a_week_ago(here: Events) -> None:
    world, day = here.world, here.site.day
    with time_machine.travel(clock.now() - 30 * DAY, tick=True):
        people = [world.assessor((day(-900), day(-20))) for _ in range(2)]
        world.assessor((day(-900), day(900)))
    assert change(here, "active") == "sama dengan pekan lalu"
    assert change(here, "expired") == "sama dengan pekan lalu"
    renewed = validity.NewCertificate(people[0].id, day(-19), day(900), "contoh")
    here.site.perform(lambda tx: validity.add_certificate(tx, world.system, renewed, now=world.now))
    assert change(here, "active") == "+1 dari pekan lalu", "it began 19 days ago, and was entered today"
    assert change(here, "expired") == "−1 dari pekan lalu"
    circular = validity.NewExtension(day(-25), day(-15), day(900), "SE.1", day(-1), day(-1), None)
    here.site.perform(lambda tx: validity.extend(tx, world.system, circular, now=world.now))
    assert change(here, "expired") == "−2 dari pekan lalu"
    world.assessor((day(-900), day(900)))
    assert change(here, "active") == "+3 dari pekan lalu", "who came this week was not counted"
    assert "menurut data yang sudah tercatat waktu itu" in here.site.as_role("division").get("/").text


def test_what_was_upheld_is_looked_at_again_when_its_day_is_lost_once_more(here: Events) -> None:
    world, today = here.world, here.site.today
    world.today = today - 3 * DAY
    code, _plan, who = here.signed()
    first = world.suspend(who, world.today, world.today)
    admin = here.admin()
    assert admin.post(f"/hasil/{code}/kuatkan", reference="SURAT-1").status_code == 303
    assert "tinjau lagi" not in admin.get("/").text
    ending = validity.EndingDecree(world.today, "B-1", world.today, world.today)
    here.site.perform(lambda tx: validity.cancel_sanction(tx, world.system, first, ending, now=world.now))
    world.today = today
    world.suspend(who, today - 4 * DAY)
    assert world.found(code).state == "valid"
    found = re.search(r'<a href="(/hasil\?keadaan=tinjau)">1 hasil pernah dipertahankan', admin.get("/").text)
    assert found
    assert code in admin.get(found[1]).text
    assert admin.post(f"/hasil/{code}/kuatkan", reference="SURAT-2").status_code == 303
    assert "tinjau lagi" not in admin.get("/").text
