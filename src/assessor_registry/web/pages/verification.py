"""Cek keaslian: anyone with a code sees what it is; units, result and evidence file to who knows the candidate's NISN.

The page is asked for again and again by the same people: what it shows is kept for a few seconds and told by its
ETag, so that a repeated question costs no statement. A guessed code or NISN is counted in the database.
"""

import hashlib
import threading
from typing import Any

from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template

from assessor_registry import clock
from assessor_registry.accounts import actions as accounts
from assessor_registry.accounts.rules import PROVINCE, Permission
from assessor_registry.assessments import actions as assessments
from assessor_registry.errors import InvalidInput, NotFound, TooMany
from assessor_registry.signing import actions as signing
from assessor_registry.web.codes import RECENT, code_subject, nisn_subject, spelled
from assessor_registry.web.download import file_answer
from assessor_registry.web.forms import Form, Input, Secret, read, submit
from assessor_registry.web.guards import SESSION_COOKIE, public
from assessor_registry.web.labels import state_name
from assessor_registry.web.listing import Asked
from assessor_registry.web.moments import said_at, said_days
from assessor_registry.web.render import page

CRL_SECONDS = 300.0


class Nisn(Input):
    """The candidate's NISN; kept out of address, log and file name."""

    nisn: Secret


@get("/cek", opt=public(), sync_to_thread=True)
def check_form(request: Request[Any, Any, Any]) -> Response[Any]:
    """Where a code is typed; a code that was typed goes on to its page."""
    typed = Asked(request).one("kode")[:200]
    if not typed:
        return page(request, "verification/form.html")
    answer: Response[Any] = submit(
        {"kode": typed},
        lambda: Redirect(f"/cek/{spelled(typed)}", status_code=303),
        lambda **context: page(request, "verification/form.html", **context),
    )
    return answer


def _etag(request: Request[Any, Any, Any], check: assessments.PublicCheck) -> str | None:
    """Tells the page of one visitor: the form in it holds the visitor's own token. None: nothing to compare with."""
    config = request.app.csrf_config
    token = request.cookies.get(config.cookie_name) if config else None
    if token is None:
        return None
    digest = hashlib.sha256(repr((check, token)).encode()).hexdigest()
    return f'W/"{digest[:32]}"'


