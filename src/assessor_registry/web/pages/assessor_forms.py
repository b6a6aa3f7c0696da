"""Daily corrections of one assessor: telephone and e-mail, a certificate that came, no longer assessing and back."""

import re
from datetime import date
from typing import Any, Literal
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, MultipartBody, URLEncodedBody
from litestar.response import Template

from assessor_registry import clock
from assessor_registry.accounts.rules import Permission
from assessor_registry.assessors import actions as people
from assessor_registry.assessors import store as assessors
from assessor_registry.consequences import actions as consequences
from assessor_registry.consequences.actions import Followed
from assessor_registry.db.engine import Connection
from assessor_registry.errors import InvalidInput
from assessor_registry.policy import store as policy
from assessor_registry.validity import actions
from assessor_registry.validity.actions import Done, NewCertificate
from assessor_registry.validity.rules import last_day_of
from assessor_registry.web.forms import Day, Form, Input, MaybeDay, MaybeId, MaybeText, Text
from assessor_registry.web.guards import needs
from assessor_registry.web.labels import reason_name
from assessor_registry.web.pages.touched import followed_lists, lapsed_shown
from assessor_registry.web.sheets import Field, Sheet, Weighed, scan_file, send, show, weigh
from assessor_registry.web.today import today_of
from assessor_registry.words import gettext as _
from assessor_registry.words import long_date

WRITE = needs(Permission.ASSESSORS_WRITE)
YEARS = "assessor_certificate_years"
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")


class Contact(Input):
    """How someone is reached; `version` is of what was seen."""

    phone: MaybeText = None
    email: MaybeText = None
    version: int


class Certificate(Input):
    """A certificate as it is printed; without a last day it is computed by the rule of its first day."""

    number: Text
    blanko_number: MaybeText = None
    first_day: Day
    last_day: MaybeDay = None
    issued_on: MaybeDay = None
    received_on: Day
    source: Text
    file_id: MaybeId = None


class Ended(Input):
    """From which day someone assesses no longer, and why."""

    reason: Literal["retired", "moved", "head", "died", "other"]
    day: Day
    version: int


class Back(Input):
    """That the end was entered by mistake, or is over."""

    version: int


def _person(request: Request[Any, Any, Any], assessor_id: UUID) -> assessors.Assessor:
    with request.app.state.database.read() as conn:
        return people.kept(conn, request.user, assessor_id, today_of(request))


def _sheet(
    who: assessors.Assessor, title: str, fields: tuple[Field, ...], button: str, intro: str | None = None, **more: Any
) -> Sheet:
    return Sheet(title, f"/asesor/{who.id}", who.name, fields, button, intro, **more)


def _version(who: assessors.Assessor) -> Field:
    return Field("version", "", type="hidden", value=str(who.version))


# --- Telephone and e-mail ----------------------------------------------------------------------------------------


def _contact_sheet(request: Request[Any, Any, Any], assessor_id: UUID) -> Sheet:
    who = _person(request, assessor_id)
    fields = (
        Field("phone", _("Telepon"), type="tel", required=False, value=who.phone,
              hint=_("Satu nomor, misalnya 081234567890.")),
        Field("email", _("Surel"), type="email", required=False, value=who.email,
              hint=_("Pengingat dikirim ke surel ini.")),
        _version(who),
    )  # fmt: skip
    return _sheet(who, _("Ubah telepon dan surel"), fields, _("Simpan"))


@get("/asesor/{assessor_id:uuid}/kontak", opt=WRITE, sync_to_thread=True)
def contact_form(request: Request[Any, Any, Any], assessor_id: FromPath[UUID]) -> Template:
    """The form for telephone and e-mail."""
    return show(request, _contact_sheet(request, assessor_id))


