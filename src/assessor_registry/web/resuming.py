"""A session that has ended: back to the same page after signing in, and nothing that was typed is lost.

A page that was asked for is named in the address of the sign-in page (`ke`). A form that was sent goes this way:

1. It is sealed into the sign-in page (`isian`); passwords, passphrases and files are left out. Nothing is written:
   nobody has signed in.
2. Signing in keeps it, sealed, for the account whose session it was, and goes to the page that it was typed on.
3. That page shows it again (`lagi`), to be looked at and sent. What was sent was not done, and is not until then.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit
from uuid import UUID

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException
from litestar.types import Empty
from litestar.utils.scope.state import ScopeState

from assessor_registry import clock
from assessor_registry.accounts import actions as accounts
from assessor_registry.accounts import store
from assessor_registry.accounts.rules import FORM_KEPT
from assessor_registry.errors import ConfigurationError
from assessor_registry.web.guards import SESSION_COOKIE

MOST_SEALED = 200_000
_ENTRY = re.compile(r"/(masuk|keluar|aktivasi|api|static|vendor|pki)(/|$)")
# What may stand in an address that is handed on: filters and days, ids and numbers; nothing that somebody typed.
_FILTERS = frozenset({"kapan", "status", "state", "kind", "keadaan", "asal", "role", "region", "hari", "ganti", "page"})
_PLAIN = re.compile(r"[0-9]{1,4}|\d{4}-\d\d-\d\d|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SECRET = re.compile(r"password|passphrase|^(old|new|again|code)$")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A form on its way through signing in. `account` is to whom its page was shown; nobody else sees it again."""

    page: str
    account: UUID
    fields: dict[str, Any] = field(repr=False)
    files: bool
    secrets: bool


# --- Where to ----------------------------------------------------------------------------------------------------


def way_in(request: Request[Any, Any, Any]) -> str:
    """The address of the sign-in page for who asked for this page."""
    found = own_page(request, str(request.url.path) + (f"?{request.url.query}" if request.url.query else ""))
    return "/masuk" if found in (None, "/") else f"/masuk?{urlencode({'ke': found})}"


def own_page(request: Request[Any, Any, Any], target: str | None) -> str | None:
    """Return `target` if it is a page of this application, without what somebody may have typed; else None."""
    if not target or len(target) > 2000 or not target.isprintable() or "\\" in target:
        return None
    parts = urlsplit(target)
    path = unquote(parts.path)
    if parts.scheme or parts.netloc or not path.startswith("/") or "//" in path or not path.isprintable():
        return None
    page = next((each for each in _candidates(path) if _is_page(request, each)), None)
    if page is None:
        return None
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name in _FILTERS or _PLAIN.fullmatch(value)]
    query = urlencode([each for each in kept if each[0] != "lagi"]) if page == path else ""
    return quote(page) + (f"?{query}" if query else "")


def _candidates(path: str) -> list[str]:
    """The page itself; of a file, the list or the page that it is offered on."""
    parent, _slash, last = path.rpartition("/")
    stem, dot, _kind = last.partition(".")
    return [f"{parent}/{stem}", parent or "/"] if dot else [path]


def _is_page(request: Request[Any, Any, Any], path: str) -> bool:
    if _ENTRY.match(path):
        return False
    try:
        request.app.asgi_router.handle_routing(path=path.rstrip("/") or "/", method="GET")
    except HTTPException:
        return False
    return True


def _typed_on(request: Request[Any, Any, Any], fields: Mapping[str, Any]) -> str:
    """The page on which the form of this request was filled in: where it came from, else its own address or above.

    A form that had been refused came from an address without the candidate that it is about.
    """
    came = urlsplit(request.headers.get("referer", ""))
    path = str(request.url.path)
    above = [path.rsplit("/", count)[0] for count in range(1, path.count("/"))]
    asked = [f"{came.path}?{came.query}" if came.netloc == request.headers.get("host") else "", path, *above, "/"]
    found = next(found for each in asked if (found := own_page(request, each)))
    about = str(fields.get("asesi", ""))
    return f"{found}?asesi={about}" if _PLAIN.fullmatch(about) and "?" not in found else found


# --- 1. Sealed into the sign-in page -------------------------------------------------------------------------------


def sent_form(request: Request[Any, Any, Any]) -> Mapping[str, Any] | None:
    """The form that came with a request, as whoever looked for its token has read it; None when there is none."""
    form = ScopeState.from_scope(request.scope).form
    return form if form is not Empty and isinstance(form, dict) and form else None


def from_here(request: Request[Any, Any, Any]) -> bool:
    """Whether the browser says that a page of ours has sent this: nobody else's form is shown as one's own."""
    return request.headers.get("sec-fetch-site") == "same-origin"


