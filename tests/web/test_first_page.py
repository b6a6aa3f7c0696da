"""The first page: how many candidates can not be assessed, and what waits for the LSP."""

import re

import pytest
from tests.support.event_pages import Events, events, text_of
from tests.support.site import Site

from assessor_registry import jobs
from assessor_registry.scheduling import actions as scheduling


@pytest.fixture
def here(site: Site) -> Events:
    return events(site)


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


def test_contested_results_wait_on_the_first_page_of_the_lsp(here: Events) -> None:
    code, _plan, who = here.signed()
    admin = here.admin()
    assert "dipersoalkan" not in text_of(admin.get("/").text)
    here.world.suspend(who, here.site.today)
    assert "1 hasil dipersoalkan, perlu diputuskan" in text_of(admin.get("/").text)
    assert code in admin.get("/hasil", keadaan="contested").text


def test_a_schedule_that_needs_an_assessor_stands_above_what_has_long_expired(here: Events) -> None:
    plan, who = here.held()
    here.world.suspend(who, here.site.today)
    old = here.world.assessor((here.site.day(-1400), here.site.day(-300)))
    jobs.sweep(here.site.database, here.site.today, now=here.world.now, mail=True)
    shown = here.admin().get("/tindak-lanjut").text
    assert shown.index(f"/jadwal/{plan.id}") < shown.index(f"/asesor/{old.id}")
