"""One word for how an assessor stands on a day, for lists and counts. Pure; `store.bands` gives the same in SQL."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, get_args

from assessor_registry.days import DAY
from assessor_registry.validity.rules.periods import Period

Band = Literal["active", "ending", "expired", "suspended", "future", "none"]
BANDS: tuple[Band, ...] = get_args(Band)


def band(on: date, active: Sequence[Period], covered: Sequence[Period], ending_until: date) -> Band:
    """Return the status (status kelayakan) on a day.

    `active` are the active periods, `covered` those of certificates and extensions before sanctions. Active people
    whose coverage ends for good on or before `ending_until` are *ending*. Someone between two certificates is
    *future*: what they wait for is known.
    """
    if any(on in period for period in active):
        return "ending" if max(period.last_day for period in covered or active) <= ending_until else "active"
    if not covered:
        return "none"
    if any(on in period for period in covered):
        return "suspended"
    return "expired" if max(period.last_day for period in covered) < on else "future"


def ending_until(horizon: date, season: Period | None) -> date:
    """Return the last day up to which an active assessor counts as *ending*.

    `horizon` is the latest last day that the earliest reminder has come for; whoever ends before the assessment
    season (musim uji kompetensi) does is ending as well.
    """
    return horizon if season is None else max(horizon, season.last_day - DAY)
