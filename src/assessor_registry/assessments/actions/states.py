"""What becomes of a signed record: contested when active days are lost, then upheld or annulled. Never changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.assessments import store
from assessor_registry.assessments.actions._ground import given_reason
from assessor_registry.assessments.store import upheld
from assessor_registry.audit.actions import Entry, note, note_all
from assessor_registry.errors import Conflict, InvalidInput
from assessor_registry.validity.rules import Shrunk


@dataclass(frozen=True, slots=True)
class Contested:
    """Records contested now; and those that were upheld: they stay in force and are to be looked at `again`."""

    records: tuple[UUID, ...] = ()
    again: tuple[UUID, ...] = ()


def contest_lost(tx: Connection, actor: Actor, shrunk: Iterable[Shrunk], *, reason: str, now: datetime) -> Contested:
    """Contest every record that was assessed or signed on days that an assessor has lost.

    One that was upheld stays in force: its letter was about other facts. Called in the transaction that shrank the
    active periods, so that its commit holds.
    """
    lost = [(item.assessor_id, period.first_day, period.last_day) for item in shrunk for period in item.lost]
    if not lost:
        return Contested()
    why = given_reason(reason)
    found = Contested(tuple(store.contest_between(tx, lost, why, now)), tuple(upheld.upheld_between(tx, lost)))
    entries = [Entry(one, reason=why) for one in (*found.records, *found.again)]
    note_all(tx, actor.author, "assessments.contest", "record", entries, now=now)
    return found


def uphold(tx: Connection, actor: Actor, code: str, *, reference: str, now: datetime) -> None:
    """Uphold a contested record by a letter: it is in force again. One that is upheld can be upheld by a newer letter.

    Raises:
        NotFound: no such record in the actor's scope.
        Conflict: it is not contested, or annulled.
        InvalidInput: no reference.
    """
    if not reference.strip():
        raise InvalidInput("assessments.reference_missing", field="reference")
    row = store.record(tx, actor.scope, code, lock=True)
    if row.state == "contested":
        store.change_state(tx, row.id, upheld_at=now, upheld_reference=reference.strip())
    elif not upheld.to_review(tx, actor.scope, row.id):
        raise Conflict("assessments.not_contested")
    note(tx, actor.author, "assessments.uphold", "record", row.id, now=now, reason=reference.strip())


def annul(tx: Connection, actor: Actor, code: str, *, reason: str, now: datetime) -> None:
    """Annul a record: it stays readable and is in force no more.

    Raises:
        NotFound: no such record in the actor's scope.
        Conflict: annulled already.
        InvalidInput: no reason.
    """
    why = given_reason(reason)
    row = store.record(tx, actor.scope, code, lock=True)
    if row.annulled_at is not None:
        raise Conflict("assessments.already_annulled")
    store.change_state(tx, row.id, annulled_at=now, annulled_reason=why)
    note(tx, actor.author, "assessments.annul", "record", row.id, now=now, reason=why)
