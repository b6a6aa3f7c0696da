"""Certificates of assessors and their technical competences: added, corrected, mapped to schemes."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.audit.actions import Entry, note_all
from assessor_registry.audit.actions import note as audit
from assessor_registry.clock import day_of
from assessor_registry.errors import Conflict, InvalidInput, NotFound
from assessor_registry.validity import store
from assessor_registry.validity.actions.reach import require_in_scope
from assessor_registry.validity.actions.rebuilding import rebuild
from assessor_registry.validity.rules import Shrunk
from assessor_registry.validity.store import facts, periods

COMPLETED = "Masa berlaku dilengkapi"
# Outside these years a date is a slip of the keyboard, and PostgreSQL's last days are not Python's.
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class NewCertificate:
    """An assessor certificate as it was read; the last day is included.

    `last_day_computed`: nothing was printed, the last day was computed from the first by policy. `source` says where
    it comes from (import, decree, typed).
    """

    assessor_id: UUID
    first_day: date
    last_day: date
    source: str
    number: str | None = None
    blanko_number: str | None = None
    issued_on: date | None = None
    received_on: date | None = None
    last_day_computed: bool = False
    file_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class NewTechnical:
    """A technical competence as it was read; `scheme_id` None while its text is not mapped to a scheme."""

    assessor_id: UUID
    scheme_text: str
    source: str
    scheme_id: UUID | None = None
    number: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    file_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What an act on facts has made, and who lost active days by it (see `rebuild`)."""

    id: UUID
    shrunk: tuple[Shrunk, ...] = ()


def add_certificate(tx: Connection, actor: Actor, new: NewCertificate, *, now: datetime) -> Done:
    """Add a certificate and derive the periods anew.

    Raises:
        InvalidInput: the days are reversed or beyond belief.
        NotFound: no such assessor within the actor's scope.
    """
    require_in_scope(tx, actor, [new.assessor_id], now)
    return Done(_insert(tx, actor, new, now, None), _rebuilt(tx, actor, [new.assessor_id], now))


def correct_certificate(
    tx: Connection, actor: Actor, certificate_id: UUID, new: NewCertificate, *, reason: str, now: datetime
) -> Done:
    """Correct a certificate: a new row supersedes it, the old one stays for what was known before.

    Raises:
        NotFound: no such certificate, or it is another person's.
        Conflict: it has been corrected meanwhile.
        InvalidInput: the days are reversed or beyond belief.
    """
    require_in_scope(tx, actor, [new.assessor_id], now)
    found = store.find_certificate(tx, certificate_id)
    if found is None or found[0].assessor_id != new.assessor_id:
        raise NotFound("validity.no_such_certificate")
    if not found[1]:
        raise Conflict("validity.corrected_meanwhile")
    made = _insert(tx, actor, new, now, found[0], reason)
    return Done(made, _rebuilt(tx, actor, [new.assessor_id], now))


def _insert(
    tx: Connection,
    actor: Actor,
    new: NewCertificate,
    now: datetime,
    old: facts.Certificate | None,
    reason: str | None = None,
) -> UUID:
    _require_days(new.first_day, new.last_day)
    row = {"id": uuid4(), **asdict(new), "supersedes": old.id if old else None, **_entry(actor, now)}
    facts.add_certificates(tx, [row])
    act = "validity.correct_certificate" if old else "validity.add_certificate"
    audit(tx, actor.author, act, "assessor", new.assessor_id, now=now, before=asdict(old) if old else None, after=row,
          reason=reason)  # fmt: skip
    return UUID(str(row["id"]))


def add_imported(
    tx: Connection,
    actor: Actor,
    import_id: UUID,
    certificates: Sequence[NewCertificate],
    technicals: Sequence[NewTechnical],
    *,
    corrections: Sequence[tuple[UUID, NewCertificate]] = (),
    technical_corrections: Sequence[tuple[UUID, NewTechnical]] = (),
    touched: Collection[UUID] = (),
    now: datetime,
) -> tuple[Shrunk, ...]:
    """Add what an import found, in a number of statements that does not grow with it; one audit row for all of it.

    `corrections` pairs the certificate that is corrected with what it becomes, `technical_corrections` the competence.
    `touched`: people whose region changed, so that circulars may now hold for them or no longer. The audit row names
    the import, whose report says what each row did. Whoever becomes active by what others than the province enter has a
    row of their own, which the division is shown.

    Raises:
        InvalidInput: days are reversed or beyond belief.
        Conflict: a certificate has been corrected since it was looked at.
    """
    for new in [*certificates, *(new for _, new in corrections)]:
        _require_days(new.first_day, new.last_day)
    for technical in [*technicals, *(new for _, new in technical_corrections)]:
        _require_days(technical.first_day, technical.last_day)
    entry = _entry(actor, now)
    added = [{"id": uuid4(), **_columns(new), "supersedes": None, **entry} for new in certificates]
    added += [{"id": uuid4(), **_columns(new), "supersedes": old, **entry} for old, new in corrections]
    facts.add_certificates(tx, added)
    competences = [{"id": uuid4(), **_columns(new), "supersedes": None, **entry} for new in technicals]
    competences += [{"id": uuid4(), **_columns(new), "supersedes": old, **entry} for old, new in technical_corrections]
    facts.add_technicals(tx, competences)
    counted = {"certificates": len(certificates), "corrections": len(corrections), "technicals": len(technicals),
               "technical_corrections": len(technical_corrections)}  # fmt: skip
    audit(tx, actor.author, "validity.import", "import", import_id, now=now, after=counted)
    people = {UUID(str(row["assessor_id"])) for row in [*added, *competences]}
    return _rebuilt(tx, actor, people, now, touched=touched, import_id=import_id)


