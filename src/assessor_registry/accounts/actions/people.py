"""Accounts and grants: made, given, taken, closed."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts import rules, store
from assessor_registry.accounts.rules import Actor, Role, Scope
from assessor_registry.audit.actions import note
from assessor_registry.errors import Conflict, Forbidden, InvalidInput, NotFound


def create_account(
    tx: Connection,
    actor: Actor,
    *,
    login: str,
    name: str,
    email: str | None = None,
    assessor_id: UUID | None = None,
    now: datetime,
) -> UUID:
    """Make an account (akun) that nobody can use before it is activated with a one-time code.

    Raises:
        InvalidInput: login, name or e-mail can not be used; `reasons` holds each.
        Conflict: the login is taken, or the assessor has an account.
    """
    login, name = rules.normal_login(login), " ".join(name.split())
    email = (email or "").strip() or None
    if problems := rules.account_problems(login, name, email):
        field = {"accounts.name_missing": "name", "accounts.email_unusable": "email"}.get(problems[0].code, "login")
        raise InvalidInput(problems[0].code, field=field, reasons=problems)
    if store.account_by_login(tx, login):
        raise Conflict("accounts.login_taken", field="login")
    if assessor_id and store.account_of_assessor(tx, assessor_id):
        raise Conflict("accounts.assessor_has_account", field="assessor_id")
    values = {"login": login, "name": name, "email": email, "assessor_id": assessor_id}
    account_id = store.add_account(tx, {**values, "created_at": now, "language": "id"})
    note(tx, actor.author, "accounts.create_account", "account", account_id, now=now, after=values)
    return account_id


def give_grant(
    tx: Connection,
    actor: Actor,
    account_id: UUID,
    role: Role,
    scope: Scope,
    first_day: date,
    last_day: date | None = None,
    *,
    now: datetime,
) -> UUID:
    """Give a role in a scope from `first_day` to `last_day`, included; None is until revoked.

    Raises:
        NotFound: there is no such account.
        InvalidInput: the role is not held in such a scope, or the days are in the wrong order.
        Forbidden: it is above what the actor may give.
    """
    account = account_of(tx, account_id)
    own = scope.kind != "self" or scope.ref == str(account.assessor_id)
    if not rules.fits(role, scope) or not own:
        raise InvalidInput("accounts.role_without_scope", field="scope", role=role, scope=scope.kind)
    if last_day is not None and last_day < first_day:
        raise InvalidInput("accounts.days_in_wrong_order", field="last_day", first_day=first_day, last_day=last_day)
    if not rules.may_grant(actor, role, scope):
        raise Forbidden("accounts.above_own", role=role)
    values = {"account_id": account_id, "role": role.value, "scope_kind": scope.kind, "scope_ref": scope.ref,
              "first_day": first_day, "last_day": last_day}  # fmt: skip
    grant_id = store.add_grant(tx, {**values, "granted_at": now})
    note(tx, actor.author, "accounts.give_grant", "account", account_id, now=now, after={"id": grant_id, **values})
    return grant_id


def revoke_grant(tx: Connection, actor: Actor, grant_id: UUID, *, now: datetime) -> None:
    """Take a grant away from now on; it counts on the very next request.

    Raises:
        NotFound: there is no such grant, or it is revoked.
        Forbidden: it is above what the actor may take.
    """
    found = store.grant(tx, grant_id)
    if found is None:
        raise NotFound("accounts.no_grant")
    account_id, grant = found
    if not rules.may_grant(actor, Role(grant.role), grant.scope):
        raise Forbidden("accounts.above_own", role=grant.role)
    store.revoke_grant(tx, grant_id, now)
    before = {"id": grant_id, "role": grant.role, "scope_kind": grant.scope.kind, "scope_ref": grant.scope.ref}
    note(tx, actor.author, "accounts.revoke_grant", "account", account_id, now=now, before=before)


def disable(tx: Connection, actor: Actor, account_id: UUID, *, now: datetime) -> None:
    """Close an account: its sessions, tokens and codes end at once. Done twice is done once.

    Raises:
        NotFound: there is no such account.
        Forbidden: it is the actor's own, or of someone above what the actor may give.
    """
    account = managed(tx, actor, account_id)
    if actor.account_id == account_id:
        raise Forbidden("accounts.own_account")
    if account.disabled_at is None:
        store.change_account(tx, account_id, disabled_at=now)
        store.end_credentials(tx, account_id, now)
        store.kill_codes(tx, account_id, now)
        note(tx, actor.author, "accounts.disable", "account", account_id, now=now)


def enable(tx: Connection, actor: Actor, account_id: UUID, *, now: datetime) -> None:
    """Open a closed account again; its old sessions stay ended.

    Raises:
        NotFound, Forbidden: as `disable`.
    """
    if managed(tx, actor, account_id).disabled_at is not None:
        store.change_account(tx, account_id, disabled_at=None)
        note(tx, actor.author, "accounts.enable", "account", account_id, now=now)


def account_of(tx: Connection, account_id: UUID) -> store.AccountRow:
    """Return the account.

    Raises:
        NotFound: there is none.
    """
    account = store.account(tx, account_id)
    if account is None:
        raise NotFound("accounts.no_account")
    return account


def managed(tx: Connection, actor: Actor, account_id: UUID) -> store.AccountRow:
    """Return the account, when the actor might give each role that it has: to reset an operator is to become one.

    Raises:
        NotFound: there is none.
        Forbidden: it has a role above what the actor may give.
    """
    account = account_of(tx, account_id)
    for grant in store.grants_of(tx, account_id):
        if not rules.may_grant(actor, Role(grant.role), grant.scope):
            raise Forbidden("accounts.above_own", role=grant.role)
    return account
