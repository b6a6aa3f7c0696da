"""The tables of this room under short names, and the days on which a row holds."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, or_

from assessor_registry.institutions import tables

REGION = tables.Region.__table__  # type: ignore[attr-defined]
SCHOOL = tables.School.__table__  # type: ignore[attr-defined]
LSP = tables.Lsp.__table__  # type: ignore[attr-defined]
LICENCE = tables.Licence.__table__  # type: ignore[attr-defined]
LICENSED = tables.LicensedScheme.__table__  # type: ignore[attr-defined]
NETWORK = tables.NetworkSchool.__table__  # type: ignore[attr-defined]
VENUE = tables.Venue.__table__  # type: ignore[attr-defined]
SEASON = tables.Season.__table__  # type: ignore[attr-defined]


def holds(table: FromClause, on: date) -> ColumnElement[bool]:
    """SQL: the row's days include `on`; both ends are included, no last day means open."""
    columns: Any = table.c
    return and_(columns.first_day <= on, or_(columns.last_day.is_(None), columns.last_day >= on))
