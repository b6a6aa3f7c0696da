"""Whom a circular covers, and who gains active days. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from assessor_registry.days import DAY
from assessor_registry.validity.rules import (
    AppointmentFact,
    ExtensionFact,
    Period,
    PersonFacts,
    active_periods,
    lost,
    subtract,
)


@dataclass(frozen=True, slots=True)
class Gained:
    """Active days that an assessor has gained."""

    assessor_id: UUID
    gained: tuple[Period, ...]


def gained(before: Mapping[UUID, Sequence[Period]], after: Mapping[UUID, Sequence[Period]]) -> tuple[Gained, ...]:
    """Return who is active on more days than before, with the days."""
    found = ((who, lost(periods, before.get(who, ()))) for who, periods in after.items())
    return tuple(Gained(who, days) for who, days in found if days)


def lapsed_days(ended: AppointmentFact, others: Sequence[AppointmentFact]) -> tuple[Period, ...]:
    """Return the days that an appointment named and no longer holds for, less those of other appointments.

    `ended` has its new last day; `others` are those at the same LSP, each with the end that it has.
    """
    first = max(ended.first_day, ended.until + DAY)
    if first > ended.last_day:
        return ()
    holes = [(fact.first_day, fact.until) for fact in others if fact.first_day <= fact.until]
    return tuple(subtract([Period(first, ended.last_day)], holes))


@dataclass(frozen=True, slots=True)
class Reach:
    """`covered`: who holds a certificate that the circular extends; `revived`: who of them is active only by it."""

    covered: frozenset[UUID]
    revived: frozenset[UUID]


def reach(facts: Mapping[UUID, PersonFacts], circular: ExtensionFact, on: date) -> Reach:
    """Return whom `circular` covers, and who is active on `on` with it and not without it."""
    covered = {who for who, held in facts.items() if any(circular.covers(one) for one in held.certificates)}
    revived = {who for who in covered if not _active(facts[who], (), on) and _active(facts[who], (circular,), on)}
    return Reach(frozenset(covered), frozenset(revived))


def _active(held: PersonFacts, more: tuple[ExtensionFact, ...], on: date) -> bool:
    return any(on in period for period in active_periods(held.certificates, (*held.extensions, *more), held.sanctions))
