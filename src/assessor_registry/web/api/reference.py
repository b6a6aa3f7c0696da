"""What the ids mean that schedules are made of: LSPs, venues, schemes with their versions, students; and schedules."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get
from litestar.params import FromPath, FromQuery, QueryParameter

from assessor_registry.accounts.rules import Permission
from assessor_registry.errors import NotFound
from assessor_registry.institutions import store as institutions
from assessor_registry.scheduling import store as scheduling
from assessor_registry.schemes import store as schemes
from assessor_registry.students import store as students
from assessor_registry.web.api.answers import (
    Lsps,
    NewestVersion,
    ScheduleLine,
    Schedules,
    Scheme,
    Schemes,
    Students,
    UnitOf,
    Venues,
)
from assessor_registry.web.api.described import Described
from assessor_registry.web.guards import needs
from assessor_registry.web.today import today_of

SIZE = 50
Page = Annotated[int, QueryParameter(ge=1, le=100_000)]


@get("/lsps", opt=needs(Permission.INSTITUTIONS_READ), sync_to_thread=True, tags=["reference"],
     operation_class=Described)  # fmt: skip
def lsps(request: Request[Any, Any, Any]) -> Lsps:
    """The LSPs that the account sees, by name."""
    with request.app.state.database.read() as conn:
        found = institutions.list_lsps(conn, request.user.scope, today_of(request))
    return {
        "items": [
            {"id": each.id, "name": each.name, "school": each.school, "region": each.region, "zone": each.zone}
            for each in found
        ]
    }


@get("/venues", opt=needs(Permission.INSTITUTIONS_READ), sync_to_thread=True, tags=["reference"],
     operation_class=Described)  # fmt: skip
def venues(request: Request[Any, Any, Any], lsp: FromQuery[UUID | None] = None) -> Venues:
    """The venues (TUK) that the account sees, by name; of one LSP if asked."""
    with request.app.state.database.read() as conn:
        found = institutions.list_venues(conn, request.user.scope, today_of(request), lsp_id=lsp)
    return {
        "items": [
            {
                "id": each.id,
                "lsp": each.lsp_id,
                "name": each.name,
                "kind": each.kind,
                "verified_from": each.verified_from,
                "verified_until": each.verified_until,
            }
            for each in found
        ]
    }


@get("/schemes", opt=needs(Permission.SCHEMES_READ), sync_to_thread=True, tags=["reference"],
     operation_class=Described)  # fmt: skip
def scheme_list(request: Request[Any, Any, Any], q: FromQuery[str | None] = None) -> Schemes:
    """The schemes by title, each with its newest version: the `scheme_version` of a schedule."""
    with request.app.state.database.read() as conn:
        found = schemes.list_schemes(conn, (q or "").replace("\x00", "")[:200])
    return {
        "items": [
            {
                "id": each.scheme.id,
                "number": each.scheme.number,
                "title": each.scheme.title,
                "version": _newest(each),
            }
            for each in found
        ]
    }


def _newest(line: schemes.SchemeRow) -> NewestVersion | None:
    if line.version_id is None:
        return None
    return {
        "id": line.version_id,
        "label": line.label or "",
        "units": line.units,
        "complete": bool(line.complete),
        "verified": bool(line.verified),
    }


@get("/schemes/{scheme_id:uuid}", opt=needs(Permission.SCHEMES_READ), sync_to_thread=True, tags=["reference"],
     operation_class=Described)  # fmt: skip
def scheme(request: Request[Any, Any, Any], scheme_id: FromPath[UUID]) -> Scheme:
    """One scheme with all its versions, newest first, each with its units in order: the codes that a record names."""
    with request.app.state.database.read() as conn:
        found = schemes.get(conn, scheme_id)
        if found is None:
            raise NotFound("schemes.not_found")
        versions = [schemes.version(conn, row.id) for row in schemes.versions(conn, scheme_id)]
    return {
        "id": found.id,
        "number": found.number,
        "title": found.title,
        "field": found.field,
        "kind": found.kind,
        "level": found.level,
        "versions": [
            {"id": each.id, "label": each.label, "first_day": each.first_day, "complete": each.complete,
             "verified": each.verified, "units": units_of(each)}
            for each in versions if each
        ],
    }  # fmt: skip


def units_of(version: schemes.SchemeVersion) -> list[UnitOf]:
    """The units of a version in order, each with the title of its cluster."""
    return [
        {"code": unit.code, "title": unit.title, "cluster": cluster.title}
        for cluster in version.clusters
        for unit in cluster.units
    ]


@get("/students", opt=needs(Permission.STUDENTS_READ), sync_to_thread=True, tags=["reference"],
     operation_class=Described)  # fmt: skip
def student_list(
    request: Request[Any, Any, Any],
    school: FromQuery[UUID | None] = None,
    q: FromQuery[str | None] = None,
    page: Page = 1,
) -> Students:
    """The students that the account sees, by school, class and name, 50 to a page. Who left the list is left out."""
    with request.app.state.database.read() as conn:
        found = students.list_students(
            conn, request.user.scope, today_of(request), school_id=school, q=(q or "").replace("\x00", "")[:200],
            missing=False, page=page, size=SIZE,
        )  # fmt: skip
    return {
        "page": page,
        "total": found.total,
        "items": [
            {"id": each.id, "name": each.name, "nisn": each.nisn, "school": {"id": each.school_id,
             "name": each.school}, "class_group": each.rombel}
            for each in found.rows
        ],
    }  # fmt: skip


@get("/schedules", opt=needs(Permission.SCHEDULING_READ), sync_to_thread=True, tags=["schedules"],
     operation_class=Described)  # fmt: skip
def schedule_list(
    request: Request[Any, Any, Any],
    first_day: FromQuery[date | None] = None,
    last_day: FromQuery[date | None] = None,
    page: Page = 1,
) -> Schedules:
    """The schedules that the account sees, earliest first, 50 to a page; those that touch the days, if given."""
    with request.app.state.database.read() as conn:
        found = scheduling.schedules(
            conn, request.user.scope, first_day=first_day, last_day=last_day, limit=SIZE, offset=(page - 1) * SIZE
        )
    return {
        "page": page,
        "items": [told(each) for each in found],
    }


def told(plan: scheduling.ScheduleRow) -> ScheduleLine:
    """A schedule as a list has it."""
    return {
        "id": plan.id,
        "title": plan.title,
        "lsp": plan.lsp_id,
        "scheme_version": plan.scheme_version_id,
        "venue": plan.venue_id,
        "first_day": plan.first_day,
        "last_day": plan.last_day,
        "candidates": plan.candidates,
        "unallocated": plan.unallocated,
        "recorded": plan.recorded,
    }


HANDLERS = [lsps, venues, scheme_list, scheme, student_list, schedule_list]
