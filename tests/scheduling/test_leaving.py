"""Whoever leaves a schedule leaves nothing behind that keeps somebody else from going on."""

from datetime import date

import pytest
from tests.world import DAY, PersonRef, Plan, World

from assessor_registry.accounts.rules import PROVINCE
from assessor_registry.assessments import actions as assessments
from assessor_registry.assessments import store as results
from assessor_registry.audit import store as audit
from assessor_registry.errors import Conflict, NotEligible
from assessor_registry.scheduling import actions, store
from assessor_registry.web.recording import entries

D = date(2026, 11, 23)


def give(world: World, plan: Plan, who: PersonRef, *attempts: int) -> None:
    given = {plan.attempts[number]: who.id for number in attempts or range(len(plan.attempts))}
    world.db.perform(lambda tx: actions.allocate(tx, plan.lsp.admin, plan.id, given, now=world.now))


def leave(world: World, plan: Plan, who: PersonRef) -> None:
    world.db.perform(lambda tx: actions.withdraw(tx, plan.lsp.admin, plan.id, who.id, reason="sakit", now=world.now))


def replace(world: World, plan: Plan, old: PersonRef, new: PersonRef) -> None:
    world.db.perform(
        lambda tx: actions.replace_assessor(
            tx, plan.lsp.admin, plan.id, old.id, new.id, reason="sakit", letter_number="9/ST", letter_date=D,
            now=world.now,
        )
    )  # fmt: skip


def given_to(world: World, plan: Plan) -> list[object]:
    with world.db.read() as conn:
        return [row.assessor_id for row in store.candidates(conn, PROVINCE, plan.id)]


def begun(world: World, *, candidates: int = 1) -> tuple[PersonRef, PersonRef, Plan]:
    """Somebody has begun to record their candidates, every unit K, when they can not go on."""
    ana, budi = world.assessor(), world.assessor()
    plan = world.schedule(candidates=candidates)
    world.assign(plan, ana)
    give(world, plan, ana)
    for attempt in plan.attempts:
        world.record(ana, attempt)
    return ana, budi, plan


def test_whoever_comes_in_their_place_records_and_signs_what_was_begun(world: World) -> None:
    ana, budi, plan = begun(world)
    replace(world, plan, ana, budi)
    with world.db.read() as conn:
        assert entries(conn, ana.id, plan.id) == []
        (entry,) = entries(conn, budi.id, plan.id)
    assert (entry.part, entry.content["units"], entry.content["outcome"]) == (1, {}, None)
    (code,) = world.sign(budi, world.record(budi, plan.attempts[0], version=entry.version))
    assert world.found(code).assessor_id == budi.id


def test_what_the_first_one_marked_is_not_signed_by_the_second_and_stays_in_the_trail(world: World) -> None:
    ana, budi, plan = begun(world)
    replace(world, plan, ana, budi)
    attempt = plan.attempts[0]
    with world.db.read() as conn:
        (entry,) = entries(conn, budi.id, plan.id)
    world.db.perform(
        lambda tx: assessments.save_attendance(
            tx, budi.actor, plan.id, {attempt: "assessed"}, {attempt: entry.version}, today=world.today, now=world.now
        )
    )
    with world.db.read() as conn:
        (row,) = results.drafts_of(conn, [attempt])
        trail = audit.of_subject(conn, "attempt", attempt)
    assert (row.assessor_id, dict(row.units), row.recommendation, row.note) == (budi.id, {}, None, None)
    taken = next(entry for entry in trail if entry.act == "assessments.take_over")
    assert taken.before is not None and taken.before["units"] == dict.fromkeys(plan.scheme.codes, "K")
    with pytest.raises(NotEligible) as refused:
        world.sign(budi, row.id)
    assert "assessments.nothing_assessed" in {reason.code for reason in refused.value.reasons}


