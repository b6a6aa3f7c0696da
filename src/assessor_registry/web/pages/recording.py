"""Recording and signing on a phone: attendance of all on one screen, units per candidate, one passphrase for all."""

from pathlib import Path
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template

from assessor_registry import clock
from assessor_registry.accounts.rules import Permission
from assessor_registry.assessments import actions, store
from assessor_registry.db.engine import Connection
from assessor_registry.errors import InvalidInput, NotFound
from assessor_registry.scheduling import store as scheduling
from assessor_registry.schemes import store as schemes
from assessor_registry.web import phone, render
from assessor_registry.web.forms import Form, submit
from assessor_registry.web.guards import needs, public
from assessor_registry.web.labels import outcome_name, result_name
from assessor_registry.web.recording import Entry, content_of, day_range, entries, marks_of
from assessor_registry.web.render import page
from assessor_registry.web.said import done, said
from assessor_registry.words import gettext as _

RECORD = needs(Permission.ASSESSMENTS_RECORD)


def open_schedule(request: Request[Any, Any, Any], conn: Connection, schedule_id: UUID) -> tuple[Any, list[Entry]]:
    """The schedule and this assessor's candidates.

    Raises:
        NotFound: the assessor has nothing to do there.
    """
    plan = scheduling.schedule(conn, request.user.scope, schedule_id)
    return plan, entries(conn, request.user.assessor_id, schedule_id)


def _one(found: list[Entry], attempt_id: UUID) -> tuple[int, Entry]:
    for position, entry in enumerate(found, 1):
        if entry.attempt_id == attempt_id:
            return position, entry
    raise NotFound("assessments.no_attempt")


@get("/rekam/{schedule_id:uuid}", opt=RECORD, sync_to_thread=True)
def schedule_page(request: Request[Any, Any, Any], schedule_id: FromPath[UUID]) -> Template:
    """Attendance of all candidates, and the way to each."""
    return show_schedule(request, schedule_id)


def show_schedule(request: Request[Any, Any, Any], schedule_id: UUID, **context: Any) -> Template:
    """The list of candidates."""
    with request.app.state.database.read() as conn:
        plan, found = open_schedule(request, conn, schedule_id)
        closed = phone.closed(conn, request.user.assessor_id, plan, clock.today(plan.zone))
    still_open = any(not entry.signed for entry in found)
    return page(
        request,
        "record/schedule.html",
        schedule=plan,
        candidates=found,
        days=day_range(plan.first_day, plan.last_day),
        closed=closed if still_open else None,
        open=still_open,
        said=said(request),
        **context,
    )


@post("/rekam/{schedule_id:uuid}/hadir", opt=RECORD, sync_to_thread=True, status_code=200)
def save_attendance(
    request: Request[Any, Any, Any], schedule_id: FromPath[UUID], data: URLEncodedBody[Form]
) -> Response[Any]:
    """Save attendance without script."""

    def act() -> Response[Any]:
        with request.app.state.database.read() as conn:
            plan, found = open_schedule(request, conn, schedule_id)
        marks = {
            entry.attempt_id: str(data[f"outcome-{entry.key}"])
            for entry in found
            if data.get(f"outcome-{entry.key}") and not entry.signed and entry.part == 1
        }
        versions = {entry.attempt_id: entry.version for entry in found}
        now = clock.now()
        today = clock.day_of(now, plan.zone)
        request.app.state.database.perform(
            lambda tx: actions.save_attendance(tx, request.user, schedule_id, marks, versions, today=today, now=now)
        )
        return done(f"/rekam/{schedule_id}", "hadir")

    answer: Response[Any] = submit(data, act, lambda **context: show_schedule(request, schedule_id, **context))
    return answer


@get("/rekam/{schedule_id:uuid}/{attempt_id:uuid}", opt=RECORD, sync_to_thread=True)
def candidate_page(
    request: Request[Any, Any, Any], schedule_id: FromPath[UUID], attempt_id: FromPath[UUID]
) -> Template:
    """The units of one candidate."""
    return show_candidate(request, schedule_id, attempt_id)


