"""Regions and schools, and which schools a scope reaches."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, false, or_, select, true, union

from assessor_registry.accounts.rules import Scope
from assessor_registry.institutions.rules import SchoolFact, SchoolIndex, search_region, search_school
from assessor_registry.institutions.store._names import LSP, NETWORK, REGION, SCHOOL, holds


@dataclass(frozen=True, slots=True)
class Region:
    """A kabupaten or kota: Kemendagri code (`64.72`), BPS code (`6472`), name, `kabupaten` or `kota`."""

    code: str
    bps_code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class School:
    """A school as lists show it; `state` is `confirmed`, `provisional` or `merged`."""

    id: UUID
    npsn: str | None
    name: str
    region_code: str | None
    region: str | None
    state: str
    merged_into: UUID | None


def list_regions(conn: Connection) -> list[Region]:
    """Return all regions by code; they are the same for everyone."""
    return [Region(*row) for row in conn.execute(select(REGION).order_by(REGION.c.code))]


def region_index(conn: Connection) -> dict[str, str]:
    """Return normalised name (`institutions.rules.search_region`) → Kemendagri code."""
    return {search_region(region.name): region.code for region in list_regions(conn)}


def served_schools(lsp_id: UUID, on: date) -> Select[Any]:
    """SQL: ids of the schools whose students an LSP assesses on a day: its own and its network (sekolah jejaring)."""
    own = select(LSP.c.school_id).where(LSP.c.id == lsp_id)
    network = select(NETWORK.c.school_id).where(NETWORK.c.lsp_id == lsp_id, holds(NETWORK, on))
    both = union(own, network).subquery()
    return select(both.c.school_id)


def visible_schools(scope: Scope, on: date, school_id: Any = SCHOOL.c.id) -> ColumnElement[bool]:
    """SQL: the school named by the column `school_id` lies within `scope` on a day. Oneself reaches no school."""
    if scope.everything:
        return true()
    if scope.kind == "region":
        return school_id.in_(select(SCHOOL.c.id).where(SCHOOL.c.region_code == scope.ref))  # type: ignore[no-any-return]
    if scope.kind == "lsp":
        return school_id.in_(served_schools(scope.id, on))  # type: ignore[no-any-return]
    if scope.kind == "school":
        return school_id == scope.id  # type: ignore[no-any-return]
    return false()


def get_school(conn: Connection, scope: Scope, school_id: UUID, on: date) -> School | None:
    """Return one school, None when there is none within `scope`."""
    row = conn.execute(_schools().where(SCHOOL.c.id == school_id, visible_schools(scope, on))).one_or_none()
    return None if row is None else School(*row)


def list_schools(
    conn: Connection,
    scope: Scope,
    on: date,
    *,
    q: str = "",
    region: str | None = None,
    state: str | None = None,
    limit: int | None = None,
) -> list[School]:
    """Return schools by name; `q` is a part of the name in any spelling, or of the NPSN. Merged ones only if asked."""
    query = _schools().where(visible_schools(scope, on))
    query = query.where(SCHOOL.c.state == state if state else SCHOOL.c.state != "merged")
    if region:
        query = query.where(SCHOOL.c.region_code == region)
    if q.strip():
        named = SCHOOL.c.search_name.contains(search_school(q), autoescape=True)
        query = query.where(or_(named, SCHOOL.c.npsn.contains(q.strip(), autoescape=True)))
    return [School(*row) for row in conn.execute(query.order_by(SCHOOL.c.search_name, SCHOOL.c.id).limit(limit))]


def school_row(conn: Connection, school_id: UUID) -> SchoolFact | None:
    """Return one school as a fact, whoever asks; for acts that check their own right."""
    row = conn.execute(_facts().where(SCHOOL.c.id == school_id)).one_or_none()
    return None if row is None else SchoolFact(*row)


def school_index(conn: Connection) -> SchoolIndex:
    """Return all schools for `institutions.rules.match_school`, oldest first."""
    return SchoolIndex.of(SchoolFact(*row) for row in conn.execute(_facts().order_by(SCHOOL.c.created_at, SCHOOL.c.id)))


def _facts() -> Select[Any]:
    return select(*(SCHOOL.c[name] for name in SchoolFact.__dataclass_fields__))


def _schools() -> Select[Any]:
    own = SCHOOL.c
    return select(
        own.id, own.npsn, own.name, own.region_code, REGION.c.name.label("region"), own.state, own.merged_into
    ).outerjoin(REGION, REGION.c.code == own.region_code)
