"""Signed records: inserted once, their state in a second row that only grows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Select,
    Uuid,
    and_,
    false,
    func,
    or_,
    select,
    true,
    update,
)

from assessor_registry.accounts.rules import Scope
from assessor_registry.assessments.rules import State, state
from assessor_registry.assessments.store._names import (
    ATTEMPT,
    DRAFT,
    LSP,
    PERIOD,
    PERSON,
    RECORD,
    RECORD_UNIT,
    SCHEDULE,
    STATE,
    STUDENT,
    VERSION,
)  # fmt: skip
from assessor_registry.db.bulk import given, insert_rows, update_rows
from assessor_registry.errors import NotFound
from assessor_registry.signing.canonical import clean


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A signed record as lists and pages show it. Names are personal.

    Names and NISN are those of the signed statement; `…_now` is what the register says today.
    """

    id: UUID
    code: str
    attempt_id: UUID
    attempt: int
    part: int
    schedule_id: UUID
    assessor_id: UUID
    assessor_name: str = field(repr=False)
    lsp_id: UUID
    lsp_name: str
    scheme_id: UUID
    scheme_title: str
    venue_name: str
    student_id: UUID
    student_name: str = field(repr=False)
    nisn: str | None = field(repr=False)
    origin: str
    outcome: str
    recommendation: str | None
    note: str | None = field(repr=False)
    first_day: date
    last_day: date
    signed_on: date
    signed_at: datetime
    letter_number: str | None
    acknowledgement: str | None
    replaces: UUID | None
    replaces_reason: str | None
    replaced_by: UUID | None
    contested_at: datetime | None
    contested_reason: str | None
    upheld_at: datetime | None
    upheld_reference: str | None
    annulled_at: datetime | None
    annulled_reason: str | None
    student_name_now: str = field(repr=False)
    nisn_now: str | None = field(repr=False)
    assessor_name_now: str = field(repr=False)

    @property
    def state(self) -> State:
        """What is true of it now."""
        return state(
            annulled=self.annulled_at, contested=self.contested_at, upheld=self.upheld_at, replaced_by=self.replaced_by
        )

    @property
    def renamed(self) -> dict[str, str]:
        """What the register says otherwise today than the statement does; for parties, never for the public."""
        facts = (
            ("candidate", self.student_name, clean(self.student_name_now)),
            ("nisn", self.nisn, self.nisn_now),
            ("assessor", self.assessor_name, clean(self.assessor_name_now)),
        )
        return {name: now or "–" for name, signed, now in facts if signed != now}


def _named(name: str, label: str) -> ColumnElement[Any]:
    """SQL: what the signed statement says."""
    return RECORD.c.named[name].astext.label(label)  # type: ignore[no-any-return]


@cache  # to build it takes as long as to run it
def _records() -> Select[Any]:
    return (
        select(
            RECORD.c.id, RECORD.c.code, RECORD.c.attempt_id, ATTEMPT.c.number.label("attempt"), RECORD.c.part,
            ATTEMPT.c.schedule_id, RECORD.c.assessor_id, _named("assessor", "assessor_name"), RECORD.c.lsp_id,
            _named("lsp", "lsp_name"), VERSION.c.scheme_id, _named("scheme", "scheme_title"),
            _named("venue", "venue_name"), ATTEMPT.c.student_id, _named("candidate", "student_name"),
            _named("nisn", "nisn"), RECORD.c.origin, RECORD.c.outcome, RECORD.c.recommendation, RECORD.c.note,
            RECORD.c.first_day, RECORD.c.last_day, RECORD.c.signed_on, RECORD.c.signed_at, RECORD.c.letter_number,
            RECORD.c.acknowledgement, RECORD.c.replaces, RECORD.c.replaces_reason, STATE.c.replaced_by,
            STATE.c.contested_at, STATE.c.contested_reason, STATE.c.upheld_at, STATE.c.upheld_reference,
            STATE.c.annulled_at, STATE.c.annulled_reason, STUDENT.c.name.label("student_name_now"),
            STUDENT.c.nisn.label("nisn_now"), PERSON.c.name.label("assessor_name_now"),
        )
        .join(STATE, STATE.c.record_id == RECORD.c.id)
        .join(ATTEMPT, ATTEMPT.c.id == RECORD.c.attempt_id)
        .join(SCHEDULE, SCHEDULE.c.id == ATTEMPT.c.schedule_id)
        .join(VERSION, VERSION.c.id == SCHEDULE.c.scheme_version_id)
        .join(LSP, LSP.c.id == RECORD.c.lsp_id)
        .join(PERSON, PERSON.c.id == RECORD.c.assessor_id)
        .join(STUDENT, STUDENT.c.id == ATTEMPT.c.student_id)
    )  # fmt: skip


