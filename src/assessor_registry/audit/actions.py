"""Writing the audit trail, in the transaction of the act (or in its own, for what must survive a refusal)."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry.audit import store
from assessor_registry.audit.rules import Author, masked


def note(
    tx: Connection,
    author: Author,
    act: str,
    subject_kind: str,
    subject_id: UUID | str | None,
    *,
    now: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str | None = None,
) -> None:
    """Append one row: `author` did `act` (`<room>.<verb>`) to a subject; `before` and `after` are masked here."""
    store.append(
        tx,
        {
            "id": uuid4(),
            "at": now,
            "account_id": author.account_id,
            "role": author.role,
            "origin": author.origin,
            "act": act,
            "subject_kind": subject_kind,
            "subject_id": None if subject_id is None else str(subject_id),
            "before": masked(before),
            "after": masked(after),
            "reason": reason,
        },
    )
