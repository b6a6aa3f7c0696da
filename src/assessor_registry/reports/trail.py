"""The audit trail with the names of those who acted, filtered and paged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, DateTime, Text, Uuid, and_, column, func, or_, select, table, true
from sqlalchemy.dialects.postgresql import JSONB

from assessor_registry.accounts.rules import Scope

_ENTRY = table(
    "audit_entry", column("id", Uuid), column("at", DateTime(timezone=True)), column("account_id", Uuid),
    column("role", Text), column("origin", Text), column("act", Text), column("subject_kind", Text),
    column("subject_id", Text), column("before", JSONB), column("after", JSONB), column("reason", Text),
    column("scope_kind", Text), column("scope_ref", Text),
)  # fmt: skip
_ACCOUNT = table("account", column("id", Uuid), column("name", Text))
_LSP = table("lsp", column("id", Uuid), column("region_code", Text))
_SCHOOL = table("school", column("id", Uuid), column("region_code", Text))


@dataclass(frozen=True, slots=True)
class Trace:
    """One row of the trail; `name` is who acted, None for the registry itself or someone not signed in."""

    id: UUID
    at: datetime
    account_id: UUID | None
    name: str | None = field(repr=False)
    role: str
    origin: str
    act: str
    subject_kind: str
    subject_id: str | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: of an act or room (`validity`), a kind of subject, one subject, between two instants."""

    act: str = ""
    subject_kind: str = ""
    subject_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


def trail(conn: Connection, scope: Scope, wanted: Wanted, *, limit: int, offset: int) -> tuple[list[Trace], int]:
    """Return rows newest first, and how many there are. Outside the province: what was done in a role of that scope,
    whoever else the person is or was. Rows that do not say where are the province's to read.
    """
    held = and_(_seen(scope), _wanted(wanted))
    total = conn.execute(select(func.count()).select_from(_ENTRY).where(held)).scalar_one()
    columns = [_ENTRY.c[name] for name in Trace.__dataclass_fields__ if name != "name"]
    query = select(*columns, _ACCOUNT.c.name).outerjoin(_ACCOUNT, _ACCOUNT.c.id == _ENTRY.c.account_id).where(held)
    rows = conn.execute(query.order_by(_ENTRY.c.at.desc(), _ENTRY.c.id).limit(limit).offset(offset))
    return [Trace(**row._mapping) for row in rows], total


def subject_kinds(conn: Connection, scope: Scope) -> list[str]:
    """Return the kinds of subjects that the trail has, for the filter."""
    query = select(_ENTRY.c.subject_kind).where(_seen(scope)).distinct().order_by(_ENTRY.c.subject_kind)
    return list(conn.execute(query).scalars())


def _wanted(wanted: Wanted) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = [true()]
    if wanted.act:
        parts.append(or_(_ENTRY.c.act == wanted.act, _ENTRY.c.act.startswith(wanted.act + ".", autoescape=True)))
    if wanted.subject_kind:
        parts.append(_ENTRY.c.subject_kind == wanted.subject_kind)
    if wanted.subject_id:
        parts.append(_ENTRY.c.subject_id == wanted.subject_id)
    if wanted.since is not None:
        parts.append(_ENTRY.c.at >= wanted.since)
    if wanted.until is not None:
        parts.append(_ENTRY.c.at < wanted.until)
    return and_(*parts)


def _seen(scope: Scope) -> ColumnElement[bool]:
    if scope.everything:
        return true()
    places = [and_(_ENTRY.c.scope_kind == scope.kind, _ENTRY.c.scope_ref == scope.ref)]
    if scope.kind == "region":
        for kind, found in (("lsp", _LSP), ("school", _SCHOOL)):
            inside = select(found.c.id.cast(Text)).where(found.c.region_code == scope.ref)
            places.append(and_(_ENTRY.c.scope_kind == kind, _ENTRY.c.scope_ref.in_(inside)))
    return or_(*places)
