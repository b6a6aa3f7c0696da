"""Withdrawing what an assessor keeps no longer although the certificate holds."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, or_, select, true, update

from assessor_registry.scheduling.store._names import ASSIGNMENT, SCHEDULE


def withdraw_spans(
    tx: Connection,
    assessor_id: UUID,
    spans: Sequence[tuple[date, date]],
    lsp_id: UUID | None,
    reason: str,
    now: datetime,
) -> list[Any]:
    """Withdraw every assignment of someone, planned or confirmed, on these days; `lsp_id`: only at this LSP.

    Returns rows of (id, schedule_id, assessor_id, held_on).
    """
    at_lsp = ASSIGNMENT.c.schedule_id.in_(select(SCHEDULE.c.id).where(SCHEDULE.c.lsp_id == lsp_id))
    statement = (
        update(ASSIGNMENT)
        .where(
            ASSIGNMENT.c.assessor_id == assessor_id,
            ASSIGNMENT.c.withdrawn_at.is_(None),
            or_(*(ASSIGNMENT.c.held_on.between(first, last) for first, last in spans)),
            true() if lsp_id is None else at_lsp,
        )
        .values(withdrawn_at=now, withdrawn_reason=reason)
        .returning(ASSIGNMENT.c.id, ASSIGNMENT.c.schedule_id, ASSIGNMENT.c.assessor_id, ASSIGNMENT.c.held_on)
    )
    return list(tx.execute(statement))
