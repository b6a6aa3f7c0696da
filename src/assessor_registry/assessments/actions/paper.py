"""Results on paper: entered by the LSP from the wet-signed FR.AK.02 with its scan, confirmed by a second person.

For a day without signal, or a signature that came too late. The record is sealed by the registry and says everywhere
that its origin is paper.
"""

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.assessments import store
from assessor_registry.assessments.actions._ground import (
    Grounds,
    asked_of,
    day_reasons,
    given_reason,
    read_grounds,
    standing_today,
    standings,
)  # fmt: skip
from assessor_registry.assessments.actions.signing import store_records
from assessor_registry.assessments.actions.statements import Case, Signing, fresh_names, missing_reasons, statement
from assessor_registry.assessments.rules import Content, paper_reasons, ready, shape_reasons
from assessor_registry.audit.actions import note
from assessor_registry.errors import Conflict, Forbidden, InvalidInput, NotEligible, NotFound, Reason
from assessor_registry.policy import store as policy
from assessor_registry.scheduling import store as scheduling
from assessor_registry.scheduling.rules import EVIDENCE
from assessor_registry.signing.actions import Registry, seal_statements
from assessor_registry.signing.statement import Paper

WINDOW = "paper_window_days"


def enter_paper(
    tx: Connection,
    actor: Actor,
    attempt_id: UUID,
    part: int,
    *,
    assessor_id: UUID,
    first_day: date,
    last_day: date,
    outcome: str,
    units: Mapping[str, str],
    recommendation: str | None,
    scan_id: UUID,
    reason: str,
    today: date,
    now: datetime,
    note_text: str | None = None,
    evidence: tuple[str, ...] | None = None,
    acknowledgement: str | None = "paper",
    replaces: str | None = None,
    window_days: int | None = None,
) -> UUID:
    """Enter a wet-signed result (hasil kertas); it counts when a second person has confirmed it.

    `replaces` is the code of a record that it corrects. `window_days` None asks the policy.

    Raises:
        NotFound: no such attempt (or record to replace) in the actor's scope; no such scan.
        Forbidden: the actor has no account.
        InvalidInput: no reason.
        Conflict: signed already; a paper result waits already.
        NotEligible: `assessments.paper_refused` with every reason: too early or late, not complete, the assessor not
            active or not assigned on those days.
    """
    entered_by = _account(actor)
    why = given_reason(reason)
    if not store.has_file(tx, scan_id):
        raise NotFound("assessments.no_scan", field="scan")
    store.lock_attempts(tx, [attempt_id])
    grounds = _grounds(tx, actor, attempt_id, assessor_id)
    old = _replaced(tx, actor, attempt_id, part, replaces)
    attempt = grounds.attempt(attempt_id)
    kinds = attempt.evidence_kinds if evidence is None else evidence
    handed_on = outcome == "assessed" and recommendation is None
    content = Content(
        outcome, units, kinds, recommendation, note_text, acknowledgement, handed_on, (first_day, last_day)
    )
    limit = policy.value(tx, WINDOW, last_day, lsp_id=attempt.lsp_id).integer if window_days is None else window_days
    reasons = [*paper_reasons(last_day, today, limit), *_content_reasons(grounds, attempt_id, part, content)]
    _require(tx, grounds, attempt_id, assessor_id, content, reasons)
    row = {
        "id": uuid4(), "attempt_id": attempt_id, "part": part, "assessor_id": assessor_id, "first_day": first_day,
        "last_day": last_day, "outcome": outcome, "units": dict(units), "recommendation": recommendation,
        "note": (note_text or "").strip() or None, "evidence": list(kinds), "acknowledgement": acknowledgement,
        "replaces": old, "reason": why, "scan_id": scan_id, "entered_by": entered_by, "entered_at": now,
    }  # fmt: skip
    store.add_paper(tx, row)
    note(tx, actor.author, "assessments.enter_paper", "attempt", attempt_id, now=now, after=row, reason=why)
    return row["id"]  # type: ignore[return-value]


def _account(actor: Actor) -> UUID:
    if actor.account_id is None:
        raise Forbidden("assessments.paper_needs_account")
    return actor.account_id


def _grounds(tx: Connection, actor: Actor, attempt_id: UUID, assessor_id: UUID) -> Grounds:
    grounds = read_grounds(tx, [attempt_id], [assessor_id])
    attempt = grounds.attempt(attempt_id)
    scheduling.schedule(tx, actor.scope, attempt.schedule_id)  # outside the scope it is not found
    if attempt.removed:
        raise NotFound("assessments.no_attempt")
    return grounds


def _replaced(tx: Connection, actor: Actor, attempt_id: UUID, part: int, code: str | None) -> UUID | None:
    """The record that the paper replaces; without one, the part must not be signed and no paper may wait."""
    waiting = store.papers_entered(tx, actor.scope, attempt_id=attempt_id, waiting=True)
    if any(row.part == part for row in waiting):
        raise Conflict("assessments.paper_waiting")
    head = store.heads(tx, [attempt_id]).get((attempt_id, part))
    if code is None:
        if head is not None and head[1] != "annulled":
            raise Conflict("assessments.already_signed")
        return None if head is None else head[0]
    old = store.record(tx, actor.scope, code)
    if (old.attempt_id, old.part) != (attempt_id, part) or old.state != "valid":
        raise Conflict("assessments.not_in_force")
    return old.id


