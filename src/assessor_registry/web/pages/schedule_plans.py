"""Making a schedule (jadwal), choosing its kinds of evidence, moving and cancelling it."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, cast
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template
from pydantic import Field

from assessor_registry import clock, words
from assessor_registry.accounts.rules import Permission, Scope
from assessor_registry.db.engine import Connection
from assessor_registry.errors import InvalidInput, NotFound, Refusal
from assessor_registry.institutions import store as institutions
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.scheduling import store
from assessor_registry.scheduling.rules import EVIDENCE
from assessor_registry.schemes import store as schemes
from assessor_registry.web.forms import Day, Form, Input, InvalidForm, MaybeId, MaybeText, Text, Texts, read, submit
from assessor_registry.web.guards import needs
from assessor_registry.web.moments import said_days
from assessor_registry.web.once import once
from assessor_registry.web.render import page
from assessor_registry.web.said import done
from assessor_registry.web.today import today_of
from assessor_registry.words import gettext as _

WRITE = needs(Permission.SCHEDULING_WRITE)


class NewSchedule(Input):
    """A schedule as it is planned."""

    title: Text
    scheme_version: UUID
    venue: UUID
    season: MaybeId = None
    first_day: Day
    last_day: Day
    evidence_kinds: Texts = Field(default_factory=list)
    bnsp_code: MaybeText = None


class Evidence(Input):
    """The kinds of evidence of a schedule."""

    evidence_kinds: Texts = Field(default_factory=list)


class Move(Input):
    """Other days, and why. `seen`: the days for which the page has said what becomes of the assignments."""

    first_day: Day
    last_day: Day
    reason: Text
    seen: MaybeText = None
    past: Literal["ya"] | None = None


class Why(Input):
    """A reason."""

    reason: Text


def own_lsp(request: Request[Any, Any, Any]) -> UUID:
    """The LSP in which the actor plans.

    Raises:
        NotFound: their role is not held in one.
    """
    scope: Scope = request.user.scope
    if scope.kind != "lsp":
        raise NotFound("scheduling.no_lsp")
    return scope.id


def new_page(request: Request[Any, Any, Any], **context: Any) -> Template:
    """The form of a new schedule."""
    today, lsp_id = today_of(request), own_lsp(request)
    with request.app.state.database.read() as conn:
        versions = version_choices(conn, lsp_id)
        venues = institutions.list_venues(conn, request.user.scope, today, lsp_id=lsp_id)
        seasons = [each for each in institutions.list_seasons(conn) if each.last_day >= today]
    return page(
        request,
        "schedules/new.html",
        **{
            "versions": versions,
            "venues": [(each.id, _venue_text(each, today)) for each in venues],
            "seasons": [(each.id, f"{each.name} ({said_days(each.first_day, each.last_day)})") for each in seasons],
            "evidence": list(EVIDENCE.items()),
            **context,
        },
    )


def _venue_text(venue: institutions.Venue, today: date) -> str:
    if venue.verified_from is None:
        return _("{name} (belum diverifikasi)").format(name=venue.name)
    if not venue.verified_on(today):
        return _("{name} (verifikasi tidak berlaku hari ini)").format(name=venue.name)
    return venue.name


def version_choices(conn: Connection, lsp_id: UUID) -> list[tuple[UUID, str]]:
    """The newest version of each scheme that has units, those under the LSP's licence first."""
    licensed = {each.scheme_id for each in institutions.licensed_schemes(conn, lsp_id)}
    rows = [row for row in schemes.list_schemes(conn) if row.version_id is not None and row.units]
    rows.sort(key=lambda row: row.scheme.id not in licensed)
    outside = _(" – di luar lisensi")
    return [
        (
            cast("UUID", row.version_id),
            f"{row.scheme.title} · {row.label}{'' if row.scheme.id in licensed else outside}",
        )
        for row in rows
    ]


@get("/jadwal/baru", opt=WRITE, sync_to_thread=True)
def new_form(request: Request[Any, Any, Any]) -> Template:
    """The form of a new schedule."""
    return new_page(request)


@post("/jadwal/baru", opt=WRITE, sync_to_thread=True, status_code=200)
def create(request: Request[Any, Any, Any], data: URLEncodedBody[Form]) -> Response[Any]:
    """Make a schedule."""

    def act() -> Response[Any]:
        given, lsp_id = read(NewSchedule, data), own_lsp(request)

        def write(tx: Connection) -> dict[str, Any]:
            if given.season and institutions.get_season(tx, given.season) is None:
                raise InvalidInput("web.not_a_choice", field="season")
            made = scheduling.create_schedule(
                tx,
                request.user,
                lsp_id=lsp_id,
                scheme_version_id=given.scheme_version,
                venue_id=given.venue,
                title=given.title,
                first_day=given.first_day,
                last_day=given.last_day,
                now=clock.now(),
                evidence_kinds=given.evidence_kinds,
                season_id=given.season,
                bnsp_code=given.bnsp_code,
            )
            return {"id": str(made)}

        _status, answer = at_fields(lambda: once(request, data, write))
        return done(f"/jadwal/{answer['id']}", "dibuat")

    answer: Response[Any] = submit(data, act, lambda **context: new_page(request, **context))
    return answer


_FIELD_OF = {
    "scheduling.no_venue": "venue", "scheduling.no_version": "scheme_version", "scheduling.no_units": "scheme_version",
}  # fmt: skip


def at_fields(act: Any) -> Any:
    """Run `act`; a refused plan comes back with each reason at the field that it is about."""
    try:
        return act()
    except Refusal as refusal:
        reasons = refusal.reasons or (refusal.reason,)
        named = ((each.field or _FIELD_OF.get(each.code), each) for each in reasons)
        found = {name: each for name, each in named if name}
        if not found:
            raise
        raise InvalidForm(found) from None


