"""The register of assessors: the list with its filters, and one assessor with everything that decides."""

from datetime import date
from io import BytesIO
from typing import Any, get_args
from uuid import UUID

from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template

from assessor_registry import clock, words
from assessor_registry.accounts.rules import Permission, Scope
from assessor_registry.assessments import store as assessments
from assessor_registry.assessors import actions as people
from assessor_registry.assessors import store as assessors
from assessor_registry.errors import NotFound
from assessor_registry.institutions import store as institutions
from assessor_registry.printing import workbook
from assessor_registry.reports import register, todo
from assessor_registry.schemes import store as schemes
from assessor_registry.validity import store as validity
from assessor_registry.validity.rules import Band
from assessor_registry.web.forms import Form, Input, Text, read
from assessor_registry.web.guards import needs
from assessor_registry.web.labels import band_name, reason_name
from assessor_registry.web.listing import Asked
from assessor_registry.web.pages import assessor_forms, technical_forms
from assessor_registry.web.render import page
from assessor_registry.web.sheets import said
from assessor_registry.web.today import Today, day_of, today_of
from assessor_registry.words import gettext as _

MOST_IN_A_FILE = 20_000


class Reveal(Input):
    """Why someone needs to see a NIK."""

    reason: Text


def question_of(asked: Asked) -> register.Question:
    """What the address asks for; what is unknown in it is left out."""
    wanted = asked.all("status")
    bands: tuple[Band, ...] = get_args(Band)
    statuses = tuple(each for each in bands if each in wanted)
    return register.Question(asked.one("q")[:200], statuses, asked.one("region") or None, asked.id("scheme"))


def until(day: Today, asked: Asked) -> date:
    """Up to when active people count as *ending*: soon, or (`batas=musim`, as on the first page) before the season."""
    return day.until(by_season=asked.one("batas") == "musim")


@get("/asesor", opt=needs(Permission.REPORTS_READ), sync_to_thread=True)
def assessor_list(request: Request[Any, Any, Any]) -> Template:
    """The register, those who end first on top."""
    asked = Asked(request)
    question = question_of(asked)
    with request.app.state.database.read() as conn:
        day = day_of(conn, today_of(request))
        found = register.listed(conn, request.user.scope, day.today, until(day, asked), question, page=asked.page)
        regions = institutions.list_regions(conn)
        known = schemes.list_schemes(conn)
    return page(
        request,
        "assessors/list.html",
        question=question,
        found=found,
        regions=regions,
        schemes=known,
        asked=asked,
        season=day.season if asked.one("batas") == "musim" else None,
        size=register.PAGE,
        bands=[(band, band_name(band)) for band in get_args(Band)],
    )


@get("/asesor.xlsx", opt=needs(Permission.REPORTS_READ), sync_to_thread=True)
def assessor_file(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The same list, with its filters, as a workbook."""
    asked = Asked(request)
    with request.app.state.database.read() as conn:
        day = day_of(conn, today_of(request))
        found = register.listed(
            conn, request.user.scope, day.today, until(day, asked), question_of(asked), size=MOST_IN_A_FILE
        )
    heads = [
        workbook.Column(_("Nama"), 34),
        workbook.Column(_("No. Reg. MET"), 24),
        workbook.Column(_("Sekolah"), 30),
        workbook.Column(_("Kabupaten/kota"), 22),
        workbook.Column(_("Status")),
        workbook.Column(_("Hari terakhir")),
    ]
    rows = [
        (line.name, line.registration, line.school, line.region, band_name(line.band), line.last_day)
        for line in found.lines
    ]
    return as_file(workbook.write([workbook.SheetOut(_("Asesor"), heads, rows)]), "asesor.xlsx")


def as_file(content: bytes, name: str) -> Response[bytes]:
    """An answer that the browser keeps as a file; `name` holds no personal data."""
    return Response(
        BytesIO(content).getvalue(),
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"},
    )


def shown(request: Request[Any, Any, Any], assessor_id: UUID, **context: Any) -> Template:
    """One assessor's page."""
    scope, places = request.user.scope, request.app.state.places
    with request.app.state.database.read() as conn:
        day = day_of(conn, today_of(request))
        person = assessors.get(conn, scope, assessor_id, day.today)
        if person is None:
            raise NotFound("assessors.not_found")
        keeps = bool(assessors.keeps(conn, scope, [assessor_id], day.today))
        lsp_id = scope.id if scope.kind == "lsp" else None
        standing = validity.standing(conn, assessor_id, day.today, lsp_id=lsp_id)
        certificates = validity.certificates(conn, [assessor_id])
        circulars = validity.extensions_over(conn, assessor_id)
        technicals = validity.technicals(conn, [assessor_id])
        appointments = validity.appointments(conn, [assessor_id])
        sanctions = validity.sanctions(conn, [assessor_id])
        titles = {row.scheme.id: row.scheme.title for row in schemes.list_schemes(conn)}
        todos, _count = todo.open_todos(conn, scope, day.today, subject_id=assessor_id)
        records = assessments.records(conn, scope, assessor_id=assessor_id, limit=20)
    return page(
        request,
        "assessors/one.html",
        person=person,
        keeps=keeps,
        day=day,
        standing=standing,
        certificates=certificates,
        circulars=circulars,
        technicals=technicals,
        appointments=appointments,
        sanctions=sanctions,
        titles=titles,
        lsp_names={each.lsp_id: places.of(Scope("lsp", str(each.lsp_id))) for each in appointments},
        lists=request.user.may(Permission.REPORTS_READ),
        results=request.user.may(Permission.ASSESSMENTS_READ),
        todos=todos,
        records=records,
        may_write=keeps and request.user.may(Permission.ASSESSORS_WRITE),
        may_decree=request.user.may(Permission.VALIDITY_DECREE),
        ended_because=reason_name(person.ended_reason or ""),
        said=said(
            request,
            saved=_("Sudah disimpan."),
            technical=_("Kompetensi teknis sudah dicatat."),
            ended=_("Sudah dicatat: tidak lagi menguji."),
            back=_("Sudah dicatat: bertugas lagi."),
        ),
        **{"nik": None, **context},
    )


@get("/asesor/{assessor_id:uuid}", opt=needs(Permission.ASSESSORS_READ), sync_to_thread=True)
def assessor_page(request: Request[Any, Any, Any], assessor_id: FromPath[UUID]) -> Template:
    """One assessor: status of eligibility with every reason, certificates, competences, appointments, results."""
    return shown(request, assessor_id)


@post(
    "/asesor/{assessor_id:uuid}/nik",
    opt=needs(Permission.ASSESSORS_REVEAL),
    sync_to_thread=True,
    status_code=200,
    media_type=MediaType.HTML,
)
def reveal(request: Request[Any, Any, Any], assessor_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Template:
    """Show a NIK: the trail has it before the page does."""
    given = read(Reveal, data)
    nik = people.reveal_nik(
        request.app.state.database,
        request.user,
        request.app.state.secrecy,
        assessor_id,
        given.reason,
        now=clock.now(),
        today=today_of(request),
    )
    return shown(request, assessor_id, nik=nik or words.gettext("tidak ada"))


HANDLERS = [assessor_list, assessor_file, assessor_page, reveal, *assessor_forms.HANDLERS, *technical_forms.HANDLERS]