def _rebuilt(
    tx: Connection,
    actor: Actor,
    people: Collection[UUID],
    now: datetime,
    *,
    touched: Collection[UUID] = (),
    import_id: UUID | None = None,
) -> tuple[Shrunk, ...]:
    """Derive the periods anew; who becomes active by what others than the province enter has a row of their own."""
    if actor.scope.everything:
        return rebuild(tx, {*people, *touched}, now)
    before = periods.active_on(tx, people, day_of(now))
    shrunk = rebuild(tx, {*people, *touched}, now)
    woken = sorted(periods.active_on(tx, people, day_of(now)) - before)
    entries = [Entry(who, after={"import_id": import_id} if import_id else None) for who in woken]
    note_all(tx, actor.author, "validity.made_active", "assessor", entries, now=now)
    return shrunk


def add_technical(tx: Connection, actor: Actor, new: NewTechnical, *, now: datetime) -> UUID:
    """Add a technical competence.

    Raises:
        InvalidInput: it has no text, or its days are reversed or beyond belief.
        NotFound: no such assessor within the actor's scope.
    """
    require_in_scope(tx, actor, [new.assessor_id], now)
    if not new.scheme_text.strip():
        raise InvalidInput("validity.scheme_text_missing", field="scheme_text")
    _require_days(new.first_day, new.last_day)
    row = {"id": uuid4(), **asdict(new), "supersedes": None, **_entry(actor, now)}
    facts.add_technicals(tx, [row])
    audit(tx, actor.author, "validity.add_technical", "assessor", new.assessor_id, now=now, after=row)
    periods.note_changed(tx, [new.assessor_id], day_of(now))
    return UUID(str(row["id"]))


def correct_technical(
    tx: Connection, actor: Actor, technical_id: UUID, new: NewTechnical, *, reason: str, now: datetime
) -> UUID:
    """Correct a technical competence: dates that became known, another scheme; the old row stays.

    Raises:
        NotFound: the assessor has no such competence, or it has been corrected already.
        InvalidInput: its days are reversed or beyond belief.
    """
    require_in_scope(tx, actor, [new.assessor_id], now)
    _require_days(new.first_day, new.last_day)
    old = next((row for row in store.technicals(tx, [new.assessor_id]) if row.id == technical_id), None)
    if old is None:
        raise NotFound("validity.no_such_technical")
    row = {"id": uuid4(), **asdict(new), "supersedes": old.id, **_entry(actor, now)}
    facts.add_technicals(tx, [row])
    audit(tx, actor.author, "validity.correct_technical", "assessor", new.assessor_id, now=now, before=asdict(old),
          after=row, reason=reason)  # fmt: skip
    periods.note_changed(tx, [new.assessor_id], day_of(now))
    return UUID(str(row["id"]))


def enter_technical(tx: Connection, actor: Actor, new: NewTechnical, *, now: datetime) -> UUID:
    """Enter a competence by hand: it completes the one of its scheme that lacks dates, else it is added.

    Raises:
        InvalidInput: it has no text, or its days are reversed or beyond belief.
        Conflict: this very competence is there already.
        NotFound: no such assessor within the actor's scope.
    """
    require_in_scope(tx, actor, [new.assessor_id], now)
    held = [row for row in store.technicals(tx, [new.assessor_id]) if row.scheme_id == new.scheme_id]
    if any((row.first_day, row.last_day) == (new.first_day, new.last_day) for row in held):
        raise Conflict("validity.technical_known", field="last_day")
    undated = next((row for row in held if _lacks_dates_of(row, new)), None)
    if undated is None:
        return add_technical(tx, actor, new, now=now)
    whole = replace(new, number=new.number or undated.number)
    return correct_technical(tx, actor, undated.id, whole, reason=COMPLETED, now=now)


def _lacks_dates_of(old: facts.Technical, new: NewTechnical) -> bool:
    """Whether `new` says what `old` leaves open, and contradicts nothing that it says."""
    open_days = old.first_day is None or old.last_day is None
    pairs = ((old.number, new.number), (old.first_day, new.first_day), (old.last_day, new.last_day))
    return open_days and all(None in pair or pair[0] == pair[1] for pair in pairs)


def map_technical(tx: Connection, actor: Actor, text: str, scheme_id: UUID, *, now: datetime) -> int:
    """Map every unmapped competence that is written as `text` to a scheme; return how many.

    Each gets a row that supersedes the unmapped one: what a list said stays as it was written.
    """
    unmapped = store.unmapped_of_text(tx, text)
    entry = _entry(actor, now)
    rows = [{**asdict(old), "id": uuid4(), "scheme_id": scheme_id, "supersedes": old.id, **entry} for old in unmapped]
    facts.add_technicals(tx, rows)
    audit(tx, actor.author, "validity.map_technical", "scheme", scheme_id, now=now,
          after={"text": text, "people": [old.assessor_id for old in unmapped]})  # fmt: skip
    periods.note_changed(tx, {old.assessor_id for old in unmapped}, day_of(now))
    return len(rows)


def _columns(new: NewCertificate | NewTechnical) -> dict[str, object]:
    """As `asdict`, which copies every value: twenty times the cost, felt where thousands come in at once."""
    return {name: getattr(new, name) for name in new.__dataclass_fields__}


def _entry(actor: Actor, now: datetime) -> dict[str, object]:
    return {"entered_by": actor.account_id, "known_at": now}


def _require_days(first_day: date | None, last_day: date | None) -> None:
    for name, day in (("first_day", first_day), ("last_day", last_day)):
        if day is not None and not EARLIEST <= day <= LATEST:
            raise InvalidInput("validity.day_beyond_belief", field=name, day=day)
    if first_day is not None and last_day is not None and last_day < first_day:
        raise InvalidInput("validity.days_reversed", field="last_day", first_day=first_day, last_day=last_day)
