"""Pupils (peserta didik) by school and class, one with the results, and which class is assessed on which scheme."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template

from assessor_registry import clock
from assessor_registry.accounts.rules import Permission
from assessor_registry.db.engine import Connection
from assessor_registry.errors import NotFound
from assessor_registry.institutions import store as institutions
from assessor_registry.reports import results
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.scheduling import store as plans
from assessor_registry.students import actions as people
from assessor_registry.students import store
from assessor_registry.web.download import MOST_IN_A_FILE, sheet_answer
from assessor_registry.web.forms import Form, Input, Text, read, submit
from assessor_registry.web.guards import needs
from assessor_registry.web.listing import Asked
from assessor_registry.web.moments import said_days
from assessor_registry.web.once import once
from assessor_registry.web.pages.schedule_plans import own_lsp, version_choices
from assessor_registry.web.render import page
from assessor_registry.web.said import done, said
from assessor_registry.web.today import today_of
from assessor_registry.words import gettext as _

READ = needs(Permission.STUDENTS_READ)
WRITE = needs(Permission.SCHEDULING_WRITE)
SIZE = 50


class Reveal(Input):
    """Why someone needs to see a NIK."""

    reason: Text


class ClassScheme(Input):
    """On which scheme version a class is assessed."""

    school: UUID
    rombel: Text
    scheme_version: UUID


def found_by(conn: Connection, request: Request[Any, Any, Any], asked: Asked, *, size: int, at: int) -> store.Page:
    """The pupils that the address asks for."""
    return store.list_students(
        conn,
        request.user.scope,
        today_of(request),
        school_id=asked.id("sekolah"),
        rombel=asked.one("kelas") or None,
        q=asked.one("q")[:200],
        missing=True if asked.one("hilang") else None,
        page=at,
        size=size,
    )


@get("/siswa", opt=READ, sync_to_thread=True)
def student_list(request: Request[Any, Any, Any]) -> Template:
    """The pupils that one sees, by school and class."""
    asked, scope, today = Asked(request), request.user.scope, today_of(request)
    school_id = asked.id("sekolah")
    with request.app.state.database.read() as conn:
        found = found_by(conn, request, asked, size=SIZE, at=asked.page)
        schools = institutions.list_schools(conn, scope, today)
        classes = store.list_classes(conn, scope, today, school_id=school_id) if school_id or len(schools) == 1 else []
        missing = store.list_students(conn, scope, today, school_id=school_id, missing=True, size=1).total
    return page(
        request,
        "students/list.html",
        found=found,
        schools=schools,
        classes=[each.rombel for each in classes if each.rombel],
        missing=missing,
        asked=asked,
        size=SIZE,
        may_map=request.user.may(Permission.SCHEDULING_WRITE),
        may_import=request.user.may(Permission.STUDENTS_IMPORT),
    )


@get("/siswa.xlsx", opt=READ, sync_to_thread=True)
def student_file(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The same list, with its filters, as a workbook; without NIK."""
    with request.app.state.database.read() as conn:
        found = found_by(conn, request, Asked(request), size=MOST_IN_A_FILE, at=1)
    heads = (
        (_("Nama"), 32), (_("NISN"), 14), (_("NIPD"), 14), (_("L/P"), 6), (_("Sekolah"), 32), (_("Kelas"), 16),
        (_("Tidak ada dalam daftar terbaru sejak"), 24),
    )  # fmt: skip
    rows = [
        (each.name, each.nisn, each.nipd, each.sex, each.school, each.rombel, each.missing_since)
        for each in found.rows
    ]  # fmt: skip
    return sheet_answer(_("Peserta didik"), heads, rows, "peserta-didik.xlsx")


@get("/siswa/{student_id:uuid}", opt=READ, sync_to_thread=True)
def student_page(request: Request[Any, Any, Any], student_id: FromPath[UUID]) -> Template:
    """One pupil with every attempt and its result."""
    return shown(request, student_id)


def shown(request: Request[Any, Any, Any], student_id: UUID, **context: Any) -> Template:
    """The page of one pupil."""
    with request.app.state.database.read() as conn:
        person = store.get(conn, request.user.scope, student_id, today_of(request))
        if person is None:
            raise NotFound("web.not_found")
        tries = results.tries(conn, request.user.scope, student_id)
    return page(
        request,
        "students/one.html",
        **{"person": person, "tries": tries, "said_days": said_days, "nik": None, **context},
    )


@post("/siswa/{student_id:uuid}/nik", opt=needs(Permission.STUDENTS_REVEAL), sync_to_thread=True, status_code=200)
def reveal(request: Request[Any, Any, Any], student_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Response[Any]:
    """Show a pupil's NIK: the trail has it before the page does."""

    def act() -> Any:
        nik = people.reveal_nik(
            request.app.state.database, request.user, request.app.state.secrecy, student_id, read(Reveal, data).reason,
            clock.now(), today=today_of(request),
        )  # fmt: skip
        return shown(request, student_id, nik=nik or _("tidak ada"))

    answer: Response[Any] = submit(data, act, lambda **context: shown(request, student_id, **context))
    return answer


# --- Which class is assessed on which scheme ---------------------------------------------------------------------


def class_page(request: Request[Any, Any, Any], **context: Any) -> Template:
    """The classes of the LSP's schools with their schemes."""
    lsp_id = own_lsp(request)
    with request.app.state.database.read() as conn:
        classes = [
            each for each in store.list_classes(conn, request.user.scope, today_of(request)) if each.rombel
        ]  # fmt: skip
        mapped = plans.class_schemes(conn, lsp_id)
        versions = version_choices(conn, lsp_id)
    return page(
        request,
        "students/classes.html",
        **{"classes": classes, "mapped": mapped, "versions": versions, "said": said(request), **context},
    )


@get("/siswa/kelas", opt=WRITE, sync_to_thread=True)
def class_list(request: Request[Any, Any, Any]) -> Template:
    """The classes of the LSP's schools with their schemes, to be changed."""
    return class_page(request)


@post("/siswa/kelas", opt=WRITE, sync_to_thread=True, status_code=200)
def map_class(request: Request[Any, Any, Any], data: URLEncodedBody[Form]) -> Response[Any]:
    """Say on which scheme version a class is assessed."""

    def act() -> Response[Any]:
        given, lsp_id = read(ClassScheme, data), own_lsp(request)

        def write(tx: Connection) -> dict[str, Any]:
            groups = store.list_classes(tx, request.user.scope, today_of(request), school_id=given.school)
            if all(each.rombel != given.rombel for each in groups):
                raise NotFound("scheduling.no_class", field="rombel", rombel=given.rombel)
            scheduling.map_class(
                tx,
                request.user,
                lsp_id=lsp_id,
                school_id=given.school,
                rombel=given.rombel,
                scheme_version_id=given.scheme_version,
                now=clock.now(),
            )
            return {}

        once(request, data, write)
        return done("/siswa/kelas", "dipetakan")

    answer: Response[Any] = submit(data, act, lambda **context: class_page(request, **context))
    return answer


HANDLERS: list[Any] = [student_list, student_file, student_page, reveal, class_list, map_class]
