"""Schools: found by name or NPSN; those that only a list has named are confirmed or merged into the right one."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template

from assessor_registry import clock
from assessor_registry.accounts.rules import Permission
from assessor_registry.consequences import actions as consequences
from assessor_registry.db.engine import Connection
from assessor_registry.errors import NotFound
from assessor_registry.institutions import actions, store
from assessor_registry.web.download import sheet_answer
from assessor_registry.web.forms import Form, Input, MaybeText, Text
from assessor_registry.web.guards import needs
from assessor_registry.web.listing import Asked
from assessor_registry.web.pages import school_settling
from assessor_registry.web.pages.lsp_forms import school_options
from assessor_registry.web.render import page
from assessor_registry.web.sheets import Field, Sheet, said, send, show
from assessor_registry.web.today import today_of
from assessor_registry.words import gettext as _

READ = needs(Permission.INSTITUTIONS_READ)
LICENSE = needs(Permission.INSTITUTIONS_LICENSE)
SIZE = 100


class SchoolInput(Input):
    """A school as the division knows it."""

    name: Text
    npsn: MaybeText = None
    region_code: MaybeText = None


class Into(Input):
    """The school that was meant."""

    into_id: UUID


@get("/lembaga/sekolah", opt=READ, sync_to_thread=True)
def school_list(request: Request[Any, Any, Any]) -> Template:
    """The schools; provisional ones on top."""
    asked, scope, today = Asked(request), request.user.scope, today_of(request)
    q, region = asked.one("q")[:200], asked.one("region") or None
    with request.app.state.database.read() as conn:
        waiting = store.list_schools(conn, scope, today, q=q, region=region, state="provisional")
        known = store.list_schools(conn, scope, today, q=q, region=region, state="confirmed")
        regions = store.list_regions(conn)
    start = (asked.page - 1) * SIZE
    return page(
        request,
        "ground/schools.html",
        waiting=waiting if asked.page == 1 else [],
        schools=known[start : start + SIZE],
        total=len(known),
        size=SIZE,
        q=q,
        region=region,
        regions=regions,
        asked=asked,
        may_write=request.user.may(Permission.INSTITUTIONS_LICENSE),
        may_import=request.user.may(Permission.INSTITUTIONS_LICENSE) and request.user.may(Permission.STUDENTS_IMPORT),
        said=said(
            request,
            saved=_("Sekolah sudah disimpan."),
            merged=_("Sekolah sudah digabungkan."),
            settled=_("Sekolah yang dipilih sudah dikonfirmasi atau digabungkan."),
        ),
    )


@get("/lembaga/sekolah.xlsx", opt=READ, sync_to_thread=True)
def school_file(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The same list, with its filters, as a workbook."""
    asked = Asked(request)
    q, region = asked.one("q")[:200], asked.one("region") or None
    with request.app.state.database.read() as conn:
        found = store.list_schools(conn, request.user.scope, today_of(request), q=q, region=region)
    states = {"confirmed": _("dikonfirmasi"), "provisional": _("perlu dikonfirmasi")}
    heads = ((_("Nama"), 44), (_("NPSN"), 14), (_("Kabupaten/kota"), 26), (_("Keadaan"), 20))
    rows = [(row.name, row.npsn, row.region, states[row.state]) for row in found]
    return sheet_answer(_("Sekolah"), heads, rows, "sekolah.xlsx")


def _region_options(conn: Connection) -> tuple[tuple[str, str], ...]:
    return tuple((row.code, row.name) for row in store.list_regions(conn))


def _fields(conn: Connection, school: store.School | None) -> tuple[Field, ...]:
    return (
        Field("name", _("Nama sekolah"), value=school.name if school else None),
        Field("npsn", _("NPSN"), required=False, inputmode="numeric", hint=_("8 angka."),
              value=school.npsn if school else None),
        Field("region_code", _("Kabupaten/kota"), type="select", required=False, options=_region_options(conn),
              empty=_("Belum diketahui"), value=school.region_code if school else None),
    )  # fmt: skip


