"""The registry's authority: root, issuing CA and seal, founded once, read at start, and what they sign."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Connection

from assessor_registry import secrecy
from assessor_registry.accounts.rules import system
from assessor_registry.audit.actions import note
from assessor_registry.errors import ConfigurationError, InvalidInput
from assessor_registry.signing import keys, store
from assessor_registry.signing.jws import sign_many
from assessor_registry.signing.keys import UnlockedKey, WrappedKey
from assessor_registry.signing.lint import read_certificate
from assessor_registry.signing.statement import Statement
from assessor_registry.signing.x509 import (
    Authority,
    Compromised,
    der,
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
    row = row_of(kind, None, certificate, now)
    store.add_certificate(tx, row)
    registry.issued[kind] = row


def row_of(kind: str, key_id: UUID | None, certificate: x509.Certificate, now: datetime) -> store.IssuedRow:
    """The row of a certificate that was just issued."""
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
