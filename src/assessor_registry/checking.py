"""fsck: the registry checked as a whole. Reads everything, changes nothing, says what does not hold.

1. The schema is this program's. 2. Active periods are what the facts say. 3. Every signed record's statement verifies
against the registry's own root, and says what the row says. 4. Uploaded files are there and unchanged.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from assessor_registry import secrecy
from assessor_registry.db import migrations
from assessor_registry.db.engine import Database
from assessor_registry.errors import Refusal
from assessor_registry.files import store as files
from assessor_registry.settings import Settings
from assessor_registry.signing import actions as signing
from assessor_registry.signing import jws, statement
from assessor_registry.signing.canonical import clean
from assessor_registry.signing.lint import Role, lint
from assessor_registry.validity import actions as validity

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Report:
    """How many of each were looked at, and what was found wrong; a fault names ids, never a person."""

    checked: dict[str, int]
    faults: tuple[str, ...]


def check(settings: Settings, database: Database) -> Report:
    """Look at everything.

    Raises:
        ConfigurationError: the schema is another program's, or a key file is missing.
    """
    checked: dict[str, int] = {}
    faults: list[str] = []
    with database.read() as conn:
        migrations.require_current(conn)
        checked["assessors"] = _count(conn, "assessor")
        faults += [f"active period of {each.assessor_id} differs from its facts" for each in validity.check(conn)]
        key = secrecy.read_key(settings.secrets_dir, signing.AUTHORITY_KEY)
        faults += list(_records(conn, signing.load_authority(conn, key)))
        checked["records"] = _count(conn, "record")
        checked["files"] = _count(conn, "stored_file")
        faults += [f"file: {each}" for each in files.faults(conn, settings.uploads_dir)]
    return Report(checked, tuple(faults))


def _count(conn: Connection, table: str) -> int:
    return int(conn.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def _records(conn: Connection, registry: signing.Registry) -> Iterator[str]:
    """Verify every record; a record without a row of state, or the other way round, is a fault too."""
    strays = conn.execute(text("SELECT id FROM record EXCEPT SELECT record_id FROM record_state"))
    yield from (f"record {row.id} has no state" for row in strays)
    last = "00000000-0000-0000-0000-000000000000"
    query = text(
        "SELECT r.*, (SELECT coalesce(json_agg(json_build_array(u.code, u.title, u.result) ORDER BY u.position), '[]') "
        "FROM record_unit u WHERE u.record_id = r.id) AS units "
        "FROM record r WHERE r.id > CAST(:last AS uuid) ORDER BY r.id LIMIT :size"
    )
    issuing = registry.certificate("issuing")
    while rows := conn.execute(query, {"last": last, "size": _BATCH}).all():
        last = str(rows[-1].id)
        for row in rows:
            if fault := _fault(row, issuing):
                yield f"record {row.id}: {fault}"


def _fault(row: Any, issuing: object) -> str | None:
    signed = row.jws
    if hashlib.sha256(signed.encode("ascii", "replace")).digest() != bytes(row.jws_sha256):
        return "the stored statement is not the one that was signed"
    try:
        token = jws.read(signed, "assessment-record+jws")
        if not token.is_signed():
            return "the signature does not hold"
        said = statement.from_bytes(token.payload)
        role = Role.SEAL if said.origin == "paper" else Role.ASSESSOR
        if lint(token.chain[0], issuing, role):  # type: ignore[arg-type]
            return "the certificate is not of this registry"
    except Refusal as refusal:
        return refusal.code
    if (said.record_id, said.code) != (str(row.id), row.code):
        return "the statement is another record's"
    differing = _differing(said, row)
    return f"the row differs from its statement: {', '.join(differing)}" if differing else None


# Columns that say what a field of the statement says; the rest of a row the statement does not name.
_SAID = ("origin", "part", "outcome", "recommendation", "note", "first_day", "last_day", "signed_on")


def _differing(said: statement.Statement, row: Any) -> list[str]:
    """Which columns of a record do not say what was signed: names of columns, never their values."""
    pairs = [(name, getattr(said, name), getattr(row, name)) for name in _SAID]
    pairs += [
        ("signed_at", said.signed_at, row.signed_at.replace(microsecond=0)),
        ("letter_number", said.assignment_letter, clean(row.letter_number or "")),
        ("replaces", said.replaces, None if row.replaces is None else str(row.replaces)),
        ("units", [[unit.code, unit.title, unit.result] for unit in said.units], row.units),
    ]
    if said.version > 1:  # version 1 did not say how the candidate took it
        pairs.append(("acknowledgement", said.acknowledgement, row.acknowledgement))
    return [name for name, signed, stored in pairs if signed != stored]
