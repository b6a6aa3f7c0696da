"""Who is assessed in a schedule, and by whom."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.audit.actions import note
from assessor_registry.errors import Conflict, NotEligible, NotFound, Reason
from assessor_registry.scheduling import store
from assessor_registry.scheduling.actions._ground import given_reason, open_schedule
from assessor_registry.scheduling.rules import days_of, load_reasons, shares, too_few_reason


@dataclass(frozen=True, slots=True)
class Added:
    """What became of the students given: candidates now (`attempts`), or not, each with the reason (`refused`)."""

    attempts: tuple[UUID, ...]
    refused: tuple[tuple[UUID, Reason], ...]


def add_candidates(
    tx: Connection, actor: Actor, schedule_id: UUID, student_ids: Iterable[UUID], *, today: date, now: datetime
) -> Added:
    """Put students into a schedule; who can not be put in is told, and does not keep out the others.

    A student may not be in two open schedules of the same scheme; the number of the attempt counts earlier ones at the
    scheme. A student without NIK may be scheduled.

    Raises:
        NotFound: no such schedule in the actor's scope.
        Conflict: `scheduling.nobody_added`, with the reason for each.
    """
    plan = open_schedule(tx, actor, schedule_id)
    wanted = list(dict.fromkeys(student_ids))
    known = store.pupils(tx, plan, wanted, today)
    refused = [(student, why) for student in wanted if (why := _unfit(known.get(student), plan))]
    out = {student for student, _why in refused}
    taken = [known[student] for student in wanted if student not in out]
    if not taken:
        raise Conflict("scheduling.nobody_added", reasons=tuple(why for _student, why in refused))
    attempts = _write(tx, plan, taken)
    note(
        tx, actor.author, "scheduling.add_candidates", "schedule", schedule_id, now=now,
        after={"attempts": list(attempts), "refused": len(refused)},
    )  # fmt: skip
    return Added(attempts, tuple(refused))


def _unfit(pupil: store.Pupil | None, plan: store.ScheduleRow) -> Reason | None:
    if pupil is None:
        return Reason("scheduling.no_student")
    if pupil.here is not None and not pupil.here_removed:
        return Reason("scheduling.already_in")
    if pupil.elsewhere is not None:
        return Reason("scheduling.in_other_schedule", {"title": pupil.elsewhere})
    if not pupil.in_network:
        return Reason("scheduling.not_our_school", {"day": plan.first_day})
    return None


def _write(tx: Connection, plan: store.ScheduleRow, pupils: Collection[store.Pupil]) -> tuple[UUID, ...]:
    back = {pupil.here: pupil.attempts + 1 for pupil in pupils if pupil.here is not None}
    store.bring_back(tx, back)
    rows = [
        {"id": uuid4(), "schedule_id": plan.id, "student_id": pupil.id, "number": pupil.attempts + 1}
        for pupil in pupils if pupil.here is None
    ]  # fmt: skip
    store.add_attempts(tx, rows)
    return (*back, *(row["id"] for row in rows))  # type: ignore[arg-type]


def add_class(
    tx: Connection, actor: Actor, schedule_id: UUID, school_id: UUID, rombel: str, *, today: date, now: datetime
) -> Added:
    """Put a whole class (rombel) into a schedule.

    Raises:
        NotFound: no such schedule in the actor's scope; nobody is in that class.
        Conflict: the class is mapped to another scheme version; nobody could be added.
    """
    plan = open_schedule(tx, actor, schedule_id)
    mapped = store.class_schemes(tx, plan.lsp_id, school_id).get((school_id, rombel))
    if mapped is not None and mapped != plan.scheme_version_id:
        raise Conflict("scheduling.class_unmapped", field="rombel", rombel=rombel)
    members = store.class_members(tx, school_id, rombel)
    if not members:
        raise NotFound("scheduling.no_class", field="rombel", rombel=rombel)
    return add_candidates(tx, actor, schedule_id, members, today=today, now=now)


def remove_candidate(tx: Connection, actor: Actor, attempt_id: UUID, *, reason: str, now: datetime) -> None:
    """Take a candidate out of a schedule.

    Raises:
        NotFound: no such candidate in the actor's scope.
        Conflict: their result was signed; the schedule was cancelled.
        InvalidInput: no reason.
    """
    plan = open_schedule(tx, actor, store.schedule_of_attempt(tx, attempt_id))
    why = given_reason(reason)
    found = _candidate(store.candidates(tx, actor.scope, plan.id, lock=True), attempt_id)
    if found.recorded_at is not None:
        raise Conflict("scheduling.candidate_recorded")
    store.remove_attempt(tx, attempt_id, why, now)
    note(
        tx, actor.author, "scheduling.remove_candidate", "attempt", attempt_id,
        now=now, before={"schedule_id": plan.id, "student_id": found.student_id}, reason=why,
    )  # fmt: skip


def allocate(
    tx: Connection,
    actor: Actor,
    schedule_id: UUID,
    given: Mapping[UUID, UUID | None],
    *,
    now: datetime,
    limit: int | None = None,
) -> None:
    """Give candidates to assessors of the schedule (attempt → assessor, None takes them back).

    Raises:
        NotFound: no such schedule or candidate.
        NotEligible: an assessor is not assigned here, or would have more candidates a day than the policy allows.
        Conflict: a result was signed.
    """
    plan = open_schedule(tx, actor, schedule_id)
    rows = store.candidates(tx, actor.scope, schedule_id, lock=True)
    for attempt, assessor in given.items():
        found = _candidate(rows, attempt)
        if found.recorded_at is not None and found.assessor_id != assessor:
            raise Conflict("scheduling.candidate_recorded")
    after = {row.attempt_id: row.assessor_id for row in rows} | dict(given)
    _require_bearable(tx, actor, plan, after, {one for one in given.values() if one is not None}, limit)
    store.allocate(tx, given)
    note(
        tx, actor.author, "scheduling.allocate", "schedule", schedule_id, now=now,
        before={str(row.attempt_id): row.assessor_id for row in rows if row.attempt_id in given},
        after={str(attempt): assessor for attempt, assessor in given.items()},
    )  # fmt: skip


def split_evenly(
    tx: Connection, actor: Actor, schedule_id: UUID, *, now: datetime, limit: int | None = None
) -> dict[UUID, UUID]:
    """Share all candidates without a signed result evenly among the confirmed assessors; return the shares.

    Who has more days takes more where the others are full. Who is only planned may not record, and gets nobody.

    Raises:
        Conflict: nobody is assigned yet, or nobody is confirmed; `scheduling.too_few_assessors`: the policy allows
            fewer candidates than there are, with how many assessors or days are lacking.
    """
    plan = open_schedule(tx, actor, schedule_id)
    every = store.candidates(tx, actor.scope, schedule_id, lock=True)
    rows = [row for row in every if row.recorded_at is None]
    booked = store.assignments(tx, actor.scope, schedule_id)
    assessors = list(dict.fromkeys(row.assessor_id for row in booked if row.state == "confirmed"))
    if not assessors:
        raise Conflict("scheduling.nobody_confirmed" if booked else "scheduling.no_assessors_yet")
    most = _limit(tx, plan, limit)
    room = {
        one: max(0, most * sum(row.assessor_id == one for row in booked)
                 - sum(row.assessor_id == one and row.recorded_at is not None for row in every))
        for one in assessors
    }  # fmt: skip
    if sum(room.values()) < len(rows):
        days = len(days_of(plan.first_day, plan.last_day))
        lacking = too_few_reason(len(rows), sum(room.values()), most, days)
        raise Conflict(lacking.code, **lacking.params)  # type: ignore[arg-type]
    found = shares([row.attempt_id for row in rows], assessors, room)
    allocate(tx, actor, schedule_id, found, now=now, limit=most)
    return found


def _limit(tx: Connection, plan: store.ScheduleRow, limit: int | None) -> int:
    """How many candidates a day the policy allows, unless a limit is given."""
    if limit is not None:
        return limit
    return store.load_limit(store.policies(tx), plan.first_day, scheme_id=plan.scheme_id, lsp_id=plan.lsp_id)


def _candidate(rows: Collection[store.Candidate], attempt_id: UUID) -> store.Candidate:
    found = next((row for row in rows if row.attempt_id == attempt_id), None)
    if found is None:
        raise NotFound("scheduling.no_candidate")
    return found


def _require_bearable(
    tx: Connection,
    actor: Actor,
    plan: store.ScheduleRow,
    after: Mapping[UUID, UUID | None],
    named: Collection[UUID],
    limit: int | None,
) -> None:
    """Everyone `named` is assigned here and can bear the candidates that they would have.

    Nobody else is asked about: what somebody has signed before they left is no reason to give the others to nobody.
    """
    most = _limit(tx, plan, limit)
    booked = store.assignments(tx, actor.scope, plan.id)
    names = {row.assessor_id: row.assessor_name for row in booked}
    reasons: list[Reason] = []
    for assessor in sorted(named):
        days = sum(row.assessor_id == assessor for row in booked)
        if not days:
            reasons.append(Reason("scheduling.not_assigned"))
            continue
        heavy = load_reasons(sum(item == assessor for item in after.values()), days, most)
        reasons += [Reason("scheduling.too_many_for", {**one.params, "name": names[assessor]}) for one in heavy]
    if reasons:
        raise NotEligible("scheduling.not_divided", reasons=tuple(reasons), count=len(reasons))
