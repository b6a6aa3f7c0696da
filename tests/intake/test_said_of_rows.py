"""What an import says is said in words of the user, once, and only where there is something to do."""

from pathlib import Path

import pytest
from tests.support.importing import Importing, assessor

from assessor_registry import words
from assessor_registry.db.engine import Database
from assessor_registry.intake import machine
from assessor_registry.intake.plan_rules import Plan

HEAD = "Nama;No. Reg. MET"


@pytest.fixture
def into(database: Database, tmp_path: Path) -> Importing:
    return Importing(database, tmp_path)


def codes(plan: Plan, level: str) -> list[str]:
    return [each.code for row in plan.rows for each in row.findings if each.level == level]


def test_a_column_that_is_missing_is_called_by_its_name(into: Importing, tmp_path: Path) -> None:
    sent = tmp_path / "daftar.csv"
    sent.write_text(f"{HEAD};Tanggal Lahir\nAsesor Contoh;MET.000.900001 2022;1 Januari 1980\n")
    [said] = [
        each for each in machine.told(into.preview(sent).plan)["warned"] if each["code"] == "intake.no_certificate_date"
    ]
    assert said["column"] == "Tanggal sertifikat"


def test_a_date_that_is_known_is_not_asked_for(into: Importing) -> None:
    into.put([assessor(1)])
    for missing in ({"first": None, "last": None}, {"last": None}, {"first": None, "last": None, "number": None}):
        plan = into.plan([assessor(1, **missing)])
        assert not {"intake.no_certificate_date", "intake.expiry_computed"} & set(codes(plan, "warned")), missing
    other = into.plan([assessor(1, first=None, last=None, number="Reg. 77/2026")])
    assert "intake.no_certificate_date" in codes(other, "warned")


def test_a_row_that_stands_there_twice_is_told_as_that(into: Importing) -> None:
    assert codes(into.plan([assessor(1), assessor(1)]), "refused") == ["intake.second_row_same"]
    assert "Lain" not in words.sentence(into.plan([assessor(1), assessor(1)]).rows[1].findings[-1].reason)
    assert codes(into.plan([assessor(1), assessor(1, remarks="lain")]), "refused") == ["intake.second_row"]


def test_two_persons_with_one_number_and_no_year_are_told_apart_by_a_year(into: Importing) -> None:
    rows = [assessor(1, met="MET.000.900001"), assessor(2, met="MET.000.900001")]
    assert codes(into.plan(rows), "refused") == ["intake.registration_shared"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_text_is_read_as_excel_and_others_write_it(into: Importing, tmp_path: Path, encoding: str) -> None:
    sent = tmp_path / "daftar.csv"
    sent.write_bytes(f"{HEAD}\nAsesor Contoh;MET.000.900001 2022\n".encode(encoding))
    assert into.preview(sent).plan.counts["new"] == 1


def test_a_heading_over_two_columns_is_read(into: Importing, tmp_path: Path) -> None:
    sent = tmp_path / "daftar.csv"
    sent.write_text(
        "Nama;No. Reg. MET;Sertifikat;\n;;Terbit;Berakhir\nAsesor Contoh;MET.000.900001 2022;13/12/2024;12/12/2027\n"
    )
    plan = into.preview(sent).plan
    assert set(plan.columns) == {"name", "registration", "certificate_date", "expiry_date"}
    assert codes(plan, "refused") == []
