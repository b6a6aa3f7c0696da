"""What becomes of a draft when somebody else goes on with the candidate."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.assessments import store
from assessor_registry.audit.actions import Entry, note_all


def takes_over(row: store.DraftRow, assessor: UUID) -> bool:
    """Whether `assessor` goes on with what somebody else has begun and left."""
    return row.abandoned and row.assessor_id != assessor


def cleared(row: store.DraftRow) -> store.DraftRow:
    """The draft without anything that whoever began it has marked: nobody signs unseen what another has seen."""
    return replace(
        row, outcome=None, units={}, evidence=None, recommendation=None, note=None, acknowledgement=None,
        handed_on=False,
    )  # fmt: skip


def note_taken(tx: Connection, actor: Actor, rows: Iterable[store.DraftRow], now: datetime) -> None:
    """Keep in the trail what was marked by who is not there any more."""
    entries = [Entry(row.attempt_id, before={"assessor_id": row.assessor_id, **audited(row)}) for row in rows]
    note_all(tx, actor.author, "assessments.take_over", "attempt", entries, now=now)


def audited(row: store.DraftRow) -> dict[str, object]:
    """What the trail is told of a draft."""
    return {
        "part": row.part, "outcome": row.outcome, "units": dict(row.units), "recommendation": row.recommendation,
        "version": row.version,
    }  # fmt: skip
