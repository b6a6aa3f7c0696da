"""A register of assessors becomes typed rows; what is wrong is told per cell."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor_registry.assessors.rules import Registration
from assessor_registry.errors import InvalidInput
from assessor_registry.intake.assessor_rows import AssessorFile, AssessorRow, parse_assessors
from assessor_registry.intake.cells import MISSING, Cell, Kind, Row, Sheet
from assessor_registry.intake.workbook import read_workbook
from assessor_registry.validity.rules import last_day_of
from assessor_registry.words import long_date, sentence

MakeSheet = Callable[..., Sheet]
TODAY = date(2026, 11, 21)
HEADINGS = [
    "No",
    "Nama",
    "NIK",
    "Tanggal Lahir",
    "L/P",
    "No. Reg. Met",
    "Tanggal Sertifikat",
    "Tanggal Expired",
    "Keterangan",
]
SITI = [
    1,
    "Siti Lawai, S.Pd.",
    "6407044608775486",
    "06/08/1977",
    "P",
    "MET.000.900001 2024",
    "29/02/2024",
    "28/02/2027",
    None,
]


def parsed(*sheets: Sheet) -> AssessorFile:
    return parse_assessors(sheets, today=TODAY, validity_years=3)


def only(sheet: Sheet) -> AssessorRow:
    (row,) = parsed(sheet).rows
    return row


def codes(row: AssessorRow) -> list[tuple[str, str, str]]:
    return [(finding.level, finding.column, finding.code) for finding in row.findings]


def siti(**changed: object) -> list[object]:
    """Siti's row with cells changed by heading, blanks and dots of the heading left out."""
    row = list(SITI)
    for heading, value in changed.items():
        row[[label.replace(" ", "").replace(".", "").replace("/", "") for label in HEADINGS].index(heading)] = value
    return row


@pytest.fixture(scope="module")
def sample(assessor_sample: Path) -> AssessorFile:
    return parsed(*read_workbook(assessor_sample))


def test_the_sample_has_71_rows_of_which_65_go_in(sample: AssessorFile) -> None:
    assert len(sample.rows) == 71
    assert [row.row for row in sample.rows if row.refused] == [71, 72, 73, 74, 75, 77]
    assert sample.skipped == (79,)
    assert (sample.sheet_name, sample.heading_row, sample.ignored_columns, sample.findings) == (
        "Data Asesor",
        4,
        (),
        (),
    )


def test_each_refused_row_of_the_sample_is_refused_for_its_one_reason(sample: AssessorFile) -> None:
    refused = {row.row: codes(row) for row in sample.rows if row.refused}
    assert refused == {
        71: [("refused", "No. Reg. Met", "intake.second_row")],
        72: [("refused", "No. Reg. Met", "intake.no_registration")],
        73: [("refused", "Tanggal Expired", "intake.expiry_before_issue")],
        74: [("refused", "Tanggal Sertifikat", "intake.impossible_date")],
        75: [("refused", "NIK", "nik.length")],
        77: [("refused", "Nama", "intake.no_name_formula")],
    }


def test_the_second_row_names_the_first_and_the_cells_that_differ_in_meaning(sample: AssessorFile) -> None:
    finding = next(row for row in sample.rows if row.row == 71).findings[0]
    assert (
        sentence(finding.reason)
        == "Orang yang sama sudah ada di baris 6. Yang berbeda: Asal Sekolah, NPSN, Keterangan."
    )
    assert finding.value == "MET.000.001207 2019"


def test_the_warnings_of_the_sample(sample: AssessorFile) -> None:
    warned: dict[str, list[int]] = {}
    for row in sample.rows:
        for finding in row.findings:
            if finding.level == "warned":
                warned.setdefault(finding.code, []).append(row.row)
    assert warned == {
        "intake.registration_without_year": [9, 18, 28, 37, 46, 56, 65],
        "intake.expiry_computed": [15, 27, 38, 50, 61],
        "intake.nik_number_lost": [76],
    }


