"""Circulars that extend certificates (surat edaran perpanjangan): weighed, entered, amended, taken back."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, MultipartBody
from litestar.response import Template

from assessor_registry import clock
from assessor_registry.accounts.rules import Permission
from assessor_registry.consequences import actions as consequences
from assessor_registry.db.engine import Connection
from assessor_registry.errors import NotFound
from assessor_registry.institutions import store as institutions
from assessor_registry.validity import actions, store
from assessor_registry.validity.actions import Done, NewExtension
from assessor_registry.web.attached import attached_file
from assessor_registry.web.download import sheet_answer
from assessor_registry.web.forms import Day, Form, Input, MaybeId, MaybeText, Text
from assessor_registry.web.guards import needs
from assessor_registry.web.pages.touched import followed_lines, followed_lists
from assessor_registry.web.render import page
from assessor_registry.web.sheets import Field, Sheet, Weighed, decree_file, said, show, weigh
from assessor_registry.web.today import today_of
from assessor_registry.words import gettext as _
from assessor_registry.words import long_date

READ = needs(Permission.VALIDITY_READ)
DECREE = needs(Permission.VALIDITY_DECREE)


class Circular(Input):
    """A circular as its text says it."""

    reference: Text
    issued_on: Day
    received_on: Day
    ends_from: Day
    ends_to: Day
    until: Day
    region_code: MaybeText = None
    file_id: MaybeId = None


class TakenBack(Input):
    """What takes a circular back."""

    reference: Text
    issued_on: Day
    received_on: Day
    file_id: MaybeId = None


def regions_of(conn: Connection) -> dict[str, str]:
    """Kemendagri code → name."""
    return {row.code: row.name for row in institutions.list_regions(conn)}


@get("/surat/edaran", opt=READ, sync_to_thread=True)
def circular_list(request: Request[Any, Any, Any]) -> Template:
    """The circulars that hold, the latest on top; they are the same for everyone."""
    with request.app.state.database.read() as conn:
        found = _latest(conn)
        regions = regions_of(conn)
    return page(
        request,
        "ground/circulars.html",
        circulars=found,
        regions=regions,
        today=today_of(request),
        may_decree=request.user.may(Permission.VALIDITY_DECREE),
        said=said(
            request, saved=_("Surat edaran sudah disimpan dan diterapkan."), cancelled=_("Surat edaran sudah dicabut.")
        ),
    )


def _latest(conn: Connection) -> list[store.Extension]:
    """The circulars as the last of each says, newest first; also those that were taken back."""
    found = store.extensions(conn, history=True)
    gone = {row.supersedes for row in found}
    return [row for row in reversed(found) if row.id not in gone]


@get("/surat/edaran.xlsx", opt=READ, sync_to_thread=True)
def circular_file(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The same list as a workbook."""
    with request.app.state.database.read() as conn:
        found, regions = _latest(conn), regions_of(conn)
    heads = ((_("Nomor"), 32), (_("Tanggal surat"), 20), (_("Diterima"), 20), (_("Sertifikat berakhir dari"), 22),
             (_("sampai dengan"), 20), (_("Diperpanjang sampai"), 20), (_("Wilayah"), 26),
             (_("Dicabut"), 10))  # fmt: skip
    rows = [
        (row.reference, row.issued_on, row.received_on, row.ends_from, row.ends_to, row.until,
         regions.get(row.region_code or "", _("Seluruh provinsi")), row.cancelled)
        for row in found
    ]  # fmt: skip
    return sheet_answer(_("Surat edaran"), heads, rows, "surat-edaran.xlsx")


