"""From rows that supersede, end and cancel each other to the facts that hold. Pure.

A fact is never overwritten: a later row names the one that it supersedes. What was known at an earlier instant comes
out of the same functions, given only the rows known then.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol, TypeVar
from uuid import UUID

from assessor_registry.days import DAY
from assessor_registry.validity.rules.periods import CertificateFact, ExtensionFact, SanctionFact

ENDING_KINDS = frozenset({"reinstatement", "cancellation"})


class Superseding(Protocol):
    """A row of a table of facts."""

    @property
    def id(self) -> UUID: ...
    @property
    def supersedes(self) -> UUID | None: ...


Row = TypeVar("Row", bound=Superseding)


def current(rows: Iterable[Row]) -> list[Row]:
    """Return the rows that no other of `rows` supersedes."""
    listed = list(rows)
    gone = {row.supersedes for row in listed}
    return [row for row in listed if row.id not in gone]


def roots(rows: Iterable[Superseding]) -> dict[UUID, UUID]:
    """Return, for each row, the first row of its chain: the identity that survives corrections."""
    before = {row.id: row.supersedes for row in rows}
    found: dict[UUID, UUID] = {}
    for row_id in before:
        root, seen = row_id, {row_id}
        while (earlier := before.get(root)) is not None and earlier not in seen:
            root = earlier
            seen.add(root)
        found[row_id] = root
    return found


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A row of assessor certificates as far as validity needs it."""

    id: UUID
    first_day: date
    last_day: date
    supersedes: UUID | None = None
    number: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ExtensionRow:
    """A row of circulars; `cancelled` takes back what it supersedes."""

    id: UUID
    ends_from: date
    ends_to: date
    until: date
    region: str | None = None
    cancelled: bool = False
    supersedes: UUID | None = None


@dataclass(frozen=True, slots=True)
class SanctionRow:
    """A decree on a sanction. `ends` names the sanction that a reinstatement ends or a cancellation takes back."""

    id: UUID
    kind: str
    first_day: date
    last_day: date | None
    certificate_id: UUID | None = None
    ends: UUID | None = None
    decree_number: str = ""


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """All that decides the active periods of one person."""

    certificates: tuple[CertificateFact, ...] = ()
    extensions: tuple[ExtensionFact, ...] = ()
    sanctions: tuple[SanctionFact, ...] = ()


def extensions_in_force(rows: Iterable[ExtensionRow]) -> tuple[ExtensionFact, ...]:
    """Return the circulars that hold: the latest row of each, unless that one cancels it."""
    return tuple(
        ExtensionFact(row.id, row.ends_from, row.ends_to, row.until, row.region)
        for row in current(rows)
        if not row.cancelled
    )


def sanctions_in_force(rows: Sequence[SanctionRow]) -> list[SanctionFact]:
    """Return the sanctions that hold, each up to the day before its (earliest) reinstatement.

    What a cancellation names never was: a sanction entered by mistake, or a reinstatement.
    """
    cancelled = {row.ends for row in rows if row.kind == "cancellation"}
    lifted: dict[UUID, date] = {}
    for row in rows:
        if row.kind == "reinstatement" and row.ends is not None and row.id not in cancelled:
            lifted[row.ends] = min(row.first_day, lifted.get(row.ends, row.first_day))
    held = (_until_lifted(row, lifted.get(row.id)) for row in rows if _holds(row, cancelled))
    return [fact for fact in held if fact is not None]


def _holds(row: SanctionRow, cancelled: set[UUID | None]) -> bool:
    return row.kind not in ENDING_KINDS and row.id not in cancelled


def _until_lifted(row: SanctionRow, lifted: date | None) -> SanctionFact | None:
    last = row.last_day
    if lifted is not None:
        if lifted <= row.first_day:
            return None
        last = min(lifted - DAY, last or date.max)
    return SanctionFact(row.id, row.kind, row.first_day, last, row.certificate_id, row.decree_number)


def person_facts(
    certificates: Sequence[CertificateRow],
    sanctions: Sequence[SanctionRow],
    extensions: tuple[ExtensionFact, ...],
    region: str | None,
) -> PersonFacts:
    """Put together what decides one person's periods; a sanction of a certificate follows its corrections."""
    identity: Mapping[UUID, UUID] = roots(certificates)
    return PersonFacts(
        tuple(
            CertificateFact(identity[row.id], row.first_day, row.last_day, region, row.number)
            for row in current(certificates)
        ),
        extensions,
        tuple(_on_root(sanction, identity) for sanction in sanctions_in_force(sanctions)),
    )


def extending(facts: PersonFacts) -> frozenset[UUID]:
    """Return which circulars carry a certificate of this person beyond its own last day."""
    return frozenset(
        circular.id
        for circular in facts.extensions
        for certificate in facts.certificates
        if circular.covers(certificate) and circular.until > certificate.last_day
    )


def _on_root(sanction: SanctionFact, identity: Mapping[UUID, UUID]) -> SanctionFact:
    if sanction.certificate_id is None:
        return sanction
    return replace(sanction, certificate_id=identity.get(sanction.certificate_id, sanction.certificate_id))
