"""Results stay with the school at which they were reached, and with the LSP; the new school sees what comes after."""

import pytest
from tests.world import DAY, World

from assessor_registry.accounts.rules import Scope
from assessor_registry.assessments import store
from assessor_registry.errors import NotFound
from assessor_registry.institutions import actions as institutions
from assessor_registry.reports import results
from assessor_registry.reports import schedules as plans
from assessor_registry.scheduling import store as scheduling
from assessor_registry.students import actions as pupils


def test_the_former_school_keeps_the_result_and_the_new_one_begins_with_its_own(world: World) -> None:
    who, new_school = world.assessor(), world.school()
    (pupil,) = world.students(1)
    world.db.perform(
        lambda tx: institutions.network_school(
            tx, world.system, world.home.id, new_school, world.today, "SK-J", world.now
        )
    )
    plan = world.schedule(candidates=[pupil])
    world.assign(plan, who)
    [code] = world.sign(who, world.record(who, plan.attempts[0], "BK"))
    change = pupils.Change(pupil, 1, {}, school_id=new_school)
    world.db.perform(
        lambda tx: pupils.change_many(tx, world.system, world.secrecy, [change], world.now, today=world.today)
    )
    former, later = (Scope("school", str(one)) for one in (plan.lsp.school_id, new_school))
    with world.db.read() as conn:
        assert store.record(conn, former, code).code == code
        assert [line.code for line in results.listed(conn, former, results.Question()).lines] == [code]
        assert len(scheduling.candidates(conn, former, plan.id)) == 1
        assert store.record(conn, plan.lsp.admin.scope, code).code == code
        with pytest.raises(NotFound):
            store.record(conn, later, code)
        assert store.records(conn, later) == []
        assert results.listed(conn, later, results.Question()).lines == ()
        assert results.tries(conn, later, pupil) == []
        assert scheduling.schedules(conn, later) == []
        assert plans.listed(conn, later, world.today, plans.Question()).total == 0
    world.today += DAY
    again = world.schedule(candidates=[pupil])
    with world.db.read() as conn:
        assert [each.schedule_id for each in results.tries(conn, later, pupil)] == [again.id]
        assert [each.id for each in scheduling.schedules(conn, later)] == [again.id]
