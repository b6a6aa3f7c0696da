"""Who assesses on which day: choosing, assigning, confirming, replacing, withdrawing.

The picker informs; `assign` decides again in the transaction that writes, under a lock for each assessor and day; and
the database refuses at commit whoever is not an active assessor on the day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor, Scope
from assessor_registry.audit.actions import Entry, note, note_all
from assessor_registry.days import require_believable
from assessor_registry.errors import Conflict, InvalidInput, NotEligible, NotFound, Reason
from assessor_registry.scheduling import store
from assessor_registry.scheduling.actions._ground import given_reason, open_schedule
from assessor_registry.scheduling.actions.todos import day_covered, day_lost, free_candidates
from assessor_registry.scheduling.rules import days_of, licence_reasons, load_reasons, per_day, venue_reasons
from assessor_registry.validity.rules import Shrunk

LOST_DAYS = "Masa aktif asesor tidak lagi mencakup hari ini"


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the picker: may this assessor be assigned on the day, and if not, why.

    `load` is how many candidates they have that day in this LSP's schedules. `busy`: booked for another schedule;
    where that is another LSP's, nothing more is said. `assigned`: in this schedule already.
    """

    assessor_id: UUID
    name: str = field(repr=False)
    may: bool
    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...]
    load: int
    busy: bool
    assigned: bool


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was withdrawn because its assessor can not keep it: the schedules, and the assignments in them."""

    schedules: tuple[UUID, ...] = ()
    assignments: tuple[UUID, ...] = ()


def picker(
    conn: Connection, scope: Scope, schedule_id: UUID, day: date, *, today: date, limit: int | None = None
) -> list[Choice]:
    """Say for each assessor of the LSP whether they may assess on `day`, those who may first; then by name.

    The number of statements does not depend on the number of assessors.

    Raises:
        NotFound: no such schedule in `scope`.
    """
    plan = store.schedule(conn, scope, schedule_id)
    people = store.pool(conn, plan.lsp_id, today)
    ids = [person.id for person in people]
    rules = store.policies(conn)
    answers = store.standings(conn, rules, ids, day, scheme_id=plan.scheme_id, lsp_id=plan.lsp_id)
    booked = {booking.assessor_id: booking for booking in store.bookings(conn, ids, [day])}
    mine = {booking.schedule_id for booking in booked.values() if booking.lsp_id == plan.lsp_id} | {plan.id}
    loads = store.loads(conn, mine)
    most = store.load_limit(rules, day, scheme_id=plan.scheme_id, lsp_id=plan.lsp_id) if limit is None else limit
    place = venue_reasons(plan.venue_name, plan.verified, [day])
    choices = []
    for person in people:
        answer, booking = answers[person.id], booked.get(person.id)
        load = loads.get((booking.schedule_id if booking else plan.id, person.id), store.Load(0, 0))
        reasons = (*answer.reasons, *place, *clash_reasons(plan, [booking] if booking else []))
        if booking is None:
            reasons = (*reasons, *load_reasons(load.candidates, load.days + 1, most))
        known = booking is None or booking.lsp_id == plan.lsp_id
        choices.append(
            Choice(
                person.id, person.name, not reasons, reasons, answer.warnings,
                load=per_day(load.candidates, load.days) if known else 0,
                busy=booking is not None and booking.schedule_id != plan.id,
                assigned=booking is not None and booking.schedule_id == plan.id,
            )
        )  # fmt: skip
    return sorted(choices, key=lambda choice: not choice.may)


def clash_reasons(plan: store.ScheduleRow, bookings: Iterable[store.AssignmentRow]) -> tuple[Reason, ...]:
    """Return why bookings stand in the way; of another LSP's nothing is told but that it is there."""
    found = []
    for booking in bookings:
        if booking.schedule_id == plan.id:
            found.append(Reason("scheduling.already_assigned_on", {"day": booking.held_on}))
        elif booking.lsp_id == plan.lsp_id:
            found.append(Reason("scheduling.clash_on", {"day": booking.held_on, "title": booking.title}))
        else:
            found.append(Reason("scheduling.busy_on", {"day": booking.held_on}))
    return tuple(found)


