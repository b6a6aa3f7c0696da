"""Reading what a plan rests on: LSP, venue, licence, who may be picked, which students may be put in."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import Connection, and_, exists, false, func, or_, select, true

from assessor_registry.accounts.rules import Scope
from assessor_registry.errors import NotFound
from assessor_registry.scheduling.rules import Span
from assessor_registry.scheduling.store._names import (
    APPOINTED,
    ATTEMPT,
    CLASS_SCHEME,
    DECREE,
    EMPLOYMENT,
    LICENCE,
    LICENSED,
    LSP,
    NETWORK,
    PERSON,
    SCHEDULE,
    STUDENT,
    UNIT,
    VENUE,
    VERSION,
)
from assessor_registry.scheduling.store.reading import ScheduleRow


@dataclass(frozen=True, slots=True)
class Person:
    """An assessor as the picker lists them."""

    id: UUID
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pupil:
    """A student as far as putting them into a schedule needs it."""

    id: UUID
    name: str = field(repr=False)
    in_network: bool
    attempts: int
    here: UUID | None
    here_removed: bool
    elsewhere: str | None


def lsp_in(conn: Connection, scope: Scope, lsp_id: UUID) -> bool:
    """Whether there is such an LSP within `scope` (province, region or the LSP itself)."""
    allowed = (
        true() if scope.everything
        else LSP.c.region_code == scope.ref if scope.kind == "region"
        else LSP.c.id == scope.id if scope.kind == "lsp"
        else false()
    )  # fmt: skip
    return conn.execute(select(LSP.c.id).where(LSP.c.id == lsp_id, allowed)).one_or_none() is not None


def venue_of(conn: Connection, lsp_id: UUID, venue_id: UUID) -> bool:
    """Whether the venue is one of the LSP's."""
    return conn.execute(select(1).where(VENUE.c.id == venue_id, VENUE.c.lsp_id == lsp_id)).one_or_none() is not None


def version_units(conn: Connection, version_id: UUID) -> int | None:
    """Return how many units a scheme version has; None when there is no such version."""
    units = select(func.count()).where(UNIT.c.version_id == VERSION.c.id).scalar_subquery()
    return conn.execute(select(units).where(VERSION.c.id == version_id)).scalar_one_or_none()


def licensed(conn: Connection, lsp_id: UUID, scheme_id: UUID) -> tuple[list[Span], list[Span]]:
    """Return the days of the LSP's licences, and those on which one of them covers the scheme."""
    rows = conn.execute(
        select(LICENCE.c.first_day, LICENCE.c.last_day, LICENSED.c.first_day, LICENSED.c.last_day, LICENSED.c.id)
        .outerjoin(LICENSED, and_(LICENSED.c.licence_id == LICENCE.c.id, LICENSED.c.scheme_id == scheme_id))
        .where(LICENCE.c.lsp_id == lsp_id)
    ).all()
    return [Span(row[0], row[1]) for row in rows], [
        Span(max(row[0], row[2]), min(row[1], row[3])) for row in rows if row[4] is not None
    ]


def pool(conn: Connection, lsp_id: UUID, today: date) -> list[Person]:
    """Return whom an LSP's picker lists: appointed by it at any time, or employed in its schools; still serving."""
    appointed = (
        select(APPOINTED.c.assessor_id)
        .join(DECREE, DECREE.c.id == APPOINTED.c.decree_id)
        .where(DECREE.c.lsp_id == lsp_id)
    )
    own_school = select(LSP.c.school_id).where(LSP.c.id == lsp_id)
    network = select(NETWORK.c.school_id).where(
        NETWORK.c.lsp_id == lsp_id, or_(NETWORK.c.last_day.is_(None), NETWORK.c.last_day >= today)
    )
    employed = select(EMPLOYMENT.c.assessor_id).where(
        or_(EMPLOYMENT.c.last_day.is_(None), EMPLOYMENT.c.last_day >= today),
        or_(EMPLOYMENT.c.school_id.in_(own_school), EMPLOYMENT.c.school_id.in_(network)),
    )
    query = (
        select(PERSON.c.id, PERSON.c.name)
        .where(or_(PERSON.c.id.in_(appointed), PERSON.c.id.in_(employed)))
        .where(or_(PERSON.c.ended_on.is_(None), PERSON.c.ended_on >= today))
        .order_by(PERSON.c.search_name, PERSON.c.id)
    )
    return [Person(**row._mapping) for row in conn.execute(query)]


