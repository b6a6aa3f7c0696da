"""Who the assessors are, who sees them, and finding them by what is remembered of a name or a number."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    any_,
    bindparam,
    case,
    column,
    exists,
    false,
    func,
    or_,
    select,
    table,
    true,
)

from assessor_registry.accounts.rules import Scope
from assessor_registry.assessors import tables
from assessor_registry.assessors.rules import NIK_LENGTH, Registration, parse_registration, search_name
from assessor_registry.db.columns import UUIDS
from assessor_registry.institutions.store import served_schools
from assessor_registry.institutions.tables import Region, School
from assessor_registry.secrecy import Secrecy

PERSON = tables.Assessor.__table__  # type: ignore[attr-defined]
NUMBER = tables.RegistrationNumber.__table__  # type: ignore[attr-defined]
EMPLOYMENT = tables.Employment.__table__  # type: ignore[attr-defined]
_SCHOOL = School.__table__  # type: ignore[attr-defined]
_REGION = Region.__table__  # type: ignore[attr-defined]
# Appointments belong to `validity`, above this room; whom an LSP sees depends on two columns of them, named as text.
_APPOINTMENT = table("appointment", column("assessor_id"), column("decree_id"))
_DECREE = table("appointment_decree", column("id"), column("lsp_id"))
# `ramadan` finds Ramadhan (0.55); `santi` does not find Santoso (0.4).
_ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class RegistrationNumber:
    """A number that someone holds; `current` is the one that is printed."""

    id: UUID
    series: str = field(repr=False)
    number: str = field(repr=False)
    year: int | None = field(repr=False)
    current: bool

    @property
    def registration(self) -> Registration:
        """The same as the rules know it."""
        return Registration(f"{self.series}.{self.number}", self.year)


@dataclass(frozen=True, slots=True)
class Assessor:
    """One assessor with the present school. The NIK is not in it: `actions.reveal_nik`."""

    id: UUID
    name: str = field(repr=False)
    nik_hash: bytes | None = field(repr=False)
    birth_place: str | None = field(repr=False)
    birth_date: date | None = field(repr=False)
    sex: str | None = field(repr=False)
    address: str | None = field(repr=False)
    city: str | None = field(repr=False)
    region_code: str | None
    phone: str | None = field(repr=False)
    email: str | None = field(repr=False)
    siapkerja: bool | None
    remarks: str | None = field(repr=False)
    ended_on: date | None
    ended_reason: str | None
    version: int
    school_id: UUID | None
    school: str | None
    region: str | None
    registrations: tuple[RegistrationNumber, ...] = field(repr=False)

    @property
    def has_nik(self) -> bool:
        """Whether a NIK is on file."""
        return self.nik_hash is not None

    @property
    def registration(self) -> Registration | None:
        """The number that is printed."""
        return self.registrations[0].registration if self.registrations else None


@dataclass(frozen=True, slots=True)
class AssessorRow:
    """One assessor as a list shows them."""

    id: UUID
    name: str = field(repr=False)
    registration: Registration | None = field(repr=False)
    school_id: UUID | None
    school: str | None
    region_code: str | None
    region: str | None
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list and how many there are in all."""

    rows: tuple[AssessorRow, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Employment:
    """Where someone is or was employed; None as first day: since before the registry knew, as last day: still."""

    id: UUID
    school_id: UUID
    school: str
    first_day: date | None
    last_day: date | None
    status: str | None
    letter: str | None


def visible(scope: Scope, today: date, person: ColumnElement[Any] = PERSON.c.id) -> ColumnElement[bool]:
    """SQL: the assessor named by the column `person` is seen by `scope` today.

    Province: all. Region: the present school lies in it, or, where no school says, the person's own region does.
    LSP: employed today at its school or one of its network, or ever appointed by it (an appointment that has lapsed is
    its to renew). School: employed there today. Self: oneself.
    """
    if scope.everything:
        return true()
    if scope.kind == "region":
        own, school = PERSON.alias(), _SCHOOL.alias()
        return person.in_(
            select(own.c.id)
            .select_from(own)
            .outerjoin(school, school.c.id == _school_on(today, own))
            .where(func.coalesce(school.c.region_code, own.c.region_code) == scope.ref)
        )
    if scope.kind == "lsp":
        appointed = (
            select(_APPOINTMENT.c.assessor_id)
            .join(_DECREE, _DECREE.c.id == _APPOINTMENT.c.decree_id)
            .where(_DECREE.c.lsp_id == scope.id)
        )
        return or_(kept(scope, today, person), person.in_(appointed))
    if scope.kind == "school":
        at_school = and_(_holds(today), EMPLOYMENT.c.school_id == scope.id)
        return person.in_(select(EMPLOYMENT.c.assessor_id).where(at_school))
    if scope.kind == "self":
        return person == scope.id
    return false()


def kept(scope: Scope, today: date, person: ColumnElement[Any] = PERSON.c.id) -> ColumnElement[bool]:
    """SQL: the data of the assessor named by the column `person` are kept by `scope` today.

    An LSP keeps those who are employed at its school or one of its network. Whom it appoints from elsewhere it sees, to
    schedule them; their data stay with whoever employs them, and with the division.
    """
    if scope.kind != "lsp":
        return visible(scope, today, person)
    schools = EMPLOYMENT.c.school_id.in_(served_schools(scope.id, today))
    return person.in_(select(EMPLOYMENT.c.assessor_id).where(_holds(today), schools))


def keeps(conn: Connection, scope: Scope, ids: Collection[UUID], today: date) -> set[UUID]:
    """Return those of `ids` whose data `scope` keeps."""
    wanted = PERSON.c.id == any_(bindparam("ids", list(ids), UUIDS))
    return set(conn.execute(select(PERSON.c.id).where(wanted, kept(scope, today))).scalars())


def matching(q: str, secrecy: Secrecy | None = None) -> ColumnElement[bool]:
    """SQL: the assessor fits what is remembered: parts of names in any order, nearly right ones, parts of a MET number.

    A whole number in any spelling is that number. 16 digits are a NIK, found by its keyed hash when `secrecy` is given.
    """
    digits = re.sub(r"\D", "", q, flags=re.ASCII)
    if secrecy is not None and len(digits) == NIK_LENGTH and not re.search(r"[A-Za-z]", q):
        return PERSON.c.nik_hash == secrecy.digest(digits)  # type: ignore[no-any-return]
    if (whole := parse_registration(q)) is not None:
        series, number = whole.number.split(".")
        held = and_(NUMBER.c.assessor_id == PERSON.c.id, NUMBER.c.series == series, NUMBER.c.number == number)
        return exists().where(held, NUMBER.c.year == whole.year if whole.year else true())
    words = (re.sub(r"^met(?=\d)", "", word) for word in search_name(q).split())
    tokens = [word for word in words if word not in {"met", "no", "reg"}]
    return and_(true(), *(_has(token) for token in tokens))


def _has(token: str) -> ColumnElement[bool]:
    if any(letter.isdigit() for letter in token):
        spelt = func.concat(NUMBER.c.series, NUMBER.c.number, NUMBER.c.year)
        return exists().where(NUMBER.c.assessor_id == PERSON.c.id, spelt.contains(token, autoescape=True))
    part = PERSON.c.search_name.contains(token, autoescape=True)
    return or_(part, func.strict_word_similarity(token, PERSON.c.search_name) >= _ALIKE) if len(token) > 3 else part


def get(conn: Connection, scope: Scope, assessor_id: UUID, today: date) -> Assessor | None:
    """Return one assessor, None when there is none whom `scope` sees."""
    return _details(conn, [assessor_id], today, visible(scope, today)).get(assessor_id)


def details(conn: Connection, scope: Scope, ids: Collection[UUID], today: date) -> dict[UUID, Assessor]:
    """Return many assessors at once, those whom `scope` sees, in two queries however many they are."""
    return _details(conn, ids, today, visible(scope, today))


def search(
    conn: Connection,
    scope: Scope,
    today: date,
    *,
    q: str = "",
    secrecy: Secrecy | None = None,
    region: str | None = None,
    school_id: UUID | None = None,
    ended: bool | None = None,
    page: int = 1,
    size: int = 50,
) -> Page:
    """Return a page (from 1) of the assessors whom `scope` sees, by name; see `matching` for `q`.

    `ended` True: only those who have ended (retired, moved away, died) by today; False: only the others.
    """
    found = [visible(scope, today), matching(q, secrecy)]
    if region:
        found.append(visible(Scope("region", region), today))
    if school_id:
        found.append(visible(Scope("school", str(school_id)), today))
    if ended is not None:
        gone = and_(PERSON.c.ended_on.is_not(None), PERSON.c.ended_on <= today)
        found.append(gone if ended else ~func.coalesce(gone, false()))
    total = conn.execute(select(func.count()).select_from(PERSON).where(*found)).scalar_one()
    printed = _printed_number()
    query = (
        select(
            PERSON.c.id,
            PERSON.c.name,
            printed.c.series,
            printed.c.number,
            printed.c.year,
            _SCHOOL.c.id.label("school_id"),
            _SCHOOL.c.name.label("school"),
            _region_code().label("region_code"),
            _REGION.c.name.label("region"),
            PERSON.c.ended_on,
        )
        .select_from(PERSON)
        .outerjoin(printed, true())
        .outerjoin(_SCHOOL, _SCHOOL.c.id == _school_on(today))
        .outerjoin(_REGION, _REGION.c.code == _region_code())
        .where(*found)
        .order_by(PERSON.c.search_name, PERSON.c.id)
    )
    rows = conn.execute(query.limit(size).offset((max(page, 1) - 1) * size))
    return Page(tuple(_listed(row) for row in rows), total)


def employments(conn: Connection, scope: Scope, assessor_id: UUID, today: date) -> list[Employment]:
    """Return where someone is and was employed, newest first; empty when `scope` does not see the person."""
    rows = conn.execute(
        select(
            *(EMPLOYMENT.c[name] if name != "school" else _SCHOOL.c.name for name in Employment.__dataclass_fields__)
        )
        .join(_SCHOOL, _SCHOOL.c.id == EMPLOYMENT.c.school_id)
        .where(EMPLOYMENT.c.assessor_id == assessor_id, visible(scope, today, EMPLOYMENT.c.assessor_id))
        .order_by(EMPLOYMENT.c.last_day.desc().nulls_first(), EMPLOYMENT.c.first_day.desc().nulls_last())
    )
    return [Employment(*row) for row in rows]


def _details(conn: Connection, ids: Collection[UUID], today: date, seen: ColumnElement[bool]) -> dict[UUID, Assessor]:
    own = [PERSON.c[name] for name in Assessor.__dataclass_fields__ if name in PERSON.c]
    rows = conn.execute(
        select(*own, _SCHOOL.c.id.label("school_id"), _SCHOOL.c.name.label("school"), _REGION.c.name.label("region"))
        .select_from(PERSON)
        .outerjoin(_SCHOOL, _SCHOOL.c.id == _school_on(today))
        .outerjoin(_REGION, _REGION.c.code == _region_code())
        .where(PERSON.c.id == any_(bindparam("ids", list(ids), UUIDS)), seen)
    ).all()
    numbers = _numbers(conn, [row.id for row in rows])
    return {row.id: Assessor(**row._mapping, registrations=tuple(numbers.get(row.id, ()))) for row in rows}


def _numbers(conn: Connection, ids: Collection[UUID]) -> dict[UUID, list[RegistrationNumber]]:
    columns = (NUMBER.c[name] for name in RegistrationNumber.__dataclass_fields__)
    held: dict[UUID, list[RegistrationNumber]] = {}
    rows = conn.execute(
        select(NUMBER.c.assessor_id, *columns)
        .where(NUMBER.c.assessor_id == any_(bindparam("ids", list(ids), UUIDS)))
        .order_by(NUMBER.c.assessor_id, *_printed_first())
    )
    for owner, *row in rows:
        held.setdefault(owner, []).append(RegistrationNumber(*row))
    return held


def _holds(today: date) -> ColumnElement[bool]:
    begun = or_(EMPLOYMENT.c.first_day.is_(None), EMPLOYMENT.c.first_day <= today)
    return and_(begun, or_(EMPLOYMENT.c.last_day.is_(None), EMPLOYMENT.c.last_day >= today))


def _school_on(today: date, person: Any = PERSON) -> Any:
    """SQL: the school where the person of the outer query is employed on a day; of several the newest."""
    newest = (EMPLOYMENT.c.first_day.desc().nulls_last(), EMPLOYMENT.c.known_at.desc())
    own = and_(EMPLOYMENT.c.assessor_id == person.c.id, _holds(today))
    chosen = select(EMPLOYMENT.c.school_id).where(own).order_by(*newest).limit(1)
    return chosen.correlate(person).scalar_subquery()


def _region_code() -> ColumnElement[Any]:
    return func.coalesce(_SCHOOL.c.region_code, PERSON.c.region_code)


def _printed_first() -> tuple[ColumnElement[Any], ...]:
    return (case((NUMBER.c.current, 0), else_=1), NUMBER.c.year.desc().nulls_last(), NUMBER.c.id)


def _printed_number() -> Any:
    own: Select[Any] = select(NUMBER.c.series, NUMBER.c.number, NUMBER.c.year)
    return own.where(NUMBER.c.assessor_id == PERSON.c.id).order_by(*_printed_first()).limit(1).lateral()


def _listed(row: Any) -> AssessorRow:
    number = None if row.number is None else Registration(f"{row.series}.{row.number}", row.year)
    return AssessorRow(row.id, row.name, number, row.school_id, row.school, row.region_code, row.region, row.ended_on)
