"""What is kept of a list of pupils is read as the list was."""

from datetime import date
from pathlib import Path

import pytest

from assessor_registry.intake.cells import EMPTY, MISSING, Cell, Kind, Row, Sheet
from assessor_registry.intake.keeping import rewritten
from assessor_registry.intake.workbook import read_workbook

ODD = ("a  b ", " <b> & \"c\" 'd'", "baris\nkedua\tx", "a\r\nb", "_x0041_ _x41_", "\x01\x1f\x7f", "éß漢😀", "=1+1",
       "0012", "-", "1e5", "TRUE", "#N/A")  # fmt: skip
KINDS = (
    *(Cell(Kind.TEXT, text) for text in ODD),
    *(Cell(Kind.NUMBER, number) for number in (0.0, -1.5, 28.0, 1e300, 6472011203850010.0, 0.1 + 0.2)),
    *(Cell(Kind.DATE, day) for day in (date(1900, 3, 1), date(2010, 8, 25), date(2100, 12, 31))),
    Cell(Kind.BOOL, True), Cell(Kind.BOOL, False), MISSING, EMPTY, Cell(Kind.FORMULA, "12", True),
    Cell(Kind.FORMULA, "TRUE"), Cell(Kind.FORMULA, "a & b"), Cell(Kind.FORMULA, "0012"), Cell(Kind.TEXT, "akhir"),
)  # fmt: skip


def _read(content: bytes, folder: Path) -> tuple[Sheet, ...]:
    path = folder / "disimpan.xlsx"
    path.write_bytes(content)
    return read_workbook(path)


def test_every_kind_of_cell_comes_back(tmp_path: Path) -> None:
    down = tuple(Row(number, (EMPTY, cell)) for number, cell in enumerate(KINDS, 3) if cell is not EMPTY)
    sheets = (Sheet('Lembar "1" & <2>', (Row(1, KINDS), *down)), Sheet("Lain", (Row(70_000, (Cell(Kind.TEXT, "x"),)),)))
    assert _read(rewritten(sheets), tmp_path) == sheets


@pytest.mark.parametrize("keep", ["all", "students"])
def test_the_samples_come_back(tmp_path: Path, assessor_sample: Path, student_sample: Path, keep: str) -> None:
    path = assessor_sample if keep == "all" else student_sample
    sheets = read_workbook(path, keep=keep)  # type: ignore[arg-type]
    assert _read(rewritten(sheets), tmp_path) == sheets


def test_what_is_kept_is_the_same_each_time(student_sample: Path) -> None:
    sheets = read_workbook(student_sample, keep="students")
    assert rewritten(sheets) == rewritten(sheets)