def assign(
    tx: Connection,
    actor: Actor,
    schedule_id: UUID,
    assessor_id: UUID,
    days: Sequence[date],
    *,
    now: datetime,
    letter_number: str | None = None,
    letter_date: date | None = None,
    planned: bool = False,
    limit: int | None = None,
) -> list[UUID]:
    """Assign an assessor for days of a schedule by a letter (surat tugas); `planned` for who still waits for an RCC
    certificate: no letter, no recording, and active or not is not asked until it is confirmed.

    Raises:
        NotFound: no such schedule in the actor's scope, no such assessor.
        InvalidInput: no letter; no days, a day twice or outside the schedule.
        NotEligible: with *every* reason: standing on each day, venue, clash, load.
    """
    plan = open_schedule(tx, actor, schedule_id)
    letter = None if planned else _letter(letter_number, letter_date)
    wanted = _days_within(plan, days)
    _require_free(tx, plan, assessor_id, wanted, planned=planned, limit=limit)
    return _book(tx, actor, plan, assessor_id, wanted, letter, now)


def _letter(number: str | None, day: date | None) -> tuple[str, date]:
    if not (number or "").strip() or day is None:
        raise InvalidInput("scheduling.letter_missing", field="letter_number")
    require_believable(letter_date=day)
    return (number or "").strip(), day


def _days_within(plan: store.ScheduleRow, days: Sequence[date]) -> list[date]:
    if not days:
        raise InvalidInput("scheduling.no_days", field="days")
    for day in days:
        if not plan.first_day <= day <= plan.last_day:
            raise InvalidInput(
                "scheduling.day_outside", field="days", day=day, first_day=plan.first_day, last_day=plan.last_day
            )
    if twice := next((day for day in days if list(days).count(day) > 1), None):
        raise InvalidInput("scheduling.day_twice", field="days", day=twice)
    return sorted(days)


def _require_free(
    tx: Connection,
    plan: store.ScheduleRow,
    assessor_id: UUID,
    days: Sequence[date],
    *,
    planned: bool,
    limit: int | None,
    own: bool = False,
    extra: int = 0,
) -> None:
    """Lock the assessor's days, then ask everything; `own` leaves out bookings in this schedule (being confirmed)."""
    if not store.is_assessor(tx, assessor_id):
        raise NotFound("scheduling.no_assessor")
    store.lock_days(tx, assessor_id, days)
    bookings = store.bookings(tx, [assessor_id], days)
    reasons = [*clash_reasons(plan, [one for one in bookings if not (own and one.schedule_id == plan.id)])]
    rules = store.policies(tx)
    most = store.load_limit(rules, days[0], scheme_id=plan.scheme_id, lsp_id=plan.lsp_id) if limit is None else limit
    load = store.loads(tx, [plan.id]).get((plan.id, assessor_id), store.Load(0, 0))
    reasons += load_reasons(load.candidates + extra, load.days + (0 if own else len(days)), most)
    if not planned:
        reasons += venue_reasons(plan.venue_name, plan.verified, days)
        for day in days:
            asked = store.standings(tx, rules, [assessor_id], day, scheme_id=plan.scheme_id, lsp_id=plan.lsp_id)
            answer = asked[assessor_id]
            reasons += answer.reasons
            if not answer.active:
                reasons.append(Reason("scheduling.not_active_on", {"day": day}))
    if reasons:
        every = tuple(dict.fromkeys(reasons))
        raise NotEligible("scheduling.not_assignable", reasons=every, count=len(every))


