"""Instants as people of the institution say them: `21 November 2026 pukul 14.05 WITA`."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from assessor_registry.words import long_date, said_moment


def local(moment: datetime, zone: str) -> datetime:
    """The instant on the clocks of `zone` (an IANA name)."""
    return moment.astimezone(ZoneInfo(zone))


def said_at(moment: datetime, zone: str) -> str:
    """`21 November 2026 pukul 14.05 WITA`."""
    return said_moment(moment, zone)


def said_days(first_day: date, last_day: date) -> str:
    """`23 November 2026`, or `23 November 2026 – 25 November 2026`."""
    if first_day == last_day:
        return long_date(first_day)
    return f"{long_date(first_day)} – {long_date(last_day)}"