def _content_reasons(grounds: Grounds, attempt_id: UUID, part: int, content: Content) -> list[Reason]:
    units = grounds.units_of(attempt_id)
    shape = shape_reasons(content, units, EVIDENCE)
    return [*shape, *ready(content, units, others=grounds.others(attempt_id, part))]


def _require(
    tx: Connection,
    grounds: Grounds,
    attempt_id: UUID,
    assessor_id: UUID,
    content: Content,
    reasons: list[Reason],
) -> None:
    """Active and assigned on those days, and nothing in `reasons`."""
    first, last = content.days or (date.max, date.min)
    if last < first:
        raise InvalidInput("assessments.days_reversed", field="days", first_day=first, last_day=last)
    attempt = grounds.attempt(attempt_id)
    answers = standings(tx, asked_of(attempt, assessor_id, first, last))
    duties = grounds.duties_of(attempt_id, assessor_id)
    every = [*reasons, *day_reasons(attempt, assessor_id, (first, last), duties, answers)]
    if every:
        raise NotEligible("assessments.paper_refused", reasons=tuple(every), count=len(every))


def confirm_paper(tx: Connection, actor: Actor, paper_id: UUID, *, registry: Registry, now: datetime) -> str:
    """Confirm a paper result against its scan; return the code of the record, sealed by the registry.

    Everything is asked again: the assessor may have lost those days meanwhile.

    Raises:
        NotFound: no such paper result in the actor's scope.
        Forbidden: the actor entered it, assessed it, or has no account.
        Conflict: confirmed or rejected already; the part was signed meanwhile.
        NotEligible: with every reason.
    """
    account = _account(actor)
    row = _waiting(tx, actor, paper_id)
    if account == row.entered_by:
        raise Forbidden("assessments.paper_same_person")
    if actor.assessor_id == row.assessor_id:
        raise Forbidden("assessments.paper_own")
    store.lock_attempts(tx, [row.attempt_id])
    head = store.heads(tx, [row.attempt_id]).get((row.attempt_id, row.part))
    if (None if head is None else head[0]) != row.replaces:
        raise Conflict("assessments.already_signed")
    grounds = _grounds(tx, actor, row.attempt_id, row.assessor_id)
    _require(tx, grounds, row.attempt_id, row.assessor_id, row.content,
             _content_reasons(grounds, row.attempt_id, row.part, row.content))  # fmt: skip
    store.change_paper(tx, row.id, confirmed_by=account, confirmed_at=now)
    return _seal(tx, actor, row, grounds, registry, now)


def _waiting(tx: Connection, actor: Actor, paper_id: UUID) -> store.PaperRow:
    found = store.papers_entered(tx, actor.scope, paper_id=paper_id, lock=True)
    if not found:
        raise NotFound("assessments.no_paper")
    if found[0].state != "waiting":
        raise Conflict("assessments.paper_decided")
    return found[0]


def _seal(
    tx: Connection,
    actor: Actor,
    row: store.PaperRow,
    grounds: Grounds,
    registry: Registry,
    now: datetime,
) -> str:
    attempt = grounds.attempt(row.attempt_id)
    duties = grounds.duties_of(row.attempt_id, row.assessor_id)
    letter = next(duty.letter for duty in duties if duty.day == row.first_day)
    case = Case(
        row.id, attempt, row.part, row.assessor_id, row.content, grounds.units_of(row.attempt_id), letter,
        row.replaces, row.reason if row.replaces else None, "paper", *fresh_names(secrets.token_bytes(16)),
    )  # fmt: skip
    signing = Signing(
        store.papers(tx, [row.assessor_id])[row.assessor_id],
        standing_today(tx, row.assessor_id, row.last_day).periods,
        store.licences(tx, [attempt.lsp_id]),
        now,
        Paper(entered_by=row.entered_name, confirmed_by=actor.name, scan_sha256=row.scan_sha256.hex()),
    )
    if reasons := missing_reasons(case, signing):
        raise NotEligible("assessments.paper_refused", reasons=tuple(reasons), count=len(reasons))
    signatures = seal_statements(registry, [statement(case, signing)])
    store_records(tx, actor, "assessments.confirm_paper", [case], signing, signatures, registry.issued["seal"].id)
    store.mark_part_signed(tx, row.attempt_id, row.part, case.record_id)
    return case.code


def reject_paper(tx: Connection, actor: Actor, paper_id: UUID, *, reason: str, now: datetime) -> None:
    """Reject a paper result: the scan does not say what was entered. It may be entered again.

    Raises:
        NotFound: no such paper result in the actor's scope.
        Conflict: confirmed or rejected already.
        InvalidInput: no reason.
    """
    row, why = _waiting(tx, actor, paper_id), given_reason(reason)
    store.change_paper(tx, row.id, rejected_at=now, rejected_reason=why)
    note(tx, actor.author, "assessments.reject_paper", "attempt", row.attempt_id, now=now, reason=why)
