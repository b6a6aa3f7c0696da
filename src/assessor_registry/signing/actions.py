"""Enrolling assessors, issuing their certificates, unlocking their keys; the authority is in `authority`.

What takes time (scrypt, 0.4 s) is done before a connection is taken; what must survive a refusal (a wrong passphrase)
is written in a transaction of its own.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid4

from cryptography import x509
from sqlalchemy import Connection

from assessor_registry.accounts import store as accounts
from assessor_registry.accounts.actions import attempt_given_back, attempt_held, begin_attempt
from assessor_registry.accounts.actions.hashing import matches
from assessor_registry.accounts.rules import Actor, of_account
from assessor_registry.audit.actions import note
from assessor_registry.audit.rules import Author
from assessor_registry.db.engine import Database
from assessor_registry.errors import Conflict, Forbidden, InvalidInput, NotFound, Reason, TooMany
from assessor_registry.signing import keys, store
from assessor_registry.signing.authority import (
    AUTHORITY_KEY,
    ORGANISATION,
    Registry,
    crl,
    found_authority,
    load_authority,
    row_of,
    seal_statements,
)
from assessor_registry.signing.keys import UnlockedKey, WrappedKey
from assessor_registry.signing.lint import Role, lint, name_part, read_certificate
from assessor_registry.signing.passphrases import normal, problems
from assessor_registry.signing.x509 import (
    Authority,
    end_of_day,
    issue_assessor,
    name_in_certificate,
)

LOST: Final = "Frasa sandi hilang; kunci baru dibuat"
COMPROMISED: Final = "Kunci mungkin diketahui orang lain"


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a certificate is for; `registration` is the MET number in its canonical spelling."""

    assessor_id: UUID
    name: str = field(repr=False)
    registration: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Leaf:
    """An assessor's current certificate, as stored, and the chain that signs: itself and the issuing CA."""

    certificate_id: UUID
    chain: tuple[x509.Certificate, x509.Certificate]


# --- Keys of assessors -------------------------------------------------------------------------------------------


def enrol(
    db: Database,
    actor: Actor,
    assessor_id: UUID,
    passphrase: str,
    now: datetime,
    *,
    birth_date: date | None = None,
    cost: keys.ScryptCost = keys.PRODUCTION,
) -> store.KeyRow:
    """Make a signing key for an assessor (kunci tanda tangan), wrapped by their passphrase.

    The first key is confirmed at once. A later one, after a lost passphrase, retires the one before and waits for
    `confirm_key` by the LSP's administrator.

    Raises:
        Forbidden: the actor is someone else.
        InvalidInput: `signing.passphrase_refused` with each reason.
        Unavailable: two others are unlocking.
    """
    if actor.assessor_id != assessor_id:
        raise Forbidden("signing.not_your_key")
    if reasons := _refused(db, actor, passphrase, birth_date):
        raise InvalidInput("signing.passphrase_refused", field="passphrase", reasons=tuple(reasons))
    key_id = uuid4()
    made = keys.new_key(passphrase, str(key_id), cost=cost)  # outside the transaction: it takes 0.4 s
    with made.unlocked:
        return db.perform(lambda tx: _enrol(tx, actor, assessor_id, key_id, made, now))


def _refused(db: Database, actor: Actor, passphrase: str, birth_date: date | None) -> list[Reason]:
    """Every reason why this passphrase is not taken: whoever learns a password must not be able to sign with it."""
    with db.read() as conn:
        account = accounts.password_row(conn, account_id=actor.account_id) if actor.account_id else None
    reasons = problems(passphrase, login=account.login if account else "", birth_date=birth_date)
    if not reasons and account and matches(account.password_hash, normal(passphrase)):
        reasons.append(Reason("signing.passphrase_is_password"))
    return reasons


def _enrol(
    tx: Connection, actor: Actor, assessor_id: UUID, key_id: UUID, made: keys.NewKey, now: datetime
) -> store.KeyRow:
    store.lock_keys(tx, assessor_id)
    before = store.keys_of(tx, assessor_id)
    for row in before:
        if row.retired_at is None:
            store.change_key(tx, row.id, retired_at=now, retired_reason=LOST)
    first = not before
    row = store.KeyRow(
        key_id, assessor_id, made.public_key, made.wrapped.to_dict(), now,
        now if first else None, actor.account_id if first else None, None, None,
    )  # fmt: skip
    store.add_key(tx, {name: getattr(row, name) for name in store.KeyRow.__dataclass_fields__})
    after = {"key_id": key_id, "confirmed": first, "retired": sum(one.retired_at is None for one in before)}
    note(tx, actor.author, "signing.enrol", "assessor", assessor_id, now=now, after=after)
    return row


