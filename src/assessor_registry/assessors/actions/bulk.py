"""Many assessors in one transaction, with a number of statements that does not grow with them: for import."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.assessors import store
from assessor_registry.assessors.actions._values import STORED, stored, told
from assessor_registry.assessors.rules import Registration
from assessor_registry.audit.actions import Entry, note_all
from assessor_registry.errors import Conflict
from assessor_registry.secrecy import Secrecy


@dataclass(frozen=True, slots=True)
class NewAssessor:
    """Someone to be added: fields as for `add_assessor`, the number if known, the school and since when if known."""

    values: Mapping[str, Any] = field(repr=False)
    registration: Registration | None = field(default=None, repr=False)
    school_id: UUID | None = None
    school_since: date | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What changes of someone who is still at `version`; a field that is not named stays as it is."""

    assessor_id: UUID
    version: int
    values: Mapping[str, Any] = field(repr=False)


def add_many(tx: Connection, actor: Actor, secrecy: Secrecy, new: Sequence[NewAssessor], now: datetime) -> list[UUID]:
    """Add assessors by COPY; return their ids in order. Whoever calls has made sure that nobody holds the numbers.

    Raises:
        InvalidInput: as `add_assessor`, for the first that can not be.
    """
    ids = [uuid4() for _ in new]
    empty: dict[str, Any] = dict.fromkeys(STORED)
    people = [empty | stored({"name": "", **one.values}, secrecy) for one in new]
    store.copy_people(
        tx,
        [{**row, "id": identity, "version": 1, "created_at": now} for identity, row in zip(ids, people, strict=True)],
        [_number(identity, one.registration, now) for identity, one in zip(ids, new, strict=True) if one.registration],
        [_employment(identity, one, now) for identity, one in zip(ids, new, strict=True) if one.school_id],
    )
    entries = [
        Entry(identity, after=told(row) | {"school_id": one.school_id, "number": _canonical(one)})
        for identity, row, one in zip(ids, people, new, strict=True)
    ]
    note_all(tx, actor.author, "assessors.add_assessor", "assessor", entries, now=now)
    return ids


def change_many(tx: Connection, actor: Actor, secrecy: Secrecy, changes: Sequence[Change], now: datetime) -> int:
    """Change many assessors with one statement; return how many really differ. All or none.

    Raises:
        InvalidInput: a value that can not be.
        Conflict: one of them changed meanwhile, or is gone.
    """
    present = store.locked(tx, [change.assessor_id for change in changes])
    rows: list[dict[str, Any]] = []
    entries: list[Entry] = []
    for change in changes:
        old = present.get(change.assessor_id)
        if old is None or old["version"] != change.version:
            raise Conflict("assessors.changed_meanwhile")
        after = stored(change.values, secrecy)
        if after.get("nik_hash", old["nik_hash"]) == old["nik_hash"]:
            after.pop("nik_cipher", None)
        differing = {name: value for name, value in after.items() if value != old[name]}
        if differing.keys() - {"search_name"}:
            whole = {name: differing.get(name, old[name]) for name in STORED}
            rows.append({**whole, "id": change.assessor_id, "version": change.version + 1})
            before = {name: old[name] for name in differing}
            entries.append(Entry(change.assessor_id, told(before), told(differing)))
    store.update_people(tx, rows)
    note_all(tx, actor.author, "assessors.change_assessor", "assessor", entries, now=now)
    return len(rows)


def _number(identity: UUID, registration: Registration, now: datetime) -> dict[str, object]:
    series, number = registration.number.split(".")
    return {"id": uuid4(), "assessor_id": identity, "series": series, "number": number, "year": registration.year,
            "current": True, "created_at": now}  # fmt: skip


def _employment(identity: UUID, one: NewAssessor, now: datetime) -> dict[str, object]:
    return {"id": uuid4(), "assessor_id": identity, "school_id": one.school_id, "first_day": one.school_since,
            "known_at": now}  # fmt: skip


def _canonical(one: NewAssessor) -> str | None:
    return one.registration.canonical if one.registration else None
