"""Lists of pupils go in, change classes, move between schools, and never remove anybody."""

import io
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from sqlalchemy import text
from tests.support.importing import PUPIL_HEADINGS, TODAY, Importing, codes, outcomes, pupil, workbook_bytes
from tests.support.people import add_school

from assessor_registry.accounts.rules import GRANTED, Actor, Role, Scope
from assessor_registry.db.engine import Database
from assessor_registry.errors import Forbidden, InvalidInput
from assessor_registry.intake.machine import told
from assessor_registry.intake.plan_rules import Plan
from assessor_registry.words import sentence


@pytest.fixture
def into(database: Database, tmp_path: Path) -> Importing:
    """A register with what is shipped and nobody in it."""
    return Importing(database, tmp_path)


@pytest.mark.parametrize("npsn", [None, "30499999"], ids=["by title", "by npsn"])
def test_the_sample_of_pupils_goes_in_as_it_is(into: Importing, student_sample: Path, npsn: str | None) -> None:
    plan = into.pupils(student_sample, npsn=npsn)
    assert [row.row for row in plan.of("refused")] == [26, 46, 56, 66, 87]
    assert [row.row for row in plan.rows if row.warned] == [16, 36, 76, 101]
    assert into.count("student") == 103
    again = into.pupils(student_sample, npsn=npsn)
    assert (again.counts["same"], again.counts["missing"], len(again.schools)) == (103, 0, 0)
    assert into.count("school") == 1


def test_what_is_said_of_the_file_stands_apart_from_its_rows(into: Importing, student_sample: Path) -> None:
    put(into, pupil(1))
    said = told(into.pupils(student_sample))
    assert [(each["row"], each["code"]) for each in said["file"]] == [(0, "intake.school_named_otherwise")]
    assert sorted({each["row"] for each in said["warned"]}) == [16, 36, 76, 101]


def written(into: Importing) -> list[tuple[object, ...]]:
    """All pupils, without ids and instants."""
    return [
        tuple(row)
        for row in into.ask(
            "SELECT p.name, s.npsn, p.nisn, p.nipd, encode(p.nik_hash, 'hex'), p.rombel, p.phone, p.address, "
            "p.missing_since FROM student p JOIN school s ON s.id = p.school_id ORDER BY p.name"
        )
    ]


def put(into: Importing, *rows: dict[str, object], npsn: str = "99000090") -> Plan:
    """Import a list of one school."""
    return into.put(rows, kind="students", npsn=npsn)


def test_a_new_class_is_a_change_and_an_empty_cell_never_erases(into: Importing) -> None:
    put(into, pupil(1))
    plan = put(into, pupil(1, rombel="XII TKJ 2", phone=None, address=None, nik=None))
    assert [(each.name, each.old, each.new) for each in plan.rows[0].changes] == [("rombel", "XII TKJ 1", "XII TKJ 2")]
    assert written(into)[0][5:8] == ("XII TKJ 2", "081300000001", "Jl. Contoh 1")


@pytest.mark.parametrize(
    ("again", "because"),
    [
        ({}, "the same NISN"),
        ({"nisn": None}, "without NISN the NIK"),
        ({"nisn": None, "nik": None}, "without both the school's NIPD"),
    ],
)
def test_identity_is_nisn_else_nik_else_nipd(into: Importing, again: dict[str, object], because: str) -> None:
    put(into, pupil(1))
    assert outcomes(put(into, pupil(1, **again))) == ["same"], because


def test_a_pupil_gains_the_nisn_that_was_not_known(into: Importing) -> None:
    put(into, pupil(1, nisn=None))
    plan = put(into, pupil(1))
    assert [(each.name, each.new) for each in plan.rows[0].changes] == [("nisn", "0099000001")]
    assert into.count("student") == 1


def test_who_is_missing_from_a_newer_list_is_marked_and_comes_back(into: Importing) -> None:
    put(into, pupil(1), pupil(2))
    plan = put(into, pupil(1))
    assert [one.name for one in plan.missing] == ["Murid Contoh 2"]
    assert [row[-1] for row in written(into)] == [None, TODAY]
    assert [one.since for one in put(into, pupil(1)).missing] == [TODAY], "listed again, marked once"
    plan = put(into, pupil(1), pupil(2))
    assert [each.name for each in plan.rows[1].changes] == ["missing_since"]
    assert [row[-1] for row in written(into)] == [None, None]
    assert outcomes(put(into, pupil(1), pupil(2))) == ["same", "same"]


def test_a_refused_row_does_not_make_its_pupil_missing(into: Importing) -> None:
    put(into, pupil(1), pupil(2), pupil(3))
    plan = put(into, pupil(1, nik="123"), pupil(2, nisn="99", nipd=None, nik=None), pupil(3))
    assert outcomes(plan) == ["refused", "refused", "same"]
    assert plan.missing == ()


