"""Headings are found by what they mean."""
# ruff: noqa: E501 - the spellings of a field read best on one line

from collections.abc import Callable

import pytest

from assessor_registry.intake.cells import Sheet
from assessor_registry.intake.headings import Vocabulary, locate, words_of
from assessor_registry.intake.vocabulary import ASSESSORS, STUDENTS

MakeSheet = Callable[..., Sheet]


def field(label: str, vocabulary: Vocabulary = ASSESSORS) -> str | None:
    meaning = vocabulary.meaning(words_of(label))
    return meaning and meaning[1]


@pytest.mark.parametrize(
    ("meant", "labels"),
    [
        ("name", "Nama|NAMA|Nama Asesor|Nama Lengkap (beserta gelar)|nama_asesor|Asesor|Nama Asesor Kompetensi|NamaLengkap"
                 "|N a m a|Nama Lengkap Tanpa Gelar|Nama sesuai Sertifikat|Nama Pemegang Sertifikat|Nama Peserta RCC|Nama Pegawai"),
        ("registration", "No. Reg. Met|No Reg MET|Nomor Registrasi|Met|MET|No.Met|NoMet|no_met_sertifikat|Nomor Registrasi "
                         "Asesor|No. Registrasi MET|NO REG|No.Reg|Reg. MET"),
        ("certificate_number", "No. Reg. Sertifikat|Nomor Sertifikat|no_reg_sertifikat|No Sertifikat Asesor|No. Sertipikat"),
        ("certificate_date", "Tanggal Sertifikat|Tgl. Sertifikat|Tgl Terbit|Tanggal Penetapan|Berlaku Mulai|tanggal_sertifikat"
                             "|Tgl Penerbitan|Tanggal Diterbitkan|Tgl. Ditetapkan|Tgl Sertifikasi|Mulai"),
        ("expiry_date", "Tanggal Expired|Tgl. Expired|Expired|Masa Berlaku s.d.|Masa Berlaku|Masa Berlaku s/d|Kadaluarsa"
                        "|Kedaluwarsa|Berlaku Sampai|Berlaku hingga|Tgl Kadaluwarsa|tanggal_expired_sertifikat|Berakhir Berlaku"
                        "|Tanggal Berakhir|EXP DATE|Berakhir|Sampai dengan|Tgl Jatuh Tempo"),
        ("school_name", "Asal Sekolah|Sekolah|Unit Kerja|Instansi|Nama Sekolah|Asal SMK|Satuan Pendidikan|Tempat Tugas|SMK|Tempat Kerja"),
        ("sex", "P/L|L/P|JK|Jenis Kelamin|Jenis Kelamin (L/P)|JK (L/P)|Kelamin|Gender|Jenis Kel.|Jns Kelamin"),
        ("mobile", "HP|No HP|No. HP|WA|No. WA|Handphone|No. HP/WA|Nomor WhatsApp"),
        ("phone", "Telepon|Telp|No. Telp.|No Telepon"),
        ("email", "Email|E-mail|E-Mail|Alamat Email|e mail|Surel"),
        ("nik", "NIK|No. KTP|No KTP|Nomor Induk Kependudukan (NIK)|NIK KTP|N I K"),
        ("birth_date", "Tanggal Lahir|Tgl Lahir|Tgl. Lahir|TGL LHR|tanggal_lahir"),
        ("birth_place", "Tempat Lahir|Tmpt Lahir|Kota Lahir"),
        ("birth_place_and_date", "Tempat, Tanggal Lahir|TTL|Tempat/Tgl Lahir|Tempat & Tanggal Lahir|T.T.L."),
        ("blanko_number", "No. Blanko|Nomor Blangko|no_blanko|Blanko"),
        ("scheme", "Kompetensi Teknis|Skema|Skema Sertifikasi|kompetensi_teknis|Bidang Kompetensi"),
        ("npsn", "NPSN|NPSN Sekolah"), ("city", "Kota|Kab/Kota|Kabupaten/Kota|Kab. / Kota"), ("province", "Provinsi|Prov."),
        ("address", "Alamat|Alamat Rumah"), ("remarks", "Keterangan|Ket.|Catatan|Status"), ("siapkerja", "SIAPKerja|Siap Kerja"),
        ("technical_expiry", "Masa Berlaku Sertifikat Teknis|Tgl Expired Kompetensi Teknis|masa_berlaku_sertif_teknis"),
        ("technical_date", "Tanggal Sertifikat Teknis"), ("technical_number", "No. Sertifikat Kompetensi Teknis"),
        ("appointment_number", "No. SK|SK Pengangkatan Asesor|Nomor SK Pengangkatan"), ("lsp", "LSP|Nama LSP"),
        ("appointment_date", "Tanggal SK|Tgl. SK Pengangkatan"), ("appointment_until", "SK Berlaku Sampai|Masa Berlaku SK"),
        ("ordinal", "No|No.|NO|Nomor|No Urut|Nomor Urut"),
        (None, "Alamat Sekolah|Status Sekolah|Kepala Sekolah|Pangkat|Golongan|NIP|Agama|1|Nama Ibu Kandung|Nama Bank"
               "|No Registrasi Akta Lahir|"),
    ],
)  # fmt: skip
def test_a_heading_of_assessors_means_its_field(meant: str | None, labels: str) -> None:
    assert {label: field(label) for label in labels.split("|")} == dict.fromkeys(labels.split("|"), meant)


