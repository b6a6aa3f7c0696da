"""Contesting what was assessed on days on which its assessor might not although the certificate held."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection, func, or_, select, true, update

from assessor_registry.assessments.store._names import RECORD, STATE


def contest_spans(
    tx: Connection,
    assessor_id: UUID,
    spans: Sequence[tuple[date, date]],
    lsp_id: UUID | None,
    reason: str,
    now: datetime,
) -> list[UUID]:
    """Contest every record that someone assessed on these days; `lsp_id`: only of this LSP. Returns the records."""
    days = [func.daterange(first, last, "[]") for first, last in spans]
    at_lsp = STATE.c.record_id.in_(
        select(RECORD.c.id).where(RECORD.c.assessor_id == assessor_id, RECORD.c.lsp_id == lsp_id)
    )
    statement = (
        update(STATE)
        .where(
            STATE.c.assessor_id == assessor_id,
            or_(*(STATE.c.assessed.op("&&")(one) for one in days)),
            true() if lsp_id is None else at_lsp,
        )
        .values(contested_at=now, contested_reason=reason)
        .returning(STATE.c.record_id)
    )
    return list(tx.execute(statement).scalars())
