"""Arithmetic of calendar days, for every room. Pure: it never asks what day it is."""

from datetime import date, timedelta

from assessor_registry.errors import InvalidInput

DAY = timedelta(days=1)
# What is planned, licensed or decreed lies between these; another year is a slip of the pen.
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


def require_believable(**days: date | None) -> None:
    """Refuse days (field → day) with a year that nobody means.

    Raises:
        InvalidInput: `days.beyond_belief`, for the first of them.
    """
    for field, day in days.items():
        if day is not None and not EARLIEST <= day <= LATEST:
            raise InvalidInput("days.beyond_belief", field=field, day=day)


def add_months(day: date, months: int) -> date:
    """Return `day` moved by `months` (may be negative), clamped to the end of the month it lands in."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - DAY).day
    return date(year, month + 1, min(day.day, last))