def test_a_row_of_the_sample_has_every_field(sample: AssessorFile) -> None:
    row = sample.rows[3]
    assert (row.row, row.name, row.nik) == (8, "Rina Hidayat, ST,MT", "6407125212841235")
    assert (row.birth_place, row.birth_date, row.sex) == ("Kutai Barat", date(1984, 12, 12), "P")
    assert (row.school_name, row.npsn, row.address, row.city) == (
        "SMK Negeri 5 Kutai Barat",
        "30410004",
        None,
        "Kutai Barat",
    )
    assert (row.phone, row.email) == ("083251692361", "rina.hidayat@guru.smk.belajar.example")
    assert row.registration == Registration("000.001221", 2024)
    assert (row.blanko_number, row.certificate_number) == ("4213957", "Reg. 371/2024")
    assert (row.certificate_date, row.expiry_date, row.expiry_computed) == (date(2024, 2, 29), date(2027, 2, 28), False)
    assert (row.schemes, row.siapkerja, row.remarks) == (("Helper Cookery",), True, None)
    assert row.raw["Tanggal Sertifikat"] == "29/02/2024"
    assert row.findings == ()


def test_a_missing_expiry_is_computed_and_marked(sheet: MakeSheet) -> None:
    row = only(sheet(HEADINGS, siti(TanggalExpired=None)))
    assert (row.expiry_date, row.expiry_computed) == (date(2027, 2, 28), True)
    assert codes(row) == [("warned", "Tanggal Expired", "intake.expiry_computed")]


@pytest.mark.parametrize(
    ("issued", "until"),
    [
        ("13 Des 2023 s.d. 13 Des 2026", None),
        (None, "13 Des 2023 s.d. 13 Des 2026"),
        ("13 Des 2023 - 13 Des 2026", "13/12/2026"),
        ("13/12/2023", "13 Des 2023 s.d. 13 Des 2026"),
    ],
)
def test_a_cell_that_holds_both_days_gives_each_to_its_own(
    sheet: MakeSheet, issued: str | None, until: str | None
) -> None:
    row = only(sheet(HEADINGS, siti(TanggalSertifikat=issued, TanggalExpired=until)))
    assert (row.certificate_date, row.expiry_date) == (date(2023, 12, 13), date(2026, 12, 13))
    assert codes(row) == []


def test_a_certificate_of_a_day_to_come_is_pointed_out(sheet: MakeSheet) -> None:
    row = only(sheet(HEADINGS, siti(TanggalSertifikat="01/02/2047", TanggalExpired="01/02/2050")))
    assert codes(row) == [("warned", "Tanggal Sertifikat", "intake.certificate_to_come")]


