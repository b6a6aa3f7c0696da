"""What the division enters about an LSP: itself, licences, the schemes these cover, network schools, and their ends."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, MultipartBody, URLEncodedBody
from litestar.response import Template

from assessor_registry import clock
from assessor_registry.accounts.rules import Actor, Permission
from assessor_registry.db.engine import Connection
from assessor_registry.errors import NotFound
from assessor_registry.institutions import actions, store
from assessor_registry.schemes import store as schemes
from assessor_registry.web.forms import Day, Form, Input, MaybeDay, MaybeId, MaybeText, Text
from assessor_registry.web.guards import needs
from assessor_registry.web.sheets import Field, Sheet, decree_file, send, show
from assessor_registry.web.today import today_of
from assessor_registry.words import gettext as _
from assessor_registry.words import long_date

LICENSE = needs(Permission.INSTITUTIONS_LICENSE)
WRITE = needs(Permission.INSTITUTIONS_WRITE)


class NewLsp(Input):
    """A new LSP and the school that it belongs to."""

    name: Text
    school_id: UUID
    email: MaybeText = None
    phone: MaybeText = None
    head_name: MaybeText = None


class Contact(Input):
    """How an LSP is reached."""

    name: Text
    email: MaybeText = None
    phone: MaybeText = None
    head_name: MaybeText = None
    signature_mode: Text


class NewLicence(Input):
    """A licence as BNSP's decree gives it."""

    number: Text
    decree_number: Text
    first_day: Day
    last_day: Day
    file_id: MaybeId = None


class NewCoverage(Input):
    """A scheme under a licence; without days, on the licence's."""

    licence_id: UUID
    scheme_id: UUID
    first_day: MaybeDay = None
    last_day: MaybeDay = None


class NewNetwork(Input):
    """A school in the network, by decree."""

    school_id: UUID
    decree_number: Text
    decree_date: MaybeDay = None
    first_day: Day
    last_day: MaybeDay = None


class Ending(Input):
    """The last day of what ends before its time, and why."""

    last_day: Day
    reason: Text


def lsp_of(request: Request[Any, Any, Any], conn: Connection, lsp_id: UUID) -> store.Lsp:
    """The LSP, when the one who asks sees it.

    Raises:
        NotFound: it is not there for them.
    """
    found = store.get_lsp(conn, request.user.scope, lsp_id, today_of(request))
    if found is None:
        raise NotFound("institutions.not_found")
    return found


def school_options(conn: Connection, request: Request[Any, Any, Any]) -> tuple[tuple[str, str], ...]:
    """The schools to choose from, by name, with NPSN."""
    rows = store.list_schools(conn, request.user.scope, today_of(request))
    return tuple((str(row.id), f"{row.name} ({row.npsn})" if row.npsn else row.name) for row in rows)


def days_fields(*, last_required: bool = True, last_hint: str | None = None) -> tuple[Field, Field]:
    """First and last day, both included."""
    return (
        Field("first_day", _("Berlaku mulai"), type="date"),
        Field("last_day", _("Sampai dengan"), type="date", required=last_required, hint=last_hint),
    )


def _lsp_sheet(request: Request[Any, Any, Any]) -> Sheet:
    with request.app.state.database.read() as conn:
        options = school_options(conn, request)
    fields = (
        Field("name", _("Nama LSP"), hint=_("Seperti pada lisensi, misalnya LSP SMK Negeri 7 Samarinda.")),
        Field("school_id", _("Sekolah induk"), type="select", options=options, empty=_("Pilih sekolah")),
        *_contact_fields(None),
    )
    return Sheet(_("Tambah LSP"), "/lembaga", _("Lembaga"), fields, _("Simpan"))


def _contact_fields(lsp: store.Lsp | None) -> tuple[Field, ...]:
    return (
        Field("email", _("Surel"), type="email", required=False, value=lsp.email if lsp else None),
        Field("phone", _("Telepon"), type="tel", required=False, value=lsp.phone if lsp else None),
        Field("head_name", _("Nama ketua LSP"), required=False, value=lsp.head_name if lsp else None),
    )