def _book(
    tx: Connection,
    actor: Actor,
    plan: store.ScheduleRow,
    assessor_id: UUID,
    days: Sequence[date],
    letter: tuple[str, date] | None,
    now: datetime,
    replaces: dict[date, UUID] | None = None,
) -> list[UUID]:
    number, letter_date = letter or (None, None)
    rows: list[dict[str, object]] = [
        {"id": uuid4(), "schedule_id": plan.id, "assessor_id": assessor_id, "held_on": day, "letter_number": number,
         "letter_date": letter_date, "confirmed_at": now if letter else None, "created_at": now,
         "replaces": (replaces or {}).get(day)}
        for day in days
    ]  # fmt: skip
    store.add_assignments(tx, rows)
    after = {"assessor_id": assessor_id, "days": list(days), "letter_number": number, "planned": letter is None}
    note(tx, actor.author, "scheduling.assign", "schedule", plan.id, now=now, after=after)
    day_covered(tx, [plan.id], now)
    return [row["id"] for row in rows]  # type: ignore[misc]


def confirm_planned(
    tx: Connection,
    actor: Actor,
    schedule_id: UUID,
    assessor_id: UUID,
    *,
    letter_number: str,
    letter_date: date,
    now: datetime,
    limit: int | None = None,
) -> list[UUID]:
    """Confirm everything planned for an assessor in a schedule, now that their certificate has arrived.

    Raises:
        NotFound: no such schedule in the actor's scope.
        Conflict: nothing is planned for them.
        InvalidInput: no letter.
        NotEligible: with every reason, as for `assign`.
    """
    plan = open_schedule(tx, actor, schedule_id)
    letter = _letter(letter_number, letter_date)
    rows = store.assignments(tx, actor.scope, schedule_id, assessor_id=assessor_id)
    waiting = [row for row in rows if row.state == "planned"]
    if not waiting:
        raise Conflict("scheduling.nothing_planned")
    days = [row.held_on for row in waiting]
    _require_free(tx, plan, assessor_id, days, planned=False, limit=limit, own=True)
    ids = [row.id for row in waiting]
    store.confirm(tx, ids, *letter, now)
    after = {"assessor_id": assessor_id, "days": days, "letter_number": letter[0]}
    note(tx, actor.author, "scheduling.confirm_planned", "schedule", plan.id, now=now, after=after)
    return ids


def withdraw(
    tx: Connection,
    actor: Actor,
    schedule_id: UUID,
    assessor_id: UUID,
    *,
    reason: str,
    now: datetime,
    days: Sequence[date] | None = None,
) -> list[UUID]:
    """Withdraw an assessor from a schedule, or from some of its days. Candidates without a result become free when no
    day is left. Whether they have signed results is asked, and said, in the room above
    (`assessments.withdraw_assessor`); the database refuses at commit what passes that by.

    Raises:
        NotFound: no such schedule in the actor's scope.
        Conflict: they are not assigned (on those days).
        InvalidInput: no reason.
    """
    plan = open_schedule(tx, actor, schedule_id)
    gone = _withdraw(tx, actor, plan, assessor_id, days, given_reason(reason), now)
    free_candidates(tx, actor, [plan.id], now)
    day_lost(tx, [plan.id], now)
    return [row.id for row in gone]


def _withdraw(
    tx: Connection,
    actor: Actor,
    plan: store.ScheduleRow,
    assessor_id: UUID,
    days: Sequence[date] | None,
    why: str,
    now: datetime,
) -> list[store.AssignmentRow]:
    rows = store.assignments(tx, actor.scope, plan.id, assessor_id=assessor_id)
    gone = [row for row in rows if days is None or row.held_on in days]
    if not gone or (days is not None and len(gone) < len(set(days))):
        raise Conflict("scheduling.not_assigned")
    store.withdraw(tx, [row.id for row in gone], why, now)
    before = {"assessor_id": assessor_id, "days": [row.held_on for row in gone]}
    note(tx, actor.author, "scheduling.withdraw", "schedule", plan.id, now=now, before=before, reason=why)
    return gone


def _given_to(tx: Connection, actor: Actor, plan: store.ScheduleRow, assessor_id: UUID) -> list[UUID]:
    rows = store.candidates(tx, actor.scope, plan.id, lock=True)
    return [row.attempt_id for row in rows if row.assessor_id == assessor_id and row.recorded_at is None]


