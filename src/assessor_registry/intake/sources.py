"""A file on its way in: read in the guarded child process, parsed, and what is kept of it for the second reading."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import xlsxwriter

from assessor_registry.errors import InvalidInput
from assessor_registry.intake.assessor_rows import AssessorFile, parse_assessors
from assessor_registry.intake.cells import Cell, Kind, Sheet
from assessor_registry.intake.scheme_rows import SchemeFile, parse_schemes
from assessor_registry.intake.school_rows import SchoolFile, parse_schools
from assessor_registry.intake.student_rows import StudentFile, parse_students
from assessor_registry.intake.workbook import read_workbook

KINDS = ("assessors", "students", "schemes", "schools")


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed file. `content` is what is kept: of a list of pupils only the columns that the registry needs."""

    kind: str
    name: str = field(repr=False)
    content: bytes = field(repr=False)
    file: AssessorFile | StudentFile | SchemeFile | SchoolFile = field(repr=False)


def read_source(kind: str, path: Path, name: str, *, today: date, validity_years: int) -> Source:
    """Read and parse a file of `kind`; `name` is what its sender calls it. See `read_workbook` and the parsers.

    Raises:
        InvalidInput: it can not be read, or is not what it should be.
        Unavailable: too many files are being read just now.
    """
    if kind == "assessors":
        sheets = read_workbook(path, name=name)
        parsed = parse_assessors(sheets, today=today, validity_years=validity_years)
        return Source(kind, name, path.read_bytes(), parsed)
    if kind == "students":
        sheets = read_workbook(path, name=name, keep="students")
        return Source(kind, name, rewritten(sheets), parse_students(sheets))
    if kind == "schemes":
        return Source(kind, name, path.read_bytes(), parse_schemes(read_workbook(path, name=name)))
    if kind == "schools":
        return Source(kind, name, path.read_bytes(), parse_schools(read_workbook(path, name=name)))
    raise InvalidInput("intake.kind_unknown", field="kind")


def rewritten(sheets: Sequence[Sheet]) -> bytes:
    """Return a workbook with the cells of `sheets` where they were, and nothing else; it is read as they were.

    Parents, income and health, which an export of pupils also holds, are so never kept.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name[:31] or None)
        for row in sheet.rows:
            for column, cell in enumerate(row.cells):
                _put(page, row.number - 1, column, cell, day)
    book.close()
    return out.getvalue()


def _put(page: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell, day: object) -> None:
    match cell.kind:
        case Kind.TEXT:
            page.write_string(row, column, str(cell.value))
        case Kind.NUMBER:
            page.write_number(row, column, cell.value)
        case Kind.DATE:
            page.write_datetime(row, column, cell.value, day)
        case Kind.BOOL:
            page.write_boolean(row, column, cell.value)
        case Kind.FORMULA:
            # Only the cached value is ever read; the formula itself was never known here.
            page.write_formula(row, column, "=NA()", None, float(str(cell.value)) if cell.numeric else cell.value)
        case Kind.MISSING:
            page.write_formula(row, column, "=NA()", None, "#N/A")
