"""The only place that asks the time.

Rules never call this module: the edge takes the time once and hands a date or an instant down. Instants are UTC;
"today" is the calendar day in an institution's zone (Kalimantan Timur: Asia/Makassar, UTC+8, no daylight saving).
"""

import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "Asia/Makassar"


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)


def today(zone: str = DEFAULT_ZONE) -> date:
    """Return the calendar day that it is now in `zone` (an IANA name)."""
    return day_of(now(), zone)


def day_of(instant: datetime, zone: str = DEFAULT_ZONE) -> date:
    """Return the calendar day on which the aware `instant` falls in `zone`."""
    return instant.astimezone(ZoneInfo(zone)).date()


def monotonic() -> float:
    """Return seconds on a clock that never goes back; for durations only."""
    return time.monotonic()