def replace_assessor(
    tx: Connection,
    actor: Actor,
    schedule_id: UUID,
    old_id: UUID,
    new_id: UUID,
    *,
    reason: str,
    letter_number: str,
    letter_date: date,
    now: datetime,
    days: Sequence[date] | None = None,
    limit: int | None = None,
) -> list[UUID]:
    """Put another assessor in the place of one, with a new letter; candidates without a result go along.

    `days` None is all days of the old one in this schedule. When some days stay with the old one, so do the candidates.

    Raises:
        NotFound: no such schedule in the actor's scope, no such assessor.
        Conflict: the old one is not assigned.
        InvalidInput: the same person, no reason, no letter.
        NotEligible: with every reason why the new one may not.
    """
    plan = open_schedule(tx, actor, schedule_id)
    if old_id == new_id:
        raise InvalidInput("scheduling.same_assessor", field="assessor_id")
    why, letter = given_reason(reason), _letter(letter_number, letter_date)
    gone = _withdraw(tx, actor, plan, old_id, days, why, now)
    stays = store.assignments(tx, actor.scope, plan.id, assessor_id=old_id)
    moving = [] if stays else _given_to(tx, actor, plan, old_id)
    wanted = [row.held_on for row in gone]
    _require_free(tx, plan, new_id, wanted, planned=False, limit=limit, extra=len(moving))
    ids = _book(tx, actor, plan, new_id, wanted, letter, now, {row.held_on: row.id for row in gone})
    store.allocate(tx, dict.fromkeys(moving, new_id))
    return ids


def withdraw_lost(tx: Connection, actor: Actor, shrunk: Iterable[Shrunk], *, now: datetime) -> Withdrawn:
    """Withdraw confirmed assignments on days that assessors are no longer active on; the schedules need an assessor,
    and whoever has no day left there has no candidates there.

    Called in the transaction that shrank the active periods.
    """
    lost = [(item.assessor_id, period.first_day, period.last_day) for item in shrunk for period in item.lost]
    if not lost:
        return Withdrawn()
    rows = store.withdraw_between(tx, lost, LOST_DAYS, now)
    return settle_withdrawn(tx, actor, "scheduling.withdraw_lost", rows, LOST_DAYS, now)


def settle_withdrawn(
    tx: Connection, actor: Actor, act: str, rows: Sequence[Any], reason: str, now: datetime
) -> Withdrawn:
    """Let what follows assignments that were withdrawn follow: the trail, free candidates, the to-do.

    `rows` are (id, schedule_id, assessor_id, held_on).
    """
    entries = [
        Entry(row.schedule_id, before={"assessor_id": row.assessor_id, "days": [row.held_on]}, reason=reason)
        for row in rows
    ]
    note_all(tx, actor.author, act, "schedule", entries, now=now)
    schedules = tuple(dict.fromkeys(row.schedule_id for row in rows))
    free_candidates(tx, actor, schedules, now)
    day_lost(tx, schedules, now)
    return Withdrawn(schedules, tuple(row.id for row in rows))


def needs(conn: Connection, scope: Scope, schedule_id: UUID) -> tuple[Reason, ...]:
    """Return what a schedule still needs before its days: assessors, letters, candidates, venue, licence.

    Raises:
        NotFound: no such schedule in `scope`.
    """
    plan = store.schedule(conn, scope, schedule_id)
    booked = {row.held_on for row in store.assignments(conn, scope, schedule_id)}
    licences, schemes = store.licensed(conn, plan.lsp_id, plan.scheme_id)
    days = days_of(plan.first_day, plan.last_day)
    found = [Reason("scheduling.needs_assessor", {"day": day}) for day in days if day not in booked]
    counted = (
        (not plan.candidates, Reason("scheduling.needs_candidates")),
        (plan.planned, Reason("scheduling.needs_confirmation", {"count": plan.planned})),
        (plan.unallocated, Reason("scheduling.needs_allocation", {"count": plan.unallocated})),
        (not plan.evidence_kinds, Reason("scheduling.needs_evidence")),
    )
    found += [reason for unmet, reason in counted if unmet]
    found += venue_reasons(plan.venue_name, plan.verified, days)
    return (*found, *licence_reasons(licences, schemes, days))
