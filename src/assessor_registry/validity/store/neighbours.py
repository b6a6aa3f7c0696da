"""The few columns of lower rooms that a set-based statement of this room joins. Read only; their rooms write them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Connection, Date, Select, Text, Uuid, any_, bindparam, column, select, table, union

from assessor_registry.accounts.rules import Scope
from assessor_registry.validity import tables

_D = tables.AppointmentDecree.__table__  # type: ignore[attr-defined]
_A = tables.Appointment.__table__  # type: ignore[attr-defined]

PERSON = table("assessor", column("id", Uuid), column("region_code", Text), column("ended_on", Date))
_EMPLOYMENT = table(
    "employment",
    column("assessor_id", Uuid),
    column("school_id", Uuid),
    column("first_day", Date),
    column("last_day", Date),
)
_LSP = table("lsp", column("id", Uuid), column("school_id", Uuid))
_NETWORK = table("network_school", column("lsp_id", Uuid), column("school_id", Uuid))


def in_scope(scope: Scope) -> Select[Any] | None:
    """Return a SELECT of the ids of the assessors whom `scope` sees, None when it sees all.

    An LSP sees whom it has ever appointed and who is employed at its own school or one of its network (jejaring).
    """
    match scope.kind:
        case "province":
            return None
        case "region":
            return select(PERSON.c.id).where(PERSON.c.region_code == scope.ref)
        case "lsp":
            appointed = select(_A.c.assessor_id.label("id")).join(_D, _D.c.id == _A.c.decree_id)
            schools = union(
                select(_LSP.c.school_id).where(_LSP.c.id == scope.id),
                select(_NETWORK.c.school_id).where(_NETWORK.c.lsp_id == scope.id),
            )
            both = union(
                appointed.where(_D.c.lsp_id == scope.id), _employed().where(_EMPLOYMENT.c.school_id.in_(schools))
            )
            return select(both.subquery().c.id)
        case "school":
            return _employed().where(_EMPLOYMENT.c.school_id == scope.id)
        case "self":
            return select(PERSON.c.id).where(PERSON.c.id == scope.id)
    raise ValueError(f"unknown scope {scope.kind}")


def _employed() -> Select[Any]:
    return select(_EMPLOYMENT.c.assessor_id.label("id")).where(_EMPLOYMENT.c.last_day.is_(None))


def visible(conn: Connection, scope: Scope, ids: Collection[UUID]) -> set[UUID]:
    """Return those of `ids` who exist within `scope`."""
    seen = in_scope(scope)
    query = select(PERSON.c.id).where(PERSON.c.id == any_(bindparam(None, list(ids), ARRAY(Uuid))))
    return set(conn.execute(query if seen is None else query.where(PERSON.c.id.in_(seen))).scalars())
