"""A list of pupils (Dapodik's Daftar Peserta Didik, or a plain one), from sheets to typed rows. Pure: no database.

Only the columns that the registry needs are kept; parents, income, bank and health are dropped where the file is read.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from assessor_registry.assessors.rules import Sex
from assessor_registry.errors import InvalidInput, Param
from assessor_registry.intake.cells import Sheet, text_of
from assessor_registry.intake.findings import Finding, RowReader
from assessor_registry.intake.headings import Table, locate, words_of
from assessor_registry.intake.tabulate import choose, data_rows, said_of_lines, signature_lines
from assessor_registry.intake.vocabulary import ASSESSORS, STUDENTS

NISN = re.compile(r"^\d{10}$", re.ASCII)
IDENTITY = ("nisn", "nik", "nipd")
_SCHOOL = re.compile(r"\b(?:SMK[NS]?|SMAK?|MAK?|SLB)\b", re.IGNORECASE)
_NPSN = re.compile(r"\bNPSN\W*(\d{8})\b", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class StudentRow:
    """One pupil (peserta didik). None: nothing is written, or it can not be read (a finding says so).

    `nisn` is 10 digits, `nik` 16; `class_group` is the Rombel as written; `raw` has only the columns that are kept.
    """

    row: int
    name: str | None
    nipd: str | None
    sex: Sex | None
    nisn: str | None
    birth_place: str | None
    birth_date: date | None
    nik: str | None
    address: str | None
    rt: str | None
    rw: str | None
    village: str | None
    district: str | None
    phone: str | None
    email: str | None
    class_group: str | None
    raw: dict[str, str]
    findings: tuple[Finding, ...]

    @property
    def refused(self) -> bool:
        """Whether the row can not go in."""
        return any(finding.level == "refused" for finding in self.findings)

    @property
    def identity(self) -> tuple[str, str] | None:
        """What tells this pupil from others of the school: NISN, else NIK, else NIPD."""
        for kind in IDENTITY:
            if value := getattr(self, kind):
                return kind, value
        return None


@dataclass(frozen=True, slots=True)
class StudentFile:
    """A list of pupils as read, refused rows too. School name and NPSN are those of the title lines, when there."""

    rows: tuple[StudentRow, ...]
    school_name: str | None
    npsn: str | None
    sheet_name: str
    heading_row: int
    columns: dict[str, str]
    ignored_columns: tuple[str, ...]
    skipped: tuple[int, ...]
    findings: tuple[Finding, ...]


def parse_students(sheets: Iterable[Sheet]) -> StudentFile:
    """Return the pupils of a workbook.

    Raises:
        InvalidInput: no sheet has the heading Nama and one of NISN, NIK, NIPD; or it is a register of assessors.
    """
    sheets = tuple(sheets)
    _require_pupils(sheets)
    sheet, table, findings = choose(sheets, STUDENTS)
    if not any(name in table.columns for name in IDENTITY):
        raise InvalidInput(
            "intake.headings_missing",
            sheet=sheet.name,
            row=table.heading_row,
            found=", ".join(table.found),
            needed="NISN",
        )
    kept = set(table.columns.values())
    shown_only = replace(table, labels={column: label for column, label in table.labels.items() if column in kept})
    below = signature_lines(sheet, shown_only, IDENTITY)
    read, skipped = data_rows(sheet, shown_only, IDENTITY, _read, below=below)
    rows = _refuse_repeated(read, shown_only)
    school_name, npsn = _titles(sheet, table)
    columns = {field: table.labels[column] for field, column in table.columns.items()}
    return StudentFile(
        tuple(rows),
        school_name,
        npsn,
        sheet.name,
        table.heading_row,
        columns,
        table.ignored,
        skipped,
        findings + said_of_lines(below, shown_only, IDENTITY),
    )


def _require_pupils(sheets: tuple[Sheet, ...]) -> None:
    """Refuse a register of assessors: it has names and NIK too, and every teacher would become a pupil.

    Its sheet has a column with the number MET of an assessor; a registration number without that word is one only where
    nothing else tells that these are pupils.
    """
    found = [table for sheet in sheets if (table := locate(sheet.name, sheet.rows, STUDENTS))]
    table = max(found, key=lambda each: each.rank, default=None)
    if table is None:
        return
    pupils = not table.columns.keys().isdisjoint({"nisn", "nipd", "class_group"})
    for words in map(words_of, table.labels.values()):
        meaning = ASSESSORS.meaning(words)
        if meaning is not None and meaning[1] == "registration" and ("met" in words or not pupils):
            raise InvalidInput("intake.register_of_assessors", field="file", sheet=table.sheet_name)


def _titles(sheet: Sheet, table: Table) -> tuple[str | None, str | None]:
    titles = [
        text for row in sheet.rows if row.number < table.heading_row for cell in row.cells if (text := text_of(cell))
    ]
    school = next((text for text in titles if _SCHOOL.search(text)), None)
    npsn = next((match[1] for text in titles if (match := _NPSN.search(text))), None)
    return school, npsn


def _read(reader: RowReader) -> StudentRow:
    name = reader.needed("name", "intake.no_name")
    birth_place, birth_date = reader.birth()
    sex = reader.sex()
    nik = reader.nik(birth_date, sex)
    if nik is None and reader.texts.get("nik") is None:
        reader.warn("nik", "intake.no_nik")
    class_group = reader.text("class_group")
    if class_group is None:
        reader.warn("class_group", "intake.no_class_group")
    return StudentRow(
        row=reader.row.number,
        name=name,
        nipd=reader.text("nipd"),
        sex=sex,
        nisn=_nisn(reader),
        birth_place=birth_place,
        birth_date=birth_date,
        nik=nik,
        address=reader.text("address"),
        rt=reader.text("rt"),
        rw=reader.text("rw"),
        village=reader.text("village"),
        district=reader.text("district"),
        phone=reader.phone(),
        email=reader.email(),
        class_group=class_group,
        raw=reader.raw(),
        findings=tuple(reader.findings),
    )


def _nisn(reader: RowReader) -> str | None:
    nisn = reader.code("nisn")
    if nisn is None:
        reader.warn("nisn", "intake.no_nisn")
    elif not NISN.match(nisn):
        reader.refuse("nisn", "intake.nisn_length", found=len(nisn))
        return None
    return nisn


def _refuse_repeated(rows: list[StudentRow], table: Table) -> Iterable[StudentRow]:
    """Refuse the second row with the same NISN; without NISN the same NIK, without both the same NIPD."""
    first: dict[tuple[str, str], StudentRow] = {}
    for row in rows:
        identity = row.identity
        if identity is None or first.setdefault(identity, row) is row:
            yield row
            continue
        label = table.label(identity[0])
        params: dict[str, Param] = {"column": label, "first_row": first[identity].row}
        finding = Finding("refused", row.row, label, identity[1], "intake.second_pupil", params)
        yield replace(row, findings=(*row.findings, finding))
