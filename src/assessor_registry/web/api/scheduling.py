"""Schedules and who assesses in them."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from pydantic import BeforeValidator, FailFast, Field

from assessor_registry import clock
from assessor_registry.accounts.rules import Permission
from assessor_registry.errors import NotFound
from assessor_registry.scheduling import actions, store
from assessor_registry.schemes import store as schemes
from assessor_registry.students import store as students
from assessor_registry.web.api.answers import MadeAssignments, MadeSchedule, Named, Picker, ScheduleOf
from assessor_registry.web.api.described import KINDS, Described, Kind, body
from assessor_registry.web.api.reference import told, units_of
from assessor_registry.web.forms import Ids, Input, MaybeDay, MaybeId, MaybeText, Text, listed, read
from assessor_registry.web.guards import needs
from assessor_registry.web.once import once
from assessor_registry.web.pages.schedule_assessors import require_own
from assessor_registry.web.problems import said
from assessor_registry.web.today import today_of

WRITE = needs(Permission.SCHEDULING_WRITE)


class NewSchedule(Input):
    """A schedule; `students` are put in at once."""

    lsp: UUID
    scheme_version: UUID
    venue: UUID
    title: Text
    first_day: date
    last_day: date
    evidence_kinds: Annotated[list[Kind], FailFast(), BeforeValidator(listed)] = Field(
        default_factory=list, description=KINDS
    )
    season: MaybeId = None
    bnsp_code: MaybeText = None
    students: Ids = Field(default_factory=list)


class NewAssignment(Input):
    """Days of an assessor in a schedule, by letter; or planned, for someone who waits for a certificate.

    `students`: which of the schedule's candidates they assess.
    """

    assessor: UUID
    days: list[date]
    letter_number: MaybeText = None
    letter_date: MaybeDay = None
    planned: bool = False
    students: Ids = Field(default_factory=list)


@post("/schedules", opt=WRITE, sync_to_thread=True, status_code=201, tags=["schedules"],
      operation_class=body(NewSchedule))  # fmt: skip
def create(request: Request[Any, Any, Any], data: JSONBody[dict[str, Any]]) -> Response[MadeSchedule]:
    """Make a schedule (jadwal uji kompetensi)."""
    given, now = read(NewSchedule, data), clock.now()

    def act(tx: Any) -> MadeSchedule:
        made = actions.create_schedule(
            tx,
            request.user,
            lsp_id=given.lsp,
            scheme_version_id=given.scheme_version,
            venue_id=given.venue,
            title=given.title,
            first_day=given.first_day,
            last_day=given.last_day,
            evidence_kinds=given.evidence_kinds,
            season_id=given.season,
            bnsp_code=given.bnsp_code,
            now=now,
        )
        if given.students:
            if len(students.details(tx, request.user.scope, given.students, today_of(request))) < len(
                set(given.students)
            ):
                raise NotFound("scheduling.no_student", field="students")
            actions.add_candidates(tx, request.user, made, given.students, today=today_of(request), now=now)
        candidates = store.candidates(tx, request.user.scope, made)
        return {
            "id": made,
            "candidates": [{"assessment": each.attempt_id, "student": each.student_id} for each in candidates],
        }

    status, answer = once(request, data, act, status=201)
    return Response(answer, status_code=status)


@post("/schedules/{schedule_id:uuid}/assignments", opt=WRITE, sync_to_thread=True, status_code=201, tags=["schedules"],
      operation_class=body(NewAssignment))  # fmt: skip
def assign(
    request: Request[Any, Any, Any], schedule_id: FromPath[UUID], data: JSONBody[dict[str, Any]]
) -> Response[MadeAssignments]:
    """Assign an assessor and give them candidates, all or nothing.

    Refused with every reason when they may not assess on one of the days, or would have too many candidates.
    """
    given, now = read(NewAssignment, data), clock.now()

    def act(tx: Any) -> MadeAssignments:
        require_own(tx, request, schedule_id, given.assessor)
        made = actions.assign(
            tx,
            request.user,
            schedule_id,
            given.assessor,
            given.days,
            letter_number=given.letter_number,
            letter_date=given.letter_date,
            planned=given.planned,
            now=now,
        )
        given_to = _attempts(tx, request, schedule_id, given.students)
        if given_to:
            actions.allocate(tx, request.user, schedule_id, dict.fromkeys(given_to, given.assessor), now=now)
        return {"assignments": list(made), "assessments": given_to}

    status, answer = once(request, data, act, status=201)
    return Response(answer, status_code=status)


def _attempts(tx: Any, request: Request[Any, Any, Any], schedule_id: UUID, wanted: list[UUID]) -> list[UUID]:
    """The assessments of these students in a schedule.

    Raises:
        NotFound: one of them is no candidate of it.
    """
    if not wanted:
        return []
    here = {each.student_id: each.attempt_id for each in store.candidates(tx, request.user.scope, schedule_id)}
    if not set(wanted) <= here.keys():
        raise NotFound("scheduling.no_candidate", field="students")
    return [here[each] for each in dict.fromkeys(wanted)]


@get("/schedules/{schedule_id:uuid}", opt=needs(Permission.SCHEDULING_READ), sync_to_thread=True, tags=["schedules"],
     operation_class=Described)  # fmt: skip
def schedule(request: Request[Any, Any, Any], schedule_id: FromPath[UUID]) -> ScheduleOf:
    """One schedule with what recording needs: `units` of its scheme version in order, and `assessments`, one for each
    candidate, whose `id` stands in the address of a record. A school sees its own students.
    """
    with request.app.state.database.read() as conn:
        plan = store.schedule(conn, request.user.scope, schedule_id)
        version = schemes.version(conn, plan.scheme_version_id)
        candidates = store.candidates(conn, request.user.scope, schedule_id)
    return {
        **told(plan),
        "evidence_kinds": list(plan.evidence_kinds),
        "cancelled": plan.cancelled_at is not None,
        "units": units_of(version) if version else [],
        "assessments": [
            {
                "id": each.attempt_id,
                "student": {"id": each.student_id, "name": each.name, "nisn": each.nisn},
                "school": {"id": each.school_id, "name": each.school_name},
                "class_group": each.rombel,
                "attempt": each.number,
                "assessor": _assessor(each),
                "recorded": each.recorded_at is not None,
            }
            for each in candidates
        ],
    }


def _assessor(candidate: store.Candidate) -> Named | None:
    if candidate.assessor_id is None:
        return None
    return {"id": candidate.assessor_id, "name": candidate.assessor_name or ""}


@get("/schedules/{schedule_id:uuid}/picker", opt=WRITE, sync_to_thread=True, tags=["schedules"],
     operation_class=Described)  # fmt: skip
def picker(request: Request[Any, Any, Any], schedule_id: FromPath[UUID], day: FromQuery[date]) -> Picker:
    """Who may assess on a day, and why the others may not."""
    with request.app.state.database.read() as conn:
        found = actions.picker(conn, request.user.scope, schedule_id, day, today=today_of(request))
    return {
        "day": day,
        "items": [
            {
                "assessor": each.assessor_id,
                "name": each.name,
                "may": each.may,
                "busy": each.busy,
                "load": each.load,
                "reasons": [said(reason) for reason in each.reasons],
            }
            for each in found
        ],
    }


HANDLERS = [create, assign, schedule, picker]
