"""Decrees: appointments of assessors (SK pengangkatan), one decree for many people, and their ends."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, MultipartBody, URLEncodedBody
from litestar.response import Template
from pydantic import Field as Default

from assessor_registry import clock
from assessor_registry.accounts.rules import PROVINCE, Permission, Scope
from assessor_registry.assessors import store as assessors
from assessor_registry.consequences import actions as consequences
from assessor_registry.consequences.actions import Followed
from assessor_registry.db.engine import Connection
from assessor_registry.errors import InvalidInput, NotFound
from assessor_registry.reports import decrees
from assessor_registry.reports.lookup import by_numbers
from assessor_registry.validity import actions, store
from assessor_registry.web.attached import attached_file
from assessor_registry.web.download import sheet_answer
from assessor_registry.web.forms import Day, Form, Ids, Input, MaybeId, MaybeText, Text
from assessor_registry.web.guards import needs
from assessor_registry.web.pages import circulars, sanctions
from assessor_registry.web.pages.touched import lapsed_shown
from assessor_registry.web.render import page
from assessor_registry.web.sheets import Field, Listed, Sheet, Weighed, decree_file, said, show, weigh
from assessor_registry.web.today import today_of
from assessor_registry.words import gettext as _
from assessor_registry.words import long_date

READ = needs(Permission.VALIDITY_READ)
APPOINT = needs(Permission.VALIDITY_APPOINT)
MOST = 1000


class NewDecree(Input):
    """An appointment decree; the people are ticked, pasted as registration numbers, or both."""

    number: Text
    decided_on: Day
    first_day: Day
    last_day: Day
    assessor_ids: Ids = Default(default_factory=list)
    numbers: MaybeText = None
    file_id: MaybeId = None


class EndAppointment(Input):
    """The last day of one person's appointment, and why."""

    ended_on: Day
    reason: Text


@get("/surat", opt=READ, sync_to_thread=True)
def decree_list(request: Request[Any, Any, Any]) -> Template:
    """The appointment decrees within one's scope."""
    with request.app.state.database.read() as conn:
        found = decrees.appointment_decrees(conn, request.user.scope)
    return page(
        request,
        "ground/decrees.html",
        decrees=found,
        today=today_of(request),
        may_appoint=request.user.may(Permission.VALIDITY_APPOINT),
        said=said(request, saved=_("Surat keputusan sudah disimpan.")),
    )


