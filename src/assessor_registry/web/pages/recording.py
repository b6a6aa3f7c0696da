"""Recording and signing on a phone: attendance of all on one screen, units per candidate, one passphrase for all."""

from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template

from assessor_registry import clock, words
from assessor_registry.accounts.rules import Permission
from assessor_registry.assessments import actions, store
from assessor_registry.db.engine import Connection
from assessor_registry.errors import InvalidInput, NotFound, Reason
from assessor_registry.scheduling import store as scheduling
from assessor_registry.schemes import store as schemes
from assessor_registry.web import phone, render
from assessor_registry.web.forms import Form, Input, Secret, Texts, read, submit
from assessor_registry.web.guards import needs, public
from assessor_registry.web.labels import outcome_name, result_name
from assessor_registry.web.recording import Entry, content_of, day_range, entries, marks_of
from assessor_registry.web.render import page
from assessor_registry.web.said import done, said
from assessor_registry.words import gettext as _

RECORD = needs(Permission.ASSESSMENTS_RECORD)
SIGN = needs(Permission.ASSESSMENTS_SIGN)


class SignForm(Input):
    """Which drafts are signed, as they were shown; how the candidates took it; the passphrase."""

    draft: Texts
    acknowledgement: Literal["paper", "phone", "refused"] = "paper"
    passphrase: Secret


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


@get("/rekam/{schedule_id:uuid}/tanda-tangan", opt=SIGN, sync_to_thread=True)
def sign_page(request: Request[Any, Any, Any], schedule_id: FromPath[UUID]) -> Template:
    """What will be signed, exactly."""
    return show_signing(request, schedule_id)


def show_signing(request: Request[Any, Any, Any], schedule_id: UUID, **context: Any) -> Template:
    """Everything that is ready, as it will be signed; and what is not ready, with each reason."""
    now = clock.now()
    with request.app.state.database.read() as conn:
        plan, found = open_schedule(request, conn, schedule_id)
        waiting = {entry.draft.id: entry for entry in found if entry.draft is not None and not entry.signed}
        previews = actions.preview_signing(conn, request.user, list(waiting), now=now)
    blank = [entry for entry in found if entry.draft is None and not entry.signed]
    not_ready = [_not_ready(waiting[each.draft_id], each.reasons) for each in previews if each.reasons]
    not_ready += [_not_ready(entry, (Reason("assessments.no_outcome"),)) for entry in blank]
    ready = [_statement(waiting[each.draft_id], each) for each in previews if not each.reasons]
    return page(
        request,
        "record/sign.html",
        schedule=plan,
        statements=ready,
        not_ready=not_ready,
        days=day_range(plan.first_day, plan.last_day),
        **context,
    )


def _not_ready(entry: Entry, reasons: tuple[Reason, ...]) -> dict[str, Any]:
    said = list(dict.fromkeys(words.sentence(each) for each in reasons))
    return {"attempt_id": entry.attempt_id, "name": entry.name, "reasons": said}


def _statement(entry: Entry, preview: actions.Preview) -> dict[str, Any]:
    made = preview.statement
    if made is None:
        raise NotFound("assessments.no_draft")
    refused = [unit for unit in made.units if unit.result == "BK"]
    result = result_name(made.recommendation) if made.recommendation else outcome_name(made.outcome)
    return {
        "pin": f"{preview.draft_id}:{preview.version}:{preview.digest}",
        "candidate_name": made.candidate.name,
        "result_text": result,
        "days": day_range(made.first_day, made.last_day),
        "note": made.note,
        "units": made.units,
        "k": len(made.units) - len(refused),
        "bk": len(refused),
        "bk_units": [unit.title for unit in refused],
        "part": entry.part,
        "statement": made,
        "until": words.long_date(made.assessor.last_active_day),
        "evidence": list(dict.fromkeys(kind for unit in made.units for kind in unit.evidence)),
        "correction": entry.draft.correction_reason if entry.draft and entry.draft.corrects else None,
    }


@post("/rekam/{schedule_id:uuid}/tanda-tangan", opt=SIGN, sync_to_thread=True, status_code=200)
def sign(request: Request[Any, Any, Any], schedule_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Response[Any]:
    """Sign all that was shown, or nothing."""

    def act() -> Response[Any]:
        given, state = read(SignForm, data), request.app.state
        shown = _shown(given)
        actions.sign(
            state.database,
            request.user,
            list(shown.versions or ()),
            given.passphrase,
            registry=state.authority,
            now=clock.now(),
            moment=clock.now,
            shown=shown,
        )
        return Redirect(f"/rekam/{schedule_id}/selesai", status_code=303)

    answer: Response[Any] = submit(data, act, lambda **context: show_signing(request, schedule_id, **_named(context)))
    return answer


def _named(context: dict[str, Any]) -> dict[str, Any]:
    return context | {"typed": {"acknowledgement": context["typed"].get("acknowledgement", "")}}


def _shown(given: SignForm) -> actions.Shown:
    """What the page had shown of each draft: id, version and digest, as its form hands them back."""
    try:
        pins = [each.split(":") for each in given.draft]
        return actions.Shown(
            {UUID(draft): int(version) for draft, version, _digest in pins},
            {UUID(draft): digest for draft, _version, digest in pins},
            given.acknowledgement,
        )
    except ValueError:
        raise InvalidInput("web.invalid", field="draft") from None


@get("/rekam/{schedule_id:uuid}/selesai", opt=SIGN, sync_to_thread=True)
def signed_page(request: Request[Any, Any, Any], schedule_id: FromPath[UUID]) -> Template:
    """What was signed, with the way to each result and to the prints."""
    with request.app.state.database.read() as conn:
        plan, found = open_schedule(request, conn, schedule_id)
    return page(
        request,
        "record/signed.html",
        schedule=plan,
        signed=[entry for entry in found if entry.signed],
        left=sum(not entry.signed for entry in found),
    )


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
    sign_page,
    sign,
    signed_page,
    service_worker,
]
