"""Sanctions on an assessor: suspension, revocation, reinstatement, and the taking back of one entered by mistake."""

from typing import Any, Literal
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, MultipartBody
from litestar.response import Template

from assessor_registry import clock
from assessor_registry.accounts.rules import Permission
from assessor_registry.assessors import store as assessors
from assessor_registry.consequences import actions as consequences
from assessor_registry.db.engine import Connection
from assessor_registry.errors import NotFound
from assessor_registry.reports import decrees
from assessor_registry.validity import actions, store
from assessor_registry.validity.actions import Done, EndingDecree, NewSanction
from assessor_registry.web.attached import attached_file
from assessor_registry.web.download import MOST_IN_A_FILE, sheet_answer
from assessor_registry.web.forms import Day, Form, Input, MaybeDay, MaybeId, MaybeText, Text
from assessor_registry.web.guards import needs
from assessor_registry.web.labels import sanction_name
from assessor_registry.web.listing import Asked
from assessor_registry.web.pages.touched import followed_lines, followed_lists
from assessor_registry.web.render import page
from assessor_registry.web.sheets import Field, Sheet, Weighed, decree_file, said, show, weigh
from assessor_registry.web.today import today_of
from assessor_registry.words import gettext as _
from assessor_registry.words import long_date

READ = needs(Permission.VALIDITY_READ)
DECREE = needs(Permission.VALIDITY_DECREE)
SIZE = 50
FOUND = 20


class SanctionInput(Input):
    """A suspension or a revocation."""

    kind: Literal["suspension", "revocation"]
    certificate_id: MaybeId = None
    first_day: Day
    last_day: MaybeDay = None
    decree_number: Text
    decree_date: Day
    received_on: Day
    note: MaybeText = None
    file_id: MaybeId = None


class EndingInput(Input):
    """The decree that ends a sanction, or takes a row back."""

    first_day: Day
    decree_number: Text
    decree_date: Day
    received_on: Day
    note: MaybeText = None
    file_id: MaybeId = None


@get("/surat/sanksi", opt=READ, sync_to_thread=True)
def sanction_list(request: Request[Any, Any, Any]) -> Template:
    """The sanctions on assessors of one's scope, newest first."""
    asked = Asked(request)
    with request.app.state.database.read() as conn:
        lines, total = decrees.sanction_lines(
            conn, request.user.scope, today_of(request), limit=SIZE, offset=(asked.page - 1) * SIZE
        )  # fmt: skip
    return page(
        request,
        "ground/sanctions.html",
        lines=lines,
        total=total,
        size=SIZE,
        asked=asked,
        today=today_of(request),
        may_decree=request.user.may(Permission.VALIDITY_DECREE),
        said=said(request, saved=_("Keputusan sudah disimpan dan diterapkan.")),
    )


