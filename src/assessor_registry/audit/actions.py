"""Writing the audit trail, in the transaction of the act (or in its own, for what must survive a refusal)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    entry = Entry(subject_id, before, after, reason)
    store.append(tx, _row(author, act, subject_kind, entry, now))


@dataclass(frozen=True, slots=True)
class Entry:
    """What one act did to one subject, for `note_all`."""

    subject_id: UUID | str | None
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None
    reason: str | None = None


def note_all(
    tx: Connection, author: Author, act: str, subject_kind: str, entries: Sequence[Entry], *, now: datetime
) -> None:
    """Append one row for each of `entries`, with one statement."""
    store.append_all(tx, [_row(author, act, subject_kind, entry, now) for entry in entries])


def _row(author: Author, act: str, subject_kind: str, entry: Entry, now: datetime) -> dict[str, object]:
    return {
        "id": uuid4(),
        "at": now,
        "account_id": author.account_id,
        "role": author.role,
        "origin": author.origin,
        "scope_kind": author.scope_kind,
        "scope_ref": author.scope_ref,
        "act": act,
        "subject_kind": subject_kind,
        "subject_id": None if entry.subject_id is None else str(entry.subject_id),
        "before": masked(entry.before),
        "after": masked(entry.after),
        "reason": entry.reason,
    }
