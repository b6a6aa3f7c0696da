"""Whom a circular covers. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from assessor_registry.validity.rules import ExtensionFact, PersonFacts, active_periods


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
