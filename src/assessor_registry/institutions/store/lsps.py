"""LSPs, their licences and the schemes these cover, their network schools."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, case, false, func, or_, select, true

from assessor_registry.accounts.rules import Scope
from assessor_registry.institutions.store._names import LICENCE, LICENSED, LSP, NETWORK, REGION, SCHOOL, holds


@dataclass(frozen=True, slots=True)
class Lsp:
    """An LSP-P1 with the school it belongs to; `zone` is the IANA name of its time zone."""

    id: UUID
    name: str
    school_id: UUID
    school: str
    region_code: str
    region: str
    zone: str
    email: str | None
    phone: str | None
    head_name: str | None = field(repr=False)
    signature_mode: str


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence (lisensi BNSP); `last_day` is when it really ends, `granted_until` what its decree says."""

    id: UUID
    lsp_id: UUID
    number: str
    decree_number: str
    first_day: date
    last_day: date
    granted_until: date
    ended_reason: str | None
    file_id: UUID | None
    known_at: datetime


@dataclass(frozen=True, slots=True)
class LicensedScheme:
    """A scheme under a licence (ruang lingkup), on the days on which both hold."""

    id: UUID
    licence_id: UUID
    licence_number: str
    scheme_id: UUID
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class NetworkSchool:
    """A school in an LSP's network (sekolah jejaring) with the decree that put it there."""

    id: UUID
    lsp_id: UUID
    school_id: UUID
    school: str
    first_day: date
    last_day: date | None
    decree_number: str
    decree_date: date | None


def get_lsp(conn: Connection, scope: Scope, lsp_id: UUID, on: date) -> Lsp | None:
    """Return one LSP, None when there is none within `scope`."""
    row = conn.execute(_lsps().where(LSP.c.id == lsp_id, _visible(scope, on))).one_or_none()
    return None if row is None else Lsp(*row)


def list_lsps(conn: Connection, scope: Scope, on: date) -> list[Lsp]:
    """Return LSPs by name: of the province, a region, itself, or those that serve a school on the day `on`."""
    return [Lsp(*row) for row in conn.execute(_lsps().where(_visible(scope, on)).order_by(LSP.c.name))]


def lsps_of_licence(conn: Connection, number: str) -> frozenset[UUID]:
    """Return the LSPs that hold or held a licence of this number, however it is written; not scoped: ids only."""
    alike = func.lower(LICENCE.c.number) == number.lower()
    return frozenset(conn.execute(select(LICENCE.c.lsp_id).where(alike)).scalars())


def lsps_of_school(conn: Connection, school_id: UUID, on: date) -> list[Lsp]:
    """Return the LSPs that assess a school's students on a day: its own first, then those of its networks."""
    own_first = case((LSP.c.school_id == school_id, 0), else_=1)
    return [Lsp(*row) for row in conn.execute(_lsps().where(_serving(school_id, on)).order_by(own_first, LSP.c.name))]


def licences_of(conn: Connection, lsp_id: UUID, *, known_at: datetime | None = None) -> list[Licence]:
    """Return all licences of an LSP, newest first; with `known_at`, as they were known then."""
    query = _licences(_last_day(LICENCE, known_at)).where(LICENCE.c.lsp_id == lsp_id)
    if known_at is not None:
        query = query.where(LICENCE.c.known_at <= known_at)
    query = query.order_by(LICENCE.c.first_day.desc(), LICENCE.c.id)
    return [Licence(*row) for row in conn.execute(query)]


def get_licence(conn: Connection, licence_id: UUID) -> Licence | None:
    """Return one licence."""
    row = conn.execute(_licences().where(LICENCE.c.id == licence_id)).one_or_none()
    return None if row is None else Licence(*row)


def licence_on(conn: Connection, lsp_id: UUID, day: date, *, known_at: datetime | None = None) -> Licence | None:
    """Return the licence that holds on `day` (of several the longest); with `known_at`, as it was known then."""
    last_day = _last_day(LICENCE, known_at)
    query = _licences(last_day).where(LICENCE.c.lsp_id == lsp_id, LICENCE.c.first_day <= day, last_day >= day)
    if known_at is not None:
        query = query.where(LICENCE.c.known_at <= known_at)
    row = conn.execute(query.order_by(last_day.desc(), LICENCE.c.id).limit(1)).one_or_none()
    return None if row is None else Licence(*row)


def latest_licence(conn: Connection, lsp_id: UUID, by: date) -> Licence | None:
    """Return the licence that ends last among those begun by a day, ended ones too; None when none has begun."""
    query = _licences().where(LICENCE.c.lsp_id == lsp_id, LICENCE.c.first_day <= by)
    row = conn.execute(query.order_by(LICENCE.c.last_day.desc(), LICENCE.c.id).limit(1)).one_or_none()
    return None if row is None else Licence(*row)


