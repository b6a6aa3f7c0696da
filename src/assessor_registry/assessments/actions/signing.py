"""Signing results: what will be signed is shown, then all of it is signed with one passphrase, or nothing.

The steps of `sign` have numbers, the same in code and text; each says what is true if the process dies there.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry import clock
from assessor_registry.accounts.rules import Actor
from assessor_registry.assessments import store
from assessor_registry.assessments.actions._ground import (
    Grounds,
    asked_of,
    day_reasons,
    own_assessor,
    read_grounds,
    standing_today,
    standings,
)  # fmt: skip
from assessor_registry.assessments.actions.statements import (
    Case,
    Signing,
    fresh_names,
    missing_reasons,
    record_row,
    statement,
    unit_rows,
)  # fmt: skip
from assessor_registry.assessments.rules import ready
from assessor_registry.audit.actions import Entry, note_all
from assessor_registry.db.engine import Database
from assessor_registry.errors import InvalidInput, NotEligible, NotFound, Reason
from assessor_registry.scheduling import store as scheduling
from assessor_registry.signing.actions import Holder, Registry, ensure_leaf, unlock
from assessor_registry.signing.jws import sign_many
from assessor_registry.signing.keys import UnlockedKey
from assessor_registry.signing.statement import Statement
from assessor_registry.validity.rules import Standing


@dataclass(frozen=True, slots=True)
class Preview:
    """What one draft would be signed as. `statement` is None while something that it must name is missing.

    Record id, code and time of signing are made when it is signed; here they are placeholders.
    """

    draft_id: UUID
    version: int
    statement: Statement | None
    reasons: tuple[Reason, ...]


def preview_signing(
    conn: Connection, actor: Actor, draft_ids: Iterable[UUID], *, now: datetime, zone: str
) -> list[Preview]:
    """Return exactly what would be signed for each draft, and why it can not be signed yet.

    Raises:
        Forbidden: the account is no assessor's.
        NotFound: a draft is not there, is someone else's, or was signed.
    """
    assessor = own_assessor(actor)
    wanted = list(dict.fromkeys(draft_ids))
    rows = _own(store.drafts(conn, wanted), wanted, assessor)
    if any(row.record_id is not None for row in rows):
        raise NotFound("assessments.no_draft")
    if not rows:
        return []
    facts = _read(conn, rows, assessor, now, zone)
    shown = []
    for row in rows:
        case = facts.case(row)
        reasons = facts.reasons(row, case)
        buildable = not missing_reasons(case, facts.signing) and facts.signing.last_active_day(case) is not None
        made = statement(case, facts.signing) if buildable and row.outcome else None
        shown.append(Preview(row.id, row.version, made, tuple(reasons)))
    return shown


def sign(
    db: Database,
    actor: Actor,
    draft_ids: Iterable[UUID],
    passphrase: str,
    *,
    registry: Registry,
    now: datetime,
    zone: str,
    versions: Mapping[UUID, int] | None = None,
) -> list[str]:
    """Sign drafts with one passphrase, all or none; return the codes of the records, in the order of `draft_ids`.

    A draft that was signed before, unchanged since, gives the code that it got then. `versions` (draft → version) are
    those that were shown; a draft that changed since is refused. `zone` is the institution's time zone.

    1. Unlock the key, no connection held. A wrong passphrase is counted and stays counted.
    2. Begin; lock the attempts. From here to 9 nobody else saves or signs them; dying leaves nothing.
    3. What was signed before keeps its code.
    4. Read what the results rest on, once for all of them.
    5. Judge each: complete, eligible on each day of assessment *and* on the local day of signing. One reason, and
       nothing is signed.
    6. The certificate that ends with the running active period; issued if need be, in this transaction.
    7. Build the statements and sign them, in memory.
    8. Insert records, units and states, mark the drafts, write the audit trail: a number of statements that does not
       grow with the number of records.
    9. Commit. The database asks once more whether the assessor is active on all these days. Only now is there
       something signed, and the answer is sent after it; an answer that is lost is given again by 3.

    Raises:
        Forbidden: the account is no assessor's.
        InvalidInput: nothing to sign; `signing.passphrase_wrong`.
        TooMany: `signing.too_many_attempts`.
        NotFound: a draft is not there or is someone else's; there is no key.
        Conflict: the key waits to be confirmed.
        NotEligible: `assessments.not_signed`; each reason names its `draft` and `candidate`.
    """
    assessor = own_assessor(actor)
    wanted = list(dict.fromkeys(draft_ids))
    if not wanted:
        raise InvalidInput("assessments.nothing_to_sign", field="records")
    with unlock(db, assessor, passphrase, now) as key:  # 1
        return db.perform(
            lambda tx: sign_unlocked(tx, actor, wanted, key, registry=registry, now=now, zone=zone, versions=versions)
        )  # 9


def sign_unlocked(
    tx: Connection,
    actor: Actor,
    draft_ids: Sequence[UUID],
    key: UnlockedKey,
    *,
    registry: Registry,
    now: datetime,
    zone: str,
    versions: Mapping[UUID, int] | None = None,
) -> list[str]:
    """Steps 2 to 8 of `sign`, in the caller's transaction; raises as `sign`."""
    assessor = own_assessor(actor)
    before = _own(store.drafts(tx, draft_ids), draft_ids, assessor)
    store.lock_attempts(tx, list({row.attempt_id for row in before}))  # 2
    rows = _own(store.drafts(tx, draft_ids), draft_ids, assessor)
    signed = {row.id: row.record_id for row in rows if row.record_id is not None}  # 3
    known = store.codes(tx, list(signed.values())) if signed else {}
    codes = {draft: known[record] for draft, record in signed.items()}
    fresh = [row for row in rows if row.record_id is None]
    if fresh:
        facts = _read(tx, fresh, assessor, now, zone)  # 4
        cases = [facts.case(row) for row in fresh]
        _require_signable(facts, fresh, cases, versions)  # 5
        _record(tx, actor, facts, cases, key, registry, zone, now)
        codes |= {case.subject: case.code for case in cases}
    return [codes[draft] for draft in draft_ids]


