"""What a result rests on: the attempt and everything around it that a statement names, for many at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, func, select

from assessor_registry.assessments.rules import OtherPart, UnitFact
from assessor_registry.assessments.store._names import (
    ASSIGNMENT,
    ATTEMPT,
    DRAFT,
    LICENCE,
    LSP,
    NUMBER,
    PERSON,
    RECORD,
    RECORD_UNIT,
    SCHEDULE,
    SCHEME,
    SCHOOL,
    STATE,
    STUDENT,
    UNIT,
    VENUE,
    VERSION,
)  # fmt: skip
from assessor_registry.assessments.store.drafting import ids_in, left_behind
from assessor_registry.assessors.rules import Registration
from assessor_registry.signing.canonical import clean
from assessor_registry.validity import store as validity
from assessor_registry.validity.rules import Period


@dataclass(frozen=True, slots=True)
class AttemptFact:
    """An attempt with its schedule, scheme version, venue, LSP and student. `removed`: taken out of the schedule.

    `zone` is the LSP's time zone: the day of signing is the day there.
    """

    id: UUID
    number: int
    allocated_to: UUID | None
    removed: bool
    schedule_id: UUID
    schedule_title: str
    first_day: date
    last_day: date
    evidence_kinds: tuple[str, ...]
    cancelled_at: datetime | None
    version_id: UUID
    version_label: str
    scheme_id: UUID
    scheme_number: str | None
    scheme_title: str
    lsp_id: UUID
    lsp_name: str
    zone: str
    venue_name: str
    school_name: str
    student_name: str = field(repr=False)
    nisn: str | None = field(repr=False)


def attempts(conn: Connection, attempt_ids: Collection[UUID]) -> dict[UUID, AttemptFact]:
    """Return attempts with what is around them, with one statement."""
    query = _attempts().where(ids_in(ATTEMPT.c.id, attempt_ids))
    return {row.id: _attempt(row) for row in conn.execute(query)}


def attempts_of_schedule(conn: Connection, schedule_id: UUID) -> list[AttemptFact]:
    """Return the attempts of a schedule that were not taken out, by the student's name."""
    query = _attempts().where(ATTEMPT.c.schedule_id == schedule_id, ATTEMPT.c.removed_at.is_(None))
    return [_attempt(row) for row in conn.execute(query.order_by(STUDENT.c.search_name, ATTEMPT.c.id))]


@cache
def _attempts() -> Any:
    return (
        select(
            ATTEMPT.c.id, ATTEMPT.c.number, ATTEMPT.c.assessor_id.label("allocated_to"),
            ATTEMPT.c.removed_at.is_not(None).label("removed"), ATTEMPT.c.schedule_id,
            SCHEDULE.c.title.label("schedule_title"), SCHEDULE.c.first_day, SCHEDULE.c.last_day,
            SCHEDULE.c.evidence_kinds, SCHEDULE.c.cancelled_at, SCHEDULE.c.scheme_version_id.label("version_id"),
            VERSION.c.label.label("version_label"), VERSION.c.scheme_id, SCHEME.c.number.label("scheme_number"),
            SCHEME.c.title.label("scheme_title"), SCHEDULE.c.lsp_id, LSP.c.name.label("lsp_name"), LSP.c.zone,
            VENUE.c.name.label("venue_name"), SCHOOL.c.name.label("school_name"),
            STUDENT.c.name.label("student_name"), STUDENT.c.nisn,
        )
        .join(SCHEDULE, SCHEDULE.c.id == ATTEMPT.c.schedule_id)
        .join(VERSION, VERSION.c.id == SCHEDULE.c.scheme_version_id)
        .join(SCHEME, SCHEME.c.id == VERSION.c.scheme_id)
        .join(LSP, LSP.c.id == SCHEDULE.c.lsp_id)
        .join(VENUE, VENUE.c.id == SCHEDULE.c.venue_id)
        .join(STUDENT, STUDENT.c.id == ATTEMPT.c.student_id)
        .join(SCHOOL, SCHOOL.c.id == STUDENT.c.school_id)
    )  # fmt: skip


def _attempt(row: Any) -> AttemptFact:
    values = dict(row._mapping)
    return AttemptFact(**{**values, "evidence_kinds": tuple(values["evidence_kinds"])})


def units_of(conn: Connection, version_ids: Collection[UUID]) -> dict[UUID, tuple[UnitFact, ...]]:
    """Return the units of scheme versions, in order; titles as they may stand in something signed."""
    query = select(UNIT.c.version_id, UNIT.c.position, UNIT.c.code, UNIT.c.title)
    rows = conn.execute(query.where(ids_in(UNIT.c.version_id, version_ids)).order_by(UNIT.c.position)).all()
    found: dict[UUID, list[UnitFact]] = {}
    for version_id, position, code, title in rows:
        found.setdefault(version_id, []).append(UnitFact(position, code, clean(title)))
    return {version_id: tuple(units) for version_id, units in found.items()}


@dataclass(frozen=True, slots=True)
class Duty:
    """One confirmed day of an assessor in a schedule, with its letter (surat tugas)."""

    day: date
    letter: str


