"""A list of units of competency, of one scheme or several, from sheets to typed rows. Pure: no database.

A row that names no scheme belongs to the one above it, as in a list with merged cells; its cluster too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from assessor_registry.errors import InvalidInput
from assessor_registry.intake.cells import Row, Sheet, text_of
from assessor_registry.intake.findings import Finding, RowReader
from assessor_registry.intake.headings import Table, Vocabulary, rule
from assessor_registry.intake.tabulate import choose, data_rows
from assessor_registry.schemes.rules import KINDS, clean_code, known_shape

SCHEMES = Vocabulary(
    rules=(
        rule("unit_code", "kode unit"),
        rule("unit_code", "nomor unit"),
        rule("unit_title", "judul unit"),
        rule("unit_title", "nama unit"),
        rule("unit_title", "unit", only="kompetensi"),
        rule("kind", "jenis skema"),
        rule("kind", "jenis", only="sertifikasi kemasan"),
        rule("kind", "kemasan"),
        rule("level", "level"),
        rule("level", "jenjang", only="skema kkni kualifikasi"),
        rule("label", "edisi"),
        rule("label", "versi"),
        rule("source", "sumber"),
        rule("first_day", "tanggal mulai"),
        rule("first_day", "berlaku mulai"),
        rule("first_day", "tanggal berlaku"),
        rule("first_day", "mulai", only=""),
        rule("complete", "lengkap"),
        rule("scheme_number", "nomor skema"),
        rule("scheme_number", "kode skema"),
        rule("scheme_title", "judul skema"),
        rule("scheme_title", "nama skema"),
        rule("scheme_title", "skema", only="sertifikasi kompetensi"),
        rule("cluster", "klaster"),
        rule("cluster", "cluster"),
        rule("cluster", "kelompok pekerjaan"),
        rule("unit_code", "kode", only=""),
        rule("unit_title", "judul", only=""),
        rule("ordinal", "nomor", only="urut"),
    ),
    required={"unit_code": "Kode unit", "unit_title": "Judul unit"},
    decisive=frozenset({"unit_code", "unit_title", "scheme_number", "scheme_title"}),
)
_YES = frozenset({"ya", "y", "yes", "lengkap", "true", "benar", "1"})
_NO = frozenset({"tidak", "t", "tdk", "no", "n", "belum", "belum lengkap", "tidak lengkap", "false", "salah", "0"})
_KINDS = {kind.casefold(): kind for kind in KINDS} | {"okupasi nasional": "Okupasi", "cluster": "Klaster"}


@dataclass(frozen=True, slots=True)
class SchemeRow:
    """One unit (unit kompetensi) of a scheme. None: nothing is written, or it can not be read (a finding says so).

    `code` has no blanks and is in capitals; `title` is as written. `complete` None: the file does not say. What the
    row does not say of its scheme is taken from the row above when the row names no scheme at all.
    """

    row: int
    number: str | None
    scheme: str | None
    kind: str | None
    level: str | None
    label: str | None
    source: str | None
    first_day: date | None
    complete: bool | None
    cluster: str | None
    code: str | None
    title: str | None
    raw: dict[str, str]
    findings: tuple[Finding, ...]

    @property
    def refused(self) -> bool:
        """Whether the row can not go in."""
        return any(finding.level == "refused" for finding in self.findings)


@dataclass(frozen=True, slots=True)
class SchemeFile:
    """A list of units as read, refused rows too."""

    rows: tuple[SchemeRow, ...]
    columns: dict[str, str]
    findings: tuple[Finding, ...]


def parse_schemes(sheets: Iterable[Sheet]) -> SchemeFile:
    """Return the units of a workbook.

    Raises:
        InvalidInput: no sheet has headings for the code and the title of a unit and for the scheme.
    """
    sheet, table, findings = choose(sheets, SCHEMES)
    if not {"scheme_number", "scheme_title"} & table.columns.keys():
        raise InvalidInput(
            "intake.headings_missing", sheet=sheet.name, row=table.heading_row, found=", ".join(table.found),
            needed="Nomor skema / Judul skema",
        )  # fmt: skip
    data, _ = data_rows(sheet, table, ("unit_code", "unit_title"), lambda reader: reader.row)
    inside, below = _split(data, table)
    rows: list[SchemeRow] = []
    for row in inside:
        rows.append(_read(RowReader(row, table), rows[-1] if rows else None))
    columns = {field: table.labels[column] for field, column in table.columns.items()}
    left = [_left_out(row, table) for row in below]
    return SchemeFile(tuple(rows), columns, (*findings, *left))


def _split(data: list[Row], table: Table) -> tuple[list[Row], list[Row]]:
    """Part the table from a signature block below it, whose lines may stand in the column of the titles.

    A line there has one cell; a unit without its code that is numbered, or says anything else, is refused by its row.
    """
    last = max((row.number for row in data if text_of(row.cell(table.columns["unit_code"]))), default=0)

    def belongs(row: Row) -> bool:
        return row.number <= last or sum(text_of(cell) is not None for cell in row.cells) > 1

    return [row for row in data if belongs(row)], [row for row in data if not belongs(row)]


def _left_out(row: Row, table: Table) -> Finding:
    label = table.label("unit_title")
    value = text_of(row.cell(table.columns["unit_title"])) or ""
    return Finding("warned", row.number, label, value, "intake.line_below_table", {"row": row.number})


def _read(reader: RowReader, above: SchemeRow | None) -> SchemeRow:
    own = any(text_of(reader.cell(name)) for name in ("scheme_number", "scheme_title"))
    inherits = not own and above is not None
    given = {name: reader.text(name) for name in ("scheme_number", "scheme_title", "level", "label", "source")}
    kind, complete, first_day = _kind(reader), _complete(reader), reader.day("first_day")
    cluster = reader.text("cluster")
    if not own and above is None:
        reader.refuse("scheme_title", "intake.scheme_unnamed")
    code, title = _unit(reader)
    row = SchemeRow(
        reader.row.number, given["scheme_number"], given["scheme_title"], kind, given["level"], given["label"],
        given["source"], first_day, complete, cluster, code, title, reader.raw(), tuple(reader.findings),
    )  # fmt: skip
    return _with(row, above) if inherits and above is not None else row


def _unit(reader: RowReader) -> tuple[str | None, str | None]:
    written, title = reader.text("unit_code"), reader.text("unit_title")
    if written is None:
        reader.refuse("unit_code", "intake.no_unit_code")
    if title is None:
        reader.refuse("unit_title", "intake.no_unit_title")
    code = clean_code(written) if written else None
    if code and not known_shape(code):
        reader.warn("unit_code", "schemes.code_shape_unknown", unit=code)
    return code, title


def _kind(reader: RowReader) -> str | None:
    text = reader.text("kind")
    if text is None:
        return None
    kind = _KINDS.get(text.casefold())
    if kind is None:
        reader.warn("kind", "intake.scheme_kind_unknown", value=text[:40])
    return kind


def _complete(reader: RowReader) -> bool | None:
    text = reader.text("complete")
    if text is None or text.casefold() in _YES:
        return None if text is None else True
    if text.casefold() not in _NO:
        reader.refuse("complete", "intake.complete_unreadable", value=text[:40])
    return False


def _with(row: SchemeRow, above: SchemeRow) -> SchemeRow:
    """The row with what it leaves to the one above."""
    return SchemeRow(
        row.row, above.number, above.scheme, row.kind or above.kind, row.level or above.level,
        row.label or above.label, row.source or above.source, row.first_day or above.first_day,
        above.complete if row.complete is None else row.complete, row.cluster or above.cluster,
        row.code, row.title, row.raw, row.findings,
    )  # fmt: skip
