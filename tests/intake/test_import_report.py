"""What an import tells: a workbook that can be sent again, and one JSON object in which nobody is recognised."""

import io
import json
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from tests.support.importing import NOW, Importing, assessor, outcomes

from assessor_registry.db.engine import Database
from assessor_registry.intake import machine
from assessor_registry.intake.report import report


@pytest.fixture
def into(database: Database, tmp_path: Path) -> Importing:
    """A register with what is shipped and nobody in it."""
    return Importing(database, tmp_path)


def test_the_refused_rows_can_be_put_right_and_sent_again(into: Importing, assessor_sample: Path) -> None:
    plan = into.register(assessor_sample)
    book = openpyxl.load_workbook(io.BytesIO(report(plan, NOW)))
    assert book.sheetnames == ["Ditolak", "Semua baris"]
    page = book["Ditolak"]
    headings = [cell.value for cell in page[1]]
    assert headings[:3] == ["No", "Nama", "NIK"]
    assert page.max_row == 7
    assert book["Semua baris"].max_row == 72
    page.cell(row=3, column=headings.index("No. Reg. Met") + 1, value="MET.000.009777 2022")
    page.cell(row=7, column=headings.index("Nama") + 1, value="Nama Yang Diketik")
    changed = into.folder / "laporan.xlsx"
    book.save(changed)
    again = into.preview(changed).plan
    assert [row.outcome for row in again.rows].count("new") == 2
    assert [row.row for row in again.of("new")] == [3, 7]
    assert again.findings == ()


def test_a_nik_that_lost_its_last_digit_is_not_whole_when_the_report_is_sent_again(into: Importing) -> None:
    """As text under its heading it would go in as if somebody had typed it so."""
    plan = into.plan([assessor(1, nik=6472011203800010, last="31 Februari 2025")])
    book = openpyxl.load_workbook(io.BytesIO(report(plan, NOW)))
    page = book["Ditolak"]
    headings = [cell.value for cell in page[1]]
    page.cell(row=2, column=headings.index("Tanggal Expired") + 1, value="13/12/2027")
    changed = into.folder / "laporan.xlsx"
    book.save(changed)
    (row,) = into.preview(changed).plan.rows
    assert row.outcome == "new"
    assert "intake.nik_number_lost" in [finding.code for finding in row.findings]
    assert "nik" not in row.work.values  # type: ignore[attr-defined]


@pytest.mark.parametrize("active", ["=1+1", "+62812", "-5", "@SUM(A1)", '=HYPERLINK("http://contoh";"x")'])
def test_text_that_looks_like_a_formula_stays_text(into: Importing, active: str) -> None:
    plan = into.plan([assessor(1, remarks=active), assessor(2, remarks=active, met=None)])
    book = openpyxl.load_workbook(io.BytesIO(report(plan, NOW)))
    for page in book:
        found = [cell for row in page.iter_rows() for cell in row if cell.value == active]
        assert found
        assert all(cell.data_type == "s" and cell.quotePrefix for cell in found)


def test_every_change_and_correction_stands_in_the_report(into: Importing) -> None:
    into.put([assessor(1), assessor(2)])
    plan = into.plan([assessor(1, phone="081299998888"), assessor(2, last=date(2028, 1, 1))])
    assert outcomes(plan) == ["changed", "correction"]
    page = openpyxl.load_workbook(io.BytesIO(report(plan, NOW)))["Semua baris"]
    told = [(row[0].value, row[1].value, row[2].value) for row in page.iter_rows(min_row=2)]
    assert told[0][:2] == (4, "Berubah")
    assert "Telepon: 081200000001 → 081299998888." in str(told[0][2])
    assert "Koreksi Tanggal akhir sertifikat: 13 Desember 2027 → 1 Januari 2028." in str(told[1][2])


def test_the_json_object_names_nobody(into: Importing) -> None:
    into.put([assessor(1)])
    rows = [
        assessor(1, name="Orang Lain Sekali"),
        assessor(2, nik="64720101018"),
        assessor(3, born="31 Februari 1980"),
        assessor(4, nik="6472015505900001"),
        assessor(5, met="MET rahasia"),
        assessor(6, first="31 Februari 2024"),
        assessor(7, phone="telepon rahasia"),
        assessor(8, nik=assessor(1)["NIK"]),
    ]
    told = machine.told(into.plan(rows))
    assert set(told) == {"read", "new", "changed", "same", "corrections", "refused", "warned"}
    assert all(
        set(each) == {"row", "column", "value", "code", "message"} for each in (*told["refused"], *told["warned"])
    )
    text = json.dumps(told, ensure_ascii=False)
    for secret in ("Orang Lain", "64720101018", "31 Februari 1980", "6472015505900001", "rahasia", "1 Januari 1980"):
        assert secret not in text
    assert "31 Februari 2024" in text, "a date of a certificate is nobody's"
