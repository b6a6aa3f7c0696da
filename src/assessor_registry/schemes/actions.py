"""What is done with schemes. A version is never changed: another list of units is another version."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor, system
from assessor_registry.audit.actions import note as audit
from assessor_registry.errors import Conflict, InvalidInput, NotFound, Reason
from assessor_registry.schemes import store
from assessor_registry.schemes.rules import (
    KINDS,
    ClusterDraft,
    UnitDraft,
    VersionDraft,
    search_title,
    validate_version,
)  # fmt: skip
from assessor_registry.settings import config_dir

# The ids of shipped schemes come from their keys, so that they are the same in every registry.
SHIPPED = UUID("8d5c1b0e-5f6c-4a53-9a43-64f1f6f0a7c1")


def add_scheme(
    tx: Connection,
    actor: Actor,
    *,
    title: str,
    now: datetime,
    number: str | None = None,
    kind: str | None = None,
    field: str | None = None,
    level: str | None = None,
) -> UUID:
    """Add a scheme, known by its title and number from now on; return its id.

    Raises:
        InvalidInput: no title, or a kind that is not KKNI, Okupasi or Klaster.
        Conflict: the number or the title belongs to another scheme.
    """
    title = _titled(title)
    if kind is not None and kind not in KINDS:
        raise InvalidInput("schemes.kind_unknown", field="kind", value=kind)
    number = (number or "").strip() or None
    if store.alias_owner(tx, search_title(title)) is not None:
        raise Conflict("schemes.title_taken", field="title", title=title)
    row = {"id": uuid4(), "number": number, "title": title, "field": field, "kind": kind, "level": level}
    if not store.add(tx, {**row, "created_at": now}):
        raise Conflict("schemes.number_taken", field="number", number=number)
    identity = UUID(str(row["id"]))
    store.add_alias(tx, _alias(identity, title))
    audit(tx, actor.author, "schemes.add_scheme", "scheme", identity, now=now, after={**row, "scheme_number": number})
    return identity


def set_number(tx: Connection, actor: Actor, scheme_id: UUID, number: str, now: datetime) -> None:
    """Give a scheme the number that no source had.

    Raises:
        NotFound: no such scheme.
        Conflict: it has a number already, or another scheme has this one.
    """
    scheme = _existing(tx, scheme_id)
    number = number.strip()
    if not number:
        raise InvalidInput("schemes.number_missing", field="number")
    if scheme.number is not None:
        raise Conflict("schemes.number_known", field="number", number=scheme.number)
    if store.number_owner(tx, number) is not None:
        raise Conflict("schemes.number_taken", field="number", number=number)
    store.change(tx, scheme_id, {"number": number})
    audit(tx, actor.author, "schemes.set_number", "scheme", scheme_id, now=now, after={"scheme_number": number})


def fill_in(
    tx: Connection, actor: Actor, scheme_id: UUID, now: datetime, *, kind: str | None = None, level: str | None = None
) -> None:
    """Give a scheme the kind or the level that no source had; what is known already stays.

    Raises:
        NotFound: no such scheme.
        InvalidInput: a kind that is not KKNI, Okupasi or Klaster.
    """
    scheme = _existing(tx, scheme_id)
    if kind is not None and kind not in KINDS:
        raise InvalidInput("schemes.kind_unknown", field="kind", value=kind)
    given = {"kind": kind if scheme.kind is None else None, "level": level if scheme.level is None else None}
    if changes := {name: value for name, value in given.items() if value is not None}:
        store.change(tx, scheme_id, changes)
        audit(tx, actor.author, "schemes.fill_in", "scheme", scheme_id, now=now, after=changes)


def add_alias(tx: Connection, actor: Actor, scheme_id: UUID, alias: str, now: datetime) -> None:
    """Let lists name a scheme in another way; the same name again changes nothing.

    Raises:
        NotFound: no such scheme.
        InvalidInput: nothing of the name is left after normalisation.
        Conflict: the name belongs to another scheme.
    """
    _existing(tx, scheme_id)
    row = _alias(scheme_id, _titled(alias))
    if not store.add_alias(tx, row):
        if store.alias_owner(tx, str(row["search_title"])) != scheme_id:
            raise Conflict("schemes.alias_taken", field="alias", alias=alias)
        return
    audit(tx, actor.author, "schemes.add_alias", "scheme", scheme_id, now=now, after={"alias": alias})


def add_version(
    tx: Connection, actor: Actor, scheme_id: UUID, draft: VersionDraft, now: datetime
) -> tuple[UUID, tuple[Reason, ...]]:
    """Add a version with its units; return its id and what to warn about. Older versions stay as they are.

    Raises:
        NotFound: no such scheme.
        InvalidInput: see `schemes.rules.validate_version`; or no first day beside a version that has one, so that
            nobody could say which is in force.
        Conflict: the scheme has a version of this label.
    """
    _existing(tx, scheme_id)
    warned = validate_version(draft)
    if store.has_version(tx, scheme_id, draft.label):
        raise Conflict("schemes.label_taken", field="label", label=draft.label)
    if draft.first_day is None and any(row.first_day for row in store.versions(tx, scheme_id)):
        raise InvalidInput("schemes.first_day_needed", field="first_day")
    identity = _insert_version(tx, scheme_id, draft, now)
    audit(
        tx, actor.author, "schemes.add_version", "scheme", scheme_id, now=now,
        after={"version": identity, "label": draft.label, "source": draft.source, "verified": draft.verified,
               "complete": draft.complete, "units": [unit.code for unit in draft.units]},
    )  # fmt: skip
    return identity, warned


def replace_with_version(
    tx: Connection,
    actor: Actor,
    scheme_id: UUID,
    label: str,
    clusters: Iterable[ClusterDraft],
    source: str,
    now: datetime,
    *,
    first_day: date | None = None,
    verified: bool = False,
    complete: bool = True,
    note: str | None = None,
) -> tuple[UUID, tuple[Reason, ...]]:
    """Add a version made from an imported list (see `schemes.rules.clusters_of`); as `add_version`.

    Without `first_day` it takes the place of the shipped list, which has none either.
    """
    draft = VersionDraft(label, source, tuple(clusters), first_day, verified, complete, note)
    return add_version(tx, actor, scheme_id, draft, now)


def load_shipped(tx: Connection, now: datetime, path: Path | None = None) -> int:
    """Add the shipped schemes that are not there yet; return how many rows (schemes and versions) were added.

    What is there is left alone: a scheme whose number someone has entered by hand, and any version of the same label.
    """
    with (path or config_dir() / "schemes.toml").open("rb") as file:
        shipped: list[Mapping[str, Any]] = tomllib.load(file)["scheme"]
    store.lock_loading(tx)
    added = sum(_load_one(tx, entry, now) for entry in shipped)
    if added:
        audit(tx, system("shipped").author, "schemes.load_shipped", "scheme", None, now=now, after={"added": added})
    return added


def _load_one(tx: Connection, entry: Mapping[str, Any], now: datetime) -> int:
    scheme_id = uuid5(SHIPPED, entry["key"])
    row = {name: entry.get(name) for name in ("number", "title", "field", "kind", "level")}
    added = int(store.add(tx, {**row, "id": scheme_id, "created_at": now}))
    if store.get(tx, scheme_id) is None:
        return 0
    for alias in (entry["title"], *entry["aliases"]):
        store.add_alias(tx, _alias(scheme_id, alias))
    draft = shipped_version(entry)
    if store.has_version(tx, scheme_id, draft.label):
        return added
    validate_version(draft)
    _insert_version(tx, scheme_id, draft, now)
    return added + 1


def shipped_version(entry: Mapping[str, Any]) -> VersionDraft:
    """Read the version of one entry of `config/schemes.toml`."""
    grouped = [(cluster["title"], cluster["units"]) for cluster in entry.get("cluster", ())]
    if "units" in entry:
        grouped.append((None, entry["units"]))
    clusters = tuple(
        ClusterDraft(title, tuple(UnitDraft(code, name) for code, name in units)) for title, units in grouped
    )
    draft = VersionDraft(entry["label"], entry["source"], clusters, complete=entry["complete"], verified=False)
    return replace(draft, note=entry.get("note"))


def _insert_version(tx: Connection, scheme_id: UUID, draft: VersionDraft, now: datetime) -> UUID:
    identity = uuid4()
    clusters: list[dict[str, object]] = []
    units: list[dict[str, object]] = []
    for cluster in draft.clusters:
        cluster_id = None
        if cluster.title is not None:
            cluster_id = uuid4()
            clusters.append(
                {"id": cluster_id, "version_id": identity, "position": len(clusters) + 1, "title": cluster.title}
            )
        for unit in cluster.units:
            units.append(
                {"id": uuid4(), "version_id": identity, "cluster_id": cluster_id, "position": len(units) + 1,
                 "code": unit.code, "title": unit.title}
            )  # fmt: skip
    row = {"id": identity, "scheme_id": scheme_id, "label": draft.label, "first_day": draft.first_day,
           "source": draft.source, "verified": draft.verified, "complete": draft.complete, "note": draft.note,
           "created_at": now}  # fmt: skip
    store.add_version(tx, row, clusters, units)
    return identity


def _existing(tx: Connection, scheme_id: UUID) -> store.Scheme:
    scheme = store.get(tx, scheme_id)
    if scheme is None:
        raise NotFound("schemes.not_found")
    return scheme


def _titled(title: str) -> str:
    title = " ".join(title.split())
    if not search_title(title):
        raise InvalidInput("schemes.title_missing", field="title")
    return title


def _alias(scheme_id: UUID, alias: str) -> dict[str, object]:
    return {"id": uuid4(), "scheme_id": scheme_id, "alias": alias, "search_title": search_title(alias)}
