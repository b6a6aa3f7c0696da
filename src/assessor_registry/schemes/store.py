"""Schemes in the database. They are reference data: everyone who may read them reads all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert

from assessor_registry.schemes import tables
from assessor_registry.schemes.rules import search_title

_SCHEME = tables.Scheme.__table__  # type: ignore[attr-defined]
_VERSION = tables.SchemeVersion.__table__  # type: ignore[attr-defined]
_CLUSTER = tables.Cluster.__table__  # type: ignore[attr-defined]
_UNIT = tables.Unit.__table__  # type: ignore[attr-defined]
_ALIAS = tables.SchemeAlias.__table__  # type: ignore[attr-defined]
_LOCK = 7_164_101


@dataclass(frozen=True, slots=True)
class Scheme:
    """A scheme; `number`, `field`, `kind` and `level` are None where no source gives them."""

    id: UUID
    number: str | None
    title: str
    field: str | None
    kind: str | None
    level: str | None


@dataclass(frozen=True, slots=True)
class SchemeRow:
    """A scheme as a list shows it, with its newest version."""

    scheme: Scheme
    version_id: UUID | None
    label: str | None
    complete: bool
    verified: bool
    note: str | None
    units: int


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of competency in a version."""

    id: UUID
    position: int
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster with its units in order; `id` and `title` are None for units outside any cluster."""

    id: UUID | None
    title: str | None
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class SchemeVersion:
    """A version with everything an assessment pins."""

    id: UUID
    scheme: Scheme
    label: str
    first_day: date | None
    source: str
    verified: bool
    complete: bool
    note: str | None
    clusters: tuple[Cluster, ...]

    @property
    def units(self) -> tuple[Unit, ...]:
        """All units in order, over all clusters."""
        return tuple(unit for cluster in self.clusters for unit in cluster.units)


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version as the list of a scheme's versions shows it."""

    id: UUID
    label: str
    first_day: date | None
    source: str
    verified: bool
    complete: bool
    note: str | None
    created_at: datetime


def get(conn: Connection, scheme_id: UUID) -> Scheme | None:
    """Return one scheme."""
    row = conn.execute(_schemes().where(_SCHEME.c.id == scheme_id)).one_or_none()
    return None if row is None else Scheme(**row._mapping)


def list_schemes(conn: Connection, q: str = "") -> list[SchemeRow]:
    """Return all schemes by title, each with its newest version; `q` filters on parts of title, number or alias."""
    newest = (
        select(*(_VERSION.c[name] for name in ("scheme_id", "id", "label", "complete", "verified", "note")))
        .ext(distinct_on(_VERSION.c.scheme_id))
        .order_by(_VERSION.c.scheme_id, *_newest_first())
        .subquery()
    )
    units = select(func.count()).where(_UNIT.c.version_id == newest.c.id).scalar_subquery()
    query = _schemes().add_columns(
        newest.c.id.label("version_id"),
        newest.c.label,
        func.coalesce(newest.c.complete, False).label("complete"),
        func.coalesce(newest.c.verified, False).label("verified"),
        newest.c.note,
        units.label("units"),
    )
    query = query.outerjoin(newest, newest.c.scheme_id == _SCHEME.c.id).order_by(_SCHEME.c.title, _SCHEME.c.id)
    rows = conn.execute(query.where(_named(q)) if q.strip() else query)
    return [SchemeRow(Scheme(*row[:6]), *row[6:]) for row in rows]


def find_by_text(conn: Connection, text: str) -> UUID | None:
    """Return the scheme that a list means by `text`: its title, an alias or its number, however it is written."""
    sought = search_title(text)
    found = conn.execute(select(_ALIAS.c.scheme_id).where(_ALIAS.c.search_title == sought)).scalar_one_or_none()
    if found is not None or not sought:
        return found
    return conn.execute(select(_SCHEME.c.id).where(_SCHEME.c.number == text.strip())).scalar_one_or_none()


def text_index(conn: Connection) -> dict[str, UUID]:
    """Return `search_title` → scheme for all aliases and numbers, to recognise many names with one query."""
    numbers = conn.execute(select(_SCHEME.c.number, _SCHEME.c.id).where(_SCHEME.c.number.is_not(None)))
    index = {search_title(number): scheme_id for number, scheme_id in numbers}
    aliases = conn.execute(select(_ALIAS.c.search_title, _ALIAS.c.scheme_id))
    return index | {row.search_title: row.scheme_id for row in aliases}


def aliases(conn: Connection, scheme_id: UUID) -> list[str]:
    """Return the other names of a scheme as they were entered."""
    return list(
        conn.execute(select(_ALIAS.c.alias).where(_ALIAS.c.scheme_id == scheme_id).order_by(_ALIAS.c.alias)).scalars()
    )


def versions(conn: Connection, scheme_id: UUID) -> list[VersionRow]:
    """Return the versions of a scheme, newest first."""
    columns = [_VERSION.c[name] for name in VersionRow.__dataclass_fields__]
    rows = conn.execute(select(*columns).where(_VERSION.c.scheme_id == scheme_id).order_by(*_newest_first()))
    return [VersionRow(**row._mapping) for row in rows]