def test_a_pupil_at_another_school_has_moved(into: Importing) -> None:
    put(into, pupil(1), pupil(2))
    plan = put(into, pupil(1, nipd=None, rombel="XII AKL 1"), npsn="99000091")
    assert codes(plan.rows[0], "warned") == {"intake.pupil_moves"}
    assert (plan.rows[0].changes[0].name, plan.missing) == ("school", ())
    assert [(row[1], row[3]) for row in written(into)] == [("99000091", None), ("99000090", "1002")]


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({"name": "Bukan Dia"}, "refused"),
        ({"born": None, "nik": None}, "refused"),
        ({"born": date(2009, 3, 5), "nik": None}, "refused"),
        ({"name": "Bukan Dia", "nisn": None}, "refused"),
        ({"born": None}, "changed"),
        ({"nik": None}, "changed"),
        ({"nisn": None}, "changed"),
        ({"name": "murid  contoh 1"}, "changed"),
    ],
)
def test_a_number_alone_takes_no_pupil_from_another_school(
    into: Importing, row: dict[str, object], outcome: str
) -> None:
    put(into, pupil(1), pupil(2))
    put(into, pupil(2))
    before = written(into)
    plan = put(into, pupil(1, nipd=None, **row), npsn="99000091")
    assert outcomes(plan) == [outcome]
    if outcome == "refused":
        assert codes(plan.rows[0], "refused") == {"intake.pupil_of_other_school"}
        assert written(into) == before, "who is missing at the former school stays so"
        assert "99000090" not in repr(plan.rows[0].findings)


def test_numbers_of_others_are_not_taken_over(into: Importing) -> None:
    put(into, pupil(1), pupil(2))
    plan = put(into, pupil(1), pupil(2, nipd="1001", nik=pupil(1)["NIK"]), pupil(3, nik=pupil(1)["NIK"]))
    assert outcomes(plan) == ["same", "same", "refused"]
    assert codes(plan.rows[1], "warned") == {"intake.nik_not_stored", "intake.nipd_not_stored"}
    assert codes(plan.rows[2], "refused") == {"intake.nik_of_other_pupil"}


def test_a_pupil_without_any_number_is_refused(into: Importing) -> None:
    plan = put(into, pupil(1), pupil(2, nisn=None, nik=None, nipd=None))
    assert codes(plan.rows[1], "refused") == {"intake.pupil_without_number"}


def test_only_the_columns_that_are_needed_are_kept(into: Importing, student_sample: Path) -> None:
    source = into.read("students", student_sample)
    again = into.read("students", source.content)
    assert again.file.rows == source.file.rows
    assert (again.file.school_name, again.file.columns) == (source.file.school_name, source.file.columns)
    kept = {
        str(value)
        for sheet in openpyxl.load_workbook(io.BytesIO(source.content))
        for row in sheet.values
        for value in row
    }
    whole = {str(value) for sheet in openpyxl.load_workbook(student_sample) for row in sheet.values for value in row}
    assert "Penghasilan" in str(whole)
    assert "Wiraswasta" not in kept


def test_a_school_sends_its_own_pupils_and_no_others(into: Importing) -> None:
    with into.database.transaction() as tx:
        own, other = add_school(tx), add_school(tx)
        numbers = {row.id: row.npsn for row in tx.execute(text("SELECT id, npsn FROM school"))}
    actor = Actor(None, "Sekolah", "school", Scope("school", str(own)), "page", GRANTED[Role.SCHOOL])
    content = workbook_bytes(PUPIL_HEADINGS, [pupil(1)], title="DAFTAR")
    made = into.preview(content, kind="students", actor=actor)
    assert made.plan.school_id == own
    assert outcomes(into.apply(made.batch_id, actor=actor).plan) == ["new"]
    with pytest.raises(Forbidden):
        into.preview(content, kind="students", actor=actor, npsn=numbers[other])


def test_a_list_that_does_not_say_its_school_is_asked_for_it(into: Importing) -> None:
    with pytest.raises(InvalidInput, match=r"intake\.school_needed"):
        into.put([pupil(1)], kind="students")
    content = workbook_bytes(PUPIL_HEADINGS, [pupil(1)], title="SMKN 90 SAMARINDA NPSN 99000090")
    assert into.preview(content, kind="students").plan.schools[0].npsn == "99000090"
    with pytest.raises(InvalidInput, match=r"intake\.school_differs"):
        into.preview(content, kind="students", npsn="99000091")


def doubts(plan: Plan) -> list[tuple[int, str]]:
    """What is said above the rows, with its row number."""
    return [(each.row, sentence(each.reason)) for each in plan.findings]