@post("/asesor/{assessor_id:uuid}/kontak", opt=WRITE, sync_to_thread=True, status_code=200)
def change_contact(
    request: Request[Any, Any, Any], assessor_id: FromPath[UUID], data: URLEncodedBody[Form]
) -> Response[Any]:
    """Change telephone and e-mail."""

    def act(tx: Connection, given: Contact) -> None:
        if given.email and not _EMAIL.fullmatch(given.email):
            raise InvalidInput("assessors.email_unreadable", field="email")
        people.change_assessor(
            tx, request.user, request.app.state.secrecy, assessor_id, {"phone": given.phone, "email": given.email},
            given.version, clock.now(), today=today_of(request),
        )  # fmt: skip

    to = f"/asesor/{assessor_id}?ok=saved"
    return send(request, data, lambda: _contact_sheet(request, assessor_id), Contact, act, to)


# --- A certificate by hand ---------------------------------------------------------------------------------------


def _certificate_sheet(request: Request[Any, Any, Any], assessor_id: UUID) -> Sheet:
    who = _person(request, assessor_id)
    fields = (
        Field("number", _("Nomor sertifikat")),
        Field("blanko_number", _("Nomor blanko"), required=False),
        Field("first_day", _("Berlaku mulai"), type="date"),
        Field("last_day", _("Sampai dengan"), type="date", required=False,
              hint=_("Hari terakhir seperti tercetak. Kosongkan bila tidak tercetak: dihitung menurut aturan.")),
        Field("issued_on", _("Tanggal terbit"), type="date", required=False),
        Field("received_on", _("Diterima tanggal"), type="date"),
        Field("source", _("Sumber"), hint=_("Misalnya: sertifikat asli, atau surat BNSP dan nomornya.")),
        scan_file(request),
    )  # fmt: skip
    intro = _("Sertifikat yang sudah tercatat tidak berubah; ini menambah yang baru.")
    return _sheet(who, _("Catat sertifikat asesor"), fields, _("Periksa"), intro)


@get("/asesor/{assessor_id:uuid}/sertifikat", opt=WRITE, sync_to_thread=True)
def certificate_form(request: Request[Any, Any, Any], assessor_id: FromPath[UUID]) -> Template:
    """The form for a certificate."""
    return show(request, _certificate_sheet(request, assessor_id))


@post("/asesor/{assessor_id:uuid}/sertifikat", opt=WRITE, sync_to_thread=True, status_code=200)
def add_certificate(
    request: Request[Any, Any, Any], assessor_id: FromPath[UUID], data: MultipartBody[Form]
) -> Response[Any]:
    """Show which days it adds, then enter it."""
    _person(request, assessor_id)
    reason = _("Sertifikat asesor dicatat")

    def enter(tx: Connection, given: Certificate) -> Done:
        values = given.model_dump()
        last_day = given.last_day or _usual(tx, given.first_day)
        new = NewCertificate(assessor_id, **{**values, "last_day": last_day}, last_day_computed=given.last_day is None)
        return actions.add_certificate(tx, request.user, new, now=clock.now())

    def weighed(given: Certificate) -> Weighed:
        database, now, today = request.app.state.database, clock.now(), today_of(request)
        followed = consequences.preview(
            database, request.user, lambda tx: enter(tx, given), reason=reason, now=now, among=[assessor_id]
        )  # fmt: skip
        with database.read() as conn:
            last_day = given.last_day or _usual(conn, given.first_day)
            lists = followed_lists(conn, request.user.scope, followed, today)
        note = _("Hari aktif bertambah.") if followed.gained else _("Tidak ada hari aktif yang bertambah.")
        return Weighed(((_("Hari terakhir sertifikat ini"), long_date(last_day)),), (note,), lists)

    def act(tx: Connection, given: Certificate) -> None:
        consequences.apply(tx, request.user, lambda inner: enter(inner, given), reason=reason, now=clock.now())

    to = f"/asesor/{assessor_id}?ok=saved"
    return weigh(request, data, lambda: _certificate_sheet(request, assessor_id), Certificate, weighed, act, to)


