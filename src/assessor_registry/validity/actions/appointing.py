"""Appointments of assessors by an LSP (SK pengangkatan asesor): one decree for many people."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.audit.actions import note as audit
from assessor_registry.clock import day_of
from assessor_registry.days import require_believable
from assessor_registry.errors import Conflict, InvalidInput, NotFound
from assessor_registry.validity import store
from assessor_registry.validity.actions.reach import require_lsp
from assessor_registry.validity.store import facts, periods


def appoint(
    tx: Connection,
    actor: Actor,
    lsp_id: UUID,
    *,
    number: str,
    decided_on: date,
    first_day: date,
    last_day: date,
    assessor_ids: Sequence[UUID],
    now: datetime,
    file_id: UUID | None = None,
) -> UUID:
    """Enter a decree that appoints these assessors; return the decree's id.

    The same decree again (number and days) adds whoever it did not name yet. Being appointed makes nobody active.

    Raises:
        InvalidInput: nobody is named, no number, or the days are reversed.
        NotFound: another LSP's decree, or an assessor who does not exist.
        Conflict: the LSP has a decree of that number with other days; or it named someone whose appointment ended.
    """
    require_lsp(actor, lsp_id)
    _require_people(tx, assessor_ids)
    number = number.strip()
    if not number:
        raise InvalidInput("validity.decree_number_missing", field="number")
    require_believable(decided_on=decided_on, first_day=first_day, last_day=last_day)
    if last_day < first_day:
        raise InvalidInput("validity.days_reversed", field="last_day", first_day=first_day, last_day=last_day)
    row = {
        "id": uuid4(), "lsp_id": lsp_id, "number": number, "decided_on": decided_on, "first_day": first_day,
        "last_day": last_day, "file_id": file_id, "entered_by": actor.account_id, "known_at": now,
    }  # fmt: skip
    decree_id = UUID(str(row["id"])) if facts.add_decree(tx, row) else _same_decree(tx, row)
    added = _not_named_yet(tx, decree_id, assessor_ids)
    facts.add_appointments(tx, [_appointment(decree_id, who, now) for who in added])
    audit(tx, actor.author, "validity.appoint", "lsp", lsp_id, now=now,
          after={**row, "decree": number, "people": sorted(added)})  # fmt: skip
    periods.note_changed(tx, added, day_of(now))
    return decree_id


def _require_people(tx: Connection, assessor_ids: Sequence[UUID]) -> None:
    if not assessor_ids:
        raise InvalidInput("validity.nobody_named", field="assessor_ids")
    if set(assessor_ids) - periods.people(tx, list(assessor_ids)).keys():
        raise NotFound("validity.no_such_assessor")


def _same_decree(tx: Connection, row: dict[str, object]) -> UUID:
    known = store.find_decree(tx, UUID(str(row["lsp_id"])), str(row["number"]))
    if known is None or (known.first_day, known.last_day, known.decided_on) != (
        row["first_day"],
        row["last_day"],
        row["decided_on"],
    ):
        raise Conflict("validity.decree_known", field="number", number=str(row["number"]))
    return known.id


def _not_named_yet(tx: Connection, decree_id: UUID, assessor_ids: Sequence[UUID]) -> set[UUID]:
    named = {row.assessor_id: row for row in store.appointments(tx, decree_id=decree_id)}
    if any(named[who].ended_on is not None for who in assessor_ids if who in named):
        raise Conflict("validity.appointment_ended_before")
    return set(assessor_ids) - named.keys()


def _appointment(decree_id: UUID, assessor_id: UUID, now: datetime) -> dict[str, object]:
    return {"id": uuid4(), "decree_id": decree_id, "assessor_id": assessor_id, "known_at": now}


def end_appointment(
    tx: Connection, actor: Actor, appointment_id: UUID, *, ended_on: date, reason: str, now: datetime
) -> None:
    """End one person's appointment before its decree does; `ended_on` is the last day.

    Raises:
        NotFound: no such appointment at the actor's LSP.
        Conflict: it has ended already.
        InvalidInput: no reason, or the day is after the decree's last day.
    """
    found = store.find_appointment(tx, appointment_id)
    if found is None:
        raise NotFound("validity.no_such_appointment")
    require_lsp(actor, found.lsp_id)
    if not reason.strip():
        raise InvalidInput("validity.reason_missing", field="reason")
    if ended_on > found.last_day:
        raise InvalidInput("validity.end_after_decree", field="ended_on", last_day=found.last_day)
    values = {"ended_on": ended_on, "ended_reason": reason.strip(), "ended_known_at": now}
    if not facts.end_appointment(tx, appointment_id, values):
        raise Conflict("validity.appointment_ended_already")
    audit(tx, actor.author, "validity.end_appointment", "assessor", found.assessor_id, now=now,
          after={"decree": found.number, "lsp_id": found.lsp_id, **values}, reason=reason)  # fmt: skip
    periods.note_changed(tx, [found.assessor_id], day_of(now))
