"""Schools that a list names, many at once: unknown ones as provisional, those of an authoritative list as confirmed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.audit.actions import Entry, note_all
from assessor_registry.errors import NotFound
from assessor_registry.institutions import store
from assessor_registry.institutions.actions._rights import require_province, required
from assessor_registry.institutions.rules import SchoolFact, clean_npsn, search_school


def add_listed_schools(
    tx: Connection,
    actor: Actor,
    wanted: Sequence[tuple[str, str | None, str | None]],
    gains: Mapping[UUID, str],
    now: datetime,
) -> list[UUID]:
    """Add provisional schools (name, NPSN, region code); return their ids in order. `gains`: school → its NPSN.

    A fixed number of statements. The caller holds `store.lock_schools` since before it looked for them.

    Raises:
        InvalidInput: no name, or an NPSN that is not 8 digits.
    """
    rows = [
        {"id": uuid4(), "npsn": clean_npsn(npsn), "name": required(name, "school"), "search_name": search_school(name),
         "region_code": region, "state": "provisional", "created_at": now}
        for name, npsn, region in wanted
    ]  # fmt: skip
    store.insert_schools(tx, rows)
    store.give_npsn(tx, gains)
    added = [
        Entry(
            UUID(str(row["id"])), after={"school": row["name"], "npsn": row["npsn"], "region_code": row["region_code"]}
        )
        for row in rows
    ]
    note_all(tx, actor.author, "institutions.provisional_school", "school", added, now=now)
    numbered = [Entry(school_id, before={"npsn": None}, after={"npsn": npsn}) for school_id, npsn in gains.items()]
    note_all(tx, actor.author, "institutions.gain_npsn", "school", numbered, now=now)
    return [UUID(str(row["id"])) for row in rows]


def put_reference_schools(
    tx: Connection, actor: Actor, wanted: Sequence[tuple[UUID | None, str, str, str | None]], now: datetime
) -> None:
    """Add and confirm schools from an authoritative list: (school or None for a new one, name, NPSN, region code).

    A region of None leaves the one that is known. The caller holds `store.lock_schools` since before it looked.

    Raises:
        Forbidden: the actor does not answer for the province.
        InvalidInput: no name, or an NPSN that is not 8 digits.
        NotFound: a school is no longer there.
    """
    require_province(actor)
    rows = [
        {"id": uuid4(), "npsn": clean_npsn(npsn), "name": required(name, "school"), "search_name": search_school(name),
         "region_code": region, "state": "confirmed", "created_at": now}
        for known, name, npsn, region in wanted if known is None
    ]  # fmt: skip
    store.insert_schools(tx, rows)
    added = [Entry(UUID(str(row["id"])), after=_told(row)) for row in rows]
    note_all(tx, actor.author, "institutions.add_school", "school", added, now=now)
    index = store.school_index(tx)
    confirmed = [
        _confirm(tx, index.by_id.get(known), name, npsn, region)
        for known, name, npsn, region in wanted
        if known is not None
    ]
    note_all(tx, actor.author, "institutions.confirm_school", "school", confirmed, now=now)


def _confirm(tx: Connection, before: SchoolFact | None, name: str, npsn: str, region: str | None) -> Entry:
    if before is None or before.state == "merged":
        raise NotFound("institutions.not_found")
    after: dict[str, object] = {
        "npsn": clean_npsn(npsn), "name": required(name, "school"), "search_name": search_school(name),
        "region_code": region or before.region_code, "state": "confirmed",
    }  # fmt: skip
    store.change(tx, "school", before.id, after)
    was = {"npsn": before.npsn, "name": before.name, "region_code": before.region_code, "state": before.state}
    return Entry(before.id, before=_told(was), after=_told(after))


def _told(row: Mapping[str, object]) -> dict[str, object]:
    return {"school": row["name"], "npsn": row["npsn"], "region_code": row["region_code"], "state": row["state"]}
