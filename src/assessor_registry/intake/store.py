"""Imports in the database, and what the registry knows of the people and pupils whom a file may mean."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update

from assessor_registry.accounts.rules import PROVINCE, Actor, Scope
from assessor_registry.assessors import store as assessors
from assessor_registry.assessors.rules import Registration, search_name
from assessor_registry.errors import Forbidden, InvalidInput
from assessor_registry.institutions import store as institutions
from assessor_registry.institutions.rules import clean_npsn, search_region
from assessor_registry.intake.assessor_plan import KnownAssessors, KnownPerson
from assessor_registry.intake.assessor_rows import AssessorFile
from assessor_registry.intake.certificate_rules import Certificate, Technical
from assessor_registry.intake.findings import Finding
from assessor_registry.intake.plan_rules import ProvisionalSchool
from assessor_registry.intake.schools import SchoolFinder, doubt_of_new, doubt_of_title
from assessor_registry.intake.student_plan import KnownStudent, KnownStudents, SchoolAsked, SchoolOfList
from assessor_registry.intake.student_rows import StudentFile
from assessor_registry.intake.tables import ImportBatch
from assessor_registry.schemes import store as schemes
from assessor_registry.secrecy import Secrecy
from assessor_registry.students import store as students
from assessor_registry.students.rules import Identity
from assessor_registry.validity import store as validity

_T = ImportBatch.__table__  # type: ignore[attr-defined]
_LOCK = 7_164_301
_EVERYBODY = 1_000_000


@dataclass(frozen=True, slots=True)
class Batch:
    """One import (impor): the file, what was previewed of it, and how it ended when it was applied."""

    id: UUID
    kind: str
    file_id: UUID | None
    school_id: UUID | None
    npsn: str | None
    plan_sha256: bytes
    counts: Mapping[str, int]
    created_by: UUID | None
    created_at: datetime
    applied_at: datetime | None
    outcome: Mapping[str, int] | None
    row_outcomes: Mapping[str, list[int]] | None


def lock(tx: Connection) -> None:
    """Let one import be applied at a time; until the end of the transaction."""
    tx.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def add_batch(tx: Connection, values: Mapping[str, Any]) -> None:
    """Insert an import."""
    tx.execute(insert(_T).values(**values))


def end_batch(tx: Connection, batch_id: UUID, values: Mapping[str, Any]) -> None:
    """Write how an import ended."""
    tx.execute(update(_T).where(_T.c.id == batch_id).values(**values))


def forget_files(tx: Connection, before: datetime) -> int:
    """Let imports applied or abandoned before an instant forget their file and what was said; return how many."""
    ended = func.coalesce(_T.c.applied_at, _T.c.created_at) < before
    query = update(_T).where(_T.c.file_id.is_not(None), ended).values(file_id=None, told=None)
    return tx.execute(query).rowcount


def batch(conn: Connection, batch_id: UUID, *, lock_row: bool = False) -> Batch | None:
    """Return one import; `lock_row` holds it until the end of the transaction."""
    query = select(*_columns()).where(_T.c.id == batch_id)
    row = conn.execute(query.with_for_update() if lock_row else query).one_or_none()
    return None if row is None else Batch(*row)


def told(conn: Connection, batch_id: UUID) -> bytes | None:
    """Return what was kept of what an import said when it was applied, sealed."""
    return conn.execute(select(_T.c.told).where(_T.c.id == batch_id)).scalar_one_or_none()


def latest(conn: Connection, scope: Scope, account_id: UUID | None, limit: int = 20) -> list[Batch]:
    """Return the newest imports: of the whole province for those who see it, else one's own."""
    query = select(*_columns()).order_by(_T.c.created_at.desc(), _T.c.id).limit(limit)
    if not scope.everything:
        query = query.where(_T.c.created_by == account_id)
    return [Batch(*row) for row in conn.execute(query)]


def _columns() -> list[Any]:
    return [_T.c[name] for name in Batch.__dataclass_fields__]


def finder(conn: Connection) -> SchoolFinder:
    """Return all schools and regions, to recognise those of a list."""
    named = {region.code: region.name for region in institutions.list_regions(conn)}
    return SchoolFinder(institutions.school_index(conn), institutions.region_index(conn), named)


def region_names(conn: Connection) -> dict[str, tuple[str, str]]:
    """Return normalised name → (Kemendagri code, name) of every kabupaten and kota."""
    return {search_region(each.name): (each.code, each.name) for each in institutions.list_regions(conn)}


def own_schools(conn: Connection, scope: Scope, today: date) -> frozenset[UUID] | None:
    """Return the schools that someone may write about, None: all."""
    if scope.everything:
        return None
    return frozenset(school.id for school in institutions.list_schools(conn, scope, today))


def known_assessors(
    conn: Connection, actor: Actor, file: AssessorFile, secrecy: Secrecy, today: date
) -> KnownAssessors:
    """Return what the registry knows of everyone whom the rows may mean, in a fixed number of statements."""
    rows = [row for row in file.rows if not row.refused]
    holders = assessors.holders(conn, {row.registration.number for row in rows if row.registration})
    digests = {nik: secrecy.digest(nik) for nik in {row.nik for row in rows} if nik}
    by_nik = assessors.by_nik(conn, digests.values())
    ids = {holder.assessor_id for held in holders.values() for holder in held}
    ids |= {owner for owners in by_nik.values() for owner in owners}
    kept = None if actor.scope.everything else frozenset(assessors.keeps(conn, actor.scope, ids, today))
    return KnownAssessors(
        holders, digests, by_nik, _people(conn, ids, today), schemes.text_index(conn), kept,
        own_schools(conn, actor.scope, today),
    )  # fmt: skip


