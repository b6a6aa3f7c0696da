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
from assessor_registry.web.guards import needs
from assessor_registry.web.today import today_of

SIZE = 50
Page = Annotated[int, QueryParameter(ge=1, le=100_000)]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


@get("/lsps", opt=needs(Permission.INSTITUTIONS_READ), sync_to_thread=True, tags=["reference"])
def lsps(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """The LSPs that the account sees, by name."""
    with request.app.state.database.read() as conn:
        found = institutions.list_lsps(conn, request.user.scope, today_of(request))
    return {
        "items": [
            {"id": str(each.id), "name": each.name, "school": each.school, "region": each.region, "zone": each.zone}
            for each in found
        ]
    }


@get("/venues", opt=needs(Permission.INSTITUTIONS_READ), sync_to_thread=True, tags=["reference"])
def venues(request: Request[Any, Any, Any], lsp: FromQuery[UUID | None] = None) -> dict[str, Any]:
    """The venues (TUK) that the account sees, by name; of one LSP if asked."""
    with request.app.state.database.read() as conn:
        found = institutions.list_venues(conn, request.user.scope, today_of(request), lsp_id=lsp)
    return {
        "items": [
            {
                "id": str(each.id),
                "lsp": str(each.lsp_id),
                "name": each.name,
                "kind": each.kind,
                "verified_from": _day(each.verified_from),
                "verified_until": _day(each.verified_until),
            }
            for each in found
        ]
    }


@get("/schemes", opt=needs(Permission.SCHEMES_READ), sync_to_thread=True, tags=["reference"])
def scheme_list(request: Request[Any, Any, Any], q: FromQuery[str | None] = None) -> dict[str, Any]:
    """The schemes by title, each with its newest version: the `scheme_version` of a schedule."""
    with request.app.state.database.read() as conn:
        found = schemes.list_schemes(conn, (q or "").replace("\x00", "")[:200])
    return {
        "items": [
            {
                "id": str(each.scheme.id),
                "number": each.scheme.number,
                "title": each.scheme.title,
                "version": {"id": str(each.version_id), "label": each.label, "units": each.units,
                            "complete": each.complete, "verified": each.verified} if each.version_id else None,
            }
            for each in found
        ]
    }  # fmt: skip


@get("/schemes/{scheme_id:uuid}", opt=needs(Permission.SCHEMES_READ), sync_to_thread=True, tags=["reference"])
def scheme(request: Request[Any, Any, Any], scheme_id: FromPath[UUID]) -> dict[str, Any]:
    """One scheme with all its versions, newest first, each with its units in order: the codes that a record names."""
    with request.app.state.database.read() as conn:
        found = schemes.get(conn, scheme_id)
        if found is None:
            raise NotFound("schemes.not_found")
        versions = [schemes.version(conn, row.id) for row in schemes.versions(conn, scheme_id)]
    return {
        "id": str(found.id),
        "number": found.number,
        "title": found.title,
        "field": found.field,
        "kind": found.kind,
        "level": found.level,
        "versions": [
            {"id": str(each.id), "label": each.label, "first_day": _day(each.first_day), "complete": each.complete,
             "verified": each.verified, "units": units_of(each)}
            for each in versions if each
        ],
    }  # fmt: skip


def units_of(version: schemes.SchemeVersion) -> list[dict[str, Any]]:
    """The units of a version in order, each with the title of its cluster."""
    return [
        {"code": unit.code, "title": unit.title, "cluster": cluster.title}
        for cluster in version.clusters
        for unit in cluster.units
    ]


@get("/students", opt=needs(Permission.STUDENTS_READ), sync_to_thread=True, tags=["reference"])
def student_list(
    request: Request[Any, Any, Any],
    school: FromQuery[UUID | None] = None,
    q: FromQuery[str | None] = None,
    page: Page = 1,
) -> dict[str, Any]:
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
            {"id": str(each.id), "name": each.name, "nisn": each.nisn, "school": {"id": str(each.school_id),
             "name": each.school}, "class_group": each.rombel}
            for each in found.rows
        ],
    }  # fmt: skip


@get("/schedules", opt=needs(Permission.SCHEDULING_READ), sync_to_thread=True, tags=["schedules"])
def schedule_list(
    request: Request[Any, Any, Any],
    first_day: FromQuery[date | None] = None,
    last_day: FromQuery[date | None] = None,
    page: Page = 1,
) -> dict[str, Any]:
    """The schedules that the account sees, earliest first, 50 to a page; those that touch the days, if given."""
    with request.app.state.database.read() as conn:
        found = scheduling.schedules(
            conn, request.user.scope, first_day=first_day, last_day=last_day, limit=SIZE, offset=(page - 1) * SIZE
        )
    return {
        "page": page,
        "items": [told(each) for each in found],
    }


def told(plan: scheduling.ScheduleRow) -> dict[str, Any]:
    """A schedule as a list has it."""
    return {
        "id": str(plan.id),
        "title": plan.title,
        "lsp": str(plan.lsp_id),
        "scheme_version": str(plan.scheme_version_id),
        "venue": str(plan.venue_id),
        "first_day": plan.first_day.isoformat(),
        "last_day": plan.last_day.isoformat(),
        "candidates": plan.candidates,
        "unallocated": plan.unallocated,
        "recorded": plan.recorded,
    }


HANDLERS = [lsps, venues, scheme_list, scheme, student_list, schedule_list]
