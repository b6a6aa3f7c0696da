"""The facts in the database: inserted, never changed; read set-based, as known at an instant."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Select, TableClause, and_, any_, bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from assessor_registry.db.bulk import insert_rows
from assessor_registry.db.columns import UUIDS
from assessor_registry.validity import tables
from assessor_registry.validity.rules import (
    AppointmentFact,
    CertificateRow,
    ExtensionFact,
    ExtensionRow,
    PersonFacts,
    SanctionRow,
    TechnicalFact,
    current,
    extending,
    extensions_in_force,
    person_facts,
)
from assessor_registry.validity.store.neighbours import PERSON, region_known

C = tables.AssessorCertificate.__table__  # type: ignore[attr-defined]
T = tables.TechnicalCertificate.__table__  # type: ignore[attr-defined]
D = tables.AppointmentDecree.__table__  # type: ignore[attr-defined]
A = tables.Appointment.__table__  # type: ignore[attr-defined]
X = tables.Extension.__table__  # type: ignore[attr-defined]
S = tables.Sanction.__table__  # type: ignore[attr-defined]

Ids = Sequence[UUID] | None
Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Certificate:
    """An assessor certificate as stored (sertifikat asesor kompetensi); the last day is included."""

    id: UUID
    assessor_id: UUID
    number: str | None
    blanko_number: str | None
    issued_on: date | None
    first_day: date
    last_day: date
    last_day_computed: bool
    received_on: date | None
    source: str
    supersedes: UUID | None
    entered_by: UUID | None
    known_at: datetime
    file_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Technical:
    """A technical competence as stored; `scheme_id` None while `scheme_text` is not mapped."""

    id: UUID
    assessor_id: UUID
    scheme_id: UUID | None
    scheme_text: str
    number: str | None
    first_day: date | None
    last_day: date | None
    source: str
    supersedes: UUID | None
    entered_by: UUID | None
    known_at: datetime
    file_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Decree:
    """An LSP's appointment decree as stored."""

    id: UUID
    lsp_id: UUID
    number: str
    decided_on: date
    first_day: date
    last_day: date
    file_id: UUID | None
    entered_by: UUID | None
    known_at: datetime


@dataclass(frozen=True, slots=True)
class Appointment:
    """One person's appointment, with what its decree says."""

    id: UUID
    assessor_id: UUID
    decree_id: UUID
    lsp_id: UUID
    number: str
    decided_on: date
    first_day: date
    last_day: date
    ended_on: date | None
    ended_reason: str | None


@dataclass(frozen=True, slots=True)
class Extension:
    """A circular as stored: every certificate whose last day is in [ends_from, ends_to] holds until `until`."""

    id: UUID
    ends_from: date
    ends_to: date
    until: date
    region_code: str | None
    reference: str
    issued_on: date
    received_on: date
    cancelled: bool
    supersedes: UUID | None
    file_id: UUID | None
    entered_by: UUID | None
    known_at: datetime


@dataclass(frozen=True, slots=True)
class Sanction:
    """A decree on a sanction as stored."""

    id: UUID
    assessor_id: UUID
    certificate_id: UUID | None
    kind: str
    first_day: date
    last_day: date | None
    decree_number: str
    decree_date: date
    received_on: date
    ends: UUID | None
    note: str | None
    file_id: UUID | None
    entered_by: UUID | None
    known_at: datetime


def one_of_ids(column: Any, ids: Sequence[UUID]) -> Any:
    """That `column` is one of `ids`, with one parameter however many there are."""
    return column == any_(bindparam(None, list(ids), UUIDS))


def _known(query: Select[Any], owner: Any, ids: Ids, known: Any, known_at: datetime | None) -> Select[Any]:
    query = query if ids is None else query.where(one_of_ids(owner, ids))
    return query if known_at is None else query.where(known <= known_at)


# --- In ----------------------------------------------------------------------------------------------------------


