"""From a refusal to an answer: a page in the user's words, or `application/problem+json` under /api/."""

import logging
import secrets
import traceback
from collections.abc import Mapping
from typing import Any, NotRequired

from litestar import Request, Response
from litestar.datastructures import Cookie, UploadFile
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    PermissionDeniedException,
)
from litestar.middleware.csrf import generate_csrf_token
from litestar.response import Redirect
from litestar.utils.scope.state import ScopeState
from typing_extensions import TypedDict  # pydantic reads that of `typing` from Python 3.12 on

from assessor_registry import clock, words
from assessor_registry.db.engine import DBAPIError, translated
from assessor_registry.errors import Conflict, Forbidden, InvalidInput, NotFound, NotSignedIn, Reason, Refusal, TooMany
from assessor_registry.web import resuming
from assessor_registry.web.queries import unfit
from assessor_registry.web.render import page

log = logging.getLogger(__name__)

# What Litestar says when a body stops in its middle, as it does where a phone loses its signal: no error of ours.
_BROKEN_OFF = "client disconnected prematurely"


class Said(TypedDict):
    """Why, for programs by `code`, for people by `message`; with the `field` or `record` that it is about, if any."""

    code: str
    message: str
    field: NotRequired[str]
    record: NotRequired[str]


class Problem(TypedDict):
    """A refusal (RFC 9457): `title` in the user's words, every reason, and what is there now if that is why."""

    type: str
    title: str
    status: int
    code: str
    reasons: list[Said]
    field: NotRequired[str]
    current: NotRequired[Any]


def is_api(request: Request[Any, Any, Any]) -> bool:
    """Whether the answer is for a program."""
    return request.url.path.startswith("/api/")


def refused(request: Request[Any, Any, Any], refusal: Refusal) -> Response[Any]:
    """Answer a refusal."""
    if is_api(request):
        return problem_json(refusal)
    if isinstance(refusal, NotSignedIn) and request.method == "GET":
        return Redirect(resuming.way_in(request))
    if isinstance(refusal, NotSignedIn) and (form := resuming.sent_form(request)):
        return asked_to_sign_in(request, form)
    answer = page(
        request,
        "problem.html",
        status=refusal.status,
        text=words.sentence(refusal.reason),
        reasons=[words.sentence(each) for each in refusal.reasons],
        signed_out=isinstance(refusal, NotSignedIn),
    )
    answer.headers.update(_when_again(refusal))
    return answer


def _when_again(refusal: Refusal) -> dict[str, str]:
    return {"retry-after": str(refusal.params["wait_seconds"])} if isinstance(refusal, TooMany) else {}


def asked_to_sign_in(request: Request[Any, Any, Any], form: Mapping[str, Any]) -> Response[Any]:
    """The sign-in page for who sent a form after their session had ended: what they typed waits in it."""
    holder = resuming.held(request)
    waiting = resuming.sealed(request, form, holder)
    typed = {"login": holder.login} if holder else {}
    if waiting is not None:
        typed["isian"] = resuming.seal(request, waiting, clock.now())
    for each in form.values():
        if isinstance(each, UploadFile):
            each.file.close()
    lost = waiting or {"files": False, "secrets": False}
    return page(request, "entry/sign_in.html", status=NotSignedIn.status, typed=typed, lost=lost)


def form_expired(request: Request[Any, Any, Any]) -> Response[Any]:
    """The token of a form is missing or not ours. A browser that was closed has lost its session and its token."""
    form = resuming.sent_form(request)
    if request.scope.get("user") is not None or form is None or not resuming.from_here(request):
        return refused(request, Forbidden("web.form_expired"))
    settings = request.app.state.settings
    config = request.app.csrf_config
    if config is None:
        raise RuntimeError("forms without a token")
    token = request.cookies.get(config.cookie_name) or generate_csrf_token(config.secret)
    ScopeState.from_scope(request.scope).csrf_token = token
    answer = asked_to_sign_in(request, form)
    answer.set_cookie(
        Cookie(key=config.cookie_name, value=token, httponly=True, samesite="lax", secure=settings.secure_cookies)
    )
    return answer


