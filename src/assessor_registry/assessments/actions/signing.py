"""Signing results: what will be signed is shown, then all of it is signed with one passphrase, or nothing.

The steps of `sign` have numbers, the same in code and text; each says what is true if the process dies there.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry import clock
from assessor_registry.accounts.rules import Actor
from assessor_registry.assessments import store
from assessor_registry.assessments.actions._ground import (
    Asked,
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
    digest_of,
    fresh_names,
    missing_reasons,
    record_row,
    says,
    statement,
    unit_rows,
)  # fmt: skip
from assessor_registry.assessments.rules import ready
from assessor_registry.audit.actions import Entry, note_all
from assessor_registry.db.engine import Database
from assessor_registry.errors import Conflict, InvalidInput, NotEligible, NotFound, Reason
from assessor_registry.scheduling import store as scheduling
from assessor_registry.signing import jws
from assessor_registry.signing.actions import Holder, Registry, ensure_leaf, unlock
from assessor_registry.signing.keys import UnlockedKey
from assessor_registry.signing.statement import Statement, clauses, from_bytes
from assessor_registry.validity.rules import Standing


@dataclass(frozen=True, slots=True)
class Preview:
    """What one draft would be signed as. `statement` is None while something that it must name is missing.

    Record id, code and time of signing are made when it is signed; here they are placeholders. `digest` pins the rest:
    handed back to `sign`, nothing else is signed.
    """

    draft_id: UUID
    version: int
    statement: Statement | None
    digest: str | None
    reasons: tuple[Reason, ...]


def preview_signing(conn: Connection, actor: Actor, draft_ids: Iterable[UUID], *, now: datetime) -> list[Preview]:
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
    facts = _read(conn, rows, assessor, now)
    shown = []
    for row in rows:
        case = facts.case(row)
        made = facts.statement(case)
        digest = None if made is None else digest_of(made)
        shown.append(Preview(row.id, row.version, made, digest, tuple(facts.reasons(row, case))))
    return shown


@dataclass(frozen=True, slots=True)
class Shown:
    """What was shown before the passphrase was typed: by draft the version, the digest of its statement, or both.

    How the candidates took it is chosen beside the passphrase: `acknowledgements` by draft, `acknowledgement` for all
    others; None leaves what the drafts say. Who was not assessed has taken nothing.
    """

    versions: Mapping[UUID, int] | None = None
    digests: Mapping[UUID, str] | None = None
    acknowledgement: str | None = None
    acknowledgements: Mapping[UUID, str] | None = None

    def chosen(self, row: store.DraftRow) -> str | None:
        """How this candidate took it, as it was chosen; None when nothing was, or nothing is to be."""
        if row.outcome != "assessed":
            return None
        return (self.acknowledgements or {}).get(row.id, self.acknowledgement)


def sign(
    db: Database,
    actor: Actor,
    draft_ids: Iterable[UUID],
    passphrase: str,
    *,
    registry: Registry,
    now: datetime,
    moment: Callable[[], datetime] | None = None,
    shown: Shown = Shown(),
) -> list[str]:
    """Sign drafts with one passphrase, all or none; return the codes of the records, in the order of `draft_ids`.

    A draft that was signed before, as it was shown, gives the code that it got then. What changed since it was `shown`
    is refused. `now` is when it was asked, `moment` tells the time after waiting (None: no time passes). The day of
    signing is the day in the zone of the schedule's LSP.

    1. Unlock the key, no connection held. A wrong passphrase is counted and stays counted.
    2. Begin; lock the attempts. From here to 9 nobody else saves or signs them; dying leaves nothing. The time of
       signing is that after the wait.
    3. What was signed before keeps its code, if it is what was shown and came by signature.
    4. Read what the results rest on, once for all of them.
    5. Judge each: what was shown, complete, eligible on each day of assessment *and* on the local day of signing, fit
       to be stated. One reason, and nothing is signed.
    6. The key is still the one that signs, and stays so until 9. The certificate that ends with the running active
       period; issued if need be, in this transaction.
    7. Build the statements and sign them, in memory.
    8. Insert records, units and states, mark the drafts, write the audit trail: a number of statements that does not
       grow with the number of records. Then it is still the day that was judged, or nothing is signed.
    9. Commit. The database asks once more whether the assessor is active on all these days. Only now is there
       something signed, and the answer is sent after it; an answer that is lost is given again by 3.

    Raises:
        Forbidden: the account is no assessor's.
        InvalidInput: nothing to sign; `signing.passphrase_wrong`.
        TooMany: `signing.too_many_attempts`.
        NotFound: a draft is not there or is someone else's; there is no key.
        Conflict: the key waits to be confirmed, or is retired; `assessments.day_changed`.
        NotEligible: `assessments.not_signed`; each reason names its `draft` and `candidate`.
    """
    assessor = own_assessor(actor)
    wanted = list(dict.fromkeys(draft_ids))
    if not wanted:
        raise InvalidInput("assessments.nothing_to_sign", field="records")
    with unlock(db, assessor, passphrase, now, author=actor.author) as key:  # 1
        return db.perform(
            lambda tx: sign_unlocked(tx, actor, wanted, key, registry=registry, now=now, moment=moment, shown=shown)
        )  # 9


def sign_unlocked(
    tx: Connection,
    actor: Actor,
    draft_ids: Sequence[UUID],
    key: UnlockedKey,
    *,
    registry: Registry,
    now: datetime,
    moment: Callable[[], datetime] | None = None,
    shown: Shown = Shown(),
) -> list[str]:
    """Steps 2 to 8 of `sign`, in the caller's transaction; raises as `sign`."""
    assessor = own_assessor(actor)
    store.lock_drafts(tx, draft_ids)  # 2
    now = moment() if moment else now
    rows = _own(store.drafts(tx, draft_ids), draft_ids, assessor)
    codes = _signed_before(tx, [row for row in rows if row.record_id is not None], shown)  # 3
    fresh = [_taken(row, shown) for row in rows if row.record_id is None]
    if fresh:
        facts = _read(tx, fresh, assessor, now)  # 4
        cases = [facts.case(row) for row in fresh]
        _require_signable(facts, fresh, cases, shown)  # 5
        for alike in _by_zone(cases):
            _record(tx, actor, facts, alike, key, registry)
        codes |= {case.subject: case.code for case in cases}
        if moment:
            _require_same_day(cases, facts.signing, moment())
    return [codes[draft] for draft in draft_ids]


