"""Many new rows by COPY: the fastest way in."""

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import Connection as Driver
from psycopg import sql
from sqlalchemy import Connection


def copy_rows(tx: Connection, table: Any, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Insert `rows`, values in the order of `columns`, into `table` (a SQLAlchemy table), in the transaction `tx`."""
    driver = tx.connection.driver_connection
    if not isinstance(driver, Driver):
        raise TypeError("COPY needs psycopg")
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(sql.Identifier(table.c[name].name) for name in columns)
    )
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
