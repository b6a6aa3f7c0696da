"""Records that were upheld, and whose days were lost again afterwards: the letter was about other facts."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Date, Text, Uuid, and_, cast, func, or_, select

from assessor_registry.accounts.rules import Scope
from assessor_registry.assessments.store._names import ATTEMPT, LSP, RECORD, STATE
from assessor_registry.assessments.store.recorded import within
from assessor_registry.audit.tables import AuditEntry
from assessor_registry.db.bulk import given

TRAIL: Any = AuditEntry.__table__  # type: ignore[attr-defined]
_IN_FORCE = and_(STATE.c.upheld_at.is_not(None), STATE.c.annulled_at.is_(None), STATE.c.replaced_by.is_(None))


def upheld_between(conn: Connection, lost: Sequence[tuple[UUID, date, date]]) -> list[UUID]:
    """Return the upheld records that were assessed or signed on a lost day: what was upheld may not hold any more."""
    source = given(lost, assessor_id=Uuid, first_day=Date, last_day=Date)
    days = func.daterange(source.c.first_day, source.c.last_day, "[]")
    assessed = func.daterange(STATE.c.first_day, STATE.c.last_day, "[]").op("&&")(days)
    signed = and_(STATE.c.origin == "signed", days.op("@>")(STATE.c.signed_on))
    query = (
        select(STATE.c.record_id)
        .distinct()
        .join(source, STATE.c.assessor_id == source.c.assessor_id)
        .where(_IN_FORCE, or_(assessed, signed))
    )
    return list(conn.execute(query).scalars())


def to_review(conn: Connection, scope: Scope, record_id: UUID | None = None) -> list[UUID]:
    """Return the upheld records in `scope` that were contested once more after the last letter that upheld them.

    `record_id`: only whether this one is.
    """

    def last(act: str) -> Any:
        same = and_(TRAIL.c.subject_kind == "record", TRAIL.c.subject_id == cast(STATE.c.record_id, Text))
        return select(func.max(TRAIL.c.at)).where(same, TRAIL.c.act == act).scalar_subquery()

    query = (
        select(STATE.c.record_id)
        .join(RECORD, RECORD.c.id == STATE.c.record_id)
        .join(ATTEMPT, ATTEMPT.c.id == RECORD.c.attempt_id)
        .join(LSP, LSP.c.id == RECORD.c.lsp_id)
        .where(_IN_FORCE, within(scope), last("assessments.contest") > last("assessments.uphold"))
    )
    query = query if record_id is None else query.where(STATE.c.record_id == record_id)
    return list(conn.execute(query).scalars())
