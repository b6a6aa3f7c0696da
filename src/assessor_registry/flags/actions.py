"""What is done with to-dos: kept in step with the calendar, opened and cleared by other rooms, acknowledged."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Select

from assessor_registry.errors import NotFound
from assessor_registry.flags import store
from assessor_registry.flags.rules import SweepDay, windows
from assessor_registry.flags.store import Flag


@dataclass(frozen=True, slots=True)
class Source:
    """Where last days of one kind come from: `ends` makes a SELECT of (subject_id, last_day, known_on), each pair once.

    `few`: all of them are looked at, because nobody tells which have changed (licences, venues).
    """

    subject_kind: str
    kind: str
    ends: Callable[[], Select[Any]]
    few: bool = False


def sweep(tx: Connection, source: Source, day: SweepDay, changed: Select[Any] | None = None) -> int:
    """Bring the flags of a source to a day; return how many were opened.

    When the day counts from a last sweep, only last days whose stage may have changed after it are read; else all,
    and what a sweep for another day had opened too early is taken back (not on a day that clears nothing). `changed`
    is a SELECT of (subject_id, known_on), each subject once: whose last days have changed since, and when that was
    known. Doing it again changes nothing.
    """
    kind, since = source.kind, day.since
    reached = None if since is None or source.few else windows(day.today, since, day.of(kind))
    if reached == () and changed is None:
        return 0
    ends = source.ends()
    if since is None and day.clears:
        store.settle(tx, kind, day)
    if not day.clears:
        pass
    elif reached is None:
        store.clear_stale(tx, source.subject_kind, kind, ends, day.now)
    elif changed is not None:
        among = changed.with_only_columns(changed.selected_columns.subject_id)
        store.clear_stale(tx, source.subject_kind, kind, ends, day.now, among=among)
    return store.raise_due(tx, source.subject_kind, kind, store.due(ends, reached, changed), day, whole=reached is None)


def open_flag(tx: Connection, subject_kind: str, subject_id: UUID, kind: str, day: date, now: datetime) -> bool:
    """Open a to-do that does not come from the calendar (a schedule needs an assessor on `day`)."""
    return store.open_one(
        tx,
        {"id": uuid4(), "subject_kind": subject_kind, "subject_id": subject_id, "kind": kind, "last_day": day,
         "stage": 0, "backlog": False, "raised_at": now, "stage_at": now},
    )  # fmt: skip


def clear_flag(tx: Connection, subject_kind: str, subject_id: UUID, kind: str, now: datetime) -> int:
    """Clear a to-do that has been seen to; return how many were open."""
    return store.clear_one(tx, subject_kind, subject_id, kind, now)


def acknowledge(tx: Connection, flag_id: UUID, *, account_id: UUID | None, note: str | None, now: datetime) -> Flag:
    """Take note of a to-do, which stays open until its cause is gone; return it. The caller audits.

    Raises:
        NotFound: no such open to-do.
    """
    flag = store.find(tx, flag_id)
    if flag is None or flag.cleared_at is not None:
        raise NotFound("flags.unknown")
    values = {"acknowledged_at": now, "acknowledged_by": account_id, "note": (note or "").strip() or None}
    store.acknowledge(tx, flag_id, values)
    return flag