def _people(conn: Connection, ids: Collection[UUID], today: date) -> dict[UUID, KnownPerson]:
    if not ids:
        return {}
    listed = sorted(ids)
    certificates: dict[UUID, list[Certificate]] = {}
    for held in validity.certificates(conn, listed):
        certificates.setdefault(held.assessor_id, []).append(
            Certificate(held.id, held.number, held.blanko_number, held.first_day, held.last_day,
                        held.last_day_computed, held.issued_on, held.received_on)
        )  # fmt: skip
    technicals: dict[UUID, list[Technical]] = {}
    for one in validity.technicals(conn, listed):
        technicals.setdefault(one.assessor_id, []).append(
            Technical(one.id, one.scheme_id, one.scheme_text, one.number, one.first_day, one.last_day)
        )
    return {
        person.id: _person(person, tuple(certificates.get(person.id, ())), tuple(technicals.get(person.id, ())))
        for person in assessors.details(conn, PROVINCE, listed, today).values()
    }


def _person(
    person: assessors.Assessor, certificates: tuple[Certificate, ...], technicals: tuple[Technical, ...]
) -> KnownPerson:
    values = {
        "name": person.name, "birth_place": person.birth_place, "birth_date": person.birth_date, "sex": person.sex,
        "address": person.address, "city": person.city, "phone": person.phone, "email": person.email,
        "siapkerja": person.siapkerja, "remarks": person.remarks,
    }  # fmt: skip
    numbers: tuple[Registration, ...] = tuple(own.registration for own in person.registrations)
    return KnownPerson(
        person.id, person.version, search_name(person.name), person.nik_hash, values, person.region_code,
        person.school_id, numbers, certificates, technicals,
    )  # fmt: skip


def known_students(
    conn: Connection, actor: Actor, file: StudentFile, school_id: UUID, secrecy: Secrecy, today: date
) -> KnownStudents:
    """Return the pupils of a school, and those elsewhere whom a NISN or NIK of the file names; in a few statements."""
    digests = {nik: secrecy.digest(nik) for nik in {row.nik for row in file.rows} if nik}
    hashes = list(digests.values())
    by_nisn = students.match_many(conn, school_id, [Identity(nisn=row.nisn) for row in file.rows if row.nisn])
    by_nik = students.match_many(conn, school_id, [Identity(nik_hash=digest) for digest in hashes])
    shared = frozenset(digest for digest, found in zip(hashes, by_nik, strict=True) if found.refused == "nik_shared")
    here = students.list_students(conn, PROVINCE, today, school_id=school_id, size=_EVERYBODY).rows
    elsewhere = {found.student_id for found in (*by_nisn, *by_nik) if found.student_id} - {one.id for one in here}
    pupils = (*here, *students.details(conn, PROVINCE, elsewhere, today).values())
    return KnownStudents([_student(one) for one in pupils], digests, shared, own_schools(conn, actor.scope, today))


def _student(one: students.Student) -> KnownStudent:
    values = {
        "name": one.name, "nisn": one.nisn, "sex": one.sex, "birth_place": one.birth_place,
        "birth_date": one.birth_date, "address": one.address, "phone": one.phone, "email": one.email,
        "rombel": one.rombel,
    }  # fmt: skip
    nik_hash = None if one.nik_hash is None else bytes(one.nik_hash)
    return KnownStudent(one.id, one.version, one.school_id, one.school, one.nipd, nik_hash, values, one.missing_since)


def school_of(
    conn: Connection, actor: Actor, file: StudentFile, asked: SchoolAsked, finder: SchoolFinder, today: date
) -> SchoolOfList:
    """Return the school of a list of pupils: the one its sender names, else the one its title names.

    A school that nobody knows becomes provisional under the name in the title.

    Raises:
        InvalidInput: neither says which, or the two say different NPSN.
        Forbidden: it is not one of the actor's schools.
    """
    npsn = clean_npsn(asked.npsn) or (None if asked.school_id else file.npsn)
    if asked.school_id is None and npsn is None and file.school_name is None:
        raise InvalidInput("intake.school_needed", field="school")
    found = _found_school(asked, npsn, file.school_name, finder)
    own = own_schools(conn, actor.scope, today)
    if own is not None and found.id not in own:
        raise Forbidden("intake.school_of_others")
    known = finder.fact(found.id).npsn or npsn
    if file.npsn is not None and known is not None and file.npsn != known:
        raise InvalidInput("intake.school_differs", field="school", npsn=known, found=file.npsn)
    return found


def _found_school(asked: SchoolAsked, npsn: str | None, title: str | None, finder: SchoolFinder) -> SchoolOfList:
    if asked.school_id is not None:
        if asked.school_id not in finder.index.by_id:
            raise InvalidInput("intake.school_needed", field="school")
        fact = finder.index.target(finder.fact(asked.school_id))
        other = title is not None and not finder.is_called(fact, title)
        return SchoolOfList(fact.id, fact.name, doubt=doubt_of_title(title, fact) if title and other else None)
    namesake = finder.known_as(title)
    school_id, reasons = finder.take(0, title, npsn, None)
    fact = finder.fact(school_id)
    planned = finder.planned.get(school_id)
    if planned is not None:
        planned = ProvisionalSchool(planned.id, planned.name, planned.npsn, planned.region_code, ())
        return SchoolOfList(fact.id, fact.name, planned, doubt=doubt_of_new(planned, namesake))
    gains = finder.gains.get(school_id)
    if title and npsn:
        doubt = None if finder.is_called(fact, title) else doubt_of_title(title, fact)
        reasons = tuple(each for each in reasons if each.code != "institutions.school_name_differs")
    else:
        doubt = None
    findings = tuple(Finding("warned", 0, "", "", reason.code, reason.params) for reason in reasons)
    return SchoolOfList(fact.id, fact.name, None, gains, findings, doubt)