def version(conn: Connection, version_id: UUID) -> SchemeVersion | None:
    """Return a version with its clusters and units, in two queries whatever their number."""
    row = conn.execute(
        select(_VERSION, *(_SCHEME.c[name].label(f"of_{name}") for name in Scheme.__dataclass_fields__))
        .join(_SCHEME, _VERSION.c.scheme_id == _SCHEME.c.id)
        .where(_VERSION.c.id == version_id)
    ).one_or_none()
    if row is None:
        return None
    scheme = Scheme(*row[-6:])
    return SchemeVersion(
        row.id, scheme, row.label, row.first_day, row.source, row.verified, row.complete, row.note,
        _clusters(conn, version_id),
    )  # fmt: skip


def current_version(conn: Connection, scheme_id: UUID, on: date) -> SchemeVersion | None:
    """Return the version of a scheme that is in force on the day `on`: the newest that has begun."""
    found = conn.execute(
        select(_VERSION.c.id)
        .where(_VERSION.c.scheme_id == scheme_id, or_(_VERSION.c.first_day.is_(None), _VERSION.c.first_day <= on))
        .order_by(*_newest_first())
        .limit(1)
    ).scalar_one_or_none()
    return None if found is None else version(conn, found)


def _clusters(conn: Connection, version_id: UUID) -> tuple[Cluster, ...]:
    rows = conn.execute(
        select(_CLUSTER.c.id, _CLUSTER.c.title, _UNIT.c.id, _UNIT.c.position, _UNIT.c.code, _UNIT.c.title)
        .select_from(_UNIT.outerjoin(_CLUSTER, _CLUSTER.c.id == _UNIT.c.cluster_id))
        .where(_UNIT.c.version_id == version_id)
        .order_by(_CLUSTER.c.position.asc().nulls_last(), _UNIT.c.position)
    ).all()
    return tuple(
        Cluster(identity, title, tuple(Unit(*row[2:]) for row in group))
        for (identity, title), group in groupby(rows, key=lambda row: (row[0], row[1]))
    )


def _schemes() -> Select[Any]:
    return select(*(_SCHEME.c[name] for name in Scheme.__dataclass_fields__))


def _newest_first() -> tuple[ColumnElement[Any], ...]:
    return _VERSION.c.first_day.desc().nulls_last(), _VERSION.c.created_at.desc(), _VERSION.c.id


def _named(q: str) -> ColumnElement[bool]:
    part = q.strip()
    also = exists().where(
        and_(
            _ALIAS.c.scheme_id == _SCHEME.c.id, _ALIAS.c.search_title.contains(search_title(q) or part, autoescape=True)
        )
    )
    return or_(
        _SCHEME.c.title.icontains(part, autoescape=True), _SCHEME.c.number.icontains(part, autoescape=True), also
    )


# What actions write.


def add(tx: Connection, row: Mapping[str, object]) -> bool:
    """Insert a scheme; return False when its id or number is there already."""
    added = tx.execute(upsert(_SCHEME).values(**row).on_conflict_do_nothing().returning(_SCHEME.c.id))
    return added.first() is not None


def change(tx: Connection, scheme_id: UUID, changes: Mapping[str, object]) -> bool:
    """Update a scheme; return False when it does not exist."""
    return bool(tx.execute(update(_SCHEME).where(_SCHEME.c.id == scheme_id).values(**changes)).rowcount)


def number_owner(conn: Connection, number: str) -> UUID | None:
    """Return the scheme that has `number`."""
    return conn.execute(select(_SCHEME.c.id).where(_SCHEME.c.number == number)).scalar_one_or_none()


def alias_owner(conn: Connection, sought: str) -> UUID | None:
    """Return the scheme that the normalised name `sought` belongs to."""
    return conn.execute(select(_ALIAS.c.scheme_id).where(_ALIAS.c.search_title == sought)).scalar_one_or_none()


def add_alias(tx: Connection, row: Mapping[str, object]) -> bool:
    """Insert an alias; return False when the name is taken."""
    added = tx.execute(upsert(_ALIAS).values(**row).on_conflict_do_nothing().returning(_ALIAS.c.id))
    return added.first() is not None


def has_version(conn: Connection, scheme_id: UUID, label: str) -> bool:
    """Whether the scheme has a version of this label."""
    found = select(literal(1)).where(_VERSION.c.scheme_id == scheme_id, _VERSION.c.label == label)
    return conn.execute(found).first() is not None


def add_version(
    tx: Connection,
    row: Mapping[str, object],
    clusters: Sequence[Mapping[str, object]],
    units: Sequence[Mapping[str, object]],
) -> None:
    """Insert a version with its clusters and units."""
    tx.execute(insert(_VERSION).values(**row))
    if clusters:
        tx.execute(insert(_CLUSTER), list(clusters))
    if units:
        tx.execute(insert(_UNIT), list(units))


def lock_loading(tx: Connection) -> None:
    """Let one process at a time load the shipped schemes; until the end of the transaction."""
    tx.execute(select(func.pg_advisory_xact_lock(_LOCK)))
