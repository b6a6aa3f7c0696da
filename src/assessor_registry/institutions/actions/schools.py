"""Schools: added by the division, or provisional because a list named them, then confirmed or merged."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.audit.actions import note
from assessor_registry.errors import Conflict, InvalidInput, NotFound, Reason
from assessor_registry.institutions import store
from assessor_registry.institutions.actions._rights import require_province, required
from assessor_registry.institutions.rules import (
    SchoolFact,
    SchoolIndex,
    SchoolMatch,
    clean_npsn,
    match_school,
    search_school,
)


def add_school(
    tx: Connection, actor: Actor, name: str, npsn: str | None, region_code: str | None, now: datetime
) -> UUID:
    """Add a confirmed school; return its id.

    Raises:
        Forbidden: the actor does not answer for the province.
        InvalidInput: no name, or an NPSN that is not 8 digits.
        Conflict: it is there already, also as a provisional one (confirm that one).
    """
    require_province(actor)
    name, npsn = required(name, "name"), clean_npsn(npsn)
    store.lock_schools(tx)
    if match_school(store.school_index(tx), name, npsn, region_code).school_id is not None:
        raise Conflict("institutions.school_known", field="npsn" if npsn else "name", name=name)
    fact = _insert(tx, name, npsn, region_code, "confirmed", now)
    note(tx, actor.author, "institutions.add_school", "school", fact.id, now=now, after=_told(fact))
    return fact.id


def provisional_school(
    tx: Connection, actor: Actor, name: str, npsn: str | None, region_code: str | None, now: datetime
) -> tuple[UUID, tuple[Reason, ...]]:
    """Return the school that a list means and what to warn about; an unknown one is added as provisional.

    Raises:
        InvalidInput: a school that is not known by its number, and no name.
    """
    ((school_id, warned),) = provisional_schools(tx, actor, [(name, npsn, region_code)], now)
    return school_id, warned


def provisional_schools(
    tx: Connection, actor: Actor, wanted: Sequence[tuple[str, str | None, str | None]], now: datetime
) -> list[tuple[UUID, tuple[Reason, ...]]]:
    """The same for many (name, NPSN, region code) at once, in their order; the schools are read once.

    An NPSN that is not 8 digits is left out and warned about: a list does not fail for it.
    """
    store.lock_schools(tx)
    index = store.school_index(tx)
    return [_find_or_add(tx, actor, index, name, npsn, region, now) for name, npsn, region in wanted]


def _find_or_add(
    tx: Connection,
    actor: Actor,
    index: SchoolIndex,
    name: str,
    given_npsn: str | None,
    region_code: str | None,
    now: datetime,
) -> tuple[UUID, tuple[Reason, ...]]:
    odd: tuple[Reason, ...] = ()
    try:
        npsn = clean_npsn(given_npsn)
    except InvalidInput as refusal:
        npsn, odd = None, (refusal.reason,)
    found = match_school(index, name, npsn, region_code)
    if found.school_id is not None:
        if found.gains_npsn and npsn is not None:
            _gain_npsn(tx, actor, index, found, npsn, now)
        return found.school_id, (*odd, *found.warned)
    fact = _insert(tx, required(name, "school"), npsn, region_code, "provisional", now)
    index.add(fact)
    note(tx, actor.author, "institutions.provisional_school", "school", fact.id, now=now, after=_told(fact))
    return fact.id, (*odd, Reason("institutions.school_provisional", {"name": fact.name}))


def _gain_npsn(tx: Connection, actor: Actor, index: SchoolIndex, found: SchoolMatch, npsn: str, now: datetime) -> None:
    fact = replace(index.by_id[found.school_id], npsn=npsn)  # type: ignore[index]
    store.change(tx, "school", fact.id, {"npsn": npsn})
    # A new index entry takes the old one's place, so that the next row of the list sees the number.
    index.by_id[fact.id] = index.by_npsn[npsn] = fact
    named = index.by_name[fact.search_name]
    named[:] = [fact if other.id == fact.id else other for other in named]
    note(tx, actor.author, "institutions.gain_npsn", "school", fact.id, now=now,
         before={"npsn": None}, after={"npsn": npsn})  # fmt: skip


def confirm_school(
    tx: Connection,
    actor: Actor,
    school_id: UUID,
    now: datetime,
    *,
    name: str | None = None,
    npsn: str | None = None,
    region_code: str | None = None,
) -> None:
    """Confirm a provisional school, or correct a confirmed one: what is given replaces what was there.

    Raises:
        Forbidden: the actor does not answer for the province.
        NotFound: no such school, or it was merged into another.
        Conflict: another school has this NPSN.
    """
    require_province(actor)
    store.lock_schools(tx)
    before = _present(tx, school_id)
    number = clean_npsn(npsn) or before.npsn
    owner = store.school_index(tx).by_npsn.get(number) if number else None
    if owner is not None and owner.id != school_id:
        raise Conflict("institutions.npsn_taken", field="npsn", name=owner.name)
    shown = required(name, "name") if name is not None else before.name
    after = replace(
        before, name=shown, search_name=search_school(shown), npsn=number,
        region_code=region_code or before.region_code, state="confirmed",
    )  # fmt: skip
    changes = {field: getattr(after, field) for field in ("name", "search_name", "npsn", "region_code", "state")}
    store.change(tx, "school", school_id, changes)
    note(tx, actor.author, "institutions.confirm_school", "school", school_id, now=now,
         before=_told(before), after=_told(after))  # fmt: skip


def merge_school(tx: Connection, actor: Actor, school_id: UUID, into_id: UUID, now: datetime) -> dict[str, int]:
    """Merge a provisional school into the one that was meant; return how many rows were moved, per table.

    1. Everything that refers to it (employment, students, networks, venues, schedules, grants) is moved, in all rooms.
    2. Its row stays, pointing to the other: a list that repeats the misspelt name or number finds the right school.

    Raises:
        Forbidden: the actor does not answer for the province.
        NotFound: one of them does not exist, or was merged already.
        Conflict: it is a confirmed school; or both have a row where only one may be.
    """
    require_province(actor)
    store.lock_schools(tx)
    gone, kept = _present(tx, school_id), _present(tx, into_id)
    if gone.id == kept.id:
        raise InvalidInput("institutions.merge_itself", field="into")
    if gone.state != "provisional":
        raise Conflict("institutions.merge_confirmed", name=gone.name)
    moved = store.move_references(tx, gone.id, kept.id)
    store.change(tx, "school", gone.id, {"state": "merged", "merged_into": kept.id})
    note(tx, actor.author, "institutions.merge_school", "school", gone.id, now=now,
         before=_told(gone), after={"merged_into": kept.id, "moved": moved})  # fmt: skip
    return moved


def settle_schools(
    tx: Connection, actor: Actor, confirm: Sequence[UUID], merge: Mapping[UUID, UUID], now: datetime
) -> dict[UUID, dict[str, int]]:
    """Confirm many provisional schools and merge others (school → the one that was meant), all or nothing.

    Returns for each merged school how many rows were moved, per table.

    Raises:
        Forbidden: the actor does not answer for the province.
        InvalidInput: nothing is chosen; one is to be confirmed and merged; one is merged into another that goes too.
        NotFound, Conflict: as `confirm_school` and `merge_school`, also for one that is provisional no longer.
    """
    require_province(actor)
    if not confirm and not merge:
        raise InvalidInput("institutions.nothing_chosen")
    store.lock_schools(tx)
    facts = {school_id: _present(tx, school_id) for school_id in [*confirm, *merge]}
    for school_id, fact in facts.items():
        if fact.state != "provisional":
            raise Conflict("institutions.settled_already", name=fact.name)
        if school_id in merge and school_id in confirm:
            raise InvalidInput("institutions.confirm_or_merge", field=f"into-{school_id}", name=fact.name)
        if merge.get(school_id) in merge:
            raise InvalidInput("institutions.merge_chain", field=f"into-{school_id}", name=fact.name)
    for school_id in dict.fromkeys(confirm):
        confirm_school(tx, actor, school_id, now)
    return {school_id: merge_school(tx, actor, school_id, into, now) for school_id, into in merge.items()}


def _present(tx: Connection, school_id: UUID) -> SchoolFact:
    found = store.school_row(tx, school_id)
    if found is None or found.state == "merged":
        raise NotFound("institutions.not_found")
    return found


def _insert(
    tx: Connection, name: str, npsn: str | None, region_code: str | None, state: str, now: datetime
) -> SchoolFact:
    fact = SchoolFact(uuid4(), npsn, name, search_school(name), region_code, state)
    store.insert(
        tx,
        "school",
        {"id": fact.id, "npsn": npsn, "name": name, "search_name": fact.search_name, "region_code": region_code,
         "state": state, "created_at": now},
    )  # fmt: skip
    return fact


def _told(fact: SchoolFact) -> dict[str, object]:
    return {"school": fact.name, "npsn": fact.npsn, "region_code": fact.region_code, "state": fact.state}
