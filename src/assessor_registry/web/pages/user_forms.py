"""The forms of an account: a new one with its first role, and another role."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template

from assessor_registry import clock
from assessor_registry.accounts import actions, store
from assessor_registry.accounts.rules import PROVINCE, Permission, Role, Scope
from assessor_registry.db.engine import Connection
from assessor_registry.errors import InvalidInput, NotFound
from assessor_registry.institutions import store as institutions
from assessor_registry.reports.lookup import by_numbers
from assessor_registry.web.forms import Form, Input, MaybeDay, MaybeId, MaybeText, Text
from assessor_registry.web.guards import needs
from assessor_registry.web.labels import role_name
from assessor_registry.web.pages.lsp_forms import school_options
from assessor_registry.web.sheets import Field, Sheet, send, show
from assessor_registry.web.today import today_of
from assessor_registry.words import gettext as _

MANAGE = needs(Permission.ACCOUNTS_MANAGE)


class Place(Input):
    """A role and where it is held: one of the places, as the role needs it."""

    role: Role
    lsp_id: MaybeId = None
    school_id: MaybeId = None
    region_code: MaybeText = None
    first_day: MaybeDay = None
    last_day: MaybeDay = None


class NewAccount(Place):
    """A new account with its first role."""

    name: Text
    login: Text
    email: MaybeText = None
    registration: MaybeText = None


def scope_of(given: Place, assessor_id: UUID | None) -> Scope:
    """Where the role is held.

    Raises:
        InvalidInput: the place that the role needs is not filled in.
    """
    if given.role == Role.ASSESSOR:
        if assessor_id is None:
            raise InvalidInput("web.place_missing", field="registration", role=role_name(given.role))
        return Scope("self", str(assessor_id))
    if given.role in (Role.LSP_ADMIN, Role.PANEL):
        if given.lsp_id is None:
            raise InvalidInput("web.place_missing", field="lsp_id", role=role_name(given.role))
        return Scope("lsp", str(given.lsp_id))
    if given.role == Role.SCHOOL:
        if given.school_id is None:
            raise InvalidInput("web.place_missing", field="school_id", role=role_name(given.role))
        return Scope("school", str(given.school_id))
    if given.role == Role.AUDITOR and given.lsp_id is not None:
        return Scope("lsp", str(given.lsp_id))
    if given.role == Role.AUDITOR and given.region_code:
        return Scope("region", given.region_code)
    return PROVINCE


def _existing(conn: Connection, scope: Scope) -> Scope:
    """The scope, when what it names is there.

    Raises:
        NotFound: it is not.
    """
    if scope.kind in {"lsp", "school", "region"} and institutions.scope_name(conn, scope) is None:
        raise NotFound("institutions.not_found")
    return scope


def _place_fields(request: Request[Any, Any, Any], conn: Connection) -> tuple[Field, ...]:
    actor, today = request.user, today_of(request)
    roles = tuple((role.value, role_name(role)) for role in Role if role in _given_by(actor.role))
    lsps = tuple((str(lsp.id), lsp.name) for lsp in institutions.list_lsps(conn, actor.scope, today))
    regions = tuple((row.code, row.name) for row in institutions.list_regions(conn))
    return (
        Field("role", _("Peran"), type="select", options=roles, empty=_("Pilih peran")),
        Field("lsp_id", _("LSP"), type="select", required=False, options=lsps, empty="–",
              hint=_("Untuk Admin LSP, Tim pleno, dan auditor satu LSP.")),
        Field("school_id", _("Sekolah"), type="select", required=False, options=school_options(conn, request),
              empty="–", hint=_("Untuk peran Sekolah.")),
        Field("region_code", _("Kabupaten/kota"), type="select", required=False, options=regions, empty="–",
              hint=_("Untuk auditor satu kabupaten/kota.")),
        Field("first_day", _("Berlaku mulai"), type="date", required=False, hint=_("Kosongkan bila mulai hari ini.")),
        Field("last_day", _("Sampai dengan"), type="date", required=False,
              hint=_("Kosongkan bila sampai dicabut.")),
    )  # fmt: skip


def _given_by(role: str) -> frozenset[Role]:
    """The roles that someone may offer in the form; `give_grant` decides."""
    return frozenset(Role) if role == Role.OPERATOR else frozenset(Role) - {Role.OPERATOR}


def _account_sheet(request: Request[Any, Any, Any]) -> Sheet:
    with request.app.state.database.read() as conn:
        place = _place_fields(request, conn)
    fields = (
        Field("name", _("Nama lengkap")),
        Field("login", _("Nama masuk"), hint=_("Huruf kecil, angka, titik, atau alamat surel.")),
        Field("email", _("Surel"), type="email", required=False),
        place[0],
        Field("registration", _("Nomor MET"), required=False,
              hint=_("Untuk asesor, juga bila ia merangkap peran lain.")),
        *place[1:],
    )  # fmt: skip
    return Sheet(_("Buat akun"), "/pengguna", _("Pengguna"), fields, _("Buat akun"))


@get("/pengguna/baru", opt=MANAGE, sync_to_thread=True)
def new_account_form(request: Request[Any, Any, Any]) -> Template:
    """The form for an account."""
    return show(request, lambda: _account_sheet(request))


@post("/pengguna/baru", opt=MANAGE, sync_to_thread=True, status_code=200)
def new_account(request: Request[Any, Any, Any], data: URLEncodedBody[Form]) -> Response[Any]:
    """Make an account with its first role."""

    def act(tx: Connection, given: NewAccount) -> dict[str, Any]:
        now = clock.now()
        assessor_id = _assessor(tx, given.registration) if given.registration else None
        scope = _existing(tx, scope_of(given, assessor_id))
        made = actions.create_account(
            tx, request.user, login=given.login, name=given.name, email=given.email, assessor_id=assessor_id, now=now
        )
        first = given.first_day or today_of(request)
        actions.give_grant(tx, request.user, made, given.role, scope, first, given.last_day, now=now)
        return {"id": str(made)}

    to = "/pengguna/{id}?ok=added"
    return send(
        request, data, lambda: _account_sheet(request), NewAccount, act, lambda answer: to.format(**answer)
    )  # fmt: skip


def _assessor(conn: Connection, text: str) -> UUID:
    pasted = by_numbers(conn, [text])
    if not pasted.ids:
        raise InvalidInput("web.numbers_unclear", field="registration", numbers=text)
    return pasted.ids[0]


def _grant_sheet(request: Request[Any, Any, Any], account_id: UUID) -> Sheet:
    with request.app.state.database.read() as conn:
        account = store.account(conn, account_id)
        if account is None or not request.user.scope.everything:
            raise NotFound("accounts.no_account")
        fields = _place_fields(request, conn)
    return Sheet(_("Beri peran"), f"/pengguna/{account_id}", account.name, fields, _("Beri peran"))


@get("/pengguna/{account_id:uuid}/peran", opt=MANAGE, sync_to_thread=True)
def grant_form(request: Request[Any, Any, Any], account_id: FromPath[UUID]) -> Template:
    """The form for another role."""
    return show(request, lambda: _grant_sheet(request, account_id))


@post("/pengguna/{account_id:uuid}/peran", opt=MANAGE, sync_to_thread=True, status_code=200)
def give_grant(
    request: Request[Any, Any, Any], account_id: FromPath[UUID], data: URLEncodedBody[Form]
) -> Response[Any]:
    """Give another role."""

    def act(tx: Connection, given: Place) -> None:
        account = store.account(tx, account_id)
        if account is None:
            raise NotFound("accounts.no_account")
        first: date = given.first_day or today_of(request)
        scope = _existing(tx, scope_of(given, account.assessor_id))
        actions.give_grant(tx, request.user, account_id, given.role, scope, first, given.last_day, now=clock.now())

    return send(
        request, data, lambda: _grant_sheet(request, account_id), Place, act, f"/pengguna/{account_id}?ok=granted"
    )


HANDLERS = [new_account_form, new_account, grant_form, give_grant]
