"""A list of pupils becomes typed rows; of a Dapodik export only what is needed."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from assessor_registry.errors import InvalidInput
from assessor_registry.intake.cells import Sheet
from assessor_registry.intake.student_rows import StudentFile, parse_students
from assessor_registry.intake.workbook import read_workbook
from assessor_registry.words import sentence

MakeSheet = Callable[..., Sheet]
HEADINGS = ["No", "Nama Siswa", "NISN", "NIK", "L/P", "Tgl Lahir", "Kelas"]
MAYA = [1, "Maya Contoh", "0099000001", "6401015506090016", "P", "15/06/2009", "XII RPL 1"]


@pytest.fixture(scope="module", params=["students", "all"])
def sample(student_sample: Path, request: pytest.FixtureRequest) -> StudentFile:
    return parse_students(read_workbook(student_sample, keep=request.param))


def found(file: StudentFile, level: str) -> dict[int, list[tuple[str, str]]]:
    rows = {row.row: [(each.column, each.code) for each in row.findings if each.level == level] for row in file.rows}
    return {number: findings for number, findings in rows.items() if findings}


def test_the_sample_is_read_whole_with_school_and_headings(sample: StudentFile) -> None:
    assert [row.row for row in sample.rows] == list(range(7, 115))
    assert (sample.school_name, sample.heading_row, sample.skipped) == ("SMK NEGERI CONTOH 7 SAMARINDA", 6, ())
    assert set(sample.columns) == {
        "ordinal", "name", "nipd", "sex", "nisn", "birth_place", "birth_date", "nik", "address", "rt", "rw", "village",
        "district", "phone", "mobile", "email", "class_group",
    }  # fmt: skip


def test_the_sample_is_refused_and_warned_about_exactly_where_it_should(sample: StudentFile) -> None:
    assert found(sample, "refused") == {
        26: [("NISN", "intake.nisn_length")],
        46: [("NIK", "nik.length")],
        56: [("Tanggal Lahir", "intake.impossible_date")],
        66: [("Nama", "intake.no_name")],
        87: [("NISN", "intake.second_pupil")],
    }
    assert found(sample, "warned") == {
        16: [("NISN", "intake.no_nisn")],
        36: [("NIK", "intake.no_nik")],
        76: [("Rombel Saat Ini", "intake.no_class_group")],
        101: [("NIK", "intake.no_nik"), ("NISN", "intake.no_nisn")],
    }
    assert [row.row for row in sample.rows if row.refused] == [26, 46, 56, 66, 87]


def test_the_second_pupil_names_the_first(sample: StudentFile) -> None:
    finding = next(row for row in sample.rows if row.row == 87).findings[0]
    assert sentence(finding.reason) == "NISN yang sama sudah ada di baris 86."


def test_untidy_cells_are_cleaned_without_a_word(sample: StudentFile) -> None:
    rows = {row.row: row for row in sample.rows}
    assert (rows[96].name, rows[96].findings) == ("D'Angelo Putri Lestari", ())
    assert (rows[106].nik, rows[106].findings) == ("6471011007090100", ())


def test_a_pupil_has_every_field_that_is_kept_and_nothing_of_the_parents(sample: StudentFile) -> None:
    row = sample.rows[0]
    assert (row.name, row.nipd, row.sex, row.nisn) == ("YUSUF SUSANTI", "23001", "L", "0009000037")
    assert (row.birth_place, row.birth_date, row.nik) == ("SAMARINDA", date(2010, 8, 25), "6409012508100001")
    assert (row.address, row.rt, row.rw) == ("Jl. Contoh No. 1", "28", "4")
    assert (row.village, row.district) == ("Air Putih", "Kec. Samarinda Ulu")
    assert (row.phone, row.email, row.class_group) == ("081859901259", None, "XII RPL 2")
    assert "Contoh" not in "".join(value for label, value in row.raw.items() if label != "Alamat")
    assert "Agama" not in row.raw


def test_a_plain_list_with_one_heading_row_is_read(sheet: MakeSheet) -> None:
    file = parse_students([sheet(["SMKN 1 Contoh (NPSN 30400001)"], HEADINGS, MAYA)])
    (row,) = file.rows
    assert (row.row, row.name, row.identity, row.class_group) == (3, "Maya Contoh", ("nisn", "0099000001"), "XII RPL 1")
    assert (file.school_name, file.npsn) == ("SMKN 1 Contoh (NPSN 30400001)", "30400001")
    assert row.findings == ()


@pytest.mark.parametrize(
    ("column", "value", "level", "code"),
    [
        (1, None, "refused", "intake.no_name"),
        (2, "099000001", "refused", "intake.nisn_length"),
        (2, 99000001, "refused", "intake.nisn_length"),
        (2, "009900000A", "refused", "intake.nisn_length"),
        (3, "64010155060900", "refused", "nik.length"),
        (3, 6401015506090010, "warned", "intake.nik_number_lost"),
        (3, "6401015606090016", "warned", "nik.birth_date"),
        (3, "6401011506090016", "warned", "nik.sex"),
        (5, "31/06/2009", "refused", "intake.impossible_date"),
        (6, "-", "warned", "intake.no_class_group"),
    ],
)
def test_each_thing_wrong_with_a_pupil_is_told(
    sheet: MakeSheet, column: int, value: object, level: str, code: str
) -> None:
    cells = [*MAYA[:column], value, *MAYA[column + 1 :]]
    (row,) = parse_students([sheet(HEADINGS, cells)]).rows
    assert [(each.level, each.column, each.code) for each in row.findings] == [(level, HEADINGS[column], code)]
    assert sentence(row.findings[0].reason)


def test_a_signature_block_under_the_numbers_of_pupils_is_no_data(sheet: MakeSheet) -> None:
    file = parse_students([sheet(HEADINGS, MAYA, [], [None, None, "Kepala Sekolah,"], [None, None, "NIP. 19700101"])])
    assert [row.row for row in file.rows] == [2]
    assert [(each.code, each.params["rows"]) for each in file.findings] == [("intake.signature_lines", "4, 5")]


@pytest.mark.parametrize("rows", [[], [["Jumlah", 0]], [[None, "Kepala Sekolah"]]])
def test_a_list_without_a_pupil_is_refused_and_does_not_say_that_all_are_gone(
    sheet: MakeSheet, rows: list[list[object]]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_students([sheet(HEADINGS, *rows)])
    assert sentence(refused.value.reason) == "Di lembar “Lembar1” tidak ada isi di bawah judul kolom di baris 1."


def test_without_nisn_the_same_nik_twice_is_a_second_row(sheet: MakeSheet) -> None:
    without = [*MAYA[:2], None, *MAYA[3:]]
    rows = parse_students([sheet(HEADINGS, without, without)]).rows
    assert [row.refused for row in rows] == [False, True]
    assert rows[1].findings[-1].params == {"column": "NIK", "first_row": 2}


def test_a_list_in_which_nobody_can_be_told_apart_is_refused(sheet: MakeSheet) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_students([sheet(["No", "Nama", "Kelas"], [1, "Maya", "XII"])])
    assert refused.value.params["needed"] == "NISN"


REGISTER = ["No", "Nama", "NIK", "Tanggal Lahir", "No. Reg. MET"]
BUDI = [1, "Budi Contoh", "6401015506800016", "15/06/1980", "MET.000.900001 2022"]


@pytest.mark.parametrize(
    "headings",
    [
        REGISTER,
        [*REGISTER[:4], "Nomor MET"],
        [*REGISTER[:4], "No Registrasi Asesor"],
        [*REGISTER[:4], "No. Registrasi"],
        ["No", "Nama", "NISN", "Tanggal Lahir", "No. Reg. MET"],
        ["No", "Nama Asesor", "NIK", "Tanggal Lahir", "No. Reg. MET"],
    ],
)
def test_a_register_of_assessors_is_no_list_of_pupils(sheet: MakeSheet, headings: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_students([sheet(["DAFTAR ASESOR SMK"], headings, BUDI, name="Asesor")])
    assert refused.value.code == "intake.register_of_assessors"
    assert "“Asesor” adalah register asesor" in sentence(refused.value.reason)


def test_the_sample_of_a_register_is_refused_as_a_list_of_pupils(assessor_sample: Path) -> None:
    with pytest.raises(InvalidInput, match=r"intake\.register_of_assessors"):
        parse_students(read_workbook(assessor_sample, keep="students"))


def test_a_list_of_pupils_may_have_other_registration_numbers_and_a_sheet_of_assessors(sheet: MakeSheet) -> None:
    pupils = sheet([*HEADINGS, "No Registrasi Akta Lahir", "No. Registrasi"], [*MAYA, "AL-1", "77"])
    assert len(parse_students([pupils, sheet(REGISTER, BUDI, name="Asesor")]).rows) == 1
