"""Workbooks out: any list as XLSX, row by row, so that memory does not grow with the list.

Text stays text: NIK, NISN and NPSN keep their zeros, and nothing that a person typed is ever read as a formula.
"""

import io
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import xlsxwriter

from assessor_registry.errors import InvalidInput
from assessor_registry.words import long_date

Cell = str | int | float | bool | date | datetime | None

MOST_ROWS = 1_048_576
MOST_TEXT = 32_767
MOST_TITLE = 31
FIRST_YEAR = 1900
# What Excel, LibreOffice and their imports take for the beginning of a formula or a command.
_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_FORBIDDEN_IN_TITLE = re.compile("[][:*?/\\\\\x00-\x1f\ud800-\udfff\ufffe-\U0010ffff]")
_UNENCODABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")
_DATE = "[$-421]d mmmm yyyy"
_INSTANT = "[$-421]d mmmm yyyy hh.mm"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading and its width in characters."""

    heading: str
    width: int = 18


@dataclass(frozen=True, slots=True)
class SheetOut:
    """One sheet: `rows` may be a generator. `note` (when it was made, which filters) stands above the headings.

    Cells: text, whole or broken numbers, bool (Ya, Tidak), date and instant (shown in Indonesian), None (empty).
    A row may be shorter than the headings.
    """

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    note: str | None = None


def write(sheets: Sequence[SheetOut], *, made_at: datetime | None = None) -> bytes:
    """Return the workbook: headings frozen, with filter and widths; the same input gives the same bytes.

    `made_at` becomes the date in the file's properties (1 January 2000 without it).

    Raises:
        InvalidInput: `printing.nothing_to_print` without a sheet; `printing.too_many_rows` beyond Excel's 1,048,576.
    """
    if not sheets:
        raise InvalidInput("printing.nothing_to_print")
    out = io.BytesIO()
    # Rows wait in files of this folder; it goes away also when a row can not be made.
    with tempfile.TemporaryDirectory(prefix="workbook-") as folder:
        book = xlsxwriter.Workbook(out, {"constant_memory": True, "tmpdir": folder})
        book.set_properties({"created": (made_at or datetime(2000, 1, 1)).replace(tzinfo=None)})  # noqa: DTZ001
        try:
            _fill(book, sheets)
        finally:
            book.close()
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class _Formats:
    head: Any
    note: Any
    active: Any
    day: Any
    instant: Any


def _fill(book: Any, sheets: Sequence[SheetOut]) -> None:
    formats = _Formats(
        head=book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E3ECF0"}),
        note=book.add_format({"italic": True, "font_color": "#555555"}),
        active=book.add_format({"quote_prefix": True}),
        day=book.add_format({"num_format": _DATE, "align": "left"}),
        instant=book.add_format({"num_format": _INSTANT, "align": "left"}),
    )
    taken: set[str] = set()
    for out in sheets:
        _write_sheet(book.add_worksheet(_title(out.title, taken)), out, formats)


def _write_sheet(sheet: Any, out: SheetOut, formats: _Formats) -> None:
    head = 0 if out.note is None else 1
    for at, column in enumerate(out.columns):
        sheet.set_column(at, at, column.width)
    if out.note is not None:
        sheet.write_string(0, 0, _text(out.note), formats.note)
    for at, column in enumerate(out.columns):
        sheet.write_string(head, at, _text(column.heading), formats.head)
    sheet.freeze_panes(head + 1, 0)
    last = head
    for last, row in enumerate(out.rows, head + 1):
        if last >= MOST_ROWS:
            raise InvalidInput("printing.too_many_rows", sheet=out.title, most=MOST_ROWS - head - 1)
        for at, cell in enumerate(row):
            _write_cell(sheet, last, at, cell, formats)
    if out.columns:
        sheet.autofilter(head, 0, last, len(out.columns) - 1)
    sheet.repeat_rows(head)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _write_cell(sheet: Any, row: int, at: int, cell: Cell, formats: _Formats) -> None:
    """Write one cell by its type, never by what its text looks like."""
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        sheet.write_string(row, at, "Ya" if cell else "Tidak")
    elif isinstance(cell, str):
        sheet.write_string(row, at, _text(cell), formats.active if cell.startswith(_ACTIVE) else None)
    elif isinstance(cell, datetime) and cell.year >= FIRST_YEAR:
        sheet.write_datetime(row, at, cell.replace(tzinfo=None), formats.instant)
    elif isinstance(cell, date) and cell.year >= FIRST_YEAR:
        sheet.write_datetime(row, at, cell, formats.day)
    elif isinstance(cell, date):  # Excel knows no day before 1900
        sheet.write_string(row, at, long_date(cell))
    else:
        sheet.write_number(row, at, cell)


def _text(text: str) -> str:
    """What a cell can hold: whole characters, at most 32,767 as Excel counts them (in UTF-16)."""
    clean = _UNENCODABLE.sub("\ufffd", text)
    wide = clean.encode("utf-16-le")
    return clean if len(wide) <= 2 * MOST_TEXT else wide[: 2 * MOST_TEXT - 2].decode("utf-16-le", "ignore") + "…"


def _title(wanted: str, taken: set[str]) -> str:
    """A title that Excel accepts: 31 characters, none of []:*?/\\, no apostrophe at the ends, each only once."""
    clean = _FORBIDDEN_IN_TITLE.sub(" ", wanted).strip(" '")[:MOST_TITLE].strip(" '")
    clean = "Lembar" if clean.lower() in {"", "history"} else clean
    title, number = clean, 1
    while title.lower() in taken:
        number += 1
        ending = f" ({number})"
        title = clean[: MOST_TITLE - len(ending)] + ending
    taken.add(title.lower())
    return title