@given(first=st.dates(date(2000, 1, 1), date(2050, 12, 31)), days=st.integers(-2000, 4000))
def test_the_printed_last_day_wins_and_is_compared_with_issue_and_policy(first: date, days: int) -> None:
    last = first + timedelta(days=days)
    cells = [Cell(Kind.TEXT, text) for text in ("Siti", "MET.000.900001 2024", long_date(first), long_date(last))]
    heads = [Cell(Kind.TEXT, text) for text in ("Nama", "MET", "Tanggal Sertifikat", "Masa Berlaku s.d.")]
    row = only(Sheet("a", (Row(1, tuple(heads)), Row(2, tuple(cells)))))
    expected = []
    if last < first:
        expected = ["intake.expiry_before_issue"]
    elif last != last_day_of(first, 3):
        expected = ["intake.expiry_against_policy"]
    if first > TODAY:
        expected.append("intake.certificate_to_come")
    assert [finding.code for finding in row.findings] == expected
    assert (row.certificate_date, row.expiry_date, row.refused) == (first, last, last < first)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"Nama": None}, [("refused", "Nama", "intake.no_name")]),
        ({"NoRegMet": None}, [("refused", "No. Reg. Met", "intake.no_registration")]),
        ({"NoRegMet": "MET.4772"}, [("refused", "No. Reg. Met", "intake.registration_unreadable")]),
        ({"NoRegMet": "MET.000.900001"}, [("warned", "No. Reg. Met", "intake.registration_without_year")]),
        ({"TanggalLahir": "31/02/1977"}, [("refused", "Tanggal Lahir", "intake.impossible_date")]),
        ({"TanggalExpired": "EXPIRED"}, [("refused", "Tanggal Expired", "intake.impossible_date")]),
        ({"TanggalExpired": 99_999_999}, [("refused", "Tanggal Expired", "intake.impossible_date")]),
        ({"TanggalSertifikat": 2024}, [("refused", "Tanggal Sertifikat", "intake.impossible_date")]),
        ({"TanggalSertifikat": None}, [("warned", "Tanggal Sertifikat", "intake.no_certificate_date")]),
        ({"TanggalExpired": "01/03/2027"}, [("warned", "Tanggal Expired", "intake.expiry_against_policy")]),
        ({"NIK": "640704460877548"}, [("refused", "NIK", "nik.length")]),
        ({"NIK": 6407044608775486}, [("warned", "NIK", "intake.nik_number")]),
        ({"NIK": 640704460877}, [("refused", "NIK", "nik.length")]),
        ({"NIK": "6,40704E+15"}, [("refused", "NIK", "intake.nik_shortened")]),
        ({"NIK": "6.4E+15"}, [("refused", "NIK", "intake.nik_shortened")]),
        ({"NIK": "6407044608785486"}, [("warned", "NIK", "nik.birth_date")]),
        ({"NIK": "6407040608775486"}, [("warned", "NIK", "nik.sex")]),
        ({"LP": "X"}, [("warned", "L/P", "intake.sex_unreadable")]),
        ({"LP": "Perempuan"}, []),
        ({"Keterangan": "EXPIRED"}, [("warned", "Keterangan", "intake.remarks_say_expired")]),
        ({"Keterangan": "sudah mati"}, [("warned", "Keterangan", "intake.remarks_say_expired")]),
        ({"Keterangan": "Kedaluwarsa"}, [("warned", "Keterangan", "intake.remarks_say_expired")]),
        ({"Keterangan": "EXP"}, [("warned", "Keterangan", "intake.remarks_say_expired")]),
        ({"Keterangan": "Tdk aktif"}, [("warned", "Keterangan", "intake.remarks_say_expired")]),
        ({"Keterangan": "sudah habis masa berlaku"}, [("warned", "Keterangan", "intake.remarks_say_expired")]),
        ({"Keterangan": "belum expired"}, []),
        ({"Keterangan": "tdk exp"}, []),
        ({"Keterangan": "ahli ekspor, eksperimen"}, []),
        ({"TanggalSertifikat": "13/12/2022", "TanggalExpired": "13/12/2025", "Keterangan": "EXPIRED"}, []),
    ],
)
def test_each_thing_wrong_with_a_row_is_told_at_its_cell(
    sheet: MakeSheet, changed: dict[str, object], expected: list[tuple[str, str, str]]
) -> None:
    row = only(sheet(HEADINGS, siti(**changed)))
    assert codes(row) == expected
    assert all(sentence(finding.reason) and finding.row == 2 for finding in row.findings)


@pytest.mark.parametrize(("last", "warned"), [(TODAY, True), (TODAY - timedelta(days=1), False)])
def test_on_its_last_day_a_certificate_is_still_active(sheet: MakeSheet, last: date, warned: bool) -> None:
    first = date(last.year - 3, last.month, last.day)
    row = only(sheet(HEADINGS, siti(TanggalSertifikat=first, TanggalExpired=last, Keterangan="EXPIRED")))
    assert bool(row.findings) is warned


def test_a_nik_typed_as_a_number_is_stored_unless_its_last_digit_is_lost(sheet: MakeSheet) -> None:
    kept, lost = (only(sheet(HEADINGS, siti(NIK=nik))) for nik in (6407044608775486, 6407044608775480))
    assert (kept.nik, lost.nik) == ("6407044608775486", None)
    assert codes(lost) == [("warned", "NIK", "intake.nik_number_lost")]


def test_a_formula_without_value_is_missing_and_said_so(sheet: MakeSheet) -> None:
    made = sheet(HEADINGS, SITI)
    for column, code in (
        (1, "intake.no_name_formula"),
        (5, "intake.no_registration_formula"),
        (7, "intake.formula_without_value"),
    ):
        cells = list(made.rows[1].cells)
        cells[column] = MISSING
        row = only(Sheet("a", (made.rows[0], Row(2, tuple(cells)))))
        assert code in [finding.code for finding in row.findings]
        assert row.refused is (column != 7)


def test_no_finding_of_a_nik_says_the_number(sheet: MakeSheet) -> None:
    row = only(sheet(HEADINGS, siti(NIK="64070446087754")))
    assert "6407" not in sentence(row.findings[0].reason)