@get("/lembaga/lsp/baru", opt=LICENSE, sync_to_thread=True)
def new_lsp_form(request: Request[Any, Any, Any]) -> Template:
    """The form for a new LSP."""
    return show(request, _lsp_sheet(request))


@post("/lembaga/lsp/baru", opt=LICENSE, sync_to_thread=True, status_code=200)
def new_lsp(request: Request[Any, Any, Any], data: URLEncodedBody[Form]) -> Response[Any]:
    """Add an LSP."""

    def act(tx: Connection, given: NewLsp) -> dict[str, Any]:
        made = actions.add_lsp(
            tx, request.user, given.name, given.school_id, clock.now(),
            email=given.email, phone=given.phone, head_name=given.head_name,
        )  # fmt: skip
        return {"id": str(made)}

    to = "/lembaga/lsp/{id}?ok=saved"
    return send(request, data, lambda: _lsp_sheet(request), NewLsp, act, lambda answer: to.format(**answer))


def _lsp_form(request: Request[Any, Any, Any], lsp_id: UUID, kind: str) -> Sheet:
    """The sheet `kind` of one LSP: ubah, lisensi, skema or jejaring."""
    with request.app.state.database.read() as conn:
        lsp = lsp_of(request, conn, lsp_id)
        title, fields, intro = _SHEETS[kind](request, conn, lsp)
    return Sheet(title, f"/lembaga/lsp/{lsp_id}", lsp.name, fields, _("Simpan"), intro=intro)


Asked = tuple[str, tuple[Field, ...], str | None]


def _change(request: Request[Any, Any, Any], conn: Connection, lsp: store.Lsp) -> Asked:
    modes = (("print", _("Dicetak dan ditandatangani basah")), ("internal", _("Elektronik di sistem ini")))
    mode = Field("signature_mode", _("Cara tanda tangan berkas"), type="select", options=modes,
                 value=lsp.signature_mode)  # fmt: skip
    return _("Ubah data LSP"), (Field("name", _("Nama LSP"), value=lsp.name), *_contact_fields(lsp), mode), None


def _licence(request: Request[Any, Any, Any], conn: Connection, lsp: store.Lsp) -> Asked:
    fields = (
        Field("number", _("Nomor lisensi"), hint=_("Misalnya BNSP-LSP-1234-ID.")),
        Field("decree_number", _("Nomor keputusan BNSP")),
        *days_fields(last_hint=_("Hari terakhir lisensi, seperti pada keputusan.")),
        decree_file(request),
    )
    return _("Tambah lisensi"), fields, None


def _coverage(request: Request[Any, Any, Any], conn: Connection, lsp: store.Lsp) -> Asked:
    licences = [
        (str(row.id), f"{row.decree_number} ({long_date(row.first_day)} – {long_date(row.last_day)})")
        for row in store.licences_of(conn, lsp.id)
    ]
    known = [(str(row.scheme.id), row.scheme.title) for row in schemes.list_schemes(conn)]
    first, last = days_fields(last_required=False)
    fields = (
        Field("licence_id", _("Lisensi"), type="select", options=licences),
        Field("scheme_id", _("Skema"), type="select", options=known, empty=_("Pilih skema")),
        Field(first.name, first.label, type="date", required=False, hint=_("Kosongkan bila sama dengan lisensinya.")),
        last,
    )
    return _("Tambah skema dalam ruang lingkup lisensi"), fields, None


def _network(request: Request[Any, Any, Any], conn: Connection, lsp: store.Lsp) -> Asked:
    fields = (
        Field("school_id", _("Sekolah jejaring"), type="select", options=school_options(conn, request),
              empty=_("Pilih sekolah")),
        Field("decree_number", _("Nomor keputusan penetapan")),
        Field("decree_date", _("Tanggal keputusan"), type="date", required=False),
        *days_fields(last_required=False, last_hint=_("Kosongkan bila berlaku sampai diakhiri.")),
    )  # fmt: skip
    return _("Tambah sekolah jejaring"), fields, None


