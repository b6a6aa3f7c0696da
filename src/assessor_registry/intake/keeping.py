"""What is kept of a list of pupils: a workbook of its needed cells, and nothing else.

Parents, income and health, which an export of pupils also holds, are so never kept. It is written here and not by a
library, because that takes longer than reading 26,500 pupils does; it needs none of what a library can.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from html import escape
from zipfile import ZIP_DEFLATED, ZipFile

from assessor_registry.intake.cells import EMPTY, EXCEL_EPOCH, Cell, Kind, Row, Sheet, column_letters

_LEVEL = 3
_ROWS_AT_ONCE = 500
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# One style of its own: a day as day/month/year.
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
# What XML can not hold, and what would be read as one of those: as Excel writes them.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9a-fA-F]{4}_)")
_SPECIAL = re.compile(f"[&<>\"']|{_UNWRITABLE.pattern}")


def rewritten(sheets: Sequence[Sheet]) -> bytes:
    """Return a workbook with the cells of `sheets` where they were; it is read as they were."""
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name, content in _frame(sheets):
            archive.writestr(name, content)
        for number, sheet in enumerate(sheets, 1):
            with archive.open(f"xl/worksheets/sheet{number}.xml", "w") as part:
                for text in _worksheet(sheet.rows):
                    part.write(text.encode())
    return out.getvalue()


def _frame(sheets: Sequence[Sheet]) -> Iterator[tuple[str, str]]:
    """Yield the parts that only say where the sheets are."""
    numbers = range(1, len(sheets) + 1)
    kinds = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    kinds += [(f"/xl/worksheets/sheet{number}.xml", "worksheet") for number in numbers]
    overrides = "".join(f'<Override PartName="{name}" ContentType="{_TYPE}.{kind}+xml"/>' for name, kind in kinds)
    default = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    yield "[Content_Types].xml", f'{_XML}<Types xmlns="{_PACKAGE}/content-types">{default}{overrides}</Types>'
    yield "_rels/.rels", _relations([("rId1", "officeDocument", "xl/workbook.xml")])
    listed = "".join(
        f'<sheet name="{_text(sheet.name)}" sheetId="{number}" r:id="rId{number}"/>'
        for number, sheet in zip(numbers, sheets, strict=True)
    )
    yield (
        "xl/workbook.xml",
        (f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'),
    )
    targets = [(f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
    yield "xl/_rels/workbook.xml.rels", _relations([*targets, (f"rId{len(sheets) + 1}", "styles", "styles.xml")])
    yield "xl/styles.xml", _STYLES


def _relations(listed: Iterable[tuple[str, str, str]]) -> str:
    inside = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for name, kind, target in listed
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


def _worksheet(rows: Sequence[Row]) -> Iterator[str]:
    letters = [column_letters(column) for column in range(max((len(row.cells) for row in rows), default=0))]
    yield f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        yield "".join([_row(row, letters) for row in rows[start : start + _ROWS_AT_ONCE]])
    yield "</sheetData></worksheet>"


def _row(row: Row, letters: Sequence[str]) -> str:
    number, text = row.number, Kind.TEXT
    filled = [(letter, cell) for letter, cell in zip(letters, row.cells, strict=False) if cell is not EMPTY]
    escaped = _text if _SPECIAL.search("\n".join([str(cell.value) for _, cell in filled if cell.kind is text])) else str
    cells = [
        f'<c r="{letter}{number}" t="inlineStr"><is><t xml:space="preserve">{escaped(cell.value)}</t></is></c>'
        if cell.kind is text
        else f'<c r="{letter}{number}"{_other(cell)}</c>'
        for letter, cell in filled
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _other(cell: Cell) -> str:
    """A cell that is no text, from after its reference."""
    match cell.kind, cell.value:
        case Kind.DATE, date() as day:
            return f' s="1"><v>{_serial(day)}</v>'
        case Kind.BOOL, value:
            return f' t="b"><v>{int(bool(value))}</v>'
        case Kind.FORMULA, value:
            # Only the cached value is ever read; the formula itself was never known here.
            kind = "" if cell.numeric else ' t="str"'
            return f"{kind}><f>NA()</f><v>{_text(value)}</v>"
        case Kind.MISSING, _:
            return ' t="e"><f>NA()</f><v>#N/A</v>'
    return f"><v>{cell.value!r}</v>"


def _serial(day: date) -> int:
    """The number of a day; Excel counts a 29 February 1900 that never was."""
    days = (day - EXCEL_EPOCH).days
    return days if days > 60 else days - 1


def _text(text: object) -> str:
    return _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", escape(str(text)))
