"""Assignments that end with an appointment, or with a career: withdrawn in the transaction of the end."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.scheduling.actions.duties import Withdrawn, settle_withdrawn
from assessor_registry.scheduling.store import lapsing
from assessor_registry.validity.rules import Period


def withdraw_lapsed(
    tx: Connection,
    actor: Actor,
    assessor_id: UUID,
    lapsed: Sequence[Period],
    *,
    lsp_id: UUID | None,
    reason: str,
    now: datetime,
) -> Withdrawn:
    """Withdraw what someone was to assess on days on which they may not; planned assignments too.

    `lsp_id`: only at this LSP. The schedules need an assessor, and candidates without a result wait for one.
    """
    if not lapsed:
        return Withdrawn()
    spans = [(period.first_day, period.last_day) for period in lapsed]
    rows = lapsing.withdraw_spans(tx, assessor_id, spans, lsp_id, reason, now)
    return settle_withdrawn(tx, actor, "scheduling.withdraw_lapsed", rows, reason, now)
