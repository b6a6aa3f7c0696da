"""What the acts of this room write."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, column, func, select, table, text, update
from sqlalchemy import insert as sql_insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError

from assessor_registry.db.bulk import insert_rows, update_rows
from assessor_registry.errors import Conflict
from assessor_registry.institutions.store._names import LICENCE, LICENSED, LSP, NETWORK, REGION, SCHOOL, SEASON, VENUE

_TABLES = {"school": SCHOOL, "lsp": LSP, "licence": LICENCE, "licensed_scheme": LICENSED, "network_school": NETWORK,
           "venue": VENUE, "season": SEASON}  # fmt: skip
_LOCK = 7_164_102
# A grant names a school by text, so no foreign key leads to it.
_GRANT = table("access_grant", column("scope_kind"), column("scope_ref"))

# Every column that refers to a school, whichever room its table is in: a room that comes later is not forgotten.
_REFERRING = text(
    """
    SELECT format('%I', r.relname) AS "table", format('%I', a.attname) AS "column"
    FROM pg_constraint c
    JOIN pg_class r ON r.oid = c.conrelid
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND c.confrelid = 'school'::regclass AND cardinality(c.conkey) = 1
    ORDER BY 1, 2
    """
)


def insert(tx: Connection, name: str, row: Mapping[str, object]) -> None:
    """Insert one row into the table `name`."""
    tx.execute(sql_insert(_TABLES[name]).values(**row))


def change(tx: Connection, name: str, row_id: UUID, changes: Mapping[str, object]) -> bool:
    """Update one row of the table `name`; return False when it does not exist."""
    found: Any = _TABLES[name]
    return bool(tx.execute(update(found).where(found.c.id == row_id).values(**changes)).rowcount)


def insert_schools(tx: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert many schools with one statement."""
    insert_rows(tx, SCHOOL, rows)


def give_npsn(tx: Connection, numbers: Mapping[UUID, str]) -> None:
    """Give schools their national number with one statement."""
    update_rows(tx, SCHOOL, "id", [{"id": school_id, "npsn": npsn} for school_id, npsn in numbers.items()])


def insert_missing_regions(tx: Connection, rows: Sequence[Mapping[str, object]]) -> int:
    """Insert the regions that are not there; return how many were added."""
    added = tx.execute(upsert(REGION).values(list(rows)).on_conflict_do_nothing().returning(REGION.c.code))
    return len(added.all())


def lock_schools(tx: Connection) -> None:
    """Let one act at a time look for a school and add or merge it; until the end of the transaction."""
    tx.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def move_references(tx: Connection, from_id: UUID, into_id: UUID) -> dict[str, int]:
    """Let everything that names one school name another: people, networks, venues, grants; return rows per table.

    Rows are moved once instead of being looked up through a pointer by every reader, so that no reader can forget it.

    Raises:
        Conflict: both schools have a row where only one may be (two students with the same NIPD); names the table.
    """
    moved: dict[str, int] = {}
    for name, referring in tx.execute(_REFERRING).all():
        statement = text(f"UPDATE {name} SET {referring} = :into WHERE {referring} = :from")
        try:
            with tx.begin_nested():
                count = tx.execute(statement, {"into": into_id, "from": from_id}).rowcount
        except IntegrityError as error:
            raise Conflict("institutions.merge_collides", table=name) from error
        if count:
            moved[name] = moved.get(name, 0) + count
    grants = tx.execute(
        update(_GRANT)
        .where(_GRANT.c.scope_kind == "school", _GRANT.c.scope_ref == str(from_id))
        .values(scope_ref=str(into_id))
    )
    return moved | ({"access_grant": grants.rowcount} if grants.rowcount else {})
