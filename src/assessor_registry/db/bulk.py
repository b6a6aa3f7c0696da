"""Many rows in one statement, however many there are.

`executemany` sends one statement a row; the number of statements of an act must not grow with what it acts on. The
rows travel as one JSON document, whose members PostgreSQL turns into the columns' own types; very many new ones go by
COPY, which is quicker for both sides and holds no document in memory.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, JSON, Connection, column, func, literal, text
from sqlalchemy.types import TypeEngine

from assessor_registry.db.copying import copy_rows

COPY_FROM = 1000
"""Rows from which COPY is worth its two more round trips."""


def insert_rows(tx: Connection, table: Any, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert `rows` (all with the same names) into `table` (a SQLAlchemy table) with one statement; none is fine."""
    if not rows:
        return
    if len(rows) >= COPY_FROM:
        _require_same(rows)
        copy_rows(tx, table, list(rows[0]), _values(table, rows))
        return
    columns = [table.c[name].name for name in rows[0]]
    listed = ", ".join(columns)
    statement = f"INSERT INTO {table.name} ({listed}) SELECT {listed} FROM {_source(table)}"
    tx.execute(text(statement), {"rows": _json(rows)})


def update_rows(tx: Connection, table: Any, key: str, rows: Sequence[Mapping[str, object]]) -> int:
    """Set in each row that is named by `key` the other columns given, with one statement; return how many it found."""
    if not rows:
        return 0
    changes = ", ".join(f"{table.c[name].name} = new.{name}" for name in rows[0] if name != key)
    statement = f"UPDATE {table.name} AS old SET {changes} FROM {_source(table)} AS new WHERE old.{key} = new.{key}"
    return tx.execute(text(statement), {"rows": _json(rows)}).rowcount


def given(rows: Sequence[Sequence[object]], **columns: type[TypeEngine[Any]]) -> Any:
    """Return `rows` as a table that a statement can join, with these columns in order."""
    values = zip(*rows, strict=True)
    arrays = (literal(list(each), ARRAY(kind)) for each, kind in zip(values, columns.values(), strict=True))
    named = (column(name, kind) for name, kind in columns.items())
    return func.unnest(*arrays).table_valued(*named, name="given").render_derived()


def _source(table: Any) -> str:
    # With its schema: `record` alone is a pseudo-type of PostgreSQL's.
    return f"json_populate_recordset(NULL::public.{table.name}, CAST(:rows AS json))"


def _values(table: Any, rows: Sequence[Mapping[str, object]]) -> Iterator[list[object]]:
    names = list(rows[0])
    places = [place for place, name in enumerate(names) if isinstance(table.c[name].type, JSON)]
    for row in rows:
        values = [row[name] for name in names]
        for place in places:
            values[place] = None if values[place] is None else _dumps(values[place])
        yield values


def _require_same(rows: Sequence[Mapping[str, object]]) -> None:
    if any(row.keys() != rows[0].keys() for row in rows):
        raise ValueError("rows with different columns")


def _json(rows: Sequence[Mapping[str, object]]) -> str:
    _require_same(rows)
    return _dumps([dict(row) for row in rows])


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)


_dumps = json.JSONEncoder(default=_plain, ensure_ascii=False).encode
