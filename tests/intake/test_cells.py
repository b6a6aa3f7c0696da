"""Text, dates, numbers and formulas of single cells."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor_registry.intake.cells import (
    EMPTY,
    MISSING,
    Cell,
    Kind,
    code_of,
    column_letters,
    date_of,
    days_of,
    lines_of,
    shown,
    text_of,
)
from assessor_registry.intake.wire import pack, pack_formula, unpack
from assessor_registry.words import long_date

DAYS = st.dates(date(1928, 1, 1), date(2100, 12, 31))


def text(value: str) -> Cell:
    return Cell(Kind.TEXT, value)


@given(DAYS)
def test_a_day_is_read_from_every_way_to_write_it(day: date) -> None:
    serial = float((day - date(1899, 12, 30)).days)
    indonesian, english = long_date(day).split()[1], f"{day:%B}"
    spellings = [
        text(f"{indonesian} {day.day}, {day.year}"), text(f"{english} {day.day}, {day.year}"),
        text(f"{english[:3]} {day.day} {day.year}"), text(f"{indonesian[:3]}. {day:%d}, {day.year}"),
        text(f"{day:%A}, {english} {day.day}, {day.year}"),
        text(day.isoformat()), text(f"{day:%d/%m/%Y}"), text(f"{day:%d-%m-%Y}"), text(f" {long_date(day)} "),
        text(f"{day.day} {long_date(day).split()[1][:3]} {day.year}"), Cell(Kind.DATE, day), Cell(Kind.NUMBER, serial),
        Cell(Kind.FORMULA, day.isoformat()), Cell(Kind.FORMULA, str(int(serial)), True),
        text(f"s.d. {long_date(day)}"), text(f"'{day.isoformat()}"),
        text(f"{day:%d - %m - %Y}"), text(f"{day:%d/ %m/ %Y}"), text(f"{day:%d/%m/%Y} 00:00:00"),
        text(f"{day:%d-%m-%Y} 7.30"), text(f"Kutai Timur, {long_date(day)}"),
    ]  # fmt: skip
    assert {date_of(cell) for cell in spellings} == {day}


@pytest.mark.parametrize(
    "cell",
    [
        text("31 Februari 2023"), text("2010-02-30"), text("besok"), text("13/12/22"), text("45000"),
        text("0022-12-13"), text("12 Nov 25"), text("Nov 12, 25"), text("November 2025"), text("November 122025"),
        text("November 31, 2025"), text("Nov 12 2025 WIB"), text("12, 2025 November"),
        Cell(Kind.NUMBER, 2024.0), Cell(Kind.NUMBER, 99_999_999.0), Cell(Kind.NUMBER, -5.0), Cell(Kind.BOOL, True),
        Cell(Kind.DATE, date(1899, 12, 31)), Cell(Kind.FORMULA, "x"), text("EXPIRED"), text("12:00:00"),
        text("1 Januari 2020 s.d. 1 Januari 2023"), text("s.d. s.d. 1 Januari 2023"),
    ],
)  # fmt: skip
def test_what_is_there_and_is_no_day_is_an_error(cell: Cell) -> None:
    with pytest.raises(ValueError, match="not a"):
        date_of(cell)


BETWEEN = (" s.d. ", " s/d ", " sd ", " sampai dengan ", " sampai ", " hingga ", " – ", "—", " - ")


@given(DAYS, DAYS, st.sampled_from(BETWEEN))
def test_a_cell_may_hold_the_first_and_the_last_day(first: date, last: date, between: str) -> None:
    assert days_of(text(f"{long_date(first)}{between}{last:%d/%m/%Y}")) == (first, last)
    assert days_of(text(long_date(last))) is days_of(text(f"s.d. {long_date(last)}")) is days_of(EMPTY) is None


def test_of_a_cell_with_two_days_both_have_to_be_days() -> None:
    with pytest.raises(ValueError, match="not a"):
        days_of(text("1 Februari 2023 s.d. 31 Februari 2026"))


@pytest.mark.parametrize("cell", [EMPTY, MISSING, text("-"), text("  "), text("…"), text("\u00a0"), text("--")])
def test_nothing_written_is_nothing(cell: Cell) -> None:
    assert (text_of(cell), date_of(cell), code_of(cell), lines_of(cell)) == (None, None, None, ())


def test_text_is_squeezed_and_kept_otherwise() -> None:
    assert text_of(text("D'Angelo \u00a0Putri\u200b  Lestari ")) == "D'Angelo Putri Lestari"
    assert text_of(text("=1+1")) == "=1+1"
    assert text_of(Cell(Kind.NUMBER, 30410001.0)) == "30410001"
    assert text_of(Cell(Kind.NUMBER, 1.5)) == "1.5"


def test_a_code_loses_apostrophe_blanks_and_dots() -> None:
    assert code_of(text("'6471 0110.0709-0100")) == "6471011007090100"
    assert code_of(Cell(Kind.NUMBER, 6472011203850010.0)) == "6472011203850010"


def test_a_cell_may_hold_several_lines() -> None:
    assert lines_of(text("1. Trainee Kasir\n2) Helper Cookery; \n-")) == ("Trainee Kasir", "Helper Cookery")


def test_a_cell_is_shown_as_excel_does() -> None:
    cells = [
        EMPTY,
        MISSING,
        Cell(Kind.DATE, date(2024, 2, 9)),
        Cell(Kind.BOOL, True),
        Cell(Kind.NUMBER, 3.0),
        text(" a "),
    ]
    assert [shown(cell) for cell in cells] == ["", "(rumus tanpa nilai)", "09/02/2024", "TRUE", "3", " a "]


def test_columns_have_letters() -> None:
    assert [column_letters(column) for column in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


@given(st.none() | st.text(min_size=1) | st.booleans() | st.dates() | st.integers() | st.floats())
def test_a_value_that_goes_through_the_pipe_is_a_cell_of_its_kind(value: object) -> None:
    cell, formula = unpack(pack(value)), unpack(pack_formula(value))  # type: ignore[arg-type]
    assert cell.kind not in (Kind.FORMULA, Kind.MISSING)
    assert formula.kind in (Kind.FORMULA, Kind.MISSING)
    assert formula.value is None or isinstance(formula.value, str)
    assert isinstance(shown(cell), str)


@given(st.floats(allow_nan=True) | st.integers().map(float), st.booleans())
def test_no_number_breaks_the_reading_of_a_date(number: float, formula: bool) -> None:
    cell = unpack(pack_formula(number) if formula else pack(number))
    try:
        day = date_of(cell)
    except ValueError:
        return
    assert day is not None and date(1899, 12, 30) + timedelta(days=10_000) <= day