def test_the_same_number_and_year_is_a_second_row_even_under_another_name(sheet: MakeSheet) -> None:
    first, second = parsed(sheet(HEADINGS, SITI, siti(Nama="Budi", NIK=None, NoRegMet="met 000 900001.2024"))).rows
    assert (first.refused, codes(second)) == (False, [("refused", "No. Reg. Met", "intake.second_row")])
    assert second.findings[0].params == {"first_row": 2, "differs": "Nama, NIK"}


def test_another_year_of_the_same_number_is_another_person(sheet: MakeSheet) -> None:
    rows = parsed(sheet(HEADINGS, SITI, siti(Nama="Budi", NIK=None, NoRegMet="MET.000.900001 2019"))).rows
    assert [row.refused for row in rows] == [False, False]


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({}, "intake.second_row"),
        ({"Nama": "Budi"}, "intake.second_row"),
        ({"NIK": None}, "intake.second_row"),
        ({"NIK": None, "Nama": "SITI LAWAI"}, "intake.second_row"),
        ({"NIK": None, "Nama": "Budi"}, "intake.registration_ambiguous"),
        ({"NIK": None, "TanggalLahir": "07/08/1977"}, "intake.registration_ambiguous"),
    ],
)
def test_a_number_without_year_is_someone_only_if_nik_or_name_and_birth_date_agree(
    sheet: MakeSheet, other: dict[str, object], code: str
) -> None:
    yearless = siti(NoRegMet="MET.000.900001", **other)
    for rows in ([SITI, yearless], [yearless, SITI]):
        refused = [row for row in parsed(sheet(HEADINGS, *rows)).rows if row.refused]
        assert [finding.code for row in refused for finding in row.findings if finding.level == "refused"] == [code]
        if code == "intake.registration_ambiguous":
            assert [row.registration for row in refused] == [Registration("000.900001", None)]


def test_signatures_totals_numbered_columns_and_repeated_headings_are_no_data(sheet: MakeSheet) -> None:
    file = parsed(
        sheet(
            ["DATA ASESOR"],
            HEADINGS,
            list(range(1, 10)),
            SITI,
            HEADINGS,
            siti(No=2, NoRegMet="MET.000.900002 2024"),
            [3],
            ["Jumlah", 2, None, 5, 6, None, 7],
            [None, None, None, None, "Samarinda, 21 November 2026"],
            [None, "Mengetahui, Kepala Bidang", None, None, "Ketua LSP"],
            [None, "Dra. Contoh"],
            [None, "NIP. 197001011990011001"],
        )
    )
    assert [row.row for row in file.rows] == [4, 6]
    assert file.skipped == (3, 5, 7, 8, 9, 10, 11, 12)


@pytest.mark.parametrize("name", [None, "Mengetahui,"])
def test_a_signature_block_under_the_numbers_is_told_and_no_data(sheet: MakeSheet, name: str | None) -> None:
    block = [
        [None, name, None, None, None, text]
        for text in ("Samarinda, 2 November 2026", "Kepala Bidang", "NIP. 19700101 199512 1 001")
    ]
    file = parsed(sheet(HEADINGS, SITI, *block))
    assert [row.row for row in file.rows] == [2]
    assert file.skipped == (3, 4, 5)
    assert [sentence(each.reason) for each in file.findings] == [
        "Baris 3, 4, 5 di bawah tabel tidak dibaca karena tidak berisi nomor di kolom No. Reg. Met."
    ]


@pytest.mark.parametrize(
    "row",
    [
        [2, "Budi", None, None, None, "menunggu"],
        [None, "Budi", "6407044608775487", None, None, "menunggu"],
        [None, "Budi", None, None, None, "MET.OOO.900002 2024"],
        [None, "Budi", None, None, None, "900002"],
    ],
)
def test_the_last_row_of_a_table_with_a_number_that_can_not_be_read_is_refused(
    sheet: MakeSheet, row: list[object]
) -> None:
    rows = parsed(sheet(HEADINGS, SITI, row, [None, None, None, None, None, "Kepala Bidang"])).rows
    assert [(each.row, each.refused) for each in rows] == [(2, False), (3, True)]


@pytest.mark.parametrize("row", [[2, "Budi"], [None, "Budi", None, "01/01/1990", "L"]])
def test_a_row_that_lost_its_number_is_refused_and_not_overlooked(sheet: MakeSheet, row: list[object]) -> None:
    rows = parsed(sheet(HEADINGS, SITI, row)).rows
    assert [(each.row, each.refused) for each in rows] == [(2, False), (3, True)]


