"""To-dos of assessors: kept in step with the calendar, and acknowledged."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.audit.actions import note as audit
from assessor_registry.days import DAY, add_months
from assessor_registry.flags import actions as flags
from assessor_registry.flags import store as flag_store
from assessor_registry.flags.rules import SweepDay
from assessor_registry.validity.rules import Period
from assessor_registry.validity.store import periods, sweeping


@dataclass(frozen=True, slots=True)
class Swept:
    """How many to-dos a sweep has opened, and for how many assessors it looked because their facts had changed."""

    opened: int
    changed: int


def sweep(tx: Connection, day: SweepDay, season: Period | None, *, take: bool = True) -> Swept:
    """Bring the to-dos of assessors to a day: certificates, the season's gap, competences, appointments.

    `season` is the assessment season that runs or comes next. Doing it again changes nothing.
    `take` False leaves what has changed for the next sweep, which is told of it again.
    """
    number, changed = periods.take_changed(tx) if take else periods.changed_since(tx)
    gap = (date.max, date.min) if season is None else gap_of(season, day.of("season_gap"))
    today = day.today
    sources = (
        flags.Source("assessor", "certificate_ending", lambda: sweeping.certificate_ends(today)),
        flags.Source("assessor", "season_gap", lambda: sweeping.season_gaps(today, *gap)),
        flags.Source("assessor", "technical_ending", lambda: sweeping.technical_ends(today)),
        flags.Source("assessor", "appointment_ending", lambda: sweeping.appointment_ends(today)),
    )
    with flag_store.everyone(tx, day.since is None):
        opened = sum(flags.sweep(tx, source, day, changed) for source in sources)
    if day.clears and (day.since != today or changed is not None):
        flag_store.clear_subjects(tx, "assessor", sweeping.ended(today, day.since, changed), day.now)
    return Swept(opened, number)


def ends_by_stage(conn: Connection, today: date, stages: tuple[int, ...]) -> dict[int, int]:
    """Return how many assessors' coverage ends within each stage on a day, 0 has ended; from the dates alone."""
    return flag_store.due_stages(conn, sweeping.certificate_ends(today), today, stages)


def gap_of(season: Period, stages: tuple[int, ...]) -> tuple[date, date]:
    """Return the first and last of the last days that leave a gap in a season (berakhir sebelum musim uji selesai).

    Who ended longer before the season than the earliest reminder is not *ending before it*, but expired.
    """
    return add_months(season.first_day, -max(stages, default=0)), season.last_day - DAY


def acknowledge(tx: Connection, actor: Actor, flag_id: UUID, note: str | None, now: datetime) -> None:
    """Take note of a to-do; it stays open until its cause is gone. The caller has found it within the actor's scope.

    Raises:
        NotFound: no such open to-do.
    """
    flag = flags.acknowledge(tx, flag_id, account_id=actor.account_id, note=note, now=now)
    audit(tx, actor.author, "flags.acknowledge", flag.subject_kind, flag.subject_id, now=now,
          after={"flag": flag.id, "kind": flag.kind, "note": note})  # fmt: skip
