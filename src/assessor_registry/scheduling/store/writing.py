"""Writing schedules, candidates and assignments."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Date, Uuid, bindparam, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from assessor_registry.db.bulk import given, insert_rows, update_rows
from assessor_registry.db.columns import UUIDS
from assessor_registry.scheduling.store._names import ASSIGNMENT, ATTEMPT, CLASS_SCHEME, SCHEDULE


def add_schedule(tx: Connection, row: Mapping[str, object]) -> None:
    """Insert a schedule."""
    tx.execute(insert(SCHEDULE).values(**row))


def change_schedule(tx: Connection, schedule_id: UUID, **changes: object) -> None:
    """Change columns of a schedule; its version grows."""
    tx.execute(update(SCHEDULE).where(SCHEDULE.c.id == schedule_id).values(**changes, version=SCHEDULE.c.version + 1))


def map_class(tx: Connection, lsp_id: UUID, school_id: UUID, rombel: str, version_id: UUID) -> UUID | None:
    """Map a class to a scheme version; return the version that it was mapped to before."""
    where = (
        CLASS_SCHEME.c.lsp_id == lsp_id, CLASS_SCHEME.c.school_id == school_id, CLASS_SCHEME.c.rombel == rombel
    )  # fmt: skip
    before = tx.execute(select(CLASS_SCHEME.c.scheme_version_id).where(*where)).scalar_one_or_none()
    row = {"lsp_id": lsp_id, "school_id": school_id, "rombel": rombel, "scheme_version_id": version_id}
    statement = upsert(CLASS_SCHEME).values(id=uuid4(), **row)
    keys = ["lsp_id", "school_id", "rombel"]
    tx.execute(statement.on_conflict_do_update(index_elements=keys, set_={"scheme_version_id": version_id}))
    return before


def add_attempts(tx: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert candidates."""
    insert_rows(tx, ATTEMPT, rows)


def bring_back(tx: Connection, numbers: Mapping[UUID, int]) -> None:
    """Put removed candidates back: attempt → its number now."""
    rows = [
        {"id": attempt, "number": number, "removed_at": None, "removed_reason": None}
        for attempt, number in numbers.items()
    ]
    update_rows(tx, ATTEMPT, "id", rows)


def remove_attempt(tx: Connection, attempt_id: UUID, reason: str, now: datetime) -> None:
    """Take a candidate out."""
    values = {"removed_at": now, "removed_reason": reason, "assessor_id": None}
    tx.execute(update(ATTEMPT).where(ATTEMPT.c.id == attempt_id).values(**values))


def allocate(tx: Connection, shares: Mapping[UUID, UUID | None]) -> None:
    """Write attempt → assessor."""
    update_rows(tx, ATTEMPT, "id", [{"id": key, "assessor_id": value} for key, value in shares.items()])


def mark_recorded(tx: Connection, attempt_ids: Collection[UUID], now: datetime) -> None:
    """Say that a result of these candidates was signed; the first time counts."""
    tx.execute(
        update(ATTEMPT).where(ATTEMPT.c.id.in_(attempt_ids), ATTEMPT.c.recorded_at.is_(None)).values(recorded_at=now)
    )


def free_of_gone(tx: Connection, schedule_ids: Collection[UUID]) -> list[tuple[UUID, UUID, UUID]]:
    """Take the candidates without a result from whoever has no day left in these schedules, with one statement.

    Returns (schedule, assessor, attempt).
    """
    statement = text(
        "WITH gone AS (SELECT t.id, t.assessor_id FROM attempt t WHERE t.schedule_id = ANY(:ids) "
        "AND t.assessor_id IS NOT NULL AND t.recorded_at IS NULL AND NOT EXISTS (SELECT FROM assignment a "
        "WHERE a.schedule_id = t.schedule_id AND a.assessor_id = t.assessor_id AND a.withdrawn_at IS NULL) "
        "ORDER BY t.id FOR UPDATE) "
        "UPDATE attempt t SET assessor_id = NULL FROM gone WHERE t.id = gone.id "
        "RETURNING t.schedule_id, gone.assessor_id, t.id"
    )
    rows = tx.execute(statement.bindparams(bindparam("ids", type_=UUIDS)), {"ids": list(schedule_ids)})
    return [(row[0], row[1], row[2]) for row in rows]


def lock_days(tx: Connection, assessor_id: UUID, days: Collection[date]) -> None:
    """Let nobody else book this assessor on these days until the end of the transaction.

    One key per assessor and day, taken in order, so that two who want the same days never wait for each other.
    """
    for day in sorted(days):
        tx.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"assign {assessor_id} {day}"}
        )


def add_assignments(tx: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert assignments."""
    insert_rows(tx, ASSIGNMENT, rows)


def confirm(
    tx: Connection, assignment_ids: Collection[UUID], letter_number: str, letter_date: date, now: datetime
) -> None:
    """Give planned assignments their letter."""
    values = {"letter_number": letter_number, "letter_date": letter_date, "confirmed_at": now}
    tx.execute(update(ASSIGNMENT).where(ASSIGNMENT.c.id.in_(assignment_ids)).values(**values))


def withdraw(tx: Connection, assignment_ids: Collection[UUID], reason: str, now: datetime) -> None:
    """Withdraw assignments."""
    values = {"withdrawn_at": now, "withdrawn_reason": reason}
    tx.execute(update(ASSIGNMENT).where(ASSIGNMENT.c.id.in_(assignment_ids)).values(**values))


def withdraw_between(tx: Connection, lost: Sequence[tuple[UUID, date, date]], reason: str, now: datetime) -> list[Any]:
    """Withdraw every confirmed assignment on a lost day (assessor, first, last day), with one statement.

    Returns rows of (id, schedule_id, assessor_id, held_on).
    """
    source = given(lost, assessor_id=Uuid, first_day=Date, last_day=Date)
    statement = (
        update(ASSIGNMENT)
        .where(
            ASSIGNMENT.c.assessor_id == source.c.assessor_id,
            ASSIGNMENT.c.held_on.between(source.c.first_day, source.c.last_day),
            ASSIGNMENT.c.confirmed_at.is_not(None),
            ASSIGNMENT.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now, withdrawn_reason=reason)
        .returning(ASSIGNMENT.c.id, ASSIGNMENT.c.schedule_id, ASSIGNMENT.c.assessor_id, ASSIGNMENT.c.held_on)
    )
    return list(tx.execute(statement))
