"""Decrees on validity: circulars that extend, sanctions, reinstatements. A decree is a fact and is never refused.

Whom it touches is computed by `rebuild`, which returns who lost active days: what stands on those is withdrawn or
contested by the caller in the same transaction.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.audit.actions import note as audit
from assessor_registry.days import require_believable
from assessor_registry.errors import Conflict, InvalidInput, NotFound
from assessor_registry.validity import store
from assessor_registry.validity.actions.certificates import Done
from assessor_registry.validity.actions.reach import require_in_scope
from assessor_registry.validity.actions.rebuilding import rebuild
from assessor_registry.validity.store import facts


@dataclass(frozen=True, slots=True)
class NewExtension:
    """A circular (surat edaran): certificates whose last day is in [ends_from, ends_to] hold until `until`, included.

    `region_code` limits it to a kabupaten/kota; None is everywhere.
    """

    ends_from: date
    ends_to: date
    until: date
    reference: str
    issued_on: date
    received_on: date
    region_code: str | None = None
    file_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class NewSanction:
    """A suspension (pembekuan) or revocation (pencabutan) of one certificate, or of the person (None).

    No last day: until it is reinstated.
    """

    assessor_id: UUID
    kind: Literal["suspension", "revocation"]
    first_day: date
    last_day: date | None
    decree_number: str
    decree_date: date
    received_on: date
    certificate_id: UUID | None = None
    note: str | None = None
    file_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class EndingDecree:
    """The decree by which a sanction ends (reinstatement, from `first_day`) or is taken back (cancellation)."""

    first_day: date
    decree_number: str
    decree_date: date
    received_on: date
    note: str | None = None
    file_id: UUID | None = None


def extend(tx: Connection, actor: Actor, new: NewExtension, *, now: datetime) -> Done:
    """Enter a circular; everyone it covers, now or imported later, is extended.

    Raises:
        InvalidInput: no reference, or days that can not be.
    """
    return _extension(tx, actor, new, None, now, cancelled=False)


def amend_extension(tx: Connection, actor: Actor, extension_id: UUID, new: NewExtension, *, now: datetime) -> Done:
    """Enter what a later circular makes of an earlier one; who loses active days by it is returned.

    Raises:
        NotFound: no such circular.
        Conflict: it has been amended already.
        InvalidInput: no reference, or days that can not be.
    """
    return _extension(tx, actor, new, _current_extension(tx, extension_id), now, cancelled=False)


def cancel_extension(
    tx: Connection,
    actor: Actor,
    extension_id: UUID,
    *,
    reference: str,
    issued_on: date,
    received_on: date,
    now: datetime,
    file_id: UUID | None = None,
) -> Done:
    """Take a circular back, by the reference of what does so; it counts as if it had never been.

    Raises:
        NotFound: no such circular.
        Conflict: it has been amended or cancelled already.
        InvalidInput: no reference.
    """
    old = _current_extension(tx, extension_id)
    kept = NewExtension(
        old.ends_from, old.ends_to, old.until, reference, issued_on, received_on, old.region_code, file_id
    )
    return _extension(tx, actor, kept, old, now, cancelled=True)


def _current_extension(tx: Connection, extension_id: UUID) -> store.Extension:
    found = store.find_extension(tx, extension_id)
    if found is None:
        raise NotFound("validity.no_such_extension")
    if not found[1] or found[0].cancelled:
        raise Conflict("validity.amended_meanwhile")
    return found[0]


def _extension(
    tx: Connection, actor: Actor, new: NewExtension, old: store.Extension | None, now: datetime, *, cancelled: bool
) -> Done:
    if not new.reference.strip():
        raise InvalidInput("validity.reference_missing", field="reference")
    require_believable(
        ends_from=new.ends_from, ends_to=new.ends_to, until=new.until, issued_on=new.issued_on,
        received_on=new.received_on,
    )  # fmt: skip
    if new.ends_to < new.ends_from:
        raise InvalidInput("validity.days_reversed", field="ends_to", first_day=new.ends_from, last_day=new.ends_to)
    if new.until <= new.ends_to:
        raise InvalidInput("validity.extends_nothing", field="until", last_day=new.ends_to)
    row = {"id": uuid4(), **asdict(new), "cancelled": cancelled, "supersedes": old.id if old else None,
           "entered_by": actor.account_id, "known_at": now}  # fmt: skip
    facts.add_extension(tx, row)
    act = "validity.cancel_extension" if cancelled else "validity.amend_extension" if old else "validity.extend"
    audit(tx, actor.author, act, "extension", UUID(str(row["id"])), now=now, before=asdict(old) if old else None,
          after=row)  # fmt: skip
    return Done(UUID(str(row["id"])), rebuild(tx, None, now))


def sanction(tx: Connection, actor: Actor, new: NewSanction, *, now: datetime) -> Done:
    """Enter a suspension or a revocation.

    Raises:
        NotFound: no such assessor, or the certificate is another person's.
        InvalidInput: no decree number, or the days are reversed.
    """
    require_in_scope(tx, actor, [new.assessor_id], now)
    if new.certificate_id is not None:
        found = store.find_certificate(tx, new.certificate_id)
        if found is None or found[0].assessor_id != new.assessor_id:
            raise NotFound("validity.no_such_certificate")
    require_believable(first_day=new.first_day, last_day=new.last_day, decree_date=new.decree_date)
    if new.last_day is not None and new.last_day < new.first_day:
        raise InvalidInput("validity.days_reversed", field="last_day", first_day=new.first_day, last_day=new.last_day)
    return _decree(tx, actor, {**asdict(new), "ends": None}, f"validity.{new.kind}", now)


def reinstate(tx: Connection, actor: Actor, sanction_id: UUID, decree: EndingDecree, *, now: datetime) -> Done:
    """End a sanction: from `decree.first_day` on it does not hold (pemulihan).

    Raises:
        NotFound: no such suspension or revocation within the actor's scope.
        InvalidInput: no decree number.
    """
    return _ending(
        tx, actor, _sanction(tx, actor, sanction_id, {"suspension", "revocation"}, now), "reinstatement", decree, now
    )


def cancel_sanction(tx: Connection, actor: Actor, sanction_id: UUID, decree: EndingDecree, *, now: datetime) -> Done:
    """Take back a sanction (or a reinstatement) that was entered by mistake: it counts as if it had never been.

    A reinstatement that is taken back makes the sanction hold again: who loses active days by it is returned.

    Raises:
        NotFound: no such decree within the actor's scope.
        InvalidInput: no decree number.
    """
    kinds = {"suspension", "revocation", "reinstatement"}
    return _ending(tx, actor, _sanction(tx, actor, sanction_id, kinds, now), "cancellation", decree, now)


def _sanction(tx: Connection, actor: Actor, sanction_id: UUID, kinds: set[str], now: datetime) -> store.Sanction:
    found = store.find_sanction(tx, sanction_id)
    if found is None or found.kind not in kinds:
        raise NotFound("validity.no_such_sanction")
    require_in_scope(tx, actor, [found.assessor_id], now)
    return found


def _ending(
    tx: Connection, actor: Actor, ended: store.Sanction, kind: str, decree: EndingDecree, now: datetime
) -> Done:
    require_believable(first_day=decree.first_day, decree_date=decree.decree_date, received_on=decree.received_on)
    row = {**asdict(decree), "assessor_id": ended.assessor_id, "certificate_id": ended.certificate_id, "kind": kind,
           "last_day": None, "ends": ended.id}  # fmt: skip
    act = "validity.reinstate" if kind == "reinstatement" else "validity.cancel_sanction"
    return _decree(tx, actor, row, act, now)


def _decree(tx: Connection, actor: Actor, values: dict[str, object], act: str, now: datetime) -> Done:
    if not str(values["decree_number"]).strip():
        raise InvalidInput("validity.decree_number_missing", field="decree_number")
    row = {"id": uuid4(), **values, "entered_by": actor.account_id, "known_at": now}
    facts.add_sanction(tx, row)
    assessor_id = UUID(str(values["assessor_id"]))
    audit(tx, actor.author, act, "assessor", assessor_id, now=now, after=row)
    return Done(UUID(str(row["id"])), rebuild(tx, [assessor_id], now))
