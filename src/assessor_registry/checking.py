"""fsck: the registry checked as a whole. Reads everything, changes nothing, says what does not hold.

1. The schema is this program's. 2. Active periods are what the facts say. 3. Every signed record's statement verifies
against the registry's own root, and says what the row says. 4. Uploaded files are there and unchanged.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text

from assessor_registry import secrecy
from assessor_registry.db import migrations
from assessor_registry.db.engine import Database
from assessor_registry.errors import Refusal
from assessor_registry.files import store as files
from assessor_registry.settings import Settings
from assessor_registry.signing import actions as signing
from assessor_registry.signing import jws, statement
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
        "SELECT id, code, jws, jws_sha256, signed_on FROM record WHERE id > CAST(:last AS uuid) ORDER BY id LIMIT :size"
    )
    issuing = registry.certificate("issuing")
    while rows := conn.execute(query, {"last": last, "size": _BATCH}).all():
        last = str(rows[-1].id)
        for row in rows:
            if fault := _fault(row.jws, bytes(row.jws_sha256), str(row.id), row.code, issuing):
                yield f"record {row.id}: {fault}"


def _fault(signed: str, digest: bytes, record_id: str, code: str, issuing: object) -> str | None:
    if hashlib.sha256(signed.encode("ascii", "replace")).digest() != digest:
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
    return None if (said.record_id, said.code) == (record_id, code) else "the statement is another record's"
