"""Regions, venues and seasons."""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry.accounts.rules import PROVINCE, Actor
from assessor_registry.audit.actions import note
from assessor_registry.errors import InvalidInput, NotFound
from assessor_registry.institutions import store
from assessor_registry.institutions.actions._rights import optional, require_lsp, require_province, required
from assessor_registry.institutions.rules import VENUE_KINDS, require_order
from assessor_registry.settings import config_dir

CHANGEABLE = ("name", "kind", "school_id", "code", "capacity", "address")


def load_regions(tx: Connection, path: Path | None = None) -> int:
    """Add the shipped regions that are not there yet; return how many. They are law, not an act: not audited."""
    with (path or config_dir() / "regions.toml").open("rb") as file:
        return store.insert_missing_regions(tx, tomllib.load(file)["region"])


def add_venue(
    tx: Connection,
    actor: Actor,
    lsp_id: UUID,
    name: str,
    kind: str,
    now: datetime,
    *,
    school_id: UUID | None = None,
    code: str | None = None,
    capacity: int | None = None,
    address: str | None = None,
) -> UUID:
    """Add a place of assessment (TUK) of an LSP, not verified yet. Return its id.

    Raises:
        NotFound: no such LSP, or another's; no such school.
        InvalidInput: no name, an unknown kind, a capacity below one.
    """
    require_lsp(actor, lsp_id)
    if store.get_lsp(tx, PROVINCE, lsp_id, now.date()) is None:
        raise NotFound("institutions.not_found")
    row = _checked(tx, {"name": name, "kind": kind, "school_id": school_id, "code": code, "capacity": capacity,
                        "address": address})  # fmt: skip
    identity = uuid4()
    store.insert(tx, "venue", {**row, "lsp_id": lsp_id, "id": identity, "created_at": now})
    told = {**row, "lsp_id": lsp_id, "venue": row["name"]}
    note(tx, actor.author, "institutions.add_venue", "venue", identity, now=now, after=told)
    return identity


def change_venue(tx: Connection, actor: Actor, venue_id: UUID, changes: Mapping[str, object], now: datetime) -> None:
    """Change a venue's description (`CHANGEABLE`); its verification has an act of its own.

    Raises:
        NotFound: no such venue, or another LSP's.
        InvalidInput: as `add_venue`, or an unknown field.
    """
    found = _own_venue(tx, actor, venue_id, now.date())
    if unknown := sorted(set(changes) - set(CHANGEABLE)):
        raise InvalidInput("institutions.field_unknown", field=unknown[0])
    clean = _checked(tx, changes)
    store.change(tx, "venue", venue_id, clean)
    before = {name: getattr(found, name) for name in clean}
    note(tx, actor.author, "institutions.change_venue", "venue", venue_id, now=now, before=before, after=clean)


def verify_venue(
    tx: Connection,
    actor: Actor,
    venue_id: UUID,
    verified_from: date,
    verified_until: date | None,
    decree_number: str,
    now: datetime,
) -> None:
    """Enter the decree by which a venue is verified, with its days, both included; the one before stays in the trail.

    Raises:
        NotFound: no such venue, or another LSP's.
        InvalidInput: no decree, or days in reverse.
    """
    found = _own_venue(tx, actor, venue_id, verified_from)
    require_order(verified_from, verified_until, "verified_until")
    after = {"verified_from": verified_from, "verified_until": verified_until,
             "decree_number": required(decree_number, "decree_number")}  # fmt: skip
    store.change(tx, "venue", venue_id, after)
    before = {name: getattr(found, name) for name in after}
    note(tx, actor.author, "institutions.verify_venue", "venue", venue_id, now=now, before=before, after=after)


def add_season(tx: Connection, actor: Actor, name: str, first_day: date, last_day: date, now: datetime) -> UUID:
    """Plan a season of assessment (musim UKK). Return its id.

    Raises:
        Forbidden: the actor does not answer for the province.
        InvalidInput: no name, or days in reverse.
    """
    require_province(actor)
    require_order(first_day, last_day)
    row = {"name": required(name, "name"), "first_day": first_day, "last_day": last_day}
    identity = uuid4()
    store.insert(tx, "season", {**row, "id": identity})
    told = {**row, "season": row["name"]}
    note(tx, actor.author, "institutions.add_season", "season", identity, now=now, after=told)
    return identity


def change_season(
    tx: Connection, actor: Actor, season_id: UUID, first_day: date, last_day: date, now: datetime
) -> None:
    """Move a season to other days.

    Raises:
        Forbidden: the actor does not answer for the province.
        NotFound: no such season.
        InvalidInput: days in reverse.
    """
    require_province(actor)
    require_order(first_day, last_day)
    found = store.get_season(tx, season_id)
    if found is None:
        raise NotFound("institutions.not_found")
    after = {"first_day": first_day, "last_day": last_day}
    store.change(tx, "season", season_id, after)
    before = {"first_day": found.first_day, "last_day": found.last_day}
    note(tx, actor.author, "institutions.change_season", "season", season_id, now=now, before=before, after=after)


def _own_venue(tx: Connection, actor: Actor, venue_id: UUID, day: date) -> store.Venue:
    found = store.get_venue(tx, PROVINCE, venue_id, day)
    if found is None:
        raise NotFound("institutions.not_found")
    require_lsp(actor, found.lsp_id)
    return found


def _checked(tx: Connection, given: Mapping[str, object]) -> dict[str, object]:
    clean = dict(given)
    if "name" in clean:
        clean["name"] = required(str(clean["name"] or ""), "name")
    if "kind" in clean and clean["kind"] not in VENUE_KINDS:
        raise InvalidInput("institutions.venue_kind_unknown", field="kind", value=str(clean["kind"]))
    for name in ("code", "address"):
        if clean.get(name) is not None:
            clean[name] = optional(str(clean[name]))
    capacity = clean.get("capacity")
    if capacity is not None and (not isinstance(capacity, int) or not 1 <= capacity <= 10_000):
        raise InvalidInput("institutions.capacity_impossible", field="capacity")
    school_id = clean.get("school_id")
    if isinstance(school_id, UUID) and store.school_row(tx, school_id) is None:
        raise NotFound("institutions.not_found")
    return clean
