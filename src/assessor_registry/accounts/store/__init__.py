"""Accounts in the database: SQL in, frozen records out. Secrets, codes and passwords are here as hashes only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, func, insert, or_, select, update

from assessor_registry.accounts import rules
from assessor_registry.accounts.rules import GRANTED, Actor, GrantFact, Permission, Role, Scope
from assessor_registry.accounts.store.codes import add_code, code_was_issued, digest, kill_codes, use_code
from assessor_registry.accounts.store.passing import (
    KeptForm,
    add_failures,
    add_idempotency,
    answer_idempotency,
    failures,
    forget_failures,
    idempotency,
    keep_form,
    kept_form,
    lock_names,
    purge_credentials,
    purge_failures,
    purge_forms,
    purge_idempotency,
    try_lock,
)
from assessor_registry.accounts.tables import Account, Credential, Grant, OneTimeCode

_A = Account.__table__  # type: ignore[attr-defined]
_G = Grant.__table__  # type: ignore[attr-defined]
_C = Credential.__table__  # type: ignore[attr-defined]
_O = OneTimeCode.__table__  # type: ignore[attr-defined]


# --- Accounts and grants -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account, without its password: `activated` says whether it has one."""

    id: UUID
    login: str
    name: str
    email: str | None
    language: str
    assessor_id: UUID | None
    created_at: datetime
    disabled_at: datetime | None
    activated: bool


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """One line of the list of accounts; `roles` are those of the day asked for, in order of the alphabet."""

    id: UUID
    login: str
    name: str
    email: str | None
    assessor_id: UUID | None
    disabled_at: datetime | None
    activated: bool
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PasswordRow:
    """What checking a password needs."""

    id: UUID
    login: str
    name: str
    password_hash: str | None
    disabled_at: datetime | None


_ACCOUNT = select(
    _A.c.id,
    _A.c.login,
    _A.c.name,
    _A.c.email,
    _A.c.language,
    _A.c.assessor_id,
    _A.c.created_at,
    _A.c.disabled_at,
    _A.c.password_hash.is_not(None).label("activated"),
)
_PASSWORD = select(_A.c.id, _A.c.login, _A.c.name, _A.c.password_hash, _A.c.disabled_at)


def account(conn: Connection, account_id: UUID) -> AccountRow | None:
    """Return one account, or None."""
    row = conn.execute(_ACCOUNT.where(_A.c.id == account_id)).one_or_none()
    return AccountRow(**row._mapping) if row else None


def account_by_login(conn: Connection, login: str) -> AccountRow | None:
    """Return the account with this login, however it is spelled, or None."""
    row = conn.execute(_ACCOUNT.where(_A.c.login == rules.normal_login(login))).one_or_none()
    return AccountRow(**row._mapping) if row else None


def account_of_assessor(conn: Connection, assessor_id: UUID) -> AccountRow | None:
    """Return the account of an assessor, or None."""
    row = conn.execute(_ACCOUNT.where(_A.c.assessor_id == assessor_id)).one_or_none()
    return AccountRow(**row._mapping) if row else None


def list_accounts(
    conn: Connection, scope: Scope, *, on: date, search: str = "", limit: int = 100, offset: int = 0
) -> list[ListedAccount]:
    """Return accounts by name, with their roles on a day; the province sees all, every other scope none."""
    if not scope.everything:
        return []
    held = select(func.array_agg(_G.c.role.distinct())).where(_G.c.account_id == _A.c.id, _holds(on)).scalar_subquery()
    query = (
        select(
            _A.c.id, _A.c.login, _A.c.name, _A.c.email, _A.c.assessor_id, _A.c.disabled_at,
            _A.c.password_hash.is_not(None).label("activated"), held.label("roles"),
        )
        .order_by(func.lower(_A.c.name), _A.c.id).limit(limit).offset(offset)
    )  # fmt: skip
    if search := search.replace("\x00", ""):
        columns = (_A.c.name, _A.c.login, _A.c.email)
        query = query.where(or_(*(column.icontains(search, autoescape=True) for column in columns)))
    return [ListedAccount(**{**row._mapping, "roles": tuple(sorted(row.roles or ()))}) for row in conn.execute(query)]


