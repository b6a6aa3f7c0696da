"""Signing in and out, sessions and tokens.

What takes `db` writes in more than one transaction: a failed try is counted, and its audit row written, in short
transactions of their own, so that both are there after the refusal.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts import rules, store
from assessor_registry.accounts.actions import hashing
from assessor_registry.accounts.actions.attempts import Attempt, attempt_held, begin_attempt
from assessor_registry.accounts.actions.people import account_of
from assessor_registry.accounts.rules import Actor, GrantFact
from assessor_registry.audit.actions import note
from assessor_registry.audit.rules import Author
from assessor_registry.db.engine import Database
from assessor_registry.errors import Forbidden, InvalidInput, NotFound, NotSignedIn


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session or token: its secret (shown here only), whose it is, the grants to choose from, the one in use."""

    secret: str
    account_id: UUID
    name: str
    language: str
    grants: tuple[GrantFact, ...]
    grant_id: UUID | None
    expires_at: datetime


def sign_in(
    db: Database, login: str, password: str, *, now: datetime, today: date, kind: str = "session", address: str
) -> SignedIn:
    """Open a session (`kind` "session", pages) or a token ("token", API) with login and password.

    1. The try is counted, per login and per address, before it is made: many at once can not outrun the count.
    2. The password is checked, as slowly for a login that nobody has.
    3. In one transaction: the account is as it was when checked, the count is forgotten, the session is there.

    Raises:
        NotSignedIn: unknown login, wrong password, or an account never activated: told alike.
        Forbidden: the password is right and the account is disabled.
        TooMany: wait; `wait_seconds` says how long.
    """
    login = rules.normal_login(login)
    attempt = begin_attempt(db, (rules.of_login(login), rules.of_address(address)), now)
    with db.read() as conn:
        found = store.password_row(conn, login=login)
    right = hashing.matches(found.password_hash if found else None, password)
    if found is None or not right or found.disabled_at is not None:
        subject = found.id if found else None
        author = nobody(rules.ORIGIN_OF_KIND[kind])
        db.perform(lambda tx: note(tx, author, "accounts.sign_in_refused", "account", subject, now=now))
        raise Forbidden("accounts.disabled") if found and right else NotSignedIn("accounts.wrong_login")
    better = hashing.hash_of(password) if hashing.needs_rehash(found.password_hash or "") else None
    return db.perform(lambda tx: _sign_in(tx, found, attempt, better, kind, now, today))


def _sign_in(
    tx: Connection,
    found: store.PasswordRow,
    attempt: Attempt,
    better: str | None,
    kind: str,
    now: datetime,
    today: date,
) -> SignedIn:
    if store.lock_account(tx, found.id) != found:
        raise NotSignedIn("accounts.wrong_login")
    attempt_held(tx, attempt)
    if better:
        store.change_account(tx, found.id, password_hash=better)
    grants = tuple(store.grants_of(tx, found.id, today))
    chosen = grants[0] if grants else None
    expires_at = now + rules.SESSION_LONGEST
    grant_id = chosen.id if chosen else None
    values = {"kind": kind, "account_id": found.id, "grant_id": grant_id, "expires_at": expires_at}
    secret = open_credential(tx, values, now)
    author = _author(found.id, chosen, rules.ORIGIN_OF_KIND[kind])
    note(tx, author, "accounts.sign_in", "account", found.id, now=now)
    account = account_of(tx, found.id)
    return SignedIn(secret, found.id, found.name, account.language, grants, grant_id, expires_at)


def open_credential(tx: Connection, values: Mapping[str, Any], now: datetime) -> str:
    """Insert a session or token; return its new secret (256 random bits)."""
    secret = secrets.token_urlsafe(32)
    store.add_credential(tx, secret, {**values, "created_at": now, "last_seen_at": now})
    return secret


def _author(account_id: UUID, held: rules.GrantFact | None, origin: str) -> Author:
    """Somebody in one of their roles, or still in none."""
    if held is None:
        return Author(account_id, rules.NO_ROLE, origin)
    return Author(account_id, held.role, origin, held.scope.kind, held.scope.ref)


def nobody(origin: str) -> Author:
    """How the audit trail names someone who is not signed in."""
    return Author(None, rules.NO_ROLE, origin)


def choose_grant(tx: Connection, secret: str, grant_id: UUID, today: date, *, now: datetime) -> None:
    """Work in another of one's roles from the next request on. A token that was made stays with its own.

    Raises:
        NotFound: the account has no such grant today.
        NotSignedIn: the session has ended.
    """
    session = store.credential_of(tx, secret)
    if session is None:
        raise NotSignedIn("accounts.session_ended")
    chosen = next((grant for grant in store.grants_of(tx, session.account_id, today) if grant.id == grant_id), None)
    if chosen is None or session.label is not None:
        raise NotFound("accounts.no_grant")
    store.use_grant(tx, session.id, grant_id)
    author = _author(session.account_id, chosen, rules.ORIGIN_OF_KIND[session.kind])
    note(tx, author, "accounts.choose_grant", "account", session.account_id, now=now, after={"grant_id": grant_id})


def sign_out(tx: Connection, secret: str, now: datetime) -> None:
    """End the session or token; one that has ended, or never was, is fine."""
    session = store.credential_of(tx, secret)
    if session is not None:
        store.end_credentials(tx, session.account_id, now, only=session.id)
        author = Author(session.account_id, rules.NO_ROLE, rules.ORIGIN_OF_KIND[session.kind])
        note(tx, author, "accounts.sign_out", "account", session.account_id, now=now)


def make_token(tx: Connection, actor: Actor, label: str, *, now: datetime, days: int) -> str:
    """Return a new API token for `days` days, bound to the role in use; it is shown once.

    Raises:
        InvalidInput: no label, or more than a year.
    """
    label = " ".join(label.split())
    if not 1 <= len(label) <= 80 or not label.isprintable():
        raise InvalidInput("accounts.label_missing", field="label", most=80)
    if not 1 <= days <= rules.TOKEN_DAYS_MOST:
        raise InvalidInput("accounts.token_days", field="days", most=rules.TOKEN_DAYS_MOST)
    account_id, until = own_account(actor), now + timedelta(days=days)
    values = {"kind": "token", "account_id": account_id, "grant_id": actor.grant_id, "label": label}
    secret = open_credential(tx, {**values, "expires_at": until}, now)
    note(tx, actor.author, "accounts.make_token", "account", account_id, now=now, after={"expires_at": until})
    return secret


def end_credential(tx: Connection, actor: Actor, credential_id: UUID, *, now: datetime) -> None:
    """End one of one's own sessions or tokens.

    Raises:
        NotFound: it is not one of the actor's, or has ended.
    """
    account_id = own_account(actor)
    if not store.end_credentials(tx, account_id, now, only=credential_id):
        raise NotFound("accounts.no_credential")
    note(tx, actor.author, "accounts.end_credential", "account", account_id, now=now, after={"id": credential_id})


def own_account(actor: Actor) -> UUID:
    """Return the actor's account.

    Raises:
        Forbidden: the registry itself (a job, the command line) has none.
    """
    if actor.account_id is None:
        raise Forbidden("accounts.needs_account")
    return actor.account_id


def purge_ended(tx: Connection, now: datetime) -> int:
    """Remove sessions and tokens that ended a while ago; return how many. Who signed in when is in the audit trail."""
    return store.purge_credentials(tx, now - rules.ENDED_KEPT)
