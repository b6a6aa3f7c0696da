"""Founding the authority, enrolling assessors, issuing their certificates, unlocking their keys.

What takes time (scrypt, 0.4 s) is done before a connection is taken; what must survive a refusal (a wrong passphrase)
is written in a transaction of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Connection

from assessor_registry import secrecy
from assessor_registry.accounts.actions import attempt_held, begin_attempt
from assessor_registry.accounts.rules import Actor, of_account, system
from assessor_registry.audit.actions import note
from assessor_registry.db.engine import Database
from assessor_registry.errors import ConfigurationError, Conflict, Forbidden, InvalidInput, NotFound, Reason, TooMany
from assessor_registry.signing import keys, store
from assessor_registry.signing.jws import sign_many
from assessor_registry.signing.keys import UnlockedKey, WrappedKey
from assessor_registry.signing.lint import Role, lint, name_part, read_certificate
from assessor_registry.signing.passphrases import normal, problems
from assessor_registry.signing.statement import Statement
from assessor_registry.signing.x509 import (
    Authority,
    Compromised,
    der,
    end_of_day,
    issue_assessor,
    issue_issuing,
    issue_root,
    issue_seal,
    pem,
    revocation_list,
)

AUTHORITY_KEY: Final = secrecy.AUTHORITY_KEY
ORGANISATION: Final = "Registri Asesor SMK"
KINDS: Final = ("root", "issuing", "seal")
# An assessor's certificate runs three years at most; the issuing CA must outlive those that it issues.
RENEW_BEFORE: Final = timedelta(days=5 * 366)
CRL_DAYS: Final = 7
LOST: Final = "Frasa sandi hilang; kunci baru dibuat"
COMPROMISED: Final = "Kunci mungkin diketahui orang lain"


@dataclass(frozen=True, slots=True)
class Registry:
    """The authority as the running program holds it: certificates, and keys that still need `secret` to be used."""

    secret: bytes = field(repr=False)
    wrapped: dict[str, WrappedKey] = field(repr=False)
    issued: dict[str, store.IssuedRow]

    def certificate(self, kind: str) -> x509.Certificate:
        """The newest certificate of `kind`: root, issuing or seal."""
        return read_certificate(self.issued[kind].der)

    def unlocked(self, kind: str) -> UnlockedKey:
        """The key of `kind`, for one `with` block.

        Raises:
            ConfigurationError: the key file is not the one that wrapped it.
        """
        try:
            return keys.unlock_with_secret(self.wrapped[kind], self.secret, kind)
        except InvalidInput:
            raise ConfigurationError("signing.key_file_wrong") from None

    @property
    def root_pem(self) -> str:
        """The root certificate as PEM: what a verifier trusts."""
        return pem(self.certificate("root"))

    @property
    def seal_chain(self) -> tuple[x509.Certificate, x509.Certificate]:
        """The seal's certificate and the issuing CA's."""
        return self.certificate("seal"), self.certificate("issuing")


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


# --- The authority -----------------------------------------------------------------------------------------------


def found_authority(tx: Connection, authority_key: bytes, now: datetime) -> None:
    """Make root, issuing CA and seal, wrapped by the 32 bytes of the key file; or see that the key fits those there.

    The issuing CA and the seal get a new certificate for the same key when less than five years are left.

    Raises:
        ConfigurationError: the registry has an authority, and the key file is another.
    """
    store.lock_founding(tx)
    if not store.has_authority(tx):
        for kind in KINDS:
            made = keys.new_registry_key(authority_key, kind)
            store.add_authority_key(tx, kind, made.wrapped.to_dict(), now)
        _certify(tx, authority_key, KINDS, now)
        return
    registry = load_authority(tx, authority_key)
    if registry.issued["issuing"].not_after - now < RENEW_BEFORE:
        _certify(tx, authority_key, ("issuing", "seal"), now)


def _certify(tx: Connection, authority_key: bytes, kinds: Sequence[str], now: datetime) -> None:
    """Issue and store certificates of the authority: 1 root, 2 issuing CA by the root, 3 seal by the issuing CA."""
    wrapped = {kind: WrappedKey.from_dict(data) for kind, data in store.authority_keys(tx).items()}
    issued = dict(store.authority_certificates(tx))
    registry = Registry(authority_key, wrapped, issued)
    with registry.unlocked("root") as root, registry.unlocked("issuing") as issuing, registry.unlocked("seal") as seal:
        if "root" in kinds:
            made = issue_root(root, organisation=ORGANISATION, name=f"{ORGANISATION} Akar", not_before=now)
            _store(tx, registry, "root", made, now)
        top = Authority(registry.certificate("root"), root)
        name = f"{ORGANISATION} Penerbit"
        made = issue_issuing(top, issuing.public_key, organisation=ORGANISATION, name=name, not_before=now)
        _store(tx, registry, "issuing", made, now)
        middle = Authority(registry.certificate("issuing"), issuing)
        made = issue_seal(
            middle, seal.public_key, organisation=ORGANISATION, name=f"{ORGANISATION} Segel",
            not_before=now, not_after=middle.certificate.not_valid_after_utc,
        )  # fmt: skip
        _store(tx, registry, "seal", made, now)
    note(tx, system("start").author, "signing.found_authority", "authority", None, now=now, after={"kinds": kinds})


def _store(tx: Connection, registry: Registry, kind: str, certificate: x509.Certificate, now: datetime) -> None:
    row = _row(kind, None, certificate, now)
    store.add_certificate(tx, row)
    registry.issued[kind] = row


def _row(kind: str, key_id: UUID | None, certificate: x509.Certificate, now: datetime) -> store.IssuedRow:
    return store.IssuedRow(
        uuid4(), kind, f"{certificate.serial_number:x}", key_id, der(certificate),
        certificate.not_valid_before_utc, certificate.not_valid_after_utc, now, None,
    )  # fmt: skip


def load_authority(conn: Connection, authority_key: bytes) -> Registry:
    """Return the authority; read once at start and handed to what needs it.

    Raises:
        ConfigurationError: there is none yet, or the key file is not the one that it was wrapped by.
    """
    wrapped = {kind: WrappedKey.from_dict(data) for kind, data in store.authority_keys(conn).items()}
    issued = store.authority_certificates(conn)
    if set(wrapped) != set(KINDS) or not issued.keys() >= set(KINDS):
        raise ConfigurationError("signing.no_authority")
    registry = Registry(authority_key, wrapped, issued)
    for kind in KINDS:
        with registry.unlocked(kind):
            pass
    return registry


def crl(conn: Connection, registry: Registry, now: datetime) -> bytes:
    """Return the list of certificates whose keys are compromised, signed now, DER, for a week."""
    items = [Compromised(int(row.serial, 16), row.revoked_at) for row in store.revoked(conn) if row.revoked_at]
    with registry.unlocked("issuing") as key:
        authority = Authority(registry.certificate("issuing"), key)
        next_update = now + timedelta(days=CRL_DAYS)
        made = revocation_list(authority, items, number=int(now.timestamp()), now=now, next_update=next_update)
    return made.public_bytes(Encoding.DER)


def seal_statements(registry: Registry, statements: Sequence[Statement]) -> list[str]:
    """Sign records of origin paper with the registry's seal; as many compact JWS as statements, or none.

    Raises:
        InvalidInput: `signing.statements_refused` with every clause of every statement.
    """
    with registry.unlocked("seal") as key:
        return sign_many(key, statements, registry.seal_chain)


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
    if reasons := problems(passphrase, birth_date=birth_date):
        raise InvalidInput("signing.passphrase_refused", field="passphrase", reasons=tuple(reasons))
    key_id = uuid4()
    made = keys.new_key(passphrase, str(key_id), cost=cost)  # outside the transaction: it takes 0.4 s
    with made.unlocked:
        return db.perform(lambda tx: _enrol(tx, actor, assessor_id, key_id, made, now))


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
    reasons = problems(new, birth_date=birth_date)  # 1
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


def unlock(db: Database, assessor_id: UUID, passphrase: str, now: datetime) -> UnlockedKey:
    """Unlock an assessor's key; no connection is held while it takes its 0.4 s.

    The try is counted as failed before it is made and forgotten when it was right: a crash in between, or many tries at
    once, never give a free guess.

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
    unlocked = keys.unlock(WrappedKey.from_dict(row.wrapped), passphrase, str(row.id))
    db.perform(lambda tx: attempt_held(tx, attempt))
    return unlocked