def class_members(conn: Connection, school_id: UUID, rombel: str) -> list[UUID]:
    """Return the pupils of a class (rombel) who are not missing from the school's newest list."""
    query = select(STUDENT.c.id).where(
        STUDENT.c.school_id == school_id, STUDENT.c.rombel == rombel, STUDENT.c.missing_since.is_(None)
    )
    return list(conn.execute(query.order_by(STUDENT.c.search_name, STUDENT.c.id)).scalars())


def pupils(tx: Connection, plan: ScheduleRow, student_ids: Collection[UUID], today: date) -> dict[UUID, Pupil]:
    """Return what putting these students into the schedule needs to know, the students locked against another's act.

    `attempts` counts earlier attempts at the scheme; `elsewhere` is the title of another open schedule of it.
    """
    lock = select(STUDENT.c.id).where(STUDENT.c.id.in_(student_ids)).order_by(STUDENT.c.id)
    tx.execute(lock.with_for_update(key_share=True))
    same_scheme = (
        select(ATTEMPT.c.student_id, SCHEDULE.c.title, SCHEDULE.c.last_day, SCHEDULE.c.id.label("schedule_id"))
        .join(SCHEDULE, SCHEDULE.c.id == ATTEMPT.c.schedule_id)
        .join(VERSION, VERSION.c.id == SCHEDULE.c.scheme_version_id)
        .where(
            VERSION.c.scheme_id == plan.scheme_id,
            SCHEDULE.c.id != plan.id,
            SCHEDULE.c.cancelled_at.is_(None),
            ATTEMPT.c.removed_at.is_(None),
        )
        .subquery()
    )
    own = ATTEMPT.alias()
    network = exists(
        select(1).where(
            NETWORK.c.lsp_id == plan.lsp_id,
            NETWORK.c.school_id == STUDENT.c.school_id,
            NETWORK.c.first_day <= plan.first_day,
            or_(NETWORK.c.last_day.is_(None), NETWORK.c.last_day >= plan.first_day),
        )
    )
    home = exists(select(1).where(LSP.c.id == plan.lsp_id, LSP.c.school_id == STUDENT.c.school_id))
    query = select(
        STUDENT.c.id,
        STUDENT.c.name,
        or_(home, network).label("in_network"),
        select(func.count()).where(same_scheme.c.student_id == STUDENT.c.id).scalar_subquery().label("attempts"),
        own.c.id.label("here"),
        func.coalesce(own.c.removed_at.is_not(None), False).label("here_removed"),
        select(func.min(same_scheme.c.title))
        .where(same_scheme.c.student_id == STUDENT.c.id, same_scheme.c.last_day >= today)
        .scalar_subquery()
        .label("elsewhere"),
    ).outerjoin(own, and_(own.c.student_id == STUDENT.c.id, own.c.schedule_id == plan.id))
    return {row.id: Pupil(**row._mapping) for row in tx.execute(query.where(STUDENT.c.id.in_(student_ids)))}


def schedule_of_attempt(conn: Connection, attempt_id: UUID) -> UUID:
    """Return the schedule of a candidate.

    Raises:
        NotFound: there is no such candidate, or they were removed.
    """
    found = conn.execute(
        select(ATTEMPT.c.schedule_id).where(ATTEMPT.c.id == attempt_id, ATTEMPT.c.removed_at.is_(None))
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("scheduling.no_candidate")
    return found  # type: ignore[no-any-return]


def class_schemes(conn: Connection, lsp_id: UUID, school_id: UUID | None = None) -> dict[tuple[UUID, str], UUID]:
    """Return (school, rombel) → scheme version, as the LSP has mapped its classes."""
    query = select(CLASS_SCHEME.c.school_id, CLASS_SCHEME.c.rombel, CLASS_SCHEME.c.scheme_version_id).where(
        CLASS_SCHEME.c.lsp_id == lsp_id
    )
    if school_id is not None:
        query = query.where(CLASS_SCHEME.c.school_id == school_id)
    return {(row[0], row[1]): row[2] for row in conn.execute(query)}


def is_assessor(conn: Connection, assessor_id: UUID) -> bool:
    """Whether there is such an assessor."""
    return conn.execute(select(1).where(PERSON.c.id == assessor_id)).one_or_none() is not None