def test_a_file_without_the_needed_headings_says_which_were_found_and_which_are_needed(sheet: MakeSheet) -> None:
    with pytest.raises(InvalidInput) as refused:
        parsed(sheet(["Nama", "NIK", "Telp"], ["Siti", "1", "2"]))
    assert sentence(refused.value.reason) == (
        "Di lembar “Lembar1” baris 1 ditemukan kolom Nama, NIK, Telp, tetapi belum ada kolom No. Reg. MET."
    )
    with pytest.raises(InvalidInput) as nothing:
        parsed(sheet(["halo"]))
    assert nothing.value.code == "intake.no_headings"


def test_of_several_sheets_the_one_with_the_headings_is_taken_and_the_others_are_named(sheet: MakeSheet) -> None:
    cover, register, old = (
        sheet(["Petunjuk"], name="Petunjuk"),
        sheet(HEADINGS, SITI, name="Data"),
        sheet(HEADINGS[:6], SITI[:6], name="Lama"),
    )
    file = parsed(cover, old, register)
    assert (file.sheet_name, len(file.rows)) == ("Data", 1)
    assert [(finding.code, finding.params["others"]) for finding in file.findings] == [("intake.other_sheets", "Lama")]


def test_a_sheet_that_lacks_one_heading_is_told_and_not_passed_over(sheet: MakeSheet) -> None:
    other = sheet(["No", "Peserta", "NIK", "No. Reg. Met"], [1, "Budi", None, "MET.000.900002 2024"], name="Bontang")
    file = parsed(other, sheet(HEADINGS, SITI, name="Data"))
    assert [sentence(finding.reason) for finding in file.findings] == [
        "Lembar “Bontang” juga tampak seperti daftar, tetapi belum ada kolom Nama. Yang dibaca hanya lembar “Data”."
    ]


def test_headings_that_are_not_known_are_told(sheet: MakeSheet) -> None:
    file = parsed(sheet([*HEADINGS, "Tgl Ujian", "Golongan", "Masa Berlaku"], [*SITI, "1", "2", "3"]))
    assert [sentence(finding.reason) for finding in file.findings] == [
        "Kolom “Masa Berlaku” dan “Tanggal Expired” berarti sama; yang dipakai kolom “Tanggal Expired”.",
        "Kolom yang tidak dikenali, jadi isinya tidak ikut: Tgl Ujian, Golongan. Kalau isinya perlu, ganti judul "
        "kolomnya.",
    ]


def test_place_and_date_of_birth_may_share_a_column(sheet: MakeSheet) -> None:
    heads = ["Nama", "Met", "Tempat, Tgl Lahir"]
    row = only(sheet(heads, ["Siti", "MET.000.900001 2024", "Tanah Grogot, 1 Februari 1976"]))
    assert (row.birth_place, row.birth_date) == ("Tanah Grogot", date(1976, 2, 1))
    bad = only(sheet(heads, ["Siti", "MET.000.900001 2024", "Samarinda, 31 Februari 1976"]))
    assert ("refused", "Tempat, Tgl Lahir", "intake.impossible_date") in codes(bad)


def test_technical_certificates_and_appointments_are_read_when_a_file_has_them(sheet: MakeSheet) -> None:
    heads = ["Nama", "Met", "Kompetensi Teknis", "Tgl Sertifikat Teknis", "Masa Berlaku Sertifikat Teknis",
             "LSP", "No. SK", "Tgl SK", "SK berlaku sampai"]  # fmt: skip
    row = only(sheet(heads, ["Siti", "MET.000.900001 2024", "1. Kasir\n2. Cookery", "01/02/2025", "31/01/2028",
                             "LSP Contoh", "12/SK/2025", "2 Mei 2025", "1 Mei 2025"]))  # fmt: skip
    assert row.schemes == ("Kasir", "Cookery")
    assert (row.technical_date, row.technical_expiry) == (date(2025, 2, 1), date(2028, 1, 31))
    assert (row.lsp, row.appointment_number, row.appointment_date) == ("LSP Contoh", "12/SK/2025", date(2025, 5, 2))
    assert ("refused", "SK berlaku sampai", "intake.expiry_before_issue") in codes(row)
