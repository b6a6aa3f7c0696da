"""Numbers and employments of many assessors, each act in a fixed number of statements."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Date, any_, bindparam, cast, func, select, update

from assessor_registry.assessors.store.people import EMPLOYMENT, NUMBER
from assessor_registry.db.bulk import insert_rows, update_rows
from assessor_registry.db.columns import UUIDS


def numbers_of(tx: Connection, ids: Collection[UUID]) -> dict[UUID, list[Mapping[str, Any]]]:
    """Return the rows of all numbers of these assessors."""
    found: dict[UUID, list[Mapping[str, Any]]] = {}
    for row in tx.execute(select(NUMBER).where(NUMBER.c.assessor_id == _one_of(ids))):
        found.setdefault(row.assessor_id, []).append(dict(row._mapping))
    return found


def add_numbers(tx: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert numbers, each of which becomes the printed one of its holder."""
    retired = NUMBER.c.assessor_id == _one_of([UUID(str(row["assessor_id"])) for row in rows])
    tx.execute(update(NUMBER).where(retired).values(current=False))
    insert_rows(tx, NUMBER, rows)


def give_years(tx: Connection, years: Mapping[UUID, int]) -> None:
    """Give numbers (by the id of their rows) the year that was not known."""
    update_rows(tx, NUMBER, "id", [{"id": row_id, "year": year} for row_id, year in years.items()])


def open_employments(tx: Connection, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return assessor → school, of the employments without a last day."""
    open_one = EMPLOYMENT.c.last_day.is_(None)
    rows = tx.execute(
        select(EMPLOYMENT.c.assessor_id, EMPLOYMENT.c.school_id).where(
            EMPLOYMENT.c.assessor_id == _one_of(ids), open_one
        )
    )
    return {row.assessor_id: row.school_id for row in rows}


def move_employments(
    tx: Connection, ids: Collection[UUID], last_day: date, rows: Sequence[Mapping[str, object]]
) -> None:
    """Close the open employments of these assessors on `last_day` (their first day if that is later); insert `rows`."""
    open_ones = (EMPLOYMENT.c.assessor_id == _one_of(ids), EMPLOYMENT.c.last_day.is_(None))
    # greatest() passes over an unknown first day.
    closed = func.greatest(EMPLOYMENT.c.first_day, cast(last_day, Date))
    tx.execute(update(EMPLOYMENT).where(*open_ones).values(last_day=closed))
    insert_rows(tx, EMPLOYMENT, rows)


def _one_of(ids: Collection[UUID]) -> Any:
    return any_(bindparam(None, list(ids), UUIDS))
