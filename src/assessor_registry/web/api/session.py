"""Signing in: a bearer token for login and password."""

from typing import Any

from litestar import Request, delete, post
from litestar.params import JSONBody

from assessor_registry import clock
from assessor_registry.accounts import actions as accounts
from assessor_registry.accounts.rules import Permission
from assessor_registry.web.api.answers import Session
from assessor_registry.web.api.described import Described, body
from assessor_registry.web.forms import Input, Secret, Text, read
from assessor_registry.web.guards import needs, public
from assessor_registry.web.pages.entry import address


class Credentials(Input):
    """Login and password."""

    login: Text
    password: Secret


@post("/session", opt=public(), sync_to_thread=True, status_code=201, tags=["session"],
      operation_class=body(Credentials))  # fmt: skip
def open_session(request: Request[Any, Any, Any], data: JSONBody[dict[str, Any]]) -> Session:
    """Sign in. The token goes into `Authorization: Bearer …`; it ends as a session does."""
    given, now = read(Credentials, data), clock.now()
    signed = accounts.sign_in(
        request.app.state.database,
        given.login,
        given.password,
        now=now,
        today=clock.day_of(now, request.app.state.settings.zone),
        kind="token",
        address=address(request),
    )
    grant = next((each for each in signed.grants if each.id == signed.grant_id), None)
    return {
        "account": {
            "id": signed.account_id,
            "name": signed.name,
            "role": grant.role if grant else None,
            "scope": {"kind": grant.scope.kind, "ref": grant.scope.ref} if grant else None,
        },
        "token": signed.secret,
        "expires_at": signed.expires_at.isoformat(),
    }


@delete("/session", opt=needs(Permission.ACCOUNTS_SELF), sync_to_thread=True, status_code=204, tags=["session"],
        operation_class=Described)  # fmt: skip
def close_session(request: Request[Any, Any, Any]) -> None:
    """Sign out: the token opens nothing any more."""
    request.app.state.database.perform(lambda tx: accounts.sign_out(tx, request.auth, clock.now()))


HANDLERS = [open_session, close_session]