def within(scope: Scope) -> ColumnElement[bool]:
    """The records that `scope` sees: of the LSP, of its region, of the school's pupils while they
    were there, or one's own."""
    if scope.everything:
        return true()
    if scope.kind == "region":
        return LSP.c.region_code == scope.ref  # type: ignore[no-any-return]
    columns = {"lsp": RECORD.c.lsp_id, "school": ATTEMPT.c.school_id, "self": RECORD.c.assessor_id}
    return columns[scope.kind] == scope.id if scope.kind in columns else false()


def records(
    conn: Connection,
    scope: Scope,
    *,
    schedule_id: UUID | None = None,
    assessor_id: UUID | None = None,
    attempt_id: UUID | None = None,
    states: Sequence[State] = (),
    limit: int = 500,
    offset: int = 0,
) -> list[RecordRow]:
    """Return signed records, newest day first; `states` keeps only those that are so now."""
    query = _records().where(within(scope)).order_by(RECORD.c.last_day.desc(), STUDENT.c.search_name, RECORD.c.id)
    wanted = (
        (ATTEMPT.c.schedule_id, schedule_id),
        (RECORD.c.assessor_id, assessor_id),
        (RECORD.c.attempt_id, attempt_id),
    )
    for compared, value in wanted:
        if value is not None:
            query = query.where(compared == value)
    if states:
        query = query.where(or_(*(_in_state(one) for one in states)))
    return [RecordRow(**row._mapping) for row in conn.execute(query.limit(limit).offset(offset))]


def _in_state(wanted: State) -> ColumnElement[bool]:
    annulled = STATE.c.annulled_at.is_not(None)
    contested = and_(~annulled, STATE.c.contested_at.is_not(None), STATE.c.upheld_at.is_(None))
    standing = and_(~annulled, or_(STATE.c.contested_at.is_(None), STATE.c.upheld_at.is_not(None)))
    clauses: dict[State, ColumnElement[bool]] = {
        "annulled": annulled,
        "contested": contested,
        "replaced": and_(standing, STATE.c.replaced_by.is_not(None)),
        "valid": and_(standing, STATE.c.replaced_by.is_(None)),
    }
    return clauses[wanted]


def record(conn: Connection, scope: Scope, code: str, *, lock: bool = False) -> RecordRow:
    """Return one record by its code (in its stored spelling).

    Raises:
        NotFound: there is none, or it is outside `scope`.
    """
    query = _records().where(RECORD.c.code == code, within(scope))
    row = conn.execute(query.with_for_update(of=STATE) if lock else query).one_or_none()
    if row is None:
        raise NotFound("assessments.no_record")
    return RecordRow(**row._mapping)


@dataclass(frozen=True, slots=True)
class SignedUnit:
    """One unit of a record, as signed."""

    position: int
    code: str
    title: str
    result: str


def units(conn: Connection, record_id: UUID) -> list[SignedUnit]:
    """Return the units of a record in order."""
    query = select(RECORD_UNIT.c.position, RECORD_UNIT.c.code, RECORD_UNIT.c.title, RECORD_UNIT.c.result)
    rows = conn.execute(query.where(RECORD_UNIT.c.record_id == record_id).order_by(RECORD_UNIT.c.position))
    return [SignedUnit(**row._mapping) for row in rows]


def jws_of(conn: Connection, record_id: UUID) -> str:
    """Return the signed statement of a record, as it was signed."""
    return conn.execute(select(RECORD.c.jws).where(RECORD.c.id == record_id)).scalar_one()  # type: ignore[no-any-return]


