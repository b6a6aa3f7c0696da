"""What is printed of a schedule: attendance list of a day, minutes."""

from datetime import date
from typing import Any, cast
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath

from assessor_registry import clock, words
from assessor_registry.accounts.rules import PROVINCE, Permission, Scope
from assessor_registry.assessments import store as assessments
from assessor_registry.db.engine import Connection
from assessor_registry.errors import NotFound
from assessor_registry.institutions import store as institutions
from assessor_registry.printing import forms, pdf
from assessor_registry.scheduling import store
from assessor_registry.scheduling.rules import days_of
from assessor_registry.web.download import pdf_answer
from assessor_registry.web.guards import needs
from assessor_registry.web.listing import Asked
from assessor_registry.web.moments import local
from assessor_registry.web.pages.schedules import whole_schedule
from assessor_registry.web.today import today_of
from assessor_registry.words import gettext as _

READ = needs(Permission.SCHEDULING_READ)


def heads(
    conn: Connection, plan: store.ScheduleRow
) -> tuple[forms.Body, forms.SchemeHead, forms.VenueHead, institutions.Lsp]:
    """The letterhead, scheme and venue of a form about a schedule that was found within the asker's scope.

    Raises:
        NotFound: its LSP or venue is gone.
    """
    lsp = institutions.get_lsp(conn, PROVINCE, plan.lsp_id, plan.first_day)
    venue = institutions.get_venue(conn, PROVINCE, plan.venue_id, plan.first_day)
    if lsp is None or venue is None:
        raise NotFound("scheduling.no_schedule")
    licence = institutions.licence_on(conn, plan.lsp_id, plan.first_day)
    return (
        forms.Body(name=lsp.name, licence=licence.number if licence else None),
        forms.SchemeHead(title=plan.scheme_title, number=plan.scheme_number),
        forms.VenueHead(name=plan.venue_name, kind=cast("forms.VenueKind", venue.kind)),
        lsp,
    )


def signatories(
    conn: Connection, rows: list[store.AssignmentRow], signed: list[assessments.SignedDays]
) -> tuple[forms.Signatory, ...]:
    """The assessors of these assignments and results with their MET numbers, each once.

    Whose results stand is named, whatever became of the assignment since.
    """
    ids = list(dict.fromkeys([*(row.assessor_id for row in rows), *(one.assessor_id for one in signed)]))
    known = assessments.papers(conn, ids)
    return tuple(forms.Signatory(name=known[one].name, registration=known[one].registration or "–") for one in ids)


def expected_on(
    day: date,
    candidates: list[store.Candidate],
    booked: list[store.AssignmentRow],
    signed: list[assessments.SignedDays],
) -> list[store.Candidate]:
    """Who comes on a day: whose assessor is there, whose result is of that day, and who has no day of their own yet."""
    days: dict[UUID, set[date]] = {}
    for row in booked:
        days.setdefault(row.assessor_id, set()).add(row.held_on)
    assessed = {one.attempt_id for one in signed}
    today = {one.attempt_id for one in signed if one.touches([day])}

    def comes(each: store.Candidate) -> bool:
        own = days.get(each.assessor_id) if each.assessor_id else None
        if own is None:
            return each.attempt_id in today or each.attempt_id not in assessed
        return each.attempt_id in today or day in own

    return [each for each in candidates if comes(each)]


def page_url(request: Request[Any, Any, Any], schedule_id: UUID) -> str:
    """Where the schedule's present state stands."""
    return f"{request.app.state.settings.public_url.rstrip('/')}/jadwal/{schedule_id}"


