"""Reading schedules, their candidates and their assignments."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    exists,
    false,
    func,
    literal,
    select,
    text,
    true,
    union_all,
)  # fmt: skip

from assessor_registry.accounts.rules import Scope
from assessor_registry.db.columns import UUIDS
from assessor_registry.errors import NotFound
from assessor_registry.scheduling.rules import Span
from assessor_registry.scheduling.store._names import (
    ASSIGNMENT,
    ATTEMPT,
    LSP,
    PERSON,
    SCHEDULE,
    SCHEME,
    SCHOOL,
    SEASON,
    STUDENT,
    VENUE,
    VERSION,
)


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A schedule (jadwal) with the names around it and how far it is prepared."""

    id: UUID
    lsp_id: UUID
    lsp_name: str
    zone: str
    season_id: UUID | None
    season_name: str | None
    scheme_id: UUID
    scheme_version_id: UUID
    scheme_number: str | None
    scheme_title: str
    version_label: str
    venue_id: UUID
    venue_name: str
    verified_from: date | None
    verified_until: date | None
    title: str
    first_day: date
    last_day: date
    evidence_kinds: tuple[str, ...]
    bnsp_code: str | None
    cancelled_at: datetime | None
    cancelled_reason: str | None
    version: int
    candidates: int
    unallocated: int
    recorded: int
    planned: int
    confirmed: int

    @property
    def verified(self) -> Span:
        """The days on which the venue's verification holds."""
        return Span(self.verified_from, self.verified_until)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One candidate (asesi) of a schedule. `nisn` and `name` are personal."""

    attempt_id: UUID
    student_id: UUID
    name: str = field(repr=False)
    nisn: str | None = field(repr=False)
    school_id: UUID
    school_name: str
    rombel: str | None
    number: int
    assessor_id: UUID | None
    assessor_name: str | None = field(repr=False)
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """One assessor on one day. `state` is planned, confirmed or withdrawn."""

    id: UUID
    schedule_id: UUID
    title: str
    lsp_id: UUID
    assessor_id: UUID
    assessor_name: str = field(repr=False)
    held_on: date
    letter_number: str | None
    letter_date: date | None
    confirmed_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    replaces: UUID | None

    @property
    def state(self) -> str:
        """Whether it is planned, confirmed or withdrawn."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "planned" if self.confirmed_at is None else "confirmed"


def _count(table: Any, *clauses: ColumnElement[bool]) -> Any:
    return select(func.count()).where(table.c.schedule_id == SCHEDULE.c.id, *clauses).scalar_subquery()


def _in_it() -> ColumnElement[bool]:
    return ATTEMPT.c.removed_at.is_(None)  # type: ignore[no-any-return]


def _given_to_somebody() -> ColumnElement[bool]:
    """The candidate was given to somebody who is still assigned in the schedule."""
    return exists(
        select(1).where(
            ASSIGNMENT.c.schedule_id == ATTEMPT.c.schedule_id,
            ASSIGNMENT.c.assessor_id == ATTEMPT.c.assessor_id,
            ASSIGNMENT.c.withdrawn_at.is_(None),
        )
    )


