"""Requests that may come twice are done once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts import rules, store
from assessor_registry.errors import Conflict, InvalidInput


@dataclass(frozen=True, slots=True)
class Replay:
    """The request was done before: give the same answer again."""

    status: int
    answer: Mapping[str, Any]


def begin_idempotent(
    tx: Connection, account_id: UUID | None, key: str, fingerprint: bytes, now: datetime
) -> Replay | None:
    """Claim a key in the act's transaction; None: the request is new, do it and call `finish_idempotent`.

    Raises:
        InvalidInput: the key is no key, or was used for another request.
        Conflict: the first request with this key still runs; nobody waits for it.
    """
    if account_id is None or not rules.usable_key(key):
        raise InvalidInput("accounts.idempotency_key_unusable")
    # From here until the end of the transaction no other request of this account with this key gets past this line.
    if not store.try_lock(tx, f"once:{account_id}:{key}"):
        raise Conflict("accounts.request_running")
    row = store.idempotency(tx, account_id, key)
    if row is not None and row.status is not None and row.created_at > now - rules.IDEMPOTENCY_KEPT:
        if row.fingerprint != fingerprint:
            raise InvalidInput("accounts.idempotency_reused")
        return Replay(row.status, row.answer or {})
    store.add_idempotency(tx, account_id, key, fingerprint, now)
    return None


def finish_idempotent(
    tx: Connection, account_id: UUID | None, key: str, status: int, answer: Mapping[str, Any]
) -> None:
    """Store the answer beside the act, in its transaction: both are there, or neither."""
    if account_id is not None:
        store.answer_idempotency(tx, account_id, key, status, answer)


def purge_idempotency(tx: Connection, now: datetime) -> int:
    """Delete keys older than 24 hours; return how many."""
    return store.purge_idempotency(tx, now - rules.IDEMPOTENCY_KEPT)