def add_certificates(tx: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert assessor certificates with one statement; what supersedes another without a scan keeps that one's."""
    insert_rows(tx, C, _with_scans(tx, C, rows))


def add_technicals(tx: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert technical competences with one statement; a scan is kept as that of a certificate is."""
    insert_rows(tx, T, _with_scans(tx, T, rows))


def _with_scans(
    tx: Connection, of: TableClause, rows: Sequence[Mapping[str, object]]
) -> Sequence[Mapping[str, object]]:
    bare = [row["supersedes"] for row in rows if row["supersedes"] and not row.get("file_id")]
    if not bare:
        return rows
    scans = {row.id: row.file_id for row in tx.execute(select(of.c.id, of.c.file_id).where(of.c.id.in_(bare)))}
    return [{**row, "file_id": row.get("file_id") or scans.get(row["supersedes"])} for row in rows]


def add_extension(tx: Connection, row: Mapping[str, object]) -> None:
    """Insert a circular."""
    tx.execute(insert(X).values(**row))


def add_sanction(tx: Connection, row: Mapping[str, object]) -> None:
    """Insert a decree on a sanction."""
    tx.execute(insert(S).values(**row))


def add_decree(tx: Connection, row: Mapping[str, object]) -> bool:
    """Insert an appointment decree; False when the LSP has one of that number."""
    statement = upsert(D).values(**row).on_conflict_do_nothing(index_elements=["lsp_id", "number"])
    return tx.execute(statement.returning(D.c.id)).first() is not None


def add_appointments(tx: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert appointments under a decree with one statement."""
    insert_rows(tx, A, rows)


def end_appointment(tx: Connection, appointment_id: UUID, values: Mapping[str, object]) -> bool:
    """Fill in the end of an appointment; False when it has one already."""
    unended = and_(A.c.id == appointment_id, A.c.ended_on.is_(None))
    return tx.execute(update(A).where(unended).values(**values)).rowcount == 1


# --- Out: rows ---------------------------------------------------------------------------------------------------


def certificates(conn: Connection, ids: Sequence[UUID], *, history: bool = False) -> list[Certificate]:
    """Return the certificates of these assessors, oldest first; with `history` also the rows that were corrected."""
    found = [Certificate(**r._mapping) for r in conn.execute(select(C).where(one_of_ids(C.c.assessor_id, ids)))]
    return sorted(found if history else current(found), key=lambda row: (row.first_day, row.known_at, row.id))


def technicals(conn: Connection, ids: Sequence[UUID], *, history: bool = False) -> list[Technical]:
    """Return the technical competences of these assessors."""
    found = [Technical(**r._mapping) for r in conn.execute(select(T).where(one_of_ids(T.c.assessor_id, ids)))]
    return sorted(found if history else current(found), key=lambda row: (row.scheme_text, row.known_at, row.id))


def unmapped_texts(conn: Connection) -> list[tuple[str, int]]:
    """Return each scheme text that is not mapped, with how many assessors hold it."""
    newer = T.alias()
    query = select(T.c.scheme_text, func.count(T.c.assessor_id.distinct())).where(
        T.c.scheme_id.is_(None), ~select(newer.c.id).where(newer.c.supersedes == T.c.id).exists()
    )
    rows = conn.execute(query.group_by(T.c.scheme_text).order_by(T.c.scheme_text))
    return [(text, number) for text, number in rows]


def unmapped_of_text(conn: Connection, text: str) -> list[Technical]:
    """Return the current competences that are written as `text` and not mapped."""
    newer = T.alias()
    query = select(T).where(
        T.c.scheme_text == text,
        T.c.scheme_id.is_(None),
        ~select(newer.c.id).where(newer.c.supersedes == T.c.id).exists(),
    )
    return [Technical(**row._mapping) for row in conn.execute(query.order_by(T.c.id))]


def find_certificate(conn: Connection, certificate_id: UUID) -> tuple[Certificate, bool] | None:
    """Return a certificate and whether it is current (nothing supersedes it)."""
    row = conn.execute(select(C).where(C.c.id == certificate_id)).one_or_none()
    if row is None:
        return None
    return Certificate(**row._mapping), conn.execute(
        select(C.c.id).where(C.c.supersedes == certificate_id)
    ).first() is None


def find_extension(conn: Connection, extension_id: UUID) -> tuple[Extension, bool] | None:
    """Return a circular and whether it is current."""
    row = conn.execute(select(X).where(X.c.id == extension_id)).one_or_none()
    if row is None:
        return None
    return Extension(**row._mapping), conn.execute(select(X.c.id).where(X.c.supersedes == extension_id)).first() is None


def extensions(conn: Connection, *, history: bool = False) -> list[Extension]:
    """Return the circulars; without `history` only the latest row of each."""
    found = [Extension(**row._mapping) for row in conn.execute(select(X).order_by(X.c.issued_on, X.c.id))]
    return found if history else current(found)


def extensions_over(conn: Connection, assessor_id: UUID) -> list[Extension]:
    """Return the circulars in force that reach beyond the last day of a certificate of this assessor, oldest first."""
    facts = person_facts_of(conn, [assessor_id]).get(assessor_id)
    carrying = frozenset() if facts is None else extending(facts)
    return [each for each in extensions(conn) if each.id in carrying]


def find_sanction(conn: Connection, sanction_id: UUID) -> Sanction | None:
    """Return one decree on a sanction."""
    row = conn.execute(select(S).where(S.c.id == sanction_id)).one_or_none()
    return None if row is None else Sanction(**row._mapping)


def sanctions(conn: Connection, ids: Sequence[UUID]) -> list[Sanction]:
    """Return every decree on sanctions of these assessors, oldest first."""
    query = select(S).where(one_of_ids(S.c.assessor_id, ids)).order_by(S.c.decree_date, S.c.known_at, S.c.id)
    return [Sanction(**row._mapping) for row in conn.execute(query)]


def find_decree(conn: Connection, lsp_id: UUID, number: str) -> Decree | None:
    """Return an LSP's decree by its number."""
    row = conn.execute(select(D).where(D.c.lsp_id == lsp_id, D.c.number == number)).one_or_none()
    return None if row is None else Decree(**row._mapping)


def appointments(
    conn: Connection, ids: Ids = None, *, lsp_id: UUID | None = None, decree_id: UUID | None = None
) -> list[Appointment]:
    """Return appointments with their decrees, latest first; of these assessors, at this LSP, by this decree."""
    query = _appointments()
    query = query if ids is None else query.where(one_of_ids(A.c.assessor_id, ids))
    query = query if lsp_id is None else query.where(D.c.lsp_id == lsp_id)
    query = query if decree_id is None else query.where(D.c.id == decree_id)
    return [Appointment(**row._mapping) for row in conn.execute(query.order_by(D.c.last_day.desc(), A.c.id))]


def find_appointment(conn: Connection, appointment_id: UUID) -> Appointment | None:
    """Return one appointment."""
    row = conn.execute(_appointments().where(A.c.id == appointment_id)).one_or_none()
    return None if row is None else Appointment(**row._mapping)


def _appointments() -> Select[Any]:
    return select(
        A.c.id, A.c.assessor_id, A.c.decree_id, D.c.lsp_id, D.c.number, D.c.decided_on, D.c.first_day, D.c.last_day,
        A.c.ended_on, A.c.ended_reason,
    ).join(D, D.c.id == A.c.decree_id)  # fmt: skip


# --- Out: what decides -------------------------------------------------------------------------------------------


def person_facts_of(conn: Connection, ids: Ids, known_at: datetime | None = None) -> dict[UUID, PersonFacts]:
    """Return what decides the periods of these assessors (None: of all), as known at an instant; four statements."""
    people = select(PERSON.c.id, region_known(known_at).label("region_code"))
    people = people if ids is None else people.where(one_of_ids(PERSON.c.id, ids))
    circulars = _extensions_known(conn, known_at)
    certified = _grouped(
        (row.assessor_id, CertificateRow(row.id, row.first_day, row.last_day, row.supersedes, row.number))
        for row in conn.execute(
            _known(
                select(C.c.assessor_id, C.c.id, C.c.first_day, C.c.last_day, C.c.supersedes, C.c.number),
                C.c.assessor_id, ids, C.c.known_at, known_at,
            )
        )
    )  # fmt: skip
    punished = _grouped((row.assessor_id, _sanction(row)) for row in _sanction_rows(conn, ids, known_at))
    return {
        assessor_id: person_facts(certified.get(assessor_id, ()), punished.get(assessor_id, ()), circulars, region)
        for assessor_id, region in conn.execute(people)
    }


def _sanction_rows(conn: Connection, ids: Ids, known_at: datetime | None) -> Any:
    query = select(
        S.c.assessor_id, S.c.id, S.c.kind, S.c.first_day, S.c.last_day, S.c.certificate_id, S.c.ends, S.c.decree_number
    )
    return conn.execute(_known(query, S.c.assessor_id, ids, S.c.known_at, known_at))


def _sanction(row: Any) -> SanctionRow:
    return SanctionRow(row.id, row.kind, row.first_day, row.last_day, row.certificate_id, row.ends, row.decree_number)


def _extensions_known(conn: Connection, known_at: datetime | None) -> tuple[ExtensionFact, ...]:
    query = select(X.c.id, X.c.ends_from, X.c.ends_to, X.c.until, X.c.region_code, X.c.cancelled, X.c.supersedes)
    query = query if known_at is None else query.where(X.c.known_at <= known_at)
    return extensions_in_force(ExtensionRow(*row) for row in conn.execute(query))


def technical_facts(
    conn: Connection, ids: Sequence[UUID], known_at: datetime | None
) -> dict[UUID, tuple[TechnicalFact, ...]]:
    """Return the competences of these assessors that hold, as known at an instant."""
    rows = conn.execute(_known(select(T), T.c.assessor_id, ids, T.c.known_at, known_at))
    held = current([Technical(**row._mapping) for row in rows])
    grouped = _grouped(
        (r.assessor_id, TechnicalFact(r.id, r.scheme_id, r.scheme_text, r.first_day, r.last_day)) for r in held
    )
    return {assessor_id: tuple(facts) for assessor_id, facts in grouped.items()}


def appointment_facts(
    conn: Connection, ids: Sequence[UUID], lsp_id: UUID, known_at: datetime | None
) -> dict[UUID, tuple[AppointmentFact, ...]]:
    """Return the appointments of these assessors at an LSP, as known at an instant."""
    query = select(A.c.assessor_id, D.c.number, D.c.first_day, D.c.last_day, A.c.ended_on, A.c.ended_known_at)
    query = query.join(D, D.c.id == A.c.decree_id).where(one_of_ids(A.c.assessor_id, ids), D.c.lsp_id == lsp_id)
    rows = conn.execute(query if known_at is None else query.where(A.c.known_at <= known_at, D.c.known_at <= known_at))
    grouped = _grouped(
        (row.assessor_id, AppointmentFact(row.number, row.first_day, row.last_day, _end_known(row, known_at)))
        for row in rows
    )
    return {assessor_id: tuple(facts) for assessor_id, facts in grouped.items()}


def _end_known(row: Any, known_at: datetime | None) -> date | None:
    known = row.ended_on is not None and (known_at is None or row.ended_known_at <= known_at)
    return row.ended_on if known else None


def _grouped(pairs: Any) -> dict[UUID, list[Any]]:
    grouped: dict[UUID, list[Any]] = defaultdict(list)
    for key, value in pairs:
        grouped[key].append(value)
    return grouped
