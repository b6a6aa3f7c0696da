"""The world's own check: it is silent about a sound registry, and finds what is broken by hand."""

import pytest
from sqlalchemy import text
from tests.support.invariants import broken
from tests.world import World


def test_a_registry_with_every_kind_of_record_is_sound(world: World) -> None:
    ana, budi = world.assessor(), world.assessor()
    plan = world.schedule(candidates=4)
    world.assign(plan, ana)
    drafts = [
        world.record(ana, plan.attempts[0]),
        world.record(ana, plan.attempts[1], "BK"),
        world.record(ana, plan.attempts[2], outcome="absent"),
    ]
    world.sign(ana, *drafts)
    world.paper(plan, ana, plan.attempts[3], world.today)
    other = world.schedule()
    world.assign(other, budi)
    world.sign(budi, world.record(budi, other.attempts[0]))
    world.suspend(budi, world.today)
    assert broken(world.db, world.registry, world.now) == []


@pytest.mark.parametrize(
    ("attack", "repair", "said"),
    [
        (
            "UPDATE attempt SET recorded_at = NULL",
            "UPDATE attempt SET recorded_at = now()",
            "a candidate with a record who is not marked so",
        ),
        (
            "UPDATE draft SET recommendation = 'BK'",
            "UPDATE draft SET recommendation = 'K'",
            "a draft that says otherwise",
        ),
        (
            "UPDATE draft SET units = units - (SELECT min(code) FROM record_unit)",
            "UPDATE draft SET units = (SELECT jsonb_object_agg(code, result) FROM record_unit)",
            "a draft that says otherwise",
        ),
        (
            "UPDATE active_period SET during = daterange('2022-01-03', '2033-01-01')",
            "UPDATE active_period SET during = daterange('2022-01-03', '2032-01-01')",
            "derived days differ",
        ),
        (
            "UPDATE registration_number SET current = true",
            "UPDATE registration_number SET current = (number <> '900000')",
            "someone with two current registration numbers",
        ),
    ],
)
def test_what_is_broken_by_hand_is_found(world: World, attack: str, repair: str, said: str) -> None:
    ana = world.assessor()
    plan = world.schedule()
    world.assign(plan, ana)
    world.sign(ana, world.record(ana, plan.attempts[0]))
    with world.db.transaction() as tx:
        tx.execute(
            text(
                "INSERT INTO registration_number (id, assessor_id, series, number, year, current, created_at) "
                "VALUES (gen_random_uuid(), :who, '000', '900000', 2020, false, now())"
            ),
            {"who": ana.id},
        )
        tx.execute(text(attack))
    found = broken(world.db, world.registry, world.now)
    assert found
    assert all(line.startswith(said) for line in found)
    with world.db.transaction() as tx:
        tx.execute(text(repair))
