"""An act on validity together with what follows from it, in one transaction; and the same, shown and undone.

A decree is a fact and is never refused. The days that it takes from assessors may carry confirmed assignments and
signed records; the database refuses at commit what would stand on days that are lost. So, in this order:

1. the act itself, which says who lost which days;
2. confirmed assignments on those days are withdrawn: their schedules need an assessor;
3. records assessed or signed on those days are contested, until they are upheld or annulled.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.assessments import actions as assessments
from assessor_registry.consequences.rules import Reach, reach
from assessor_registry.db.engine import Database
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.validity.actions import Done, NewExtension
from assessor_registry.validity.rules import ExtensionFact, Shrunk
from assessor_registry.validity.store import facts

Act = Callable[[Connection], Done]


@dataclass(frozen=True, slots=True)
class Followed:
    """What followed: who lost active days, schedules that need an assessor, records that are contested."""

    people: tuple[UUID, ...] = ()
    schedules: tuple[UUID, ...] = ()
    records: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Applied:
    """The fact that was entered, and what followed."""

    id: UUID
    followed: Followed


class _Undone(Exception):
    """Ends the transaction of a preview."""


def settle(tx: Connection, actor: Actor, shrunk: Iterable[Shrunk], *, reason: str, now: datetime) -> Followed:
    """Withdraw and contest what stands on lost days; in the transaction in which they were lost.

    `reason` is what a contested record says, with the number of the decree.
    """
    lost = tuple(shrunk)
    schedules = scheduling.withdraw_lost(tx, actor, lost, now=now)
    records = assessments.contest_lost(tx, actor, lost, reason=reason, now=now)
    return Followed(tuple(one.assessor_id for one in lost), tuple(schedules), tuple(records))


def apply(tx: Connection, actor: Actor, act: Act, *, reason: str, now: datetime) -> Applied:
    """Do an act on validity and settle what follows, in the caller's transaction.

    Raises:
        Refusal: what `act` raises; nothing is done then.
    """
    done = act(tx)
    return Applied(done.id, settle(tx, actor, done.shrunk, reason=reason, now=now))


def preview(database: Database, actor: Actor, act: Act, *, reason: str, now: datetime) -> Followed:
    """Return what would follow: the act is done and undone, so that what is shown is what would happen.

    Raises:
        Refusal: what `act` raises.
    """
    found = Followed()
    try:
        with database.transaction() as tx:
            found = apply(tx, actor, act, reason=reason, now=now).followed
            raise _Undone
    except _Undone:
        return found


def preview_reach(conn: Connection, new: NewExtension, on: date) -> Reach:
    """Return whom a circular would cover, and who would be active on `on` by it: its predicate over all facts."""
    circular = ExtensionFact(UUID(int=0), new.ends_from, new.ends_to, new.until, new.region_code)
    return reach(facts.person_facts_of(conn, None), circular, on)