def change_passphrase(
    db: Database, actor: Actor, assessor_id: UUID, old: str, new: str, now: datetime, *,
    birth_date: date | None = None, cost: keys.ScryptCost = keys.PRODUCTION,
) -> None:  # fmt: skip
    """Wrap one's key by another passphrase. Key and certificates stay as they are, and nothing is signed again.

    A backup of before still opens with the old one: a passphrase that somebody may know needs a new key.

    1. Look at the new one: no try is spent on what will not do. 2. Unlock with the old one; a wrong one is counted, and
    its audit row written, in transactions of their own. 3. Wrap, in memory. 4. Store, if nobody has changed the key.

    Raises:
        Forbidden: the actor is someone else.
        InvalidInput: `signing.passphrase_refused` with each reason; `signing.old_passphrase_wrong`.
        NotFound, Conflict, TooMany, Unavailable: as `unlock`.
    """
    if actor.assessor_id != assessor_id:
        raise Forbidden("signing.not_your_key")
    reasons = _refused(db, actor, new, birth_date)  # 1
    if normal(new) == normal(old):
        reasons.append(Reason("signing.passphrase_same"))
    if reasons:
        raise InvalidInput("signing.passphrase_refused", field="new_passphrase", reasons=tuple(reasons))
    with db.read() as conn:
        before = store.current_key(conn, assessor_id)
    author = actor.author
    try:
        with unlock(db, assessor_id, old, now) as key:  # 2
            wrapped = keys.wrap(key, new, cost=cost).to_dict()  # 3
    except InvalidInput as refusal:
        if refusal.code != "signing.passphrase_wrong":
            raise
        db.perform(lambda tx: note(tx, author, "signing.change_passphrase_refused", "assessor", assessor_id, now=now))
        raise InvalidInput("signing.old_passphrase_wrong", field="old_passphrase") from None

    def write(tx: Connection) -> None:  # 4
        store.lock_keys(tx, assessor_id)
        if before is None or store.current_key(tx, assessor_id) != before:
            raise InvalidInput("signing.old_passphrase_wrong", field="old_passphrase")
        store.change_key(tx, before.id, wrapped=wrapped)
        note(tx, author, "signing.change_passphrase", "assessor", assessor_id, now=now, after={"key_id": before.id})

    db.perform(write)


def confirm_key(tx: Connection, actor: Actor, assessor_id: UUID, now: datetime) -> None:
    """Confirm a second key: the LSP's administrator has seen the person. Whose assessor it is, the caller has checked.

    Raises:
        Forbidden: it is one's own key.
        Conflict: no key waits to be confirmed.
    """
    if actor.assessor_id == assessor_id:
        raise Forbidden("signing.own_key")
    store.lock_keys(tx, assessor_id)
    row = store.current_key(tx, assessor_id)
    if row is None or row.confirmed_at is not None:
        raise Conflict("signing.nothing_to_confirm")
    store.change_key(tx, row.id, confirmed_at=now, confirmed_by=actor.account_id)
    note(tx, actor.author, "signing.confirm_key", "assessor", assessor_id, now=now, after={"key_id": row.id})


def report_compromised(tx: Connection, actor: Actor, assessor_id: UUID, now: datetime) -> None:
    """Retire a key that others may have, and put its certificates on the revocation list.

    Raises:
        NotFound: the assessor has no key.
    """
    store.lock_keys(tx, assessor_id)
    row = store.current_key(tx, assessor_id)
    if row is None:
        raise NotFound("signing.no_key")
    store.change_key(tx, row.id, retired_at=now, retired_reason=COMPROMISED)
    revoked = store.revoke_leaves(tx, row.id, now)
    after = {"key_id": row.id, "certificates": revoked}
    note(tx, actor.author, "signing.report_compromised", "assessor", assessor_id, now=now, after=after)


