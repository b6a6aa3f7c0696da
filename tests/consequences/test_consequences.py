"""A decree over what is standing: it is never refused, assignments give way, signed results are contested."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, text
from tests.world import World

from assessor_registry.accounts.rules import PROVINCE, Role, Scope
from assessor_registry.assessments import actions as assessments
from assessor_registry.assessments import store as results
from assessor_registry.assessments.store import upheld
from assessor_registry.consequences import actions as consequences
from assessor_registry.errors import NotFound
from assessor_registry.validity import actions as validity
from assessor_registry.validity.actions import Done, NewExtension, NewSanction

DAY = timedelta(days=1)


def withdrawn(world: World) -> list[date]:
    with world.db.read() as conn:
        return list(conn.execute(text("SELECT held_on FROM assignment WHERE withdrawn_at IS NOT NULL")).scalars())


def test_a_sanction_over_a_confirmed_assignment_and_a_signed_record_withdraws_and_contests(world: World) -> None:
    ana = world.assessor()
    today = world.schedule(candidates=1)
    world.assign(today, ana)
    (code,) = world.sign(ana, world.record(ana, today.attempts[0]))
    later = world.schedule(world.today + 7 * DAY)
    world.assign(later, ana)
    division = world.account(Role.DIVISION)
    new = NewSanction(ana.id, "suspension", world.today, None, "SANKSI-1", world.today, world.today)

    def suspend(tx: Connection) -> Done:
        return validity.sanction(tx, division, new, now=world.now)

    shown = consequences.preview(world.db, division, suspend, reason="Pembekuan SANKSI-1", now=world.now)
    assert (len(shown.people), set(shown.schedules), len(shown.records)) == (1, {today.id, later.id}, 1)
    assert withdrawn(world) == []
    assert world.found(code).state == "valid"
    assert world.standing(ana).active

    done = world.db.perform(
        lambda tx: consequences.apply(tx, division, suspend, reason="Pembekuan SANKSI-1", now=world.now)
    )
    assert set(done.followed.schedules) == set(shown.schedules)
    assert sorted(withdrawn(world)) == [world.today, world.today + 7 * DAY]
    found = world.found(code)
    assert (found.state, found.contested_reason) == ("contested", "Pembekuan SANKSI-1")
    assert not world.standing(ana).active


def test_what_lies_before_the_sanction_stays(world: World) -> None:
    ana = world.assessor()
    plan = world.schedule(candidates=1)
    world.assign(plan, ana)
    (code,) = world.sign(ana, world.record(ana, plan.attempts[0]))
    new = NewSanction(ana.id, "revocation", world.today + DAY, None, "CABUT-1", world.today, world.today)
    done = world.db.perform(
        lambda tx: consequences.apply(
            tx, world.system, lambda inner: validity.sanction(inner, world.system, new, now=world.now),
            reason="Pencabutan", now=world.now,
        )
    )  # fmt: skip
    assert done.followed.records == ()
    assert withdrawn(world) == []
    assert world.found(code).state == "valid"


def test_a_circular_taken_back_takes_what_stood_on_it(world: World) -> None:
    last = world.today - 10 * DAY
    ana = world.assessor(certificate=(last - 700 * DAY, last))
    new = NewExtension(last - DAY, last + DAY, world.today + 90 * DAY, "SE-1", last, last)
    entered = world.db.perform(lambda tx: validity.extend(tx, world.system, new, now=world.now))
    plan = world.schedule(world.today + 3 * DAY)
    world.assign(plan, ana)

    def take_back(tx: Connection) -> Done:
        return validity.cancel_extension(
            tx, world.system, entered.id, reference="SE-2", issued_on=world.today, received_on=world.today,
            now=world.now,
        )  # fmt: skip

    done = world.db.perform(
        lambda tx: consequences.apply(tx, world.system, take_back, reason="SE-2", now=world.now)
    )  # fmt: skip
    assert done.followed.people == (ana.id,)
    assert done.followed.schedules == (plan.id,)
    assert withdrawn(world) == [world.today + 3 * DAY]


def test_a_preview_names_whom_a_circular_would_bring_back(world: World) -> None:
    last = world.today - 10 * DAY
    ended = world.assessor(certificate=(last - 700 * DAY, last))
    running = world.assessor(certificate=(last - 700 * DAY, world.today + 5 * DAY))
    world.assessor()
    new = NewExtension(last, world.today + 5 * DAY, world.today + 90 * DAY, "SE-1", last, last)
    with world.db.read() as conn:
        found = consequences.preview_reach(conn, new, world.today)
    assert found.covered == {ended.id, running.id}
    assert found.revived == {ended.id}


def test_a_refused_act_leaves_nothing_behind(world: World) -> None:
    with world.db.read() as conn:
        before = conn.execute(text("SELECT count(*) FROM audit_entry")).scalar_one()
    stranger = NewSanction(world.lsp().id, "suspension", world.today, None, "X", world.today, world.today)
    with pytest.raises(NotFound):
        consequences.preview(
            world.db, world.system, lambda tx: validity.sanction(tx, world.system, stranger, now=world.now),
            reason="x", now=world.now,
        )  # fmt: skip
    with world.db.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM sanction")).scalar_one() == 0
        assert conn.execute(text("SELECT count(*) FROM audit_entry")).scalar_one() >= before
        assert results.records(conn, PROVINCE) == []


def test_a_result_that_was_upheld_is_shown_when_its_day_is_lost_again_and_stays_in_force(world: World) -> None:
    ana = world.assessor()
    plan = world.schedule(candidates=1)
    world.assign(plan, ana)
    (code,) = world.sign(ana, world.record(ana, plan.attempts[0]))
    first = world.suspend(ana, world.today, world.today)
    world.db.perform(lambda tx: assessments.uphold(tx, plan.lsp.admin, code, reference="S-1", now=world.now))
    ending = validity.EndingDecree(world.today, "B-1", world.today, world.today)
    world.db.perform(lambda tx: validity.cancel_sanction(tx, world.system, first, ending, now=world.now))
    day, held = plan.first_day, world.found(code).id
    world.today += 3 * DAY
    new = NewSanction(ana.id, "suspension", day - DAY, None, "SANKSI-2", day, world.today)

    def suspend(tx: Connection) -> Done:
        return validity.sanction(tx, world.system, new, now=world.now)

    shown = consequences.preview(world.db, world.system, suspend, reason="SANKSI-2", now=world.now)
    assert (shown.records, shown.again) == ((), (held,))
    with world.db.read() as conn:
        assert upheld.to_review(conn, plan.lsp.admin.scope) == []
    world.db.perform(lambda tx: consequences.apply(tx, world.system, suspend, reason="SANKSI-2", now=world.now))
    with world.db.read() as conn:
        assert upheld.to_review(conn, plan.lsp.admin.scope) == [held]
        assert upheld.to_review(conn, Scope("lsp", str(plan.id))) == []
    assert world.found(code).state == "valid"