_SHEETS: dict[str, Callable[[Request[Any, Any, Any], Connection, store.Lsp], Asked]] = {
    "ubah": _change, "lisensi": _licence, "skema": _coverage, "jejaring": _network,
}  # fmt: skip


@get("/lembaga/lsp/{lsp_id:uuid}/ubah", opt=WRITE, sync_to_thread=True)
def change_form(request: Request[Any, Any, Any], lsp_id: FromPath[UUID]) -> Template:
    """The form for name and contact."""
    return show(request, _lsp_form(request, lsp_id, "ubah"))


@post("/lembaga/lsp/{lsp_id:uuid}/ubah", opt=WRITE, sync_to_thread=True, status_code=200)
def change(request: Request[Any, Any, Any], lsp_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Response[Any]:
    """Change name and contact."""

    def act(tx: Connection, given: Contact) -> None:
        actions.change_lsp(tx, request.user, lsp_id, given.model_dump(), clock.now())

    return send(
        request, data, lambda: _lsp_form(request, lsp_id, "ubah"), Contact, act, f"/lembaga/lsp/{lsp_id}?ok=saved"
    )


@get("/lembaga/lsp/{lsp_id:uuid}/lisensi", opt=LICENSE, sync_to_thread=True)
def licence_form(request: Request[Any, Any, Any], lsp_id: FromPath[UUID]) -> Template:
    """The form for a licence."""
    return show(request, _lsp_form(request, lsp_id, "lisensi"))


@post("/lembaga/lsp/{lsp_id:uuid}/lisensi", opt=LICENSE, sync_to_thread=True, status_code=200)
def give_licence(request: Request[Any, Any, Any], lsp_id: FromPath[UUID], data: MultipartBody[Form]) -> Response[Any]:
    """Enter a licence."""

    def act(tx: Connection, given: NewLicence) -> None:
        actions.give_licence(tx, request.user, lsp_id, **given.model_dump(), now=clock.now())

    return send(request, data, lambda: _lsp_form(request, lsp_id, "lisensi"), NewLicence, act,
                f"/lembaga/lsp/{lsp_id}?ok=licensed#skema")  # fmt: skip


@get("/lembaga/lsp/{lsp_id:uuid}/skema", opt=LICENSE, sync_to_thread=True)
def coverage_form(request: Request[Any, Any, Any], lsp_id: FromPath[UUID]) -> Template:
    """The form for a scheme under a licence."""
    return show(request, _lsp_form(request, lsp_id, "skema"))


@post("/lembaga/lsp/{lsp_id:uuid}/skema", opt=LICENSE, sync_to_thread=True, status_code=200)
def cover(request: Request[Any, Any, Any], lsp_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Response[Any]:
    """Let a licence of this LSP cover a scheme."""

    def act(tx: Connection, given: NewCoverage) -> None:
        if given.licence_id not in {row.id for row in store.licences_of(tx, lsp_id)}:
            raise NotFound("institutions.not_found")
        actions.license_scheme(
            tx, request.user, given.licence_id, given.scheme_id, clock.now(),
            first_day=given.first_day, last_day=given.last_day,
        )  # fmt: skip

    return send(request, data, lambda: _lsp_form(request, lsp_id, "skema"), NewCoverage, act,
                f"/lembaga/lsp/{lsp_id}?ok=saved")  # fmt: skip


@get("/lembaga/lsp/{lsp_id:uuid}/jejaring", opt=LICENSE, sync_to_thread=True)
def network_form(request: Request[Any, Any, Any], lsp_id: FromPath[UUID]) -> Template:
    """The form for a network school."""
    return show(request, _lsp_form(request, lsp_id, "jejaring"))


@post("/lembaga/lsp/{lsp_id:uuid}/jejaring", opt=LICENSE, sync_to_thread=True, status_code=200)
def network(request: Request[Any, Any, Any], lsp_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Response[Any]:
    """Put a school into the network."""

    def act(tx: Connection, given: NewNetwork) -> None:
        actions.network_school(tx, request.user, lsp_id, **given.model_dump(), now=clock.now())

    return send(request, data, lambda: _lsp_form(request, lsp_id, "jejaring"), NewNetwork, act,
                f"/lembaga/lsp/{lsp_id}?ok=saved")  # fmt: skip


# --- Ends --------------------------------------------------------------------------------------------------------

End = Callable[[Connection, Actor, UUID, date, str, datetime], None]


def _ending(request: Request[Any, Any, Any], kind: str, row_id: UUID) -> tuple[Sheet, UUID, End]:
    """The sheet for an end, the LSP it belongs to, and the act.

    Raises:
        NotFound: there is no such row.
    """
    with request.app.state.database.read() as conn:
        found = _ENDED[kind](conn, row_id) if kind in _ENDED else None
        if found is None:
            raise NotFound("institutions.not_found")
        lsp = lsp_of(request, conn, found.lsp_id)
    until = long_date(found.last_day) if found.last_day else _("sampai diakhiri")
    fields = (
        Field("last_day", _("Hari terakhir berlaku"), type="date"),
        Field("reason", _("Alasan dan nomor surat")),
    )
    facts = ((_("Yang diakhiri"), found.name), (_("Sekarang berlaku sampai"), until))
    sheet = Sheet(
        found.title, f"/lembaga/lsp/{lsp.id}", lsp.name, fields, _("Akhiri"), facts=facts, risk=True
    )  # fmt: skip
    return sheet, lsp.id, found.end


class Ended(NamedTuple):
    """What is to be ended, and how."""

    title: str
    name: str
    lsp_id: UUID
    last_day: date | None
    end: End


def _ended_licence(conn: Connection, row_id: UUID) -> Ended | None:
    row = store.get_licence(conn, row_id)
    if row is None:
        return None
    return Ended(_("Akhiri lisensi"), row.decree_number, row.lsp_id, row.last_day, actions.end_licence)


def _ended_network(conn: Connection, row_id: UUID) -> Ended | None:
    row = store.get_network_school(conn, row_id)
    if row is None:
        return None
    return Ended(_("Keluarkan dari jejaring"), row.school, row.lsp_id, row.last_day, actions.end_network_school)


def _ended_coverage(conn: Connection, row_id: UUID) -> Ended | None:
    row = store.get_licensed_scheme(conn, row_id)
    licence = store.get_licence(conn, row.licence_id) if row else None
    scheme = schemes.get(conn, row.scheme_id) if row else None
    if row is None or licence is None or scheme is None:
        return None
    title = _("Keluarkan dari ruang lingkup")
    return Ended(title, scheme.title, licence.lsp_id, row.last_day, actions.end_licensed_scheme)


_ENDED: dict[str, Callable[[Connection, UUID], Ended | None]] = {
    "lisensi": _ended_licence, "jejaring": _ended_network, "skema": _ended_coverage,
}  # fmt: skip


@get("/lembaga/akhiri/{kind:str}/{row_id:uuid}", opt=LICENSE, sync_to_thread=True)
def end_form(request: Request[Any, Any, Any], kind: FromPath[str], row_id: FromPath[UUID]) -> Template:
    """The form for an end before time: of a licence, a scheme under one, or a place in a network."""
    return show(request, _ending(request, kind, row_id)[0])


@post("/lembaga/akhiri/{kind:str}/{row_id:uuid}", opt=LICENSE, sync_to_thread=True, status_code=200)
def end_it(
    request: Request[Any, Any, Any], kind: FromPath[str], row_id: FromPath[UUID], data: URLEncodedBody[Form]
) -> Response[Any]:
    """End it; what the decree gave is kept."""
    sheet, lsp_id, end = _ending(request, kind, row_id)

    def act(tx: Connection, given: Ending) -> None:
        end(tx, request.user, row_id, given.last_day, given.reason, clock.now())

    return send(request, data, sheet, Ending, act, f"/lembaga/lsp/{lsp_id}?ok=ended")


HANDLERS = [
    new_lsp_form, new_lsp, change_form, change, licence_form, give_licence, coverage_form, cover, network_form, network,
    end_form, end_it,
]  # fmt: skip
