"""What runs by the clock. Every job is idempotent, and done once for its period however many processes run it.

A job takes a transaction-level advisory lock *and* writes a row (job, period) in the same transaction: the lock alone
is not enough, another process may fire a second later. If nothing here ever ran, nobody expired could assess: status
is computed from dates, jobs only notice.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Connection

from assessor_registry import clock
from assessor_registry.accounts import actions as accounts
from assessor_registry.assessments import actions as assessments
from assessor_registry.db.engine import Database
from assessor_registry.files import actions as files
from assessor_registry.flags import actions as flag_actions
from assessor_registry.flags import store as flags
from assessor_registry.flags.rules import EXPIRED, SweepDay
from assessor_registry.institutions import store as institutions
from assessor_registry.intake import sealing
from assessor_registry.notices import actions as notices
from assessor_registry.notices import rules as letters
from assessor_registry.notices import store as outbox
from assessor_registry.policy import store as policy
from assessor_registry.reports import digests, ends
from assessor_registry.reports.todo import ToDo
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.settings import Settings
from assessor_registry.validity import actions as validity
from assessor_registry.validity.rules import Period

SWEEP, DIGEST, PURGE, CLEAR, GO_LIVE = "sweep", "digest", "purge", "clear", "go-live"
SWEEP_AT, DIGEST_AT, PURGE_AT = time(0, 10), time(6, 0), time(3, 30)
CHANGES_EVERY = 2  # minutes
MAILS_KEPT, RUNS_KEPT = timedelta(days=90), timedelta(days=400)
# Which rule of policy says when the reminders of a kind begin.
REMINDERS = {
    "certificate_ending": "certificate_reminder_months",
    "season_gap": "certificate_reminder_months",
    "technical_ending": "technical_reminder_months",
    "appointment_ending": "appointment_reminder_months",
    "licence_ending": "licence_reminder_months",
    "venue_ending": "venue_reminder_months",
}
FEW = (
    flag_actions.Source("lsp", "licence_ending", ends.licence_ends, few=True),
    flag_actions.Source("venue", "venue_ending", ends.venue_ends, few=True),
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What a sweep found. `expiring`: assessors per stage of reminder in months, each counted in one stage only."""

    on: date
    new_flags: int
    expired: int
    expiring: dict[str, int]


@dataclass(frozen=True, slots=True)
class Basis:
    """What a sweep stood on: the rules and the season; and, as a fingerprint, the last days of licences and venues."""

    rules: str
    few: str

    def written(self) -> str:
        """As it is kept with the run."""
        return json.dumps([self.rules, self.few])

    @classmethod
    def read(cls, summary: str) -> Self:
        """Read what was kept; anything else is no basis to count from."""
        kept = json.loads(summary)
        return cls(*map(str, kept)) if len(kept) == 2 and isinstance(kept[0], str) else cls("", "")


@dataclass(frozen=True, slots=True)
class LastSweep:
    """The day of the last sweep and what it stood on."""

    day: date
    basis: Basis


# --- The sweep ---------------------------------------------------------------------------------------------------


def sweep(database: Database, today: date, *, now: datetime, mail: bool) -> SweepResult:
    """Bring every to-do to `today`, and count them; doing it again changes nothing.

    `mail` False is a sweep for another day than today: it writes to-dos, and no digest tells of them, because the
    next sweep of a real day looks at everything anew. It takes nothing away that people have heard of or taken up,
    and its numbers are those of the dates.
    """

    def swept(tx: Connection) -> SweepResult:
        opened = sweep_in(tx, today, now, regular=mail)
        rule = REMINDERS["certificate_ending"]
        stages = policy.value(tx, rule, today).integers
        open_ones = flags.stages(tx, "certificate_ending") if mail else validity.ends_by_stage(tx, today, stages)
        bands = {str(months): open_ones.get(months, 0) for months in stages}
        return SweepResult(today, opened, open_ones.get(EXPIRED, 0), bands)

    return database.perform(swept)


