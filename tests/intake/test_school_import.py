"""A list of schools is the authority: unknown ones come in confirmed, known ones are put right, none twice."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.importing import ACTOR, NOW, Importing, codes, outcomes
from tests.support.reference import Reference, school

from assessor_registry.accounts.rules import GRANTED, Role, Scope
from assessor_registry.db.engine import Database
from assessor_registry.errors import Conflict, Forbidden
from assessor_registry.institutions import actions as institutions


@pytest.fixture
def lists(database: Database, tmp_path: Path) -> Reference:
    """A register with what is shipped and no school."""
    return Reference(Importing(database, tmp_path))


def schools(lists: Reference) -> list[tuple[object, ...]]:
    """All schools."""
    rows = lists.into.ask("SELECT npsn, name, region_code, state FROM school ORDER BY npsn NULLS FIRST, name")
    return [tuple(row) for row in rows]


def provisional(lists: Reference, name: str, npsn: str | None, region: str | None) -> object:
    """A school that some list named."""
    return lists.into.database.perform(
        lambda tx: institutions.provisional_school(tx, ACTOR, name, npsn, region, NOW)[0]
    )


def test_schools_come_in_confirmed_and_twice_changes_nothing(lists: Reference) -> None:
    rows = [school(1), school(2, region="Kota Samarinda", name="SMK Contoh 2 Samarinda"), school(3, region="kutim")]
    assert outcomes(lists.put("schools", *rows)) == ["new"] * 3
    assert schools(lists) == [
        ("99000001", "SMK Contoh 1 Berau", "64.03", "confirmed"),
        ("99000002", "SMK Contoh 2 Samarinda", "64.72", "confirmed"),
        ("99000003", "SMK Contoh 3 Berau", "64.08", "confirmed"),
    ]
    assert outcomes(lists.put("schools", *rows)) == ["same"] * 3
    assert len(schools(lists)) == 3


def test_a_provisional_school_is_confirmed_under_its_right_name_and_region(lists: Reference) -> None:
    known = provisional(lists, "SMK Contoh Satu", "99000001", None)
    plan = lists.put("schools", school(1))
    assert [(each.name, each.old, each.new) for each in plan.rows[0].changes] == [
        ("school_name", "SMK Contoh Satu", "SMK Contoh 1 Berau"),
        ("school_region", None, "Berau"),
        ("school_state", "Sementara", "Dipastikan"),
    ]
    assert plan.rows[0].subject_id == known
    assert schools(lists) == [("99000001", "SMK Contoh 1 Berau", "64.03", "confirmed")]
    (told,) = lists.into.ask("SELECT act, before->>'state', after->>'state' FROM audit_entry "
                             "WHERE act = 'institutions.confirm_school'")  # fmt: skip
    assert tuple(told) == ("institutions.confirm_school", "provisional", "confirmed")


def test_a_school_known_by_name_alone_gains_its_number(lists: Reference) -> None:
    provisional(lists, "SMK CONTOH 1 BERAU", None, "64.03")
    plan = lists.put("schools", school(1), school(2, name="SMK Contoh 1 Berau"))
    assert outcomes(plan) == ["changed", "new"], "one school has one number"
    assert [row[:2] for row in schools(lists)] == [
        ("99000001", "SMK CONTOH 1 BERAU"),
        ("99000002", "SMK Contoh 1 Berau"),
    ]


def test_a_plain_name_without_region_names_nobody(lists: Reference) -> None:
    provisional(lists, "SMKN 1", None, None)
    assert outcomes(lists.put("schools", school(1, name="SMK Negeri 1"))) == ["new"]
    assert [row[3] for row in schools(lists)] == ["provisional", "confirmed"]


def test_another_use_of_capitals_is_no_change_and_an_empty_cell_never_erases(lists: Reference) -> None:
    lists.put("schools", school(1))
    assert outcomes(lists.put("schools", school(1, name="SMK CONTOH 1 BERAU", region=None))) == ["same"]
    assert outcomes(lists.put("schools", school(1, name="SMK Contoh Baru", region=None))) == ["changed"]
    assert schools(lists) == [("99000001", "SMK Contoh Baru", "64.03", "confirmed")]


@pytest.mark.parametrize(
    ("bad", "column", "code"),
    [
        ({"npsn": "1234567"}, "NPSN", "intake.npsn_length"),
        ({"npsn": "12ab5678"}, "NPSN", "intake.npsn_length"),
        ({"name": None}, "Nama Sekolah", "intake.no_school_name"),
        ({"npsn": None}, "NPSN", "intake.no_npsn"),
        ({"region": "Kab. Jauh Sekali"}, "Kabupaten/Kota", "intake.region_unknown"),
        ({"npsn": "99000001"}, "NPSN", "intake.npsn_twice"),
    ],
)
def test_what_can_not_be_right_is_refused_and_the_rest_goes_in(
    lists: Reference, bad: dict[str, object], column: str, code: str
) -> None:
    plan = lists.put("schools", school(1), school(2, **bad), school(3))
    assert outcomes(plan) == ["new", "refused", "new"]
    (finding,) = plan.rows[1].findings
    assert (finding.row, finding.column, finding.code) == (3, column, code)
    assert len(schools(lists)) == 2


def test_a_school_that_was_merged_is_not_brought_back(lists: Reference) -> None:
    lists.put("schools", school(1))
    gone = provisional(lists, "SMK Salah Ketik", "99000009", "64.03")
    ((kept,),) = lists.into.ask("SELECT id FROM school WHERE npsn = '99000001'")
    lists.into.database.perform(lambda tx: institutions.merge_school(tx, ACTOR, gone, kept, NOW))  # type: ignore[arg-type]
    plan = lists.put("schools", school(9))
    assert codes(plan.rows[0], "refused") == {"intake.npsn_of_merged"}


def test_a_missing_region_is_said(lists: Reference) -> None:
    plan = lists.put("schools", school(1, region=None), school(2))
    assert [codes(row, "warned") for row in plan.rows] == [{"intake.no_school_region"}, set()]


def test_what_was_previewed_is_what_is_applied_or_nothing(lists: Reference) -> None:
    provisional(lists, "SMK Contoh Satu", "99000001", None)
    made = lists.preview("schools", school(1))
    lists.put("schools", school(1, name="SMK Nama Lain"))
    with pytest.raises(Conflict, match=r"intake\.changed_since"):
        lists.into.apply(made.batch_id)
    again = lists.preview("schools", school(1))
    lists.into.apply(again.batch_id)
    assert [row[1] for row in schools(lists)] == ["SMK Contoh 1 Berau"]


@pytest.mark.parametrize("role", [Role.LSP_ADMIN, Role.SCHOOL, Role.AUDITOR])
def test_only_the_division_imports_schools(lists: Reference, role: Role) -> None:
    with pytest.raises(Forbidden, match=r"intake\.not_for_you"):
        lists.put("schools", school(1), actor=replace(ACTOR, role=role.value, permissions=GRANTED[role]))
    lsp = replace(ACTOR, scope=Scope("region", "64.03"))
    with pytest.raises(Forbidden, match=r"institutions\.province_only"):
        lists.put("schools", school(1), actor=lsp)
    assert schools(lists) == []