def _usual(conn: Connection, first_day: date) -> date:
    if not actions.EARLIEST <= first_day <= actions.LATEST:
        raise InvalidInput("validity.day_beyond_belief", field="first_day", day=first_day)
    return last_day_of(first_day, policy.value(conn, YEARS, first_day).integer)


# --- No longer assessing, and back -------------------------------------------------------------------------------


def _end_sheet(request: Request[Any, Any, Any], assessor_id: UUID) -> Sheet:
    who = _person(request, assessor_id)
    reasons = tuple((each, reason_name(each)) for each in ("retired", "moved", "head", "died", "other"))
    fields = (
        Field("reason", _("Alasan"), type="select", options=reasons, empty=_("Pilih alasan")),
        Field("day", _("Tidak menguji lagi mulai"), type="date"),
        _version(who),
    )
    intro = _("Pengingatnya berhenti dan penugasan sejak hari itu dicabut. Sertifikat dan hasil yang lalu tetap ada.")
    return _sheet(who, _("Tidak lagi menguji"), fields, _("Periksa"), intro, risk=True)


@get("/asesor/{assessor_id:uuid}/berhenti", opt=WRITE, sync_to_thread=True)
def end_form(request: Request[Any, Any, Any], assessor_id: FromPath[UUID]) -> Template:
    """The form for who assesses no longer."""
    return show(request, _end_sheet(request, assessor_id))


@post("/asesor/{assessor_id:uuid}/berhenti", opt=WRITE, sync_to_thread=True, status_code=200)
def end_assessor(
    request: Request[Any, Any, Any], assessor_id: FromPath[UUID], data: URLEncodedBody[Form]
) -> Response[Any]:
    """Show what comes from that day on, then enter the end and settle it."""
    _person(request, assessor_id)

    def end(tx: Connection, given: Ended) -> Followed:
        return consequences.end_assessor(
            tx, request.user, assessor_id, reason=given.reason, day=given.day, version=given.version, now=clock.now(),
            today=today_of(request),
        )  # fmt: skip

    def weighed(given: Ended) -> Weighed:
        return lapsed_shown(request, request.app.state.database.rehearse(lambda tx: end(tx, given)))

    def act(tx: Connection, given: Ended) -> None:
        end(tx, given)

    to = f"/asesor/{assessor_id}?ok=ended"
    return weigh(request, data, lambda: _end_sheet(request, assessor_id), Ended, weighed, act, to)


def _back_sheet(request: Request[Any, Any, Any], assessor_id: UUID) -> Sheet:
    who = _person(request, assessor_id)
    intro = _("Catatan berhenti dihapus. Penugasan yang sudah dicabut tidak kembali sendiri.")
    return _sheet(who, _("Bertugas lagi"), (_version(who),), _("Simpan"), intro)


@get("/asesor/{assessor_id:uuid}/bertugas-lagi", opt=WRITE, sync_to_thread=True)
def back_form(request: Request[Any, Any, Any], assessor_id: FromPath[UUID]) -> Template:
    """The form for who assesses again."""
    return show(request, _back_sheet(request, assessor_id))


@post("/asesor/{assessor_id:uuid}/bertugas-lagi", opt=WRITE, sync_to_thread=True, status_code=200)
def undo_end(request: Request[Any, Any, Any], assessor_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Response[Any]:
    """Take the end back; to-dos are looked for anew."""

    def act(tx: Connection, given: Back) -> None:
        now = clock.now()
        people.undo_end(tx, request.user, assessor_id, given.version, now, today=today_of(request))
        actions.rebuild(tx, [assessor_id], now)

    to = f"/asesor/{assessor_id}?ok=back"
    return send(request, data, lambda: _back_sheet(request, assessor_id), Back, act, to)


HANDLERS: list[Any] = [
    contact_form, change_contact, certificate_form, add_certificate, end_form, end_assessor, back_form, undo_end,
]  # fmt: skip
