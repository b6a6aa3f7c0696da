"""What every act on a schedule asks first."""

from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.errors import Conflict, InvalidInput
from assessor_registry.scheduling import store


def open_schedule(tx: Connection, actor: Actor, schedule_id: UUID) -> store.ScheduleRow:
    """Return the schedule, locked, if the actor may change it.

    Raises:
        NotFound: it is not there, or outside the actor's scope.
        Conflict: it was cancelled.
    """
    plan = store.locked(tx, actor.scope, schedule_id)
    if plan.cancelled_at is not None:
        raise Conflict("scheduling.cancelled")
    return plan


def given_reason(reason: str) -> str:
    """Return a reason without spaces around.

    Raises:
        InvalidInput: it is empty.
    """
    if not reason.strip():
        raise InvalidInput("scheduling.reason_missing", field="reason")
    return reason.strip()


def require_unrecorded(plan: store.ScheduleRow) -> None:
    """Refuse to change the days of a schedule in which a result was signed.

    Raises:
        Conflict: `scheduling.recorded`.
    """
    if plan.recorded:
        raise Conflict("scheduling.recorded", count=plan.recorded)