# --- Changes ------------------------------------------------------------------------------------------------------


def form_page(request: Request[Any, Any, Any], schedule_id: UUID, template: str, **context: Any) -> Template:
    """A form about one schedule, for who may change it."""
    with request.app.state.database.read() as conn:
        plan = store.schedule(conn, request.user.scope, schedule_id)
    return page(
        request,
        template,
        **{
            "plan": plan,
            "days": said_days(plan.first_day, plan.last_day),
            "evidence": list(EVIDENCE.items()),
            **context,
        },
    )


def changing(
    request: Request[Any, Any, Any], schedule_id: UUID, data: Mapping[str, Any], template: str, word: str, write: Any
) -> Response[Any]:
    """Run a change of a schedule and go back to it; refused, show its form again."""

    def act() -> Response[Any]:
        change = write()
        at_fields(lambda: once(request, data, lambda tx: change(tx) or {}))
        return done(f"/jadwal/{schedule_id}", word)

    answer: Response[Any] = submit(
        data, act, lambda **context: form_page(request, schedule_id, template, **context)
    )  # fmt: skip
    return answer


@get("/jadwal/{schedule_id:uuid}/bukti", opt=WRITE, sync_to_thread=True)
def evidence_form(request: Request[Any, Any, Any], schedule_id: FromPath[UUID]) -> Template:
    """The form of the kinds of evidence."""
    return form_page(request, schedule_id, "schedules/evidence.html")


@post("/jadwal/{schedule_id:uuid}/bukti", opt=WRITE, sync_to_thread=True, status_code=200)
def set_evidence(
    request: Request[Any, Any, Any], schedule_id: FromPath[UUID], data: URLEncodedBody[Form]
) -> Response[Any]:
    """Choose the kinds of evidence."""

    def write() -> Any:
        given = read(Evidence, data)
        return lambda tx: scheduling.set_evidence(
            tx, request.user, schedule_id, given.evidence_kinds, now=clock.now()
        )  # fmt: skip

    return changing(request, schedule_id, data, "schedules/evidence.html", "bukti", write)


@get("/jadwal/{schedule_id:uuid}/pindah", opt=WRITE, sync_to_thread=True)
def move_form(request: Request[Any, Any, Any], schedule_id: FromPath[UUID]) -> Template:
    """The form of moving a schedule."""
    return move_page(request, schedule_id)


@post("/jadwal/{schedule_id:uuid}/pindah", opt=WRITE, sync_to_thread=True, status_code=200)
def move(request: Request[Any, Any, Any], schedule_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Response[Any]:
    """Move a schedule to other days; what that does to assignments, and days that have passed, are asked about first.

    1 read, 2 look: what has to be asked is shown with the form, and nothing is done, 3 move.
    """

    def act() -> Response[Any]:
        given = read(Move, data)  # 1
        days = (given.first_day, given.last_day)
        with request.app.state.database.read() as conn:
            look = scheduling.look_at_move(conn, request.user.scope, schedule_id, *days, today=today_of(request))
        if (look.fates or look.past) and given.seen != f"{days[0]}/{days[1]}":  # 2
            return move_page(request, schedule_id, typed={**data, "past": ""}, look=look)

        def change(tx: Connection) -> dict[str, Any]:
            scheduling.move_schedule(
                tx, request.user, schedule_id, *days,
                reason=given.reason, now=clock.now(), past_is_meant=given.past == "ya",
            )  # fmt: skip
            return {}

        at_fields(lambda: once(request, data, change))  # 3
        return done(f"/jadwal/{schedule_id}", "dipindah")

    answer: Response[Any] = submit(data, act, lambda **context: move_page(request, schedule_id, **context))
    return answer


def move_page(request: Request[Any, Any, Any], schedule_id: UUID, **context: Any) -> Template:
    """The form of moving a schedule; with days that were typed, also what becomes of the assignments."""
    typed = context.get("typed", {})
    days = [words.parse_date(str(typed.get(name, ""))) for name in ("first_day", "last_day")]
    look = context.pop("look", None)
    if look is None and typed.get("seen") and days[0] and days[1]:
        with request.app.state.database.read() as conn:
            look = scheduling.look_at_move(
                conn, request.user.scope, schedule_id, days[0], days[1], today=today_of(request)
            )
    seen = f"{days[0]}/{days[1]}" if look else ""
    return form_page(request, schedule_id, "schedules/move.html", look=look, seen=seen, said_days=said_days, **context)


@get("/jadwal/{schedule_id:uuid}/batal", opt=WRITE, sync_to_thread=True)
def cancel_form(request: Request[Any, Any, Any], schedule_id: FromPath[UUID]) -> Template:
    """The form of cancelling a schedule."""
    return form_page(request, schedule_id, "schedules/cancel.html")


@post("/jadwal/{schedule_id:uuid}/batal", opt=WRITE, sync_to_thread=True, status_code=200)
def cancel(request: Request[Any, Any, Any], schedule_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Response[Any]:
    """Cancel a schedule."""

    def write() -> Any:
        given = read(Why, data)
        return lambda tx: scheduling.cancel_schedule(
            tx, request.user, schedule_id, reason=given.reason, now=clock.now()
        )  # fmt: skip

    return changing(request, schedule_id, data, "schedules/cancel.html", "dibatalkan", write)


HANDLERS = [new_form, create, evidence_form, set_evidence, move_form, move, cancel_form, cancel]