def scheme_licensed_on(
    conn: Connection, lsp_id: UUID, scheme_id: UUID, day: date, *, known_at: datetime | None = None
) -> LicensedScheme | None:
    """Return how an LSP is licensed for a scheme on `day`: licence and scheme both hold; None when they do not."""
    query = _licensed(known_at).where(LICENCE.c.lsp_id == lsp_id, LICENSED.c.scheme_id == scheme_id)
    found = [row for row in _covering(conn, query) if row.first_day <= day <= row.last_day]
    return max(found, key=lambda row: row.last_day, default=None)


def licensed_schemes(conn: Connection, lsp_id: UUID, on: date | None = None) -> list[LicensedScheme]:
    """Return the schemes that an LSP is licensed for: on a day, or ever."""
    rows = _covering(conn, _licensed(None).where(LICENCE.c.lsp_id == lsp_id))
    return [row for row in rows if on is None or row.first_day <= on <= row.last_day]


def get_licensed_scheme(conn: Connection, licensed_id: UUID) -> LicensedScheme | None:
    """Return one scheme under a licence, with its own days (not cut by the licence's)."""
    columns = (
        LICENSED.c.id,
        LICENCE.c.id,
        LICENCE.c.number,
        LICENSED.c.scheme_id,
        LICENSED.c.first_day,
        LICENSED.c.last_day,
    )
    query = select(*columns).join(LICENCE, LICENCE.c.id == LICENSED.c.licence_id)
    row = conn.execute(query.where(LICENSED.c.id == licensed_id)).one_or_none()
    return None if row is None else LicensedScheme(*row)


def network_of(conn: Connection, lsp_id: UUID, on: date | None = None) -> list[NetworkSchool]:
    """Return the network schools of an LSP by name: on a day, or ever."""
    query = _network().where(NETWORK.c.lsp_id == lsp_id).order_by(SCHOOL.c.name, NETWORK.c.first_day)
    return [NetworkSchool(*row) for row in conn.execute(query if on is None else query.where(holds(NETWORK, on)))]


def get_network_school(conn: Connection, network_id: UUID) -> NetworkSchool | None:
    """Return one row of a network."""
    row = conn.execute(_network().where(NETWORK.c.id == network_id)).one_or_none()
    return None if row is None else NetworkSchool(*row)


def _visible(scope: Scope, on: date) -> ColumnElement[bool]:
    if scope.everything:
        return true()
    if scope.kind == "region":
        return LSP.c.region_code == scope.ref  # type: ignore[no-any-return]
    if scope.kind == "lsp":
        return LSP.c.id == scope.id  # type: ignore[no-any-return]
    if scope.kind == "school":
        return _serving(scope.id, on)
    return false()


def _serving(school_id: UUID, on: date) -> ColumnElement[bool]:
    network = select(NETWORK.c.lsp_id).where(NETWORK.c.school_id == school_id, holds(NETWORK, on))
    return or_(LSP.c.school_id == school_id, LSP.c.id.in_(network))


def _lsps() -> Select[Any]:
    own = LSP.c
    return (
        select(own.id, own.name, own.school_id, SCHOOL.c.name, own.region_code, REGION.c.name, own.zone, own.email,
               own.phone, own.head_name, own.signature_mode)
        .join(SCHOOL, SCHOOL.c.id == own.school_id)
        .join(REGION, REGION.c.code == own.region_code)
    )  # fmt: skip


def _last_day(table: Any, known_at: datetime | None) -> ColumnElement[Any]:
    """The last day as it was known at an instant: an end that was learnt later did not count yet."""
    if known_at is None:
        return table.c.last_day  # type: ignore[no-any-return]
    return case((table.c.ended_known_at > known_at, table.c.granted_until), else_=table.c.last_day)


def _licences(last_day: ColumnElement[Any] = LICENCE.c.last_day) -> Select[Any]:
    own = LICENCE.c
    return select(own.id, own.lsp_id, own.number, own.decree_number, own.first_day, last_day.label("last_day"),
                  own.granted_until, own.ended_reason, own.file_id, own.known_at)  # fmt: skip


def _licensed(known_at: datetime | None) -> Select[Any]:
    query = select(
        LICENSED.c.id,
        LICENCE.c.id,
        LICENCE.c.number,
        LICENSED.c.scheme_id,
        func.greatest(LICENSED.c.first_day, LICENCE.c.first_day),
        func.least(_last_day(LICENSED, known_at), _last_day(LICENCE, known_at)),
    ).join(LICENCE, LICENCE.c.id == LICENSED.c.licence_id)
    if known_at is not None:
        query = query.where(LICENCE.c.known_at <= known_at, LICENSED.c.known_at <= known_at)
    return query.order_by(LICENSED.c.scheme_id, LICENSED.c.first_day, LICENSED.c.id)


def _covering(conn: Connection, query: Select[Any]) -> list[LicensedScheme]:
    return [row for row in (LicensedScheme(*found) for found in conn.execute(query)) if row.first_day <= row.last_day]


def _network() -> Select[Any]:
    own = NETWORK.c
    return select(
        own.id, own.lsp_id, own.school_id, SCHOOL.c.name, own.first_day, own.last_day, own.decree_number,
        own.decree_date,
    ).join(SCHOOL, SCHOOL.c.id == own.school_id)  # fmt: skip