@cache
def _schedules() -> Select[Any]:
    live = ASSIGNMENT.c.withdrawn_at.is_(None)
    return (
        select(
            SCHEDULE.c.id, SCHEDULE.c.lsp_id, LSP.c.name.label("lsp_name"), LSP.c.zone, SCHEDULE.c.season_id,
            SEASON.c.name.label("season_name"), VERSION.c.scheme_id, SCHEDULE.c.scheme_version_id,
            SCHEME.c.number.label("scheme_number"), SCHEME.c.title.label("scheme_title"),
            VERSION.c.label.label("version_label"), SCHEDULE.c.venue_id, VENUE.c.name.label("venue_name"),
            VENUE.c.verified_from, VENUE.c.verified_until, SCHEDULE.c.title, SCHEDULE.c.first_day, SCHEDULE.c.last_day,
            SCHEDULE.c.evidence_kinds, SCHEDULE.c.bnsp_code, SCHEDULE.c.cancelled_at, SCHEDULE.c.cancelled_reason,
            SCHEDULE.c.version,
            _count(ATTEMPT, _in_it()).label("candidates"),
            _count(ATTEMPT, _in_it(), ATTEMPT.c.recorded_at.is_(None), ~_given_to_somebody()).label("unallocated"),
            _count(ATTEMPT, ATTEMPT.c.recorded_at.is_not(None)).label("recorded"),
            _count(ASSIGNMENT, live, ASSIGNMENT.c.confirmed_at.is_(None)).label("planned"),
            _count(ASSIGNMENT, live, ASSIGNMENT.c.confirmed_at.is_not(None)).label("confirmed"),
        )
        .join(LSP, LSP.c.id == SCHEDULE.c.lsp_id)
        .join(VENUE, VENUE.c.id == SCHEDULE.c.venue_id)
        .join(VERSION, VERSION.c.id == SCHEDULE.c.scheme_version_id)
        .join(SCHEME, SCHEME.c.id == VERSION.c.scheme_id)
        .outerjoin(SEASON, SEASON.c.id == SCHEDULE.c.season_id)
    )  # fmt: skip


def _read_schedule(row: Row[Any]) -> ScheduleRow:
    values = dict(row._mapping)
    return ScheduleRow(**{**values, "evidence_kinds": tuple(values["evidence_kinds"])})


def within(scope: Scope) -> ColumnElement[bool]:
    """The schedules that `scope` sees: those of the LSP or region, with pupils of the school, or one's own duties."""
    if scope.everything:
        return true()
    if scope.kind == "region":
        return LSP.c.region_code == scope.ref  # type: ignore[no-any-return]
    if scope.kind == "lsp":
        return SCHEDULE.c.lsp_id == scope.id  # type: ignore[no-any-return]
    if scope.kind == "school":
        pupils = ATTEMPT.alias()
        return exists(select(1).where(pupils.c.schedule_id == SCHEDULE.c.id, pupils.c.school_id == scope.id))
    if scope.kind == "self":
        # Of its own, also where the query around it reads assignments.
        own = select(1).where(ASSIGNMENT.c.schedule_id == SCHEDULE.c.id, ASSIGNMENT.c.assessor_id == scope.id)
        return exists(own.correlate(SCHEDULE))
    return false()


def schedules(
    conn: Connection,
    scope: Scope,
    *,
    first_day: date | None = None,
    last_day: date | None = None,
    cancelled: bool = False,
    limit: int = 200,
    offset: int = 0,
) -> list[ScheduleRow]:
    """Return the schedules that touch the days `first_day`…`last_day`, earliest first."""
    query = _schedules().where(within(scope)).order_by(SCHEDULE.c.first_day, SCHEDULE.c.title, SCHEDULE.c.id)
    if first_day is not None:
        query = query.where(SCHEDULE.c.last_day >= first_day)
    if last_day is not None:
        query = query.where(SCHEDULE.c.first_day <= last_day)
    if not cancelled:
        query = query.where(SCHEDULE.c.cancelled_at.is_(None))
    return [_read_schedule(row) for row in conn.execute(query.limit(limit).offset(offset))]


def schedule(conn: Connection, scope: Scope, schedule_id: UUID) -> ScheduleRow:
    """Return one schedule.

    Raises:
        NotFound: it is not there, or outside `scope`.
    """
    row = conn.execute(_schedules().where(SCHEDULE.c.id == schedule_id, within(scope))).one_or_none()
    if row is None:
        raise NotFound("scheduling.no_schedule")
    return _read_schedule(row)


def locked(tx: Connection, scope: Scope, schedule_id: UUID) -> ScheduleRow:
    """Return one schedule, locked until the end of the transaction; raises as `schedule`."""
    tx.execute(select(SCHEDULE.c.id).where(SCHEDULE.c.id == schedule_id).with_for_update())
    return schedule(tx, scope, schedule_id)