def sweep_in(tx: Connection, today: date, now: datetime, *, regular: bool = True) -> int:
    """Sweep in the caller's transaction, one at a time; return how many to-dos were opened.

    What has come due since the last sweep is read, and whoever's facts have changed; everything, when the rules or
    the season have changed since or a sweep for another day lies between. Where there is nothing to do, nothing is
    written.
    """
    flags.lock(tx, SWEEP)
    months = policy.values(tx, sorted(set(REMINDERS.values())), today)
    stages = {kind: months[rule].integers for kind, rule in REMINDERS.items()}
    season = institutions.next_season(tx, today)
    rules = [stages, season and [season.first_day.isoformat(), season.last_day.isoformat()]]
    basis = Basis(json.dumps(rules, sort_keys=True), ends.fingerprint(tx))
    before = _last(tx, today) if regular else None
    since = before.day if before and before.basis.rules == basis.rules else None
    clears = regular or flags.last_run(tx, SWEEP) is None
    counts_from = _go_live(tx, today, now) if regular else go_live(tx)
    day = SweepDay(today, since, stages, now, counts_from, clears)
    period = Period(season.first_day, season.last_day) if season else None
    opened = validity.sweep(tx, day, period, take=regular).opened
    if since != today or before is None or before.basis != basis:
        opened += sum(flag_actions.sweep(tx, source, day) for source in FEW)
        if regular:
            flags.record_run(tx, SWEEP, today.isoformat(), now, basis.written())
    if regular:
        # What was opened by an act, and not by the calendar, is left alone by a sweep for another day.
        opened += scheduling.sweep_lacking(tx, today, now)
    else:
        flags.forget_summaries(tx, SWEEP)
    return opened + (assessments.sweep_unsigned(tx, today, now) if clears else 0)


def _last(tx: Connection, today: date) -> LastSweep | None:
    """The last sweep that this one can count from."""
    found = flags.last_run(tx, SWEEP)
    if found is None or not found.summary or found.period > today.isoformat():
        return None
    return LastSweep(date.fromisoformat(found.period), Basis.read(found.summary))


def go_live(conn: Connection) -> date | None:
    """Return the day from which the registry counts: what was due by then is told in one summary. None: not yet."""
    found = flags.run_of(conn, GO_LIVE, "registry")
    return date.fromisoformat(found.summary) if found and found.summary else None


def set_go_live(database: Database, day: date, *, now: datetime) -> None:
    """Set the day from which the registry counts; without it, the day of the first sweep."""
    with database.transaction() as tx:
        flags.record_run(tx, GO_LIVE, "registry", now, day.isoformat())


def _go_live(tx: Connection, today: date, now: datetime) -> date:
    found = go_live(tx)
    if found is None:
        flags.record_run(tx, GO_LIVE, "registry", now, today.isoformat())
        flags.forget_unheard(tx, sorted(REMINDERS))
    return found or today


# --- Digests -----------------------------------------------------------------------------------------------------


def digest(database: Database, today: date, *, now: datetime, url: str) -> int:
    """Put one digest per recipient into the outbox: the to-dos that are new or have come nearer; return how many.

    Division and LSP get what they see, an assessor their own. What was due already when the registry learnt of it
    goes to division and LSP as one summary of counts. Once per day.
    """
    return database.perform(lambda tx: _digest(tx, today, now, url))


def _digest(tx: Connection, today: date, now: datetime, url: str) -> int:
    if not flags.try_lock(tx, DIGEST) or flags.run_of(tx, DIGEST, today.isoformat()):
        return 0
    sweep_in(tx, today, now)
    untold = flags.untold(tx)
    backlog = {flag.id for flag in untold if flag.backlog and flag.told_stage is None}
    news = {flag.id for flag in untold} - backlog
    subjects = {flag.subject_id for flag in untold if flag.id in news}
    people = digests.recipients(tx, today)
    found: list[notices.Letter] = []
    for person in people:
        if lines := _lines(digests.news_for(tx, person, today, news, subjects)):
            found.append(notices.Letter(person.email, "digest", today, *letters.digest(lines, today, url)))
        if backlog and not person.own_only and (lines := _lines(digests.news_for(tx, person, today, backlog, ()))):
            found.append(notices.Letter(person.email, "summary", today, *letters.summary(lines, today, url)))
    put = notices.put(tx, found, now)
    if people:
        flags.mark_told(tx, [flag.id for flag in untold])
    flags.record_run(tx, DIGEST, today.isoformat(), now, str(put))
    return put


