"""Who asks, and whether they may: every request, before the handler.

A handler names one permission with `needs(...)`, or says `public()`. One that names neither is refused: a new route
is closed until somebody has decided who may use it.
"""

from typing import Any

import anyio.to_thread
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.middleware.authentication import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.utils.scope.state import ScopeState

from assessor_registry import clock
from assessor_registry.accounts import store as accounts
from assessor_registry.accounts.rules import Actor, Permission
from assessor_registry.errors import Conflict, Forbidden, NotSignedIn

SESSION_COOKIE = "sesi"


def needs(permission: Permission) -> dict[str, Any]:
    """The `opt` of a handler that needs `permission`."""
    return {"permission": permission}


def public() -> dict[str, Any]:
    """The `opt` of a handler that everybody may use: sign-in, health, verification, static files."""
    return {"public": True}


class Authentication(AbstractAuthenticationMiddleware):
    """Finds the actor behind a session cookie (pages) or a bearer token (API); the two never stand for each other.

    It is asked on every request, so that a disabled account, an ended session or an expired grant counts at once.
    """

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        """Return the actor as `user`, or None; it is for the guard to refuse."""
        is_api = connection.url.path.startswith("/api/")
        secret = bearer(connection) if is_api else connection.cookies.get(SESSION_COOKIE)
        if not secret:
            return AuthenticationResult(user=None, auth=None)
        actor = await anyio.to_thread.run_sync(_find, connection, secret, is_api)
        return AuthenticationResult(user=actor, auth=secret if actor else None)


def bearer(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The token of an `Authorization: Bearer …` header."""
    kind, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() or None if kind.lower() == "bearer" else None


def _find(connection: ASGIConnection[Any, Any, Any, Any], secret: str, is_api: bool) -> Actor | None:
    state = connection.app.state
    kind = "token" if is_api else "session"
    now = clock.now()
    with state.database.read() as conn:
        return accounts.actor_of(
            conn,
            secret,
            now=now,
            today=clock.day_of(now, state.settings.zone),
            kind=kind,
            origin="api" if is_api else "page",
        )


def permission_guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Refuse what the actor's role does not grant.

    Raises:
        NotSignedIn: nobody is signed in.
        Forbidden: the role lacks the permission, or the handler names none.
    """
    if handler.opt.get("public"):
        return
    permission = handler.opt.get("permission")
    if permission is None:
        raise Forbidden("web.not_open")
    actor: Actor | None = connection.scope.get("user")
    if actor is None:
        raise NotSignedIn("web.sign_in_first")
    if shown_to(connection) not in (None, str(actor.grant_id)):
        raise Conflict("web.shown_to_another")
    if not actor.may(permission):
        raise Forbidden("web.forbidden", role=actor.role)


def shown_to(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The grant under which the page was shown whose form is sent; None when the sender is no page of ours.

    Who changes role, or hands the phone on, in one tab does not act in the name of the other with what an older tab
    still shows.
    """
    form = ScopeState.from_scope(connection.scope).form
    named = form.get("_as") if isinstance(form, dict) else None
    named = named or connection.headers.get("x-shown-to")
    return str(named) if named else None
