"""Results on paper (hasil kertas): entered with the scan of the wet-signed FR.AK.02, confirmed by a second person."""

import hashlib
from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, MultipartBody, URLEncodedBody
from litestar.response import Redirect, Template
from pydantic import Field

from assessor_registry import clock, words
from assessor_registry.accounts import store as accounts
from assessor_registry.accounts.rules import Permission, Scope
from assessor_registry.assessments import actions as assessments
from assessor_registry.assessments import store
from assessor_registry.db.engine import Connection
from assessor_registry.errors import InvalidInput, NotFound, Refusal
from assessor_registry.files import actions as files
from assessor_registry.files import store as uploads
from assessor_registry.files.rules import MIB, SCANS
from assessor_registry.policy import store as policy
from assessor_registry.scheduling import store as scheduling
from assessor_registry.scheduling.rules import EVIDENCE
from assessor_registry.web.download import file_answer
from assessor_registry.web.forms import Day, Form, Input, MaybeText, Text, Texts, read, submit
from assessor_registry.web.guards import needs
from assessor_registry.web.listing import Asked
from assessor_registry.web.moments import said_at, said_days
from assessor_registry.web.once import once
from assessor_registry.web.recording import marks_of
from assessor_registry.web.render import page
from assessor_registry.web.resuming import typed_of
from assessor_registry.web.said import done, said
from assessor_registry.web.today import today_of

PAPER = needs(Permission.ASSESSMENTS_PAPER)
PURPOSE = "paper_result"
# At which field a reason stands that is about one.
_FIELDS = {
    "assessor": ("not_assigned", "no_registration"),
    "last_day": ("paper_early", "paper_late", "not_active_on", "no_licence", "days_not_assigned", "days_future"),
    "outcome": ("no_outcome",),
    "units": ("units_missing", "nothing_assessed", "nothing_handed_on", "absent_with_units", "unit_twice",
              "unknown_unit"),
    "recommendation": ("no_recommendation", "recommendation_contradicts", "recommendation_handed_on",
                       "recommendation_without_assessment", "other_part_contradicts"),
    "note": ("note_missing", "note_long"),
    "evidence_kinds": ("no_evidence",),
}  # fmt: skip
_PLACES = {f"assessments.{code}": name for name, codes in _FIELDS.items() for code in codes}
SUFFIX = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


class PaperForm(Input):
    """A wet-signed FR.AK.02 as it is typed in. `units` is code → K or BK; `scan` a file that was uploaded before."""

    asesi: UUID
    part: int = Field(ge=1, le=9)
    assessor: UUID
    first_day: Day
    last_day: Day
    outcome: Literal["assessed", "absent", "withdrew"]
    units: dict[str, Literal["K", "BK"]]
    recommendation: Literal["K", "BK", ""] = ""
    note: MaybeText = None
    evidence_kinds: Texts = Field(default_factory=list)
    acknowledgement: Literal["paper", "refused", ""] = ""
    reason: Text
    replaces: MaybeText = None


class Confirm(Input):
    """Nothing but the press of the button."""


class Why(Input):
    """A reason."""

    reason: Text


@get("/hasil/kertas", opt=PAPER, sync_to_thread=True)
def paper_list(request: Request[Any, Any, Any]) -> Template:
    """Paper results: those that wait for a second person on top, then the decided ones, newest first."""
    zone = request.app.state.settings.zone
    with request.app.state.database.read() as conn:
        rows = store.papers_entered(conn, request.user.scope)
    waiting = [row for row in rows if row.state == "waiting"]
    decided = sorted((row for row in rows if row.state != "waiting"), key=lambda row: row.entered_at, reverse=True)
    return page(
        request,
        "results/papers.html",
        waiting=waiting,
        decided=decided[:100],
        said=said(request),
        said_at=lambda moment: said_at(moment, zone),
        said_days=said_days,
    )


# --- Entering ----------------------------------------------------------------------------------------------------


