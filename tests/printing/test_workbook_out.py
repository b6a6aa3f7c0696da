"""A workbook is read back by another library: text stays text, dates are dates, nothing is ever a formula."""

import io
import re
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor_registry.errors import InvalidInput
from assessor_registry.printing import workbook
from assessor_registry.printing.workbook import Cell, Column, SheetOut, write

WITA = timezone(timedelta(hours=8))
COLUMNS = (Column("NIK", 20), Column("Nama", 30), Column("Berlaku sampai"))


def read(data: bytes) -> Any:
    """The workbook as openpyxl reads it."""
    return openpyxl.load_workbook(io.BytesIO(data))


def cell_of(value: Cell) -> Any:
    """One value written and read back."""
    return read(write([SheetOut("Daftar", COLUMNS, [[value]])])).active["A2"]


@pytest.mark.parametrize("text", ["0012345678901234", "0061234567", "007", "1e5", "TRUE", "2026-11-21", "https://x.id"])
def test_text_that_looks_like_a_number_stays_text(text: str) -> None:
    found = cell_of(text)
    assert (found.value, found.data_type) == (text, "s")
    assert found.hyperlink is None


@pytest.mark.parametrize("text", ["=1+1", "+62811", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "{=1}", "%0A", "|x"])
def test_text_that_begins_like_a_formula_stays_harmless(text: str) -> None:
    data = write([SheetOut("Daftar", (Column(text),), [[text]], note=text)])
    sheet = read(data).active
    assert [(row[0].value, row[0].data_type) for row in sheet.iter_rows()] == [(text, "s")] * 3
    assert sheet["A3"].quotePrefix is (text[0] != "{")
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200))
def test_any_text_is_read_back(text: str) -> None:
    shown = text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    found = re.sub("_x005F_", "_", cell_of(text).value or "")
    assert found == shown


def test_a_control_character_or_a_half_character_does_not_break_the_file() -> None:
    assert "awal" in cell_of("awal\x00\x07\ud800akhir").value


def test_a_text_beyond_what_a_cell_holds_is_cut_visibly() -> None:
    assert cell_of("x" * 40_000).value == "x" * 32_766 + "…"
    assert cell_of("😀" * 20_000).value == "😀" * 16_383 + "…"


@given(st.dates(min_value=date(1900, 3, 1)))
def test_a_date_is_a_date_in_excel(day: date) -> None:
    found = cell_of(day)
    assert found.value == datetime(day.year, day.month, day.day)
    assert found.number_format == "[$-421]d mmmm yyyy"


def test_an_instant_keeps_its_local_hour() -> None:
    assert cell_of(datetime(2026, 11, 21, 10, 15, tzinfo=WITA)).value == datetime(2026, 11, 21, 10, 15)


@pytest.mark.parametrize(
    ("value", "shown"), [(date(1850, 8, 17), "17 Agustus 1850"), (True, "Ya"), (False, "Tidak"), (12, 12), (1.5, 1.5)]
)
def test_other_values_are_shown(value: Cell, shown: object) -> None:
    assert cell_of(value).value == shown


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_is_an_empty_cell(value: Cell) -> None:
    assert cell_of(value).value is None


@pytest.mark.parametrize(("note", "head"), [(None, 1), ("Dibuat 21 November 2026", 2)])
def test_the_heading_is_frozen_filtered_and_as_wide_as_asked(note: str | None, head: int) -> None:
    sheet = read(write([SheetOut("Daftar", COLUMNS, [["1", "a"], ["2", "b"]], note=note)])).active
    assert [cell.value for cell in sheet[head]] == ["NIK", "Nama", "Berlaku sampai"]
    assert sheet.freeze_panes == f"A{head + 1}"
    assert sheet.auto_filter.ref == f"A{head}:C{head + 2}"
    assert round(sheet.column_dimensions["B"].width) in (30, 31)
    assert (note is None) or sheet["A1"].value == note


def test_a_list_without_rows_still_has_its_heading() -> None:
    sheet = read(write([SheetOut("Daftar", COLUMNS, [])])).active
    assert (sheet.max_row, sheet.auto_filter.ref) == (1, "A1:C1")


def test_titles_become_what_excel_accepts() -> None:
    wanted = ["Asesor [aktif]/*?", "x" * 40, "x" * 41, "DAFTAR", "daftar", "'kutip'", "", "History"]
    titles = read(write([SheetOut(title, COLUMNS, []) for title in wanted])).sheetnames
    assert titles == ["Asesor  aktif", "x" * 31, "x" * 27 + " (2)", "DAFTAR", "daftar (2)", "kutip", "Lembar",
                      "Lembar (2)"]  # fmt: skip


@given(st.lists(st.text(max_size=40), min_size=1, max_size=6))
def test_any_titles_are_accepted_and_distinct(wanted: list[str]) -> None:
    titles = read(write([SheetOut(title, COLUMNS, []) for title in wanted])).sheetnames
    assert len({title.lower() for title in titles}) == len(wanted)
    assert max(map(len, titles)) <= 31


def test_the_same_list_is_the_same_file() -> None:
    sheets = [SheetOut("Daftar", COLUMNS, [["1", "a", date(2026, 11, 21)]])]
    made_at = datetime(2026, 11, 21, 10, 15, tzinfo=WITA)
    assert write(sheets, made_at=made_at) == write(sheets, made_at=made_at)
    assert read(write(sheets, made_at=made_at)).properties.created == datetime(2026, 11, 21, 10, 15)


def test_memory_does_not_grow_with_the_list() -> None:
    def peak(count: int) -> int:
        rows = ([f"{number:016d}", "nama yang sama", None] for number in range(count))
        tracemalloc.start()
        size = len(write([SheetOut("Daftar", COLUMNS, rows)]))
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest - 2 * size  # the file itself, once being made and once given back

    assert peak(10_000) < peak(500) + 300_000


def test_a_list_longer_than_a_sheet_is_refused_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 5)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(InvalidInput) as caught:
        write([SheetOut("Daftar", COLUMNS, [["x"]] * 5)])
    assert caught.value.params == {"sheet": "Daftar", "most": 4}
    assert list(tmp_path.iterdir()) == []


def test_a_row_that_can_not_be_read_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def rows() -> Iterator[list[Cell]]:
        yield ["1"]
        raise RuntimeError("broken")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(RuntimeError, match="broken"):
        write([SheetOut("Daftar", COLUMNS, rows())])
    assert list(tmp_path.iterdir()) == []


def test_no_sheet_is_refused() -> None:
    with pytest.raises(InvalidInput, match="nothing_to_print"):
        write([])
