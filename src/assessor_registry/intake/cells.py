"""What a cell holds, and how text, dates, numbers and formulas become values. Pure and light: the child imports it."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from assessor_registry.words.dates import parse_date

EXCEL_EPOCH = date(1899, 12, 30)
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
FIRST_SERIAL = 10_000
"""18 May 1927. A smaller number in a date column is a year or a day that somebody typed, not an Excel date."""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_BLANK = "-–—_.…?/\\"
_AROUND = re.compile("[\\s.\\-–'`´‘’]")
_NUMBERING = re.compile(r"^\d{1,2}[.)]\s+")
_BETWEEN = re.compile(r"[\n\r;|]+")
_RANGE = re.compile(
    r"\s*(?:\bs\s*[./]?\s*d\b\.?|\bsampai(?:\s+dengan)?\b|\bhingga\b|–|—|(?<=\s)-(?=\s))\s*", re.IGNORECASE
)


class Kind(StrEnum):
    """Kinds of cell. FORMULA has a cached value (as text); MISSING is a formula without one, or an error value."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOL = "bool"
    EMPTY = "empty"
    FORMULA = "formula"
    MISSING = "missing"


class Cell(NamedTuple):
    """One cell. `numeric`: the text of a FORMULA was a number, so Excel kept 15 digits of it."""

    kind: Kind
    value: str | float | bool | date | None = None
    numeric: bool = False


_TEXT, _NUMBER = Kind.TEXT, Kind.NUMBER
EMPTY = Cell(Kind.EMPTY)
MISSING = Cell(Kind.MISSING)


class Row(NamedTuple):
    """A row with the number that Excel shows; `cells[0]` is column A, trailing empty cells are left out."""

    number: int
    cells: tuple[Cell, ...]

    def cell(self, column: int) -> Cell:
        """Return the cell of the 0-based `column`, EMPTY beyond the end."""
        return self.cells[column] if column < len(self.cells) else EMPTY


class Sheet(NamedTuple):
    """A worksheet: its rows in order, those that are wholly empty left out."""

    name: str
    rows: tuple[Row, ...]


def column_letters(column: int) -> str:
    """Return the letters of the 0-based `column`: 0 → A, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def shown(cell: Cell) -> str:
    """Return the cell about as Excel shows it; dates as day/month/year."""
    kind = cell.kind
    if kind is _TEXT:
        return str(cell.value)
    if kind is _NUMBER:
        return number_text(cell.value)  # type: ignore[arg-type]
    match kind, cell.value:
        case Kind.EMPTY, _:
            return ""
        case Kind.MISSING, _:
            return "(rumus tanpa nilai)"
        case _, date() as day:
            return f"{day.day:02}/{day.month:02}/{day.year:04}"
        case _, bool() as truth:
            return "TRUE" if truth else "FALSE"
    return str(cell.value)


def number_text(number: float) -> str:
    """Return `30410001.0` as `30410001`; fractions as they are."""
    number = float(number)
    return str(int(number)) if number.is_integer() else repr(number)


def squeeze(text: str) -> str:
    """Return `text` in NFC, invisible characters dropped, every run of blanks (also no-break) one space."""
    if text.isascii():
        return " ".join(text.split())
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())


def text_of(cell: Cell) -> str | None:
    """Return what is written, or None where nothing is: empty, only dashes or dots, a formula without a value."""
    text = str(cell.value) if cell.kind is _TEXT else "" if cell.kind is Kind.MISSING else shown(cell)
    if text.isascii() and text.isalnum():  # most are one plain word, or a number
        return text
    text = squeeze(text)
    return text if text.strip(_BLANK) else None


def lines_of(cell: Cell) -> tuple[str, ...]:
    """Return the parts of a cell that holds several, one a line or separated by semicolons, numbering removed."""
    parts = _BETWEEN.split(shown(cell)) if cell.kind is not Kind.MISSING else []
    cleaned = (_NUMBERING.sub("", squeeze(part)) for part in parts)
    return tuple(part for part in cleaned if part.strip(_BLANK))


def code_of(cell: Cell) -> str | None:
    """Return a number that is a name (NIK, NISN, NPSN): apostrophes, blanks, dots and dashes removed."""
    return code_of_text(text_of(cell))


def code_of_text(text: str | None) -> str | None:
    """`code_of` of a cell whose text is known."""
    if text is None or (text.isascii() and text.isalnum()):
        return text
    return _AROUND.sub("", text) or None


def date_of(cell: Cell) -> date | None:
    """Return the day, None where nothing is written.

    Accepts Excel dates, their serial numbers without a date format, and text of `words.parse_date`.

    Raises:
        ValueError: something is there and it is no day between 1900 and 2100.
    """
    if cell.kind is Kind.BOOL:
        raise ValueError("not a date")
    if isinstance(cell.value, date):
        return _plausible(cell.value)
    if cell.kind is Kind.NUMBER or cell.numeric:
        return _from_serial(float(cell.value))  # type: ignore[arg-type]
    text = text_of(cell)
    return None if text is None else _day_of(text)


def days_of(cell: Cell) -> tuple[date, date] | None:
    """Return the first and the last day of a cell that holds both ("13 Des 2022 s.d. 13 Des 2025"), None of any other.

    Raises:
        ValueError: one of the two is no day between 1900 and 2100.
    """
    text = text_of(cell) if isinstance(cell.value, str) and not cell.numeric else None
    return _days_of(text) if text else None


@lru_cache(maxsize=4096)
def _days_of(text: str) -> tuple[date, date] | None:
    parts = _RANGE.split(text)
    if len(parts) != 2 or not all(parts) or parse_date(text) is not None:
        return None
    return _day_of(parts[0]), _day_of(parts[1])


@lru_cache(maxsize=4096)
def _day_of(text: str) -> date:
    """A list repeats its days: of certificates, and of the birthdays of three years."""
    # "s.d. 13 Des 2025" names no first day: the day that it names is meant.
    return _plausible(parse_date(text) or parse_date(_RANGE.sub("", text, count=1) if _RANGE.match(text) else ""))


def _from_serial(serial: float) -> date:
    if not FIRST_SERIAL <= serial <= (LATEST - EXCEL_EPOCH).days + 1:
        raise ValueError("not an Excel date")
    return _plausible(EXCEL_EPOCH + timedelta(days=int(serial)))


def _plausible(day: date | None) -> date:
    if isinstance(day, datetime):
        day = day.date()
    if day is None or not EARLIEST <= day <= LATEST:
        raise ValueError("not a date")
    return day
