"""Comma- or semicolon-separated text as Excel writes it in Indonesia: UTF-8 with or without mark, or cp1252."""

import csv
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from assessor_registry.errors import InvalidInput
from assessor_registry.intake.limits import Limits
from assessor_registry.intake.wire import MISSING_WIRE, Wire

DELIMITERS = (";", ",", "\t")
SAMPLE_ROWS = 50
SHEET = "CSV"


def read_delimited(path: Path, limits: Limits) -> Iterator[tuple[int, list[Wire]]]:
    """Yield (row number as Excel would show it, cells) of the rows that are not empty.

    Every cell is text. A cell that begins with `=` would be a formula if Excel opened the file: `="0812"` is the
    usual way to keep a number as text and gives 0812, anything else is a formula without a value.

    Raises:
        InvalidInput: not text, or a limit is broken.
    """
    text = _decode(path.read_bytes())
    first_line = text[:16].splitlines()[0].strip() if text else ""
    told = first_line[4:] if first_line.lower().startswith("sep=") else ""
    delimiter = told if told in DELIMITERS else _sniff(text)
    csv.field_size_limit(limits.text_length)
    count = 0
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            if number == 1 and told:
                continue
            count += len(row)
            if number > limits.farthest_row:
                raise InvalidInput("workbook.too_long", sheet=SHEET, found=number, limit=limits.farthest_row)
            if len(row) > limits.farthest_column:
                raise InvalidInput("workbook.too_wide", sheet=SHEET, limit=limits.farthest_column)
            if count > limits.cells:
                raise InvalidInput("workbook.too_many_cells", limit=limits.cells)
            if any(row):
                yield number, [_wire(cell) for cell in row]
    except csv.Error as error:
        raise InvalidInput("workbook.text_too_long", limit=limits.text_length) from error


def _wire(text: str) -> Wire:
    if not text.startswith("="):
        return text or None
    if text.startswith('="') and text.endswith('"') and len(text) > 2 and '"' not in text[2:-1]:
        return text[2:-1] or None
    return MISSING_WIRE


def _decode(content: bytes) -> str:
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if "\0" not in text:
            return text
    raise InvalidInput("workbook.not_text")


def _sniff(text: str) -> str:
    """Return the delimiter that gives most cells in the first rows; a decimal comma in a cell does not win."""

    def cells(delimiter: str) -> int:
        reader = csv.reader(io.StringIO(text[:65_536], newline=""), delimiter=delimiter)
        try:
            return sum(len(row) - 1 for row in islice(reader, SAMPLE_ROWS) if row)
        except csv.Error:
            return 0

    return max(DELIMITERS, key=cells)
