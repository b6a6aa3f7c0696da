"""Signing on a phone: exactly what will be signed, how each candidate took it, one passphrase for all of it."""

from typing import Any, Literal
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template
from pydantic import Field

from assessor_registry import clock, words
from assessor_registry.accounts.rules import Permission
from assessor_registry.assessments import actions
from assessor_registry.errors import InvalidInput, NotFound, Reason, Refusal
from assessor_registry.signing import store as keys
from assessor_registry.web.forms import Form, Input, Secret, Texts, read, submit
from assessor_registry.web.guards import needs
from assessor_registry.web.labels import outcome_name, result_name
from assessor_registry.web.listing import Asked
from assessor_registry.web.pages.recording import open_schedule
from assessor_registry.web.recording import Entry, day_range
from assessor_registry.web.render import page
from assessor_registry.web.said import said
from assessor_registry.words import gettext as _

SIGN = needs(Permission.ASSESSMENTS_SIGN)
# How one candidate took it: `acknowledgement-<draft>`; without the draft it is for all who have none of their own.
ONE = "acknowledgement-"
How = Literal["paper", "phone", "refused"]


class SignForm(Input):
    """Which drafts are signed, as they were shown; how each candidate took it; the passphrase."""

    draft: Texts
    acknowledgement: How | None = None
    acknowledgements: dict[UUID, How] = Field(default_factory=dict)
    passphrase: Secret


@get("/rekam/{schedule_id:uuid}/tanda-tangan", opt=SIGN, sync_to_thread=True)
def sign_page(request: Request[Any, Any, Any], schedule_id: FromPath[UUID]) -> Template:
    """What will be signed, exactly."""
    return show_signing(request, schedule_id)


def show_signing(
    request: Request[Any, Any, Any], schedule_id: UUID, marked: frozenset[str] = frozenset(), **context: Any
) -> Template:
    """Everything that is ready, as it will be signed; and what is not ready, with each reason. `marked`: drafts."""
    now = clock.now()
    with request.app.state.database.read() as conn:
        plan, found = open_schedule(request, conn, schedule_id)
        waiting = {entry.draft.id: entry for entry in found if entry.draft is not None and not entry.signed}
        previews = actions.preview_signing(conn, request.user, list(waiting), now=now)
        key = keys.current_key(conn, request.user.assessor_id)
    # The numbers of the list of candidates, also where some are not ready.
    numbers = {entry.key: number for number, entry in enumerate(found, start=1)}
    blank = [entry for entry in found if entry.draft is None and not entry.signed]
    not_ready = [_not_ready(waiting[each.draft_id], each.reasons) for each in previews if each.reasons]
    not_ready += [_not_ready(entry, (Reason("assessments.no_outcome"),)) for entry in blank]
    ready = [_statement(waiting[each.draft_id], each) for each in previews if not each.reasons]
    for shown in (*ready, *not_ready):
        shown["number"] = numbers[shown["key"]]
    return page(
        request,
        "record/sign.html",
        schedule=plan,
        statements=ready,
        asked=[each for each in ready if each["asked"]],
        not_ready=sorted(not_ready, key=lambda each: int(each["number"])),
        days=day_range(plan.first_day, plan.last_day),
        has_key=key is not None,
        key_waits=key is not None and key.confirmed_at is None,
        marked=marked,
        **{"said": said(request), **context},
    )


def _not_ready(entry: Entry, reasons: tuple[Reason, ...]) -> dict[str, Any]:
    said = list(dict.fromkeys(words.sentence(each) for each in reasons))
    return {"key": entry.key, "attempt_id": entry.attempt_id, "name": entry.name, "reasons": said}


