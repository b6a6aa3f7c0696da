"""A file on its way in: read in the guarded child process, parsed, and what is kept of it for the second reading."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from assessor_registry.errors import InvalidInput
from assessor_registry.intake.assessor_rows import AssessorFile, parse_assessors
from assessor_registry.intake.collecting import without_collecting
from assessor_registry.intake.keeping import rewritten
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
    with without_collecting():
        return _read_source(kind, path, name, today, validity_years)


def _read_source(kind: str, path: Path, name: str, today: date, validity_years: int) -> Source:
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
