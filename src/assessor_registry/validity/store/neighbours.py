"""The few columns of lower rooms that a set-based statement of this room joins. Read only; their rooms write them."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    case,
    column,
    func,
    select,
    table,
    true,
)  # fmt: skip

from assessor_registry.accounts.rules import Scope
from assessor_registry.assessors import store as assessors
from assessor_registry.db.columns import UUIDS

PERSON = table(
    "assessor",
    column("id", Uuid),
    column("region_code", Text),
    column("ended_on", Date),
    column("ended_known_at", DateTime(timezone=True)),
    column("created_at", DateTime(timezone=True)),
)


_EMPLOYMENT = table(
    "employment", column("id", Uuid), column("assessor_id", Uuid), column("school_id", Uuid),
    column("known_at", DateTime(timezone=True)),
)  # fmt: skip
_SCHOOL = table("school", column("id", Uuid), column("region_code", Text))


def region_known(known_at: datetime | None) -> ColumnElement[Any]:
    """SQL: the region of the person in `PERSON`; with `known_at`, of the school where they were known to serve then.

    A region that no school gave (from a list, or not yet known then) is the one on file.
    """
    if known_at is None:
        return PERSON.c.region_code
    of_school = (
        select(_SCHOOL.c.region_code)
        .join(_EMPLOYMENT, _EMPLOYMENT.c.school_id == _SCHOOL.c.id)
        .where(_EMPLOYMENT.c.assessor_id == PERSON.c.id, _EMPLOYMENT.c.known_at <= known_at)
        .order_by(_EMPLOYMENT.c.known_at.desc(), _EMPLOYMENT.c.id)
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(of_school, PERSON.c.region_code)


def end_known(known_at: datetime | None) -> ColumnElement[Any]:
    """SQL: the day from which the person in `PERSON` assesses no longer, as far as it was known."""
    if known_at is None:
        return PERSON.c.ended_on
    return case((func.coalesce(PERSON.c.ended_known_at <= known_at, true()), PERSON.c.ended_on))


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
    query = select(PERSON.c.id).where(PERSON.c.id == any_(bindparam(None, list(ids), UUIDS)))
    return set(conn.execute(query if seen is None else query.where(PERSON.c.id.in_(seen))).scalars())