def _own(found: Mapping[UUID, store.DraftRow], wanted: Sequence[UUID], assessor: UUID) -> list[store.DraftRow]:
    rows = [found[one] for one in wanted if one in found and found[one].assessor_id == assessor]
    if len(rows) < len(wanted):
        raise NotFound("assessments.no_draft")
    return rows


@dataclass(frozen=True, slots=True)
class _Facts:
    """All that judging and building needs, read once."""

    assessor: UUID
    grounds: Grounds
    answers: Mapping[tuple[UUID, UUID, UUID, date], Standing]
    today: Standing
    signing: Signing

    def case(self, row: store.DraftRow) -> Case:
        duties = self.grounds.duties_of(row.attempt_id, self.assessor)
        letter = next((duty.letter for duty in duties if duty.day == row.first_day), "")
        record_id, code = fresh_names(secrets.token_bytes(16))
        return Case(
            row.id, self.grounds.attempt(row.attempt_id), row.part, self.assessor, row.content,
            self.grounds.units_of(row.attempt_id), letter, row.corrects, row.correction_reason, "signed",
            record_id, code,
        )  # fmt: skip

    def reasons(self, row: store.DraftRow, case: Case) -> list[Reason]:
        """Every reason why this draft can not be signed now."""
        found: list[Reason] = []
        if case.attempt.removed:
            found.append(Reason("assessments.candidate_removed"))
        if case.attempt.cancelled_at is not None:
            found.append(Reason("assessments.cancelled"))
        found += ready(
            row.content, case.units, evidence=case.attempt.evidence_kinds,
            others=self.grounds.others(row.attempt_id, row.part),
        )  # fmt: skip
        if self.signing.signed_on < row.last_day:
            found.append(Reason("assessments.sign_early", {"last_day": row.last_day}))
        duties = self.grounds.duties_of(row.attempt_id, self.assessor)
        found += day_reasons(case.attempt, self.assessor, case.span, duties, self.answers)
        if not self.today.active:
            found.append(Reason("assessments.not_active_to_sign", {"day": self.signing.signed_on}))
        return [*dict.fromkeys([*found, *self.today.reasons]), *missing_reasons(case, self.signing)]


