"""One assessor: added, changed, the NIK shown."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.assessors import store
from assessor_registry.assessors.actions._values import kept, require_version, stored, told
from assessor_registry.audit.actions import note
from assessor_registry.db.engine import Database
from assessor_registry.errors import Conflict, InvalidInput
from assessor_registry.secrecy import Secrecy


def add_assessor(tx: Connection, actor: Actor, secrecy: Secrecy, values: Mapping[str, Any], now: datetime) -> UUID:
    """Add an assessor; `values` has a name and any of the other fields (`nik` is 16 digits). Return the id.

    Numbers and school follow with `add_registration` and `move_employment`.

    Raises:
        InvalidInput: no name; a value that can not be (see `field`).
    """
    row = {"name": None, **stored({"name": "", **values}, secrecy)}
    identity = uuid4()
    store.insert(tx, {**row, "id": identity, "version": 1, "created_at": now})
    note(tx, actor.author, "assessors.add_assessor", "assessor", identity, now=now, after=told(row))
    return identity


def change_assessor(
    tx: Connection,
    actor: Actor,
    secrecy: Secrecy,
    assessor_id: UUID,
    changes: Mapping[str, Any],
    version: int,
    now: datetime,
    *,
    today: date,
) -> int:
    """Change fields of an assessor who is still at `version`; return the new version. No difference changes nothing.

    Raises:
        NotFound: none whom the actor sees.
        Forbidden: others keep their data.
        InvalidInput: a value that can not be (see `field`).
        Conflict: someone else changed them meanwhile.
    """
    found = kept(tx, actor, assessor_id, today)
    require_version(found, version)
    row = stored(changes, secrecy)
    if row.get("nik_hash", found.nik_hash) == found.nik_hash:
        row.pop("nik_cipher", None)  # the same number sealed again is no change
    row = {
        name: value
        for name, value in row.items()
        if name in {"nik_cipher", "search_name"} or value != getattr(found, name)
    }
    if not row.keys() - {"search_name"}:
        return version
    if not store.change(tx, assessor_id, version, row):
        raise Conflict("assessors.changed_meanwhile")
    before = {name: getattr(found, name) for name in row if hasattr(found, name)}
    note(tx, actor.author, "assessors.change_assessor", "assessor", assessor_id, now=now,
         before=told(before), after=told(row))  # fmt: skip
    return version + 1


def reveal_nik(
    db: Database, actor: Actor, secrecy: Secrecy, assessor_id: UUID, reason: str, now: datetime, *, today: date
) -> str | None:
    """Return the NIK in the clear, None when there is none on file.

    1. Whom the actor does not see does not exist.
    2. The audit row is committed in its own transaction: from here on the reveal is on record, whatever happens.
    3. Only then is the number opened.

    Raises:
        InvalidInput: no reason is given.
        NotFound: none whom the actor sees.
        Forbidden: others keep their data.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise InvalidInput("assessors.reason_missing", field="reason")
    with db.transaction() as tx:
        kept(tx, actor, assessor_id, today)
        note(tx, actor.author, "assessors.reveal_nik", "assessor", assessor_id, now=now, reason=reason)
    with db.read() as conn:
        sealed = store.nik_cipher(conn, assessor_id)
    return None if sealed is None else secrecy.open(bytes(sealed))