def _fields(request: Request[Any, Any, Any], old: store.Extension | None) -> tuple[Field, ...]:
    with request.app.state.database.read() as conn:
        regions = tuple(regions_of(conn).items())

    def day(value: Any) -> str | None:
        return value.isoformat() if old else None

    return (
        *_reference_fields(),
        Field("ends_from", _("Untuk sertifikat yang berakhir dari"), type="date", value=day(old and old.ends_from)),
        Field("ends_to", _("sampai dengan"), type="date", value=day(old and old.ends_to)),
        Field("until", _("Diperpanjang sampai dengan"), type="date", value=day(old and old.until)),
        Field("region_code", _("Kabupaten/kota"), type="select", required=False, options=regions,
              empty=_("Seluruh provinsi"), value=old.region_code if old else None),
        decree_file(request),
    )  # fmt: skip


def _reference_fields() -> tuple[Field, ...]:
    return (
        Field("reference", _("Nomor surat edaran")),
        Field("issued_on", _("Tanggal surat"), type="date"),
        Field("received_on", _("Diterima tanggal"), type="date"),
    )


def _new_sheet(request: Request[Any, Any, Any]) -> Sheet:
    intro = _("Berlaku untuk semua asesor yang memenuhi syaratnya, juga yang baru diimpor kemudian.")
    return Sheet(_("Catat surat edaran perpanjangan"), "/surat/edaran", _("Surat edaran"), _fields(request, None),
                 _("Periksa"), intro)  # fmt: skip


def _weighed(request: Request[Any, Any, Any], new: NewExtension | None, act: Any, reference: str) -> Weighed:
    """What a circular would do: whom it covers, who is active again by it, and what is lost."""
    database, now, today = request.app.state.database, clock.now(), today_of(request)
    followed = consequences.preview(database, request.user, act, reason=reference, now=now)
    with database.read() as conn:
        reach = consequences.preview_reach(conn, new, today) if new else None
        lists = followed_lists(conn, request.user.scope, followed, today)
    covered = () if reach is None else (
        (_("Asesor yang diperpanjang"), str(len(reach.covered))),
        (_("Di antaranya aktif lagi hari ini"), str(len(reach.revived))),
        (_("Asesor yang hari aktifnya bertambah"), str(len(followed.gained))),
    )  # fmt: skip
    return Weighed((*covered, *followed_lines(followed)), lists=lists)


def _extension(given: Circular) -> NewExtension:
    return NewExtension(**given.model_dump())


def _reason(given: Circular | TakenBack) -> str:
    return _("Masa aktif berubah dengan surat edaran {number}").format(number=given.reference)


@get("/surat/edaran/baru", opt=DECREE, sync_to_thread=True)
def new_circular_form(request: Request[Any, Any, Any]) -> Template:
    """The form for a circular."""
    return show(request, _new_sheet(request))


@post("/surat/edaran/baru", opt=DECREE, sync_to_thread=True, status_code=200)
def new_circular(request: Request[Any, Any, Any], data: MultipartBody[Form]) -> Response[Any]:
    """Show whom the circular covers, then enter it."""

    def extend(tx: Connection, given: Circular) -> Done:
        return actions.extend(tx, request.user, _extension(given), now=clock.now())

    def weighed(given: Circular) -> Weighed:
        return _weighed(request, _extension(given), lambda tx: extend(tx, given), _reason(given))

    def act(tx: Connection, given: Circular) -> None:
        consequences.apply(tx, request.user, lambda inner: extend(inner, given), reason=_reason(given), now=clock.now())

    return weigh(request, data, lambda: _new_sheet(request), Circular, weighed, act, "/surat/edaran?ok=saved")


def _old(request: Request[Any, Any, Any], extension_id: UUID) -> store.Extension:
    with request.app.state.database.read() as conn:
        found = store.find_extension(conn, extension_id)
    if found is None or not found[1] or found[0].cancelled:
        raise NotFound("validity.no_such_extension")
    return found[0]


def _facts(old: store.Extension) -> tuple[tuple[str, str], ...]:
    return (
        (_("Surat edaran"), old.reference),
        (_("Sertifikat yang berakhir"), f"{long_date(old.ends_from)} – {long_date(old.ends_to)}"),
        (_("Diperpanjang sampai"), long_date(old.until)),
    )


