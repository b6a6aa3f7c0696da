"""Accounts: the list, one account with its roles, codes to activate it, and signing keys that wait."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template

from assessor_registry import clock
from assessor_registry.accounts import actions, store
from assessor_registry.accounts.rules import Permission, Role, Scope
from assessor_registry.db.engine import Connection
from assessor_registry.errors import NotFound
from assessor_registry.reports import accounts as listing
from assessor_registry.signing import actions as signing
from assessor_registry.validity.actions.reach import require_in_scope
from assessor_registry.web.download import MOST_IN_A_FILE, sheet_answer
from assessor_registry.web.forms import Form, Input, read
from assessor_registry.web.guards import needs
from assessor_registry.web.labels import role_name
from assessor_registry.web.listing import Asked
from assessor_registry.web.once import key_of, once
from assessor_registry.web.pages import user_forms
from assessor_registry.web.render import page
from assessor_registry.web.sheets import said
from assessor_registry.web.today import today_of
from assessor_registry.words import gettext as _

READ = needs(Permission.ACCOUNTS_READ)
MANAGE = needs(Permission.ACCOUNTS_MANAGE)
SIZE = 50


class Nothing(Input):
    """A form with a button only."""


def place_name(request: Request[Any, Any, Any], scope: Scope) -> str:
    """The name of where a role is held; oneself needs none."""
    if scope.everything:
        return str(_("seluruh provinsi"))
    return request.app.state.places.of(scope) or ""


def _states() -> dict[str, str]:
    return {"active": _("Aktif"), "new": _("Belum diaktifkan"), "disabled": _("Dinonaktifkan")}


def _found(
    request: Request[Any, Any, Any], conn: Connection, *, limit: int, offset: int = 0
) -> tuple[list[listing.AccountLine], int]:
    """The accounts that the filters of the address ask for, by name, and how many there are."""
    asked = Asked(request)
    role, state = asked.one("role"), asked.one("state")
    return listing.account_lines(
        conn, request.user.scope, today_of(request), q=asked.one("q")[:200], role=role if role in set(Role) else None,
        state=state if state in listing.STATES else None, limit=limit, offset=offset,
    )  # fmt: skip


def _roles(request: Request[Any, Any, Any], row: listing.AccountLine) -> list[tuple[str, str]]:
    return [(role_name(held), place_name(request, scope)) for held, scope in row.held]


@get("/pengguna", opt=READ, sync_to_thread=True)
def user_list(request: Request[Any, Any, Any]) -> Template:
    """The accounts, by name."""
    asked = Asked(request)
    with request.app.state.database.read() as conn:
        rows, total = _found(request, conn, limit=SIZE, offset=(asked.page - 1) * SIZE)
        may_confirm = request.user.may(Permission.ASSESSORS_WRITE)
        waiting = listing.waiting_keys(conn, request.user.scope, today_of(request)) if may_confirm else []
    return page(
        request,
        "ground/users.html",
        rows=[(row, _roles(request, row)) for row in rows],
        total=total,
        size=SIZE,
        asked=asked,
        q=asked.one("q")[:200],
        role=asked.one("role"),
        state=asked.one("state"),
        roles=[(each.value, role_name(each)) for each in Role],
        states=_states(),
        waiting=len(waiting),
        may_manage=request.user.may(Permission.ACCOUNTS_MANAGE),
    )


@get("/pengguna.xlsx", opt=READ, sync_to_thread=True)
def user_file(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The same list, with its filters, as a workbook."""
    with request.app.state.database.read() as conn:
        rows, _total = _found(request, conn, limit=MOST_IN_A_FILE)
    states = _states()
    heads = ((_("Nama"), 34), (_("Nama masuk"), 24), (_("Surel"), 32), (_("Peran hari ini"), 60), (_("Keadaan"), 20))
    lines = [
        (row.name, row.login, row.email, "; ".join(" · ".join(filter(None, each)) for each in _roles(request, row)),
         states["disabled" if row.disabled else "active" if row.activated else "new"])
        for row in rows
    ]  # fmt: skip
    return sheet_answer(_("Pengguna"), heads, lines, "pengguna.xlsx")