@get("/surat/sanksi.xlsx", opt=READ, sync_to_thread=True)
def sanction_file(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The same list as a workbook."""
    with request.app.state.database.read() as conn:
        lines, _total = decrees.sanction_lines(conn, request.user.scope, today_of(request), limit=MOST_IN_A_FILE)
    heads = ((_("Asesor"), 34), (_("Jenis"), 16), (_("Yang dikenai"), 18), (_("Surat keputusan"), 30),
             (_("Tanggal surat"), 20), (_("Mulai"), 20), (_("Sampai dengan"), 20), (_("Dipulihkan mulai"), 20),
             (_("Dibatalkan"), 12))  # fmt: skip
    rows = [
        (row.name, sanction_name(row.kind), _("semua sertifikat") if row.whole_person else _("satu sertifikat"),
         row.decree_number, row.decree_date, row.first_day, row.last_day, row.lifted_from, row.cancelled)
        for row in lines
    ]  # fmt: skip
    return sheet_answer(_("Sanksi"), heads, rows, "sanksi.xlsx")


@get("/surat/sanksi/baru", opt=DECREE, sync_to_thread=True)
def find_person(request: Request[Any, Any, Any]) -> Template:
    """Look for the assessor whom a sanction concerns, by name or registration number."""
    q = Asked(request).one("q")[:200]
    found: tuple[Any, ...] = ()
    with request.app.state.database.read() as conn:
        if q:
            found = assessors.search(conn, request.user.scope, today_of(request), q=q, size=FOUND).rows
    return page(request, "ground/sanction_person.html", q=q, found=found, most=FOUND)


def _person(request: Request[Any, Any, Any], conn: Connection, assessor_id: UUID) -> assessors.Assessor:
    person = assessors.get(conn, request.user.scope, assessor_id, today_of(request))
    if person is None:
        raise NotFound("validity.no_such_assessor")
    return person


def _person_facts(person: assessors.Assessor) -> tuple[tuple[str, str], ...]:
    number = person.registration.canonical if person.registration else "–"
    return (_("Asesor"), person.name), (_("No. Reg. MET"), number), (_("Sekolah"), person.school or "–")


def _new_sheet(request: Request[Any, Any, Any], assessor_id: UUID) -> Sheet:
    with request.app.state.database.read() as conn:
        person = _person(request, conn, assessor_id)
        certificates = tuple(
            (str(row.id), f"{row.number or _('tanpa nomor')}, {long_date(row.first_day)} – {long_date(row.last_day)}")
            for row in store.certificates(conn, [assessor_id])
        )
    kinds = tuple((kind, sanction_name(kind)) for kind in ("suspension", "revocation"))
    fields = (
        Field("kind", _("Jenis"), type="select", options=kinds),
        Field("certificate_id", _("Yang dikenai"), type="select", required=False, options=certificates,
              empty=_("Orangnya: semua sertifikat")),
        Field("first_day", _("Berlaku mulai"), type="date"),
        Field("last_day", _("Sampai dengan"), type="date", required=False,
              hint=_("Kosongkan bila sampai dipulihkan.")),
        *_decree_fields(request),
    )  # fmt: skip
    return Sheet(_("Catat sanksi"), "/surat/sanksi", _("Sanksi"), fields, _("Periksa"), facts=_person_facts(person),
                 risk=True)  # fmt: skip


def _decree_fields(request: Request[Any, Any, Any]) -> tuple[Field, ...]:
    return (
        Field("decree_number", _("Nomor surat keputusan")),
        Field("decree_date", _("Tanggal surat keputusan"), type="date"),
        Field("received_on", _("Diterima tanggal"), type="date"),
        Field("note", _("Catatan"), required=False),
        decree_file(request),
    )


def _weighed(request: Request[Any, Any, Any], assessor_id: UUID, act: Any, reason: str) -> Weighed:
    database, today = request.app.state.database, today_of(request)
    followed = consequences.preview(
        database, request.user, act, reason=reason, now=clock.now(), among=[assessor_id]
    )  # fmt: skip
    with database.read() as conn:
        lists = followed_lists(conn, request.user.scope, followed, today)
    told = (
        (followed.lost, _("Hari aktif berkurang.")),
        (followed.gained, _("Hari aktif bertambah.")),
        (not followed.lost and not followed.gained, _("Tidak ada hari aktif yang berubah.")),
    )
    return Weighed(followed_lines(followed)[1:], tuple(text for holds, text in told if holds), lists)


def _reason(kind: str, number: str) -> str:
    return _("{kind} dengan surat keputusan {number}").format(kind=sanction_name(kind), number=number)


@get("/surat/sanksi/baru/{assessor_id:uuid}", opt=DECREE, sync_to_thread=True)
def new_sanction_form(request: Request[Any, Any, Any], assessor_id: FromPath[UUID]) -> Template:
    """The form for a sanction on one assessor."""
    return show(request, _new_sheet(request, assessor_id))


@post("/surat/sanksi/baru/{assessor_id:uuid}", opt=DECREE, sync_to_thread=True, status_code=200)
def new_sanction(
    request: Request[Any, Any, Any], assessor_id: FromPath[UUID], data: MultipartBody[Form]
) -> Response[Any]:
    """Show what the sanction touches, then apply it with its consequences."""

    def punish(tx: Connection, given: SanctionInput) -> Done:
        new = NewSanction(assessor_id=assessor_id, **given.model_dump())
        return actions.sanction(tx, request.user, new, now=clock.now())

    def weighed(given: SanctionInput) -> Weighed:
        return _weighed(request, assessor_id, lambda tx: punish(tx, given), _reason(given.kind, given.decree_number))

    def act(tx: Connection, given: SanctionInput) -> None:
        reason = _reason(given.kind, given.decree_number)
        consequences.apply(tx, request.user, lambda inner: punish(inner, given), reason=reason, now=clock.now())

    sheet = _new_sheet(request, assessor_id)
    return weigh(request, data, sheet, SanctionInput, weighed, act, "/surat/sanksi?ok=saved")


# --- Ends: reinstatement, and taking back what was entered by mistake --------------------------------------------

_ENDS = {
    "pulihkan": ("reinstatement", actions.reinstate),
    "batalkan": ("cancellation", actions.cancel_sanction),
}


def _end_sheet(request: Request[Any, Any, Any], kind: str, sanction_id: UUID) -> tuple[Sheet, UUID]:
    with request.app.state.database.read() as conn:
        row = store.find_sanction(conn, sanction_id)
        if row is None or kind not in _ENDS or row.kind == "cancellation":
            raise NotFound("validity.no_such_sanction")
        person = _person(request, conn, row.assessor_id)
    what = f"{sanction_name(row.kind)}, {row.decree_number}, {long_date(row.first_day)}"
    facts = (*_person_facts(person), (_("Keputusan"), what))
    titles = {"pulihkan": _("Pulihkan asesor"), "batalkan": _("Batalkan keputusan yang salah catat")}
    intros = {
        "pulihkan": _("Sanksi berakhir; asesor aktif lagi mulai hari yang diisi, bila sertifikatnya berlaku."),
        "batalkan": _("Hanya untuk keputusan yang keliru dicatat: dianggap tidak pernah ada."),
    }
    first = _("Aktif lagi mulai") if kind == "pulihkan" else _("Tanggal pembatalan")
    fields = (Field("first_day", first, type="date"), *_decree_fields(request))
    sheet = Sheet(titles[kind], "/surat/sanksi", _("Sanksi"), fields, _("Periksa"), intros[kind], facts)
    return sheet, row.assessor_id


@get("/surat/sanksi/{sanction_id:uuid}/{kind:str}", opt=DECREE, sync_to_thread=True)
def end_form(request: Request[Any, Any, Any], sanction_id: FromPath[UUID], kind: FromPath[str]) -> Template:
    """The form for a reinstatement (pulihkan) or for taking back what was entered by mistake (batalkan)."""
    return show(request, _end_sheet(request, kind, sanction_id)[0])


@post("/surat/sanksi/{sanction_id:uuid}/{kind:str}", opt=DECREE, sync_to_thread=True, status_code=200)
def end_sanction(
    request: Request[Any, Any, Any], sanction_id: FromPath[UUID], kind: FromPath[str], data: MultipartBody[Form]
) -> Response[Any]:
    """Show what it touches, then apply it."""
    sheet, assessor_id = _end_sheet(request, kind, sanction_id)
    name, verb = _ENDS[kind]

    def end(tx: Connection, given: EndingInput) -> Done:
        return verb(tx, request.user, sanction_id, EndingDecree(**given.model_dump()), now=clock.now())

    def weighed(given: EndingInput) -> Weighed:
        return _weighed(request, assessor_id, lambda tx: end(tx, given), _reason(name, given.decree_number))

    def act(tx: Connection, given: EndingInput) -> None:
        reason = _reason(name, given.decree_number)
        consequences.apply(tx, request.user, lambda inner: end(inner, given), reason=reason, now=clock.now())

    return weigh(request, data, sheet, EndingInput, weighed, act, "/surat/sanksi?ok=saved")


@get("/surat/sanksi/{sanction_id:uuid}/berkas", opt=READ, sync_to_thread=True)
def attached(request: Request[Any, Any, Any], sanction_id: FromPath[UUID]) -> Response[bytes]:
    """The file of a sanction, for whoever sees the assessor."""
    with request.app.state.database.read() as conn:
        row = store.find_sanction(conn, sanction_id)
        if row is None:
            raise NotFound("validity.no_such_sanction")
        _person(request, conn, row.assessor_id)
        return attached_file(request, conn, row.file_id)


HANDLERS = [
    sanction_list,
    sanction_file,
    attached,
    find_person,
    new_sanction_form,
    new_sanction,
    end_form,
    end_sanction,
]
