"""Students in the database: matched to a list, listed by class, written in bulk."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    LargeBinary,
    Text,
    and_,
    any_,
    bindparam,
    func,
    or_,
    select,
    update,
)
from sqlalchemy import insert as sql_insert

from assessor_registry.accounts.rules import Scope
from assessor_registry.db.bulk import update_rows
from assessor_registry.db.columns import UUIDS
from assessor_registry.db.copying import copy_rows
from assessor_registry.institutions.store import visible_schools
from assessor_registry.institutions.tables import School
from assessor_registry.students import tables
from assessor_registry.students.rules import Identity, Known, Match, choose, search_name

STUDENT = tables.Student.__table__  # type: ignore[attr-defined]
_SCHOOL = School.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Student:
    """A student (peserta didik). The NIK is not in it. `missing_since`: not in the school's list of that day."""

    id: UUID
    school_id: UUID
    name: str = field(repr=False)
    nisn: str | None = field(repr=False)
    nipd: str | None = field(repr=False)
    nik_hash: bytes | None = field(repr=False)
    sex: str | None = field(repr=False)
    birth_place: str | None = field(repr=False)
    birth_date: date | None = field(repr=False)
    address: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    email: str | None = field(repr=False)
    rombel: str | None
    missing_since: date | None
    version: int
    school: str

    @property
    def has_nik(self) -> bool:
        """Whether a NIK is on file."""
        return self.nik_hash is not None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list and how many there are in all."""

    rows: tuple[Student, ...]
    total: int


@dataclass(frozen=True, slots=True)
class ClassGroup:
    """A class (rombel) of a school, and how many of its students are in the newest list; `rombel` None: in none."""

    school_id: UUID
    school: str
    rombel: str | None
    students: int


def visible(scope: Scope, on: date) -> ColumnElement[bool]:
    """SQL: the student is seen by `scope` on a day. An LSP sees those of its school and its network (jejaring).

    Oneself (an assessor) sees nobody here: whom one assesses is told by the schedule.
    """
    return visible_schools(scope, on, STUDENT.c.school_id)


def get(conn: Connection, scope: Scope, student_id: UUID, on: date) -> Student | None:
    """Return one student, None when there is none whom `scope` sees."""
    return details(conn, scope, [student_id], on).get(student_id)


def nik_cipher(conn: Connection, student_id: UUID) -> bytes | None:
    """Return the sealed NIK of one student, None when there is none; whom the asker sees, the caller has checked."""
    sealed = conn.execute(select(STUDENT.c.nik_cipher).where(STUDENT.c.id == student_id)).scalar_one_or_none()
    return None if sealed is None else bytes(sealed)


def details(conn: Connection, scope: Scope, ids: Collection[UUID], on: date) -> dict[UUID, Student]:
    """Return many students at once, those whom `scope` sees, with one query."""
    wanted = STUDENT.c.id == any_(bindparam("ids", list(ids), UUIDS))
    return {row.id: Student(*row) for row in conn.execute(_students().where(wanted, visible(scope, on)))}


def list_students(
    conn: Connection,
    scope: Scope,
    on: date,
    *,
    school_id: UUID | None = None,
    rombel: str | None = None,
    q: str = "",
    missing: bool | None = None,
    page: int = 1,
    size: int = 50,
) -> Page:
    """Return a page (from 1) of students by class and name.

    `q`: parts of the name, or of NISN or NIPD. `missing` True: only those who are not in their school's newest list;
    False: only the others.
    """
    found = [visible(scope, on), *(_has(token) for token in search_name(q).split())]
    if school_id:
        found.append(STUDENT.c.school_id == school_id)
    if rombel:
        found.append(STUDENT.c.rombel == rombel)
    if missing is not None:
        found.append(STUDENT.c.missing_since.is_not(None) if missing else STUDENT.c.missing_since.is_(None))
    total = conn.execute(select(func.count()).select_from(STUDENT).where(*found)).scalar_one()
    order = (_SCHOOL.c.name, STUDENT.c.rombel.asc().nulls_last(), STUDENT.c.search_name, STUDENT.c.id)
    rows = conn.execute(_students().where(*found).order_by(*order).limit(size).offset((max(page, 1) - 1) * size))
    return Page(tuple(Student(*row) for row in rows), total)


def list_classes(conn: Connection, scope: Scope, on: date, *, school_id: UUID | None = None) -> list[ClassGroup]:
    """Return the classes (rombel) of the schools that `scope` sees, students who are missing not counted."""
    query = (
        select(STUDENT.c.school_id, _SCHOOL.c.name, STUDENT.c.rombel, func.count())
        .join(_SCHOOL, _SCHOOL.c.id == STUDENT.c.school_id)
        .where(visible(scope, on), STUDENT.c.missing_since.is_(None))
        .group_by(STUDENT.c.school_id, _SCHOOL.c.name, STUDENT.c.rombel)
        .order_by(_SCHOOL.c.name, STUDENT.c.rombel.asc().nulls_last())
    )
    rows = conn.execute(query if school_id is None else query.where(STUDENT.c.school_id == school_id))
    return [ClassGroup(*row) for row in rows]


def match_many(conn: Connection, school_id: UUID, identities: Sequence[Identity]) -> list[Match]:
    """Say whom a school's list means, row by row in its order, with one query however long it is.

    Not scoped: a NISN names one student in the country, wherever the registry has them. What a match shows of another
    school's student is for whoever asks to decide.
    """
    nisn = _listed([one.nisn for one in identities], Text)
    hashes = _listed([one.nik_hash for one in identities], LargeBinary)
    nipd = _listed([one.nipd for one in identities], Text)
    columns = [STUDENT.c[name] for name in Known.__dataclass_fields__]
    at_school = and_(STUDENT.c.school_id == school_id, STUDENT.c.nipd == any_(nipd))
    rows = conn.execute(
        select(*columns)
        .where(or_(STUDENT.c.nisn == any_(nisn), STUDENT.c.nik_hash == any_(hashes), at_school))
        .order_by(STUDENT.c.id)
    )
    named: dict[object, list[Known]] = {}
    for row in rows:
        known = Known(*row)
        for key in ("nisn", known.nisn), ("nik", known.nik_hash), ("nipd", known.nipd):
            named.setdefault(key, []).append(known)
    return [choose(one, school_id, _candidates(named, one)) for one in identities]


def _candidates(named: Mapping[object, list[Known]], one: Identity) -> list[Known]:
    keys = (("nisn", one.nisn), ("nik", one.nik_hash), ("nipd", one.nipd))
    found = {known.id: known for key in keys if key[1] is not None for known in named.get(key, ())}
    return list(found.values())


def _listed(values: Sequence[object], kind: Any) -> Any:
    return bindparam(None, [value for value in values if value is not None], ARRAY(kind))


def _has(token: str) -> ColumnElement[bool]:
    part = STUDENT.c.search_name.contains(token, autoescape=True)
    if not token.isdigit():
        return part  # type: ignore[no-any-return]
    return or_(part, *(STUDENT.c[name].contains(token, autoescape=True) for name in ("nisn", "nipd")))


def _students() -> Any:
    own = [STUDENT.c[name] for name in Student.__dataclass_fields__ if name != "school"]
    return (
        select(*own, _SCHOOL.c.name.label("school"))
        .select_from(STUDENT)
        .join(_SCHOOL, _SCHOOL.c.id == STUDENT.c.school_id)
    )


# What actions write.


def insert(tx: Connection, row: Mapping[str, object]) -> None:
    """Insert one student."""
    tx.execute(sql_insert(STUDENT).values(**row))


def copy_students(tx: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert many students by COPY; all rows have the same columns."""
    if rows:
        columns = list(rows[0])
        copy_rows(tx, STUDENT, columns, ([row[name] for name in columns] for row in rows))


