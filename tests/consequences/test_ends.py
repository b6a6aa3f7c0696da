"""An appointment or a career that ends takes along what was to come after it, in the same transaction."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from tests.support.refs import LspRef, PersonRef
from tests.world import World

from assessor_registry.accounts.rules import PROVINCE
from assessor_registry.consequences import actions as consequences
from assessor_registry.consequences.actions import Followed
from assessor_registry.consequences.rules import lapsed_days
from assessor_registry.scheduling import store as scheduling
from assessor_registry.validity.rules import AppointmentFact

DAY = timedelta(days=1)


def appointment(world: World, who: PersonRef, lsp: LspRef) -> UUID:
    with world.db.read() as conn:
        query = text(
            "SELECT a.id FROM appointment a JOIN appointment_decree d ON d.id = a.decree_id "
            "WHERE a.assessor_id = :who AND d.lsp_id = :lsp ORDER BY a.known_at LIMIT 1"
        )
        found: UUID = conn.execute(query, {"who": who.id, "lsp": lsp.id}).scalar_one()
    return found


def ended(world: World, who: PersonRef, on: date, *, rehearsed: bool = False) -> Followed:
    row, run = appointment(world, who, world.home), world.db.rehearse if rehearsed else world.db.perform
    return run(lambda tx: consequences.end_appointment(
        tx, world.home.admin, row, ended_on=on, reason="Mutasi", now=world.now
    ))  # fmt: skip


def booked(world: World, who: PersonRef) -> list[date]:
    with world.db.read() as conn:
        return [row.held_on for row in scheduling.duties(conn, who.id, world.today, date(2031, 1, 1))]


def todos(world: World) -> set[UUID]:
    with world.db.read() as conn:
        query = text("SELECT subject_id FROM flag WHERE kind = 'needs_assessor' AND cleared_at IS NULL")
        return set(conn.execute(query).scalars())


def test_what_comes_after_an_appointment_is_withdrawn_planned_or_confirmed(world: World) -> None:
    ana = world.assessor()
    kept, gone, planned = (world.schedule(world.today + days * DAY, candidates=2) for days in (2, 7, 9))
    world.assign(kept, ana)
    world.assign(gone, ana)
    world.assign(planned, ana, planned=True)
    shown = ended(world, ana, world.today + 3 * DAY, rehearsed=True)
    assert set(shown.schedules) == {gone.id, planned.id}
    assert len(booked(world, ana)) == 3
    assert todos(world) == set()
    assert ended(world, ana, world.today + 3 * DAY) == shown
    assert booked(world, ana) == [world.today + 2 * DAY]
    assert todos(world) == {gone.id, planned.id}
    with world.db.read() as conn:
        assert [row.assessor_id for row in scheduling.candidates(conn, PROVINCE, gone.id)] == [None, None]


def test_another_appointment_and_another_lsp_keep_their_days(world: World) -> None:
    ana, other = world.assessor(), world.lsp(scheme=world.home.schemes[0])
    world.appoint(other, ana.id)
    world.appoint(world.home, ana.id, days=(world.today + 10 * DAY, world.today + 20 * DAY))
    for days in (7, 12, 21):
        world.assign(world.schedule(world.today + days * DAY), ana)
    world.assign(world.schedule(world.today + 8 * DAY, lsp=other), ana)
    ended(world, ana, world.today)
    assert booked(world, ana) == [world.today + days * DAY for days in (8, 12)]


def test_results_after_the_last_day_are_contested_and_those_before_it_stay(world: World) -> None:
    ana = world.assessor()
    early, late = world.schedule(world.today - DAY), world.schedule()
    for plan in (early, late):
        world.assign(plan, ana)
    (before,) = world.sign(ana, world.record(ana, early.attempts[0]))
    (after,) = world.sign(ana, world.record(ana, late.attempts[0]))
    ended(world, ana, world.today - DAY)
    assert world.found(before).state == "valid"
    found = world.found(after)
    assert found.state == "contested"
    assert "berakhir" in (found.contested_reason or "")


def test_a_career_that_ends_takes_along_every_lsp_s_assignments(world: World) -> None:
    ana, other = world.assessor(), world.lsp(scheme=world.home.schemes[0])
    world.appoint(other, ana.id)
    kept, gone = world.schedule(world.today + DAY), world.schedule(world.today + 5 * DAY, lsp=other)
    for plan in (kept, gone):
        world.assign(plan, ana)
    world.db.perform(lambda tx: consequences.end_assessor(
        tx, world.system, ana.id, reason="retired", day=world.today + 2 * DAY, version=2, now=world.now,
        today=world.today,
    ))  # fmt: skip
    assert booked(world, ana) == [world.today + DAY]
    assert todos(world) == {gone.id}
    assert [one.code for one in world.standing(ana, world.today + 2 * DAY).reasons] == ["validity.person_ended"]


spans = st.tuples(st.integers(0, 60), st.integers(0, 60), st.none() | st.integers(-5, 60))
START = date(2026, 1, 1)


def fact(span: tuple[int, int, int | None]) -> AppointmentFact:
    first, length, end = span
    last = START + timedelta(days=first + length)
    return AppointmentFact("SK", START + first * DAY, last, None if end is None else min(last, START + end * DAY))


@given(spans, st.lists(spans, max_size=4))
def test_lapsed_are_exactly_the_days_named_and_covered_no_more(
    one: tuple[int, int, int | None], more: list[tuple[int, int, int | None]]
) -> None:
    mine, others = fact(one), [fact(each) for each in more]
    lapsed = lapsed_days(mine, others)
    for day in (START + timedelta(days=number) for number in range(-6, 125)):
        named = mine.first_day <= day <= mine.last_day
        held = any(each.first_day <= day <= each.until for each in [mine, *others])
        assert any(day in period for period in lapsed) == (named and not held)
