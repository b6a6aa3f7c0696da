"""Taking an assessor off a schedule, or putting another in their place: never on days of which results are signed.

What was assessed stays with whoever assessed it. Consequences that take away days by rule (a sanction, an end) go by
`scheduling.withdraw_lost` and `withdraw_lapsed`, and contest the results.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.assessments import store
from assessor_registry.errors import Conflict
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.scheduling import store as schedules


def withdraw_assessor(
    tx: Connection,
    actor: Actor,
    schedule_id: UUID,
    assessor_id: UUID,
    *,
    reason: str,
    now: datetime,
    days: Sequence[date] | None = None,
) -> list[UUID]:
    """Withdraw an assessor from a schedule, or from some of its days.

    Raises:
        Refusal: as `scheduling.withdraw`.
        Conflict: `assessments.duty_recorded`: they signed results of such a day.
    """
    _require_unrecorded(tx, actor, schedule_id, assessor_id, days)
    return scheduling.withdraw(tx, actor, schedule_id, assessor_id, reason=reason, now=now, days=days)


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
) -> list[UUID]:
    """Put another assessor in the place of one, for all days or some.

    Raises:
        Refusal: as `scheduling.replace_assessor`.
        Conflict: `assessments.duty_recorded`: the old one signed results of such a day.
    """
    _require_unrecorded(tx, actor, schedule_id, old_id, days)
    return scheduling.replace_assessor(
        tx, actor, schedule_id, old_id, new_id,
        reason=reason, letter_number=letter_number, letter_date=letter_date, now=now, days=days,
    )  # fmt: skip


def _require_unrecorded(
    tx: Connection, actor: Actor, schedule_id: UUID, assessor_id: UUID, days: Sequence[date] | None
) -> None:
    """Under the lock of whoever signs, so that nothing is signed between the question and the act."""
    store.lock_attempts(tx, [row.attempt_id for row in schedules.candidates(tx, actor.scope, schedule_id)])
    held = [row.held_on for row in schedules.assignments(tx, actor.scope, schedule_id, assessor_id=assessor_id)]
    wanted = [day for day in held if days is None or day in days]
    found = [one for one in store.signed_days(tx, schedule_id, assessor_id=assessor_id) if one.touches(wanted)]
    if found:
        first, last = min(one.first_day for one in found), max(one.last_day for one in found)
        code = "assessments.duty_recorded" if first == last else "assessments.duty_recorded_between"
        raise Conflict(code, count=len(found), first_day=first, last_day=last)
