"""A to-do about unsigned results is one to-do, about the last day that is so now."""

from datetime import date

from tests.world import LONG, World

from assessor_registry import jobs
from assessor_registry.days import DAY
from assessor_registry.flags import store as flags


def days(world: World) -> list[date]:
    jobs.sweep(world.db, world.today, now=world.now, mail=True)
    with world.db.read() as conn:
        return [flag.last_day for flag in flags.open_flags(conn, {"assessor": None}, kinds=["results_unsigned"])]


def test_when_the_last_active_day_moves_the_to_do_moves_along(world: World) -> None:
    end = world.today + 3 * DAY
    who = world.assessor((LONG[0], end))
    plan = world.schedule()
    world.assign(plan, who)
    world.record(who, plan.attempts[0])
    assert days(world) == [end]
    world.today += DAY
    world.suspend(who, world.today)
    assert days(world) == [world.today - DAY]
