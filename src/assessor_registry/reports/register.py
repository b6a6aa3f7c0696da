"""The register as a list: one statement per page, whatever the number of rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Date,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    column,
    exists,
    func,
    literal_column,
    or_,
    select,
    table,
)

from assessor_registry.accounts.rules import Scope
from assessor_registry.assessors.rules import search_name
from assessor_registry.validity.rules import Band
from assessor_registry.validity.store import banded

PAGE = 50

_PERSON = table(
    "assessor", column("id", Uuid), column("name", Text), column("search_name", Text), column("email", Text),
    column("phone", Text), column("region_code", Text), column("ended_on", Date), column("ended_reason", Text),
)  # fmt: skip
_NUMBER = table(
    "registration_number", column("assessor_id", Uuid), column("series", Text), column("number", Text),
    column("year", Integer), column("current", Boolean),
)  # fmt: skip
_EMPLOYMENT = table("employment", column("assessor_id", Uuid), column("school_id", Uuid), column("last_day", Date))
_SCHOOL = table("school", column("id", Uuid), column("name", Text))
_REGION = table("region", column("code", Text), column("name", Text))
_TECHNICAL = table(
    "technical_certificate", column("id", Uuid), column("assessor_id", Uuid), column("scheme_id", Uuid),
    column("supersedes", Uuid),
)  # fmt: skip

# What people type for a status, beside its name on the page.
_SAID: dict[str, Band] = {
    "mati": "expired", "expired": "expired", "expire": "expired", "kadaluarsa": "expired", "kadaluwarsa": "expired",
    "kedaluwarsa": "expired", "kedaluarsa": "expired", "habis": "expired", "lewat": "expired", "aktif": "active",
    "active": "active", "berakhir": "ending", "segera": "ending", "hampir": "ending", "dibekukan": "suspended",
    "beku": "suspended", "dicabut": "suspended",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One assessor in a list. `registration` is the current number; `until` ends the running active period."""

    id: UUID
    name: str
    registration: str | None
    school: str | None
    region: str | None
    band: Band
    last_day: date | None
    until: date | None
    email: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list and how long all of it is."""

    lines: tuple[Line, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for; each part narrows. `text` is what someone typed."""

    text: str = ""
    statuses: tuple[Band, ...] = ()
    region: str | None = None
    scheme_id: UUID | None = None

    def read(self) -> tuple[list[str], list[str], tuple[Band, ...]]:
        """Return name parts, digits of a registration number, and statuses that the text asks for."""
        names: list[str] = []
        digits: list[str] = []
        statuses = list(self.statuses)
        for word in self.text.split():
            said = _SAID.get(word.lower().strip(".,"))
            figures = re.sub(r"\D", "", word)
            if said:
                statuses.append(said)
            elif len(figures) >= 3:
                digits.append(figures.lstrip("0") if len(figures) > 4 else figures)
            elif (part := search_name(word)) and part != "met":
                names.append(part)
        return names, digits, tuple(statuses)


def listed(
    conn: Connection,
    scope: Scope,
    on: date,
    ending_until: date,
    question: Question,
    *,
    page: int = 1,
    size: int = PAGE,
    seen_on: date | None = None,
) -> Listing:
    """Return the assessors in `scope` who fit `question`, those who end first on top.

    `seen_on` is the day on which the scope is asked for, when it is not `on`.
    """
    query = _query(scope, on, ending_until, question, seen_on)
    rows = conn.execute(query.limit(size).offset((page - 1) * size)).all()
    total = rows[0].total if rows else (_count(conn, query) if page > 1 else 0)
    names = Line.__dataclass_fields__
    return Listing(tuple(Line(**{name: row._mapping[name] for name in names}) for row in rows), total)


def _count(conn: Connection, query: Select[tuple[object, ...]]) -> int:
    return int(conn.execute(select(func.count()).select_from(query.subquery())).scalar_one())


def _query(
    scope: Scope, on: date, ending_until: date, question: Question, seen_on: date | None
) -> Select[tuple[object, ...]]:
    status = banded(on, ending_until, scope, seen_on=seen_on).subquery()
    registration = (
        select(
            func.concat(
                "MET.", _NUMBER.c.series, ".", _NUMBER.c.number, func.coalesce(func.concat(" ", _NUMBER.c.year), "")
            )
        )
        .where(_NUMBER.c.assessor_id == _PERSON.c.id, _NUMBER.c.current)
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            _PERSON.c.id, _PERSON.c.name, func.rtrim(registration).label("registration"),
            _SCHOOL.c.name.label("school"), _REGION.c.name.label("region"), status.c.band, status.c.last_day,
            status.c.until, _PERSON.c.email, _PERSON.c.phone, func.count().over().label("total"),
        )
        .select_from(_PERSON)
        .join(status, status.c.assessor_id == _PERSON.c.id)
        .outerjoin(_EMPLOYMENT, and_(_EMPLOYMENT.c.assessor_id == _PERSON.c.id, _EMPLOYMENT.c.last_day.is_(None)))
        .outerjoin(_SCHOOL, _SCHOOL.c.id == _EMPLOYMENT.c.school_id)
        .outerjoin(_REGION, _REGION.c.code == _PERSON.c.region_code)
        .order_by(status.c.last_day.nulls_last(), _PERSON.c.search_name, _PERSON.c.id)
    )  # fmt: skip
    names, digits, statuses = question.read()
    for part in names:
        # A word may also be of a place: "kedaluwarsa balikpapan".
        place = select(_REGION.c.code).where(func.lower(_REGION.c.name).contains(part, autoescape=True))
        named = _PERSON.c.search_name.contains(part, autoescape=True)
        query = query.where(or_(named, _PERSON.c.region_code.in_(place)))
    if statuses:
        query = query.where(status.c.band.in_(statuses))
    if question.region:
        query = query.where(_PERSON.c.region_code == question.region)
    for figures in digits:
        query = query.where(_has_number(figures))
    if question.scheme_id:
        query = query.where(_has_scheme(question.scheme_id))
    return query


def _has_number(figures: str) -> ColumnElement[bool]:
    number = func.concat(_NUMBER.c.number, func.coalesce(_NUMBER.c.year, literal_column("NULL")))
    return exists().where(
        _NUMBER.c.assessor_id == _PERSON.c.id,
        or_(number.contains(figures), func.concat(_NUMBER.c.year, "").__eq__(figures)),
    )


def _has_scheme(scheme_id: UUID) -> ColumnElement[bool]:
    later = _TECHNICAL.alias("later")
    return exists().where(
        _TECHNICAL.c.assessor_id == _PERSON.c.id,
        _TECHNICAL.c.scheme_id == scheme_id,
        ~exists().where(later.c.supersedes == _TECHNICAL.c.id),
    )


def names_of(conn: Connection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the names of assessors by id."""
    rows = conn.execute(select(_PERSON.c.id, _PERSON.c.name).where(_PERSON.c.id.in_(list(ids))))
    return {row.id: row.name for row in rows}
