"""Keys and issued certificates in the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, text, update

from assessor_registry.signing.tables import AuthorityKey, IssuedCertificate, SigningKey

_KEY: Any = SigningKey.__table__  # type: ignore[attr-defined]
_AUTHORITY: Any = AuthorityKey.__table__  # type: ignore[attr-defined]
_ISSUED: Any = IssuedCertificate.__table__  # type: ignore[attr-defined]
_FOUNDING = 7_164_501


@dataclass(frozen=True, slots=True)
class KeyRow:
    """An assessor's key. It signs only when `confirmed_at` is set and `retired_at` is not."""

    id: UUID
    assessor_id: UUID
    public_der: bytes = field(repr=False)
    wrapped: Mapping[str, object] = field(repr=False)
    created_at: datetime
    confirmed_at: datetime | None
    confirmed_by: UUID | None
    retired_at: datetime | None
    retired_reason: str | None

    @property
    def state(self) -> str:
        """`active`, `waiting` for the LSP's administrator, or `retired`."""
        if self.retired_at is not None:
            return "retired"
        return "waiting" if self.confirmed_at is None else "active"


@dataclass(frozen=True, slots=True)
class IssuedRow:
    """A certificate that the registry issued."""

    id: UUID
    kind: str
    serial: str
    key_id: UUID | None
    der: bytes = field(repr=False)
    not_before: datetime
    not_after: datetime
    issued_at: datetime
    revoked_at: datetime | None


def keys_of(conn: Connection, assessor_id: UUID) -> list[KeyRow]:
    """Return all keys of an assessor, newest first."""
    rows = conn.execute(select(_KEY).where(_KEY.c.assessor_id == assessor_id).order_by(_KEY.c.created_at.desc()))
    return [KeyRow(**row._mapping) for row in rows]


def current_key(conn: Connection, assessor_id: UUID) -> KeyRow | None:
    """Return the key of an assessor that is not retired, confirmed or waiting."""
    query = select(_KEY).where(_KEY.c.assessor_id == assessor_id, _KEY.c.retired_at.is_(None))
    row = conn.execute(query).one_or_none()
    return None if row is None else KeyRow(**row._mapping)


def lock_keys(tx: Connection, assessor_id: UUID) -> None:
    """Let nobody else change this assessor's keys until the end of the transaction."""
    tx.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"keys {assessor_id}"})


def add_key(tx: Connection, row: Mapping[str, object]) -> None:
    """Insert an assessor's key."""
    tx.execute(insert(_KEY).values(**row))


def change_key(tx: Connection, key_id: UUID, **changes: object) -> None:
    """Change a key: confirmed, retired, or wrapped anew."""
    tx.execute(update(_KEY).where(_KEY.c.id == key_id).values(**changes))


def has_authority(conn: Connection) -> bool:
    """Whether the registry has its authority."""
    return bool(conn.execute(select(func.count()).select_from(_AUTHORITY)).scalar_one())


def lock_founding(tx: Connection) -> None:
    """Let no other process found the authority meanwhile."""
    tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _FOUNDING})


def authority_keys(conn: Connection) -> dict[str, dict[str, object]]:
    """Return the wrapped keys of the authority by kind: root, issuing, seal."""
    return {row.kind: row.wrapped for row in conn.execute(select(_AUTHORITY.c.kind, _AUTHORITY.c.wrapped))}


def add_authority_key(tx: Connection, kind: str, wrapped: Mapping[str, object], now: datetime) -> None:
    """Insert a key of the authority."""
    tx.execute(insert(_AUTHORITY).values(kind=kind, wrapped=dict(wrapped), created_at=now))


def authority_certificates(conn: Connection) -> dict[str, IssuedRow]:
    """Return the newest certificate of the authority of each kind: root, issuing, seal."""
    query = select(_ISSUED).where(_ISSUED.c.kind != "leaf").order_by(_ISSUED.c.issued_at)
    return {row.kind: IssuedRow(**row._mapping) for row in conn.execute(query)}


def newest_leaf(conn: Connection, key_id: UUID) -> IssuedRow | None:
    """Return the newest certificate of an assessor's key."""
    query = select(_ISSUED).where(_ISSUED.c.kind == "leaf", _ISSUED.c.key_id == key_id)
    row = conn.execute(query.order_by(_ISSUED.c.issued_at.desc()).limit(1)).one_or_none()
    return None if row is None else IssuedRow(**row._mapping)


def add_certificate(tx: Connection, row: IssuedRow) -> None:
    """Insert an issued certificate."""
    tx.execute(insert(_ISSUED).values(**{name: getattr(row, name) for name in IssuedRow.__dataclass_fields__}))


def revoke_leaves(tx: Connection, key_id: UUID, now: datetime) -> int:
    """Say of all certificates of a key that the key is compromised since `now`; return how many."""
    statement = update(_ISSUED).where(_ISSUED.c.key_id == key_id, _ISSUED.c.revoked_at.is_(None))
    return tx.execute(statement.values(revoked_at=now)).rowcount


def revoked(conn: Connection) -> list[IssuedRow]:
    """Return the certificates of compromised keys."""
    query = select(_ISSUED).where(_ISSUED.c.revoked_at.is_not(None)).order_by(_ISSUED.c.issued_at)
    return [IssuedRow(**row._mapping) for row in conn.execute(query)]
