"""The to-do *this schedule needs an assessor*: opened when a day is lost, cleared when every day is covered again.

After the last day nobody can be found any more: what can still be done is another to-do, about results that are not
there (on paper, another day, or cancelled), as long as there are candidates without one, whoever was assigned.
"""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.audit.actions import Entry, note_all
from assessor_registry.flags import actions as flags
from assessor_registry.flags import store as todos
from assessor_registry.scheduling import store

KIND = "needs_assessor"
RESULTS = "results_unsigned"


def day_lost(tx: Connection, schedule_ids: Collection[UUID], now: datetime) -> None:
    """Open a to-do for each of these schedules that has a day without an assessor."""
    lacking = _follow(tx, schedule_ids, now)
    for schedule_id, day in sorted(lacking.items()):
        flags.open_flag(tx, "schedule", schedule_id, KIND, day, now)


def _follow(tx: Connection, schedule_ids: Collection[UUID], now: datetime) -> dict[UUID, date]:
    """Let the open to-dos of these schedules be about the first day that has nobody now, or be gone; return the days.

    One to-do per schedule: it is opened anew when the day is another one.
    """
    lacking = store.first_uncovered(tx, schedule_ids)
    for flag in todos.open_flags(tx, {"schedule": todos.these(schedule_ids)}, kinds=[KIND]):
        day = lacking.get(flag.subject_id)
        if day != flag.last_day:
            flags.clear_flag(tx, "schedule", flag.subject_id, KIND, now)
            if day is not None:
                flags.open_flag(tx, "schedule", flag.subject_id, KIND, day, now)
    return lacking


def free_candidates(tx: Connection, actor: Actor, schedule_ids: Collection[UUID], now: datetime) -> None:
    """Take the candidates without a result from whoever has no day left in these schedules: they can be given anew."""
    freed: dict[tuple[UUID, UUID], list[str]] = {}
    for schedule_id, assessor_id, attempt_id in store.free_of_gone(tx, schedule_ids):
        freed.setdefault((schedule_id, assessor_id), []).append(str(attempt_id))
    entries = [
        Entry(schedule_id, before={"assessor_id": assessor_id, "candidates": sorted(attempts)})
        for (schedule_id, assessor_id), attempts in sorted(freed.items(), key=str)
    ]
    note_all(tx, actor.author, "scheduling.free_candidates", "schedule", entries, now=now)


def day_covered(tx: Connection, schedule_ids: Collection[UUID], now: datetime) -> None:
    """Clear the to-dos of those of these schedules that need nobody any more; also of cancelled ones."""
    _follow(tx, schedule_ids, now)


def sweep_lacking(tx: Connection, today: date, now: datetime) -> int:
    """Bring the to-dos about schedules to `today`; return how many were opened. Again changes nothing.

    Where the last day has passed and a candidate has no result, that is the to-do, whoever was assigned.
    """
    late = store.without_results(tx, today)
    open_ones = todos.open_flags(tx, {"schedule": None}, kinds=[KIND, RESULTS])
    ids = {flag.subject_id for flag in open_ones}
    found = store.last_days(tx, ids) if ids else {}
    coming = [each for each, last in found.items() if last >= today]
    for flag in open_ones:
        gone = late.get(flag.subject_id) != flag.last_day if flag.kind == RESULTS else flag.subject_id not in coming
        if flag.subject_id in found and gone:
            flags.clear_flag(tx, "schedule", flag.subject_id, flag.kind, now)
    if coming:
        _follow(tx, coming, now)
    kept = {(flag.subject_id, flag.last_day) for flag in open_ones if flag.kind == RESULTS}
    new = sorted(set(late.items()) - kept)
    return sum(flags.open_flag(tx, "schedule", schedule_id, RESULTS, day, now) for schedule_id, day in new)