def password_row(conn: Connection, *, login: str | None = None, account_id: UUID | None = None) -> PasswordRow | None:
    """Return what checking a password needs, by login (normal spelling) or id."""
    wanted = _A.c.id == account_id if account_id else _A.c.login == login
    row = conn.execute(_PASSWORD.where(wanted)).one_or_none()
    return PasswordRow(**row._mapping) if row else None


def lock_account(tx: Connection, account_id: UUID) -> PasswordRow | None:
    """Lock an account until the transaction ends and return it as it is now."""
    row = tx.execute(_PASSWORD.where(_A.c.id == account_id).with_for_update(key_share=True)).one_or_none()
    return PasswordRow(**row._mapping) if row else None


def add_account(tx: Connection, values: Mapping[str, Any]) -> UUID:
    """Insert one account."""
    row = Account(**values)
    tx.execute(insert(_A).values(**row.model_dump()))
    return row.id


def change_account(tx: Connection, account_id: UUID, **values: Any) -> None:
    """Set columns of one account."""
    tx.execute(update(_A).where(_A.c.id == account_id).values(**values))


def _holds(on: date) -> Any:
    return and_(_G.c.revoked_at.is_(None), _G.c.first_day <= on, or_(_G.c.last_day.is_(None), _G.c.last_day >= on))


def grants_of(conn: Connection, account_id: UUID, on: date | None = None) -> list[GrantFact]:
    """Return an account's grants that are not revoked, oldest first; with `on`, only those that hold on that day."""
    query = select(_G).where(_G.c.account_id == account_id, _G.c.revoked_at.is_(None))
    if on is not None:
        query = query.where(_holds(on))
    return [_grant(row) for row in conn.execute(query.order_by(_G.c.granted_at, _G.c.id))]


def grant(conn: Connection, grant_id: UUID) -> tuple[UUID, GrantFact] | None:
    """Return (account, grant) of a grant that is not revoked, or None."""
    row = conn.execute(select(_G).where(_G.c.id == grant_id, _G.c.revoked_at.is_(None))).one_or_none()
    return (row.account_id, _grant(row)) if row else None


def _grant(row: Any) -> GrantFact:
    return GrantFact(row.id, row.role, Scope(row.scope_kind, row.scope_ref), row.first_day, row.last_day)


def add_grant(tx: Connection, values: Mapping[str, Any]) -> UUID:
    """Insert one grant."""
    row = Grant(**values)
    tx.execute(insert(_G).values(**row.model_dump()))
    return row.id


def revoke_grant(tx: Connection, grant_id: UUID, now: datetime) -> None:
    """Mark a grant as revoked."""
    tx.execute(update(_G).where(_G.c.id == grant_id).values(revoked_at=now))


def has_operator(conn: Connection, on: date) -> bool:
    """Whether someone who can still sign in is operator on a day."""
    query = select(_A.c.id).join(_G, _G.c.account_id == _A.c.id)
    query = query.where(_G.c.role == Role.OPERATOR, _A.c.disabled_at.is_(None), _holds(on)).limit(1)
    return conn.execute(query).first() is not None


@dataclass(frozen=True, slots=True)
class OfficeHolder:
    """Somebody who may do something in a place today."""

    account_id: UUID
    name: str
    assessor_id: UUID | None


def list_office_holders(conn: Connection, scope: Scope, permission: Permission, on: date) -> list[OfficeHolder]:
    """Return by name who may do `permission` in exactly `scope` on a day, and can sign in."""
    roles = [role for role, granted in GRANTED.items() if permission in granted]
    query = (
        select(_A.c.id.label("account_id"), _A.c.name, _A.c.assessor_id)
        .join(_G, _G.c.account_id == _A.c.id)
        .where(_G.c.role.in_(roles), _G.c.scope_kind == scope.kind, _G.c.scope_ref == scope.ref, _holds(on))
        .where(_A.c.disabled_at.is_(None), _A.c.password_hash.is_not(None))
        .distinct()
        .order_by(_A.c.name, _A.c.id)
    )
    return [OfficeHolder(**row._mapping) for row in conn.execute(query)]


