"""LSPs as a list: until when licensed, for how many schemes, with how many network schools; whatever their number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Date, Select, Uuid, column, func, or_, select, table

from assessor_registry.accounts.rules import Scope
from assessor_registry.institutions.store import Lsp, list_lsps

_LICENCE = table(
    "licence", column("id", Uuid), column("lsp_id", Uuid), column("first_day", Date), column("last_day", Date)
)
_LICENSED = table(
    "licensed_scheme", column("licence_id", Uuid), column("scheme_id", Uuid), column("first_day", Date),
    column("last_day", Date),
)  # fmt: skip
_NETWORK = table("network_school", column("lsp_id", Uuid), column("first_day", Date), column("last_day", Date))
_DECREE = table(
    "appointment_decree", column("id", Uuid), column("lsp_id", Uuid), column("first_day", Date),
    column("last_day", Date),
)  # fmt: skip
_APPOINTMENT = table("appointment", column("decree_id", Uuid), column("assessor_id", Uuid), column("ended_on", Date))


@dataclass(frozen=True, slots=True)
class LspLine:
    """One LSP on a day. `licensed_until` is the latest last day of a licence that has begun, also one that is past."""

    lsp: Lsp
    licensed_until: date | None
    schemes: int
    network: int
    appointed: int


def lsp_lines(conn: Connection, scope: Scope, on: date) -> list[LspLine]:
    """Return the LSPs that `scope` sees, by name, with what holds on a day; five statements."""
    until = _by_lsp(conn, select(_LICENCE.c.lsp_id, func.max(_LICENCE.c.last_day)).where(_LICENCE.c.first_day <= on))
    schemes = _by_lsp(conn, _schemes(on))
    network = _by_lsp(conn, select(_NETWORK.c.lsp_id, func.count()).where(_holds(_NETWORK, on)))
    appointed = _by_lsp(conn, _appointed(on))
    return [
        LspLine(lsp, until.get(lsp.id), schemes.get(lsp.id, 0), network.get(lsp.id, 0), appointed.get(lsp.id, 0))
        for lsp in list_lsps(conn, scope, on)
    ]


def _schemes(on: date) -> Select[Any]:
    joined = _LICENSED.join(_LICENCE, _LICENCE.c.id == _LICENSED.c.licence_id)
    counted = func.count(_LICENSED.c.scheme_id.distinct())
    return select(_LICENCE.c.lsp_id, counted).select_from(joined).where(_holds(_LICENCE, on), _holds(_LICENSED, on))


def _appointed(on: date) -> Select[Any]:
    joined = _APPOINTMENT.join(_DECREE, _DECREE.c.id == _APPOINTMENT.c.decree_id)
    unended = or_(_APPOINTMENT.c.ended_on.is_(None), _APPOINTMENT.c.ended_on >= on)
    counted = func.count(_APPOINTMENT.c.assessor_id.distinct())
    return select(_DECREE.c.lsp_id, counted).select_from(joined).where(_holds(_DECREE, on), unended)


def _by_lsp(conn: Connection, query: Select[Any]) -> Mapping[UUID, Any]:
    first = query.selected_columns[0]
    return {row[0]: row[1] for row in conn.execute(query.group_by(first))}


def _holds(found: Any, on: date) -> Any:
    return (found.c.first_day <= on) & or_(found.c.last_day.is_(None), found.c.last_day >= on)