def ensure_leaf(
    tx: Connection, registry: Registry, holder: Holder, key_id: UUID, last_active_day: date, zone: str, now: datetime
) -> Leaf:
    """Return the certificate of an assessor's key that ends with `last_active_day` in `zone`; issue it if need be.

    1 look for the newest, 2 issue from the stored public key, 3 lint (in `x509`), 4 store.

    Raises:
        NotFound: there is no such key of this assessor that may sign.
        InvalidInput: `signing.certificate_refused`.
    """
    until = end_of_day(last_active_day, zone)
    found = store.newest_leaf(tx, key_id)
    issuing = registry.certificate("issuing")
    if found is not None and _still_fits(found, holder, issuing, until):
        return Leaf(found.id, (read_certificate(found.der), issuing))
    key = store.current_key(tx, holder.assessor_id)
    if key is None or key.id != key_id or key.confirmed_at is None:
        raise NotFound("signing.no_key")
    with registry.unlocked("issuing") as secret:
        made = issue_assessor(
            Authority(issuing, secret), key.public_der, organisation=ORGANISATION, name=holder.name,
            registration=holder.registration, not_before=now, not_after=until,
        )  # fmt: skip
    row = _row("leaf", key_id, made, now)
    store.add_certificate(tx, row)
    return Leaf(row.id, (made, issuing))


def _still_fits(row: store.IssuedRow, holder: Holder, issuing: x509.Certificate, until: datetime) -> bool:
    certificate = read_certificate(row.der)
    return (
        row.revoked_at is None
        and certificate.not_valid_after_utc == until
        and name_part(certificate, x509.NameOID.SERIAL_NUMBER) == holder.registration
        and not lint(certificate, issuing, Role.ASSESSOR)
    )


__all__ = [
    "AUTHORITY_KEY", "Holder", "Leaf", "Registry", "change_passphrase", "confirm_key", "crl", "enrol", "ensure_leaf",
    "found_authority", "load_authority", "report_compromised", "seal_statements", "unlock",
]  # fmt: skip
