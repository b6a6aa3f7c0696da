"""The day on which a page is shown: today in the institution's zone, the season to come, and what counts as ending."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from litestar import Request

from assessor_registry import clock
from assessor_registry.days import DAY
from assessor_registry.db.engine import Connection
from assessor_registry.flags.rules import latest_due
from assessor_registry.institutions import store as institutions
from assessor_registry.policy import store as policy
from assessor_registry.validity.rules import Period, ending_until

REMINDERS = "certificate_reminder_months"


@dataclass(frozen=True, slots=True)
class Today:
    """`ending_until`: active assessors whose coverage ends by then are *ending*; `before` is the same a week ago."""

    today: date
    season: institutions.Season | None
    ending_until: date
    ending_until_before: date

    def until(self, *, by_season: bool) -> date:
        """The last day up to which an active assessor counts as *ending*: before the season does, or else soon."""
        return self.season.last_day - DAY if by_season and self.season else self.ending_until


def today_of(request: Request[Any, Any, Any]) -> date:
    """Today in the institution's zone."""
    return clock.today(request.app.state.settings.zone)


def day_of(conn: Connection, today: date) -> Today:
    """Return what the lists of `today` are measured by."""
    season = institutions.next_season(conn, today)
    stages = policy.value(conn, REMINDERS, today).integers
    period = Period(season.first_day, season.last_day) if season else None
    before = today - timedelta(days=7)
    return Today(
        today,
        season,
        ending_until(latest_due(today, stages), period),
        ending_until(latest_due(before, stages), period),
    )
