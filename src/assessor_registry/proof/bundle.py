"""The file that is handed out (berkas bukti): `bundle.json`, version 1.

RFC 8785 JSON with `format`, `version`, `jws` (the signed record), `chain` (PEM of signer and issuing CA, the same as in
the JWS, for who wants to use openssl), `root_sha256` (fingerprint of the root, which must be had another way) and
`status` (the registry's signed word on the record at a moment). It has one spelling: the verifier refuses any other.
"""

import codecs
from dataclasses import dataclass
from typing import Final, Literal

from cryptography import x509

from assessor_registry.errors import InvalidInput
from assessor_registry.signing.canonical import decode, dump, encode, load
from assessor_registry.signing.jws import RECORD, STATUS, Token, read
from assessor_registry.signing.x509 import fingerprint, pem

MAX_BUNDLE_BYTES: Final = 1024 * 1024
MAX_STATUS_FILE_BYTES: Final = 32 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    format: Literal["assessment-bundle"] = "assessment-bundle"
    version: Literal[1] = 1
    jws: str
    chain: tuple[str, ...]
    root_sha256: str
    status: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that is well-formed; nothing in it is verified yet."""

    record: Token
    status: Token
    root_sha256: str


def build(record_jws: str, status_jws: str, root: x509.Certificate) -> bytes:
    """Return the bytes of `bundle.json`.

    Raises:
        InvalidInput: one of the two is no JWS of its kind.
    """
    record = read(record_jws, RECORD)
    read(status_jws, STATUS)
    chain = tuple(pem(certificate) for certificate in record.chain)
    return encode(_File(jws=record_jws, chain=chain, root_sha256=fingerprint(root), status=status_jws))


def parse(data: bytes) -> Bundle:
    """Read a bundle, strictly.

    Raises:
        InvalidInput: the only error for whatever is sent; too large is more than 1 MiB.
    """
    file = decode(_File, data, limit=MAX_BUNDLE_BYTES)
    record = read(file.jws, RECORD)
    if file.chain != tuple(pem(certificate) for certificate in record.chain):
        raise InvalidInput("proof.chain_differs")
    return Bundle(record, read(file.status, STATUS), file.root_sha256)


def parse_status(data: bytes) -> Token:
    """Read a file that holds one status JWS, with or without a line break at its end; raises as `parse`."""
    if len(data) > MAX_STATUS_FILE_BYTES:
        raise InvalidInput("signing.too_large", limit=MAX_STATUS_FILE_BYTES)
    return read(data.rstrip(b"\r\n"), STATUS)


def newer_status(data: bytes) -> Token:
    """Read a newer status of a record: of a file that holds one, or of a newer bundle; raises as `parse`."""
    return parse(data).status if data.startswith(b"{") else parse_status(data)


def respelled(data: bytes) -> bytes:
    """Return what an editor saved in another layout in the one spelling of a bundle, whatever it holds.

    Raises:
        InvalidInput: it is no JSON object.
    """
    members = load(data.removeprefix(codecs.BOM_UTF8), limit=MAX_BUNDLE_BYTES)
    if not isinstance(members, dict):
        raise InvalidInput("signing.not_json")
    try:
        return dump(members)
    except RecursionError as error:
        raise InvalidInput("signing.not_json") from error
