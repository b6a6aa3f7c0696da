"""Drafts: what an assessor is filling in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    any_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    update,
)  # fmt: skip

from assessor_registry.assessments.rules import Content
from assessor_registry.assessments.store._names import ASSIGNMENT, ATTEMPT, DRAFT, RECORD
from assessor_registry.db.bulk import insert_rows, update_rows
from assessor_registry.db.columns import UUIDS


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft (penilaian). `record_id`: signed, and no longer changed; `corrects`: the record it will replace.

    `abandoned`: whoever began it is no longer the one who records the candidate; see `left_behind`.
    """

    id: UUID
    attempt_id: UUID
    part: int
    assessor_id: UUID
    first_day: date
    last_day: date
    outcome: str | None
    units: Mapping[str, str]
    evidence: tuple[str, ...] | None
    recommendation: str | None
    note: str | None = field(repr=False)
    acknowledgement: str | None
    handed_on: bool
    version: int
    saved_at: datetime
    record_id: UUID | None
    corrects: UUID | None
    correction_reason: str | None
    abandoned: bool = False

    @property
    def content(self) -> Content:
        """What is filled in."""
        return Content(
            self.outcome, self.units, self.evidence, self.recommendation, self.note, self.acknowledgement,
            self.handed_on, (self.first_day, self.last_day),
        )  # fmt: skip


def ids_in(column: Any, ids: Collection[UUID]) -> Any:
    """That `column` is one of `ids`, with one parameter however many there are."""
    return column == any_(bindparam(None, list(ids), UUIDS))


def _row(row: Any) -> DraftRow:
    values = dict(row._mapping)
    evidence = values["evidence"]
    return DraftRow(**{**values, "evidence": None if evidence is None else tuple(evidence)})


def left_behind() -> ColumnElement[bool]:
    """SQL: an unsigned draft, joined to its attempt, of somebody who will not go on with it.

    They are no longer assigned in the schedule; or the candidate was given to somebody else, who records the first
    part. A correction stays with whoever signed.
    """
    still_there = exists(
        select(1).where(
            ASSIGNMENT.c.schedule_id == ATTEMPT.c.schedule_id,
            ASSIGNMENT.c.assessor_id == DRAFT.c.assessor_id,
            ASSIGNMENT.c.confirmed_at.is_not(None),
            ASSIGNMENT.c.withdrawn_at.is_(None),
        )
    )
    given_away = and_(DRAFT.c.part == 1, func.coalesce(ATTEMPT.c.assessor_id != DRAFT.c.assessor_id, False))
    return and_(DRAFT.c.record_id.is_(None), DRAFT.c.corrects.is_(None), or_(~still_there, given_away))


@cache
def _drafts() -> Select[Any]:
    return select(DRAFT, left_behind().label("abandoned")).join(ATTEMPT, ATTEMPT.c.id == DRAFT.c.attempt_id)


def drafts_of(conn: Connection, attempt_ids: Collection[UUID]) -> list[DraftRow]:
    """Return the drafts of these attempts, by attempt and part."""
    query = _drafts().where(ids_in(DRAFT.c.attempt_id, attempt_ids)).order_by(DRAFT.c.attempt_id, DRAFT.c.part)
    return [_row(row) for row in conn.execute(query)]


def draft(conn: Connection, attempt_id: UUID, part: int) -> DraftRow | None:
    """Return one draft."""
    return next((row for row in drafts_of(conn, [attempt_id]) if row.part == part), None)


def drafts(conn: Connection, draft_ids: Collection[UUID], *, lock: bool = False) -> dict[UUID, DraftRow]:
    """Return drafts by id; with `lock` nobody else changes them until the end of the transaction."""
    query = _drafts().where(ids_in(DRAFT.c.id, draft_ids)).order_by(DRAFT.c.id)
    return {row.id: _row(row) for row in conn.execute(query.with_for_update(of=DRAFT) if lock else query)}


def code_of_draft(conn: Connection, draft_id: str) -> str | None:
    """Return the code of the record that a draft was signed as; None when the text is no id, or of nothing signed."""
    try:
        wanted = UUID(draft_id)
    except ValueError:
        return None
    query = select(RECORD.c.code).join(DRAFT, DRAFT.c.record_id == RECORD.c.id).where(DRAFT.c.id == wanted)
    return conn.execute(query).scalar_one_or_none()


def lock_attempts(tx: Connection, attempt_ids: Sequence[UUID]) -> None:
    """Let nobody else record for these attempts meanwhile: also not a first draft, of which there is no row to lock."""
    statement = text(
        "SELECT pg_advisory_xact_lock(hashtextextended(key, 7164601)) "
        "FROM (SELECT unnest(CAST(:ids AS text[])) AS key ORDER BY 1) AS ordered"
    )
    tx.execute(statement, {"ids": [str(one) for one in attempt_ids]})


def lock_drafts(tx: Connection, draft_ids: Sequence[UUID]) -> None:
    """As `lock_attempts`, for the attempts of these drafts."""
    statement = text(
        "SELECT pg_advisory_xact_lock(hashtextextended(key, 7164601)) FROM (SELECT DISTINCT CAST(attempt_id AS text) "
        "AS key FROM draft WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY 1) AS ordered"
    )
    tx.execute(statement, {"ids": [str(one) for one in draft_ids]})


def add_drafts(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert drafts."""
    insert_rows(tx, DRAFT, rows)


def add_draft(tx: Connection, row: Mapping[str, Any]) -> None:
    """Insert one draft."""
    tx.execute(insert(DRAFT).values(**row))


def change_draft(tx: Connection, draft_id: UUID, **changes: Any) -> None:
    """Change columns of a draft."""
    tx.execute(update(DRAFT).where(DRAFT.c.id == draft_id).values(**changes))


def change_outcomes(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Change id → outcome, version, saved_at of many drafts with one statement."""
    update_rows(tx, DRAFT, "id", rows)


def mark_signed(tx: Connection, records: Mapping[UUID, tuple[UUID, str | None]]) -> None:
    """Write draft → record, and how the candidate took it: from here on the draft does not change."""
    rows = [
        {"id": key, "record_id": record, "acknowledgement": how, "corrects": None, "correction_reason": None}
        for key, (record, how) in records.items()
    ]
    update_rows(tx, DRAFT, "id", rows)


def mark_part_signed(tx: Connection, attempt_id: UUID, part: int, record_id: UUID) -> None:
    """A record of this part came in by paper: a draft of it, if there is one, does not change any more."""
    where = (DRAFT.c.attempt_id == attempt_id, DRAFT.c.part == part)
    tx.execute(update(DRAFT).where(*where).values(record_id=record_id, corrects=None, correction_reason=None))


@dataclass(frozen=True, slots=True)
class SignedAs:
    """What a record was signed as: its code, how it came in, the statement, how the candidate took it."""

    code: str
    origin: str
    jws: str = field(repr=False)
    acknowledgement: str | None


def signed_as(conn: Connection, record_ids: Collection[UUID]) -> dict[UUID, SignedAs]:
    """Return what these records were signed as."""
    columns = (RECORD.c.id, RECORD.c.code, RECORD.c.origin, RECORD.c.jws, RECORD.c.acknowledgement)
    rows = conn.execute(select(*columns).where(ids_in(RECORD.c.id, record_ids)))
    return {row[0]: SignedAs(*row[1:]) for row in rows}