def unlock(
    db: Database, assessor_id: UUID, passphrase: str, now: datetime, *, author: Author | None = None
) -> UnlockedKey:
    """Unlock an assessor's key; no connection is held while it takes its 0.4 s.

    The try is counted as failed before it is made and forgotten when it was right: a crash in between, or many tries at
    once, never give a free guess. With `author` a wrong one stands in the trail, in a transaction of its own.

    Raises:
        NotFound: the assessor has no key.
        Conflict: the key waits to be confirmed.
        TooMany: `signing.too_many_attempts` with `wait_seconds`.
        InvalidInput: `signing.passphrase_wrong`.
        Unavailable: two others are unlocking.
    """
    with db.read() as conn:
        row = store.current_key(conn, assessor_id)
    if row is None:
        raise NotFound("signing.no_key")
    if row.confirmed_at is None:
        raise Conflict("signing.key_unconfirmed")
    try:
        attempt = begin_attempt(db, [of_account("passphrase", assessor_id)], now)
    except TooMany as refusal:
        raise TooMany("signing.too_many_attempts", field="passphrase", **refusal.params) from None  # type: ignore[arg-type]
    try:
        unlocked = keys.unlock(WrappedKey.from_dict(row.wrapped), passphrase, str(row.id))
    except Exception as error:
        # Only a passphrase that was looked at counts: a busy server has not looked.
        if not (isinstance(error, InvalidInput) and error.code == "signing.passphrase_wrong"):
            db.perform(lambda tx: attempt_given_back(tx, attempt))
        elif author is not None:
            db.perform(lambda tx: note(tx, author, "signing.passphrase_wrong", "assessor", assessor_id, now=now))
        raise
    db.perform(lambda tx: attempt_held(tx, attempt))
    return unlocked


def ensure_leaf(
    tx: Connection, registry: Registry, holder: Holder, key_id: UUID, last_active_day: date, zone: str, now: datetime
) -> Leaf:
    """Return the certificate of an assessor's key that ends with `last_active_day` in `zone`; issue it if need be.

    It never outlives the certificate that issues it: where that ends earlier, both end together.

    Until the end of the transaction nobody else changes the key: one that was retired since it was unlocked signs no
    more. 1 look at the key, 2 look for the newest certificate, 3 issue from the stored public key, 4 lint (in `x509`),
    5 store.

    Raises:
        Conflict: the key waits to be confirmed, or is not the one that signs (any more).
        InvalidInput: `signing.certificate_refused`.
    """
    store.lock_keys(tx, holder.assessor_id)
    key = store.current_key(tx, holder.assessor_id)
    if key is None or key.id != key_id or key.confirmed_at is None:
        raise Conflict("signing.key_retired")
    found = store.newest_leaf(tx, key_id)
    issuing = registry.certificate("issuing")
    until = min(end_of_day(last_active_day, zone), issuing.not_valid_after_utc)
    if found is not None and _still_fits(found, holder, issuing, until):
        return Leaf(found.id, (read_certificate(found.der), issuing))
    with registry.unlocked("issuing") as secret:
        made = issue_assessor(
            Authority(issuing, secret), key.public_der, organisation=ORGANISATION, name=holder.name,
            registration=holder.registration, not_before=now, not_after=until,
        )  # fmt: skip
    row = row_of("leaf", key_id, made, now)
    store.add_certificate(tx, row)
    return Leaf(row.id, (made, issuing))


def _still_fits(row: store.IssuedRow, holder: Holder, issuing: x509.Certificate, until: datetime) -> bool:
    certificate = read_certificate(row.der)
    return (
        row.revoked_at is None
        and certificate.not_valid_after_utc == until
        and name_part(certificate, x509.NameOID.SERIAL_NUMBER) == holder.registration
        and name_part(certificate, x509.NameOID.COMMON_NAME) == name_in_certificate(holder.name)
        and not lint(certificate, issuing, Role.ASSESSOR)
    )


__all__ = [
    "AUTHORITY_KEY", "Holder", "Leaf", "Registry", "change_passphrase", "confirm_key", "crl", "enrol", "ensure_leaf",
    "found_authority", "load_authority", "report_compromised", "seal_statements", "unlock",
]  # fmt: skip
