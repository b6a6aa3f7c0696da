"""What the registry says about one record at one moment: "not annulled as of T", signed with its seal.

It names the record by its id *and* by the SHA-256 of its JWS: with a stolen assessor's key alone nobody makes a record
that the registry vouches for.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from cryptography import x509

from assessor_registry.errors import InvalidInput
from assessor_registry.signing.canonical import decode, encode
from assessor_registry.signing.jws import STATUS, sign_payloads
from assessor_registry.signing.keys import UnlockedKey
from assessor_registry.signing.lint import Role, role_of

MAX_STATUS_BYTES: Final = 2048
State = Literal["valid", "replaced", "contested", "annulled"]
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """State of a record at `as_of` (aware). `jws_sha256` as `fingerprint_of` gives it.

    `replaced_by` is the record id of the newer record when the state is `replaced`, else None.
    """

    format: Literal["record-status"] = "record-status"
    version: Literal[1] = 1
    record_id: str
    jws_sha256: str
    state: State
    replaced_by: str | None = None
    as_of: datetime


def fingerprint_of(record_jws: str) -> str:
    """Return the SHA-256 of a compact JWS, lower-case hex."""
    return hashlib.sha256(record_jws.encode("ascii")).hexdigest()


def sign_statuses(seal: UnlockedKey, statuses: Sequence[Status], chain: Sequence[x509.Certificate]) -> list[str]:
    """Sign states with the registry's seal: as many compact JWS as states, in their order.

    Raises:
        InvalidInput: `proof.status_unreadable` for a state that can not be; `signing.chain_unfit`.
    """
    if not chain or role_of(chain[0]) is not Role.SEAL:
        raise InvalidInput("signing.chain_unfit")
    payloads = [encode(status) for status in statuses]
    for payload in payloads:
        read_status(payload)
    return sign_payloads(seal, STATUS, payloads, chain)


def read_status(payload: bytes) -> Status:
    """Read the payload of a status JWS, strictly.

    Raises:
        InvalidInput: `proof.status_unreadable`, or the code of what is wrong with the bytes.
    """
    status = decode(Status, payload, limit=MAX_STATUS_BYTES)
    ids = [status.record_id] if status.replaced_by is None else [status.record_id, status.replaced_by]
    if not all(_UUID.fullmatch(one) for one in ids) or not _SHA256.fullmatch(status.jws_sha256):
        raise InvalidInput("proof.status_unreadable")
    if (status.state == "replaced") != (status.replaced_by is not None):
        raise InvalidInput("proof.status_unreadable")
    return status
