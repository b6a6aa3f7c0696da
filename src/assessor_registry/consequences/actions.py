"""An act on validity together with what follows from it, in one transaction; and the same, shown and undone.

A decree is a fact and is never refused. The days that it takes from assessors may carry confirmed assignments and
signed records; the database refuses at commit what would stand on days that are lost. So, in this order:

1. the act itself, which says who lost which days;
2. confirmed assignments on those days are withdrawn: their schedules need an assessor;
3. records assessed or signed on those days are contested, until they are upheld or annulled.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.assessments import actions as assessments
from assessor_registry.assessments.actions.lapsing import contest_lapsed
from assessor_registry.assessors import actions as assessors
from assessor_registry.consequences.rules import Gained, Reach, gained, lapsed_days, reach
from assessor_registry.db.engine import Database
from assessor_registry.errors import NotFound
from assessor_registry.institutions import actions as institutions
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.scheduling.actions.lapsing import withdraw_lapsed
from assessor_registry.validity import actions as validity
from assessor_registry.validity.actions import Done, NewExtension, rebuild
from assessor_registry.validity.rules import AppointmentFact, ExtensionFact, Period, Shrunk
from assessor_registry.validity.store import active_periods_of, appointments, facts, find_appointment
from assessor_registry.words import long_date

Act = Callable[[Connection], Done]


@dataclass(frozen=True, slots=True)
class Followed:
    """What followed: who lost active days, assignments withdrawn and their schedules, records that are contested.

    `again`: records that were upheld and stay in force, to be looked at again. `gained` is told by a preview only.
    """

    lost: tuple[Shrunk, ...] = ()
    schedules: tuple[UUID, ...] = ()
    assignments: tuple[UUID, ...] = ()
    records: tuple[UUID, ...] = ()
    again: tuple[UUID, ...] = ()
    gained: tuple[Gained, ...] = ()

    @property
    def people(self) -> tuple[UUID, ...]:
        """Who lost active days."""
        return tuple(one.assessor_id for one in self.lost)


@dataclass(frozen=True, slots=True)
class Applied:
    """The fact that was entered, and what followed."""

    id: UUID
    followed: Followed


def settle(tx: Connection, actor: Actor, shrunk: Iterable[Shrunk], *, reason: str, now: datetime) -> Followed:
    """Withdraw and contest what stands on lost days; in the transaction in which they were lost.

    `reason` is what a contested record says, with the number of the decree.
    """
    lost = tuple(shrunk)
    gone = scheduling.withdraw_lost(tx, actor, lost, now=now)
    contested = assessments.contest_lost(tx, actor, lost, reason=reason, now=now)
    return Followed(lost, gone.schedules, gone.assignments, contested.records, contested.again)


def apply(tx: Connection, actor: Actor, act: Act, *, reason: str, now: datetime) -> Applied:
    """Do an act on validity and settle what follows, in the caller's transaction.

    Raises:
        Refusal: what `act` raises; nothing is done then.
    """
    done = act(tx)
    return Applied(done.id, settle(tx, actor, done.shrunk, reason=reason, now=now))


def end_appointment(
    tx: Connection, actor: Actor, appointment_id: UUID, *, ended_on: date, reason: str, now: datetime
) -> Followed:
    """End one person's appointment, and settle what comes after its last day at that LSP.

    What another appointment of the LSP covers stays. Run in `Database.rehearse`, it says what would follow.

    Raises:
        Refusal: as `validity.end_appointment`.
    """
    validity.end_appointment(tx, actor, appointment_id, ended_on=ended_on, reason=reason, now=now)
    row = find_appointment(tx, appointment_id)
    if row is None:
        raise NotFound("validity.no_such_appointment")
    held = [
        (one.id, AppointmentFact(one.number, one.first_day, one.last_day, one.ended_on))
        for one in appointments(tx, [row.assessor_id], lsp_id=row.lsp_id)
    ]
    lapsed = lapsed_days(dict(held)[appointment_id], [fact for one, fact in held if one != appointment_id])
    why = f"Pengangkatan {row.number} berakhir {long_date(ended_on)}"
    return _lapse(tx, actor, row.assessor_id, lapsed, row.lsp_id, why, now)


def end_assessor(
    tx: Connection, actor: Actor, assessor_id: UUID, *, reason: str, day: date, version: int, now: datetime, today: date
) -> Followed:
    """Say that someone assesses no longer from `day` on, and settle what comes from that day on, at every LSP.

    The certificate stays as it is; to-dos about it are cleared.

    Raises:
        Refusal: as `assessors.end_assessor`.
    """
    assessors.end_assessor(tx, actor, assessor_id, reason, day, version, now, today=today)
    rebuild(tx, [assessor_id], now)
    why = f"Tidak bertugas lagi sebagai asesor sejak {long_date(day)}"
    return _lapse(tx, actor, assessor_id, (Period(day, date.max),), None, why, now)


def _lapse(
    tx: Connection,
    actor: Actor,
    assessor_id: UUID,
    lapsed: Sequence[Period],
    lsp_id: UUID | None,
    why: str,
    now: datetime,
) -> Followed:
    gone = withdraw_lapsed(tx, actor, assessor_id, lapsed, lsp_id=lsp_id, reason=why, now=now)
    records = contest_lapsed(tx, actor, assessor_id, lapsed, lsp_id=lsp_id, reason=why, now=now)
    return Followed((), gone.schedules, gone.assignments, records)


def confirm_school(tx: Connection, actor: Actor, school_id: UUID, now: datetime, **given: str | None) -> Followed:
    """Confirm or correct a school, and let what follows from its region follow; raises as `institutions`."""
    institutions.confirm_school(tx, actor, school_id, now, **given)
    return follow_schools(tx, actor, [school_id], now)


def merge_school(tx: Connection, actor: Actor, school_id: UUID, into_id: UUID, now: datetime) -> Followed:
    """Merge a school into another, whose region its assessors have from now on; raises as `institutions`."""
    institutions.merge_school(tx, actor, school_id, into_id, now)
    return follow_schools(tx, actor, [into_id], now)


def settle_schools(
    tx: Connection, actor: Actor, confirm: Sequence[UUID], merge: Mapping[UUID, UUID], now: datetime
) -> dict[UUID, dict[str, int]]:
    """Confirm many schools and merge others, with what follows; returns and raises as `institutions`."""
    moved = institutions.settle_schools(tx, actor, confirm, merge, now)
    follow_schools(tx, actor, [*confirm, *merge.values()], now)
    return moved


def follow_schools(tx: Connection, actor: Actor, school_ids: Collection[UUID], now: datetime) -> Followed:
    """Who serves at these schools belongs to the school's region: circulars of a region reach them, or no longer do."""
    shrunk = rebuild(tx, assessors.follow_schools(tx, actor, school_ids, now), now)
    return settle(tx, actor, shrunk, reason="Kabupaten/kota asesor mengikuti sekolahnya", now=now)


def preview(
    database: Database, actor: Actor, act: Act, *, reason: str, now: datetime, among: Sequence[UUID] | None = None
) -> Followed:
    """Return what would follow: the act is done and undone, so that what is shown is what would happen.

    `among`: whose gains are looked for (None: everyone's).

    Raises:
        Refusal: what `act` raises.
    """

    def tried(tx: Connection) -> Followed:
        before = active_periods_of(tx, among)
        followed = apply(tx, actor, act, reason=reason, now=now).followed
        return replace(followed, gained=gained(before, active_periods_of(tx, among)))

    return database.rehearse(tried)


def preview_reach(conn: Connection, new: NewExtension, on: date) -> Reach:
    """Return whom a circular would cover, and who would be active on `on` by it: its predicate over all facts."""
    circular = ExtensionFact(UUID(int=0), new.ends_from, new.ends_to, new.until, new.region_code)
    return reach(facts.person_facts_of(conn, None), circular, on)
