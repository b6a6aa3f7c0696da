"""The few columns of lower rooms that a set-based statement of this room joins. Read only; their rooms write them."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Connection, Date, DateTime, Select, Text, Uuid, any_, bindparam, column, select, table

from assessor_registry.accounts.rules import Scope
from assessor_registry.assessors import store as assessors

PERSON = table(
    "assessor",
    column("id", Uuid),
    column("region_code", Text),
    column("ended_on", Date),
    column("created_at", DateTime(timezone=True)),
)


def in_scope(scope: Scope, today: date) -> Select[Any] | None:
    """Return a SELECT of the ids of the assessors whom `scope` sees today, None when it sees all.

    Who sees whom is decided in one place, the room of the people.
    """
    if scope.everything:
        return None
    return select(PERSON.c.id).where(assessors.visible(scope, today, PERSON.c.id))


def visible(conn: Connection, scope: Scope, ids: Collection[UUID], today: date) -> set[UUID]:
    """Return those of `ids` who exist within `scope`."""
    seen = in_scope(scope, today)
    query = select(PERSON.c.id).where(PERSON.c.id == any_(bindparam(None, list(ids), ARRAY(Uuid))))
    return set(conn.execute(query if seen is None else query.where(PERSON.c.id.in_(seen))).scalars())