def shown(request: Request[Any, Any, Any], account_id: UUID, **context: Any) -> Template:
    """One account's page."""
    with request.app.state.database.read() as conn:
        account = store.account(conn, account_id)
        if account is None or not request.user.scope.everything:
            raise NotFound("accounts.no_account")
        grants = store.grants_of(conn, account_id)
    texts = {
        "added": _("Akun sudah dibuat. Terbitkan kode aktivasinya."),
        "granted": _("Peran sudah diberikan."),
        "revoked": _("Peran sudah dicabut."),
        "disabled": _("Akun sudah dinonaktifkan; semua sesinya berakhir."),
        "enabled": _("Akun aktif lagi."),
    }
    return page(
        request,
        "ground/user.html",
        account=account,
        grants=[(grant, place_name(request, grant.scope)) for grant in grants],
        today=today_of(request),
        own=account_id == request.user.account_id,
        may_manage=request.user.may(Permission.ACCOUNTS_MANAGE),
        **{"said": said(request, **texts), "code": None, **context},
    )


@get("/pengguna/{account_id:uuid}", opt=READ, sync_to_thread=True)
def user_page(request: Request[Any, Any, Any], account_id: FromPath[UUID]) -> Template:
    """One account: its roles and what can be done about it."""
    return shown(request, account_id)


@post("/pengguna/{account_id:uuid}/kode", opt=MANAGE, sync_to_thread=True, status_code=200)
def issue_code(request: Request[Any, Any, Any], account_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Template:
    """Issue a one-time code and show it. The same page sent again (double tap, reload) shows the same code."""
    read(Nothing, data)
    seed = request.app.state.secrecy.digest(f"code of {account_id} {key_of(request, data)}")
    code = request.app.state.database.perform(
        lambda tx: actions.issue_code(tx, request.user, account_id, now=clock.now(), seed=seed)
    )
    return shown(request, account_id, code=code)


def _do(request: Request[Any, Any, Any], data: Form, act: Any, to: str) -> Redirect:
    """Do what a button asks for, once."""
    read(Nothing, data)

    def run(tx: Connection) -> dict[str, Any]:
        act(tx)
        return {}

    once(request, data, run)
    return Redirect(to, status_code=303)


@post("/pengguna/{account_id:uuid}/nonaktif", opt=MANAGE, sync_to_thread=True, status_code=303)
def disable(request: Request[Any, Any, Any], account_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Redirect:
    """Close an account."""
    to = f"/pengguna/{account_id}?ok=disabled"
    return _do(request, data, lambda tx: actions.disable(tx, request.user, account_id, now=clock.now()), to)


@post("/pengguna/{account_id:uuid}/aktif", opt=MANAGE, sync_to_thread=True, status_code=303)
def enable(request: Request[Any, Any, Any], account_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Redirect:
    """Open a closed account again."""
    to = f"/pengguna/{account_id}?ok=enabled"
    return _do(request, data, lambda tx: actions.enable(tx, request.user, account_id, now=clock.now()), to)


@post("/pengguna/{account_id:uuid}/peran/{grant_id:uuid}/cabut", opt=MANAGE, sync_to_thread=True, status_code=303)
def revoke(
    request: Request[Any, Any, Any], account_id: FromPath[UUID], grant_id: FromPath[UUID], data: URLEncodedBody[Form]
) -> Redirect:
    """Take a role away."""
    to = f"/pengguna/{account_id}?ok=revoked"
    return _do(request, data, lambda tx: actions.revoke_grant(tx, request.user, grant_id, now=clock.now()), to)


# --- Signing keys that wait --------------------------------------------------------------------------------------


@get("/kunci", opt=needs(Permission.ASSESSORS_WRITE), sync_to_thread=True)
def key_list(request: Request[Any, Any, Any]) -> Template:
    """Second signing keys, made after a lost passphrase, of the assessors of one's scope."""
    with request.app.state.database.read() as conn:
        waiting = listing.waiting_keys(conn, request.user.scope, today_of(request))
    zone = request.app.state.settings.zone
    return page(
        request,
        "ground/keys.html",
        waiting=[(row, clock.day_of(row.created_at, zone)) for row in waiting],
        said=said(request, confirmed=_("Kunci sudah disahkan; asesor dapat menandatangani lagi.")),
    )


@post("/kunci/{assessor_id:uuid}", opt=needs(Permission.ASSESSORS_WRITE), sync_to_thread=True, status_code=303)
def confirm_key(request: Request[Any, Any, Any], assessor_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Redirect:
    """Confirm a key: the person has been seen, and said that they made it."""

    def act(tx: Connection) -> None:
        now = clock.now()
        require_in_scope(tx, request.user, [assessor_id], now)
        actions.require_not_issuer(tx, request.user, assessor_id)
        signing.confirm_key(tx, request.user, assessor_id, now)

    return _do(request, data, act, "/kunci?ok=confirmed")


HANDLERS: list[Any] = [
    user_list, user_file, user_page, issue_code, disable, enable, revoke, key_list, confirm_key, *user_forms.HANDLERS,
]  # fmt: skip
