"""One-time codes, stored as hashes only."""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, and_, insert, select, update

from assessor_registry.accounts.tables import OneTimeCode

_O = OneTimeCode.__table__  # type: ignore[attr-defined]


def digest(secret: str) -> bytes:
    """Return the SHA-256 under which a secret of 80 random bits or more is stored and found."""
    return hashlib.sha256(secret.encode()).digest()


def add_code(tx: Connection, account_id: UUID, code: str, *, now: datetime, expires_at: datetime) -> None:
    """Insert a one-time code; the earlier ones of the account are dead from now."""
    kill_codes(tx, account_id, now)
    row = OneTimeCode(account_id=account_id, code_sha256=digest(code), created_at=now, expires_at=expires_at)
    tx.execute(insert(_O).values(**row.model_dump()))


def kill_codes(tx: Connection, account_id: UUID, now: datetime) -> None:
    """Let every unused code of an account expire now."""
    open_codes = and_(_O.c.account_id == account_id, _O.c.used_at.is_(None), _O.c.expires_at > now)
    tx.execute(update(_O).where(open_codes).values(expires_at=now))


def code_was_issued(conn: Connection, code: str) -> bool:
    """Whether this code (normal spelling) was ever given out."""
    return conn.execute(select(_O.c.id).where(_O.c.code_sha256 == digest(code))).first() is not None


def use_code(tx: Connection, code: str, now: datetime) -> bool:
    """Mark a code as used; False when someone else used it first, or it is dead."""
    alive = and_(_O.c.code_sha256 == digest(code), _O.c.used_at.is_(None), _O.c.expires_at > now)
    return tx.execute(update(_O).where(alive).values(used_at=now)).rowcount == 1
