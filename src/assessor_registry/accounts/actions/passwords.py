"""One-time codes and passwords.

What takes `db` writes in more than one transaction: a failed try is counted, and its audit row written, in short
transactions of their own, so that both are there after the refusal.
"""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts import rules, store
from assessor_registry.accounts.actions import hashing
from assessor_registry.accounts.actions.attempts import attempt_held, begin_attempt
from assessor_registry.accounts.actions.people import create_account, give_grant, managed
from assessor_registry.accounts.actions.sessions import nobody, open_credential, own_account
from assessor_registry.accounts.rules import PROVINCE, Actor, Role
from assessor_registry.audit.actions import note
from assessor_registry.audit.rules import Author
from assessor_registry.audit.store import of_subject
from assessor_registry.db.engine import Database
from assessor_registry.errors import Conflict, Forbidden, InvalidInput


def issue_code(tx: Connection, actor: Actor, account_id: UUID, *, now: datetime, seed: bytes = b"") -> str:
    """Return a new one-time code (kode aktivasi), good for 14 days; earlier codes of the account die.

    It activates an account, or sets a forgotten password anew. It is shown once and stored as a hash. The same `seed`
    (16 bytes or more that nobody else knows) gives the same code: a page that is sent again shows the one that was
    printed, and issues no other.

    Raises:
        NotFound, Forbidden: as `disable`.
        Conflict: the account is disabled; the code of this seed was used, or another was issued since.
    """
    if managed(tx, actor, account_id).disabled_at is not None:
        raise Conflict("accounts.disabled")
    code = rules.code_from(hashlib.sha256(seed).digest()[:10] if len(seed) >= 16 else secrets.token_bytes(10))
    if seed and store.code_was_issued(tx, rules.normal_code(code)):
        if store.account_of_code(tx, rules.normal_code(code), now) is None:
            raise Conflict("accounts.code_gone")
        return code
    until = now + timedelta(days=rules.CODE_DAYS)
    store.add_code(tx, account_id, rules.normal_code(code), now=now, expires_at=until)
    note(tx, actor.author, "accounts.issue_code", "account", account_id, now=now, after={"expires_at": until})
    return code


def require_not_issuer(tx: Connection, actor: Actor, assessor_id: UUID) -> None:
    """Refuse who issued the newest code for an assessor's account to confirm the assessor's new signing key.

    With both, one office-holder could take the account over and sign as the assessor.

    Raises:
        Forbidden: the code is the actor's own.
    """
    account = store.account_of_assessor(tx, assessor_id)
    if account is None:
        return
    issued = (entry for entry in of_subject(tx, "account", account.id) if entry.act == "accounts.issue_code")
    newest = next(issued, None)
    if newest is not None and newest.account_id is not None and newest.account_id == actor.account_id:
        raise Forbidden("accounts.issued_code")


def activate(db: Database, code: str, password: str, *, now: datetime, address: str) -> UUID:
    """Set the password of the account that `code` was issued for; return the account. Its sessions end.

    Raises:
        InvalidInput: the code is unknown, used, expired or of a disabled account (told alike), or the password will
            not do (then the code stays good).
        TooMany: wait; a wrong code was counted.
    """
    typed = rules.normal_code(code)
    attempt = begin_attempt(db, (rules.of_address(address),), now)
    with db.read() as conn:
        account = store.account_of_code(conn, typed, now)
    if account is None:
        db.perform(lambda tx: note(tx, nobody("page"), "accounts.activate_refused", "account", None, now=now))
        raise InvalidInput("accounts.code_invalid", field="code")
    if problems := rules.password_problems(password, account.login):
        db.perform(lambda tx: attempt_held(tx, attempt))
        raise InvalidInput("accounts.password_refused", field="password", reasons=problems)
    hashed = hashing.hash_of(password)

    def perform(tx: Connection) -> UUID:
        attempt_held(tx, attempt)
        if not store.use_code(tx, typed, now):  # someone was faster with the same code
            raise InvalidInput("accounts.code_invalid", field="code")
        set_password(tx, account.id, hashed, now)
        note(tx, Author(account.id, rules.NO_ROLE, "page"), "accounts.activate", "account", account.id, now=now)
        return account.id

    return db.perform(perform)


