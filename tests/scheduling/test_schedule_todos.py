"""The to-do about a schedule says what can be done on the day it is read: find an assessor, or see to the results."""

from datetime import date, timedelta

import pytest
from tests.world import Plan, World

from assessor_registry import jobs
from assessor_registry.flags import store as flags
from assessor_registry.scheduling import actions

DAY = timedelta(days=1)


def todos(world: World, plan: Plan, after: int) -> set[str]:
    """What is open about a schedule when so many days have passed."""
    today = world.today + after * DAY
    jobs.sweep(world.db, today, now=world.now + after * DAY, mail=True)
    with world.db.read() as conn:
        return {f.kind for f in flags.open_flags(conn, {"schedule": None}) if f.subject_id == plan.id}


def lost(world: World, candidates: int = 1, recorded: int = 0) -> Plan:
    """A schedule of today and tomorrow whose assessor was suspended, some of whose candidates have a result."""
    who = world.assessor()
    plan = world.schedule(world.today, world.today + DAY, candidates=candidates)
    world.assign(plan, who)
    if candidates:
        shares = dict.fromkeys(plan.attempts, who.id)
        world.db.perform(lambda tx: actions.allocate(tx, plan.lsp.admin, plan.id, shares, now=world.now))
    drafts = [world.record(who, attempt) for attempt in plan.attempts[:recorded]]
    if drafts:
        world.sign(who, *drafts)
    world.suspend(who, world.today)
    return plan


def test_after_the_last_day_it_is_about_the_results_and_no_longer_about_an_assessor(world: World) -> None:
    plan = lost(world)
    assert todos(world, plan, 0) == {"needs_assessor"}
    assert todos(world, plan, 1) == {"needs_assessor"}, "its last day"
    assert todos(world, plan, 2) == {"results_unsigned"}
    assert todos(world, plan, 300) == {"results_unsigned"}
    world.db.perform(lambda tx: actions.cancel_schedule(tx, plan.lsp.admin, plan.id, reason="Batal", now=world.now))
    assert todos(world, plan, 301) == set()


def test_a_schedule_that_is_moved_to_coming_days_needs_an_assessor_again(world: World) -> None:
    plan = lost(world)
    assert todos(world, plan, 5) == {"results_unsigned"}
    soon = world.today + 9 * DAY
    world.db.perform(
        lambda tx: actions.move_schedule(
            tx, plan.lsp.admin, plan.id, soon, soon, reason="Asesor sakit", now=world.now + 5 * DAY
        )
    )
    assert "results_unsigned" not in todos(world, plan, 6)
    with world.db.read() as conn:
        assert actions.needs(conn, plan.lsp.admin.scope, plan.id)


@pytest.mark.parametrize(("candidates", "recorded"), [(2, 2), (0, 0)])
def test_where_nobody_waits_for_a_result_nothing_is_left_after_the_last_day(
    world: World, candidates: int, recorded: int
) -> None:
    plan = lost(world, candidates, recorded)
    assert todos(world, plan, 0) == (set() if recorded else {"needs_assessor"}), "contested results are results"
    assert todos(world, plan, 2) == set()


def test_who_still_waits_is_enough(world: World) -> None:
    plan = lost(world, candidates=2, recorded=1)
    assert todos(world, plan, 0) == {"needs_assessor"}
    assert todos(world, plan, 2) == {"results_unsigned"}


def test_a_sweep_for_another_day_leaves_what_an_act_has_opened(world: World) -> None:
    plan = lost(world)
    jobs.sweep(world.db, world.today + 300 * DAY, now=world.now, mail=False)
    assert todos(world, plan, 0) == {"needs_assessor"}


def days(world: World, plan: Plan) -> list[date]:
    with world.db.read() as conn:
        found = flags.open_flags(conn, {"schedule": None}, kinds=["needs_assessor"])
        return [flag.last_day for flag in found if flag.subject_id == plan.id]


def test_the_day_without_an_assessor_is_the_first_that_is_so_now(world: World) -> None:
    one, other = world.assessor(), world.assessor()
    first, second = world.today + 10 * DAY, world.today + 11 * DAY
    plan = world.schedule(first, second)
    world.assign(plan, one)
    world.suspend(one, second, second)
    assert days(world, plan) == [second]
    world.suspend(one, world.today + DAY, first)
    assert days(world, plan) == [first]
    world.assign(plan, other, first)
    assert days(world, plan) == [second]
    world.assign(plan, other, second)
    assert days(world, plan) == []


def test_a_sanction_of_days_long_gone_asks_for_nobody(world: World) -> None:
    who = world.assessor()
    plan = world.schedule()
    world.assign(plan, who)
    held = world.today
    world.today = held + 30 * DAY
    world.suspend(who, held - 5 * DAY)
    assert todos(world, plan, 0) == {"results_unsigned"}
    with world.db.read() as conn:
        assert [flag.last_day for flag in flags.open_flags(conn, {"schedule": None})] == [held]


def test_a_schedule_whose_results_never_came_is_something_to_do_the_day_after(world: World) -> None:
    who = world.assessor()
    plan = world.schedule(world.today, world.today + DAY, candidates=2)
    world.assign(plan, who)
    world.sign(who, world.record(who, plan.attempts[0]))
    assert todos(world, plan, 1) == set()
    assert todos(world, plan, 2) == {"results_unsigned"}
    assert todos(world, plan, 2) == {"results_unsigned"}
    world.sign(who, world.record(who, plan.attempts[1]))
    assert todos(world, plan, 2) == set()
