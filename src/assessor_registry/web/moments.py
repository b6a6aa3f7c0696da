"""Instants as people of the institution say them: `21 November 2026 pukul 14.05 WITA`."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from assessor_registry.words import gettext as _
from assessor_registry.words import long_date

_ZONES = {7: "WIB", 8: "WITA", 9: "WIT"}


def local(moment: datetime, zone: str) -> datetime:
    """The instant on the clocks of `zone` (an IANA name)."""
    return moment.astimezone(ZoneInfo(zone))


def said_at(moment: datetime, zone: str) -> str:
    """`21 November 2026 pukul 14.05 WITA`."""
    here = local(moment, zone)
    offset = here.utcoffset()
    hours = offset.total_seconds() / 3600 if offset else 0
    name = _ZONES.get(int(hours), f"UTC{hours:+g}")
    return _("{day} pukul {time} {zone}").format(day=long_date(here.date()), time=f"{here:%H.%M}", zone=name)


def said_days(first_day: date, last_day: date) -> str:
    """`23 November 2026`, or `23 November 2026 – 25 November 2026`."""
    if first_day == last_day:
        return long_date(first_day)
    return f"{long_date(first_day)} – {long_date(last_day)}"
