"""One's own account: role in use, password, sessions and tokens, the key to sign with."""

import re
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import URLEncodedBody
from litestar.response import Redirect, Template
from pydantic import Field

from assessor_registry import clock
from assessor_registry.accounts import actions as accounts
from assessor_registry.accounts import store
from assessor_registry.accounts.rules import Permission
from assessor_registry.errors import InvalidInput, TooMany
from assessor_registry.signing import actions as signing
from assessor_registry.signing import store as keys
from assessor_registry.web.forms import Form, Input, MaybeText, Secret, Text, read, submit
from assessor_registry.web.guards import needs
from assessor_registry.web.listing import Asked
from assessor_registry.web.pages.entry import with_session
from assessor_registry.web.render import page
from assessor_registry.web.said import done, said

SELF = needs(Permission.ACCOUNTS_SELF)

# The page where results are signed, from which one is sent to make a key.
_SIGNING = re.compile(r"/rekam/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/tanda-tangan", re.ASCII)


class ChooseRole(Input):
    """Which of one's roles to work in."""

    grant: UUID


class NewPassword(Input):
    """The old password and the new one, twice."""

    old: Secret
    new: Secret
    again: Secret


class NewPassphrase(Input):
    """The passphrase of the signing key, twice."""

    passphrase: Secret
    again: Secret
    kembali: MaybeText = None


class ChangedPassphrase(Input):
    """The passphrase that one has, and the new one, twice."""

    old_passphrase: Secret
    new_passphrase: Secret
    new_passphrase_again: Secret


class NewToken(Input):
    """A name for an API token and for how many days it holds."""

    label: Text
    days: Annotated[int, Field(ge=1, le=366)]


class Which(Input):
    """A session or token."""

    id: UUID


def _same(new: str, again: str) -> None:
    if new != again:
        raise InvalidInput("web.not_the_same", field="again")


def _way_back(text: str | None) -> str | None:
    """The page from which somebody came to make a key, if it is one: nothing that is sent leads out of this site."""
    return text if text and _SIGNING.fullmatch(text) else None


def shown(request: Request[Any, Any, Any], **context: Any) -> Template:
    """The account page."""
    actor, now = request.user, clock.now()
    with request.app.state.database.read() as conn:
        grants = store.grants_of(conn, actor.account_id, clock.day_of(now, request.app.state.settings.zone))
        sessions = store.list_credentials(conn, actor.account_id, now)
        key = keys.current_key(conn, actor.assessor_id) if actor.assessor_id else None
    places = request.app.state.places
    return page(
        request,
        "entry/account.html",
        grants=[(grant, places.of(grant.scope)) for grant in grants],
        sessions=sessions,
        key=key,
        back=_way_back(str((context.get("typed") or {}).get("kembali") or Asked(request).one("kembali"))),
        **{"new_token": None, **context},
    )


@get("/akun", opt=SELF, sync_to_thread=True)
def account(request: Request[Any, Any, Any]) -> Template:
    """One's own account."""
    return shown(request, said=said(request))


@post("/akun/peran", opt=SELF, sync_to_thread=True, status_code=303)
def choose_role(request: Request[Any, Any, Any], data: URLEncodedBody[Form]) -> Redirect:
    """Work in another of one's roles from now on."""
    given, now = read(ChooseRole, data), clock.now()
    today = clock.day_of(now, request.app.state.settings.zone)
    request.app.state.database.perform(lambda tx: accounts.choose_grant(tx, request.auth, given.grant, today, now=now))
    return Redirect("/", status_code=303)


@post("/akun/kata-sandi", opt=SELF, sync_to_thread=True, status_code=200)
def change_password(request: Request[Any, Any, Any], data: URLEncodedBody[Form]) -> Response[Any]:
    """Change one's password; every other session ends."""

    def act() -> Response[Any]:
        given = read(NewPassword, data)
        _same(given.new, given.again)
        secret = accounts.change_password(
            request.app.state.database,
            request.user,
            given.old,
            given.new,
            now=clock.now(),
            keep_secret=request.auth,
        )
        return with_session(request, Redirect("/akun", status_code=303), secret or "")

    answer: Response[Any] = submit(data, act, lambda **context: shown(request, **context))
    return answer


@post("/akun/frasa", opt=needs(Permission.ASSESSMENTS_SIGN), sync_to_thread=True, status_code=200)
def set_passphrase(request: Request[Any, Any, Any], data: URLEncodedBody[Form]) -> Response[Any]:
    """Make the key to sign with; a second one, after a lost passphrase, waits for the LSP's administrator."""

    def act() -> Response[Any]:
        given = read(NewPassphrase, data)
        _same(given.passphrase, given.again)
        signing.enrol(request.app.state.database, request.user, request.user.assessor_id, given.passphrase, clock.now())
        return done(_way_back(given.kembali) or "/akun", "kunci")

    answer: Response[Any] = submit(data, act, lambda **context: shown(request, **context))
    return answer


@post("/akun/frasa/ganti", opt=needs(Permission.ASSESSMENTS_SIGN), sync_to_thread=True, status_code=200)
def change_passphrase(request: Request[Any, Any, Any], data: URLEncodedBody[Form]) -> Response[Any]:
    """Another passphrase for the same key."""

    def act() -> Response[Any]:
        given = read(ChangedPassphrase, data)
        if given.new_passphrase != given.new_passphrase_again:
            raise InvalidInput("web.not_the_same", field="new_passphrase_again")
        try:
            signing.change_passphrase(
                request.app.state.database, request.user, request.user.assessor_id,
                given.old_passphrase, given.new_passphrase, clock.now(),
            )  # fmt: skip
        except TooMany as refusal:
            refusal.field = "old_passphrase"
            raise
        return done("/akun", "frasa")

    answer: Response[Any] = submit(data, act, lambda **context: shown(request, **context))
    return answer


@post("/akun/token", opt=SELF, sync_to_thread=True, status_code=200)
def make_token(request: Request[Any, Any, Any], data: URLEncodedBody[Form]) -> Response[Any]:
    """Make an API token; it is shown once."""

    def act() -> Response[Any]:
        given = read(NewToken, data)
        secret = request.app.state.database.perform(
            lambda tx: accounts.make_token(tx, request.user, given.label, now=clock.now(), days=given.days)
        )
        return shown(request, new_token=secret)

    answer: Response[Any] = submit(data, act, lambda **context: shown(request, **context))
    return answer


@post("/akun/akhiri", opt=SELF, sync_to_thread=True, status_code=303)
def end_session(request: Request[Any, Any, Any], data: URLEncodedBody[Form]) -> Redirect:
    """End one of one's sessions or tokens."""
    given = read(Which, data)
    request.app.state.database.perform(lambda tx: accounts.end_credential(tx, request.user, given.id, now=clock.now()))
    return Redirect("/akun", status_code=303)


HANDLERS = [account, choose_role, change_password, set_passphrase, change_passphrase, make_token, end_session]