def _own(found: Mapping[UUID, store.DraftRow], wanted: Sequence[UUID], assessor: UUID) -> list[store.DraftRow]:
    rows = [found[one] for one in wanted if one in found and found[one].assessor_id == assessor]
    if len(rows) < len(wanted):
        raise NotFound("assessments.no_draft")
    return rows


def _taken(row: store.DraftRow, shown: Shown) -> store.DraftRow:
    left = row.acknowledgement if row.outcome == "assessed" else None
    return replace(row, acknowledgement=shown.chosen(row) or left)


def _signed_before(tx: Connection, rows: Sequence[store.DraftRow], shown: Shown) -> dict[UUID, str]:
    """The codes of what is signed already: by this assessor's own signature, and as it was shown."""
    if not rows:
        return {}
    found = store.signed_as(tx, [row.record_id for row in rows if row.record_id is not None])
    codes, changed = {}, []
    for row in rows:
        signed = found[row.record_id]  # type: ignore[index]
        if signed.origin == "signed" and _as_shown(row, signed, shown):
            codes[row.id] = signed.code
        else:
            changed.append(row)
    if changed:
        names = store.attempts(tx, [row.attempt_id for row in changed])
        reasons = [
            Reason(_CHANGED.code, {"draft": str(row.id), "candidate": names[row.attempt_id].student_name})
            for row in changed
        ]
        raise NotEligible("assessments.not_signed", reasons=tuple(reasons), count=len(reasons))
    return codes


def _as_shown(row: store.DraftRow, signed: store.SignedAs, shown: Shown) -> bool:
    said = from_bytes(jws.read(signed.jws, "assessment-record+jws").payload)
    if shown.chosen(row) not in (None, signed.acknowledgement):
        return False
    return says(said, row.content) if shown.digests is None else shown.digests.get(row.id) == digest_of(said)


_CHANGED = Reason("assessments.changed_since_shown")


def _by_zone(cases: Sequence[Case]) -> list[list[Case]]:
    """Results of one day of signing together: a certificate ends at midnight in a zone. Nearly always one list."""
    zones = dict.fromkeys(case.attempt.zone for case in cases)
    return [[case for case in cases if case.attempt.zone == zone] for zone in zones]


def _require_same_day(cases: Sequence[Case], signing: Signing, moment: datetime) -> None:
    """What was judged on one day is not committed on the next; between here and 9 is nothing but the commit."""
    for case in cases:
        if clock.day_of(moment, case.attempt.zone) != signing.signed_on(case):
            raise Conflict("assessments.day_changed", day=signing.signed_on(case))