def entry_page(request: Request[Any, Any, Any], attempt_id: UUID, **context: Any) -> Template:
    """The form of a paper result for one candidate."""
    scope, today = request.user.scope, today_of(request)
    typed = typed_of(request, context)
    replaces = str(typed.get("replaces") or Asked(request).one("ganti"))
    with request.app.state.database.read() as conn:
        fact = attempt_of(conn, request, attempt_id)
        units = store.units_of(conn, [fact.version_id]).get(fact.version_id, ())
        booked = [row for row in scheduling.assignments(conn, scope, fact.schedule_id) if row.state == "confirmed"]
        old = store.record(conn, scope, replaces) if replaces else None
        window = policy.value(conn, "paper_window_days", today, lsp_id=fact.lsp_id).integer
        parts = sorted(part for _attempt, part in store.heads(conn, [attempt_id]))
        part = old.part if old else (parts[-1] + 1 if parts else 1)
        others = store.without(store.other_parts(conn, [attempt_id]).get(attempt_id, {}), part)
    elsewhere = {code for other in others for code in other.units}
    people = list(dict.fromkeys((row.assessor_id, row.assessor_name) for row in booked))
    given = fact.allocated_to if part == 1 else None
    chosen = old.assessor_id if old else given or (people[0][0] if len(people) == 1 else None)
    own = [row.held_on for row in booked if row.assessor_id == chosen] or [fact.first_day, fact.last_day]
    return page(
        request,
        "results/paper_entry.html",
        **{
            "fact": fact,
            "units": [unit for unit in units if unit.code not in elsewhere],
            "elsewhere": len(elsewhere),
            "assessors": people,
            "duty": [(row.assessor_name, row.held_on) for row in booked],
            "default_assessor": chosen,
            "default_days": (old.first_day, old.last_day) if old else (min(own), max(own)),
            "old": old,
            "part": part,
            "evidence": list(EVIDENCE.items()),
            "window": window,
            "days": said_days(fact.first_day, fact.last_day),
            "scan": None,
            **context,
        },
    )


def attempt_of(conn: Connection, request: Request[Any, Any, Any], attempt_id: UUID) -> store.AttemptFact:
    """The attempt, when its schedule is in the asker's scope.

    Raises:
        NotFound: it is not there, or outside.
    """
    fact = store.attempts(conn, [attempt_id]).get(attempt_id)
    if fact is None or fact.removed:
        raise NotFound("assessments.no_attempt")
    scheduling.schedule(conn, request.user.scope, fact.schedule_id)
    return fact


@get("/hasil/kertas/baru", opt=PAPER, sync_to_thread=True)
def entry_form(request: Request[Any, Any, Any]) -> Response[Any]:
    """The form of a paper result; without a candidate, first the list to choose from."""
    attempt_id = Asked(request).id("asesi")
    if attempt_id is None:
        return Redirect("/hasil/belum")
    return entry_page(request, attempt_id)


def upload(request: Request[Any, Any, Any], form: Mapping[str, Any]) -> UUID:
    """Keep the scan in a transaction of its own, so that a refused form does not lose it; or the one kept before.

    Raises:
        InvalidInput: nothing was chosen, or it is no PDF, JPEG or PNG.
    """
    sent = form.get("file")
    if isinstance(sent, UploadFile) and sent.filename:
        content, limit = sent.file.read(), request.app.state.settings.upload_limit_mib * MIB
        kept: UUID = request.app.state.database.perform(
            lambda tx: files.keep(
                tx, request.app.state.settings.uploads_dir, content=content, given_name=sent.filename,
                purpose=PURPOSE, uploaded_by=request.user.author, now=clock.now(), allowed=SCANS, limit=limit,
            )
        )  # fmt: skip
        return kept
    before = str(form.get("scan") or "")
    try:
        found = UUID(before)
    except ValueError:
        raise InvalidInput("web.scan_missing", field="file") from None
    with request.app.state.database.read() as conn:
        known = uploads.file(conn, found)
    if known.purpose != PURPOSE or known.uploaded_by != request.user.account_id:
        raise InvalidInput("web.scan_missing", field="file")
    return found