def candidates(conn: Connection, scope: Scope, schedule_id: UUID, *, lock: bool = False) -> list[Candidate]:
    """Return the candidates of a schedule by name; a school sees its own pupils, an assessor all of the schedule."""
    query = (
        select(
            ATTEMPT.c.id.label("attempt_id"), ATTEMPT.c.student_id, STUDENT.c.name, STUDENT.c.nisn, STUDENT.c.school_id,
            SCHOOL.c.name.label("school_name"), STUDENT.c.rombel, ATTEMPT.c.number, ATTEMPT.c.assessor_id,
            PERSON.c.name.label("assessor_name"), ATTEMPT.c.recorded_at,
        )
        .join(SCHEDULE, SCHEDULE.c.id == ATTEMPT.c.schedule_id)
        .join(LSP, LSP.c.id == SCHEDULE.c.lsp_id)
        .join(STUDENT, STUDENT.c.id == ATTEMPT.c.student_id)
        .join(SCHOOL, SCHOOL.c.id == STUDENT.c.school_id)
        .outerjoin(PERSON, PERSON.c.id == ATTEMPT.c.assessor_id)
        .where(ATTEMPT.c.schedule_id == schedule_id, _in_it(), within(scope))
        .order_by(STUDENT.c.search_name, ATTEMPT.c.id)
    )  # fmt: skip
    if scope.kind == "school":
        query = query.where(ATTEMPT.c.school_id == scope.id)
    if lock:
        query = query.with_for_update(of=ATTEMPT)
    return [Candidate(**row._mapping) for row in conn.execute(query)]


@cache
def _assignments() -> Select[Any]:
    return (
        select(
            ASSIGNMENT.c.id, ASSIGNMENT.c.schedule_id, SCHEDULE.c.title, SCHEDULE.c.lsp_id, ASSIGNMENT.c.assessor_id,
            PERSON.c.name.label("assessor_name"), ASSIGNMENT.c.held_on, ASSIGNMENT.c.letter_number,
            ASSIGNMENT.c.letter_date, ASSIGNMENT.c.confirmed_at, ASSIGNMENT.c.withdrawn_at,
            ASSIGNMENT.c.withdrawn_reason, ASSIGNMENT.c.replaces,
        )
        .join(SCHEDULE, SCHEDULE.c.id == ASSIGNMENT.c.schedule_id)
        .join(LSP, LSP.c.id == SCHEDULE.c.lsp_id)
        .join(PERSON, PERSON.c.id == ASSIGNMENT.c.assessor_id)
        .order_by(ASSIGNMENT.c.held_on, PERSON.c.search_name, ASSIGNMENT.c.id)
    )  # fmt: skip


def assignments(
    conn: Connection, scope: Scope, schedule_id: UUID, *, withdrawn: bool = False, assessor_id: UUID | None = None
) -> list[AssignmentRow]:
    """Return who assesses in a schedule, by day; with `withdrawn` also who was to."""
    query = _assignments().where(ASSIGNMENT.c.schedule_id == schedule_id, within(scope))
    if not withdrawn:
        query = query.where(ASSIGNMENT.c.withdrawn_at.is_(None))
    if assessor_id is not None:
        query = query.where(ASSIGNMENT.c.assessor_id == assessor_id)
    return [AssignmentRow(**row._mapping) for row in conn.execute(query)]


def duties(conn: Connection, assessor_id: UUID, first_day: date, last_day: date) -> list[AssignmentRow]:
    """Return the assignments of one assessor from `first_day` to `last_day`, by day; withdrawn ones left out."""
    query = _assignments().where(
        ASSIGNMENT.c.assessor_id == assessor_id,
        ASSIGNMENT.c.held_on.between(first_day, last_day),
        ASSIGNMENT.c.withdrawn_at.is_(None),
    )
    return [AssignmentRow(**row._mapping) for row in conn.execute(query)]


