"""Numbers and schools of many assessors in one transaction, in a fixed number of statements: for import."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.assessors.rules import Registration
from assessor_registry.assessors.store import bulk as store
from assessor_registry.audit.actions import Entry, note_all
from assessor_registry.days import DAY


def add_registrations(
    tx: Connection, actor: Actor, numbers: Sequence[tuple[UUID, Registration]], now: datetime
) -> None:
    """Let assessors hold numbers; one that is held without a year gains it instead.

    Whoever calls has made sure that nobody else holds them.
    """
    if not numbers:
        return
    held = store.numbers_of(tx, [assessor_id for assessor_id, _ in numbers])
    years: dict[UUID, int] = {}
    rows: list[dict[str, object]] = []
    for assessor_id, registration in numbers:
        series, number = registration.number.split(".")
        same = [own for own in held.get(assessor_id, ()) if (own["series"], own["number"]) == (series, number)]
        yearless = next((own["id"] for own in same if own["year"] is None), None)
        if yearless is not None and registration.year is not None:
            years[yearless] = registration.year
        else:
            rows.append(
                {"id": uuid4(), "assessor_id": assessor_id, "series": series, "number": number,
                 "year": registration.year, "current": True, "created_at": now}
            )  # fmt: skip
    store.give_years(tx, years)
    if rows:
        store.add_numbers(tx, rows)
    entries = [Entry(who, after={"number": number.number, "year": number.year}) for who, number in numbers]
    note_all(tx, actor.author, "assessors.add_registration", "assessor", entries, now=now)


def move_many(tx: Connection, actor: Actor, moves: Mapping[UUID, UUID], now: datetime, *, today: date) -> None:
    """Let assessors serve at other schools (assessor → school) from today on.

    The school before ends yesterday; where none is on file, nobody knows since when the new one holds.
    """
    if not moves:
        return
    before = store.open_employments(tx, moves)
    rows = [
        {"id": uuid4(), "assessor_id": who, "school_id": school, "first_day": today if who in before else None,
         "known_at": now}
        for who, school in moves.items()
    ]  # fmt: skip
    store.move_employments(tx, before, today - DAY, rows)
    entries = [
        Entry(who, {"school_id": before[who]} if who in before else None, {"school_id": school, "first_day": today})
        for who, school in moves.items()
    ]
    note_all(tx, actor.author, "assessors.move_employment", "assessor", entries, now=now)
