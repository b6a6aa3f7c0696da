"""Many new rows by COPY: the fastest way in."""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Date, DateTime, Uuid
from sqlalchemy.exc import DBAPIError

_TEXTS: dict[type, Callable[[Any], str]] = {Uuid: attrgetter("hex"), Date: str, DateTime: str}


def copy_rows(tx: Connection, table: Any, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Insert `rows`, values in the order of `columns`, into `table` (a SQLAlchemy table), in the transaction `tx`.

    What PostgreSQL refuses is raised as SQLAlchemy raises it, so that `Database.perform` sees no difference.
    """
    driver = tx.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError("COPY needs psycopg")
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(sql.Identifier(table.c[name].name) for name in columns)
    )
    # The driver would ask each value what it is; the column knows.
    kinds = [type(table.c[name].type) for name in columns]
    texts = [(place, _TEXTS[kind]) for place, kind in enumerate(kinds) if kind in _TEXTS]
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for values in map(list, rows):
                for place, text in texts:
                    if values[place] is not None:
                        values[place] = text(values[place])
                copy.write_row(values)
    except psycopg.Error as error:
        raise DBAPIError.instance(f"COPY {table.name}", None, error, psycopg.Error, hide_parameters=True) from None