@dataclass(frozen=True, slots=True)
class _Facts:
    """All that judging and building needs, read once. `today`: the status on the day that it is where the LSP is."""

    assessor: UUID
    grounds: Grounds
    answers: Mapping[tuple[UUID, UUID, UUID, date], Standing]
    today: Mapping[date, Standing]
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

    def statement(self, case: Case) -> Statement | None:
        """What would be signed; None while something that it must name is missing."""
        complete = not missing_reasons(case, self.signing) and self.signing.last_active_day(case) is not None
        return statement(case, self.signing) if complete and case.content.outcome else None

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
        signed_on = self.signing.signed_on(case)
        if signed_on < row.last_day:
            found.append(Reason("assessments.sign_early", {"last_day": row.last_day}))
        duties = self.grounds.duties_of(row.attempt_id, self.assessor)
        found += day_reasons(case.attempt, self.assessor, case.span, duties, self.answers)
        today = self.today[signed_on]
        if not today.active:
            found.append(Reason("assessments.not_active_to_sign", {"day": signed_on}))
        found = [*dict.fromkeys([*found, *today.reasons]), *missing_reasons(case, self.signing)]
        made = self.statement(case)
        # What is missing is said in the words of recording; what is left is not fit to stand in a statement.
        return found if found or made is None else clauses(made)


def _read(conn: Connection, rows: Sequence[store.DraftRow], assessor: UUID, now: datetime) -> _Facts:
    grounds = read_grounds(conn, [row.attempt_id for row in rows], [assessor])
    asked = {
        one for row in rows for one in asked_of(grounds.attempt(row.attempt_id), assessor, row.first_day, row.last_day)
    }
    licences = store.licences(conn, {attempt.lsp_id for attempt in grounds.attempts.values()})
    answers = standings(conn, asked)
    days = {clock.day_of(now, attempt.zone) for attempt in grounds.attempts.values()}
    today = {day: _today(conn, answers, assessor, day) for day in days}
    papers = store.papers(conn, [assessor])[assessor]
    periods = next(iter(today.values())).periods
    return _Facts(assessor, grounds, answers, today, Signing(papers, periods, licences, now))


def _today(conn: Connection, answers: Mapping[Asked, Standing], assessor: UUID, today: date) -> Standing:
    """Whoever may assess today for some scheme is an active assessor today: no need to ask that once more."""
    current = next((answer for one, answer in answers.items() if one[3] == today and answer.eligible), None)
    return current or standing_today(conn, assessor, today)


def _require_signable(facts: _Facts, rows: Sequence[store.DraftRow], cases: Sequence[Case], shown: Shown) -> None:
    reasons: list[Reason] = []
    for row, case in zip(rows, cases, strict=True):
        found = facts.reasons(row, case)
        if _changed(facts, row, case, shown):
            found.append(_CHANGED)
        named = {"draft": str(row.id), "candidate": case.attempt.student_name}
        reasons += [Reason(reason.code, {**reason.params, **named}) for reason in found]
    if reasons:
        raise NotEligible("assessments.not_signed", reasons=tuple(reasons), count=len(reasons))


def _changed(facts: _Facts, row: store.DraftRow, case: Case, shown: Shown) -> bool:
    """Whether the draft, or anything else that its statement names, is not what was shown."""
    if shown.versions is not None and shown.versions.get(row.id) != row.version:
        return True
    made = facts.statement(case)
    return shown.digests is not None and made is not None and shown.digests.get(row.id) != digest_of(made)


def _record(
    tx: Connection, actor: Actor, facts: _Facts, cases: Sequence[Case], key: UnlockedKey, registry: Registry
) -> None:
    """Steps 6 to 8 of `sign`, for results of one zone."""
    papers, zone = facts.signing.papers, cases[0].attempt.zone
    last_active = facts.signing.last_active_day(cases[0])
    if last_active is None or papers.registration is None:
        raise ValueError("judged before")
    holder = Holder(facts.assessor, papers.name, papers.registration)
    leaf = ensure_leaf(tx, registry, holder, UUID(key.key_id), last_active, zone, facts.signing.signed_at)  # 6
    signatures = jws.sign_many(key, [statement(case, facts.signing) for case in cases], leaf.chain)  # 7
    store_records(tx, actor, "assessments.sign", cases, facts.signing, signatures, leaf.certificate_id)  # 8
    store.mark_signed(tx, {case.subject: (case.record_id, case.content.acknowledgement) for case in cases})


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
                "recommendation": case.content.recommendation, "acknowledgement": case.content.acknowledgement,
                "origin": case.origin, "replaces": case.replaces,
            },
            reason=case.replaces_reason,
        )
        for case in cases
    ]  # fmt: skip
    note_all(tx, actor.author, act, "record", entries, now=signing.signed_at)
