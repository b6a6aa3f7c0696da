"""To-dos and job runs in the database.

Whose last days are due is known to the rooms above: they hand in a SELECT of (subject_id, last_day, known_on), and
here it becomes flags, set-based. `known_on` is the day on which the registry learnt of that last day, NULL when it
has been known since before the last sweep.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Connection,
    Date,
    Integer,
    Interval,
    Select,
    and_,
    any_,
    bindparam,
    case,
    cast,
    delete,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from assessor_registry.db.columns import UUIDS
from assessor_registry.flags import tables
from assessor_registry.flags.rules import EXPIRED, SweepDay, horizon, latest_due

_F = tables.Flag.__table__  # type: ignore[attr-defined]
_J = tables.JobRun.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Flag:
    """One to-do. `stage` is months before `last_day`, 0 when expired."""

    id: UUID
    subject_kind: str
    subject_id: UUID
    kind: str
    last_day: date
    stage: int
    told_stage: int | None
    backlog: bool
    raised_at: datetime
    stage_at: datetime
    cleared_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: UUID | None
    note: str | None


@dataclass(frozen=True, slots=True)
class JobRun:
    """That a job was done for a period."""

    job: str
    period: str
    finished_at: datetime
    summary: str | None


def stage_of(last_day: Any, today: date, stages: Sequence[int]) -> Any:
    """`flags.rules.stage` as an SQL expression."""
    whens = [(last_day < today, EXPIRED)] + [(last_day <= horizon(today, months), months) for months in sorted(stages)]
    return case(*[(condition, literal_column(str(value), Integer)) for condition, value in whens])


def within(last_day: Any, windows: Iterable[tuple[date, date]]) -> Any:
    """That `last_day` is in one of `windows` (`flags.rules.windows`), as an SQL condition."""
    return or_(false(), *[last_day.between(low, high) for low, high in windows])


def these(ids: Collection[UUID]) -> Select[Any]:
    """`ids` as a SELECT, with one parameter however many there are."""
    return select(func.unnest(bindparam(None, list(ids), UUIDS)))


def due(ends: Select[Any], reached: Sequence[tuple[date, date]] | None, changed: Select[Any] | None) -> Select[Any]:
    """Those of `ends` that a sweep has to look at, each once.

    `reached` are windows of last days that time has brought (None: all are looked at); `changed` is a SELECT of
    (subject_id, known_on), each subject once, of whom all last days are looked at, known on that day.
    """
    found = ends.subquery()
    columns = (found.c.subject_id, found.c.last_day)
    by_time = select(*columns, found.c.known_on).where(true() if reached is None else within(found.c.last_day, reached))
    if changed is None:
        return by_time
    news = changed.subquery()
    same = news.c.subject_id == found.c.subject_id
    if reached is None:
        return select(*columns, func.coalesce(news.c.known_on, found.c.known_on).label("known_on")).outerjoin(
            news, same
        )
    told = select(*columns, news.c.known_on).join(news, same)
    if not reached:
        return told
    return select(union_all(told, by_time.where(~exists().where(same))).subquery())


def raise_due(tx: Connection, subject_kind: str, kind: str, due: Select[Any], day: SweepDay, *, whole: bool) -> int:
    """Open or move on a flag for each row of `due`, which holds a (subject_id, last_day) once; return how many opened.

    A flag that was cleared and is due again is opened again, told to nobody, and news unless the registry does not
    count yet. Who is not due yet is left out. `whole`: most of what is due has its flag already.
    """
    ends, stages = due.subquery(), day.of(kind)
    months, earliest = stage_of(ends.c.last_day, day.today, stages), max(stages, default=0)
    known = func.greatest(ends.c.known_on, cast(literal(day.go_live, Date), Date))
    backlog = func.coalesce(_reminded_by(ends.c.last_day, earliest) <= known, false())
    rows = select(
        func.uuidv7(), literal_column(f"'{subject_kind}'"), ends.c.subject_id, literal_column(f"'{kind}'"),
        ends.c.last_day, months, backlog, literal(day.now), literal(day.now),
    ).where(ends.c.last_day <= latest_due(day.today, stages))  # fmt: skip
    if whole:
        # An open flag that is where it should be is not offered again: its row would be locked, which is a write.
        told = select(_F.c.subject_id, _F.c.last_day, _F.c.stage).where(
            _F.c.subject_kind == subject_kind, _F.c.kind == kind, _F.c.cleared_at.is_(None)
        ).subquery()  # fmt: skip
        same = and_(told.c.subject_id == ends.c.subject_id, told.c.last_day == ends.c.last_day, told.c.stage == months)
        rows = rows.where(~exists().where(same))
    names = ["id", "subject_kind", "subject_id", "kind", "last_day", "stage", "backlog", "raised_at", "stage_at"]
    statement = upsert(_F).from_select(names, rows)
    again = {name: statement.excluded[name] for name in ("stage", "stage_at")}
    reopened: dict[str, Any] = {name: case((_F.c.cleared_at.is_(None), _F.c[name])) for name in _TOLD}
    counts = day.go_live is not None and day.go_live < day.today
    anew = false() if counts else statement.excluded.backlog
    reopened["backlog"] = case((_F.c.cleared_at.is_(None), _F.c.backlog), else_=anew)
    statement = statement.on_conflict_do_update(
        index_elements=["subject_kind", "subject_id", "kind", "last_day"],
        set_={**again, **reopened, "cleared_at": None},
        where=or_(_F.c.stage != statement.excluded.stage, _F.c.cleared_at.is_not(None)),
    )
    fresh: Any = literal_column("old.id IS NULL OR old.cleared_at IS NOT NULL", Boolean).label("fresh")
    done = statement.returning(fresh).cte("done")
    return tx.execute(select(func.count()).select_from(done).where(done.c.fresh)).scalar_one()


# What a reopened flag has forgotten: it is news again.
_TOLD = ("told_stage", "acknowledged_at", "acknowledged_by", "note")


def _reminded_by(last_day: Any, months: int) -> Any:
    """The first day on which `last_day` is due at all; PostgreSQL clamps months as `days.add_months` does."""
    return cast(last_day - cast(literal(f"{months} months"), Interval), Date)


@contextmanager
def everyone(tx: Connection, yes: bool) -> Iterator[None]:
    """While everyone is looked at, let tables be joined by hashing, never row by row.

    After a large import the database has not counted the new rows yet; it would take them for few and look each of
    them up, for minutes.
    """
    if yes:
        tx.execute(text("SET LOCAL enable_nestloop = off"))
    yield
    if yes:
        tx.execute(text("SET LOCAL enable_nestloop = on"))


def settle(tx: Connection, kind: str, day: SweepDay) -> None:
    """Put every open flag of a kind to its stage of the day: after a sweep for another day some are ahead of it.

    What is not due and nobody has heard of was never there.
    """
    now, months = day.now, stage_of(_F.c.last_day, day.today, day.of(kind))
    opened = and_(_F.c.kind == kind, _F.c.cleared_at.is_(None))
    tx.execute(delete(_F).where(opened, months.is_(None), _UNHEARD))
    tx.execute(update(_F).where(opened, months.is_(None)).values(cleared_at=now))
    tx.execute(update(_F).where(opened, months != _F.c.stage).values(stage=months, stage_at=now))


_UNHEARD = and_(_F.c.told_stage.is_(None), _F.c.acknowledged_at.is_(None))


def forget_unheard(tx: Connection, kinds: Collection[str]) -> None:
    """Remove the open flags of these kinds that nobody has heard of: they were opened before the registry counted."""
    tx.execute(delete(_F).where(_F.c.kind.in_(kinds), _F.c.cleared_at.is_(None), _UNHEARD))


def clear_stale(
    tx: Connection,
    subject_kind: str,
    kind: str,
    ends: Select[Any],
    now: datetime,
    among: Select[Any] | None = None,
) -> int:
    """Clear the open flags of a kind whose (subject, last day) is no longer in `ends`; `among` limits the subjects."""
    current = ends.subquery()
    still = exists().where(current.c.subject_id == _F.c.subject_id, current.c.last_day == _F.c.last_day)
    gone = and_(_F.c.subject_kind == subject_kind, _F.c.kind == kind, _F.c.cleared_at.is_(None), ~still)
    if among is not None:
        gone = and_(gone, _F.c.subject_id.in_(among))
    return tx.execute(update(_F).where(gone).values(cleared_at=now)).rowcount


def clear_subjects(tx: Connection, subject_kind: str, subjects: Select[Any], now: datetime) -> int:
    """Clear every open flag of subjects that have ended (retired, moved, died, closed)."""
    of_them = and_(_F.c.subject_kind == subject_kind, _F.c.subject_id.in_(subjects), _F.c.cleared_at.is_(None))
    return tx.execute(update(_F).where(of_them).values(cleared_at=now)).rowcount


def open_one(tx: Connection, row: dict[str, object]) -> bool:
    """Open a single to-do; return False when it is open already."""
    statement = upsert(_F).values(**row)
    statement = statement.on_conflict_do_update(
        index_elements=["subject_kind", "subject_id", "kind", "last_day"],
        set_={"cleared_at": None, "stage": statement.excluded.stage, "stage_at": statement.excluded.stage_at,
              **dict.fromkeys(_TOLD)},
        where=_F.c.cleared_at.is_not(None),
    )  # fmt: skip
    return tx.execute(statement.returning(_F.c.id)).first() is not None


def clear_one(tx: Connection, subject_kind: str, subject_id: UUID, kind: str, now: datetime) -> int:
    """Clear the open to-dos of one kind of one subject."""
    of_it = and_(_F.c.subject_kind == subject_kind, _F.c.subject_id == subject_id, _F.c.kind == kind)
    return tx.execute(update(_F).where(of_it, _F.c.cleared_at.is_(None)).values(cleared_at=now)).rowcount


def find(conn: Connection, flag_id: UUID) -> Flag | None:
    """Return one flag."""
    row = conn.execute(select(_F).where(_F.c.id == flag_id)).one_or_none()
    return None if row is None else Flag(**row._mapping)


def acknowledge(tx: Connection, flag_id: UUID, values: Mapping[str, object]) -> None:
    """Store that someone has taken note of an open flag."""
    tx.execute(update(_F).where(_F.c.id == flag_id, _F.c.cleared_at.is_(None)).values(**values))


def open_flags(
    conn: Connection,
    within: dict[str, Select[Any] | None],
    *,
    kinds: Sequence[str] = (),
    stages: Sequence[int] = (),
    limit: int | None = None,
    offset: int = 0,
) -> list[Flag]:
    """Return open flags, the most urgent first. `within`: subject kind → SELECT of the ids one sees (None is all).

    A subject kind that is not in `within` is not seen at all: the rooms above know what a scope holds.
    """
    query = _opened(select(_F), within, kinds, stages).order_by(_F.c.last_day, _F.c.kind, _F.c.id)
    return [Flag(**row._mapping) for row in conn.execute(query.limit(limit).offset(offset))]


def counts(
    conn: Connection, within: dict[str, Select[Any] | None], *, kinds: Sequence[str] = ()
) -> dict[tuple[str, int], int]:
    """Return how many flags are open per (kind, stage)."""
    query = _opened(select(_F.c.kind, _F.c.stage, func.count()), within, kinds, ()).group_by(_F.c.kind, _F.c.stage)
    return {(kind, months): number for kind, months, number in conn.execute(query)}


def stages(conn: Connection, kind: str) -> dict[int, int]:
    """Return how many flags of a kind are open per stage, whomever they are about; an index answers alone."""
    of_it = and_(_F.c.kind == kind, _F.c.cleared_at.is_(None))
    query = select(_F.c.stage, func.count().label("number")).where(of_it).group_by(_F.c.stage)
    return {row.stage: row.number for row in conn.execute(query)}


def due_stages(conn: Connection, ends: Select[Any], today: date, stages: Sequence[int]) -> dict[int, int]:
    """Return how many of `ends` have reached each stage on a day, whatever flags there are."""
    found = ends.subquery()
    reached = select(stage_of(found.c.last_day, today, stages).label("stage"), found.c.subject_id).subquery()
    query = select(reached.c.stage, func.count().label("number")).where(reached.c.stage.is_not(None))
    return {row.stage: row.number for row in conn.execute(query.group_by(reached.c.stage))}


def _opened(
    query: Select[Any], within: dict[str, Select[Any] | None], kinds: Sequence[str], stages: Sequence[int]
) -> Select[Any]:
    seen = [
        and_(_F.c.subject_kind == kind, *([] if ids is None else [_F.c.subject_id.in_(ids)]))
        for kind, ids in within.items()
    ]
    query = query.where(_F.c.cleared_at.is_(None), or_(false(), *seen))
    query = query.where(_F.c.kind.in_(kinds)) if kinds else query
    return query.where(_F.c.stage.in_(stages)) if stages else query


def untold(conn: Connection) -> list[Flag]:
    """Return the open flags whose stage no digest has told of."""
    news = and_(_F.c.cleared_at.is_(None), _F.c.told_stage.is_distinct_from(_F.c.stage))
    query = select(_F).where(news).order_by(_F.c.last_day, _F.c.kind, _F.c.id)
    return [Flag(**row._mapping) for row in conn.execute(query)]


def mark_told(tx: Connection, flag_ids: Sequence[UUID]) -> None:
    """Store that a digest has told of the present stage of these flags."""
    ids = bindparam("ids", list(flag_ids), UUIDS)
    tx.execute(update(_F).where(_F.c.id == any_(ids)).values(told_stage=_F.c.stage))


def try_lock(tx: Connection, name: str) -> bool:
    """Take the lock of a job for this transaction, without waiting; False when another process holds it."""
    number = func.hashtextextended(f"job:{name}", 0)
    return bool(tx.execute(select(func.pg_try_advisory_xact_lock(number))).scalar_one())


def lock(tx: Connection, name: str) -> None:
    """Take the lock of a job for this transaction, waiting for it."""
    tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"job:{name}", 0))))


def run_of(conn: Connection, job: str, period: str) -> JobRun | None:
    """Return the run of a job for a period."""
    row = conn.execute(select(_J).where(_J.c.job == job, _J.c.period == period)).one_or_none()
    return None if row is None else JobRun(**row._mapping)


def last_run(conn: Connection, job: str) -> JobRun | None:
    """Return the run of a job for its latest period (periods sort as text: ISO days)."""
    query = select(_J).where(_J.c.job == job).order_by(_J.c.period.desc()).limit(1)
    row = conn.execute(query).one_or_none()
    return None if row is None else JobRun(**row._mapping)


def record_run(tx: Connection, job: str, period: str, finished_at: datetime, summary: str | None) -> None:
    """Store that a job is done for a period; the same period again takes the later answer."""
    statement = upsert(_J).values(job=job, period=period, finished_at=finished_at, summary=summary)
    statement = statement.on_conflict_do_update(
        index_elements=["job", "period"], set_={"finished_at": finished_at, "summary": summary}
    )
    tx.execute(statement)


def forget_summaries(tx: Connection, job: str) -> None:
    """Empty the summaries of a job, so that its next run trusts none of them."""
    tx.execute(update(_J).where(_J.c.job == job, _J.c.summary.is_not(None)).values(summary=None))


def purge_runs(tx: Connection, before: datetime) -> int:
    """Remove job runs that finished before an instant, but for those that the next sweep counts from."""
    return tx.execute(delete(_J).where(_J.c.finished_at < before, _J.c.job.not_in(("sweep", "go-live")))).rowcount
