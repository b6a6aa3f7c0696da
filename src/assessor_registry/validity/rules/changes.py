"""What has to be written when someone's periods change: as differences, and which active days were lost. Pure.

A row that survives is moved and not replaced: delete and insert made an honest concurrent assignment fail at commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from assessor_registry.validity.rules.periods import Period, subtract


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows to remove, to move (from, to), and to add; all of one person."""

    removed: tuple[Period, ...] = ()
    moved: tuple[tuple[Period, Period], ...] = ()
    added: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True)
class Shrunk:
    """Active days that an assessor has lost: what stands on them must be withdrawn or contested by the caller."""

    assessor_id: UUID
    lost: tuple[Period, ...]


def changes(old: Sequence[Period], new: Sequence[Period]) -> Changes:
    """Return how `old` becomes `new` (both disjoint and in order), keeping each row that overlaps what it becomes."""
    moved: list[tuple[Period, Period]] = []
    left = list(new)
    removed: list[Period] = []
    for before in old:
        after = next((period for period in left if overlap(before, period)), None)
        if after is None:
            removed.append(before)
            continue
        left.remove(after)
        if after != before:
            moved.append((before, after))
    return Changes(tuple(removed), tuple(moved), tuple(left))


def overlap(one: Period, other: Period) -> Period | None:
    """Return the days that two periods share, None when there are none."""
    first, last = max(one.first_day, other.first_day), min(one.last_day, other.last_day)
    return Period(first, last) if first <= last else None


def lost(old: Sequence[Period], new: Sequence[Period]) -> tuple[Period, ...]:
    """Return the days of `old` that are in none of `new`."""
    return tuple(subtract(old, [(period.first_day, period.last_day) for period in new]))
