"""The registry's own certificates: root → one issuing CA → one current certificate per assessor key, and the seal.

An assessor's certificate ends with the last active day of the running period, in the institution's zone. It is issued
again from the stored public key, without a passphrase, whenever that end changes. Each `issue_…` numbers its steps:
1 build, 2 sign, 3 lint. What fails the lint is not returned, so it is never stored.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from assessor_registry.errors import InvalidInput
from assessor_registry.signing.canonical import clean
from assessor_registry.signing.keys import UnlockedKey, load_public_key
from assessor_registry.signing.lint import (
    CONSTRAINTS,
    DOCUMENT_SIGNING,
    EXTENSIONS,
    MAX_NAME_BYTES,
    Role,
    key_usage,
    lint,
)

ROOT_YEARS: Final = 20
ISSUING_YEARS: Final = 10
COUNTRY = "ID"
NamePart = tuple[ObjectIdentifier, str]


@dataclass(frozen=True, slots=True)
class Authority:
    """A CA that may issue now: its certificate and its unlocked key."""

    certificate: x509.Certificate
    key: UnlockedKey


@dataclass(frozen=True, slots=True)
class Compromised:
    """A certificate whose private key may be in foreign hands: its serial number and since when (aware)."""

    serial: int
    since: datetime


def end_of_day(day: date, zone: str) -> datetime:
    """Return the last second of `day` in `zone` (an IANA name) as an aware instant in UTC.

    RFC 5280 (4.1.2.5) counts that second as valid and so do we; openssl takes it for expired already.
    """
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(zone)).astimezone(UTC)


def issue_root(key: UnlockedKey, *, organisation: str, name: str, not_before: datetime) -> x509.Certificate:
    """Issue the self-signed root, for 20 years.

    Raises:
        InvalidInput: `signing.certificate_refused` with the reasons of the lint.
    """
    subject = _name(organisation, [(NameOID.COMMON_NAME, name)])
    until = _years_after(not_before, ROOT_YEARS)
    return _issue(None, key, key.public_key, subject=subject, role=Role.ROOT, period=(not_before, until))


def issue_issuing(
    root: Authority, public_key: bytes, *, organisation: str, name: str, not_before: datetime
) -> x509.Certificate:
    """Issue the certificate of the issuing CA, for 10 years; it may issue to signers only (path length 0).

    Raises:
        InvalidInput: `signing.certificate_refused`, `signing.public_key_unreadable`.
    """
    subject = _name(organisation, [(NameOID.COMMON_NAME, name)])
    until = _years_after(not_before, ISSUING_YEARS)
    return _issue(
        root.certificate, root.key, public_key, subject=subject, role=Role.ISSUING, period=(not_before, until)
    )


def issue_assessor(
    issuing: Authority,
    public_key: bytes,
    *,
    organisation: str,
    name: str,
    registration: str,
    not_before: datetime,
    not_after: datetime,
) -> x509.Certificate:
    """Issue an assessor's certificate from the stored public key (DER).

    `registration` is the MET number in its canonical spelling; `not_after` is `end_of_day` of the last active day.
    A name of more than 64 bytes is cut in the certificate; the statement carries it whole.

    Raises:
        InvalidInput: `signing.certificate_refused`, `signing.public_key_unreadable`.
    """
    parts: list[NamePart] = [
        (NameOID.ORGANIZATIONAL_UNIT_NAME, Role.ASSESSOR.value),
        (NameOID.COMMON_NAME, name),
        (NameOID.SERIAL_NUMBER, registration),
    ]
    subject = _name(organisation, parts)
    return _issue(
        issuing.certificate,
        issuing.key,
        public_key,
        subject=subject,
        role=Role.ASSESSOR,
        period=(not_before, not_after),
    )


def issue_seal(
    issuing: Authority, public_key: bytes, *, organisation: str, name: str, not_before: datetime, not_after: datetime
) -> x509.Certificate:
    """Issue the certificate of the registry's seal: it signs states, and records of origin paper.

    Raises:
        InvalidInput: `signing.certificate_refused`, `signing.public_key_unreadable`.
    """
    parts: list[NamePart] = [(NameOID.ORGANIZATIONAL_UNIT_NAME, Role.SEAL.value), (NameOID.COMMON_NAME, name)]
    subject = _name(organisation, parts)
    return _issue(
        issuing.certificate, issuing.key, public_key, subject=subject, role=Role.SEAL, period=(not_before, not_after)
    )


def revocation_list(
    issuing: Authority, compromised: Iterable[Compromised], *, number: int, now: datetime, next_update: datetime
) -> x509.CertificateRevocationList:
    """Sign the list of certificates whose *keys* are compromised.

    Nothing else belongs there: with `-crl_check` openssl takes even signatures from before the revocation for
    revoked, so a sanction or an expiry must not reach this list.
    """
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuing.certificate.subject)
    builder = builder.last_update(now).next_update(next_update)
    builder = builder.add_extension(x509.CRLNumber(number), critical=False)
    builder = builder.add_extension(_authority_key(issuing.certificate), critical=False)
    for item in compromised:
        entry = x509.RevokedCertificateBuilder().serial_number(item.serial).revocation_date(item.since)
        entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(issuing.key.private, hashes.SHA256())


def pem(item: x509.Certificate | x509.CertificateRevocationList) -> str:
    """Return a certificate or revocation list as PEM text."""
    return item.public_bytes(Encoding.PEM).decode("ascii")


def der(certificate: x509.Certificate) -> bytes:
    """Return a certificate as DER."""
    return certificate.public_bytes(Encoding.DER)


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate's DER, lower-case hex."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def _issue(
    issuer: x509.Certificate | None,
    issuer_key: UnlockedKey,
    public_key: bytes,
    *,
    subject: x509.Name,
    role: Role,
    period: tuple[datetime, datetime],
) -> x509.Certificate:
    not_before, not_after = period
    subject_key = load_public_key(public_key)
    if not_before.tzinfo is None or not_after.tzinfo is None or not_before >= not_after:
        raise InvalidInput("signing.certificate_dates")
    builder = x509.CertificateBuilder(issuer.subject if issuer else subject, subject, subject_key)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(not_before.replace(microsecond=0)).not_valid_after(not_after)
    for value in _extension_values(role, subject_key, issuer):
        builder = builder.add_extension(value, critical=EXTENSIONS[role][value.oid])
    certificate = builder.sign(issuer_key.private, hashes.SHA256())
    if reasons := lint(certificate, issuer or certificate, role):
        raise InvalidInput("signing.certificate_refused", reasons=tuple(reasons))
    return certificate


def _extension_values(
    role: Role, subject_key: ec.EllipticCurvePublicKey, issuer: x509.Certificate | None
) -> Iterable[x509.ExtensionType]:
    yield CONSTRAINTS[role]
    yield key_usage(role)
    if not role.is_authority:
        yield x509.ExtendedKeyUsage([DOCUMENT_SIGNING])
    yield x509.SubjectKeyIdentifier.from_public_key(subject_key)
    if issuer is not None:
        yield _authority_key(issuer)


def _authority_key(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    own = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def _name(organisation: str, parts: list[NamePart]) -> x509.Name:
    whole = [(NameOID.COUNTRY_NAME, COUNTRY), (NameOID.ORGANIZATION_NAME, organisation), *parts]
    try:
        return x509.Name([x509.NameAttribute(part, name_in_certificate(value)) for part, value in whole])
    except ValueError as error:
        raise InvalidInput("signing.certificate_name") from error


def name_in_certificate(text: str) -> str:
    """Return a name as it stands in a certificate: as many whole characters as fit into 64 bytes of UTF-8."""
    return clean(text).encode("utf-8")[:MAX_NAME_BYTES].decode("utf-8", "ignore").rstrip()


def _years_after(start: datetime, years: int) -> datetime:
    try:
        end = start.replace(year=start.year + years)
    except ValueError:  # 29 February
        end = start.replace(year=start.year + years, day=28)
    return end - timedelta(seconds=1)
