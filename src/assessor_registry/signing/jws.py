"""Compact JWS (RFC 7515) with ES256 and the chain of the signer in `x5c`; strict in what it reads.

The header has exactly `alg`, `kid` (subject key identifier, hex), `typ` and `x5c` (signer, issuing CA; the root is
known to who verifies). Reading refuses every other spelling of the same content, so that each changed byte is found.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from assessor_registry.errors import InvalidInput, Reason
from assessor_registry.signing.agreement import day_reasons, identity_reasons, origin_reasons
from assessor_registry.signing.canonical import decode
from assessor_registry.signing.keys import UnlockedKey, public_bytes
from assessor_registry.signing.lint import key_identifier, lint, read_certificate, role_of
from assessor_registry.signing.statement import MAX_STATEMENT_BYTES, Statement, to_bytes
from assessor_registry.signing.x509 import der

Kind = Literal["assessment-record+jws", "record-status+jws"]
RECORD: Final = "assessment-record+jws"
STATUS: Final = "record-status+jws"
MAX_HEADER_BYTES = 8 * 1024
MAX_TOKEN_BYTES = 4 * (MAX_HEADER_BYTES + MAX_STATEMENT_BYTES) // 3 + 128
SIGNATURE_BYTES = 64  # r and s of P-256, 32 bytes each
CHAIN_LENGTH = 2


class _Limits(jws.JWSRegistry):
    """joserfc's own limits are too small for a chain in the header."""

    max_header_length = 4 * MAX_HEADER_BYTES // 3 + 4
    max_payload_length = 4 * MAX_STATEMENT_BYTES // 3 + 4


_registry = _Limits(algorithms=["ES256"])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    alg: Literal["ES256"]
    kid: str
    typ: Kind
    x5c: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A compact JWS that is well-formed; whether it is *true* says `is_signed` and the chain."""

    text: str
    kind: Kind
    payload: bytes
    chain: tuple[x509.Certificate, x509.Certificate]

    @property
    def signer(self) -> x509.Certificate:
        """The certificate whose key must have signed."""
        return self.chain[0]

    def is_signed(self) -> bool:
        """Has the key of `signer` signed header and payload? Says nothing of the chain."""
        key = self.signer.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            return False
        try:
            found = jws.deserialize_compact(self.text, ECKey.import_key(key), registry=_registry)
        except (JoseError, ValueError):
            return False
        return found.payload == self.payload


def sign_many(key: UnlockedKey, statements: Sequence[Statement], chain: Sequence[x509.Certificate]) -> list[str]:
    """Sign all statements with one unlocked key, or none: as many compact JWS as statements, in their order.

    `chain` is the signer's certificate and the issuing CA's. 1 the chain is what it should be, 2 each statement meets
    its clauses and agrees with the certificate, 3 sign. Nothing is signed before all have passed 2.

    Raises:
        InvalidInput: `signing.chain_unfit` (with the reasons of the lint); `signing.statements_refused`, whose reasons
            name every clause of every statement with its `record_id`.
    """
    _require_chain(key, chain)
    reasons: list[Reason] = []
    payloads: list[bytes] = []
    for statement in statements:
        try:
            payloads.append(_agreed_bytes(statement, chain))
        except InvalidInput as refusal:
            found = refusal.reasons or (refusal.reason,)
            reasons += [Reason(one.code, {**one.params, "record_id": statement.record_id}) for one in found]
    if reasons:
        raise InvalidInput("signing.statements_refused", reasons=tuple(reasons), count=len(reasons))
    return sign_payloads(key, RECORD, payloads, chain)


def sign_payloads(
    key: UnlockedKey, kind: Kind, payloads: Sequence[bytes], chain: Sequence[x509.Certificate]
) -> list[str]:
    """Sign bytes as they are; for records call `sign_many`, which looks at what it signs.

    Raises:
        InvalidInput: `signing.chain_unfit`.
    """
    _require_chain(key, chain)
    header = {
        "alg": "ES256",
        "kid": key_identifier(chain[0]),
        "typ": kind,
        "x5c": [base64.b64encode(der(certificate)).decode("ascii") for certificate in chain],
    }
    signing_key = ECKey.import_key(key.private)
    return [jws.serialize_compact(header, payload, signing_key, registry=_registry) for payload in payloads]


def read(text: str | bytes, kind: Kind) -> Token:
    """Read a compact JWS of one kind, strictly; nothing is verified yet.

    Raises:
        InvalidInput: the only error for whatever is sent (`signing.jws_malformed`, or the code of the part at fault).
    """
    if len(text) > MAX_TOKEN_BYTES:
        raise InvalidInput("signing.too_large", limit=MAX_TOKEN_BYTES)
    plain = _ascii(text)
    parts = plain.split(".")
    if len(parts) != 3:
        raise InvalidInput("signing.jws_malformed")
    header_bytes, payload, signature = (_base64url(part) for part in parts)
    header = decode(_Header, header_bytes, limit=MAX_HEADER_BYTES)
    if len(signature) != SIGNATURE_BYTES or header.typ != kind or len(header.x5c) != CHAIN_LENGTH:
        raise InvalidInput("signing.jws_malformed")
    signer, issuer = (read_certificate(_base64(item)) for item in header.x5c)
    if header.kid != key_identifier(signer):
        raise InvalidInput("signing.jws_malformed")
    return Token(plain, kind, payload, (signer, issuer))


def _require_chain(key: UnlockedKey, chain: Sequence[x509.Certificate]) -> None:
    if len(chain) != CHAIN_LENGTH:
        raise InvalidInput("signing.chain_unfit")
    signer, issuer = chain
    role = role_of(signer)
    reasons = lint(signer, issuer, role) if role else [Reason("signing.lint_role")]
    own = signer.public_key()
    if not isinstance(own, ec.EllipticCurvePublicKey) or public_bytes(own) != key.public_key:
        reasons.append(Reason("signing.other_key"))
    if reasons:
        raise InvalidInput("signing.chain_unfit", reasons=tuple(reasons))


def _agreed_bytes(statement: Statement, chain: Sequence[x509.Certificate]) -> bytes:
    data = to_bytes(statement)
    signer = chain[0]
    # With the wrong kind of signer, that it also names nobody and ends otherwise is no further news.
    reasons = origin_reasons(statement, signer) or [
        *identity_reasons(statement, signer),
        *day_reasons(statement, chain),
    ]
    if reasons:
        raise InvalidInput("signing.statement_refused", reasons=tuple(reasons))
    return data


def _ascii(text: str | bytes) -> str:
    try:
        return text.decode("ascii") if isinstance(text, bytes) else text.encode("ascii").decode("ascii")
    except UnicodeError as error:
        raise InvalidInput("signing.jws_malformed") from error


def _base64url(part: str) -> bytes:
    try:
        data = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise InvalidInput("signing.jws_malformed") from error
    if base64.urlsafe_b64encode(data).decode("ascii").rstrip("=") != part:
        raise InvalidInput("signing.jws_malformed")  # bits in the last character that carry nothing
    return data


def _base64(part: str) -> bytes:
    try:
        data = base64.b64decode(part, validate=True)
    except (ValueError, binascii.Error) as error:
        raise InvalidInput("signing.jws_malformed") from error
    if base64.b64encode(data).decode("ascii") != part:
        raise InvalidInput("signing.jws_malformed")
    return data
