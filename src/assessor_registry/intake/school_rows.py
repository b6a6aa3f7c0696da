"""A list of schools (the reference of the ministry, or a plain one), from sheets to typed rows. Pure: no database."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from assessor_registry.errors import Param
from assessor_registry.intake.cells import Sheet
from assessor_registry.intake.findings import Finding, RowReader
from assessor_registry.intake.headings import Table, Vocabulary, rule
from assessor_registry.intake.tabulate import choose, data_rows

SCHOOLS = Vocabulary(
    rules=(
        rule("npsn", "npsn"),
        rule("school_name", "nama", only="sekolah satuan pendidikan lengkap resmi"),
        rule("school_name", "sekolah", only=""),
        rule("school_name", "satuan pendidikan", only=""),
        rule("school_region", "kabupaten", without="alamat kode"),
        rule("school_region", "kota", without="alamat kode"),
        rule("ordinal", "nomor", only="urut"),
    ),
    required={"npsn": "NPSN", "school_name": "Nama sekolah"},
    decisive=frozenset({"npsn", "school_name", "school_region"}),
)
_NPSN = re.compile(r"[0-9]{8}")


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """One school. `npsn` is 8 digits; `region` is the kabupaten or kota as written. None: nothing, or unreadable."""

    row: int
    npsn: str | None
    name: str | None
    region: str | None
    raw: dict[str, str]
    findings: tuple[Finding, ...]

    @property
    def refused(self) -> bool:
        """Whether the row can not go in."""
        return any(finding.level == "refused" for finding in self.findings)


@dataclass(frozen=True, slots=True)
class SchoolFile:
    """A list of schools as read, refused rows too."""

    rows: tuple[SchoolRow, ...]
    columns: dict[str, str]
    findings: tuple[Finding, ...]


def parse_schools(sheets: Iterable[Sheet]) -> SchoolFile:
    """Return the schools of a workbook.

    Raises:
        InvalidInput: no sheet has the headings NPSN and Nama sekolah.
    """
    sheet, table, findings = choose(sheets, SCHOOLS)
    read, _ = data_rows(sheet, table, ("npsn",), _read)
    rows = _refuse_repeated(read, table)
    columns = {field: table.labels[column] for field, column in table.columns.items()}
    return SchoolFile(tuple(rows), columns, findings)


def _read(reader: RowReader) -> SchoolRow:
    npsn = reader.code("npsn")
    if npsn is None:
        reader.refuse("npsn", "intake.no_npsn")
    elif not _NPSN.fullmatch(npsn):
        reader.refuse("npsn", "intake.npsn_length", found=len(npsn))
        npsn = None
    name = reader.text("school_name")
    if name is None:
        reader.refuse("school_name", "intake.no_school_name")
    region = reader.text("school_region")
    return SchoolRow(reader.row.number, npsn, name, region, reader.raw(), tuple(reader.findings))


def _refuse_repeated(rows: list[SchoolRow], table: Table) -> Iterable[SchoolRow]:
    """Refuse the second row with the same NPSN."""
    first: dict[str, int] = {}
    for row in rows:
        if row.npsn is None or first.setdefault(row.npsn, row.row) == row.row:
            yield row
            continue
        label = table.label("npsn")
        params: dict[str, Param] = {"first_row": first[row.npsn]}
        finding = Finding("refused", row.row, label, row.npsn, "intake.npsn_twice", params)
        yield replace(row, findings=(*row.findings, finding))
