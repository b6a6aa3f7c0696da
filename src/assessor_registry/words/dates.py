"""Dates as the field writes them: `21 November 2026`; and as offices type them."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from assessor_registry.words.translate import gettext

MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip
ZONES = {7: "WIB", 8: "WITA", 9: "WIT"}
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_NAMES = {name.lower(): number for number, name in enumerate(MONTHS, 1)}
_NAMES |= {name[:3].lower(): number for number, name in enumerate(MONTHS, 1)}
_NAMES |= {"agt": 8, "ags": 8, "agust": 8, "sept": 9, "nop": 11, "nopember": 11, "pebruari": 2, "peb": 2, "feb": 2,
           "okt": 10, "oct": 10, "october": 10, "dec": 12, "december": 12, "may": 5, "aug": 8, "august": 8,
           "mrt": 3, "agst": 8, "agus": 8,
           "january": 1, "february": 2, "march": 3, "june": 6, "july": 7}  # fmt: skip
_TIME = r"(?:[T ]\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?)?"
_ISO = re.compile(rf"^(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}$")
_NUMERIC = re.compile(rf"^(\d{{1,2}})\s?[-/.\s]\s?(\d{{1,2}})\s?[-/.\s]\s?(\d{{4}}){_TIME}$")
_WORDS = re.compile(r"^(?:[A-Za-z' ]+,\s*)?(\d{1,2})[\s./-]*([A-Za-z]+)[\s.,/-]*(\d{4})$")

_MONTH_FIRST = re.compile(r"^(?:[A-Za-z']+,\s*)?([A-Za-z]+)[\s./-]*(\d{1,2})(?:,\s*|\s+)(\d{4})$")


def long_date(day: date) -> str:
    """`21 November 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def short_month(day: date) -> str:
    """`Nov 2026`."""
    return f"{MONTHS[day.month - 1][:3]} {day.year}"


def parse_date(text: str) -> date | None:
    """Read a day from text: ISO, day/month/year, or with an Indonesian (or English) month name, which may stand first.

    Of two numbers the day comes before the month, always: that is how Indonesian offices write. Returns None when the
    text is not a date of any of these shapes or the day does not exist (31 Februari).
    """
    clean = " ".join(text.replace("\u00a0", " ").split()).strip("'\u2018\u2019 ")
    try:
        if match := _ISO.match(clean):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _NUMERIC.match(clean):
            return date(int(match[3]), int(match[2]), int(match[1]))
        if (match := _WORDS.match(clean)) and (month := _NAMES.get(match[2].lower())):
            return date(int(match[3]), month, int(match[1]))
        if (match := _MONTH_FIRST.match(clean)) and (month := _NAMES.get(match[1].lower())):
            return date(int(match[3]), month, int(match[2]))
    except ValueError:
        return None
    return None


def said_moment(moment: datetime, zone: str) -> str:
    """`21 November 2026 pukul 14.05 WITA`: an instant on the clocks of `zone` (an IANA name)."""
    here = moment.astimezone(ZoneInfo(zone))
    offset = here.utcoffset()
    hours = offset.total_seconds() / 3600 if offset else 0
    name = ZONES.get(int(hours), f"UTC{hours:+g}" if hours else "UTC")
    return gettext("{day} pukul {time} {zone}").format(day=long_date(here.date()), time=f"{here:%H.%M}", zone=name)
