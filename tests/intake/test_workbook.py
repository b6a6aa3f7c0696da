"""Ordinary workbooks and text files, read through the child process."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from assessor_registry.errors import InvalidInput
from assessor_registry.intake.cells import EMPTY, MISSING, Cell, Kind
from assessor_registry.intake.workbook import read_workbook

Package = Callable[..., Path]


def test_rows_keep_the_numbers_that_excel_shows(assessor_sample: Path) -> None:
    (sheet,) = read_workbook(assessor_sample)
    numbers = [row.number for row in sheet.rows]
    assert sheet.name == "Data Asesor"
    assert numbers == [number for number in range(1, 80) if number not in (3, 25, 47, 78)]


def test_leading_empty_rows_and_columns_do_not_shift_anything(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["C5"] = "Nama"
    book.save(tmp_path / "a.xlsx")
    (sheet,) = read_workbook(tmp_path / "a.xlsx")
    assert [(row.number, row.cells) for row in sheet.rows] == [(5, (EMPTY, EMPTY, Cell(Kind.TEXT, "Nama")))]


def test_each_kind_of_cell_arrives_as_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "jenis.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        page.write_string(0, 0, "=teks")
        page.write_number(0, 1, 5)
        page.write_datetime(0, 2, date(2024, 2, 29), day)
        page.write_boolean(0, 3, True)
        page.write_formula(0, 4, "=1+1", None, 2)
        page.write_formula(0, 5, '="MET"', None, "MET")
        page.write_string(0, 6, " ")
        page.write_formula(0, 7, "=TODAY()", day, 45351)
        page.write_formula(0, 8, "=1/0", None, "#DIV/0!")
        page.write_string(0, 9, "akhir")
    (sheet,) = read_workbook(path)
    assert sheet.rows[0].cells == (
        Cell(Kind.TEXT, "=teks"),
        Cell(Kind.NUMBER, 5.0),
        Cell(Kind.DATE, date(2024, 2, 29)),
        Cell(Kind.BOOL, True),
        Cell(Kind.FORMULA, "2", True),
        Cell(Kind.FORMULA, "MET"),
        Cell(Kind.TEXT, " "),
        Cell(Kind.FORMULA, "2024-02-29"),
        MISSING,
        Cell(Kind.TEXT, "akhir"),
    )


def test_a_formula_without_cached_value_is_missing_even_below_and_beside_all_values(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "Nama"
    book.active["C4"] = '=HYPERLINK("http://127.0.0.1/x","klik")'
    book.save(tmp_path / "rumus.xlsx")
    (sheet,) = read_workbook(tmp_path / "rumus.xlsx")
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (1, (Cell(Kind.TEXT, "Nama"),)),
        (4, (EMPTY, EMPTY, MISSING)),
    ]


def test_cells_merged_over_rows_show_the_value_in_each(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page["A1"], page["B1"], page["B2"], page["B3"], page["A4"] = "SMK 1", 1, 2, 3, "SMK 2"
    page.merge_cells("A1:A3")
    book.save(tmp_path / "gabung.xlsx")
    (sheet,) = read_workbook(tmp_path / "gabung.xlsx")
    assert [row.cells[0].value for row in sheet.rows] == ["SMK 1", "SMK 1", "SMK 1", "SMK 2"]


def test_hidden_sheets_are_not_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "terlihat"
    hidden = book.create_sheet("Rahasia")
    hidden["A1"] = "tersembunyi"
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    assert [sheet.name for sheet in read_workbook(tmp_path / "a.xlsx")] == ["Sheet"]


def test_a_formula_that_gives_an_empty_text_is_empty_and_one_without_value_is_missing(package: Package) -> None:
    cells = (
        '<c r="A1" t="str"><f>A9</f><v></v></c><c r="B1"><f>A9</f><v></v></c>'
        '<c r="C1" t="str"><f>A9</f></c><c r="D1"><v>4</v></c>'
    )
    (sheet,) = read_workbook(package(f'<row r="1">{cells}</row>'))
    assert sheet.rows[0].cells == (EMPTY, MISSING, MISSING, Cell(Kind.NUMBER, 4.0))


def test_what_a_list_of_pupils_does_not_need_never_leaves_the_child(student_sample: Path) -> None:
    everything = repr(read_workbook(student_sample))
    kept = repr(read_workbook(student_sample, keep="students"))
    for private in ("Ibu Contoh", "Wiraswasta", "6409010101100001", "Islam", "Sepeda motor"):
        assert private in everything
        assert private not in kept
    assert "6409012508100001" in kept


def test_every_pupil_survives_the_reduction(student_sample: Path) -> None:
    (sheet,) = read_workbook(student_sample, keep="students")
    assert [row.number for row in sheet.rows] == list(range(1, 115))


def test_of_a_sheet_without_names_only_the_likeliest_headings_leave_the_child(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Catatan rapat"])
    book.active.append(["Alamat", "HP", "Email"])
    book.active.append(["Jl. Contoh 1", "0811", "a@b.example"])
    book.save(tmp_path / "a.xlsx")
    (sheet,) = read_workbook(tmp_path / "a.xlsx", keep="students")
    assert [[cell.value for cell in row.cells] for row in sheet.rows] == [["Alamat", "HP", "Email"]]


@pytest.mark.parametrize(
    "content",
    [
        b"Nama,NIK\r\nSiti,123\r\n",
        b"\xef\xbb\xbf" + b"Nama;NIK\nSiti;123\n",
        "Nama\tNIK\nSiti\t123\n".encode("utf-16"),
        b"sep=;\r\nNama;NIK\r\nSiti;123\r\n",
    ],
    ids=["comma", "semicolon-bom", "utf-16", "told"],
)
def test_text_is_read_in_each_dialect_of_excel(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    (sheet,) = read_workbook(tmp_path / "a.csv")
    first = 2 if content.startswith(b"sep") else 1
    assert [row.number for row in sheet.rows] == [first, first + 1]
    assert [[cell.value for cell in row.cells] for row in sheet.rows] == [["Nama", "NIK"], ["Siti", "123"]]


def test_text_in_cp1252_with_commas_inside_and_formulas(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes('Nama;NIK;X\n"René, S.Pd.";="0123";=1+1\n\n+62;-;@a\n'.encode("cp1252"))
    (sheet,) = read_workbook(tmp_path / "a.csv")
    assert [row.number for row in sheet.rows] == [1, 2, 4]
    assert sheet.rows[1].cells == (Cell(Kind.TEXT, "René, S.Pd."), Cell(Kind.TEXT, "0123"), MISSING)
    assert [cell.value for cell in sheet.rows[2].cells] == ["+62", "-", "@a"]


def test_the_name_as_the_user_knows_it_tells_text_from_workbook(tmp_path: Path) -> None:
    (tmp_path / "unggahan").write_bytes(b"Nama,NIK\nSiti,1\n")
    assert read_workbook(tmp_path / "unggahan", name="Daftar Asesor.CSV")
    with pytest.raises(InvalidInput) as refused:
        read_workbook(tmp_path / "unggahan", name="Daftar Asesor.xlsx")
    assert refused.value.code == "workbook.not_a_workbook"