@pytest.mark.parametrize(
    ("meant", "labels"),
    [
        ("name", "Nama|Nama Siswa|Nama Peserta Didik|NAMA LENGKAP|Peserta Didik|Nama Siswa/i|Nama Siswa (sesuai ijazah)"),
        ("class_group", "Rombel Saat Ini|Rombel|Kelas|Rombongan Belajar"),
        ("nisn", "NISN|No. NISN|N I S N"), ("nipd", "NIPD|NIS|No Induk"), ("nik", "NIK"), ("rt", "RT"), ("rw", "RW"),
        ("village", "Kelurahan|Desa/Kelurahan|Kel."), ("district", "Kecamatan|Kec."), ("mobile", "HP"), ("address", "Alamat"),
        (None, "Data Ayah Nama|Data Ibu NIK|Data Wali Nama|Nama di KIP|Rekening Atas Nama|No KK|Nama Ayah|Sekolah Asal|Bank"
               "|Data Ayah Tahun Lahir|No Registrasi Akta Lahir|Berat Badan|Agama|Telepon Orang Tua Wali"
               "|No HP Orang Tua|HP Orangtua|Alamat Orang Tua"),
    ],
)  # fmt: skip
def test_a_heading_of_pupils_means_its_field_and_parents_stay_out(meant: str | None, labels: str) -> None:
    assert {label: field(label, STUDENTS) for label in labels.split("|")} == dict.fromkeys(labels.split("|"), meant)


def test_the_headings_stand_below_titles_and_blank_rows_in_any_order(sheet: MakeSheet) -> None:
    made = sheet(
        ["DATA ASESOR SMK"], [], ["Keadaan", "21 November 2026"], [None, "Met", "E-mail", "NAMA  ASESOR:"], [1, 2, 3, 4]
    )
    table = locate(made.name, made.rows, ASSESSORS)
    assert table is not None
    assert (table.heading_row, table.columns) == (4, {"registration": 1, "email": 2, "name": 3})
    assert table.label("name") == "NAMA ASESOR:"


def test_a_group_heading_gives_the_meaning_of_the_columns_below_it(sheet: MakeSheet) -> None:
    made = sheet(
        ["No", "Nama", "Sertifikat Asesor", None, None, "Sertifikat Kompetensi Teknis", None],
        [None, None, "No. Reg. MET", "Tanggal", "Berlaku s.d.", "Tanggal", "Berlaku s.d."],
        [1, "Siti", "MET.000.000001 2024"],
    )
    table = locate(made.name, made.rows, ASSESSORS)
    assert table is not None
    assert table.heading_row == 2
    assert table.columns == {
        "ordinal": 0, "name": 1, "registration": 2, "certificate_date": 3, "expiry_date": 4, "technical_date": 5,
        "technical_expiry": 6,
    }  # fmt: skip
    assert table.label("technical_expiry") == "Sertifikat Kompetensi Teknis – Berlaku s.d."


def test_a_group_heading_does_not_hide_the_number_below_it(sheet: MakeSheet) -> None:
    made = sheet(
        ["No", "Nama", "Sertifikat Asesor", None, None],
        [None, None, "No. Registrasi", "No. Sertifikat", "Tanggal"],
        [1, "Siti", "MET.000.000001 2024"],
    )
    table = locate(made.name, made.rows, ASSESSORS)
    assert table is not None
    assert table.columns == {
        "ordinal": 0, "name": 1, "registration": 2, "certificate_number": 3, "certificate_date": 4
    }  # fmt: skip


def test_a_decisive_heading_that_stands_twice_is_told(sheet: MakeSheet) -> None:
    made = sheet(["Nama", "MET", "Tanggal Expired", "Masa Berlaku"], ["Siti", "x"])
    table = locate(made.name, made.rows, ASSESSORS)
    assert table is not None
    assert table.doubled == (("Masa Berlaku", "Tanggal Expired"),)
    assert table.columns["expiry_date"] == 2
    turned = sheet(["Nama", "MET", "Masa Berlaku", "Tanggal Expired"], ["Siti", "x"])
    table = locate(turned.name, turned.rows, ASSESSORS)
    assert table is not None
    assert table.doubled == (("Masa Berlaku", "Tanggal Expired"),)


def test_a_sheet_without_headings_has_no_table(sheet: MakeSheet) -> None:
    made = sheet(["halo"], ["Siti", "Samarinda"], [1, 2, 3])
    assert locate(made.name, made.rows, ASSESSORS) is None
