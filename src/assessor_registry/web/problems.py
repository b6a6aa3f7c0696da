"""From a refusal to an answer: a page in the user's words, or `application/problem+json` under /api/."""

import logging
import secrets
import traceback
from typing import Any

from litestar import Request, Response
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    PermissionDeniedException,
)
from litestar.response import Redirect

from assessor_registry import words
from assessor_registry.db.engine import DBAPIError, translated
from assessor_registry.errors import Conflict, Forbidden, InvalidInput, NotFound, NotSignedIn, Reason, Refusal, TooMany
from assessor_registry.web.render import page

log = logging.getLogger(__name__)


def is_api(request: Request[Any, Any, Any]) -> bool:
    """Whether the answer is for a program."""
    return request.url.path.startswith("/api/")


def refused(request: Request[Any, Any, Any], refusal: Refusal) -> Response[Any]:
    """Answer a refusal."""
    if is_api(request):
        return problem_json(refusal)
    if isinstance(refusal, NotSignedIn) and request.method == "GET":
        return Redirect("/masuk")
    return page(
        request,
        "problem.html",
        status=refusal.status,
        text=words.sentence(refusal.reason),
        reasons=[words.sentence(each) for each in refusal.reasons],
        signed_out=isinstance(refusal, NotSignedIn),
    )


def problem_json(refusal: Refusal) -> Response[Any]:
    """RFC 9457, with `code` and `reasons`."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": words.sentence(refusal.reason),
        "status": refusal.status,
        "code": refusal.code,
        "reasons": [said(each) for each in refusal.reasons],
    }
    if refusal.field:
        body["field"] = refusal.field
    extra = getattr(refusal, "extra", None)
    if extra is not None:
        body["current"] = extra
    headers = {"retry-after": str(refusal.params["wait_seconds"])} if isinstance(refusal, TooMany) else {}
    return Response(body, status_code=refusal.status, media_type="application/problem+json", headers=headers)


def said(reason: Reason) -> dict[str, str]:
    """A reason as the API gives it."""
    return {"code": reason.code, "message": words.sentence(reason)}


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
        return refused(request, Forbidden("web.form_expired"))
    if error.status_code == 413:
        return _with_status(request, InvalidInput("web.too_large"), 413)
    if 400 <= error.status_code < 500:
        return _with_status(request, InvalidInput("web.unreadable", detail=_where(error)), 400)
    return unexpected_handler(request, error)


def _where(error: HTTPException) -> str:
    extra = error.extra if isinstance(error.extra, list) else []
    keys = [str(each.get("key")) for each in extra if isinstance(each, dict) and each.get("key")]
    return ", ".join(keys)[:200]


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
        return _with_status(request, InvalidInput("web.unreadable", detail=""), 400)
    number = secrets.token_hex(4)
    # Frames and type only: the message of an exception may hold a name or a number of a person.
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("unexpected error %s: %s\n%s", number, type(error).__name__, frames)
    return _with_status(request, Conflict("web.unexpected", number=number), 500)
