"""What is kept for a while only: failed attempts, answers to requests, forms that wait, sessions that have ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from msgspec import to_builtins
from sqlalchemy import Connection, and_, delete, func, insert, or_, select, text, update

from assessor_registry.accounts import rules
from assessor_registry.accounts.tables import Credential, FailedAttempt, IdempotencyKey, WaitingForm

_F = FailedAttempt.__table__  # type: ignore[attr-defined]
_I = IdempotencyKey.__table__  # type: ignore[attr-defined]
_W = WaitingForm.__table__  # type: ignore[attr-defined]
_C = Credential.__table__  # type: ignore[attr-defined]


# --- Failed attempts ---------------------------------------------------------------------------------------------


def lock_names(tx: Connection, names: Sequence[str]) -> None:
    """Take a lock on each name until the transaction ends, in an order that is the same for everyone."""
    for name in sorted(names):
        tx.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"accounts:{name}"})


def failures(tx: Connection, subject: str, window: timedelta, now: datetime) -> tuple[int, datetime | None]:
    """Return how many failures of a subject fall in the window before `now`, and when the latest was."""
    query = select(func.count(), func.max(_F.c.at)).where(_F.c.subject == subject, _F.c.at > now - window)
    count, latest = tx.execute(query).one()
    return int(count), latest


def add_failures(tx: Connection, subjects: Sequence[str], now: datetime) -> list[UUID]:
    """Insert one failure per subject; return their ids."""
    rows = [{"id": uuid4(), "subject": subject, "at": now} for subject in subjects]
    tx.execute(insert(_F), rows)
    return [row["id"] for row in rows]  # type: ignore[misc]


def forget_failures(tx: Connection, subjects: Sequence[str], ids: Sequence[UUID]) -> None:
    """Delete all failures of `subjects`, and those with `ids`."""
    tx.execute(delete(_F).where(or_(_F.c.subject.in_(subjects), _F.c.id.in_(ids))))


def purge_failures(tx: Connection, before: datetime) -> int:
    """Delete failures that no longer count; return how many."""
    return tx.execute(delete(_F).where(_F.c.at < before)).rowcount


# --- Requests that may come twice --------------------------------------------------------------------------------


def try_lock(tx: Connection, name: str) -> bool:
    """Take a lock until the transaction ends; False at once when another transaction holds it."""
    query = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
    return bool(tx.execute(query, {"name": f"accounts:{name}"}).scalar_one())


def idempotency(tx: Connection, account_id: UUID, key: str) -> Any | None:
    """Return the row (id, fingerprint, status, answer, created_at) of a key, or None."""
    query = select(_I.c.id, _I.c.fingerprint, _I.c.status, _I.c.answer, _I.c.created_at)
    return tx.execute(query.where(_I.c.account_id == account_id, _I.c.key == key)).one_or_none()


def add_idempotency(tx: Connection, account_id: UUID, key: str, fingerprint: bytes, now: datetime) -> None:
    """Insert a key; a row of the same key that is past its time gives way."""
    tx.execute(delete(_I).where(_I.c.account_id == account_id, _I.c.key == key))
    row = IdempotencyKey(account_id=account_id, key=key, fingerprint=fingerprint, created_at=now)
    tx.execute(insert(_I).values(**row.model_dump()))


def answer_idempotency(tx: Connection, account_id: UUID, key: str, status: int, answer: Mapping[str, Any]) -> None:
    """Store the answer that was given."""
    wanted = and_(_I.c.account_id == account_id, _I.c.key == key)
    tx.execute(update(_I).where(wanted).values(status=status, answer=to_builtins(dict(answer))))


def purge_idempotency(tx: Connection, before: datetime) -> int:
    """Delete keys older than `before`; return how many."""
    return tx.execute(delete(_I).where(_I.c.created_at < before)).rowcount


# --- Forms whose session ended before they were sent ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeptForm:
    """What somebody typed on the page `path` when their session had ended; sealed."""

    path: str
    sealed: bytes = field(repr=False)


def keep_form(tx: Connection, account_id: UUID, path: str, sealed: bytes, now: datetime) -> UUID:
    """Insert a form; the earlier one of the account gives way."""
    tx.execute(delete(_W).where(_W.c.account_id == account_id))
    row = WaitingForm(account_id=account_id, path=path, sealed=sealed, created_at=now)
    tx.execute(insert(_W).values(**row.model_dump()))
    return row.id


def kept_form(conn: Connection, account_id: UUID, form_id: UUID, since: datetime) -> KeptForm | None:
    """Return a form of the account that was kept after `since`, or None."""
    query = select(_W.c.path, _W.c.sealed).where(_W.c.id == form_id, _W.c.account_id == account_id)
    row = conn.execute(query.where(_W.c.created_at > since)).one_or_none()
    return KeptForm(**row._mapping) if row else None


def purge_forms(tx: Connection, before: datetime) -> int:
    """Delete forms older than `before`; return how many."""
    return tx.execute(delete(_W).where(_W.c.created_at < before)).rowcount


# --- Sessions and tokens that have ended ---------------------------------------------------------------------------


def purge_credentials(tx: Connection, before: datetime) -> int:
    """Delete sessions and tokens that had ended before `before`: signed out, past their time, or idle too long."""
    idle = and_(_C.c.kind == "session", _C.c.last_seen_at < before - rules.SESSION_IDLE)
    return tx.execute(delete(_C).where(or_(_C.c.ended_at < before, _C.c.expires_at < before, idle))).rowcount