def _sheet(request: Request[Any, Any, Any], school_id: UUID | None, *, merge: bool = False) -> Sheet:
    with request.app.state.database.read() as conn:
        school = _found(request, conn, school_id) if school_id else None
        if merge and school:
            others = tuple(each for each in school_options(conn, request) if each[0] != str(school.id))
            fields: tuple[Field, ...] = (
                Field("into_id", _("Gabungkan ke"), type="select", options=others, empty=_("Pilih sekolah yang benar")),
            )
            intro = _("Semua yang tercatat untuk sekolah ini dipindahkan ke sekolah yang dipilih. Nama lama tetap "
                      "dikenali bila muncul lagi dalam daftar.")  # fmt: skip
            facts = ((_("Tertulis dalam daftar"), school.name), (_("Kabupaten/kota"), school.region or "–"))
            return Sheet(_("Gabungkan sekolah"), "/lembaga/sekolah", _("Sekolah"), fields, _("Gabungkan"), intro,
                         facts, risk=True)  # fmt: skip
        fields = _fields(conn, school)
    if school is None:
        return Sheet(_("Tambah sekolah"), "/lembaga/sekolah", _("Sekolah"), fields, _("Simpan"))
    if school.state == "confirmed":
        return Sheet(_("Ubah sekolah"), "/lembaga/sekolah", _("Sekolah"), fields, _("Simpan"))
    intro = _("Periksa nama, lalu isi NPSN dan kabupaten/kotanya.")
    return Sheet(_("Konfirmasi sekolah"), "/lembaga/sekolah", _("Sekolah"), fields, _("Konfirmasi"), intro)


def _found(request: Request[Any, Any, Any], conn: Connection, school_id: UUID) -> store.School:
    found = store.get_school(conn, request.user.scope, school_id, today_of(request))
    if found is None or found.state == "merged":
        raise NotFound("institutions.not_found")
    return found


@get("/lembaga/sekolah/baru", opt=LICENSE, sync_to_thread=True)
def new_school_form(request: Request[Any, Any, Any]) -> Template:
    """The form for a school."""
    return show(request, _sheet(request, None))


@post("/lembaga/sekolah/baru", opt=LICENSE, sync_to_thread=True, status_code=200)
def new_school(request: Request[Any, Any, Any], data: URLEncodedBody[Form]) -> Response[Any]:
    """Add a school."""

    def act(tx: Connection, given: SchoolInput) -> None:
        actions.add_school(tx, request.user, given.name, given.npsn, given.region_code, clock.now())

    return send(request, data, lambda: _sheet(request, None), SchoolInput, act, "/lembaga/sekolah?ok=saved")


@get("/lembaga/sekolah/{school_id:uuid}", opt=LICENSE, sync_to_thread=True)
def confirm_form(request: Request[Any, Any, Any], school_id: FromPath[UUID]) -> Template:
    """The form to confirm a provisional school, or to correct a confirmed one."""
    return show(request, _sheet(request, school_id))


@post("/lembaga/sekolah/{school_id:uuid}", opt=LICENSE, sync_to_thread=True, status_code=200)
def confirm(request: Request[Any, Any, Any], school_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Response[Any]:
    """Confirm or correct a school."""

    def act(tx: Connection, given: SchoolInput) -> None:
        consequences.confirm_school(tx, request.user, school_id, clock.now(), **given.model_dump())

    return send(request, data, lambda: _sheet(request, school_id), SchoolInput, act, "/lembaga/sekolah?ok=saved")


@get("/lembaga/sekolah/{school_id:uuid}/gabung", opt=LICENSE, sync_to_thread=True)
def merge_form(request: Request[Any, Any, Any], school_id: FromPath[UUID]) -> Template:
    """The form to merge a provisional school into another."""
    return show(request, _sheet(request, school_id, merge=True))


@post("/lembaga/sekolah/{school_id:uuid}/gabung", opt=LICENSE, sync_to_thread=True, status_code=200)
def merge(request: Request[Any, Any, Any], school_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Response[Any]:
    """Merge it: everything that names it names the other from now on."""

    def act(tx: Connection, given: Into) -> None:
        consequences.merge_school(tx, request.user, school_id, given.into_id, clock.now())

    return send(request, data, lambda: _sheet(request, school_id, merge=True), Into, act, "/lembaga/sekolah?ok=merged")


HANDLERS = [
    school_list, school_file, new_school_form, new_school, confirm_form, confirm, merge_form, merge,
    *school_settling.HANDLERS,
]  # fmt: skip
