"""Results of days on which an appointment, or a career, had ended: contested in the transaction of the end."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.assessments.store import lapsing
from assessor_registry.audit.actions import Entry, note_all
from assessor_registry.validity.rules import Period


def contest_lapsed(
    tx: Connection,
    actor: Actor,
    assessor_id: UUID,
    lapsed: Sequence[Period],
    *,
    lsp_id: UUID | None,
    reason: str,
    now: datetime,
) -> tuple[UUID, ...]:
    """Contest what someone assessed on days on which they might not, until it is upheld or annulled; return the ids.

    Only the days of assessment count: an earlier result may be signed afterwards. `lsp_id`: only of this LSP.
    """
    if not lapsed:
        return ()
    spans = [(period.first_day, period.last_day) for period in lapsed]
    ids = lapsing.contest_spans(tx, assessor_id, spans, lsp_id, reason, now)
    note_all(tx, actor.author, "assessments.contest", "record", [Entry(one, reason=reason) for one in ids], now=now)
    return tuple(ids)