def _fields(form: Mapping[str, Any]) -> dict[str, Any]:
    """The form without the scan and the units."""
    return {name: value for name, value in form.items() if name not in {"file", "scan", "rest"} and name[:5] != "unit-"}


def _marks(request: Request[Any, Any, Any], attempt_id: UUID, form: Mapping[str, Any]) -> dict[str, Any]:
    """The units as they were marked; with `Sisanya K` those that neither this form nor another part marks are K."""
    marks = {name: value for name, value in marks_of(form).items() if value}
    if form.get("rest") != "K" or form.get("outcome") != "assessed":
        return marks
    with request.app.state.database.read() as conn:
        fact = attempt_of(conn, request, attempt_id)
        parts = store.other_parts(conn, [attempt_id]).get(attempt_id, {})
        units = store.units_of(conn, [fact.version_id]).get(fact.version_id, ())
    elsewhere = {code for part in parts.values() if str(part.part) != form.get("part") for code in part.units}
    return {unit.code: "K" for unit in units if unit.code not in elsewhere} | marks


@post("/hasil/kertas/baru", opt=PAPER, sync_to_thread=True, status_code=200)
def enter(request: Request[Any, Any, Any], data: MultipartBody[Form]) -> Response[Any]:
    """Enter a paper result with its scan."""
    attempt_id = _attempt_id(data)
    kept: list[UUID] = []
    placed: dict[str, str] = {}

    def act() -> Response[Any]:
        kept.append(upload(request, data))
        given = read(PaperForm, _fields(data) | {"units": _marks(request, attempt_id, data)})

        def write(tx: Connection) -> dict[str, Any]:
            entered = assessments.enter_paper(
                tx,
                request.user,
                given.asesi,
                given.part,
                assessor_id=given.assessor,
                first_day=given.first_day,
                last_day=given.last_day,
                outcome=given.outcome,
                units=given.units,
                recommendation=given.recommendation or None,
                scan_id=kept[0],
                reason=given.reason,
                today=today_of(request),
                now=clock.now(),
                note_text=given.note,
                evidence=tuple(given.evidence_kinds),
                acknowledgement=given.acknowledgement or None,
                replaces=given.replaces,
            )
            return {"id": str(entered)}

        try:
            once(request, _marked(data), write)
        except Refusal as refusal:
            placed.update(_placed(refusal))
            raise
        return done("/hasil/kertas", "kertas")

    def again(**context: Any) -> Template:
        context["errors"] = {**context["errors"], **placed}
        return entry_page(request, attempt_id, scan=kept[0] if kept else None, **context)

    answer: Response[Any] = submit(data, act, again)
    return answer


def _placed(refusal: Refusal) -> dict[str, str]:
    """Field → what is wrong with it; what is about none stands on top of the page, with the others."""
    found: dict[str, list[str]] = {}
    for each in refusal.reasons:
        if each.code in _PLACES:
            found.setdefault(_PLACES[each.code], []).append(words.sentence(each))
    if refusal.field == "days":
        found["last_day"] = [words.sentence(refusal.reason)]
    return {name: " ".join(dict.fromkeys(said)) for name, said in found.items()}


def _attempt_id(data: Mapping[str, Any]) -> UUID:
    try:
        return UUID(str(data.get("asesi")))
    except ValueError:
        raise NotFound("assessments.no_attempt") from None


def _marked(form: Mapping[str, Any]) -> dict[str, Any]:
    """The form as it is told from another: the file by its digest."""
    marked = dict(form)
    sent = marked.get("file")
    if isinstance(sent, UploadFile):
        sent.file.seek(0)
        marked["file"] = hashlib.file_digest(sent.file, "sha256").hexdigest()
    return marked


# --- The second person -------------------------------------------------------------------------------------------