def locked(tx: Connection, ids: Collection[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Return whole rows of students, locked until the end of the transaction, in one order for everyone."""
    wanted = STUDENT.c.id == any_(bindparam("ids", list(ids), UUIDS))
    rows = tx.execute(select(STUDENT).where(wanted).order_by(STUDENT.c.id).with_for_update(key_share=True))
    return {row.id: dict(row._mapping) for row in rows}


def update_students(tx: Connection, rows: Sequence[Mapping[str, object]]) -> int:
    """Write many changed rows (all with the same columns, `id` among them) with one statement; return how many."""
    return update_rows(tx, STUDENT, "id", rows)


def mark_missing(tx: Connection, school_id: UUID, seen: Collection[UUID], day: date) -> list[UUID]:
    """Mark a school's students who are not in `seen` as missing since `day`; return who is newly marked."""
    absent = ~(STUDENT.c.id == any_(bindparam("seen", list(seen), UUIDS)))
    rows = tx.execute(
        update(STUDENT)
        .where(STUDENT.c.school_id == school_id, STUDENT.c.missing_since.is_(None), absent)
        .values(missing_since=day, version=STUDENT.c.version + 1)
        .returning(STUDENT.c.id)
    )
    return sorted(rows.scalars())


def mark_found(tx: Connection, seen: Collection[UUID]) -> list[UUID]:
    """Take the mark from those of `seen` who were missing; return who."""
    present = STUDENT.c.id == any_(bindparam("seen", list(seen), UUIDS))
    rows = tx.execute(
        update(STUDENT)
        .where(present, STUDENT.c.missing_since.is_not(None))
        .values(missing_since=None, version=STUDENT.c.version + 1)
        .returning(STUDENT.c.id)
    )
    return sorted(rows.scalars())
