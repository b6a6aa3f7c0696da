"""Moving a schedule to other days: first what becomes of each assignment, then the move itself, by the same rule."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry import clock
from assessor_registry.accounts.rules import Actor, Scope
from assessor_registry.audit.actions import note
from assessor_registry.errors import Conflict, InvalidInput, Reason
from assessor_registry.scheduling import store
from assessor_registry.scheduling.actions._ground import given_reason, open_schedule, require_unrecorded
from assessor_registry.scheduling.actions.duties import clash_reasons
from assessor_registry.scheduling.actions.todos import day_covered, day_lost, free_candidates
from assessor_registry.scheduling.rules import moved, past_days, plan_reasons


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of an assignment: kept; planned anew `to` another day, until there is a new letter; or ended.

    `reasons`: why it ends; or why the assessor could not yet be confirmed for the new day.
    """

    assignment_id: UUID
    assessor_id: UUID
    name: str = field(repr=False)
    day: date
    to: date | None
    kept: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Moving:
    """What a move does: to each assignment; and which of its new days have passed."""

    fates: tuple[Fate, ...]
    past: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of the assignments of a moved schedule: kept, and withdrawn ones of which some are planned anew."""

    kept: tuple[UUID, ...]
    withdrawn: tuple[UUID, ...]
    planned: tuple[UUID, ...]


def look_at_move(
    conn: Connection, scope: Scope, schedule_id: UUID, first_day: date, last_day: date, *, today: date
) -> Moving:
    """Say what a move to these days would do; nothing is changed.

    Raises:
        NotFound, Conflict, InvalidInput: as `move_schedule`, but for the reason and the days that have passed.
    """
    plan = store.schedule(conn, scope, schedule_id)
    if plan.cancelled_at is not None:
        raise Conflict("scheduling.cancelled")
    _require_movable(plan, first_day, last_day)
    rows = store.assignments(conn, scope, schedule_id)
    fates = _with_standings(conn, plan, _fates(conn, plan, rows, (first_day, last_day)))
    return Moving(tuple(fates), past_days((plan.first_day, plan.last_day), (first_day, last_day), today))


def move_schedule(
    tx: Connection,
    actor: Actor,
    schedule_id: UUID,
    first_day: date,
    last_day: date,
    *,
    reason: str,
    now: datetime,
    past_is_meant: bool = False,
) -> Moved:
    """Move a schedule to other days.

    An assignment whose day remains is kept. The others are withdrawn, as their letter names a day that is no more, and
    planned anew at the same distance from the first day, where the assessor is free; they wait for a new letter.

    Raises:
        NotFound: no such schedule in the actor's scope.
        Conflict: cancelled; or a result was signed.
        InvalidInput: the days are in the wrong order or too many; no reason; a day that has passed, not meant so.
    """
    plan = open_schedule(tx, actor, schedule_id)
    _require_movable(plan, first_day, last_day)
    why = given_reason(reason)
    passed = past_days((plan.first_day, plan.last_day), (first_day, last_day), clock.day_of(now, plan.zone))
    if passed and not past_is_meant:
        raise InvalidInput("scheduling.move_into_past", field="past", day=passed[0])
    rows = store.assignments(tx, actor.scope, schedule_id)
    for fate in sorted(_fates(tx, plan, rows, (first_day, last_day)), key=lambda fate: str(fate.assessor_id)):
        store.lock_days(tx, fate.assessor_id, [fate.to] if fate.to else [])
    # Again under the locks: somebody may have been booked elsewhere meanwhile.
    fates = _fates(tx, plan, rows, (first_day, last_day))
    gone = [fate.assignment_id for fate in fates if not fate.kept]
    store.change_schedule(tx, schedule_id, first_day=first_day, last_day=last_day)
    store.withdraw(tx, gone, why, now)
    planned = _plan_anew(tx, plan, fates, now)
    free_candidates(tx, actor, [plan.id], now)
    (day_lost if gone else day_covered)(tx, [plan.id], now)
    note(
        tx, actor.author, "scheduling.move_schedule", "schedule", schedule_id, now=now, reason=why,
        before={"first_day": plan.first_day, "last_day": plan.last_day},
        after={"first_day": first_day, "last_day": last_day},
    )  # fmt: skip
    return Moved(tuple(fate.assignment_id for fate in fates if fate.kept), tuple(gone), planned)


def _require_movable(plan: store.ScheduleRow, first_day: date, last_day: date) -> None:
    require_unrecorded(plan)
    if reasons := plan_reasons(plan.title, first_day, last_day, ()):
        raise InvalidInput("scheduling.plan_refused", field="first_day", reasons=reasons, count=len(reasons))


def _fates(
    conn: Connection, plan: store.ScheduleRow, rows: Sequence[store.AssignmentRow], days: tuple[date, date]
) -> list[Fate]:
    found: list[Fate] = []
    for assessor in dict.fromkeys(row.assessor_id for row in rows):
        own = [row for row in rows if row.assessor_id == assessor]
        stays = {row.held_on for row in own if days[0] <= row.held_on <= days[1]}
        shifted = moved({row.held_on for row in own} - stays, plan.first_day, days, stays)
        taken = {booking.held_on: booking for booking in store.bookings(conn, [assessor], list(shifted.values()))}
        for row in own:
            to = shifted.get(row.held_on)
            reasons: tuple[Reason, ...] = ()
            if to is not None and to in taken:
                reasons, to = clash_reasons(plan, [taken[to]]), None
            elif to is None and row.held_on not in stays:
                reasons = (Reason("scheduling.move_no_room"),)
            found.append(
                Fate(row.id, assessor, row.assessor_name, row.held_on, to, row.held_on in stays, reasons)
            )  # fmt: skip
    return found


def _with_standings(conn: Connection, plan: store.ScheduleRow, fates: Sequence[Fate]) -> list[Fate]:
    rules, found = store.policies(conn), []
    for fate in fates:
        reasons = fate.reasons
        if fate.to is not None:
            asked = store.standings(
                conn, rules, [fate.assessor_id], fate.to, scheme_id=plan.scheme_id, lsp_id=plan.lsp_id
            )
            reasons = asked[fate.assessor_id].reasons
        found.append(replace(fate, reasons=reasons))
    return found


def _plan_anew(tx: Connection, plan: store.ScheduleRow, fates: Sequence[Fate], now: datetime) -> tuple[UUID, ...]:
    rows: list[dict[str, object]] = [
        {"id": uuid4(), "schedule_id": plan.id, "assessor_id": fate.assessor_id, "held_on": fate.to,
         "replaces": fate.assignment_id, "created_at": now}
        for fate in fates if fate.to is not None
    ]  # fmt: skip
    store.add_assignments(tx, rows)
    return tuple(row["id"] for row in rows)  # type: ignore[misc]
