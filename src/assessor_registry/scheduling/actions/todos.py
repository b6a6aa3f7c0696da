"""The to-do *this schedule needs an assessor*: opened when a day is lost, cleared when every day is covered again."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.flags import actions as flags
from assessor_registry.scheduling import store

KIND = "needs_assessor"


def day_lost(tx: Connection, schedule_ids: Collection[UUID], now: datetime) -> None:
    """Open a to-do for each of these schedules that has a day without an assessor."""
    for schedule_id, day in sorted(store.first_uncovered(tx, schedule_ids).items()):
        flags.open_flag(tx, "schedule", schedule_id, KIND, day, now)


def day_covered(tx: Connection, schedule_ids: Collection[UUID], now: datetime) -> None:
    """Clear the to-dos of those of these schedules that need nobody any more; also of cancelled ones."""
    lacking = store.first_uncovered(tx, schedule_ids)
    for schedule_id in schedule_ids:
        if schedule_id not in lacking:
            flags.clear_flag(tx, "schedule", schedule_id, KIND, now)