def _lines(todos: list[ToDo]) -> list[letters.Line]:
    return [letters.Line(todo.kind, todo.subject, todo.place, todo.last_day, todo.stage) for todo in todos]


# --- By the clock ------------------------------------------------------------------------------------------------


def once(database: Database, job: str, period: str, now: datetime, act: Callable[[Connection], object]) -> bool:
    """Do `act` in a transaction unless it was done for this period or another process is doing it; return whether."""
    with database.transaction() as tx:
        if not flags.try_lock(tx, job) or flags.run_of(tx, job, period):
            return False
        act(tx)
        flags.record_run(tx, job, period, now, None)
    return True


def daily_sweep(database: Database, today: date, now: datetime) -> int | None:
    """Sweep for today unless that was done; None when it was, or another process is at it."""
    with database.transaction() as tx:
        if not flags.try_lock(tx, SWEEP):
            return None
        done = flags.run_of(tx, SWEEP, today.isoformat())
        return None if done and done.summary else sweep_in(tx, today, now)


def sweep_changes(database: Database, settings: Settings, now: datetime) -> int:
    """Look at whoever's facts have changed since the last sweep: an import of this morning has its to-dos soon."""
    today = now.astimezone(ZoneInfo(settings.zone)).date()
    return database.perform(lambda tx: sweep_in(tx, today, now))


def purge(tx: Connection, now: datetime) -> None:
    """Remove what is kept for a while only.

    Answers to repeated requests, failed attempts, forms that nobody came back for, sessions that have ended, old mails
    and job runs, files of imports after their time, and files that nothing refers to.
    """
    accounts.purge_idempotency(tx, now)
    accounts.purge_attempts(tx, now)
    accounts.purge_forms(tx, now)
    accounts.purge_ended(tx, now)
    outbox.purge(tx, now - MAILS_KEPT)
    flags.purge_runs(tx, now - RUNS_KEPT)
    sealing.purge_files(tx, now)
    files.purge_orphans(tx, now)


def deliver(database: Database, settings: Settings, now: datetime) -> notices.Delivered:
    """Send what waits in the outbox. The demo never sends; without a mail server the outbox waits."""
    if settings.demo or settings.smtp is None:
        return notices.Delivered()
    return notices.deliver(database, settings.smtp, now)


def catch_up(database: Database, settings: Settings, now: datetime) -> None:
    """Do what today's hour says should have been done, when it was not: a missed run is caught up at start."""
    local = now.astimezone(ZoneInfo(settings.zone))
    today = local.date()
    if local.time() >= SWEEP_AT:
        daily_sweep(database, today, now)
    if local.time() >= DIGEST_AT:
        digest(database, today, now=now, url=settings.public_url)
    if local.time() >= PURGE_AT:
        once(database, PURGE, today.isoformat(), now, lambda tx: purge(tx, now))
        # Only after that is committed: bytes that a row still names are never removed.
        once(database, CLEAR, today.isoformat(), now, lambda tx: files.clear_unknown(tx, settings.uploads_dir))


def start(database: Database, settings: Settings) -> BackgroundScheduler:
    """Start the jobs of this process; the caller shuts the scheduler down."""
    scheduler = BackgroundScheduler(
        timezone=settings.zone,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )

    def caught_up() -> None:
        catch_up(database, settings, clock.now())

    for name, at in ((SWEEP, SWEEP_AT), (DIGEST, DIGEST_AT), (PURGE, PURGE_AT)):
        scheduler.add_job(_guarded(name, caught_up), "cron", hour=at.hour, minute=at.minute, id=name)
    scheduler.add_job(_guarded("catch-up", caught_up), "date", run_date=clock.now(), id="catch-up")
    changes = _guarded("changes", lambda: sweep_changes(database, settings, clock.now()))
    scheduler.add_job(changes, "interval", minutes=CHANGES_EVERY, id="changes")
    send = _guarded("deliver", lambda: deliver(database, settings, clock.now()))
    scheduler.add_job(send, "interval", minutes=1, id="deliver")
    scheduler.start()
    return scheduler


def _guarded(name: str, act: Callable[[], object]) -> Callable[[], None]:
    """Let a failed job be logged by its kind of error only: the words of an error may hold personal data."""

    def run() -> None:
        try:
            act()
        except Exception as error:
            _log.error("job %s failed: %s", name, type(error).__name__)

    return run
