"""The way by paper, and what becomes of records when active days are lost."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.support.event import DAY, D, Event, at

from assessor_registry.accounts.rules import PROVINCE, Actor, Scope, system
from assessor_registry.assessments import actions, store
from assessor_registry.assessments.rules import Content
from assessor_registry.db.engine import Database
from assessor_registry.errors import Conflict, Forbidden, InvalidInput, NotEligible, NotFound, Refusal
from assessor_registry.proof.verdict import verdict
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.words import sentence

SYSTEM = system("test")


@pytest.fixture
def event(database: Database) -> Event:
    return Event(database)


def enter(event: Event, by: Actor, actor: Actor, attempt: UUID, today: date = D + DAY, **changes: Any) -> UUID:
    values: dict[str, Any] = {
        "assessor_id": actor.assessor_id, "first_day": D, "last_day": D, "outcome": "assessed",
        "units": dict.fromkeys(event.codes, "K"), "recommendation": "K",
        "scan_id": changes.pop("scan", None) or event.scan(), "reason": "Tidak ada sinyal",
        "today": today, "now": at(today),
    } | changes  # fmt: skip
    return event.db.perform(lambda tx: actions.enter_paper(tx, by, attempt, 1, **values))


def confirm(event: Event, by: Actor, paper: UUID, today: date = D + 2 * DAY) -> str:
    return event.db.perform(lambda tx: actions.confirm_paper(tx, by, paper, registry=event.registry, now=at(today)))


def codes(refusal: Refusal) -> set[str]:
    assert all(sentence(reason) for reason in (refusal.reason, *refusal.reasons))
    return {reason.code for reason in refusal.reasons}


# --- Paper -------------------------------------------------------------------------------------------------------


def test_paper_takes_the_result_of_the_last_day_when_the_signature_came_too_late(event: Event) -> None:
    actor, _, (attempt,) = event.ready(1, last_day=D)
    draft = event.save(actor, attempt, event.competent()).draft_id
    with pytest.raises(NotEligible):
        event.sign(actor, [draft], at(D + DAY))
    one, two = event.admin(), event.admin()
    code = confirm(event, two, enter(event, one, actor, attempt))
    with event.db.read() as conn:
        shown = actions.public_check(conn, code)
        found = verdict(
            actions.bundle(conn, PROVINCE, event.registry, code, at(D + 3 * DAY)), event.registry.root_pem.encode()
        )
    assert (shown.origin, shown.state, shown.first_day) == ("paper", "valid", D)
    assert found.valid, [check.detail for check in found.checks if not check.ok]
    assert found.statement is not None
    assert found.statement.paper is not None
    assert (found.statement.paper.entered_by, found.statement.paper.confirmed_by) == (one.name, two.name)
    assert (found.statement.signed_on, found.statement.assessor.last_active_day) == (D + 2 * DAY, D)
    with pytest.raises(Conflict, match="already_signed"):
        event.save(actor, attempt, event.competent(note="x"), version=1)


def test_paper_is_confirmed_by_a_second_person_who_did_not_assess(event: Event) -> None:
    actor, _, (attempt,) = event.ready(1)
    one = event.admin()
    paper = enter(event, one, actor, attempt)
    with pytest.raises(Forbidden, match="paper_same_person"):
        confirm(event, one, paper)
    with pytest.raises(Forbidden, match="paper_own"):
        confirm(event, event.admin(assessor=actor.assessor_id), paper)
    with pytest.raises(Forbidden, match="paper_needs_account"):
        confirm(event, SYSTEM, paper)
    with event.db.transaction() as tx:
        other = event.new_lsp(tx, "LSP Lain", event.new_school(tx, "SMK Lain"))
    with pytest.raises(NotFound):
        confirm(event, event.admin(other), paper)
    assert confirm(event, event.admin(), paper)
    with pytest.raises(Conflict, match="paper_decided"):
        confirm(event, event.admin(), paper)


@pytest.mark.parametrize(
    ("today", "changes", "expected"),
    [
        (D + 14 * DAY, {}, None),
        (D + 15 * DAY, {}, {"assessments.paper_late"}),
        (D - DAY, {}, {"assessments.paper_early"}),
        (D, {"recommendation": "K", "units": {}}, {"assessments.units_missing", "assessments.nothing_assessed"}),
        (D + 2 * DAY, {"first_day": D + DAY, "last_day": D + DAY},
         {"assessments.days_not_assigned", "assessments.not_active_on", "validity.expired"}),
    ],
)  # fmt: skip
def test_paper_must_be_in_time_complete_and_of_days_on_which_the_assessor_was_active_and_assigned(
    event: Event, today: date, changes: dict[str, Any], expected: set[str] | None
) -> None:
    actor, _, (attempt,) = event.ready(1, last_day=D)
    if expected is None:
        assert enter(event, event.admin(), actor, attempt, today, **changes)
        return
    with pytest.raises(NotEligible) as refused:
        enter(event, event.admin(), actor, attempt, today, **changes)
    assert codes(refused.value) == expected


def test_paper_of_someone_who_was_not_assigned_is_refused(event: Event) -> None:
    _, _, (attempt,) = event.ready(1)
    with pytest.raises(NotEligible) as refused:
        enter(event, event.admin(), event.assessor(), attempt)
    assert codes(refused.value) == {"assessments.days_not_assigned"}


def test_paper_needs_its_scan_and_its_reason_and_does_not_overwrite_a_signature(event: Event) -> None:
    actor, _, (attempt,), _ = event.signed()
    with pytest.raises(NotFound, match="no_scan"):
        enter(event, event.admin(), actor, attempt, scan=uuid4())
    with pytest.raises(InvalidInput, match="reason_missing"):
        enter(event, event.admin(), actor, attempt, reason=" ")
    with pytest.raises(Conflict, match="already_signed"):
        enter(event, event.admin(), actor, attempt)


def test_paper_that_waits_is_not_entered_twice_and_may_be_rejected(event: Event) -> None:
    actor, _, (attempt,) = event.ready(1)
    paper = enter(event, event.admin(), actor, attempt)
    with pytest.raises(Conflict, match="paper_waiting"):
        enter(event, event.admin(), actor, attempt)
    with event.db.transaction() as tx:
        actions.reject_paper(tx, event.admin(), paper, reason="Pindaian buram", now=at(D + DAY))
    with event.db.read() as conn:
        (row,) = store.papers_entered(conn, Scope("lsp", str(event.lsp)), attempt_id=attempt)
    assert (row.state, row.rejected_reason) == ("rejected", "Pindaian buram")
    assert confirm(event, event.admin(), enter(event, event.admin(), actor, attempt))


def test_a_signature_that_came_meanwhile_stops_the_paper(event: Event) -> None:
    actor, _, (attempt,) = event.ready(1)
    paper = enter(event, event.admin(), actor, attempt)
    draft = event.save(actor, attempt, event.competent()).draft_id
    event.sign(actor, [draft])
    with pytest.raises(Conflict, match="already_signed"):
        confirm(event, event.admin(), paper)


def test_paper_may_correct_a_record_and_names_it(event: Event) -> None:
    actor, _, (attempt,), (code,) = event.signed()
    paper = enter(event, event.admin(), actor, attempt, replaces=code, note_text="x", recommendation="BK")
    newer = confirm(event, event.admin(), paper)
    assert (event.state(code), event.state(newer)) == ("replaced", "valid")


# --- Lost days ---------------------------------------------------------------------------------------------------


def suspend(event: Event, actor: Actor, first: date) -> tuple[UUID, ...]:
    assert actor.assessor_id is not None
    with event.db.transaction() as tx:
        shrunk = event.suspend(tx, actor.assessor_id, first, None, at(D + 5 * DAY))
        scheduling.withdraw_lost(tx, SYSTEM, shrunk, now=at(D + 5 * DAY))
        return actions.contest_lost(tx, SYSTEM, shrunk, reason="SK pembekuan 1/2026", now=at(D + 5 * DAY)).records


def test_a_decree_on_past_days_contests_what_was_signed_then_in_the_same_transaction(event: Event) -> None:
    actor, _, _, (code,) = event.signed()
    assert actor.assessor_id is not None
    with pytest.raises(DBAPIError, match="fk_"), event.db.transaction() as tx:
        shrunk = event.suspend(tx, actor.assessor_id, D, None, at(D + 5 * DAY))
        scheduling.withdraw_lost(tx, SYSTEM, shrunk, now=at(D + 5 * DAY))
    assert event.state(code) == "valid"
    assert len(suspend(event, actor, D)) == 1
    assert event.state(code) == "contested"
    with event.db.read() as conn:
        assert [row.code for row in store.records(conn, PROVINCE, states=["contested"])] == [code]
        assert store.records(conn, PROVINCE, states=["valid"]) == []
        found = verdict(
            actions.bundle(conn, PROVINCE, event.registry, code, at(D + 6 * DAY)), event.registry.root_pem.encode()
        )
    assert (found.authentic, found.valid) == (True, False)


def test_days_that_do_not_touch_a_record_leave_it_alone(event: Event) -> None:
    actor, _, _, (code,) = event.signed()
    assert suspend(event, actor, D + DAY) == ()
    assert event.state(code) == "valid"


def test_a_contested_record_is_upheld_by_reference_or_annulled(event: Event) -> None:
    actor, _, _, (one, two) = event.signed(2)
    suspend(event, actor, D)
    with event.db.transaction() as tx:
        actions.uphold(tx, SYSTEM, one, reference="BA pleno 7/2026", now=at(D + 6 * DAY))
        actions.annul(tx, SYSTEM, two, reason="Asesor dibekukan", now=at(D + 6 * DAY))
    assert (event.state(one), event.state(two)) == ("valid", "annulled")
    with pytest.raises(Conflict, match="not_contested"), event.db.transaction() as tx:
        actions.uphold(tx, SYSTEM, two, reference="x", now=at(D + 6 * DAY))
    with pytest.raises(Conflict, match="already_annulled"), event.db.transaction() as tx:
        actions.annul(tx, SYSTEM, two, reason="x", now=at(D + 6 * DAY))
    with pytest.raises(InvalidInput), event.db.transaction() as tx:
        actions.uphold(tx, SYSTEM, one, reference=" ", now=at(D))
    with event.db.read() as conn:
        acts = conn.execute(
            text("SELECT act FROM audit_entry WHERE subject_kind = 'record' ORDER BY at, act")
        ).scalars()
        assert [act.removeprefix("assessments.") for act in acts] == [
            "sign", "sign", "contest", "contest", "annul", "uphold"
        ]  # fmt: skip


def test_the_state_of_a_record_never_goes_back(event: Event) -> None:
    actor, _, _, (code,) = event.signed()
    suspend(event, actor, D)
    with pytest.raises(DBAPIError, match="never changed"), event.db.transaction() as tx:
        tx.execute(text("UPDATE record_state SET contested_at = NULL, contested_reason = NULL"))
    assert event.state(code) == "contested"


def test_an_annulled_result_is_recorded_anew_and_names_the_annulled_one(event: Event) -> None:
    actor, _, (attempt,), (code,) = event.signed()
    with event.db.transaction() as tx:
        actions.annul(tx, SYSTEM, code, reason="Salah orang", now=at(D, 16))
    with pytest.raises(Conflict, match="not_in_force"), event.db.transaction() as tx:
        actions.correct(tx, actor, code, reason="x", now=at(D, 16))
    again = event.save(actor, attempt, event.competent(note="diulang"), version=1)
    (newer,) = event.sign(actor, [again.draft_id], at(D, 17))
    assert (event.state(code), event.state(newer)) == ("annulled", "valid")


# --- The public check --------------------------------------------------------------------------------------------


def test_the_public_page_shows_initials_and_opens_with_the_nisn(event: Event) -> None:
    _, _, _, (code,) = event.signed()
    with event.db.read() as conn:
        shown = actions.public_check(conn, code.lower())
        row = store.record(conn, PROVINCE, code)
        assert row.nisn is not None
        assert row.student_name not in repr(shown)
        assert (shown.assessor, shown.candidate[:2], shown.opens_with_nisn) == (row.assessor_name, "S.", True)
        with pytest.raises(InvalidInput, match="nisn_differs"):
            actions.opened_check(conn, code, "0000000000")
        opened = actions.opened_check(conn, code, f" {row.nisn} ")
        assert [unit.result for unit in opened.units] == ["K"] * len(event.codes)
        with pytest.raises(NotFound):
            actions.public_check(conn, "A" * 26)


def test_a_party_sees_a_record_within_its_scope_only(event: Event) -> None:
    actor, _, _, (code,) = event.signed()
    with event.db.read() as conn:
        for scope in (Scope("lsp", str(event.lsp)), Scope("school", str(event.school)), actor.scope,
                      Scope("region", "64.72"), PROVINCE):  # fmt: skip
            assert actions.party_check(conn, scope, code).record.code == code
            assert len(store.records(conn, scope)) == 1
        for scope in (Scope("lsp", str(uuid4())), Scope("school", str(uuid4())), Scope("self", str(uuid4())),
                      Scope("region", "64.01"), Scope("nowhere")):  # fmt: skip
            with pytest.raises(NotFound):
                actions.party_check(conn, scope, code)
            assert store.records(conn, scope) == []


def test_the_logbook_of_an_assessor_lists_what_they_signed(event: Event) -> None:
    actor, _, attempts, found = event.signed(3)
    with event.db.read() as conn:
        rows = store.records(conn, actor.scope, assessor_id=actor.assessor_id)
    assert {row.code for row in rows} == set(found)
    assert {row.attempt_id for row in rows} == set(attempts)


def test_absent_and_withdrew_are_signed_as_outcomes(event: Event) -> None:
    actor, _, (one, two) = event.ready(2)
    wanted = [
        event.save(actor, one, Content("absent")).draft_id,
        event.save(actor, two, Content("withdrew", {event.codes[0]: "K"})).draft_id,
    ]
    found = event.sign(actor, wanted)
    with event.db.read() as conn:
        assert [(store.record(conn, PROVINCE, code).outcome, store.record(conn, PROVINCE, code).recommendation)
                for code in found] == [("absent", None), ("withdrew", None)]  # fmt: skip
        for code in found:
            made = actions.bundle(conn, PROVINCE, event.registry, code, at(D, 18))
            assert verdict(made, event.registry.root_pem.encode()).valid