def duties(
    conn: Connection, assessor_ids: Collection[UUID], schedule_ids: Collection[UUID]
) -> dict[tuple[UUID, UUID], tuple[Duty, ...]]:
    """Return (assessor, schedule) → confirmed days in order; planned and withdrawn ones do not count."""
    query = select(ASSIGNMENT.c.assessor_id, ASSIGNMENT.c.schedule_id, ASSIGNMENT.c.held_on, ASSIGNMENT.c.letter_number)
    query = query.where(
        ids_in(ASSIGNMENT.c.assessor_id, assessor_ids),
        ids_in(ASSIGNMENT.c.schedule_id, schedule_ids),
        ASSIGNMENT.c.confirmed_at.is_not(None),
        ASSIGNMENT.c.withdrawn_at.is_(None),
    )
    found: dict[tuple[UUID, UUID], list[Duty]] = {}
    for assessor, schedule, day, letter in conn.execute(query.order_by(ASSIGNMENT.c.held_on)):
        found.setdefault((assessor, schedule), []).append(Duty(day, letter))
    return {key: tuple(days) for key, days in found.items()}


@dataclass(frozen=True, slots=True)
class Papers:
    """Who someone is on paper: name, MET number, certificates as (number, the days that each of them carries).

    A certificate carries its own days and those that a circular adds, less the sanctions that hit it.
    """

    name: str = field(repr=False)
    registration: str | None = field(repr=False)
    certificates: tuple[tuple[str | None, tuple[Period, ...]], ...] = field(repr=False)

    def certificate_on(self, day: date) -> str | None:
        """The number of the certificate that carries `day`, the one that carries longest."""
        holding = [
            (period, number or "") for number, carried in self.certificates for period in carried if day in period
        ]
        longest = max(holding, key=lambda item: (item[0].last_day, item[0].first_day, item[1]), default=None)
        return longest[1] or None if longest else None


def papers(conn: Connection, assessor_ids: Collection[UUID]) -> dict[UUID, Papers]:
    """Return name, registration number (the current one) and certificates of assessors."""
    ids = list(assessor_ids)
    carried = validity.carried_by(conn, ids)
    query = (
        select(PERSON.c.id, PERSON.c.name, NUMBER.c.series, NUMBER.c.number, NUMBER.c.year)
        .outerjoin(NUMBER, and_(NUMBER.c.assessor_id == PERSON.c.id, NUMBER.c.current))
        .where(ids_in(PERSON.c.id, ids))
        .order_by(NUMBER.c.created_at)
    )
    return {
        row.id: Papers(
            row.name,
            None if row.number is None else Registration(f"{row.series}.{row.number}", row.year).canonical,
            carried.get(row.id, ()),
        )
        for row in conn.execute(query)
    }


def licences(conn: Connection, lsp_ids: Collection[UUID]) -> dict[UUID, list[tuple[str, date, date]]]:
    """Return the licences of LSPs as (number, first day, last day)."""
    query = select(LICENCE.c.lsp_id, LICENCE.c.number, LICENCE.c.first_day, LICENCE.c.last_day)
    found: dict[UUID, list[tuple[str, date, date]]] = {}
    for lsp_id, *licence in conn.execute(query.where(ids_in(LICENCE.c.lsp_id, lsp_ids))):
        found.setdefault(lsp_id, []).append((licence[0], licence[1], licence[2]))
    return found


def other_parts(conn: Connection, attempt_ids: Collection[UUID]) -> dict[UUID, dict[int, OtherPart]]:
    """Return attempt → part → what it says: the record in force, else the draft that somebody goes on with."""
    drafted = (
        select(DRAFT.c.attempt_id, DRAFT.c.part, DRAFT.c.units, DRAFT.c.recommendation)
        .join(ATTEMPT, ATTEMPT.c.id == DRAFT.c.attempt_id)
        .where(ids_in(DRAFT.c.attempt_id, attempt_ids), DRAFT.c.record_id.is_(None), ~left_behind())
    )
    rows = conn.execute(drafted).all()
    found: dict[UUID, dict[int, OtherPart]] = {}
    for row in rows:
        found.setdefault(row.attempt_id, {})[row.part] = OtherPart(row.part, row.units, row.recommendation, False)
    units = (
        select(func.json_object_agg(RECORD_UNIT.c.code, RECORD_UNIT.c.result))
        .where(RECORD_UNIT.c.record_id == RECORD.c.id)
        .scalar_subquery()
    )
    signed = (
        select(RECORD.c.attempt_id, RECORD.c.part, units.label("units"), RECORD.c.recommendation)
        .join(STATE, STATE.c.record_id == RECORD.c.id)
        .where(ids_in(RECORD.c.attempt_id, attempt_ids), STATE.c.replaced_by.is_(None), STATE.c.annulled_at.is_(None))
    )
    for row in conn.execute(signed):
        parts = found.setdefault(row.attempt_id, {})
        parts[row.part] = OtherPart(row.part, row.units or {}, row.recommendation, True)
    return found


def without(parts: Mapping[int, OtherPart], part: int) -> Sequence[OtherPart]:
    """Return the other parts than `part`, in order."""
    return [parts[number] for number in sorted(parts) if number != part]
