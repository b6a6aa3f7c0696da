"""The to-do *results unsigned*: from some days before an assessor's last active day until they are signed."""

from datetime import date, datetime

from sqlalchemy import Connection

from assessor_registry.accounts.rules import PROVINCE
from assessor_registry.assessments import store
from assessor_registry.flags import actions as flags
from assessor_registry.flags import store as open_todos
from assessor_registry.policy import store as policy

KIND = "results_unsigned"
WINDOW = "unsigned_warning_days"


def sweep_unsigned(tx: Connection, today: date, now: datetime) -> int:
    """Bring the to-dos about unsigned results to `today`; return how many were opened. Again changes nothing."""
    within = policy.value(tx, WINDOW, today).integer
    due = {row.assessor_id: row.period_end or row.earliest_day for row in store.unsigned(tx, PROVINCE, today, within)}
    for flag in open_todos.open_flags(tx, {"assessor": None}, kinds=[KIND]):
        if due.get(flag.subject_id) != flag.last_day:
            flags.clear_flag(tx, "assessor", flag.subject_id, KIND, now)
    return sum(flags.open_flag(tx, "assessor", who, KIND, day, now) for who, day in sorted(due.items()))