def held(request: Request[Any, Any, Any]) -> store.Holder | None:
    """Whose session this browser had, also when it has ended."""
    secret = request.cookies.get(SESSION_COOKIE)
    if not secret:
        return None
    with request.app.state.database.read() as conn:
        return store.holder_of(conn, secret)


def sealed(request: Request[Any, Any, Any], form: Mapping[str, Any], holder: store.Holder | None) -> Waiting | None:
    """What of the form waits; None when it is too large to."""
    secrets = [name for name in form if _SECRET.search(name)]
    files = [name for name, value in form.items() if _is_file(value)]
    fields = {
        name: value for name, value in form.items()
        if not name.startswith("_") and name not in secrets and name not in files
    }  # fmt: skip
    account = _shown_to(request, form) or (holder.account_id if holder else None)
    if account is None:
        return None
    waiting = Waiting(_typed_on(request, fields), account, fields, bool(files), bool(secrets))
    return waiting if len(json.dumps(fields)) <= MOST_SEALED else None


def _shown_to(request: Request[Any, Any, Any], form: Mapping[str, Any]) -> UUID | None:
    """The account to which the form's page was shown."""
    try:
        grant = UUID(str(form.get("_as")))
    except ValueError:
        return None
    with request.app.state.database.read() as conn:
        return store.account_of_grant(conn, grant)


def _is_file(value: object) -> bool:
    return isinstance(value, UploadFile) or (isinstance(value, list) and any(map(_is_file, value)))


def seal(request: Request[Any, Any, Any], waiting: Waiting, now: datetime) -> str:
    """The text of `isian`: nobody can read or make it."""
    shown = {name: getattr(waiting, name) for name in Waiting.__dataclass_fields__}
    shown |= {"account": str(waiting.account), "at": now.timestamp()}
    return base64.urlsafe_b64encode(request.app.state.secrecy.seal(json.dumps(shown), "form")).decode()


# --- 2. Kept at signing in -----------------------------------------------------------------------------------------


def opened(request: Request[Any, Any, Any], text: str | None, now: datetime) -> Waiting | None:
    """What `seal` made less than a day ago; None for anything else."""
    try:
        shown = json.loads(request.app.state.secrecy.open(base64.urlsafe_b64decode(text or ""), "form"))
    except (ConfigurationError, ValueError):
        return None
    if now.timestamp() - shown.pop("at") > FORM_KEPT.total_seconds():
        return None
    return Waiting(**{**shown, "account": UUID(shown["account"])})


def arrival(request: Request[Any, Any, Any], account_id: UUID, asked: str | None, text: str | None) -> str:
    """Where an account goes that has just signed in: to the page asked for, or to the form that waits for it."""
    now = clock.now()
    waiting = opened(request, text, now)
    if waiting is None or waiting.account != account_id:
        return own_page(request, asked) or "/"
    content = json.dumps({"fields": waiting.fields, "files": waiting.files, "secrets": waiting.secrets})
    kept = request.app.state.secrecy.seal(content, "form")
    path = waiting.page.partition("?")[0]
    key = request.app.state.database.perform(lambda tx: accounts.keep_form(tx, account_id, path, kept, now=now))
    return f"{waiting.page}{'&' if '?' in waiting.page else '?'}{urlencode({'lagi': str(key)})}"


# --- 3. Shown again ------------------------------------------------------------------------------------------------


def resumed(request: Request[Any, Any, Any]) -> dict[str, Any] | None:
    """The form that waits for this page and account: `fields`, `files`, `secrets`; None when there is none."""
    if request.method != "GET" or "lagi" not in request.query_params:
        return None
    state = request.scope["state"]
    if "resumed" not in state:
        state["resumed"] = _resumed(request)
    found: dict[str, Any] | None = state["resumed"]
    return found


def _resumed(request: Request[Any, Any, Any]) -> dict[str, Any] | None:
    actor = request.scope.get("user")
    try:
        key = UUID(str(request.query_params["lagi"]))
    except ValueError:
        return None
    if actor is None or actor.account_id is None:
        return None
    with request.app.state.database.read() as conn:
        kept = accounts.kept_form(conn, actor.account_id, key, now=clock.now())
    if kept is None or kept.path != quote(str(request.url.path)):
        return None
    found: dict[str, Any] = json.loads(request.app.state.secrecy.open(kept.sealed, "form"))
    return found


def typed_of(request: Request[Any, Any, Any], context: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a page's form is filled with: what was just refused, else what waited for its sender."""
    typed: Mapping[str, Any] = context.get("typed") or (resumed(request) or {}).get("fields") or {}
    return typed
