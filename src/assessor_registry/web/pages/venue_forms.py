"""Venues (TUK) with their verification, and the seasons of assessment (musim uji kompetensi)."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template
from pydantic import Field as Limits

from assessor_registry import clock
from assessor_registry.accounts.rules import Permission
from assessor_registry.db.engine import Connection
from assessor_registry.errors import NotFound
from assessor_registry.institutions import actions, store
from assessor_registry.institutions.rules import VENUE_KINDS
from assessor_registry.web.forms import Day, Form, Input, MaybeDay, MaybeNumber, MaybeText, Text
from assessor_registry.web.guards import needs
from assessor_registry.web.labels import venue_name
from assessor_registry.web.pages.lsp_forms import lsp_of
from assessor_registry.web.render import page
from assessor_registry.web.sheets import Field, Sheet, said, send, show
from assessor_registry.web.today import today_of
from assessor_registry.words import gettext as _

WRITE = needs(Permission.INSTITUTIONS_WRITE)
LICENSE = needs(Permission.INSTITUTIONS_LICENSE)


class NewVenue(Input):
    """A place of assessment."""

    name: Text
    kind: Text
    code: MaybeText = None
    capacity: Annotated[MaybeNumber, Limits(ge=-(10**9), le=10**9)] = None
    address: MaybeText = None


class Verification(Input):
    """The decree that verifies a venue, with its days."""

    decree_number: Text
    verified_from: Day
    verified_until: MaybeDay = None


class NewSeason(Input):
    """A season of assessment."""

    name: Text
    first_day: Day
    last_day: Day


class SeasonDays(Input):
    """Other days of a season."""

    first_day: Day
    last_day: Day


# --- Venues ------------------------------------------------------------------------------------------------------


def _venue_sheet(request: Request[Any, Any, Any], lsp_id: UUID) -> Sheet:
    with request.app.state.database.read() as conn:
        lsp = lsp_of(request, conn, lsp_id)
    kinds = tuple((kind, venue_name(kind)) for kind in VENUE_KINDS)
    fields = (
        Field("name", _("Nama TUK"), hint=_("Misalnya TUK Sewaktu Bengkel TKJ SMKN 7.")),
        Field("kind", _("Jenis"), type="select", options=kinds),
        Field("code", _("Kode TUK"), required=False),
        Field("capacity", _("Kapasitas (asesi)"), required=False, inputmode="numeric"),
        Field("address", _("Alamat"), required=False),
    )
    return Sheet(_("Tambah TUK"), f"/lembaga/lsp/{lsp_id}", lsp.name, fields, _("Simpan"))


@get("/lembaga/lsp/{lsp_id:uuid}/tuk", opt=WRITE, sync_to_thread=True)
def venue_form(request: Request[Any, Any, Any], lsp_id: FromPath[UUID]) -> Template:
    """The form for a venue."""
    return show(request, _venue_sheet(request, lsp_id))


@post("/lembaga/lsp/{lsp_id:uuid}/tuk", opt=WRITE, sync_to_thread=True, status_code=200)
def add_venue(request: Request[Any, Any, Any], lsp_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Response[Any]:
    """Add a venue, not verified yet."""

    def act(tx: Connection, given: NewVenue) -> None:
        actions.add_venue(tx, request.user, lsp_id, **given.model_dump(), now=clock.now())

    return send(request, data, lambda: _venue_sheet(request, lsp_id), NewVenue, act, f"/lembaga/lsp/{lsp_id}?ok=saved")


def _verification_sheet(request: Request[Any, Any, Any], venue_id: UUID) -> tuple[Sheet, UUID]:
    with request.app.state.database.read() as conn:
        venue = store.get_venue(conn, request.user.scope, venue_id, today_of(request))
        if venue is None:
            raise NotFound("institutions.not_found")
        lsp = lsp_of(request, conn, venue.lsp_id)
    fields = (
        Field("decree_number", _("Nomor surat verifikasi")),
        Field("verified_from", _("Berlaku mulai"), type="date"),
        Field("verified_until", _("Sampai dengan"), type="date", required=False,
              hint=_("TUK sewaktu boleh dikosongkan.")),
    )  # fmt: skip
    facts = ((_("TUK"), venue.name), (_("Jenis"), venue_name(venue.kind)))
    return Sheet(_("Verifikasi TUK"), f"/lembaga/lsp/{lsp.id}", lsp.name, fields, _("Simpan"), facts=facts), lsp.id


@get("/lembaga/tuk/{venue_id:uuid}/verifikasi", opt=WRITE, sync_to_thread=True)
def verification_form(request: Request[Any, Any, Any], venue_id: FromPath[UUID]) -> Template:
    """The form for a verification."""
    return show(request, _verification_sheet(request, venue_id)[0])


@post("/lembaga/tuk/{venue_id:uuid}/verifikasi", opt=WRITE, sync_to_thread=True, status_code=200)
def verify(request: Request[Any, Any, Any], venue_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Response[Any]:
    """Enter a verification; the one before stays in the audit trail."""
    sheet, lsp_id = _verification_sheet(request, venue_id)

    def act(tx: Connection, given: Verification) -> None:
        actions.verify_venue(tx, request.user, venue_id, **given.model_dump(), now=clock.now())

    return send(request, data, sheet, Verification, act, f"/lembaga/lsp/{lsp_id}?ok=saved")


# --- Seasons -----------------------------------------------------------------------------------------------------


@get("/lembaga/musim", opt=needs(Permission.INSTITUTIONS_READ), sync_to_thread=True)
def season_list(request: Request[Any, Any, Any]) -> Template:
    """The seasons, the latest on top; they are the same for everyone."""
    with request.app.state.database.read() as conn:
        seasons = store.list_seasons(conn)
    return page(
        request,
        "ground/seasons.html",
        seasons=sorted(seasons, key=lambda row: row.first_day, reverse=True),
        today=today_of(request),
        may_write=request.user.may(Permission.INSTITUTIONS_LICENSE),
        said=said(request, saved=_("Sudah disimpan.")),
    )


def _season_sheet(season: store.Season | None) -> Sheet:
    name = (Field("name", _("Nama musim"), hint=_("Misalnya UKK 2027.")),)
    days = (
        Field("first_day", _("Hari pertama"), type="date", value=season.first_day.isoformat() if season else None),
        Field("last_day", _("Hari terakhir"), type="date", value=season.last_day.isoformat() if season else None,
              hint=_("Asesor yang berakhir sebelum hari ini masuk daftar tindak lanjut.")),
    )  # fmt: skip
    title = _("Pindahkan {name}").format(name=season.name) if season else _("Tambah musim uji kompetensi")
    return Sheet(title, "/lembaga/musim", _("Musim uji kompetensi"), days if season else (*name, *days), _("Simpan"))


@get("/lembaga/musim/baru", opt=LICENSE, sync_to_thread=True)
def season_form(request: Request[Any, Any, Any]) -> Template:
    """The form for a season."""
    return show(request, _season_sheet(None))


@post("/lembaga/musim/baru", opt=LICENSE, sync_to_thread=True, status_code=200)
def add_season(request: Request[Any, Any, Any], data: URLEncodedBody[Form]) -> Response[Any]:
    """Plan a season."""

    def act(tx: Connection, given: NewSeason) -> None:
        actions.add_season(tx, request.user, given.name, given.first_day, given.last_day, clock.now())

    return send(request, data, _season_sheet(None), NewSeason, act, "/lembaga/musim?ok=saved")


def _season(request: Request[Any, Any, Any], season_id: UUID) -> store.Season:
    with request.app.state.database.read() as conn:
        found = store.get_season(conn, season_id)
    if found is None:
        raise NotFound("institutions.not_found")
    return found


@get("/lembaga/musim/{season_id:uuid}", opt=LICENSE, sync_to_thread=True)
def move_season_form(request: Request[Any, Any, Any], season_id: FromPath[UUID]) -> Template:
    """The form for other days of a season."""
    return show(request, _season_sheet(_season(request, season_id)))


@post("/lembaga/musim/{season_id:uuid}", opt=LICENSE, sync_to_thread=True, status_code=200)
def move_season(
    request: Request[Any, Any, Any], season_id: FromPath[UUID], data: URLEncodedBody[Form]
) -> Response[Any]:
    """Move a season."""

    def act(tx: Connection, given: SeasonDays) -> None:
        actions.change_season(tx, request.user, season_id, given.first_day, given.last_day, clock.now())

    return send(request, data, _season_sheet(_season(request, season_id)), SeasonDays, act, "/lembaga/musim?ok=saved")


HANDLERS = [
    venue_form, add_venue, verification_form, verify, season_list, season_form, add_season, move_season_form,
    move_season,
]  # fmt: skip