# --- One-time codes ----------------------------------------------------------------------------------------------


def account_of_code(conn: Connection, code: str, now: datetime) -> PasswordRow | None:
    """Return the account that `code` (normal spelling) activates at `now`; None: unknown, used, expired, disabled."""
    query = _PASSWORD.join(_O, _O.c.account_id == _A.c.id)
    query = query.where(_O.c.code_sha256 == digest(code), _O.c.used_at.is_(None), _O.c.expires_at > now)
    row = conn.execute(query.where(_A.c.disabled_at.is_(None))).one_or_none()
    return PasswordRow(**row._mapping) if row else None


# --- Sessions and tokens -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CredentialRow:
    """A session or a token as its owner sees it; `label` None is one made by signing in."""

    id: UUID
    kind: str
    label: str | None
    role: str | None
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


# Alive: not ended, not expired, not idle, of an account that is not disabled and whose password is as it was then.
_ALIVE = and_(
    _C.c.secret_sha256 == bindparam("secret"),
    _C.c.ended_at.is_(None),
    _C.c.expires_at > bindparam("now"),
    or_(_C.c.kind == "token", _C.c.last_seen_at > bindparam("idle_since")),
    _A.c.disabled_at.is_(None),
    or_(_A.c.password_changed_at.is_(None), _C.c.created_at >= _A.c.password_changed_at),
)
# Signing in lets one change to another grant and fall back to it; a token that was made (with a label) is bound.
_USABLE_GRANT = and_(
    _G.c.account_id == _A.c.id,
    or_(_C.c.label.is_(None), _G.c.id == _C.c.grant_id),
    _G.c.revoked_at.is_(None),
    _G.c.first_day <= bindparam("today"),
    or_(_G.c.last_day.is_(None), _G.c.last_day >= bindparam("today")),
)
_ACTOR = (
    select(
        _C.c.id.label("credential_id"), _C.c.last_seen_at, _A.c.id.label("account_id"), _A.c.name, _A.c.assessor_id,
        _G.c.id.label("grant_id"), _G.c.role, _G.c.scope_kind, _G.c.scope_ref,
    )
    .select_from(_C.join(_A, _A.c.id == _C.c.account_id).outerjoin(_G, _USABLE_GRANT))
    .where(_ALIVE, _C.c.kind == bindparam("kind"))
    .order_by((_G.c.id == _C.c.grant_id).desc().nulls_last(), _G.c.granted_at, _G.c.id)
    .limit(1)
)  # fmt: skip


def actor_of(conn: Connection, secret: str, *, now: datetime, today: date, kind: str, origin: str) -> Actor | None:
    """Return who is behind a secret at `now`, in one statement; None when it opens nothing.

    The grant in use must hold `today`; else another of the account that does is taken; else the actor may only look
    after their own account. When it was last seen is written at most every five minutes.
    """
    given = {"secret": digest(secret), "now": now, "idle_since": now - rules.SESSION_IDLE, "today": today, "kind": kind}
    row = conn.execute(_ACTOR, given).one_or_none()
    if row is None:
        return None
    if now - row.last_seen_at >= rules.SEEN_EVERY:
        seen_before = and_(_C.c.id == row.credential_id, _C.c.last_seen_at < now)
        conn.execute(update(_C).where(seen_before).values(last_seen_at=now))
    if row.grant_id is None:
        return rules.actor_without_grant(row.account_id, row.name, origin, row.assessor_id)
    return Actor(
        row.account_id,
        row.name,
        row.role,
        Scope(row.scope_kind, row.scope_ref),
        origin,
        GRANTED[Role(row.role)],
        row.assessor_id,
        row.grant_id,
    )