@get("/jadwal/{schedule_id:uuid}/daftar-hadir.pdf", opt=READ, sync_to_thread=True)
def attendance(request: Request[Any, Any, Any], schedule_id: FromPath[UUID]) -> Response[bytes]:
    """The attendance list of a day (`?hari=`), else of today or the first day.

    Raises:
        NotFound: the schedule has no such day.
    """
    scope, today = request.user.scope, today_of(request)
    asked = Asked(request).one("hari")
    with request.app.state.database.read() as conn:
        plan = store.schedule(conn, scope, schedule_id)
        days = days_of(plan.first_day, plan.last_day)
        day = words.parse_date(asked) if asked else today if today in days else plan.first_day
        if day not in days:
            raise NotFound("scheduling.no_such_day", day=asked)
        body, scheme, venue, _lsp = heads(conn, plan)
        booked = store.assignments(conn, scope, schedule_id)
        rows = [row for row in booked if row.held_on == day]
        signed = assessments.signed_days(conn, schedule_id)
        candidates = expected_on(day, store.candidates(conn, scope, schedule_id), booked, signed)
        assessors = signatories(conn, rows, [one for one in signed if one.touches([day])])
    form = forms.AttendanceForm(
        body=body,
        scheme=scheme,
        venue=venue,
        title=plan.title,
        day=day,
        candidates=tuple(
            forms.AttendanceRow(name=row.name, nisn=row.nisn, school=row.school_name, klass=row.rombel)
            for row in candidates
        ),
        assessors=assessors,
        page_url=page_url(request, plan.id),
        made_at=local(clock.now(), plan.zone),
    )
    return pdf_answer(pdf.attendance_list(form), f"daftar-hadir-{day.isoformat()}.pdf")


@get("/jadwal/{schedule_id:uuid}/berita-acara.pdf", opt=READ, sync_to_thread=True)
def minutes(request: Request[Any, Any, Any], schedule_id: FromPath[UUID]) -> Response[bytes]:
    """The minutes of a schedule with what is signed so far."""
    scope: Scope = request.user.scope
    with request.app.state.database.read() as conn:
        plan = store.schedule(conn, scope, schedule_id)
        body, scheme, venue, lsp = heads(conn, plan)
        rows = [row for row in store.assignments(conn, scope, schedule_id) if row.state == "confirmed"]
        candidates = store.candidates(conn, scope, schedule_id)
        records = assessments.records(conn, whole_schedule(scope), schedule_id=schedule_id, limit=5000)
        assessors = signatories(conn, rows, assessments.signed_days(conn, schedule_id))
    # A part that leaves the rest to a colleague says who was there; the one that ends the attempt goes before it.
    held = {each.attempt_id: each for each in sorted(filter(_in_force, records), key=_ends)}
    form = forms.MinutesForm(
        body=body,
        scheme=scheme,
        venue=venue,
        number=None,
        first_day=plan.first_day,
        last_day=plan.last_day,
        place=lsp.region.removeprefix("Kota ").removeprefix("Kabupaten "),
        signed_on=plan.last_day,
        candidates=tuple(_row(row, held.get(row.attempt_id)) for row in candidates),
        assessors=assessors,
        page_url=page_url(request, plan.id),
        acknowledged_by=forms.Official(name=lsp.head_name or "", title=_("Ketua {lsp}").format(lsp=lsp.name)),
        made_at=local(clock.now(), plan.zone),
    )
    return pdf_answer(pdf.minutes(form), "berita-acara.pdf")


def _in_force(row: assessments.RecordRow) -> bool:
    """Whether a record is in force, or contested."""
    return row.replaced_by is None and row.annulled_at is None


def _ends(row: assessments.RecordRow) -> bool:
    """Whether a record says how the attempt ended."""
    return row.outcome != "assessed" or row.recommendation is not None


def _row(candidate: store.Candidate, record: assessments.RecordRow | None) -> forms.MinutesRow:
    note = None
    if record is not None and record.state == "contested":
        note = _("Dipersoalkan")
    elif record is not None and record.origin == "paper":
        note = _("Dari berkas kertas")
    return forms.MinutesRow(
        # As signed, whatever the register says today.
        name=record.student_name if record else candidate.name,
        nisn=record.nisn if record else candidate.nisn,
        school=candidate.school_name,
        klass=candidate.rombel,
        outcome=cast("forms.Outcome | None", record.outcome if record else None),
        recommendation=cast("forms.Result | None", record.recommendation if record else None),
        note=note,
    )


HANDLERS = [attendance, minutes]