def codes(conn: Connection, record_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return record → code."""
    rows = conn.execute(select(RECORD.c.id, RECORD.c.code).where(RECORD.c.id.in_(record_ids)))
    return {row.id: row.code for row in rows}


def heads(conn: Connection, attempt_ids: Sequence[UUID]) -> dict[tuple[UUID, int], tuple[UUID, State]]:
    """Return (attempt, part) → the newest record of it and its state."""
    query = (
        select(RECORD.c.attempt_id, RECORD.c.part, RECORD.c.id, STATE)
        .join(STATE, STATE.c.record_id == RECORD.c.id)
        .where(RECORD.c.attempt_id.in_(attempt_ids), STATE.c.replaced_by.is_(None))
    )
    return {
        (row.attempt_id, row.part): (
            row.id,
            state(annulled=row.annulled_at, contested=row.contested_at, upheld=row.upheld_at, replaced_by=None),
        )
        for row in conn.execute(query)
    }


# --- Writing -----------------------------------------------------------------------------------------------------

_STATE_COLUMNS = ("assessor_id", "first_day", "last_day", "signed_on", "origin")


def add_records(tx: Connection, rows: Sequence[Mapping[str, Any]], unit_rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert records with their units and their states, and name each in the one that it replaces.

    Four statements, however many records there are.
    """
    insert_rows(tx, RECORD, rows)
    insert_rows(tx, RECORD_UNIT, unit_rows)
    states = [{"record_id": row["id"], **{name: row[name] for name in _STATE_COLUMNS}} for row in rows]
    insert_rows(tx, STATE, states)
    replaced = [{"record_id": row["replaces"], "replaced_by": row["id"]} for row in rows if row["replaces"]]
    update_rows(tx, STATE, "record_id", replaced)


def change_state(tx: Connection, record_id: UUID, **changes: Any) -> None:
    """Fill in columns of a record's state."""
    tx.execute(update(STATE).where(STATE.c.record_id == record_id).values(**changes))


def contest_between(tx: Connection, lost: Sequence[tuple[UUID, date, date]], reason: str, now: datetime) -> list[UUID]:
    """Contest every record that was assessed or signed on a lost day (assessor, first, last day); return their ids."""
    source = given(lost, assessor_id=Uuid, first_day=Date, last_day=Date)
    days = func.daterange(source.c.first_day, source.c.last_day, "[]")
    hit = or_(STATE.c.assessed.op("&&")(days), STATE.c.signed.op("&&")(days))
    statement = (
        update(STATE)
        .where(STATE.c.assessor_id == source.c.assessor_id, hit)
        .values(contested_at=now, contested_reason=reason)
        .returning(STATE.c.record_id)
    )
    return list(tx.execute(statement).scalars())


# --- What is not signed yet --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unsigned:
    """Drafts of one assessor at one LSP that are not signed: how many, and the last day on which they can be.

    `last_active_day` None: no active period covers `today`, so they wait for a new one or for the paper way.
    `period_end` is the end of the newest active period that has begun.
    """

    assessor_id: UUID
    assessor_name: str = field(repr=False)
    lsp_id: UUID
    lsp_name: str
    count: int
    earliest_day: date
    last_active_day: date | None
    period_end: date | None = None


def unsigned(conn: Connection, scope: Scope, today: date, within_days: int | None = None) -> list[Unsigned]:
    """Return who has unsigned results, the most urgent first ("N hasil belum ditandatangani").

    `within_days`: only those whose active period ends within so many days, or has ended; None is all.
    """
    running = (
        select((func.upper(PERIOD.c.during) - 1).label("last_day"))
        .where(PERIOD.c.assessor_id == DRAFT.c.assessor_id, PERIOD.c.during.op("@>")(today))
        .scalar_subquery()
    )
    columns = (
        DRAFT.c.assessor_id,
        PERSON.c.name.label("assessor_name"),
        SCHEDULE.c.lsp_id,
        LSP.c.name.label("lsp_name"),
    )
    newest = (
        select(func.max(func.upper(PERIOD.c.during) - 1))
        .where(PERIOD.c.assessor_id == DRAFT.c.assessor_id, func.lower(PERIOD.c.during) <= today)
        .scalar_subquery()
    )
    query = (
        select(*columns, func.count().label("count"), func.min(DRAFT.c.first_day).label("earliest_day"),
               func.min(running).label("last_active_day"), func.min(newest).label("period_end"))
        .join(ATTEMPT, ATTEMPT.c.id == DRAFT.c.attempt_id)
        .join(SCHEDULE, SCHEDULE.c.id == ATTEMPT.c.schedule_id)
        .join(LSP, LSP.c.id == SCHEDULE.c.lsp_id)
        .join(PERSON, PERSON.c.id == DRAFT.c.assessor_id)
        .join(STUDENT, STUDENT.c.id == ATTEMPT.c.student_id)
        .where(DRAFT.c.record_id.is_(None), DRAFT.c.outcome.is_not(None))
        .where(ATTEMPT.c.removed_at.is_(None), SCHEDULE.c.cancelled_at.is_(None), _drafts_within(scope))
        .group_by(*columns)
    )  # fmt: skip
    rows = [Unsigned(**row._mapping) for row in conn.execute(query)]
    if within_days is not None:
        rows = [r for r in rows if r.last_active_day is None or (r.last_active_day - today).days <= within_days]
    return sorted(rows, key=lambda row: (row.last_active_day or date.min, row.earliest_day, row.assessor_name))


def _drafts_within(scope: Scope) -> ColumnElement[bool]:
    if scope.everything:
        return true()
    if scope.kind == "region":
        return LSP.c.region_code == scope.ref  # type: ignore[no-any-return]
    columns = {"lsp": SCHEDULE.c.lsp_id, "school": ATTEMPT.c.school_id, "self": DRAFT.c.assessor_id}
    return columns[scope.kind] == scope.id if scope.kind in columns else false()
