"""Schools that a list names and nobody knew, many at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.audit.actions import Entry, note_all
from assessor_registry.institutions import store
from assessor_registry.institutions.actions._rights import required
from assessor_registry.institutions.rules import clean_npsn, search_school


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