def paper_page(request: Request[Any, Any, Any], paper_id: UUID, **context: Any) -> Template:
    """One paper result beside its scan."""
    actor = request.user
    zone = request.app.state.settings.zone
    with request.app.state.database.read() as conn:
        row = paper_of(conn, request, paper_id)
        fact = store.attempts(conn, [row.attempt_id])[row.attempt_id]
        units = store.units_of(conn, [fact.version_id]).get(fact.version_id, ())
        scan = uploads.file(conn, row.scan_id)
        office = accounts.list_office_holders(
            conn, Scope("lsp", str(fact.lsp_id)), Permission.ASSESSMENTS_PAPER, today_of(request)
        )
    others = [
        each.name for each in office
        if each.account_id != row.entered_by and each.assessor_id != row.assessor_id
    ]  # fmt: skip
    own = actor.account_id == row.entered_by or actor.assessor_id == row.assessor_id
    return page(
        request,
        "results/paper.html",
        **{
            "row": row,
            "fact": fact,
            "units": [(unit, row.units[unit.code]) for unit in units if unit.code in row.units],
            "evidence": [EVIDENCE[kind] for kind in EVIDENCE if kind in row.evidence],
            "days": said_days(row.first_day, row.last_day),
            "entered_at": said_at(row.entered_at, zone),
            "is_image": scan.media_type != "application/pdf",
            "may_confirm": row.state == "waiting" and not own,
            "own": own,
            "entered_it": actor.account_id == row.entered_by,
            "others": others,
            **context,
        },
    )


def paper_of(conn: Connection, request: Request[Any, Any, Any], paper_id: UUID) -> store.PaperRow:
    """A paper result in the asker's scope.

    Raises:
        NotFound: there is none.
    """
    rows = store.papers_entered(conn, request.user.scope, paper_id=paper_id)
    if not rows:
        raise NotFound("assessments.no_paper")
    return rows[0]


@get("/hasil/kertas/{paper_id:uuid}", opt=PAPER, sync_to_thread=True)
def paper(request: Request[Any, Any, Any], paper_id: FromPath[UUID]) -> Template:
    """One paper result, to be confirmed or rejected."""
    return paper_page(request, paper_id)


@get("/hasil/kertas/{paper_id:uuid}/pindaian", opt=PAPER, sync_to_thread=True)
def scan_file(request: Request[Any, Any, Any], paper_id: FromPath[UUID]) -> Response[bytes]:
    """The scan of a paper result."""
    with request.app.state.database.read() as conn:
        row = paper_of(conn, request, paper_id)
        known = uploads.file(conn, row.scan_id)
        content = uploads.read(conn, request.app.state.settings.uploads_dir, row.scan_id)
    name = f"pindaian-{row.scan_sha256.hex()[:8]}.{SUFFIX.get(known.media_type, 'bin')}"
    return file_answer(content, name, known.media_type, inline=True)


@post("/hasil/kertas/{paper_id:uuid}/kukuhkan", opt=PAPER, sync_to_thread=True, status_code=200)
def confirm(request: Request[Any, Any, Any], paper_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Response[Any]:
    """Confirm a paper result: the registry seals it."""

    def act() -> Response[Any]:
        read(Confirm, data)
        state = request.app.state

        def write(tx: Connection) -> dict[str, Any]:
            code = assessments.confirm_paper(tx, request.user, paper_id, registry=state.authority, now=clock.now())
            return {"code": code}

        _status, answer = once(request, data, write)
        return done(f"/hasil/{answer['code']}", "diperiksa")

    answer: Response[Any] = submit(data, act, lambda **context: paper_page(request, paper_id, **context))
    return answer


@post("/hasil/kertas/{paper_id:uuid}/tolak", opt=PAPER, sync_to_thread=True, status_code=200)
def reject(request: Request[Any, Any, Any], paper_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Response[Any]:
    """Reject a paper result."""

    def act() -> Response[Any]:
        given = read(Why, data)

        def write(tx: Connection) -> dict[str, Any]:
            assessments.reject_paper(tx, request.user, paper_id, reason=given.reason, now=clock.now())
            return {}

        once(request, data, write)
        return done("/hasil/kertas", "ditolak")

    answer: Response[Any] = submit(data, act, lambda **context: paper_page(request, paper_id, **context))
    return answer


HANDLERS: list[Any] = [paper_list, entry_form, enter, paper, scan_file, confirm, reject]
