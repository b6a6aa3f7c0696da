"""When something is due: the stage of a reminder is a pure function of dates. No database, no clock.

Stages are months before the last day, from policy (12, 6, 3, 1), and `EXPIRED` from the day after the last day. A
sweep that comes late goes straight to the right stage.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from assessor_registry.days import DAY, add_months

EXPIRED = 0


@dataclass(frozen=True, slots=True)
class SweepDay:
    """For which day a sweep is made and from what.

    `since` is the day of the last sweep under the same rules, None when everything is to be read. `stages` are
    months before the last day, per kind of flag. What was due by `go_live`, or when the registry learnt of it, is
    backlog: it goes into one summary and not into a mail each. `clears` False is a look at another day while the
    registry counts: to-dos are opened and moved on, none is cleared, so that nothing is forgotten that people did.
    """

    today: date
    since: date | None
    stages: Mapping[str, tuple[int, ...]]
    now: datetime
    go_live: date | None = None
    clears: bool = True

    def of(self, kind: str) -> tuple[int, ...]:
        """The stages of a kind of flag."""
        return tuple(self.stages[kind])


def stage(last_day: date, today: date, stages: Sequence[int]) -> int | None:
    """Return the stage that `last_day` (included) has reached on `today`; None when nothing is due yet."""
    if last_day < today:
        return EXPIRED
    return min((months for months in stages if add_months(last_day, -months) <= today), default=None)


def horizon(today: date, months: int) -> date:
    """Return the latest last day whose reminder of `months` before has come by `today`.

    From 28 February, three months reach 31 May: 31 May less three months is clamped to 28 February.
    """
    day = add_months(today, months)
    while add_months(day + DAY, -months) <= today:
        day += DAY
    return day


def latest_due(today: date, stages: Sequence[int]) -> date:
    """Return the latest last day that is due on `today`; without stages only what has ended is."""
    return horizon(today, max(stages)) if stages else today - DAY


def windows(today: date, since: date, stages: Sequence[int]) -> tuple[tuple[date, date], ...]:
    """Return the ranges of last days (both ends included) whose stage may have changed after `since` up to `today`.

    `since` is the day of the last sweep; on the same day there is none. The ranges are disjoint and in order. What was
    added or changed since is not in them: a sweep is told of that by name.
    """
    reached = [(since - DAY, today - DAY)] + [(horizon(since, months), horizon(today, months)) for months in stages]
    joined: list[tuple[date, date]] = []
    for first, last in sorted((low + DAY, high) for low, high in reached if low < high):
        if joined and first <= joined[-1][1] + DAY:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(joined)
