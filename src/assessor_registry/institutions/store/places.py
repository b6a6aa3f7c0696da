"""Venues (TUK), seasons, and what a scope is called."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, false, or_, select, true

from assessor_registry.accounts.rules import Scope
from assessor_registry.institutions.store._names import LSP, NETWORK, REGION, SCHOOL, SEASON, VENUE, holds


@dataclass(frozen=True, slots=True)
class Venue:
    """A place of assessment (TUK): `kind` sewaktu, tempat_kerja or mandiri; verified on the days given, if ever."""

    id: UUID
    lsp_id: UUID
    school_id: UUID | None
    name: str
    kind: str
    code: str | None
    capacity: int | None
    address: str | None
    verified_from: date | None
    verified_until: date | None
    decree_number: str | None

    def verified_on(self, day: date) -> bool:
        """Whether the verification holds on `day`; an open end holds on, no first day means never verified."""
        return (
            self.verified_from is not None
            and self.verified_from <= day
            and (self.verified_until is None or day <= self.verified_until)
        )


@dataclass(frozen=True, slots=True)
class Season:
    """A season of assessment (musim UKK); both days included."""

    id: UUID
    name: str
    first_day: date
    last_day: date


def get_venue(conn: Connection, scope: Scope, venue_id: UUID, on: date) -> Venue | None:
    """Return one venue, None when there is none within `scope`."""
    row = conn.execute(_venues().where(VENUE.c.id == venue_id, _visible(scope, on))).one_or_none()
    return None if row is None else Venue(*row)


def list_venues(conn: Connection, scope: Scope, on: date, *, lsp_id: UUID | None = None) -> list[Venue]:
    """Return venues by name: of the province, a region, an LSP, or those of the LSPs that serve a school."""
    query = _venues().where(_visible(scope, on)).order_by(VENUE.c.name, VENUE.c.id)
    return [Venue(*row) for row in conn.execute(query if lsp_id is None else query.where(VENUE.c.lsp_id == lsp_id))]


def _visible(scope: Scope, on: date) -> ColumnElement[bool]:
    if scope.everything:
        return true()
    if scope.kind == "lsp":
        return VENUE.c.lsp_id == scope.id  # type: ignore[no-any-return]
    if scope.kind == "region":
        return VENUE.c.lsp_id.in_(select(LSP.c.id).where(LSP.c.region_code == scope.ref))  # type: ignore[no-any-return]
    if scope.kind == "school":
        network = select(NETWORK.c.lsp_id).where(NETWORK.c.school_id == scope.id, holds(NETWORK, on))
        own = select(LSP.c.id).where(LSP.c.school_id == scope.id)
        return or_(VENUE.c.lsp_id.in_(network), VENUE.c.lsp_id.in_(own))
    return false()


def _venues() -> Select[Any]:
    return select(*(VENUE.c[name] for name in Venue.__dataclass_fields__))


def list_seasons(conn: Connection) -> list[Season]:
    """Return all seasons in order; they are the province's and the same for everyone."""
    return [Season(*row) for row in conn.execute(_seasons().order_by(SEASON.c.first_day))]


def get_season(conn: Connection, season_id: UUID) -> Season | None:
    """Return one season."""
    row = conn.execute(_seasons().where(SEASON.c.id == season_id)).one_or_none()
    return None if row is None else Season(*row)


def season_on(conn: Connection, day: date) -> Season | None:
    """Return the season that `day` lies in; of overlapping ones the one that ends last."""
    query = _seasons().where(holds(SEASON, day)).order_by(SEASON.c.last_day.desc(), SEASON.c.id).limit(1)
    row = conn.execute(query).one_or_none()
    return None if row is None else Season(*row)


def next_season(conn: Connection, today: date) -> Season | None:
    """Return the season that runs today, else the next one to begin; None when none is planned."""
    query = _seasons().where(SEASON.c.last_day >= today).order_by(SEASON.c.first_day, SEASON.c.last_day.desc())
    row = conn.execute(query.limit(1)).one_or_none()
    return None if row is None else Season(*row)


def _seasons() -> Select[Any]:
    return select(*(SEASON.c[name] for name in Season.__dataclass_fields__))


def scope_name(conn: Connection, scope: Scope) -> str | None:
    """Return the name of the region, LSP or school that a scope is; None for the others."""
    named: dict[str, Any] = {"region": REGION.c.code, "lsp": LSP.c.id, "school": SCHOOL.c.id}
    if scope.kind not in named or scope.ref is None:
        return None
    column = named[scope.kind]
    value: object = scope.ref if scope.kind == "region" else scope.id
    return conn.execute(select(column.table.c.name).where(column == value)).scalar_one_or_none()
