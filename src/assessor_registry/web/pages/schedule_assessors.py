"""Who assesses in a schedule: the picker of a day, assigning, confirming what was planned, replacing, withdrawing."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template
from pydantic import BeforeValidator, Field

from assessor_registry import clock, words
from assessor_registry.assessments import actions as assessments
from assessor_registry.assessments import store as results
from assessor_registry.assessors import store as assessors
from assessor_registry.db.engine import Connection
from assessor_registry.errors import InvalidInput, NotFound, Reason
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.scheduling import store
from assessor_registry.scheduling.rules import days_of
from assessor_registry.web.forms import Day, Form, Input, InvalidForm, MaybeDay, MaybeId, MaybeText, Text, read, submit
from assessor_registry.web.listing import Asked
from assessor_registry.web.moments import said_days
from assessor_registry.web.once import once
from assessor_registry.web.pages.schedule_plans import WRITE
from assessor_registry.web.render import page
from assessor_registry.web.resuming import typed_of
from assessor_registry.web.said import done
from assessor_registry.web.today import today_of
from assessor_registry.words import gettext as _


def _as_list(value: object) -> object:
    return value if isinstance(value, list) else [value] if value else []


Days = Annotated[list[Day], BeforeValidator(_as_list)]


class Assign(Input):
    """Someone for some days, by a letter or as a plan."""

    assessor: MaybeId = None
    days: Days = Field(default_factory=list)
    letter_number: MaybeText = None
    letter_date: MaybeDay = None
    how: Literal["letter", "planned"]
    day: MaybeDay = None


class Letter(Input):
    """A letter of assignment."""

    letter_number: Text
    letter_date: Day


class Replace(Input):
    """Someone else, for which days, why, and their letter."""

    assessor_id: UUID
    days: Days = Field(default_factory=list)
    reason: Text
    letter_number: Text
    letter_date: Day


class Withdraw(Input):
    """From which days someone is withdrawn, and why."""

    days: Days = Field(default_factory=list)
    reason: Text


# --- The picker --------------------------------------------------------------------------------------------------


def picker_page(request: Request[Any, Any, Any], schedule_id: UUID, **context: Any) -> Template:
    """For one day: who may assess, and for the others every reason."""
    scope = request.user.scope
    typed = typed_of(request, context)
    wanted = words.parse_date(str(typed.get("day") or Asked(request).one("hari")))
    with request.app.state.database.read() as conn:
        plan = store.schedule(conn, scope, schedule_id)
        day = wanted if wanted and plan.first_day <= wanted <= plan.last_day else plan.first_day
        choices = scheduling.picker(conn, scope, schedule_id, day, today=today_of(request))
        known = told_apart(conn, request, [each.assessor_id for each in choices])
        booked = store.assignments(conn, scope, schedule_id)
        rules = store.policies(conn)
    days = days_of(plan.first_day, plan.last_day)
    chosen = _as_list(typed.get("days")) if typed else [day.isoformat()]
    return page(
        request,
        "schedules/picker.html",
        **{
            "plan": plan,
            "day": day,
            "days": [(each, sum(row.held_on == each for row in booked)) for each in days],
            "day_options": [(each, words.long_date(each)) for each in days],
            "able": [each for each in choices if each.may],
            "plannable": [each for each in choices if not each.may and not each.busy and not each.assigned],
            "others": [each for each in choices if not each.may and (each.busy or each.assigned)],
            "known": known,
            "most": store.load_limit(rules, day, scheme_id=plan.scheme_id, lsp_id=plan.lsp_id),
            "chosen": chosen,
            **context,
        },
    )


@get("/jadwal/{schedule_id:uuid}/asesor", opt=WRITE, sync_to_thread=True)
def picker(request: Request[Any, Any, Any], schedule_id: FromPath[UUID]) -> Template:
    """Who may assess on a day of the schedule."""
    return picker_page(request, schedule_id)


@post("/jadwal/{schedule_id:uuid}/asesor", opt=WRITE, sync_to_thread=True, status_code=200)
def assign(request: Request[Any, Any, Any], schedule_id: FromPath[UUID], data: URLEncodedBody[Form]) -> Response[Any]:
    """Assign someone for days of the schedule."""

    def act() -> Response[Any]:
        given = read(Assign, data)
        planned = given.how == "planned"
        chosen = _chosen(given)

        def write(tx: Connection) -> dict[str, Any]:
            require_own(tx, request, schedule_id, chosen)
            scheduling.assign(
                tx,
                request.user,
                schedule_id,
                chosen,
                given.days,
                now=clock.now(),
                letter_number=None if planned else given.letter_number,
                letter_date=None if planned else given.letter_date,
                planned=planned,
            )
            return {}

        once(request, data, write)
        return done(f"/jadwal/{schedule_id}", "direncanakan" if planned else "ditugaskan")

    answer: Response[Any] = submit(data, act, lambda **context: picker_page(request, schedule_id, **context))
    return answer


def _chosen(given: Assign) -> UUID:
    """Whom the form names.

    Raises:
        InvalidForm: nobody is chosen, no day; or the button that needs a letter was pressed without one.
    """
    lettered = given.how == "letter"
    missing = {
        "assessor": (given.assessor is None, "scheduling.choose_assessor"),
        "days": (not given.days, "scheduling.no_days"),
        "letter_number": (lettered and not (given.letter_number or "").strip(), "scheduling.letter_number_missing"),
        "letter_date": (lettered and given.letter_date is None, "scheduling.letter_date_missing"),
    }
    found = {name: Reason(code) for name, (unmet, code) in missing.items() if unmet}
    if given.assessor is None or found:
        raise InvalidForm(found)
    return given.assessor


def require_own(tx: Connection, request: Request[Any, Any, Any], schedule_id: UUID, assessor_id: UUID) -> None:
    """Only whom the LSP's picker lists may be put into its schedules.

    Raises:
        NotFound: the assessor is of neither its appointments nor its schools.
    """
    plan = store.schedule(tx, request.user.scope, schedule_id)
    if all(person.id != assessor_id for person in store.pool(tx, plan.lsp_id, today_of(request))):
        raise NotFound("scheduling.no_assessor")


# --- Someone who is assigned -------------------------------------------------------------------------------------


def duty_page(
    request: Request[Any, Any, Any], schedule_id: UUID, assessor_id: UUID, template: str, **context: Any
) -> Template:
    """A form about one assessor of a schedule."""
    scope = request.user.scope
    with request.app.state.database.read() as conn:
        plan = store.schedule(conn, scope, schedule_id)
        rows = store.assignments(conn, scope, schedule_id, assessor_id=assessor_id)
        if not rows:
            raise NotFound("scheduling.not_assigned")
        given = sum(
            row.assessor_id == assessor_id and row.recorded_at is None
            for row in store.candidates(conn, scope, schedule_id)
        )
        signed = results.signed_days(conn, schedule_id, assessor_id=assessor_id)
        free = [row.held_on for row in rows if not any(one.touches([row.held_on]) for one in signed)]
        able: list[tuple[UUID, str]] = []
        if template == "schedules/replace.html":
            able = substitutes(conn, request, schedule_id, free)
    typed = typed_of(request, context)
    return page(
        request,
        template,
        **{
            "plan": plan,
            "days": said_days(plan.first_day, plan.last_day),
            "assessor_id": assessor_id,
            "name": rows[0].assessor_name,
            "rows": rows,
            "candidates": given,
            "able": able,
            "signed": len(signed),
            "kept": [row.held_on for row in rows if row.held_on not in free],
            "free": free,
            "day_options": [(day, words.long_date(day)) for day in free],
            "chosen": _as_list(typed.get("days")) if typed else [day.isoformat() for day in free],
            **context,
        },
    )


def told_apart(conn: Connection, request: Request[Any, Any, Any], ids: Collection[UUID]) -> dict[UUID, str]:
    """Return number and school of each: in a province two assessors may have one name."""
    found = assessors.details(conn, request.user.scope, ids, today_of(request))
    return {
        who.id: " · ".join(filter(None, [who.registration.canonical if who.registration else "", who.school]))
        for who in found.values()
    }


def substitutes(
    conn: Connection, request: Request[Any, Any, Any], schedule_id: UUID, days: Sequence[date]
) -> list[tuple[UUID, str]]:
    """Who may assess on one of these days; those who may on all of them first, of the others it is said on which."""
    names: dict[UUID, str] = {}
    able: dict[UUID, list[date]] = {}
    for day in days:
        for each in scheduling.picker(conn, request.user.scope, schedule_id, day, today=today_of(request)):
            if each.may:
                names[each.assessor_id] = each.name
                able.setdefault(each.assessor_id, []).append(day)
    known = told_apart(conn, request, list(able))
    ordered = sorted(able, key=lambda one: (len(able[one]) < len(days), names[one]))
    said = {
        one: names[one] if len(able[one]) == len(days) else _("{name} (hanya {days})").format(
            name=names[one], days="; ".join(map(words.long_date, able[one]))
        )
        for one in ordered
    }  # fmt: skip
    return [(one, " · ".join(filter(None, [said[one], known.get(one)]))) for one in ordered]


def _some_of(days: Sequence[date], tx: Connection, request: Request[Any, Any, Any], ids: tuple[UUID, UUID]) -> Any:
    """The days that were ticked, or None for all; a form of a single day has nothing to tick.

    Raises:
        InvalidInput: there are several, and none is ticked.
    """
    if days:
        return list(days)
    if len(store.assignments(tx, request.user.scope, ids[0], assessor_id=ids[1])) > 1:
        raise InvalidInput("scheduling.no_days", field="days")
    return None


def _acting(
    request: Request[Any, Any, Any],
    ids: tuple[UUID, UUID],
    data: Mapping[str, Any],
    template: str,
    word: str,
    write: Any,
) -> Response[Any]:
    """Run an act on one assessor of a schedule and go back to it; refused, show its form again."""

    def act() -> Response[Any]:
        change = write()

        def run(tx: Connection) -> dict[str, Any]:
            change(tx)
            return {}

        once(request, data, run)
        return done(f"/jadwal/{ids[0]}", word)

    answer: Response[Any] = submit(data, act, lambda **context: duty_page(request, *ids, template, **context))
    return answer


@get("/jadwal/{schedule_id:uuid}/asesor/{assessor_id:uuid}/pastikan", opt=WRITE, sync_to_thread=True)
def confirm_form(request: Request[Any, Any, Any], schedule_id: FromPath[UUID], assessor_id: FromPath[UUID]) -> Template:
    """The form of confirming what was planned."""
    return duty_page(request, schedule_id, assessor_id, "schedules/confirm.html")


@post("/jadwal/{schedule_id:uuid}/asesor/{assessor_id:uuid}/pastikan", opt=WRITE, sync_to_thread=True, status_code=200)
def confirm(
    request: Request[Any, Any, Any],
    schedule_id: FromPath[UUID],
    assessor_id: FromPath[UUID],
    data: URLEncodedBody[Form],
) -> Response[Any]:
    """Confirm what was planned for someone, by a letter."""

    def write() -> Any:
        given = read(Letter, data)
        return lambda tx: scheduling.confirm_planned(
            tx, request.user, schedule_id, assessor_id,
            letter_number=given.letter_number, letter_date=given.letter_date, now=clock.now(),
        )  # fmt: skip

    return _acting(request, (schedule_id, assessor_id), data, "schedules/confirm.html", "dipastikan", write)


@get("/jadwal/{schedule_id:uuid}/asesor/{assessor_id:uuid}/ganti", opt=WRITE, sync_to_thread=True)
def replace_form(request: Request[Any, Any, Any], schedule_id: FromPath[UUID], assessor_id: FromPath[UUID]) -> Template:
    """The form of replacing someone."""
    return duty_page(request, schedule_id, assessor_id, "schedules/replace.html")


@post("/jadwal/{schedule_id:uuid}/asesor/{assessor_id:uuid}/ganti", opt=WRITE, sync_to_thread=True, status_code=200)
def replace(
    request: Request[Any, Any, Any],
    schedule_id: FromPath[UUID],
    assessor_id: FromPath[UUID],
    data: URLEncodedBody[Form],
) -> Response[Any]:
    """Put someone else in the place of one, for all days or some, with a new letter."""

    def write() -> Any:
        given = read(Replace, data)

        def change(tx: Connection) -> None:
            require_own(tx, request, schedule_id, given.assessor_id)
            assessments.replace_assessor(
                tx, request.user, schedule_id, assessor_id, given.assessor_id, reason=given.reason,
                days=_some_of(given.days, tx, request, (schedule_id, assessor_id)),
                letter_number=given.letter_number, letter_date=given.letter_date, now=clock.now(),
            )  # fmt: skip

        return change

    return _acting(request, (schedule_id, assessor_id), data, "schedules/replace.html", "diganti", write)


@get("/jadwal/{schedule_id:uuid}/asesor/{assessor_id:uuid}/cabut", opt=WRITE, sync_to_thread=True)
def withdraw_form(
    request: Request[Any, Any, Any], schedule_id: FromPath[UUID], assessor_id: FromPath[UUID]
) -> Template:
    """The form of withdrawing someone."""
    return duty_page(request, schedule_id, assessor_id, "schedules/withdraw.html")


@post("/jadwal/{schedule_id:uuid}/asesor/{assessor_id:uuid}/cabut", opt=WRITE, sync_to_thread=True, status_code=200)
def withdraw(
    request: Request[Any, Any, Any],
    schedule_id: FromPath[UUID],
    assessor_id: FromPath[UUID],
    data: URLEncodedBody[Form],
) -> Response[Any]:
    """Withdraw someone from the schedule, or from some of its days."""

    def write() -> Any:
        given = read(Withdraw, data)
        return lambda tx: assessments.withdraw_assessor(
            tx, request.user, schedule_id, assessor_id, reason=given.reason, now=clock.now(),
            days=_some_of(given.days, tx, request, (schedule_id, assessor_id)),
        )  # fmt: skip

    return _acting(request, (schedule_id, assessor_id), data, "schedules/withdraw.html", "dilepas", write)


HANDLERS = [
    picker, assign, confirm_form, confirm, replace_form, replace, withdraw_form, withdraw,
]  # fmt: skip
