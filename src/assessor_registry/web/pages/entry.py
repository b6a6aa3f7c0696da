"""Coming in and going out: sign-in, activation with a one-time code, sign-out."""

from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.params import URLEncodedBody
from litestar.response import Redirect, Template
from pydantic import StringConstraints

from assessor_registry import clock
from assessor_registry.accounts import actions as accounts
from assessor_registry.accounts.rules import Permission
from assessor_registry.web import resuming
from assessor_registry.web.forms import Form, Input, MaybeText, Secret, Text, read, submit
from assessor_registry.web.guards import SESSION_COOKIE, needs, public
from assessor_registry.web.render import page


class SignIn(Input):
    """The sign-in form."""

    login: Text
    password: Secret
    ke: MaybeText = None
    isian: Annotated[str | None, StringConstraints(max_length=400_000)] = None


class Activation(Input):
    """The activation form: a one-time code from the sheet, and a password of one's own."""

    code: Text
    password: Secret
    again: Secret


def address(request: Request[Any, Any, Any]) -> str:
    """Where the request comes from, for slowing down guessing; never stored in the clear."""
    return request.client.host if request.client else "unknown"


def with_session(request: Request[Any, Any, Any], answer: Response[Any], secret: str) -> Response[Any]:
    """Set the session cookie: a new secret at every sign-in, so that a fixed one is worth nothing."""
    answer.set_cookie(
        Cookie(
            key=SESSION_COOKIE,
            value=secret,
            path="/",
            httponly=True,
            samesite="lax",
            secure=request.app.state.settings.secure_cookies,
        )
    )
    return answer


@get("/masuk", opt=public(), sync_to_thread=True)
def sign_in_form(request: Request[Any, Any, Any]) -> Template:
    """The sign-in page."""
    asked = resuming.own_page(request, request.query_params.get("ke"))
    return page(request, "entry/sign_in.html", typed={"ke": asked} if asked else {}, lost=None)


@post("/masuk", opt=public(), sync_to_thread=True, status_code=200)
def sign_in(request: Request[Any, Any, Any], data: URLEncodedBody[Form]) -> Response[Any]:
    """Sign in, and go to the page that was asked for, else to the first."""

    def act() -> Response[Any]:
        given = read(SignIn, data)
        now, before = clock.now(), resuming.held(request)
        today = clock.day_of(now, request.app.state.settings.zone)
        signed = accounts.sign_in(
            request.app.state.database,
            given.login,
            given.password,
            now=now,
            today=today,
            kind="session",
            address=address(request),
        )
        role = before.grant_id if before and before.account_id == signed.account_id else None
        if role != signed.grant_id and role in {grant.id for grant in signed.grants}:
            # Back in the role in which the session ended: the page was one of that role.
            request.app.state.database.perform(
                lambda tx: accounts.choose_grant(tx, signed.secret, role, today, now=now)
            )
        target = resuming.arrival(request, signed.account_id, given.ke, given.isian)
        return with_session(request, Redirect(target, status_code=303), signed.secret)

    answer: Response[Any] = submit(
        data, act, lambda **context: page(request, "entry/sign_in.html", **{"lost": None, **context})
    )
    return answer


@get("/aktivasi", opt=public(), sync_to_thread=True)
def activation_form(request: Request[Any, Any, Any]) -> Template:
    """The page where a new account is activated."""
    return page(request, "entry/activate.html")


@post("/aktivasi", opt=public(), sync_to_thread=True, status_code=200)
def activate(request: Request[Any, Any, Any], data: URLEncodedBody[Form]) -> Response[Any]:
    """Set the first password; then sign in with it."""

    def act() -> Response[Any]:
        given = read(Activation, data)
        if given.password != given.again:
            return page(
                request, "entry/activate.html", status=422, typed={"code": given.code}, errors={"again": _different()}
            )
        accounts.activate(
            request.app.state.database, given.code, given.password, now=clock.now(), address=address(request)
        )
        return page(request, "entry/sign_in.html", said=_activated(), lost=None)

    answer: Response[Any] = submit(data, act, lambda **context: page(request, "entry/activate.html", **context))
    return answer


def _different() -> str:
    from assessor_registry.words import gettext as _

    return _("Kedua kata sandi tidak sama.")


def _activated() -> str:
    from assessor_registry.words import gettext as _

    return _("Akun sudah aktif. Masuklah dengan kata sandi yang baru.")


@post("/keluar", opt=needs(Permission.ACCOUNTS_SELF), sync_to_thread=True, status_code=303)
def sign_out(request: Request[Any, Any, Any], data: URLEncodedBody[Form]) -> Response[Any]:
    """End the session; the browser forgets the pages that it kept, not the taps that have not been sent."""
    request.app.state.database.perform(lambda tx: accounts.sign_out(tx, request.auth, clock.now()))
    answer = Redirect("/masuk", status_code=303, headers={"clear-site-data": '"cache"'})
    answer.delete_cookie(SESSION_COOKIE, path="/")
    return answer


HANDLERS = [sign_in_form, sign_in, activation_form, activate, sign_out]