def test_who_was_withdrawn_does_not_keep_the_candidate_from_the_next(world: World) -> None:
    ana, budi, plan = begun(world)
    leave(world, plan, ana)
    world.assign(plan, budi)
    with world.db.read() as conn:
        (entry,) = entries(conn, budi.id, plan.id)
    world.sign(budi, world.record(budi, plan.attempts[0], version=entry.version))


def test_a_part_begun_by_who_left_is_no_part_that_a_colleague_waits_for(world: World) -> None:
    ana, budi, plan = begun(world)
    leave(world, plan, ana)
    world.assign(plan, budi)
    (code,) = world.sign(budi, world.record(budi, plan.attempts[0], part=2, version=0))
    assert world.found(code).part == 2


def test_who_is_still_there_keeps_what_they_began(world: World) -> None:
    _ana, budi, plan = begun(world)
    world.assign(plan, budi)
    with world.db.read() as conn:
        assert entries(conn, budi.id, plan.id) == []
    with pytest.raises(Exception, match="other_assessor"):
        world.record(budi, plan.attempts[0])


def test_a_sanction_leaves_no_candidate_with_who_may_not_assess(world: World) -> None:
    ana, budi = world.assessor(), world.assessor()
    plan = world.schedule(D + DAY * 10, candidates=2)
    world.assign(plan, ana)
    give(world, plan, ana)
    world.suspend(ana, D + DAY * 5)
    assert given_to(world, plan) == [None, None]
    world.assign(plan, budi)
    with world.db.read() as conn:
        assert [reason.code for reason in actions.needs(conn, PROVINCE, plan.id)] == ["scheduling.needs_allocation"]
        assert "scheduling.free_candidates" in {entry.act for entry in audit.of_subject(conn, "schedule", plan.id)}
    give(world, plan, budi, 0)
    assert sorted(map(str, given_to(world, plan))) == sorted([str(budi.id), "None"])


def test_who_keeps_a_day_keeps_the_candidates(world: World) -> None:
    ana = world.assessor()
    plan = world.schedule(D + DAY * 4, D + DAY * 5, candidates=2)
    world.assign(plan, ana)
    give(world, plan, ana)
    world.suspend(ana, D + DAY * 5)
    assert given_to(world, plan) == [ana.id, ana.id]


def test_a_candidate_of_somebody_no_longer_assigned_counts_as_given_to_nobody(world: World) -> None:
    ana, budi = world.assessor(), world.assessor()
    plan = world.schedule(candidates=2)
    world.assign(plan, ana)
    give(world, plan, ana)
    leave(world, plan, ana)
    world.assign(plan, budi)
    with world.db.transaction() as tx:
        store.allocate(tx, {plan.attempts[0]: ana.id})
    with world.db.read() as conn:
        assert store.schedule(conn, PROVINCE, plan.id).unallocated == 2


def test_what_was_signed_by_who_left_hinders_no_sharing_out(world: World) -> None:
    ana, budi = world.assessor(), world.assessor()
    plan = world.schedule(D, D + DAY, candidates=3)
    world.assign(plan, ana)
    give(world, plan, ana)
    world.sign(ana, world.record(ana, plan.attempts[0]))
    world.suspend(ana, D)
    world.assign(plan, budi, D + DAY)
    give(world, plan, budi, 1, 2)
    shares = world.db.perform(lambda tx: actions.split_evenly(tx, plan.lsp.admin, plan.id, now=world.now))
    assert set(shares.values()) == {budi.id}


def test_nobody_is_given_candidates_who_is_not_assigned(world: World) -> None:
    ana, budi = world.assessor(), world.assessor()
    plan = world.schedule(candidates=1)
    world.assign(plan, ana)
    with pytest.raises(NotEligible) as refused:
        give(world, plan, budi)
    assert [reason.code for reason in refused.value.reasons] == ["scheduling.not_assigned"]
    leave(world, plan, ana)
    with pytest.raises(Conflict):
        world.db.perform(lambda tx: actions.split_evenly(tx, plan.lsp.admin, plan.id, now=world.now))