@get("/cek/{code:str}", opt=public(), sync_to_thread=True)
def check(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[Any]:
    """What anyone may see of a record; to a logged-in party within their scope, all of it."""
    try:
        plain = spelled(code)
    except InvalidInput:
        return unknown(request, code)
    if plain != code:
        return Redirect(f"/cek/{plain}", status_code=303)
    try:
        facts = RECENT.get(request, plain)
    except NotFound:
        return unknown(request, code)
    if request.scope.get("user") is not None:
        return shown(request, facts, opened=_as_party(request, plain))
    tag = _etag(request, facts)
    headers = {"cache-control": "private, no-cache", "vary": "Cookie"} | ({"etag": tag} if tag else {})
    if tag and tag in request.headers.get("if-none-match", ""):
        return Response(None, status_code=304, headers=headers, media_type=MediaType.HTML)
    answer = shown(request, facts)
    answer.headers.update(headers)
    return answer


def _as_party(request: Request[Any, Any, Any], code: str) -> assessments.OpenedCheck | None:
    if not request.user.may(Permission.ASSESSMENTS_READ):
        return None
    try:
        with request.app.state.database.read() as conn:
            return assessments.party_check(conn, request.user.scope, code)
    except NotFound:
        return None


def unknown(request: Request[Any, Any, Any], code: str) -> Template:
    """No such record: the form again, with what was typed."""
    refused = InvalidInput("assessments.no_code", field="kode")
    typed = {"kode": code[:60]}

    def refuse() -> None:
        raise refused

    found: Template = submit(typed, refuse, lambda **context: page(request, "verification/form.html", **context))
    found.status_code = 404
    return found


def shown(
    request: Request[Any, Any, Any],
    facts: assessments.PublicCheck,
    opened: assessments.OpenedCheck | None = None,
    **context: Any,
) -> Template:
    """The page of one record; a page that shows the candidate is kept by nobody."""
    answer = page(
        request,
        "verification/one.html",
        robots="noindex, nofollow",
        **{
            "check": facts,
            "opened": opened,
            "nisn": None,
            "state_name": state_name,
            "days": said_days(facts.first_day, facts.last_day),
            "signed_at": said_at(facts.signed_at, request.app.state.settings.zone),
            "is_party": opened is not None and request.scope.get("user") is not None,
            **context,
        },
    )
    answer.headers["x-robots-tag"] = "noindex, nofollow"
    if opened is not None or request.scope.get("user") is not None or request.cookies.get(SESSION_COOKIE):
        answer.headers["cache-control"] = "no-store"
    return answer


def _opened(request: Request[Any, Any, Any], code: str, data: Form) -> tuple[assessments.OpenedCheck, str]:
    """The whole record to who typed the NISN; a try counts as wrong until it was right.

    Raises:
        NotFound: no such record.
        InvalidInput: another NISN.
        TooMany: too many wrong ones.
    """
    given, database = read(Nisn, data), request.app.state.database
    digits = "".join(char for char in given.nisn if char.isdigit())
    if len(digits) != 10:
        raise InvalidInput("web.nisn_shape", field="nisn")
    try:
        attempt = accounts.begin_attempt(database, [code_subject(request), nisn_subject(code)], clock.now())
    except TooMany as refusal:
        raise TooMany("web.too_many", field="nisn", **refusal.params) from None  # type: ignore[arg-type]
    with database.read() as conn:
        opened = assessments.opened_check(conn, code, digits)
    database.perform(lambda tx: accounts.attempt_held(tx, attempt))
    return opened, digits


@post("/cek/{code:str}", opt=public(), sync_to_thread=True, status_code=200)
def open_check(request: Request[Any, Any, Any], code: FromPath[str], data: URLEncodedBody[Form]) -> Response[Any]:
    """Show units and result to who types the candidate's NISN."""
    plain = spelled(code)
    facts = RECENT.get(request, plain)

    def act() -> Response[Any]:
        opened, digits = _opened(request, plain, data)
        return shown(request, opened.public, opened, nisn=digits)

    def again(**context: Any) -> Template:
        return shown(request, facts, **{**context, "typed": {}})

    answer: Response[Any] = submit(data, act, again)
    answer.headers["cache-control"] = "no-store"
    return answer


@post("/cek/{code:str}/bundle.json", opt=public(), sync_to_thread=True, status_code=200)
def open_bundle(request: Request[Any, Any, Any], code: FromPath[str], data: URLEncodedBody[Form]) -> Response[Any]:
    """The evidence file to who types the candidate's NISN."""
    plain = spelled(code)
    facts = RECENT.get(request, plain)

    def act() -> Response[Any]:
        _opened(request, plain, data)
        with request.app.state.database.read() as conn:
            content = assessments.bundle(conn, PROVINCE, request.app.state.authority, plain, clock.now())
        return file_answer(content, f"bukti-{plain}.json", "application/json")

    answer: Response[Any] = submit(data, act, lambda **context: shown(request, facts, **{**context, "typed": {}}))
    answer.headers["cache-control"] = "no-store"
    return answer


# --- What a verifier trusts --------------------------------------------------------------------------------------


@get("/pki/root.pem", opt=public(), sync_to_thread=True)
def root(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The root certificate of the registry."""
    content = request.app.state.authority.root_pem.encode()
    answer = file_answer(content, "root.pem", "application/x-pem-file")
    answer.headers["cache-control"] = "public, max-age=3600"
    return answer


class _Crl:
    """The revocation list, signed anew when the last one is older than `CRL_SECONDS`: nobody makes the CA sign."""

    def __init__(self) -> None:
        self._kept: tuple[int, float, bytes] | None = None
        self._lock = threading.Lock()

    def get(self, request: Request[Any, Any, Any]) -> bytes:
        """Return the list as DER."""
        database, now = request.app.state.database, clock.monotonic()
        with self._lock:
            if self._kept is None or self._kept[0] != id(database) or now - self._kept[1] > CRL_SECONDS:
                with database.read() as conn:
                    made = signing.crl(conn, request.app.state.authority, clock.now())
                self._kept = (id(database), now, made)
            return self._kept[2]


_crl = _Crl()


@get("/pki/penerbit.crl", opt=public(), sync_to_thread=True)
def revocations(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The certificates whose keys are compromised."""
    answer = file_answer(_crl.get(request), "penerbit.crl", "application/pkix-crl")
    answer.headers["cache-control"] = f"public, max-age={int(CRL_SECONDS)}"
    return answer


HANDLERS: list[Any] = [check_form, check, open_check, open_bundle, root, revocations]