def change_password(
    db: Database, actor: Actor, old: str, new: str, *, now: datetime, keep_secret: str | None = None
) -> str | None:
    """Change one's own password. Every other session and token ends; the one with `keep_secret` is renewed.

    Returns the new secret of the kept session (its old one opens nothing any more), or None.

    Raises:
        InvalidInput: the old password is wrong, or the new one will not do.
        TooMany: wait; wrong passwords are counted.
    """
    account_id = own_account(actor)
    attempt = begin_attempt(db, (rules.of_account("password", account_id),), now)
    with db.read() as conn:
        account = store.password_row(conn, account_id=account_id)
    if account is None or not hashing.matches(account.password_hash, old):
        db.perform(
            lambda tx: note(tx, actor.author, "accounts.change_password_refused", "account", account_id, now=now)
        )
        raise InvalidInput("accounts.old_password_wrong", field="old")
    problems = rules.password_problems(new, account.login)
    if problems:
        db.perform(lambda tx: attempt_held(tx, attempt))
        raise InvalidInput("accounts.password_refused", field="new", reasons=problems)
    hashed = hashing.hash_of(new)

    def perform(tx: Connection) -> str | None:
        if store.lock_account(tx, account_id) != account:  # changed or closed since it was checked
            raise InvalidInput("accounts.old_password_wrong", field="old")
        attempt_held(tx, attempt)
        kept = store.credential_of(tx, keep_secret) if keep_secret else None
        set_password(tx, account_id, hashed, now)
        note(tx, actor.author, "accounts.change_password", "account", account_id, now=now)
        return _renew(tx, kept, now) if kept is not None and kept.account_id == account_id else None

    return db.perform(perform)


def _renew(tx: Connection, kept: Any, now: datetime) -> str:
    values = {"kind": kept.kind, "account_id": kept.account_id, "grant_id": kept.grant_id, "label": kept.label}
    return open_credential(tx, {**values, "expires_at": kept.expires_at}, now)


def set_password(tx: Connection, account_id: UUID, hashed: str, now: datetime) -> None:
    """Set a password's hash; every session and token of before ends."""
    store.lock_account(tx, account_id)
    store.change_account(tx, account_id, password_hash=hashed, password_changed_at=now)
    store.end_credentials(tx, account_id, now)


def give_password(tx: Connection, actor: Actor, account_id: UUID, hashed: str, *, now: datetime) -> None:
    """Give a new account its password, in the transaction that makes it; `hashed` was found good before."""
    set_password(tx, account_id, hashed, now)
    note(tx, actor.author, "accounts.activate", "account", account_id, now=now)


def first_operator(
    tx: Connection, login: str, name: str, password: str | None, *, now: datetime, today: date, email: str | None = None
) -> tuple[UUID, str | None]:
    """Make the operator of a new registry, from the machine's command line; return (account, code).

    Without a password there is a one-time code to activate the account with, else None.

    Raises:
        Conflict: there is an operator, or the login is taken.
        InvalidInput: login, name, e-mail or password can not be used.
    """
    if store.has_operator(tx, today):
        raise Conflict("accounts.operator_exists")
    actor = rules.system("cli")
    account_id = create_account(tx, actor, login=login, name=name, email=email, now=now)
    give_grant(tx, actor, account_id, Role.OPERATOR, PROVINCE, today, now=now)
    if password is None:
        return account_id, issue_code(tx, actor, account_id, now=now)
    hashing.require_good(password, login)
    store.change_account(tx, account_id, password_hash=hashing.hash_of(password), password_changed_at=now)
    return account_id, None