def _change_sheet(request: Request[Any, Any, Any], old: store.Extension) -> Sheet:
    return Sheet(_("Ubah dengan surat edaran baru"), "/surat/edaran", _("Surat edaran"), _fields(request, old),
                 _("Periksa"), facts=_facts(old))  # fmt: skip


@get("/surat/edaran/{extension_id:uuid}/ubah", opt=DECREE, sync_to_thread=True)
def amend_form(request: Request[Any, Any, Any], extension_id: FromPath[UUID]) -> Template:
    """The form for what a later circular makes of an earlier one."""
    return show(request, _change_sheet(request, _old(request, extension_id)))


@post("/surat/edaran/{extension_id:uuid}/ubah", opt=DECREE, sync_to_thread=True, status_code=200)
def amend(request: Request[Any, Any, Any], extension_id: FromPath[UUID], data: MultipartBody[Form]) -> Response[Any]:
    """Show what changes, then enter the later circular."""

    def sheet() -> Sheet:
        return _change_sheet(request, _old(request, extension_id))

    def change(tx: Connection, given: Circular) -> Done:
        return actions.amend_extension(tx, request.user, extension_id, _extension(given), now=clock.now())

    def weighed(given: Circular) -> Weighed:
        return _weighed(request, _extension(given), lambda tx: change(tx, given), _reason(given))

    def act(tx: Connection, given: Circular) -> None:
        consequences.apply(tx, request.user, lambda inner: change(inner, given), reason=_reason(given), now=clock.now())

    return weigh(request, data, sheet, Circular, weighed, act, "/surat/edaran?ok=saved")


def _cancel_sheet(request: Request[Any, Any, Any], old: store.Extension) -> Sheet:
    return Sheet(_("Cabut surat edaran"), "/surat/edaran", _("Surat edaran"),
                 (*_reference_fields(), decree_file(request)), _("Periksa"),
                 _("Surat edaran yang dicabut dianggap tidak pernah berlaku."), _facts(old), risk=True)  # fmt: skip


@get("/surat/edaran/{extension_id:uuid}/cabut", opt=DECREE, sync_to_thread=True)
def cancel_form(request: Request[Any, Any, Any], extension_id: FromPath[UUID]) -> Template:
    """The form for taking a circular back."""
    return show(request, _cancel_sheet(request, _old(request, extension_id)))


@post("/surat/edaran/{extension_id:uuid}/cabut", opt=DECREE, sync_to_thread=True, status_code=200)
def cancel(request: Request[Any, Any, Any], extension_id: FromPath[UUID], data: MultipartBody[Form]) -> Response[Any]:
    """Show what is lost, then take the circular back."""

    def sheet() -> Sheet:
        return _cancel_sheet(request, _old(request, extension_id))

    def take_back(tx: Connection, given: TakenBack) -> Done:
        return actions.cancel_extension(tx, request.user, extension_id, **given.model_dump(), now=clock.now())

    def weighed(given: TakenBack) -> Weighed:
        return _weighed(request, None, lambda tx: take_back(tx, given), _reason(given))

    def act(tx: Connection, given: TakenBack) -> None:
        consequences.apply(
            tx, request.user, lambda inner: take_back(inner, given), reason=_reason(given), now=clock.now()
        )

    return weigh(request, data, sheet, TakenBack, weighed, act, "/surat/edaran?ok=cancelled")


@get("/surat/edaran/{extension_id:uuid}/berkas", opt=READ, sync_to_thread=True)
def attached(request: Request[Any, Any, Any], extension_id: FromPath[UUID]) -> Response[bytes]:
    """The file of a circular; circulars are the same for everyone."""
    with request.app.state.database.read() as conn:
        found = store.find_extension(conn, extension_id)
        if found is None:
            raise NotFound("validity.no_such_extension")
        return attached_file(request, conn, found[0].file_id)


HANDLERS = [
    circular_list,
    circular_file,
    attached,
    new_circular_form,
    new_circular,
    amend_form,
    amend,
    cancel_form,
    cancel,
]