def problem_json(refusal: Refusal) -> Response[Any]:
    """RFC 9457, with `code` and `reasons`."""
    body: Problem = {
        "type": "about:blank",
        "title": words.sentence(refusal.reason),
        "status": refusal.status,
        "code": refusal.code,
        "reasons": [said(each) for each in refusal.reasons],
    }
    if refusal.field:
        body["field"] = refusal.field
    if refusal.extra is not None:
        body["current"] = refusal.extra
    headers = _when_again(refusal) | (
        {"www-authenticate": "Bearer"} if refusal.status == 401 else {}
    )  # RFC 9110 §11.6.1
    return Response(body, status_code=refusal.status, media_type="application/problem+json", headers=headers)


def said(reason: Reason) -> Said:
    """A reason as the API gives it."""
    found: Said = {"code": reason.code, "message": words.sentence(reason)}
    if reason.field:
        found["field"] = reason.field
    if "draft" in reason.params:
        found["record"] = str(reason.params["draft"])
    return found


def refusal_handler(request: Request[Any, Any, Any], error: Refusal) -> Response[Any]:
    """For `Refusal` of the rooms."""
    return refused(request, error)


def http_handler(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """For what Litestar refuses by itself: the same words, the same shapes."""
    if isinstance(error, NotFoundException):
        return refused(request, NotFound("web.not_found"))
    if isinstance(error, MethodNotAllowedException):
        return _with_status(request, InvalidInput("web.method"), 405)
    if isinstance(error, PermissionDeniedException):
        return form_expired(request)
    if error.status_code == 413:
        return _with_status(request, InvalidInput("web.too_large"), 413)
    if 400 <= error.status_code < 500 or error.detail == _BROKEN_OFF:
        return _with_status(request, unfit(request, error) or InvalidInput("web.unreadable"), 400)
    return unexpected_handler(request, error)


def _with_status(request: Request[Any, Any, Any], refusal: Refusal, status: int) -> Response[Any]:
    answer = refused(request, refusal)
    answer.status_code = status
    if isinstance(answer.content, dict):
        answer.content["status"] = status
    return answer


def database_handler(request: Request[Any, Any, Any], error: DBAPIError) -> Response[Any]:
    """For what the database refused outside `Database.perform`."""
    found = translated(error)
    return refused(request, found) if isinstance(found, Refusal) else unexpected_handler(request, error)


# Where Litestar reads what was sent: in these files its own errors are not of its own kinds.
_READERS = (
    "litestar/serialization/",
    "litestar/_multipart.py",
    "litestar/_parsers.py",
    "litestar/_kwargs/extractors.py",
)


def _while_reading(error: Exception) -> bool:
    """Whether what was sent could not be read: nested too deep, not in its charset, in a charset that nobody knows.

    An error of the same kind that our own code raises is a bug as any other.
    """
    if not isinstance(error, RecursionError | ValueError | LookupError):
        return False
    frames = [frame.filename.replace("\\", "/") for frame in traceback.extract_tb(error.__traceback__)]
    ours = [name for name in frames if "/litestar/" in name or "/assessor_registry/" in name]
    return bool(ours) and any(reader in ours[-1] for reader in _READERS)


def unexpected_handler(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """For a bug: a number for the user and the log; no detail leaves the server, no personal data enters the log."""
    if _while_reading(error):
        return _with_status(request, InvalidInput("web.unreadable"), 400)
    number = secrets.token_hex(4)
    # Frames and type only: the message of an exception may hold a name or a number of a person.
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("unexpected error %s: %s\n%s", number, type(error).__name__, frames)
    return _with_status(request, Conflict("web.unexpected", number=number), 500)
