"""Assessors and their status of eligibility."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, get
from litestar.params import FromPath, FromQuery, QueryParameter

from assessor_registry.accounts.rules import Permission
from assessor_registry.assessors import store as assessors
from assessor_registry.errors import InvalidInput, NotFound
from assessor_registry.reports import lookup, register
from assessor_registry.validity import store as validity
from assessor_registry.validity.rules import Standing
from assessor_registry.web.api.answers import Assessors, AssessorStanding, StandingOf
from assessor_registry.web.api.described import Described
from assessor_registry.web.guards import needs
from assessor_registry.web.problems import said
from assessor_registry.web.today import day_of, today_of

Status = Literal["active", "ending", "expired", "suspended", "future", "none"]
Page = Annotated[int, QueryParameter(ge=1, le=100_000)]


@get("/assessors", opt=needs(Permission.REPORTS_READ), sync_to_thread=True, tags=["assessors"],
     operation_class=Described)  # fmt: skip
def list_assessors(
    request: Request[Any, Any, Any],
    status: FromQuery[Status | None] = None,
    on: FromQuery[date | None] = None,
    q: FromQuery[str | None] = None,
    page: Page = 1,
) -> Assessors:
    """The register as far as the account sees it, those who end first on top, 50 to a page."""
    question = register.Question((q or "").replace("\x00", "")[:200], (status,) if status else ())
    with request.app.state.database.read() as conn:
        day = day_of(conn, reasonable(on or today_of(request), "on"))
        found = register.listed(
            conn,
            request.user.scope,
            day.today,
            day.ending_until,
            question,
            page=page,
            seen_on=today_of(request),
        )
    return {
        "on": day.today,
        "page": page,
        "total": found.total,
        "items": [
            {
                "id": line.id,
                "name": line.name,
                "registration": line.registration,
                "school": line.school,
                "region": line.region,
                "status": line.band,
                "last_day": line.last_day,
            }
            for line in found.lines
        ],
    }


def reasonable(day: date, field: str) -> date:
    """Return a day that calendars of the field know.

    Raises:
        InvalidInput: it is before 1950 or after 2150.
    """
    if not 1950 <= day.year <= 2150:
        raise InvalidInput("web.not_a_date", field=field)
    return day


@get("/assessors/{assessor_id:uuid}/standing", opt=needs(Permission.VALIDITY_READ), sync_to_thread=True,
     summary="Status kelayakan", tags=["assessors"], operation_class=Described)  # fmt: skip
def standing(
    request: Request[Any, Any, Any],
    assessor_id: FromPath[UUID],
    on: FromQuery[date | None] = None,
    known_at: FromQuery[str | None] = None,
    scheme: FromQuery[str | None] = None,
    lsp: FromQuery[str | None] = None,
) -> AssessorStanding:
    """Whether someone may assess on a day, with every reason: `active`, as the command line says it.

    `scheme` (id, number or title) and `lsp` (id, name or number of its licence) ask for these too. `known_at`, an
    instant or a day, asks by what the registry knew then; a day means its last moment. `periods` are the active days
    that the certificates give, whatever is asked for besides.
    """
    day = reasonable(on or today_of(request), "on")
    known = lookup.moment_meant(known_at, request.app.state.settings.zone)
    with request.app.state.database.read() as conn:
        person = assessors.get(conn, request.user.scope, assessor_id, today_of(request))
        if person is None:
            raise NotFound("assessors.not_found")
        at = lookup.lsp_meant(conn, request.user.scope, lsp, day)
        asked = lookup.scheme_meant(conn, scheme)
        found = validity.ask(conn, assessor_id, day, scheme_id=asked, lsp_id=at, known_at=known)
        held = assessors.registrations_of(conn, assessor_id)
    number = next((each.registration.canonical for each in held if each.current), None)
    return {"registration": number, "name": person.name, **answer(found)}


def answer(found: Standing) -> StandingOf:
    """A status of eligibility as the API and the command line give it: `active` is whether they may assess."""
    return {
        "on": found.on,
        "active": found.eligible,
        "eligible": found.eligible,
        "reasons": [said(each) for each in found.reasons],
        "warnings": [said(each) for each in found.warnings],
        "periods": [{"first_day": each.first_day, "last_day": each.last_day} for each in found.periods],
    }


HANDLERS = [list_assessors, standing]