def _statement(entry: Entry, preview: actions.Preview) -> dict[str, Any]:
    made = preview.statement
    if made is None:
        raise NotFound("assessments.no_draft")
    refused = [unit for unit in made.units if unit.result == "BK"]
    result = result_name(made.recommendation) if made.recommendation else outcome_name(made.outcome)
    if made.outcome == "assessed" and made.recommendation is None:
        result = _("Sebagian unit; sisanya dinilai rekan asesor")
    return {
        "key": entry.key,
        "draft": str(preview.draft_id),
        "pin": f"{preview.draft_id}:{preview.version}:{preview.digest}",
        "asked": made.outcome == "assessed",
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
    marked: set[str] = set()

    def act() -> Response[Any]:
        given, state = read(SignForm, _fields(data)), request.app.state
        shown = _shown(given)
        try:
            _require_asked(request, schedule_id, shown)
            codes = actions.sign(
                state.database,
                request.user,
                list(shown.versions or ()),
                given.passphrase,
                registry=state.authority,
                now=clock.now(),
                moment=clock.now,
                shown=shown,
            )
        except Refusal as refusal:
            marked.update(str(each.params["draft"]) for each in refusal.reasons if "draft" in each.params)
            raise
        return Redirect(f"/rekam/{schedule_id}/selesai?n={len(codes)}", status_code=303)

    answer: Response[Any] = submit(
        data, act, lambda **context: show_signing(request, schedule_id, frozenset(marked), **_chosen(context))
    )
    return answer


def _fields(data: Form) -> dict[str, Any]:
    """The form, with the choices for single candidates gathered."""
    plain = {name: value for name, value in data.items() if not name.startswith(ONE)}
    chosen = {name.removeprefix(ONE): value for name, value in data.items() if name.startswith(ONE)}
    return {**plain, "acknowledgements": chosen}


def _chosen(context: dict[str, Any]) -> dict[str, Any]:
    """What was chosen stays chosen; the passphrase and what was shown do not come back."""
    kept = {name: value for name, value in context["typed"].items() if name.startswith("acknowledgement")}
    return context | {"typed": kept}


def _shown(given: SignForm) -> actions.Shown:
    """What the page had shown of each draft: id, version and digest, as its form hands them back."""
    try:
        pins = [each.split(":") for each in given.draft]
        return actions.Shown(
            {UUID(draft): int(version) for draft, version, _digest in pins},
            {UUID(draft): digest for draft, _version, digest in pins},
            given.acknowledgement,
            given.acknowledgements,
        )
    except ValueError:
        raise InvalidInput("web.invalid", field="draft") from None


def _require_asked(request: Request[Any, Any, Any], schedule_id: UUID, shown: actions.Shown) -> None:
    """Nobody's word is made up: each candidate who was assessed has a choice.

    Raises:
        InvalidInput: with one reason for each who has none.
    """
    with request.app.state.database.read() as conn:
        _plan, found = open_schedule(request, conn, schedule_id)
    reasons = tuple(
        Reason("web.acknowledgement_of", {"candidate": entry.name, "draft": str(entry.draft.id)})
        for entry in found
        if entry.draft is not None
        and entry.draft.id in (shown.versions or {})
        and entry.draft.outcome == "assessed"
        and shown.chosen(entry.draft) is None
    )
    if reasons:
        raise InvalidInput("web.acknowledgement_missing", field="acknowledgement", reasons=reasons)


@get("/rekam/{schedule_id:uuid}/selesai", opt=SIGN, sync_to_thread=True)
def signed_page(request: Request[Any, Any, Any], schedule_id: FromPath[UUID]) -> Template:
    """What was signed, with the way to each result and to the prints. `n` in the address: how many just now."""
    with request.app.state.database.read() as conn:
        plan, found = open_schedule(request, conn, schedule_id)
    signed = [entry for entry in found if entry.signed]
    asked = Asked(request).one("n")
    fresh = min(int(asked), len(signed)) if asked.isascii() and asked.isdigit() and len(asked) < 4 else len(signed)
    return page(
        request,
        "record/signed.html",
        schedule=plan,
        signed=signed,
        fresh=fresh,
        before=len(signed) - fresh,
        left=sum(not entry.signed for entry in found),
    )


HANDLERS = [sign_page, sign, signed_page]
