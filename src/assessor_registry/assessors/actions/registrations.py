"""Registration numbers of an assessor. A known year is never lost to a poorer spelling."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.assessors import store
from assessor_registry.assessors.actions._values import kept
from assessor_registry.assessors.rules import Registration
from assessor_registry.audit.actions import note
from assessor_registry.errors import Conflict


def add_registration(
    tx: Connection, actor: Actor, assessor_id: UUID, registration: Registration, now: datetime, *, today: date
) -> bool:
    """Let an assessor hold a number, which becomes the printed one; return whether anything changed.

    1. Someone else holds it (same year, or both without one): refused.
    2. The person holds it without a year, and now the year is known: the year is added.
    3. The person holds it, with this year or with a year where none is given: nothing changes.
    4. Else it is added beside those that the person holds.

    Raises:
        NotFound: none whom the actor sees.
        Forbidden: others keep their data.
        Conflict: someone else holds it.
    """
    kept(tx, actor, assessor_id, today)
    series, number = registration.number.split(".")
    others = [holder for holder in store.find_registration(tx, series, number) if holder.assessor_id != assessor_id]
    if any(holder.year == registration.year for holder in others):
        raise Conflict("assessors.registration_taken", field="registration")
    held = [own for own in store.registrations_of(tx, assessor_id) if (own.series, own.number) == (series, number)]
    if any(registration.year in {None, own.year} for own in held):
        return False
    yearless = next((own for own in held if own.year is None), None)
    if yearless is not None and registration.year is not None:
        store.change_registration(tx, yearless.id, registration.year)
        row_id, before = yearless.id, {"year": None}
    else:
        row_id, before = uuid4(), {}
        store.retire_registrations(tx, assessor_id)
        store.add_registration(
            tx,
            {"id": row_id, "assessor_id": assessor_id, "series": series, "number": number, "year": registration.year,
             "current": True, "created_at": now},
        )  # fmt: skip
    note(tx, actor.author, "assessors.add_registration", "assessor", assessor_id, now=now, before=before or None,
         after={"number": registration.number, "year": registration.year})  # fmt: skip
    return True
