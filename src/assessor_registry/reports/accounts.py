"""Accounts as a list with filters; keys that wait for confirmation; who did what."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Text,
    Uuid,
    and_,
    column,
    exists,
    false,
    func,
    or_,
    select,
    table,
    true,
)

from assessor_registry.accounts.rules import Scope
from assessor_registry.assessors.store import kept

_ACCOUNT = table(
    "account", column("id", Uuid), column("login", Text), column("name", Text), column("email", Text),
    column("password_hash", Text), column("assessor_id", Uuid), column("disabled_at", DateTime(timezone=True)),
)  # fmt: skip
_GRANT = table(
    "access_grant", column("account_id", Uuid), column("role", Text), column("scope_kind", Text),
    column("scope_ref", Text), column("first_day", Date), column("last_day", Date),
    column("revoked_at", DateTime(timezone=True)),
)  # fmt: skip
_KEY = table(
    "signing_key", column("id", Uuid), column("assessor_id", Uuid), column("created_at", DateTime(timezone=True)),
    column("confirmed_at", DateTime(timezone=True)), column("retired_at", DateTime(timezone=True)),
)  # fmt: skip
_PERSON = table("assessor", column("id", Uuid), column("name", Text))
STATES = ("active", "new", "disabled")


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account; `held` are its roles of the day with the scope of each."""

    id: UUID
    login: str = field(repr=False)
    name: str = field(repr=False)
    email: str | None = field(repr=False)
    activated: bool
    disabled: bool
    held: tuple[tuple[str, Scope], ...] = ()


@dataclass(frozen=True, slots=True)
class WaitingKey:
    """A signing key made after a lost passphrase, until somebody confirms that they have seen the person."""

    assessor_id: UUID
    name: str = field(repr=False)
    created_at: datetime


def account_lines(
    conn: Connection,
    scope: Scope,
    on: date,
    *,
    q: str = "",
    role: str | None = None,
    state: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[list[AccountLine], int]:
    """Return accounts by name and how many there are; the province sees all, every other scope none."""
    wanted = and_(true() if scope.everything else false(), _named(q), _in_role(role, on), _in_state(state))
    total = conn.execute(select(func.count()).select_from(_ACCOUNT).where(wanted)).scalar_one()
    query = select(
        _ACCOUNT.c.id, _ACCOUNT.c.login, _ACCOUNT.c.name, _ACCOUNT.c.email,
        _ACCOUNT.c.password_hash.is_not(None).label("activated"),
        _ACCOUNT.c.disabled_at.is_not(None).label("disabled"),
    ).where(wanted)  # fmt: skip
    rows = conn.execute(query.order_by(func.lower(_ACCOUNT.c.name), _ACCOUNT.c.id).limit(limit).offset(offset)).all()
    held = _held(conn, [row.id for row in rows], on)
    return [AccountLine(**row._mapping, held=tuple(held.get(row.id, ()))) for row in rows], total


def _named(q: str) -> ColumnElement[bool]:
    if not q.strip():
        return true()
    columns: tuple[Any, ...] = (_ACCOUNT.c.name, _ACCOUNT.c.login, _ACCOUNT.c.email)
    return or_(*(each.icontains(q.strip(), autoescape=True) for each in columns))


def _in_role(role: str | None, on: date) -> ColumnElement[bool]:
    if role is None:
        return true()
    return exists().where(_GRANT.c.account_id == _ACCOUNT.c.id, _GRANT.c.role == role, _holds(on))


def _in_state(state: str | None) -> ColumnElement[bool]:
    open_ = _ACCOUNT.c.disabled_at.is_(None)
    states: dict[str | None, ColumnElement[bool]] = {
        "active": and_(open_, _ACCOUNT.c.password_hash.is_not(None)),
        "new": and_(open_, _ACCOUNT.c.password_hash.is_(None)),
        "disabled": ~open_,
    }
    return states.get(state, true())


def _holds(on: date) -> ColumnElement[bool]:
    unended = or_(_GRANT.c.last_day.is_(None), _GRANT.c.last_day >= on)
    return and_(_GRANT.c.revoked_at.is_(None), _GRANT.c.first_day <= on, unended)


def _held(conn: Connection, ids: Sequence[UUID], on: date) -> dict[UUID, list[tuple[str, Scope]]]:
    found: dict[UUID, list[tuple[str, Scope]]] = {}
    query = select(_GRANT.c.account_id, _GRANT.c.role, _GRANT.c.scope_kind, _GRANT.c.scope_ref)
    for row in conn.execute(query.where(_GRANT.c.account_id.in_(ids), _holds(on)).order_by(_GRANT.c.role)):
        found.setdefault(row.account_id, []).append((row.role, Scope(row.scope_kind, row.scope_ref)))
    return found


def waiting_keys(conn: Connection, scope: Scope, today: date) -> list[WaitingKey]:
    """Return the keys that wait for confirmation, of the assessors whose data `scope` keeps, oldest first."""
    query = (
        select(_KEY.c.assessor_id, _PERSON.c.name, _KEY.c.created_at)
        .join(_PERSON, _PERSON.c.id == _KEY.c.assessor_id)
        .where(_KEY.c.confirmed_at.is_(None), _KEY.c.retired_at.is_(None))
        .order_by(_KEY.c.created_at, _KEY.c.id)
    )
    rows = conn.execute(query.where(kept(scope, today, _KEY.c.assessor_id)))
    return [WaitingKey(**row._mapping) for row in rows]