def add_credential(tx: Connection, secret: str, values: Mapping[str, Any]) -> UUID:
    """Insert a session or token under the hash of its secret."""
    row = Credential(secret_sha256=digest(secret), **values)
    tx.execute(insert(_C).values(**row.model_dump()))
    return row.id


def credential_of(tx: Connection, secret: str) -> Any | None:
    """Return and lock the row (id, account_id, kind, label, grant_id, expires_at) of a secret that is not ended."""
    query = select(_C.c.id, _C.c.account_id, _C.c.kind, _C.c.label, _C.c.grant_id, _C.c.expires_at)
    query = query.where(_C.c.secret_sha256 == digest(secret), _C.c.ended_at.is_(None))
    return tx.execute(query.with_for_update()).one_or_none()


def use_grant(tx: Connection, credential_id: UUID, grant_id: UUID) -> None:
    """Let a session use another grant."""
    tx.execute(update(_C).where(_C.c.id == credential_id).values(grant_id=grant_id))


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose a session was, ended or not, and the grant that it used."""

    account_id: UUID
    login: str
    grant_id: UUID | None


def holder_of(conn: Connection, secret: str) -> Holder | None:
    """Return whose session has this secret, also when it opens nothing any more; None for a disabled account."""
    query = select(_C.c.account_id, _A.c.login, _C.c.grant_id).join(_A, _A.c.id == _C.c.account_id)
    query = query.where(_C.c.secret_sha256 == digest(secret), _C.c.kind == "session", _A.c.disabled_at.is_(None))
    row = conn.execute(query).one_or_none()
    return Holder(**row._mapping) if row else None


def account_of_grant(conn: Connection, grant_id: UUID) -> UUID | None:
    """Return whose grant this is, also one that has ended."""
    found: UUID | None = conn.execute(select(_G.c.account_id).where(_G.c.id == grant_id)).scalar_one_or_none()
    return found


def end_credentials(tx: Connection, account_id: UUID, now: datetime, *, only: UUID | None = None) -> int:
    """End all sessions and tokens of an account, or `only` one of them; return how many ended."""
    wanted = and_(_C.c.account_id == account_id, _C.c.ended_at.is_(None))
    if only is not None:
        wanted = and_(wanted, _C.c.id == only)
    return tx.execute(update(_C).where(wanted).values(ended_at=now)).rowcount


def list_credentials(conn: Connection, account_id: UUID, now: datetime) -> list[CredentialRow]:
    """Return the sessions and tokens of an account that have not ended, newest first."""
    alive = and_(_C.c.account_id == account_id, _C.c.ended_at.is_(None), _C.c.expires_at > now)
    idle = and_(_C.c.kind == "session", _C.c.last_seen_at <= now - rules.SESSION_IDLE)
    query = select(_C.c.id, _C.c.kind, _C.c.label, _G.c.role, _C.c.created_at, _C.c.last_seen_at, _C.c.expires_at)
    query = query.select_from(_C.outerjoin(_G, _G.c.id == _C.c.grant_id)).where(alive, ~idle)
    return [CredentialRow(**row._mapping) for row in conn.execute(query.order_by(_C.c.created_at.desc(), _C.c.id))]


__all__ = [
    "AccountRow", "CredentialRow", "Holder", "KeptForm", "ListedAccount", "OfficeHolder", "PasswordRow", "account",
    "account_by_login", "account_of_assessor", "account_of_code", "account_of_grant", "actor_of", "add_account",
    "add_code", "add_credential", "add_failures", "add_grant", "add_idempotency", "answer_idempotency",
    "change_account", "code_was_issued", "credential_of", "digest", "end_credentials", "failures", "forget_failures",
    "grant", "grants_of", "has_operator", "holder_of", "idempotency", "keep_form", "kept_form", "kill_codes",
    "list_accounts", "list_credentials", "list_office_holders", "lock_account", "lock_names", "password_row",
    "purge_credentials", "purge_failures", "purge_forms", "purge_idempotency", "revoke_grant", "try_lock", "use_code",
    "use_grant",
]  # fmt: skip
