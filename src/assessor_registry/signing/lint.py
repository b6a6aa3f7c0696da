"""The profiles of our certificates, as checks: run before one is stored, and again when a bundle is verified.

RFC 5280 for the form, RFC 9336 for the purpose (id-kp-documentSigning). A certificate has exactly the extensions of
its profile, each as critical as the profile says, and nothing else.
"""

from collections.abc import Callable, Iterator
from enum import Enum
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID, NameOID, ObjectIdentifier, SignatureAlgorithmOID

from assessor_registry.errors import InvalidInput, Reason
from assessor_registry.signing.statement import REGISTRATION

DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
MAX_NAME_BYTES = 64  # RFC 5280 appendix A: ub-common-name, ub-organization-name, ub-serial-number
MIN_SERIAL_BITS = 96  # a random serial of 159 bits is shorter once in 2⁶³
MAX_SERIAL_BITS = 159


class Role(Enum):
    """What a certificate is for. The value of a signing role is the organizational unit in its subject."""

    ROOT = "root"
    ISSUING = "issuing"
    ASSESSOR = "Asesor Kompetensi"
    SEAL = "Segel Registri"

    @property
    def is_authority(self) -> bool:
        """Does it issue certificates?"""
        return self in (Role.ROOT, Role.ISSUING)


_COMMON = {
    ExtensionOID.BASIC_CONSTRAINTS: True,
    ExtensionOID.KEY_USAGE: True,
    ExtensionOID.SUBJECT_KEY_IDENTIFIER: False,
}
_ISSUED = {**_COMMON, ExtensionOID.AUTHORITY_KEY_IDENTIFIER: False}
_SIGNER = {**_ISSUED, ExtensionOID.EXTENDED_KEY_USAGE: False}
EXTENSIONS = {Role.ROOT: _COMMON, Role.ISSUING: _ISSUED, Role.ASSESSOR: _SIGNER, Role.SEAL: _SIGNER}
CONSTRAINTS = {
    Role.ROOT: x509.BasicConstraints(ca=True, path_length=1),
    Role.ISSUING: x509.BasicConstraints(ca=True, path_length=0),
    Role.ASSESSOR: x509.BasicConstraints(ca=False, path_length=None),
    Role.SEAL: x509.BasicConstraints(ca=False, path_length=None),
}


def key_usage(role: Role) -> x509.KeyUsage:
    """Return the key usage of a role: certificates and revocation lists, or signatures that are meant."""
    return x509.KeyUsage(
        digital_signature=not role.is_authority,
        content_commitment=not role.is_authority,  # also called nonRepudiation
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=role.is_authority,
        crl_sign=role.is_authority,
        encipher_only=False,
        decipher_only=False,
    )


@lru_cache(maxsize=256)
def read_certificate(data: bytes) -> x509.Certificate:
    """Read one DER certificate, and everything in it, so that nothing of it fails to parse later.

    Raises:
        InvalidInput: `signing.certificate_unreadable`.
    """
    return _read(data, x509.load_der_x509_certificate)


def read_pem(data: bytes) -> x509.Certificate:
    """Read the first PEM certificate of a file; raises as `read_certificate`."""
    return _read(data, x509.load_pem_x509_certificate)


def _read(data: bytes, load: Callable[[bytes], x509.Certificate]) -> x509.Certificate:
    try:
        certificate = load(data)
        for name in ("extensions", "subject", "issuer", "version", "serial_number", "signature_hash_algorithm"):
            getattr(certificate, name)
        certificate.public_key()
        _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        # The library ignores the count of unused bits before the signature; it is 0, or the bytes are not ours.
        if not certificate.public_bytes(Encoding.DER).endswith(b"\0" + certificate.signature):
            raise ValueError("the signature is not whole bytes")
    except Exception as error:  # the library's parse errors have no common base
        raise InvalidInput("signing.certificate_unreadable") from error
    return certificate


def role_of(certificate: x509.Certificate) -> Role | None:
    """Return the signing role that the subject names, or None."""
    unit = name_part(certificate, NameOID.ORGANIZATIONAL_UNIT_NAME)
    return next((role for role in (Role.ASSESSOR, Role.SEAL) if role.value == unit), None)


def name_part(certificate: x509.Certificate, part: ObjectIdentifier) -> str | None:
    """Return the one value of a part of the subject, or None when it is absent or given more than once."""
    values = [attribute.value for attribute in certificate.subject.get_attributes_for_oid(part)]
    return values[0] if len(values) == 1 and isinstance(values[0], str) else None


def key_identifier(certificate: x509.Certificate) -> str:
    """Return the subject key identifier of the certificate's key (RFC 5280 4.2.1.2 method 1), lower-case hex."""
    return x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest.hex()


