"""A technical competence of one assessor by hand: a new one, its renewal, its dates; and the scans of certificates."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, MultipartBody
from litestar.response import Template

from assessor_registry import clock
from assessor_registry.accounts.rules import Permission
from assessor_registry.assessors import actions as people
from assessor_registry.db.engine import Connection
from assessor_registry.errors import InvalidInput, NotFound
from assessor_registry.schemes import store as schemes
from assessor_registry.validity import actions, store
from assessor_registry.validity.actions import NewTechnical
from assessor_registry.web.attached import attached_file
from assessor_registry.web.forms import Day, Form, Input, MaybeId, MaybeText, Text
from assessor_registry.web.guards import needs
from assessor_registry.web.listing import Asked
from assessor_registry.web.sheets import Field, Sheet, scan_file, send, show
from assessor_registry.web.today import today_of
from assessor_registry.words import gettext as _

WRITE = needs(Permission.ASSESSORS_WRITE)


class Technical(Input):
    """A technical competence as its certificate is printed."""

    scheme_id: UUID
    number: MaybeText = None
    first_day: Day
    last_day: Day
    source: Text
    file_id: MaybeId = None


def _sheet(request: Request[Any, Any, Any], assessor_id: UUID) -> Sheet:
    with request.app.state.database.read() as conn:
        who = people.kept(conn, request.user, assessor_id, today_of(request))
        known = schemes.list_schemes(conn)
    wanted = Asked(request).id("skema")
    options = tuple((str(row.scheme.id), row.scheme.title) for row in known)
    fields = (
        Field("scheme_id", _("Skema"), type="select", options=options, empty=_("Pilih skema"),
              value=str(wanted) if wanted else None),
        Field("number", _("Nomor sertifikat"), required=False),
        Field("first_day", _("Berlaku mulai"), type="date"),
        Field("last_day", _("Sampai dengan"), type="date", hint=_("Hari terakhir seperti tercetak.")),
        Field("source", _("Sumber"), hint=_("Misalnya: sertifikat asli, atau surat BNSP dan nomornya.")),
        scan_file(request),
    )  # fmt: skip
    intro = _(
        "Juga untuk perpanjangan, dan untuk kompetensi yang tercatat tanpa tanggal: yang lama tetap ada di riwayat."
    )
    return Sheet(_("Catat kompetensi teknis"), f"/asesor/{who.id}#kompetensi", who.name, fields, _("Simpan"), intro)


@get("/asesor/{assessor_id:uuid}/kompetensi", opt=WRITE, sync_to_thread=True)
def technical_form(request: Request[Any, Any, Any], assessor_id: FromPath[UUID]) -> Template:
    """The form for a technical competence; `?skema=` chooses the scheme."""
    return show(request, _sheet(request, assessor_id))


@post("/asesor/{assessor_id:uuid}/kompetensi", opt=WRITE, sync_to_thread=True, status_code=200)
def add_technical(
    request: Request[Any, Any, Any], assessor_id: FromPath[UUID], data: MultipartBody[Form]
) -> Response[Any]:
    """Enter a technical competence, or the dates of one that had none."""
    with request.app.state.database.read() as conn:
        people.kept(conn, request.user, assessor_id, today_of(request))

    def act(tx: Connection, given: Technical) -> None:
        scheme = schemes.get(tx, given.scheme_id)
        if scheme is None:
            raise InvalidInput("web.not_a_choice", field="scheme_id")
        new = NewTechnical(assessor_id, scheme.title, **given.model_dump())
        actions.enter_technical(tx, request.user, new, now=clock.now())

    to = f"/asesor/{assessor_id}?ok=technical#kompetensi"
    return send(request, data, lambda: _sheet(request, assessor_id), Technical, act, to)


@get("/asesor/{assessor_id:uuid}/berkas/{scan_id:uuid}", opt=needs(Permission.ASSESSORS_READ), sync_to_thread=True)
def scan(request: Request[Any, Any, Any], assessor_id: FromPath[UUID], scan_id: FromPath[UUID]) -> Response[bytes]:
    """The scan of a certificate or competence, for who keeps the assessor's data."""
    with request.app.state.database.read() as conn:
        people.kept(conn, request.user, assessor_id, today_of(request))
        held = {each.file_id for each in store.certificates(conn, [assessor_id], history=True)}
        held |= {each.file_id for each in store.technicals(conn, [assessor_id], history=True)}
        if scan_id not in held:
            raise NotFound("files.not_found")
        return attached_file(request, conn, scan_id, name=_("sertifikat"))


HANDLERS: list[Any] = [technical_form, add_technical, scan]
