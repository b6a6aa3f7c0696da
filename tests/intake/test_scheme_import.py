"""Lists of units go in as whole new versions; what is there is never changed, and nothing is invented."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.importing import ACTOR, TODAY, Importing, codes, outcomes
from tests.support.reference import Reference, unit

from assessor_registry.accounts.rules import GRANTED, Role
from assessor_registry.db.engine import Database
from assessor_registry.errors import Conflict, Forbidden
from assessor_registry.intake import actions
from assessor_registry.intake.scheme_plan import works_of

TKJ = "KKNI Level II Teknik Komputer dan Jaringan"
RPL = "KKNI Level II Rekayasa Perangkat Lunak"


@pytest.fixture
def lists(database: Database, tmp_path: Path) -> Reference:
    """A register with what is shipped."""
    return Reference(Importing(database, tmp_path))


def versions(lists: Reference, title: str) -> list[tuple[object, ...]]:
    """Versions of a scheme in the order in which they were made: label, source, verified, complete, units."""
    return [
        tuple(row)
        for row in lists.into.ask(
            "SELECT v.label, v.source, v.verified, v.complete, (SELECT count(*) FROM unit_of_competency u "
            "WHERE u.version_id = v.id) FROM scheme_version v JOIN scheme s ON s.id = v.scheme_id "
            "WHERE s.title = :title ORDER BY v.created_at, v.label DESC",
            title=title,
        )
    ]


def test_a_new_scheme_goes_in_with_its_units_and_twice_changes_nothing(lists: Reference) -> None:
    rows = [
        unit(1, number="SKM/CONTOH/1", kind="okupasi", level="III", cluster="Klaster A"),
        unit(2, number="SKM/CONTOH/1", cluster="Klaster A"),
        unit(3, number="SKM/CONTOH/1", cluster="Klaster B"),
    ]
    plan = lists.put("schemes", *rows)
    assert outcomes(plan) == ["new"] * 3
    assert versions(lists, "Perakit Contoh") == [("Impor 2026-11-21", "Impor berkas schemes.csv", False, True, 3)]
    assert lists.into.ask("SELECT number, kind, level FROM scheme WHERE title = 'Perakit Contoh'") == [
        ("SKM/CONTOH/1", "Okupasi", "III")
    ]
    clusters = lists.into.ask(
        "SELECT c.title, u.code FROM unit_of_competency u JOIN cluster c ON c.id = u.cluster_id "
        "JOIN scheme_version v ON v.id = u.version_id WHERE v.label = 'Impor 2026-11-21' ORDER BY u.position"
    )
    assert [tuple(row) for row in clusters] == [
        ("Klaster A", "J.620100.001.01"), ("Klaster A", "J.620100.002.01"), ("Klaster B", "J.620100.003.01")
    ]  # fmt: skip
    assert outcomes(lists.put("schemes", *rows)) == ["same"] * 3
    assert outcomes(lists.put("schemes", *reversed(rows))) == ["same"] * 3, "the order of the rows says nothing"
    assert len(versions(lists, "Perakit Contoh")) == 1


def test_a_shipped_scheme_without_units_is_completed_by_another_version(lists: Reference) -> None:
    before = versions(lists, RPL)
    assert [row[3:] for row in before] == [(False, 0)]
    plan = lists.put("schemes", unit(1, scheme="kkni lv. 2 rekayasa perangkat lunak", source="Dokumen skema 12/2024"))
    (work,) = works_of(plan)
    assert (work.outcome, work.title, work.added) == ("changed", RPL, ("J.620100.001.01",))
    added = ("Impor 2026-11-21", "Dokumen skema 12/2024", True, True, 1)
    assert set(versions(lists, RPL)) == {before[0], added}


def test_a_new_version_says_what_is_added_changed_and_removed_and_the_old_one_stays(lists: Reference) -> None:
    lists.put("schemes", unit(1), unit(2), unit(3), unit(4))
    ((old,),) = lists.into.ask("SELECT id FROM scheme_version WHERE label = 'Impor 2026-11-21'")
    plan = lists.put("schemes", unit(1), unit(2, title="Judul lain"), unit(5), unit(4, cluster="K1"))
    (work,) = works_of(plan)
    assert (work.added, work.changed, work.removed) == (
        ("J.620100.005.01",), ("J.620100.002.01", "J.620100.004.01"), ("J.620100.003.01",)
    )  # fmt: skip
    told = [(row.row, each.name, each.old, each.new) for row in plan.rows for each in row.changes]
    assert told == [
        (2, "unit_removed", "J.620100.003.01 Unit contoh 3", None),
        (3, "unit_title", "Unit contoh 2", "Judul lain"),
        (4, "unit_added", None, "J.620100.005.01 Unit contoh 5"),
        (5, "cluster", None, "K1"),
    ]
    assert {row[0] for row in versions(lists, "Perakit Contoh")} == {"Impor 2026-11-21", "Impor 2026-11-21 (2)"}
    kept = lists.into.ask("SELECT code, title FROM unit_of_competency WHERE version_id = :v ORDER BY position", v=old)
    assert [tuple(row) for row in kept] == [(f"J.620100.00{n}.01", f"Unit contoh {n}") for n in (1, 2, 3, 4)]


def test_one_file_may_hold_several_schemes_and_cells_left_empty_belong_to_the_row_above(lists: Reference) -> None:
    plan = lists.put(
        "schemes",
        unit(1, cluster="K1"), unit(2, scheme=None), unit(3, scheme=None, cluster="K2"), unit(4, scheme="Skema Kedua"),
    )  # fmt: skip
    assert [(work.title, work.outcome, len(work.added)) for work in works_of(plan)] == [
        ("Perakit Contoh", "new", 3), ("Skema Kedua", "new", 1)
    ]  # fmt: skip
    units = lists.into.ask(
        "SELECT u.code, c.title FROM unit_of_competency u LEFT JOIN cluster c ON c.id = u.cluster_id "
        "JOIN scheme_version v ON v.id = u.version_id WHERE v.label LIKE 'Impor%' ORDER BY u.code"
    )
    assert [row[1] for row in units] == ["K1", "K1", "K2", None]


@pytest.mark.parametrize(
    ("bad", "column", "code"),
    [
        ({"code": None}, "Kode Unit", "intake.no_unit_code"),
        ({"title": None}, "Judul Unit", "intake.no_unit_title"),
        ({"code": "J.620100.001.01"}, "Kode Unit", "intake.unit_twice_differs"),
        ({"complete": "barangkali"}, "Lengkap", "intake.complete_unreadable"),
        ({"first": "31 Februari 2026"}, "Mulai Berlaku", "intake.impossible_date"),
    ],
)
def test_a_refused_row_holds_its_scheme_back_and_no_other(
    lists: Reference, bad: dict[str, object], column: str, code: str
) -> None:
    plan = lists.put("schemes", unit(1), unit(2, **bad), unit(3, scheme="Skema Kedua"))
    assert outcomes(plan) == ["refused", "refused", "new"]
    (finding,) = [each for each in plan.rows[1].findings if each.level == "refused"]
    assert (finding.row, finding.column, finding.code) == (3, column, code)
    assert codes(plan.rows[0], "refused") == {"intake.scheme_held"}
    assert versions(lists, "Perakit Contoh") == []
    assert len(versions(lists, "Skema Kedua")) == 1


def test_an_unknown_scheme_without_title_is_refused_and_a_row_without_scheme_too(lists: Reference) -> None:
    plan = lists.put("schemes", unit(1, scheme=None), unit(2, scheme=None, number="SKM/TIDAK/DIKENAL"))
    assert [codes(row, "refused") for row in plan.rows] == [
        {"intake.scheme_unnamed"}, {"intake.scheme_title_needed"}
    ]  # fmt: skip


def test_what_is_odd_goes_in_and_is_said(lists: Reference) -> None:
    plan = lists.put(
        "schemes",
        unit(1, code="aneh 1", number="SKM/BNSP/00010/2/2023/1324", kind="Sesuatu"),
        unit(2, scheme=TKJ, number="SKM/BNSP/00010/2/2023/1324", complete="tidak"),
        unit(2, scheme=TKJ, complete="tidak"),
    )
    assert codes(plan.rows[0], "warned") >= {"schemes.code_shape_unknown", "intake.scheme_kind_unknown"}
    assert codes(plan.rows[0], "warned") >= {"intake.scheme_known_as"}, "a number that is known names its scheme"
    assert codes(plan.rows[1], "warned") == {"schemes.number_taken"}, "the title decides, the number stays where it is"
    assert codes(plan.rows[2], "warned") == {"intake.unit_twice"}
    assert lists.into.ask("SELECT number FROM scheme WHERE title = :t", t=TKJ) == [(None,)]
    assert ("Impor 2026-11-21", "Impor berkas schemes.csv", False, False, 1) in versions(lists, TKJ)


def test_a_number_and_a_level_that_no_source_had_are_filled_in_and_never_replaced(lists: Reference) -> None:
    lists.put("schemes", unit(1))
    plan = lists.put("schemes", unit(1, number="SKM/1", kind="Klaster", level="II"))
    assert [(each.name, each.new) for each in plan.rows[0].changes] == [
        ("scheme_number", "SKM/1"), ("kind", "Klaster"), ("level", "II")
    ]  # fmt: skip
    again = lists.put("schemes", unit(1, number="SKM/2", kind="KKNI", level="2"))
    assert outcomes(again) == ["same"]
    assert codes(again.rows[0], "warned") == {"schemes.number_known", "intake.scheme_value_stays"}
    assert lists.into.ask("SELECT number, kind, level FROM scheme WHERE title = 'Perakit Contoh'") == [
        ("SKM/1", "Klaster", "II")
    ]
    assert len(versions(lists, "Perakit Contoh")) == 1


def test_an_edition_has_one_list_of_units_and_a_dated_scheme_needs_dates(lists: Reference) -> None:
    lists.put("schemes", unit(1, label="2025", first="1 Januari 2025"))
    assert outcomes(lists.put("schemes", unit(1, label="2025", first="1 Januari 2025"))) == ["same"]
    assert codes(lists.put("schemes", unit(2, label="2025")).rows[0], "refused") == {"schemes.label_taken"}
    assert codes(lists.put("schemes", unit(2)).rows[0], "refused") == {"schemes.first_day_needed"}
    two = lists.put("schemes", unit(1, label="2026"), unit(2, label="2027"))
    assert codes(two.rows[1], "refused") == {"intake.scheme_two_editions"}
    assert outcomes(lists.put("schemes", unit(2, first="1 Januari 2026"))) == ["changed"]
    assert outcomes(lists.put("schemes", unit(2, first="1 Januari 2026"))) == ["same"]


def test_a_line_below_the_table_is_no_unit_and_is_told(lists: Reference) -> None:
    plan = lists.put("schemes", unit(1), unit(2))
    assert plan.findings == ()
    source = lists.read("schemes", [unit(1)])
    path = lists.into.folder / "tanda-tangan.csv"
    path.write_bytes(source.content + b"\n;;;;;;;Kepala Bidang")
    read = actions.read(lists.into.database, "schemes", path, path.name, today=TODAY)
    assert [row.code for row in read.file.rows] == ["J.620100.001.01"]  # type: ignore[union-attr]
    assert [(each.row, each.code) for each in read.file.findings] == [(3, "intake.line_below_table")]


def test_what_was_previewed_is_what_is_applied_or_nothing(lists: Reference) -> None:
    made = lists.preview("schemes", unit(1), unit(2))
    lists.put("schemes", unit(1))
    with pytest.raises(Conflict, match=r"intake\.changed_since"):
        lists.into.apply(made.batch_id)
    assert len(versions(lists, "Perakit Contoh")) == 1
    again = lists.preview("schemes", unit(1), unit(2))
    lists.into.apply(again.batch_id)
    assert {row[4] for row in versions(lists, "Perakit Contoh")} == {1, 2}
    with pytest.raises(Conflict, match=r"intake\.applied_already"):
        lists.into.apply(again.batch_id)


@pytest.mark.parametrize("role", [Role.LSP_ADMIN, Role.SCHOOL, Role.AUDITOR])
def test_only_the_division_imports_schemes(lists: Reference, role: Role) -> None:
    actor = replace(ACTOR, role=role.value, permissions=GRANTED[role])
    with pytest.raises(Forbidden, match=r"intake\.not_for_you"):
        lists.put("schemes", unit(1), actor=actor)
    assert outcomes(lists.put("schemes", unit(1), actor=replace(actor, permissions=GRANTED[Role.DIVISION]))) == ["new"]