def _read(conn: Connection, rows: Sequence[store.DraftRow], assessor: UUID, now: datetime, zone: str) -> _Facts:
    today = clock.day_of(now, zone)
    grounds = read_grounds(conn, [row.attempt_id for row in rows], [assessor])
    asked = {
        one for row in rows for one in asked_of(grounds.attempt(row.attempt_id), assessor, row.first_day, row.last_day)
    }
    licences = store.licences(conn, {attempt.lsp_id for attempt in grounds.attempts.values()})
    answers = standings(conn, asked)
    # Whoever may assess today for some scheme is an active assessor today: no need to ask that once more.
    current = next((answer for one, answer in answers.items() if one[3] == today and answer.eligible), None)
    current = current or standing_today(conn, assessor, today)
    papers = store.papers(conn, [assessor])[assessor]
    signing = Signing(papers, current.periods, licences, now, today)
    return _Facts(assessor, grounds, answers, current, signing)


def _require_signable(
    facts: _Facts, rows: Sequence[store.DraftRow], cases: Sequence[Case], versions: Mapping[UUID, int] | None
) -> None:
    reasons: list[Reason] = []
    for row, case in zip(rows, cases, strict=True):
        found = facts.reasons(row, case)
        if versions is not None and versions.get(row.id) != row.version:
            found.append(Reason("assessments.changed_since_shown"))
        named = {"draft": str(row.id), "candidate": case.attempt.student_name}
        reasons += [Reason(reason.code, {**reason.params, **named}) for reason in found]
    if reasons:
        raise NotEligible("assessments.not_signed", reasons=tuple(reasons), count=len(reasons))


def _record(
    tx: Connection,
    actor: Actor,
    facts: _Facts,
    cases: Sequence[Case],
    key: UnlockedKey,
    registry: Registry,
    zone: str,
    now: datetime,
) -> None:
    """Steps 6 to 8 of `sign`."""
    papers = facts.signing.papers
    last_active = facts.signing.last_active_day(cases[0])
    if last_active is None or papers.registration is None:
        raise ValueError("judged before")
    holder = Holder(facts.assessor, papers.name, papers.registration)
    leaf = ensure_leaf(tx, registry, holder, UUID(key.key_id), last_active, zone, now)  # 6
    signatures = sign_many(key, [statement(case, facts.signing) for case in cases], leaf.chain)  # 7
    store_records(tx, actor, "assessments.sign", cases, facts.signing, signatures, leaf.certificate_id)  # 8
    store.mark_signed(tx, {case.subject: case.record_id for case in cases})


def store_records(
    tx: Connection,
    actor: Actor,
    act: str,
    cases: Sequence[Case],
    signing: Signing,
    signatures: Sequence[str],
    certificate_id: UUID,
) -> None:
    """Insert records with all that belongs to them, and mark their candidates as recorded."""
    rows = [
        record_row(case, signing, jws, hashlib.sha256(jws.encode("ascii")).digest(), certificate_id)
        for case, jws in zip(cases, signatures, strict=True)
    ]
    store.add_records(tx, rows, [row for case in cases for row in unit_rows(case)])
    scheduling.mark_recorded(tx, [case.attempt.id for case in cases], signing.signed_at)
    entries = [
        Entry(
            case.record_id,
            after={
                "attempt_id": case.attempt.id, "part": case.part, "outcome": case.content.outcome,
                "recommendation": case.content.recommendation, "origin": case.origin, "replaces": case.replaces,
            },
            reason=case.replaces_reason,
        )
        for case in cases
    ]  # fmt: skip
    note_all(tx, actor.author, act, "record", entries, now=signing.signed_at)
