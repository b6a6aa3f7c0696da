"""Whose results stand in a schedule, and of which days."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Connection, select

from assessor_registry.assessments.store._names import ATTEMPT, RECORD, STATE


@dataclass(frozen=True, slots=True)
class SignedDays:
    """A result that was neither corrected nor annulled: whose it is, and the days of the assessment."""

    attempt_id: UUID
    assessor_id: UUID
    first_day: date
    last_day: date

    def touches(self, days: Collection[date]) -> bool:
        """Whether one of these days is a day of the assessment."""
        return any(self.first_day <= day <= self.last_day for day in days)


def signed_days(conn: Connection, schedule_id: UUID, *, assessor_id: UUID | None = None) -> list[SignedDays]:
    """Return the results that stand in a schedule, also contested ones; `assessor_id`: only those of one assessor."""
    query = (
        select(RECORD.c.attempt_id, RECORD.c.assessor_id, RECORD.c.first_day, RECORD.c.last_day)
        .join(STATE, STATE.c.record_id == RECORD.c.id)
        .join(ATTEMPT, ATTEMPT.c.id == RECORD.c.attempt_id)
        .where(ATTEMPT.c.schedule_id == schedule_id, STATE.c.replaced_by.is_(None), STATE.c.annulled_at.is_(None))
        .order_by(RECORD.c.first_day, RECORD.c.signed_at, RECORD.c.id)
    )
    if assessor_id is not None:
        query = query.where(RECORD.c.assessor_id == assessor_id)
    return [SignedDays(**row._mapping) for row in conn.execute(query)]
