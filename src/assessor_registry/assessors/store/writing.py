"""What the acts of this room write."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, any_, bindparam, select, text, update
from sqlalchemy import insert as sql_insert

from assessor_registry.assessors.store.people import EMPLOYMENT, NUMBER, PERSON
from assessor_registry.db.bulk import update_rows
from assessor_registry.db.columns import UUIDS
from assessor_registry.db.copying import copy_rows


def insert(tx: Connection, row: Mapping[str, object]) -> None:
    """Insert one assessor."""
    tx.execute(sql_insert(PERSON).values(**row))


def change(tx: Connection, assessor_id: UUID, version: int, changes: Mapping[str, object]) -> bool:
    """Update an assessor who is still at `version`, and count the version up; return False when they are not."""
    statement = update(PERSON).where(PERSON.c.id == assessor_id, PERSON.c.version == version)
    return bool(tx.execute(statement.values(**changes, version=version + 1)).rowcount)


def locked(tx: Connection, ids: Collection[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Return whole rows of assessors, locked until the end of the transaction, in one order for everyone."""
    wanted = PERSON.c.id == any_(bindparam("ids", list(ids), UUIDS))
    rows = tx.execute(select(PERSON).where(wanted).order_by(PERSON.c.id).with_for_update(key_share=True))
    return {row.id: dict(row._mapping) for row in rows}


def nik_cipher(tx: Connection, assessor_id: UUID) -> bytes | None:
    """Return the sealed NIK; only for revealing it."""
    return tx.execute(select(PERSON.c.nik_cipher).where(PERSON.c.id == assessor_id)).scalar_one_or_none()


def add_registration(tx: Connection, row: Mapping[str, object]) -> None:
    """Insert a registration number."""
    tx.execute(sql_insert(NUMBER).values(**row))


def change_registration(tx: Connection, row_id: UUID, year: int) -> None:
    """Give a number the year that was not known."""
    tx.execute(update(NUMBER).where(NUMBER.c.id == row_id).values(year=year))


def retire_registrations(tx: Connection, assessor_id: UUID) -> None:
    """Let no number of the person be the printed one."""
    tx.execute(update(NUMBER).where(NUMBER.c.assessor_id == assessor_id).values(current=False))


def open_employment(tx: Connection, assessor_id: UUID) -> Mapping[str, Any] | None:
    """Return the employment without a last day."""
    mine = and_(EMPLOYMENT.c.assessor_id == assessor_id, EMPLOYMENT.c.last_day.is_(None))
    row = tx.execute(select(EMPLOYMENT).where(mine)).one_or_none()
    return None if row is None else dict(row._mapping)


def add_employment(tx: Connection, row: Mapping[str, object]) -> None:
    """Insert an employment."""
    tx.execute(sql_insert(EMPLOYMENT).values(**row))


def close_employment(tx: Connection, row_id: UUID, last_day: date) -> None:
    """Give an employment its last day."""
    tx.execute(update(EMPLOYMENT).where(EMPLOYMENT.c.id == row_id).values(last_day=last_day))


def follow_schools(tx: Connection, school_ids: Collection[UUID]) -> list[tuple[UUID, str | None, str]]:
    """Give everyone who serves at these schools the school's region; return (assessor, region before, region)."""
    statement = text(
        "WITH moved AS (SELECT p.id, p.region_code AS before, s.region_code AS after FROM assessor p "
        "JOIN employment e ON e.assessor_id = p.id AND e.last_day IS NULL JOIN school s ON s.id = e.school_id "
        "WHERE s.id = ANY(:ids) AND s.region_code IS NOT NULL AND s.region_code IS DISTINCT FROM p.region_code "
        "ORDER BY p.id FOR UPDATE OF p) "
        "UPDATE assessor p SET region_code = moved.after, version = p.version + 1 FROM moved WHERE p.id = moved.id "
        "RETURNING p.id, moved.before, moved.after"
    )
    rows = tx.execute(statement.bindparams(bindparam("ids", type_=UUIDS)), {"ids": list(school_ids)})
    return [(row[0], row[1], row[2]) for row in rows]


def copy_people(
    tx: Connection,
    people: Sequence[Mapping[str, object]],
    numbers: Sequence[Mapping[str, object]],
    employments: Sequence[Mapping[str, object]],
) -> None:
    """Insert many assessors with their numbers and employments by COPY; the rows of one kind have the same columns."""
    for table, rows in ((PERSON, people), (NUMBER, numbers), (EMPLOYMENT, employments)):
        if rows:
            columns = list(rows[0])
            copy_rows(tx, table, columns, ([row[name] for name in columns] for row in rows))


def update_people(tx: Connection, rows: Sequence[Mapping[str, object]]) -> int:
    """Write many changed rows (all with the same columns, `id` among them) with one statement; return how many."""
    return update_rows(tx, PERSON, "id", rows)
