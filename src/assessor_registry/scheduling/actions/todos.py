"""The to-do *this schedule needs an assessor*: opened when a day is lost, cleared when every day is covered again.

After the last day nobody can be found any more: what can still be done is another to-do, about results that are not
there (on paper, another day, or cancelled), as long as there are candidates without one.
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
    for schedule_id, day in sorted(store.first_uncovered(tx, schedule_ids).items()):
        flags.open_flag(tx, "schedule", schedule_id, KIND, day, now)


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
    lacking = store.first_uncovered(tx, schedule_ids)
    for schedule_id in schedule_ids:
        if schedule_id not in lacking:
            flags.clear_flag(tx, "schedule", schedule_id, KIND, now)


def sweep_lacking(tx: Connection, today: date, now: datetime) -> int:
    """Bring the to-dos about schedules to `today`; return how many were opened. Again changes nothing."""
    open_ones = todos.open_flags(tx, {"schedule": None}, kinds=[KIND, RESULTS])
    if not open_ones:
        return 0
    ids = {flag.subject_id for flag in open_ones}
    lacking, found = store.first_uncovered(tx, ids), store.last_days(tx, ids)
    opened = 0
    for flag in open_ones:
        last, waiting = found.get(flag.subject_id, (today, True))
        missing = waiting and last < today
        if flag.kind == RESULTS and flag.subject_id in found and not missing:
            flags.clear_flag(tx, "schedule", flag.subject_id, RESULTS, now)
        if flag.kind == KIND and flag.subject_id in found and (last < today or flag.subject_id not in lacking):
            flags.clear_flag(tx, "schedule", flag.subject_id, KIND, now)
            opened += missing and flags.open_flag(tx, "schedule", flag.subject_id, RESULTS, last, now)
    return opened
