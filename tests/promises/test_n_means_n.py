"""An act on N things does exactly those N: none left out, none twice, none of somebody else's.

Tried for every number from none to fifty in the campaign, else for some; each with things beside them that are not
meant.
"""

import pytest
from sqlalchemy import text
from tests.support.campaign import full, seeded
from tests.support.importing import Importing, assessor
from tests.world import World

from assessor_registry.errors import Refusal
from assessor_registry.intake import actions as intake
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.scheduling import store as schedules

NUMBERS = range(51) if full() else sorted({0, 1, 50, *seeded("n means n").sample(range(2, 50), 2)})


@pytest.mark.parametrize("number", NUMBERS)
def test_candidates_that_are_added_shared_out_recorded_and_signed_are_those_that_were_meant(
    world: World, number: int
) -> None:
    ana, budi = world.assessor(), world.assessor()
    plan = world.schedule(candidates=2)  # two who are not meant
    for who in (ana, budi):
        world.assign(plan, who)
    students = world.students(number)
    added = () if not number else world.db.perform(
        lambda tx: scheduling.add_candidates(tx, plan.lsp.admin, plan.id, students, today=world.today, now=world.now)
    ).attempts  # fmt: skip
    assert len(set(added)) == number
    with world.db.read() as conn:
        listed = {row.attempt_id: row.student_id for row in schedules.candidates(conn, plan.lsp.admin.scope, plan.id)}
    assert {listed[one] for one in added} == set(students)
    meant = list(added)[:10]  # as many as one assessor may have
    world.db.perform(
        lambda tx: scheduling.allocate(tx, plan.lsp.admin, plan.id, dict.fromkeys(meant, ana.id), now=world.now)
    )
    with world.db.read() as conn:
        rows = schedules.candidates(conn, plan.lsp.admin.scope, plan.id)
    assert {row.attempt_id for row in rows if row.assessor_id == ana.id} == set(meant)
    begun = [world.record(ana, attempt) for attempt in meant]
    world.record(budi, plan.attempts[0])
    if not begun:
        with pytest.raises(Refusal):
            world.sign(ana)
        return
    codes = world.sign(ana, *begun)
    assert len(set(codes)) == len(begun)
    with world.db.read() as conn:
        signed = set(conn.execute(text("SELECT attempt_id FROM record")).scalars())
    assert signed == set(meant)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_decree_appoints_those_that_it_names(world: World, number: int) -> None:
    people = [world.assessor(appointed=False, enrolled=False).id for _ in range(number + 1)]
    meant = people[:number]
    if meant:
        world.appoint(world.home, *meant)
    with world.db.read() as conn:
        found = set(conn.execute(text("SELECT assessor_id FROM appointment")).scalars())
    assert found == set(meant)


@pytest.mark.parametrize("number", NUMBERS)
def test_an_import_takes_in_as_many_people_as_its_rows(world: World, number: int) -> None:
    assert world.home
    if not number:
        return
    source = Importing.direct(None, "assessors", [assessor(serial) for serial in range(1, number + 1)])  # type: ignore[arg-type]
    done = world.db.perform(lambda tx: intake.import_now(
        tx, world.system, source, uploads_dir=world.folder, secrecy=world.secrecy, now=world.now, today=world.today
    ))  # fmt: skip
    assert done.plan.counts["new"] == number
    with world.db.read() as conn:
        people = conn.execute(text("SELECT count(*), count(DISTINCT id) FROM assessor")).one()
        numbers = conn.execute(text("SELECT count(DISTINCT number) FROM registration_number")).scalar_one()
    assert (*people, numbers) == (number, number, number)
