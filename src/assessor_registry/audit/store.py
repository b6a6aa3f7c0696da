"""The audit trail in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, select

from assessor_registry.audit.tables import AuditEntry
from assessor_registry.db.bulk import insert_rows

_T = AuditEntry.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the trail."""

    id: UUID
    at: datetime
    account_id: UUID | None
    role: str
    origin: str
    act: str
    subject_kind: str
    subject_id: str | None
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None
    reason: str | None
    scope_kind: str | None
    scope_ref: str | None


def append(tx: Connection, row: Mapping[str, object]) -> None:
    """Insert one row."""
    tx.execute(insert(_T).values(**row))


def append_all(tx: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert many rows with one statement."""
    insert_rows(tx, _T, rows)


def of_subject(conn: Connection, subject_kind: str, subject_id: UUID | str) -> list[Entry]:
    """Return what was done to one subject, newest first."""
    rows = conn.execute(
        select(_T)
        .where(_T.c.subject_kind == subject_kind, _T.c.subject_id == str(subject_id))
        .order_by(_T.c.at.desc(), _T.c.id)
    )
    return [Entry(**row._mapping) for row in rows]


def latest(conn: Connection, *, act: str | None = None, limit: int = 100, offset: int = 0) -> list[Entry]:
    """Return the newest rows of the whole trail; for auditors and operators, who see all of it."""
    query = select(_T).order_by(_T.c.at.desc(), _T.c.id).limit(limit).offset(offset)
    if act:
        query = query.where(_T.c.act.startswith(act, autoescape=True))
    return [Entry(**row._mapping) for row in conn.execute(query)]
