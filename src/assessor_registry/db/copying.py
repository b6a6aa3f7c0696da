"""Many new rows by COPY: the fastest way in."""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


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
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise DBAPIError.instance(f"COPY {table.name}", None, error, psycopg.Error, hide_parameters=True) from None