def lint(certificate: x509.Certificate, issuer: x509.Certificate, role: Role) -> list[Reason]:
    """Return everything in which the certificate is not what its role asks; an empty list when it is.

    `issuer` is the issuer's certificate; for a root the certificate itself.
    """
    return list(_lint(certificate, issuer, role))


# Who verifies a thousand bundles meets the same issuing CA and the same seal a thousand times.
@lru_cache(maxsize=256)
def _lint(certificate: x509.Certificate, issuer: x509.Certificate, role: Role) -> tuple[Reason, ...]:
    if form := tuple(_form(certificate)):
        return form  # the other checks ask what only a certificate of this form can answer
    return (
        *_subject(certificate, role),
        *_dates(certificate, issuer),
        *_extensions(certificate, issuer, role),
        *_signature(certificate, issuer),
    )


def _form(certificate: x509.Certificate) -> Iterator[Reason]:
    if certificate.version is not x509.Version.v3:
        yield Reason("signing.lint_version")
    if not _is_p256(certificate):
        yield Reason("signing.lint_key")
    serial = certificate.serial_number
    if serial <= 0 or not MIN_SERIAL_BITS <= serial.bit_length() <= MAX_SERIAL_BITS:
        yield Reason("signing.lint_serial")


def _is_p256(certificate: x509.Certificate) -> bool:
    key = certificate.public_key()
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)


def _subject(certificate: x509.Certificate, role: Role) -> Iterator[Reason]:
    parts = [NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME]
    if not role.is_authority:
        parts.insert(2, NameOID.ORGANIZATIONAL_UNIT_NAME)
        if role_of(certificate) is not role:
            yield Reason("signing.lint_role")
    if role is Role.ASSESSOR:
        parts.append(NameOID.SERIAL_NUMBER)
        if not REGISTRATION.fullmatch(name_part(certificate, NameOID.SERIAL_NUMBER) or ""):
            yield Reason("signing.lint_registration")
    if [attribute.oid for attribute in certificate.subject] != parts:
        yield Reason("signing.lint_name")
    for attribute in certificate.subject:
        value = attribute.value
        if not isinstance(value, str) or not 1 <= len(value.encode("utf-8", "replace")) <= MAX_NAME_BYTES:
            yield Reason("signing.lint_name_length")


def _dates(certificate: x509.Certificate, issuer: x509.Certificate) -> Iterator[Reason]:
    if certificate.not_valid_before_utc >= certificate.not_valid_after_utc:
        yield Reason("signing.lint_dates")
    if (
        certificate.not_valid_before_utc < issuer.not_valid_before_utc
        or certificate.not_valid_after_utc > issuer.not_valid_after_utc
    ):
        yield Reason("signing.lint_outlives_issuer")


def _extensions(certificate: x509.Certificate, issuer: x509.Certificate, role: Role) -> Iterator[Reason]:
    if {item.oid: item.critical for item in certificate.extensions} != EXTENSIONS[role]:
        yield Reason("signing.lint_extensions")
        return
    found = {item.oid: item.value for item in certificate.extensions}
    if found[ExtensionOID.BASIC_CONSTRAINTS] != CONSTRAINTS[role]:
        yield Reason("signing.lint_basic_constraints")
    if found[ExtensionOID.KEY_USAGE] != key_usage(role):
        yield Reason("signing.lint_key_usage")
    if not role.is_authority and found[ExtensionOID.EXTENDED_KEY_USAGE] != x509.ExtendedKeyUsage([DOCUMENT_SIGNING]):
        yield Reason("signing.lint_purpose")
    yield from _key_identifiers(certificate, issuer, role)


def _key_identifiers(certificate: x509.Certificate, issuer: x509.Certificate, role: Role) -> Iterator[Reason]:
    own = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    if own.digest.hex() != key_identifier(certificate):
        yield Reason("signing.lint_subject_key")
    if role is not Role.ROOT:
        authority = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
        if authority.key_identifier is None or authority.key_identifier.hex() != key_identifier(issuer):
            yield Reason("signing.lint_authority_key")


def _signature(certificate: x509.Certificate, issuer: x509.Certificate) -> Iterator[Reason]:
    if certificate.signature_algorithm_oid != SignatureAlgorithmOID.ECDSA_WITH_SHA256 or not isinstance(
        certificate.signature_hash_algorithm, hashes.SHA256
    ):
        yield Reason("signing.lint_algorithm")
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:  # a wrong name, another key type and a wrong signature are told by errors without a common base
        yield Reason("signing.lint_signature")