def show_candidate(request: Request[Any, Any, Any], schedule_id: UUID, attempt_id: UUID, **context: Any) -> Template:
    """The units of one candidate, grouped by cluster; those that a colleague has assessed are left out."""
    with request.app.state.database.read() as conn:
        plan, found = open_schedule(request, conn, schedule_id)
        position, entry = _one(found, attempt_id)
        version = schemes.version(conn, entry.attempt.version_id)
        corrects = _corrected(conn, entry)
        earlier = store.parts_before(conn, attempt_id, entry.part)
        closed = phone.closed(conn, request.user.assessor_id, plan, clock.today(plan.zone))
    if entry.signed:
        return page(request, "record/settled.html", schedule=plan, candidate=entry)
    if version is None:
        raise NotFound("assessments.no_draft")
    own = {unit.code for unit in entry.own_units}
    clusters = [
        {"title": cluster.title or _("Unit kompetensi"), "units": [unit for unit in cluster.units if unit.code in own]}
        for cluster in version.clusters
    ]
    following = next((each.attempt_id for each in found[position:] if not each.signed), None)
    typed = context.get("typed") or {}
    marks = {**entry.content["units"], **marks_of(typed)}
    refused = entry.elsewhere_bk or "BK" in marks.values()
    return page(
        request,
        "record/candidate.html",
        schedule=plan,
        candidate=entry,
        position=position,
        clusters=[cluster for cluster in clusters if cluster["units"]],
        progress=entry.progress,
        next_id=following,
        marks=marks,
        earlier=[_shown_part(part, entry) for part in earlier],
        needs_note=refused or bool(entry.content["note"] or typed.get("note")),
        absent=outcome_name(entry.content["outcome"]) if entry.content["outcome"] in {"absent", "withdrew"} else None,
        corrects=corrects,
        recommendation="–" if entry.missing else result_name("BK" if refused else "K"),
        closed=closed,
        said=said(request),
        **context,
    )


def _shown_part(part: store.PartBefore, entry: Entry) -> dict[str, Any]:
    """A colleague's part, BK first."""
    marks = next((other.units for other in entry.others if other.part == part.part), {})
    sides = {mark: [unit for unit in entry.units if marks.get(unit.code) == mark] for mark in ("BK", "K")}
    return {
        "part": part.part, "assessor": part.assessor, "note": part.note, "signed": part.signed,
        "bk": sides["BK"], "k": sides["K"],
    }  # fmt: skip


def _corrected(conn: Connection, entry: Entry) -> str | None:
    """The code of the signed result that this draft will replace; None when it corrects nothing."""
    old = entry.draft.corrects if entry.draft else None
    return store.codes(conn, [old]).get(old) if old else None


@post("/rekam/{schedule_id:uuid}/{attempt_id:uuid}", opt=RECORD, sync_to_thread=True, status_code=200)
def save_candidate(
    request: Request[Any, Any, Any],
    schedule_id: FromPath[UUID],
    attempt_id: FromPath[UUID],
    data: URLEncodedBody[Form],
) -> Response[Any]:
    """Save one candidate's units without script; or give up the correction of a signed result."""

    def act() -> Response[Any]:
        with request.app.state.database.read() as conn:
            _plan, found = open_schedule(request, conn, schedule_id)
            entry = _one(found, attempt_id)[1]
            old = _corrected(conn, entry)
        if data.get("step") == "drop" and entry.draft is not None:
            draft, now = entry.draft.id, clock.now()
            request.app.state.database.perform(lambda tx: actions.drop_correction(tx, request.user, draft, now=now))
            return Redirect(f"/hasil/{old}" if old else f"/rekam/{schedule_id}", status_code=303)
        given = {
            "outcome": "assessed",
            "units": marks_of(data) | _filled(data, entry),
            "note": data.get("note"),
            "handed_on": data.get("handed_on") == "yes",
        }
        version = str(data.get("version", ""))
        if not version.isascii() or not version.isdigit() or len(version) > 9:
            raise InvalidInput("web.invalid", field="version")
        save(request, entry, given, int(version))
        return done(f"/rekam/{schedule_id}/{attempt_id}", "dinilai")

    answer: Response[Any] = submit(
        data, act, lambda **context: show_candidate(request, schedule_id, attempt_id, **context)
    )
    return answer


def _filled(data: Form, entry: Entry) -> dict[str, str]:
    """`Sisanya K` without script: only the units that nobody has marked."""
    if data.get("fill") != "K":
        return {}
    return {unit.code: "K" for unit in entry.own_units if not data.get(f"unit-{unit.code}")}


def save(request: Request[Any, Any, Any], entry: Entry, given: Form, version: int) -> actions.Saved:
    content = content_of(given, entry)
    now = clock.now()
    today = clock.day_of(now, entry.attempt.zone)
    saved: actions.Saved = request.app.state.database.perform(
        lambda tx: actions.save_draft(
            tx, request.user, entry.attempt_id, entry.part, content, version, today=today, now=now
        )
    )
    return saved


@get("/sw.js", opt=public(), sync_to_thread=True)
def service_worker() -> Response[bytes]:
    """The service worker, served from the top so that it may keep the recording pages."""
    body = (Path(render.__file__).parent / "static" / "sw.js").read_bytes()
    return Response(body, media_type="text/javascript", headers={"cache-control": "no-cache"})


HANDLERS = [
    schedule_page,
    save_attendance,
    candidate_page,
    save_candidate,
    service_worker,
]
