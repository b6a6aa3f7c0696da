"""Recording: attendance and units, saved again and again until they are signed; corrections of what was signed.

Every act here locks the attempts first, so that two phones, or a phone and the office, never write the same part.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.assessments import store
from assessor_registry.assessments.actions._ground import (
    Grounds,
    given_reason,
    own_assessor,
    read_grounds,
    standing_today,
)  # fmt: skip
from assessor_registry.assessments.actions.taking_over import audited, cleared, note_taken, takes_over
from assessor_registry.assessments.rules import PARTS_MOST, Content, Stale, State, note_reasons, shape_reasons
from assessor_registry.audit.actions import Entry, note, note_all
from assessor_registry.errors import Conflict, Forbidden, InvalidInput, NotEligible, NotFound, Reason
from assessor_registry.scheduling.rules import EVIDENCE

AFTER_ANNULMENT = "Menggantikan rekaman yang dibatalkan"


@dataclass(frozen=True, slots=True)
class Saved:
    """What the server has now."""

    draft_id: UUID
    version: int


def save_draft(
    tx: Connection,
    actor: Actor,
    attempt_id: UUID,
    part: int,
    content: Content,
    version: int,
    *,
    today: date,
    now: datetime,
) -> Saved:
    """Save what is filled in for a part of an attempt. `version` is the one that was read, 0 when there was none.

    Saving the same content again after the answer was lost changes nothing and is no conflict. What somebody has begun
    who will not go on with it (`DraftRow.abandoned`) is taken over: nothing of theirs is kept but in the trail.

    Raises:
        NotFound: no such attempt.
        Forbidden: not the assessor's attempt, or not assigned by letter.
        Conflict: signed already; the day has not come; `Stale` with what the server has.
        NotEligible: not an active assessor today.
        InvalidInput: a unit or a word that does not exist, or days without assignment.
    """
    assessor = own_assessor(actor)
    if not 1 <= part <= PARTS_MOST:
        raise InvalidInput("assessments.no_part", field="part", part=part)
    store.lock_attempts(tx, [attempt_id])
    grounds = read_grounds(tx, [attempt_id], [assessor])
    row = store.draft(tx, attempt_id, part)
    head = store.heads(tx, [attempt_id]).get((attempt_id, part))
    _require_recordable(tx, grounds, assessor, attempt_id, part, row, head, today)
    if row is not None and row.version != version:
        if row.version == version + 1 and row.assessor_id == assessor and _same(row, content):
            return Saved(row.id, row.version)
        raise Stale(row.version, cleared(row).content if takes_over(row, assessor) else row.content)
    if row is None and version != 0:
        raise Stale(0, None)
    _require_shape(grounds, attempt_id, content)
    if row is not None and takes_over(row, assessor):
        note_taken(tx, actor, [row], now)
        row = cleared(row)
    values = _values(grounds, attempt_id, assessor, content, row, today)
    return _write(tx, actor, attempt_id, part, row, head, values, assessor, now)


def _require_recordable(
    tx: Connection,
    grounds: Grounds,
    assessor: UUID,
    attempt_id: UUID,
    part: int,
    row: store.DraftRow | None,
    head: tuple[UUID, State] | None,
    today: date,
) -> None:
    _require_duty(grounds, assessor, attempt_id, part, today)
    if row is not None and row.assessor_id != assessor and not (_annulled(head) or row.abandoned):
        raise Forbidden("assessments.part_of_another", part=part)
    signed = row.record_id is not None if row is not None else head is not None
    if signed and not _annulled(head):
        raise Conflict("assessments.already_signed")
    require_active(tx, assessor, today)


def _annulled(head: tuple[UUID, State] | None) -> bool:
    return head is not None and head[1] == "annulled"


def _require_duty(grounds: Grounds, assessor: UUID, attempt_id: UUID, part: int, today: date) -> None:
    """Assigned by letter, on or after the first day, and for the first part the one to whom the candidate was given."""
    attempt = grounds.attempt(attempt_id)
    duties = grounds.duties_of(attempt_id, assessor)
    if attempt.removed or not duties:
        raise Forbidden("assessments.not_assigned")
    if attempt.cancelled_at is not None:
        raise Conflict("assessments.cancelled")
    if part == 1 and attempt.allocated_to not in (None, assessor):
        raise Forbidden("assessments.other_assessor")
    if today < duties[0].day:
        raise Conflict("assessments.not_yet", first_day=duties[0].day)


def require_active(tx: Connection, assessor: UUID, today: date) -> None:
    """Nobody records who is not an active assessor that day.

    Raises:
        NotEligible: with every reason.
    """
    answer = standing_today(tx, assessor, today)
    if not answer.eligible:
        raise NotEligible("assessments.not_active_to_record", reasons=answer.reasons, day=today)


def _require_shape(grounds: Grounds, attempt_id: UUID, content: Content) -> None:
    if reasons := shape_reasons(content, grounds.units_of(attempt_id), EVIDENCE):
        if reasons == note_reasons(content.note) and len(reasons) == 1:
            raise InvalidInput(reasons[0].code, field="note", **reasons[0].params)  # type: ignore[arg-type]
        raise InvalidInput("assessments.unfit", reasons=reasons, count=len(reasons))


def _same(row: store.DraftRow, content: Content) -> bool:
    saved = row.content
    days = content.days in (None, saved.days)
    return days and _plain(saved) == _plain(content)


def _plain(content: Content) -> tuple[object, ...]:
    return (
        content.outcome, dict(content.units), content.evidence, content.recommendation, content.note or None,
        content.acknowledgement, content.handed_on,
    )  # fmt: skip


def _values(
    grounds: Grounds,
    attempt_id: UUID,
    assessor: UUID,
    content: Content,
    row: store.DraftRow | None,
    today: date,
) -> dict[str, Any]:
    assigned = [duty.day for duty in grounds.duties_of(attempt_id, assessor)]
    first, last = content.days or _days(assigned, row, today)
    if last < first:
        raise InvalidInput("assessments.days_reversed", field="days", first_day=first, last_day=last)
    for day in (first, last):
        if day not in assigned:
            raise InvalidInput("assessments.days_not_assigned", field="days", day=day)
        if day > today:
            raise InvalidInput("assessments.days_future", field="days", day=day)
    return {
        "first_day": first, "last_day": last, "outcome": content.outcome, "units": dict(content.units),
        "evidence": None if content.evidence is None else list(content.evidence),
        "recommendation": content.recommendation, "note": (content.note or "").strip() or None,
        "acknowledgement": content.acknowledgement, "handed_on": content.handed_on,
    }  # fmt: skip


def _days(assigned: list[date], row: store.DraftRow | None, today: date) -> tuple[date, date]:
    """First saved on an assigned day, or on the last one before today; a later assigned day lengthens it.

    A correction is of the days that were signed, whenever it is made.
    """
    if row is not None and row.corrects is not None and row.correction_reason != AFTER_ANNULMENT:
        return row.first_day, row.last_day
    latest = max(day for day in assigned if day <= today)
    if row is None or row.first_day not in assigned:
        return latest, latest
    last = row.last_day if row.last_day in assigned else row.first_day
    return row.first_day, max(last, today) if today in assigned else last


def _write(
    tx: Connection,
    actor: Actor,
    attempt_id: UUID,
    part: int,
    row: store.DraftRow | None,
    head: tuple[UUID, State] | None,
    values: dict[str, Any],
    assessor: UUID,
    now: datetime,
) -> Saved:
    if head is not None and _annulled(head) and (row is None or row.record_id is not None):
        values |= {"record_id": None, "corrects": head[0], "correction_reason": AFTER_ANNULMENT}
    version = (row.version if row else 0) + 1
    values |= {"assessor_id": assessor, "version": version, "saved_at": now}
    draft_id = row.id if row else uuid4()
    if row is None:
        store.add_draft(tx, {"id": draft_id, "attempt_id": attempt_id, "part": part, **values})
    else:
        store.change_draft(tx, draft_id, **values)
    note(
        tx, actor.author, "assessments.save_draft", "attempt", attempt_id, now=now,
        before=audited(row) if row else None,
        after={"part": part, **{name: values[name] for name in ("outcome", "units", "recommendation", "version")}},
    )  # fmt: skip
    return Saved(draft_id, version)


def save_attendance(
    tx: Connection,
    actor: Actor,
    schedule_id: UUID,
    marks: Mapping[UUID, str],
    versions: Mapping[UUID, int],
    *,
    today: date,
    now: datetime,
) -> dict[UUID, Saved]:
    """Save who is there, for all candidates on one screen: attempt → assessed (present), absent or withdrew.

    All or nothing. `versions` as in `save_draft`; a mark that is saved already is no conflict.

    Raises:
        NotFound: a candidate is not in this schedule.
        Forbidden, Conflict, NotEligible: as `save_draft`; `assessments.stale_rows` names each stale candidate.
    """
    assessor = own_assessor(actor)
    ids = list(marks)
    store.lock_attempts(tx, ids)
    grounds = read_grounds(tx, ids, [assessor])
    begun = {row.attempt_id: row for row in store.drafts_of(tx, ids) if row.part == 1}
    taken = {one: row for one, row in begun.items() if takes_over(row, assessor)}
    rows = begun | {one: cleared(row) for one, row in taken.items()}
    heads = store.heads(tx, ids)
    _require_marks(grounds, schedule_id, marks, rows)
    for attempt_id in ids:
        _require_duty(grounds, assessor, attempt_id, 1, today)
        row = rows.get(attempt_id)
        if row is not None and row.assessor_id != assessor and attempt_id not in taken:
            raise Forbidden("assessments.part_of_another", part=1)
        signed = row.record_id is not None if row else (attempt_id, 1) in heads
        if signed and (row is None or row.outcome != marks[attempt_id]):
            raise Conflict("assessments.already_signed")
    if ids:
        require_active(tx, assessor, today)
    changed = [one for one in ids if rows.get(one) is None or rows[one].outcome != marks[one]]
    _require_fresh(changed, rows, versions)
    note_taken(tx, actor, taken.values(), now)
    return _mark(tx, actor, assessor, grounds, marks, changed, rows, today, now)


def _require_marks(
    grounds: Grounds, schedule_id: UUID, marks: Mapping[UUID, str], rows: Mapping[UUID, store.DraftRow]
) -> None:
    if any(grounds.attempt(one).schedule_id != schedule_id for one in marks):
        raise NotFound("assessments.no_attempt")
    reasons = [reason for mark in marks.values() for reason in shape_reasons(Content(outcome=mark), (), ())]
    reasons += [
        Reason("assessments.absent_with_units", {"count": len(rows[one].units), "attempt": str(one)})
        for one, mark in marks.items()
        if mark == "absent" and one in rows and rows[one].units
    ]
    if reasons:
        raise InvalidInput("assessments.unfit", reasons=tuple(reasons), count=len(reasons))


def _require_fresh(changed: list[UUID], rows: Mapping[UUID, store.DraftRow], versions: Mapping[UUID, int]) -> None:
    now_at = {one: rows[one].version if one in rows else 0 for one in changed}
    stale = [one for one in changed if now_at[one] != versions.get(one, 0)]
    if stale:
        reasons = tuple(Reason("assessments.stale", {"version": now_at[one], "attempt": str(one)}) for one in stale)
        raise Conflict("assessments.stale_rows", reasons=reasons, count=len(stale))


def _mark(
    tx: Connection,
    actor: Actor,
    assessor: UUID,
    grounds: Grounds,
    marks: Mapping[UUID, str],
    changed: list[UUID],
    rows: Mapping[UUID, store.DraftRow],
    today: date,
    now: datetime,
) -> dict[UUID, Saved]:
    fresh: list[dict[str, Any]] = [
        {"id": uuid4(), "attempt_id": one, "part": 1, "assessor_id": assessor, "version": 1, "saved_at": now}
        | _values(grounds, one, assessor, Content(outcome=marks[one]), None, today)
        for one in changed if one not in rows
    ]  # fmt: skip
    store.add_drafts(tx, fresh)
    moved: list[dict[str, Any]] = [
        {"id": rows[one].id, "outcome": marks[one], "version": rows[one].version + 1, "saved_at": now}
        | ({} if marks[one] == "assessed" else {"recommendation": None})
        | (_anew(grounds, rows[one], assessor, today) if rows[one].assessor_id != assessor else {})
        for one in changed if one in rows
    ]  # fmt: skip
    for alike in {frozenset(row): [other for other in moved if other.keys() == row.keys()] for row in moved}.values():
        store.change_outcomes(tx, alike)
    entries = [Entry(one, after={"part": 1, "outcome": marks[one]}) for one in changed]
    note_all(tx, actor.author, "assessments.save_attendance", "attempt", entries, now=now)
    saved = {row.attempt_id: Saved(row.id, row.version) for row in rows.values()}
    saved |= {one: Saved(rows[one].id, rows[one].version + 1) for one in changed if one in rows}
    return saved | {row["attempt_id"]: Saved(row["id"], 1) for row in fresh}


def _anew(grounds: Grounds, row: store.DraftRow, assessor: UUID, today: date) -> dict[str, Any]:
    """What is written of a draft that is taken over, but for the outcome."""
    values = _values(grounds, row.attempt_id, assessor, Content(), None, today)
    return {name: value for name, value in values.items() if name != "outcome"} | {"assessor_id": assessor}


def correct(tx: Connection, actor: Actor, code: str, *, reason: str, now: datetime) -> Saved:
    """Open a correction of a signed record: a draft with what was signed, to be changed and signed as a new record
    that names the old one. Until then the old one is in force.

    Raises:
        NotFound: no such record in the actor's scope.
        Forbidden: someone else's record.
        Conflict: replaced, contested or annulled; a correction is open already.
        InvalidInput: no reason.
    """
    assessor, why = own_assessor(actor), given_reason(reason)
    old = store.record(tx, actor.scope, code)
    if old.assessor_id != assessor:
        raise Forbidden("assessments.not_your_record")
    store.lock_attempts(tx, [old.attempt_id])
    old = store.record(tx, actor.scope, code)
    if old.state != "valid":
        raise Conflict("assessments.not_in_force")
    row = store.draft(tx, old.attempt_id, old.part)
    if row is not None and row.record_id is None:
        raise Conflict("assessments.correction_open")
    values = _signed_content(tx, old) | {
        "assessor_id": assessor, "evidence": list(row.evidence) if row and row.evidence is not None else None,
        "acknowledgement": None, "saved_at": now, "record_id": None, "corrects": old.id, "correction_reason": why,
        "version": (row.version if row else 0) + 1,
    }  # fmt: skip
    draft_id = row.id if row else uuid4()
    if row is None:
        store.add_draft(tx, {"id": draft_id, "attempt_id": old.attempt_id, "part": old.part, **values})
    else:
        store.change_draft(tx, draft_id, **values)
    note(tx, actor.author, "assessments.correct", "record", old.id, now=now, reason=why)
    return Saved(draft_id, values["version"])


def _signed_content(tx: Connection, old: store.RecordRow) -> dict[str, Any]:
    """The columns of a draft that say what was signed."""
    return {
        "first_day": old.first_day, "last_day": old.last_day, "outcome": old.outcome,
        "units": {unit.code: unit.result for unit in store.units(tx, old.id)},
        "recommendation": old.recommendation, "note": old.note,
        "handed_on": old.outcome == "assessed" and old.recommendation is None,
    }  # fmt: skip


def drop_correction(tx: Connection, actor: Actor, draft_id: UUID, *, now: datetime) -> None:
    """Give up a correction: the record stays as it was signed, and the draft says so again.

    Raises:
        NotFound: no such draft of the actor.
        Conflict: it is no correction.
    """
    row = store.drafts(tx, [draft_id]).get(draft_id)
    if row is None or row.assessor_id != own_assessor(actor):
        raise NotFound("assessments.no_draft")
    store.lock_attempts(tx, [row.attempt_id])
    row = store.drafts(tx, [draft_id])[draft_id]
    if row.corrects is None:
        raise Conflict("assessments.no_correction")
    signed = store.record(tx, actor.scope, store.codes(tx, [row.corrects])[row.corrects])
    values = _signed_content(tx, signed) | {
        "record_id": row.corrects, "corrects": None, "correction_reason": None, "version": row.version + 1,
        "acknowledgement": signed.acknowledgement,
    }  # fmt: skip
    store.change_draft(tx, draft_id, **values)
    note(tx, actor.author, "assessments.drop_correction", "record", row.corrects, now=now)