def test_an_unknown_npsn_that_would_move_a_whole_school_is_told_once(into: Importing) -> None:
    title = "SMK NEGERI 90 SAMARINDA"
    content = workbook_bytes(PUPIL_HEADINGS, [pupil(1), pupil(2)], title=title)
    into.apply(into.preview(content, kind="students", npsn="99000090").batch_id)
    plan = into.preview(content, kind="students", npsn="99999999").plan
    assert doubts(plan) == [(0,
        "SMK NEGERI 90 SAMARINDA dikenal dengan NPSN 99000090, bukan 99999999. Kalau diterapkan, dibuat sekolah baru "
        "dengan NPSN 99999999; peserta didik yang pindah ke sana: 2. Periksa NPSN-nya dulu.",
    )]  # fmt: skip
    assert {codes(row, "warned") == {"intake.pupil_moves"} for row in plan.rows} == {True}
    new = workbook_bytes(PUPIL_HEADINGS, [pupil(3)], title=title)
    assert "pindah ke sana: 0." in doubts(into.preview(new, kind="students", npsn="99999999").plan)[0][1]
    assert doubts(into.preview(content, kind="students", npsn="99000090").plan) == []


def test_a_new_school_that_takes_pupils_of_another_along_is_told(into: Importing) -> None:
    put(into, pupil(1), pupil(2))
    plan = into.plan([pupil(1), pupil(2), pupil(3)], kind="students", npsn="99000091")
    ((row, said),) = doubts(plan)
    assert (row, said.startswith("NPSN 99000091 belum dikenal."), "dari sekolah lain: 2." in said) == (0, True, True)
    assert doubts(into.plan([pupil(3)], kind="students", npsn="99000091")) == []


def test_an_ordinary_name_without_a_place_is_not_taken_for_a_known_school(into: Importing) -> None:
    content = workbook_bytes(PUPIL_HEADINGS, [pupil(1)], title="SMK NEGERI 1")
    into.apply(into.preview(content, kind="students", npsn="99000090").batch_id)
    other = workbook_bytes(PUPIL_HEADINGS, [pupil(2)], title="SMK NEGERI 1")
    assert doubts(into.preview(other, kind="students", npsn="99000091").plan) == []


def test_a_list_whose_title_names_another_school_is_told(into: Importing) -> None:
    def make(tx: Any) -> UUID:
        add_school(tx, name="SMKN 2 Contoh", npsn="99000002")
        return add_school(tx, name="SMKN 1 Contoh", npsn="99000001")

    own = into.database.perform(make)
    theirs = workbook_bytes(PUPIL_HEADINGS, [pupil(1), pupil(2)], title="DAFTAR PESERTA DIDIK SMK Negeri 2 Contoh")
    into.apply(into.preview(theirs, kind="students", npsn="99000002").batch_id)
    told = (0,
        "Berkas ini menyebut DAFTAR PESERTA DIDIK SMK Negeri 2 Contoh, padahal dikirim untuk SMKN 1 Contoh "
        "(NPSN 99000001). Peserta didik yang pindah ke SMKN 1 Contoh kalau diterapkan: 2. Periksa sekolahnya dulu.",
    )  # fmt: skip
    clerk = Actor(None, "Sekolah", "school", Scope("school", str(own)), "page", GRANTED[Role.SCHOOL])
    assert doubts(into.preview(theirs, kind="students", actor=clerk).plan) == [told]
    assert doubts(into.preview(theirs, kind="students", npsn="99000001").plan) == [told]
    assert doubts(into.preview(theirs, kind="students", npsn="99000002").plan) == []
    mine = workbook_bytes(PUPIL_HEADINGS, [pupil(3)], title="SMK NEGERI 01 CONTOH")
    assert doubts(into.preview(mine, kind="students", actor=clerk).plan) == []
    untitled = workbook_bytes(PUPIL_HEADINGS, [pupil(3)], title="DAFTAR PESERTA DIDIK")
    assert doubts(into.preview(untitled, kind="students", actor=clerk).plan) == []


def test_a_list_under_a_name_of_before_a_merger_is_of_the_same_school(into: Importing) -> None:
    def make(tx: Any) -> UUID:
        kept, gone = add_school(tx, name="SMKN 1 Contoh", npsn="99000001"), add_school(tx, name="STM Contoh SMK Jaya")
        tx.execute(
            text("UPDATE school SET merged_into = :kept, state = 'merged' WHERE id = :gone"),
            {"kept": kept, "gone": gone},
        )
        return kept

    own = into.database.perform(make)
    clerk = Actor(None, "Sekolah", "school", Scope("school", str(own)), "page", GRANTED[Role.SCHOOL])
    old = workbook_bytes(PUPIL_HEADINGS, [pupil(1)], title="STM Contoh SMK Jaya")
    assert doubts(into.preview(old, kind="students", actor=clerk).plan) == []