def bookings(conn: Connection, assessor_ids: Collection[UUID], days: Collection[date]) -> list[AssignmentRow]:
    """Return what the given assessors are booked for on the given days, at any LSP; for the clash rule only."""
    query = _assignments().where(
        ASSIGNMENT.c.assessor_id.in_(assessor_ids), ASSIGNMENT.c.held_on.in_(days), ASSIGNMENT.c.withdrawn_at.is_(None)
    )
    return [AssignmentRow(**row._mapping) for row in conn.execute(query)]


@dataclass(frozen=True, slots=True)
class Load:
    """How much of a schedule one assessor has: candidates given to them, and their days in it."""

    candidates: int
    days: int


def loads(conn: Connection, schedule_ids: Collection[UUID]) -> dict[tuple[UUID, UUID], Load]:
    """Return (schedule, assessor) → load, for everyone who has a day or a candidate in one of the schedules."""
    given = (
        select(ATTEMPT.c.schedule_id, ATTEMPT.c.assessor_id, func.count().label("candidates"), literal(0).label("days"))
        .where(ATTEMPT.c.schedule_id.in_(schedule_ids), _in_it(), ATTEMPT.c.assessor_id.is_not(None))
        .group_by(ATTEMPT.c.schedule_id, ATTEMPT.c.assessor_id)
    )
    booked = (
        select(ASSIGNMENT.c.schedule_id, ASSIGNMENT.c.assessor_id, literal(0), func.count())
        .where(ASSIGNMENT.c.schedule_id.in_(schedule_ids), ASSIGNMENT.c.withdrawn_at.is_(None))
        .group_by(ASSIGNMENT.c.schedule_id, ASSIGNMENT.c.assessor_id)
    )
    both = union_all(given, booked).subquery()
    query = select(both.c.schedule_id, both.c.assessor_id, func.sum(both.c.candidates), func.sum(both.c.days)).group_by(
        both.c.schedule_id, both.c.assessor_id
    )
    return {(row[0], row[1]): Load(int(row[2]), int(row[3])) for row in conn.execute(query)}


def first_uncovered(conn: Connection, schedule_ids: Collection[UUID]) -> dict[UUID, date]:
    """Return of each schedule the first day on which nobody is assigned.

    Left out are covered and cancelled ones, and those whose every candidate has a result.
    """
    statement = text(
        "SELECT s.id, min(CAST(d.day AS date)) FROM schedule s "
        "CROSS JOIN LATERAL generate_series(s.first_day, s.last_day, interval '1 day') AS d(day) "
        "WHERE s.id = ANY(:ids) AND s.cancelled_at IS NULL AND NOT EXISTS (SELECT FROM assignment a "
        "WHERE a.schedule_id = s.id AND a.withdrawn_at IS NULL AND a.held_on = CAST(d.day AS date)) "
        "AND (SELECT count(*) = 0 OR bool_or(t.recorded_at IS NULL) FROM attempt t "
        "WHERE t.schedule_id = s.id AND t.removed_at IS NULL) GROUP BY s.id"
    )
    rows = conn.execute(statement.bindparams(bindparam("ids", type_=UUIDS)), {"ids": list(schedule_ids)})
    return {row[0]: row[1] for row in rows}


def last_days(conn: Connection, schedule_ids: Collection[UUID]) -> dict[UUID, date]:
    """Return of each schedule its last day."""
    rows = conn.execute(select(SCHEDULE.c.id, SCHEDULE.c.last_day).where(SCHEDULE.c.id.in_(schedule_ids)))
    return {row.id: row.last_day for row in rows}


def without_results(conn: Connection, today: date) -> dict[UUID, date]:
    """Return the last day of each schedule that is over and not cancelled, and has a candidate without a result."""
    waiting = (
        ATTEMPT.c.removed_at.is_(None) & ATTEMPT.c.recorded_at.is_(None) & (ATTEMPT.c.schedule_id == SCHEDULE.c.id)
    )
    query = select(SCHEDULE.c.id, SCHEDULE.c.last_day).where(
        SCHEDULE.c.last_day < today, SCHEDULE.c.cancelled_at.is_(None), exists().where(waiting)
    )
    return {row.id: row.last_day for row in conn.execute(query)}