@get("/surat.xlsx", opt=READ, sync_to_thread=True)
def list_file(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The same list as a workbook."""
    with request.app.state.database.read() as conn:
        found = decrees.appointment_decrees(conn, request.user.scope)
    heads = ((_("Nomor"), 32), (_("LSP"), 40), (_("Ditetapkan"), 20), (_("Mulai"), 20), (_("Sampai dengan"), 20),
             (_("Asesor"), 10), (_("Diakhiri"), 10))  # fmt: skip
    rows = [(row.number, row.lsp, row.decided_on, row.first_day, row.last_day, row.people, row.ended) for row in found]
    return sheet_answer(_("SK pengangkatan"), heads, rows, "sk-pengangkatan.xlsx")


@get("/surat/pengangkatan/{decree_id:uuid}", opt=READ, sync_to_thread=True)
def decree_page(request: Request[Any, Any, Any], decree_id: FromPath[UUID]) -> Template:
    """One decree with everyone it names."""
    today, scope = today_of(request), request.user.scope
    with request.app.state.database.read() as conn:
        decree = next(iter(decrees.appointment_decrees(conn, scope, decree_id=decree_id)), None)
        if decree is None:
            raise NotFound("validity.no_such_appointment")
        rows = store.appointments(conn, decree_id=decree_id)
        people = assessors.details(conn, scope, [row.assessor_id for row in rows], today)
        active = store.active_on(conn, list(people), today)
    named = [(row, people[row.assessor_id]) for row in rows if row.assessor_id in people]
    return page(
        request,
        "ground/decree.html",
        decree=decree,
        named=sorted(named, key=lambda pair: pair[1].name.casefold()),
        active=active,
        today=today,
        may_appoint=request.user.may(Permission.VALIDITY_APPOINT),
        said=said(request, saved=_("Surat keputusan sudah disimpan."), ended=_("Pengangkatan sudah diakhiri.")),
    )


@get("/surat/pengangkatan/{decree_id:uuid}/berkas", opt=READ, sync_to_thread=True)
def attached(request: Request[Any, Any, Any], decree_id: FromPath[UUID]) -> Response[bytes]:
    """The file of an appointment decree, for whoever sees the decree."""
    with request.app.state.database.read() as conn:
        decree = next(iter(decrees.appointment_decrees(conn, request.user.scope, decree_id=decree_id)), None)
        if decree is None:
            raise NotFound("validity.no_such_appointment")
        return attached_file(request, conn, decree.file_id)


def _new_sheet(request: Request[Any, Any, Any]) -> Sheet:
    today = today_of(request)
    with request.app.state.database.read() as conn:
        found = assessors.search(conn, request.user.scope, today, ended=False, size=MOST)
        active = store.active_on(conn, [row.id for row in found.rows], today)
    people = tuple((str(row.id), _described(row, row.id in active)) for row in found.rows)
    fields = (
        Field("number", _("Nomor surat keputusan")),
        Field("decided_on", _("Tanggal surat keputusan"), type="date"),
        Field("first_day", _("Berlaku mulai"), type="date"),
        Field("last_day", _("Sampai dengan"), type="date"),
        Field("assessor_ids", _("Asesor yang diangkat"), type="ticks", required=False, options=people,
              hint=_("Asesor yang bertugas di sekolah induk dan jejaring, atau pernah diangkat.")),
        Field("numbers", _("Asesor lain, tempel nomor MET"), type="area", required=False,
              hint=_("Satu nomor per baris, ejaan apa pun, misalnya MET.000.004772 2024.")),
        decree_file(request),
    )  # fmt: skip
    intro = _("Satu surat keputusan untuk banyak asesor. Pengangkatan tidak memperpanjang masa aktif asesor.")
    return Sheet(_("Catat SK pengangkatan asesor"), "/surat", _("Surat dan keputusan"), fields, _("Periksa"), intro)


def _described(row: assessors.AssessorRow, active: bool) -> str:
    parts = [row.name, row.registration.canonical if row.registration else "", row.school or ""]
    text = " · ".join(part for part in parts if part)
    return text if active else _("{person} (tidak aktif hari ini)").format(person=text)


def _people(conn: Connection, given: NewDecree) -> list[UUID]:
    """Whom a decree names.

    Raises:
        InvalidInput: a pasted line names nobody, or several; or nobody is named.
    """
    pasted = by_numbers(conn, (given.numbers or "").replace(";", "\n").splitlines())
    if pasted.unclear:
        raise InvalidInput("web.numbers_unclear", field="numbers", numbers="; ".join(pasted.unclear[:20]))
    people = list(dict.fromkeys([*given.assessor_ids, *pasted.ids]))
    if not people:
        raise InvalidInput("validity.nobody_named", field="assessor_ids")
    return people


def _named(conn: Connection, scope: Scope, people: Sequence[UUID], active: Collection[UUID], today: date) -> Listed:
    """Whom a decree names. A number names its holder to whoever has it, so that a slip of the pen is seen here."""
    found, seen = assessors.details(conn, PROVINCE, people, today), assessors.details(conn, scope, people, today)
    rows = [
        (one.name, one.registration.canonical if one.registration else "–",
         (one.school if one.id in seen else None) or "–",
         _("aktif") if one.id in active else _("tidak aktif"))
        for one in sorted(found.values(), key=lambda one: (one.name.casefold(), one.id))
    ]  # fmt: skip
    heads = ((_("Nama"), 34), (_("No. Reg. MET"), 24), (_("Sekolah"), 30), (_("Hari pertama SK"), 16))
    return Listed(_("Asesor yang diangkat"), heads, rows)


@get("/surat/pengangkatan/baru", opt=APPOINT, sync_to_thread=True)
def new_decree_form(request: Request[Any, Any, Any]) -> Template:
    """The form for an appointment decree."""
    return show(request, _new_sheet(request))


@post("/surat/pengangkatan/baru", opt=APPOINT, sync_to_thread=True, status_code=200)
def new_decree(request: Request[Any, Any, Any], data: MultipartBody[Form]) -> Response[Any]:
    """Show whom the decree names, then enter it."""

    def weighed(given: NewDecree) -> Weighed:
        request.app.state.database.rehearse(lambda tx: act(tx, given))
        with request.app.state.database.read() as conn:
            people = _people(conn, given)
            active = store.active_on(conn, people, given.first_day)
            listed = _named(conn, request.user.scope, people, active, today_of(request))
        idle = len(people) - len(active)
        notes = (_("Yang tidak aktif tetap dapat diangkat, tetapi tidak dapat ditugaskan sampai aktif lagi."),)
        return Weighed(
            ((_("Asesor diangkat"), str(len(people))), (_("Tidak aktif pada hari pertama"), str(idle))),
            notes if idle else (),
            (listed,),
        )

    def act(tx: Connection, given: NewDecree) -> dict[str, Any]:
        made = actions.appoint(
            tx, request.user, request.user.scope.id, number=given.number, decided_on=given.decided_on,
            first_day=given.first_day, last_day=given.last_day, assessor_ids=_people(tx, given), now=clock.now(),
            file_id=given.file_id,
        )  # fmt: skip
        return {"id": str(made)}

    to = "/surat/pengangkatan/{id}?ok=saved"
    return weigh(
        request, data, lambda: _new_sheet(request), NewDecree, weighed, act, lambda answer: to.format(**answer)
    )


def _end_sheet(request: Request[Any, Any, Any], appointment_id: UUID) -> tuple[Sheet, store.Appointment]:
    with request.app.state.database.read() as conn:
        row = store.find_appointment(conn, appointment_id)
        person = assessors.get(conn, request.user.scope, row.assessor_id, today_of(request)) if row else None
        if row is None or person is None or row.lsp_id != request.user.scope.id:
            raise NotFound("validity.no_such_appointment")
    facts = (
        (_("Asesor"), person.name),
        (_("Surat keputusan"), row.number),
        (_("Berlaku sampai"), long_date(row.last_day)),
    )
    fields = (Field("ended_on", _("Hari terakhir"), type="date"), Field("reason", _("Alasan")))
    title = _("Akhiri pengangkatan")
    return Sheet(title, f"/surat/pengangkatan/{row.decree_id}", row.number, fields, _("Periksa"), facts=facts,
                 risk=True), row  # fmt: skip


@get("/surat/pengangkatan/orang/{appointment_id:uuid}", opt=APPOINT, sync_to_thread=True)
def end_appointment_form(request: Request[Any, Any, Any], appointment_id: FromPath[UUID]) -> Template:
    """The form for the end of one person's appointment."""
    return show(request, _end_sheet(request, appointment_id)[0])


@post("/surat/pengangkatan/orang/{appointment_id:uuid}", opt=APPOINT, sync_to_thread=True, status_code=200)
def end_appointment(
    request: Request[Any, Any, Any], appointment_id: FromPath[UUID], data: URLEncodedBody[Form]
) -> Response[Any]:
    """Show what comes after the last day, then end the appointment and settle it."""
    sheet, row = _end_sheet(request, appointment_id)

    def weighed(given: EndAppointment) -> Weighed:
        return lapsed_shown(request, request.app.state.database.rehearse(lambda tx: end(tx, given)))

    def end(tx: Connection, given: EndAppointment) -> Followed:
        return consequences.end_appointment(
            tx, request.user, appointment_id, ended_on=given.ended_on, reason=given.reason, now=clock.now()
        )

    def act(tx: Connection, given: EndAppointment) -> None:
        end(tx, given)

    to = f"/surat/pengangkatan/{row.decree_id}?ok=ended"
    return weigh(request, data, sheet, EndAppointment, weighed, act, to)


HANDLERS = [
    decree_list, list_file, decree_page, attached, new_decree_form, new_decree, end_appointment_form, end_appointment,
    *circulars.HANDLERS, *sanctions.HANDLERS,
]  # fmt: skip
