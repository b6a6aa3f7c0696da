"""A register goes in: previewed, applied, and the same again changes nothing."""

import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text
from tests.conftest import Cluster
from tests.support.importing import TODAY, Importing, assessor, codes, outcomes
from tests.support.people import add_lsp, add_school

from assessor_registry.accounts.rules import GRANTED, Actor, Role, Scope
from assessor_registry.db.engine import Database
from assessor_registry.errors import Conflict, Forbidden
from assessor_registry.validity import actions as validity


@pytest.fixture
def into(database: Database, tmp_path: Path) -> Importing:
    """A register with what is shipped and nobody in it."""
    return Importing(database, tmp_path)


def test_the_sample_register_goes_in_as_it_is(into: Importing, assessor_sample: Path) -> None:
    made = into.preview(assessor_sample)
    assert into.count("assessor") == 0, "a preview writes nobody"
    plan = into.apply(made.batch_id).plan
    counts = plan.counts
    assert (counts["read"], counts["new"], counts["refused"]) == (71, 65, 6)
    assert [row.row for row in plan.rows if row.outcome == "refused"] == [71, 72, 73, 74, 75, 77]
    assert 76 in {row.row for row in plan.rows if row.warned}
    assert into.count("assessor") == 65
    assert into.count("assessor_certificate") == 65
    assert into.count("registration_number") == 65
    assert into.count("active_period") == 65
    assert into.count("school") == into.ask("SELECT count(*) FROM school WHERE state = 'provisional'")[0][0]
    with into.database.read() as conn:
        assert validity.check(conn) == []


def test_the_sample_register_twice_changes_nothing(into: Importing, assessor_sample: Path) -> None:
    into.register(assessor_sample)
    before = {
        t: into.count(t) for t in ("assessor", "assessor_certificate", "technical_certificate", "school", "employment")
    }
    plan = into.register(assessor_sample)
    assert plan.counts["same"] == 65
    assert plan.counts["refused"] == 6
    assert {t: into.count(t) for t in before} == before
    assert not plan.schools


def facts(into: Importing) -> dict[str, list[tuple[object, ...]]]:
    """All that an import writes of people, without ids and instants."""
    queries = {
        "people": "SELECT name, search_name, encode(nik_hash, 'hex'), birth_date, sex, city, region_code, phone, "
        "remarks, version FROM assessor ORDER BY name",
        "numbers": "SELECT a.name, r.series, r.number, r.year, r.current FROM registration_number r "
        "JOIN assessor a ON a.id = r.assessor_id ORDER BY 1, 2, 3, 4",
        "schools": "SELECT a.name, s.name, s.npsn, e.first_day, e.last_day FROM employment e JOIN assessor a "
        "ON a.id = e.assessor_id JOIN school s ON s.id = e.school_id ORDER BY 1, 2",
        "certificates": "SELECT a.name, c.number, c.blanko_number, c.first_day, c.last_day, c.last_day_computed, "
        "c.supersedes IS NULL FROM assessor_certificate c JOIN assessor a ON a.id = c.assessor_id ORDER BY 1, 2, 4, 5",
        "competences": "SELECT a.name, t.scheme_text, t.scheme_id IS NULL, t.number, t.last_day "
        "FROM technical_certificate t JOIN assessor a ON a.id = t.assessor_id ORDER BY 1, 2",
        "periods": "SELECT a.name, p.during FROM active_period p JOIN assessor a ON a.id = p.assessor_id ORDER BY 1, 2",
    }
    return {name: [tuple(row) for row in into.ask(query)] for name, query in queries.items()}


def test_an_empty_cell_never_erases(into: Importing) -> None:
    into.put([assessor(1, remarks="catatan")])
    before = facts(into)
    bare = assessor(1, nik=None, born=None, sex=None, school=None, npsn=None, city=None, phone=None, number=None,
                    first=None, last=None, scheme=None, remarks=None)  # fmt: skip
    plan = into.put([bare])
    assert outcomes(plan) == ["same"]
    assert facts(into) == before


def test_what_changes_is_shown_field_by_field_and_written(into: Importing) -> None:
    into.put([assessor(1)])
    plan = into.put([assessor(1, phone="081299998888", school="SMK Negeri 91 Bontang", npsn="99000091")])
    assert outcomes(plan) == ["changed"]
    assert {(each.name, each.old, each.new) for each in plan.rows[0].changes} == {
        ("phone", "081200000001", "081299998888"),
        ("school", "SMK Negeri 90 Samarinda", "SMK Negeri 91 Bontang"),
        ("region_code", "Kota Samarinda", "Kota Bontang"),
    }
    written = facts(into)
    assert written["people"][0][7] == "081299998888"
    assert [(row[1], row[4]) for row in written["schools"]] == [
        ("SMK Negeri 90 Samarinda", date(2026, 11, 20)),
        ("SMK Negeri 91 Bontang", None),
    ]


def test_moving_twice_on_one_day_keeps_the_days_in_order(into: Importing) -> None:
    for school in ("SMK Negeri 90 Samarinda", "SMK Negeri 91 Bontang", "SMK Negeri 92 Berau"):
        into.put([assessor(1, school=school, npsn=None)])
    assert [row[1] for row in facts(into)["schools"] if row[4] is None] == ["SMK Negeri 92 Berau"]


def test_a_yearless_number_gains_its_year_and_never_loses_it(into: Importing) -> None:
    assert codes(into.put([assessor(1, met="MET.000.900001")]).rows[0], "warned") == {
        "intake.registration_without_year"
    }
    plan = into.put([assessor(1, met="MET 000 900001.2018")])
    assert [(each.name, each.old, each.new) for each in plan.rows[0].changes] == [
        ("registration", "MET.000.900001", "MET.000.900001 2018")
    ]
    assert outcomes(into.put([assessor(1, met="MET.000.900001")])) == ["same"]
    assert [row[3] for row in facts(into)["numbers"]] == [2018]


@pytest.mark.parametrize(
    ("second", "expected", "because"),
    [
        ({}, "same", "same NIK, name and birth date"),
        ({"nik": None}, "same", "name and birth date agree"),
        ({"born": None, "name": "Nama Lain"}, "changed", "the NIK agrees"),
        ({"nik": None, "born": None}, "refused", "a name alone does not tell whose number it is"),
        ({"nik": None, "name": "Nama Lain"}, "refused", "another name"),
        ({"nik": "6472010202810009", "born": date(1981, 2, 2)}, "refused", "another NIK and birth date"),
    ],
)
def test_a_number_without_year_matches_only_who_agrees(
    into: Importing, second: dict[str, object], expected: str, because: str
) -> None:
    into.put([assessor(1)])
    plan = into.plan([assessor(1, **{"met": "MET.000.900001", **second})])
    assert outcomes(plan) == [expected], because


def test_a_number_without_year_of_two_people_is_ambiguous(into: Importing) -> None:
    into.put([assessor(1), assessor(2, met="MET.000.900001 2019")])
    plan = into.plan([assessor(1, met="MET.000.900001")])
    assert codes(plan.rows[0], "refused") == {"intake.registration_unclear"}


def test_the_same_number_with_another_year_is_another_person(into: Importing) -> None:
    into.put([assessor(1)])
    assert outcomes(into.put([assessor(2, met="MET.000.900001 2023")])) == ["new"]


def test_a_namesake_of_a_yearless_holder_is_not_made_twice(into: Importing) -> None:
    into.put([assessor(1, met="MET.000.900001", nik=None, born=None)])
    plan = into.plan([assessor(1, nik=None, born=None)])
    assert codes(plan.rows[0], "refused") == {"intake.registration_maybe_known"}


def test_another_number_of_someone_with_the_same_nik_and_name_is_theirs(into: Importing) -> None:
    into.put([assessor(1)])
    plan = into.put([assessor(1, met="MET.000.900777 2026")])
    assert codes(plan.rows[0], "warned") >= {"intake.another_number"}
    assert [(row[2], row[4]) for row in facts(into)["numbers"]] == [("900001", False), ("900777", True)]
    assert into.count("assessor") == 1


def test_a_nik_of_someone_else_makes_nobody_new_and_overwrites_nobody(into: Importing) -> None:
    into.put([assessor(1), assessor(2)])
    plan = into.plan([assessor(3, nik=assessor(1)["NIK"]), assessor(2, nik=assessor(1)["NIK"])])
    assert codes(plan.rows[0], "refused") == {"intake.nik_of_other"}
    assert outcomes(plan)[1] == "same"
    assert "intake.nik_not_stored" in codes(plan.rows[1], "warned")


def test_the_same_nik_twice_in_a_file_goes_in_once(into: Importing) -> None:
    plan = into.put([assessor(1), assessor(2, nik=assessor(1)["NIK"])])
    assert outcomes(plan) == ["new", "refused"]
    assert codes(plan.rows[1], "refused") == {"intake.nik_twice"}


@pytest.mark.parametrize(
    ("second", "expected", "rows", "because"),
    [
        ({}, "same", 1, "nothing differs"),
        ({"number": "REG 1-2024"}, "same", 1, "another spelling of the number"),
        ({"last": date(2027, 12, 31)}, "correction", 1, "another last day on the same number"),
        ({"first": date(2024, 12, 1)}, "correction", 1, "another first day on the same number"),
        ({"number": None, "last": date(2027, 12, 31)}, "correction", 1, "without number the first day tells"),
        ({"last": None}, "same", 1, "an empty last day does not erase"),
        ({"number": "Reg. 77/2025", "first": date(2025, 6, 1), "last": date(2028, 6, 1)}, "changed", 2, "a new one"),
        ({"number": "Reg. 77/2025"}, "changed", 2, "another number"),
        ({"number": None, "first": date(2025, 6, 1), "last": date(2028, 6, 1)}, "changed", 2, "another first day"),
    ],
)
def test_which_certificate_is_meant(
    into: Importing, second: dict[str, object], expected: str, rows: int, because: str
) -> None:
    into.put([assessor(1)])
    plan = into.put([assessor(1, **second)])
    assert outcomes(plan) == [expected], because
    assert into.count("assessor_certificate") == rows, because


def test_a_correction_is_applied_only_with_its_tick_and_the_old_dates_stay(into: Importing) -> None:
    into.put([assessor(1), assessor(2)])
    changed = [assessor(1, last=date(2028, 1, 1)), assessor(2, last=date(2028, 1, 1), phone="081299998888")]
    plan = into.put(changed)
    assert outcomes(plan) == ["correction", "changed"]
    assert plan.counts["corrections"] == 2
    assert into.count("assessor_certificate") == 2
    assert outcomes(into.register(changed, corrections={5})) == ["correction", "correction"]
    assert into.count("assessor_certificate") == 3
    periods: Any = dict(
        into.ask("SELECT a.name, p.during FROM active_period p JOIN assessor a ON a.id = p.assessor_id")
    )
    assert (periods["Asesor Contoh 1"].upper, periods["Asesor Contoh 2"].upper) == (
        date(2027, 12, 14),
        date(2028, 1, 2),
    )
    assert outcomes(into.put(changed, corrections=True)) == ["correction", "same"]
    assert outcomes(into.put(changed)) == ["same", "same"]
    with into.database.read() as conn:
        assert validity.check(conn) == []


def test_what_was_not_known_completes_a_certificate(into: Importing) -> None:
    into.put([assessor(1, number=None, last=None)])
    plan = into.put([assessor(1)])
    assert outcomes(plan) == ["changed"]
    assert {each.name for each in plan.rows[0].changes} >= {"certificate.number"}
    assert outcomes(into.put([assessor(1)])) == ["same"]
    assert into.ask(
        "SELECT number, last_day_computed FROM assessor_certificate ORDER BY known_at, supersedes NULLS FIRST"
    )[-1] == ("Reg. 1/2024", False)


def test_a_competence_is_recognised_by_alias_or_kept_as_written(into: Importing) -> None:
    plan = into.put([assessor(1, scheme="Junior Coder\nJuru Masak Antariksa")])
    assert codes(plan.rows[0], "warned") == {"intake.scheme_unknown"}
    assert {(row[1], row[2]) for row in facts(into)["competences"]} == {
        ("Junior Coder", False),
        ("Juru Masak Antariksa", True),
    }
    assert outcomes(into.put([assessor(1, scheme="Skema Junior Coder")])) == ["same"]


def test_an_unknown_school_is_provisional_once_however_it_is_spelt(into: Importing) -> None:
    spellings = ["SMK Negeri 95 Berau", "SMKN 95 BERAU", "SMK N 095 Berau"]
    plan = into.put([assessor(i, school=name, npsn=None, city=None) for i, name in enumerate(spellings, 1)])
    assert [(school.name, school.rows) for school in plan.schools] == [("SMK Negeri 95 Berau", (4, 5, 6))]
    assert into.ask("SELECT name, state, region_code FROM school") == [("SMK Negeri 95 Berau", "provisional", "64.03")]


def test_a_school_whose_region_holds_the_name_of_another_is_put_into_its_own(into: Importing) -> None:
    plan = into.put([assessor(1, school="SMK Negeri 1 Penajam Paser Utara", npsn=None, city="Penajam Paser Utara"),
                     assessor(2, school="SMK Negeri 1 Paser", npsn=None, city="Paser")])  # fmt: skip
    assert [(school.name, school.region_code) for school in plan.schools] == [
        ("SMK Negeri 1 Penajam Paser Utara", "64.09"), ("SMK Negeri 1 Paser", "64.01"),
    ]  # fmt: skip


def test_a_teacher_who_lives_elsewhere_is_found_at_the_school(into: Importing) -> None:
    into.put([assessor(1, school="SMK Kesatuan Contoh", npsn=None, city="Kota Samarinda")])
    plan = into.put([assessor(2, school="SMK Kesatuan Contoh", npsn=None, city="Kota Bontang")])
    assert plan.schools == ()
    plan = into.put([assessor(3, school="SMKN 4", npsn=None, city="Kota Samarinda"),
                          assessor(4, school="SMKN 4", npsn=None, city="Kota Bontang")])  # fmt: skip
    assert [school.region_code for school in plan.schools] == ["64.72", "64.74"]


def test_what_changed_since_the_preview_stops_everything(into: Importing) -> None:
    made = into.preview([assessor(1, phone="081299998888"), assessor(2)])
    into.put([assessor(1)])
    before = facts(into)
    with pytest.raises(Conflict) as refusal:
        into.apply(made.batch_id)
    assert refusal.value.code == "intake.changed_since"
    assert facts(into) == before


def test_applying_twice_is_refused(into: Importing) -> None:
    made = into.preview([assessor(1)])
    into.apply(made.batch_id)
    with pytest.raises(Conflict, match=r"intake\.applied_already"):
        into.apply(made.batch_id)


def test_of_two_who_apply_at_once_one_writes(into: Importing) -> None:
    first, second = into.preview([assessor(i) for i in range(1, 40)]), into.preview([assessor(i) for i in range(1, 40)])
    ended: list[str] = []

    def act(batch_id: UUID) -> None:
        try:
            into.apply(batch_id)
            ended.append("done")
        except Conflict as refusal:
            ended.append(refusal.code)

    threads = [threading.Thread(target=act, args=(made.batch_id,)) for made in (first, second, first)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(ended) in (
        ["done", "intake.applied_already", "intake.changed_since"],
        ["done", "intake.changed_since", "intake.changed_since"],
    )
    assert into.count("assessor") == 39


def test_the_number_of_statements_does_not_grow_with_the_rows(into: Importing) -> None:
    def statements(rows: list[dict[str, object]]) -> int:
        made = into.preview(rows)
        counted: list[str] = []
        note: Any = lambda *given: counted.append(given[2])  # noqa: E731
        event.listen(into.database.engine, "before_cursor_execute", note)
        try:
            into.apply(made.batch_id)
        finally:
            event.remove(into.database.engine, "before_cursor_execute", note)
        return len(counted)

    schools = {f"SMK Contoh {i}": i for i in range(200)}
    few = statements([assessor(i, school="SMK Contoh A", npsn=None) for i in range(1, 71)])
    many = statements([assessor(1000 + i, school=name, npsn=None) for name, i in schools.items()])
    assert many == few


def test_an_lsp_imports_only_its_own(into: Importing) -> None:
    with into.database.transaction() as tx:
        own, other = add_school(tx), add_school(tx)
        lsp = add_lsp(tx, own)
        names = {row.id: row.npsn for row in tx.execute(text("SELECT id, npsn FROM school"))}
    into.put([assessor(1, school="A", npsn=names[own]), assessor(2, school="B", npsn=names[other])])
    actor = Actor(None, "Admin", "lsp_admin", Scope("lsp", str(lsp)), "page", GRANTED[Role.LSP_ADMIN])
    plan = into.plan(
        [
            assessor(1, school="A", npsn=names[own], phone="081299998881"),
            assessor(2, school="B", npsn=names[other], phone="081299998882"),
            assessor(3, school="A", npsn=names[own]),
            assessor(4, school="B", npsn=names[other]),
            assessor(5, school="SMK Entah Di Mana", npsn=None),
            assessor(6, school=None, npsn=None),
        ],
        actor=actor,
    )
    assert outcomes(plan) == ["changed", "refused", "new", "refused", "refused", "refused"]
    assert [codes(row, "refused") for row in plan.rows if row.outcome == "refused"] == [
        {"intake.not_yours"},
        {"intake.school_not_yours"},
        {"intake.school_not_yours"},
        {"intake.school_needed_for_new"},
    ]
    assert plan.schools == ()


def test_an_appointment_opens_nobodys_row_to_an_import(into: Importing) -> None:
    with into.database.transaction() as tx:
        own, other = add_school(tx), add_school(tx)
        lsp = add_lsp(tx, own)
        names = {row.id: row.npsn for row in tx.execute(text("SELECT id, npsn FROM school"))}
    ended = {"first": date(2020, 1, 1), "last": date(2023, 1, 1)}
    into.put([assessor(i, school=f"S{i}", npsn=names[at], **ended) for i, at in ((1, own), (2, other))])
    with into.database.transaction() as tx:
        tx.execute(
            text(
                "WITH d AS (INSERT INTO appointment_decree "
                "(id, lsp_id, number, decided_on, first_day, last_day, known_at) "
                "VALUES (gen_random_uuid(), :lsp, 'SK', :day, :day, :day, now()) RETURNING id) "
                "INSERT INTO appointment (id, decree_id, assessor_id, known_at) "
                "SELECT gen_random_uuid(), d.id, a.id, now() FROM d, assessor a"
            ),
            {"lsp": lsp, "day": TODAY},
        )
    actor = Actor(None, "Admin", "lsp_admin", Scope("lsp", str(lsp)), "page", GRANTED[Role.LSP_ADMIN])
    invented = {"number": "Reg. 77/2026", "first": date(2026, 11, 1), "last": date(2029, 11, 1)}
    corrected = {"first": date(2020, 1, 1), "last": date(2022, 1, 1)}
    for more in (invented, corrected, {"phone": "081299998882"}):
        plan = into.plan([assessor(2, school="S2", npsn=names[other], **{**ended, **more})], actor=actor)
        assert [codes(row, "refused") for row in plan.rows] == [{"intake.not_yours"}]
    into.put([assessor(1, school="S1", npsn=names[own], **invented)], actor=actor)
    [marked] = into.ask("SELECT source FROM assessor_certificate WHERE number = 'Reg. 77/2026'")
    assert marked.source.startswith("import: LSP")
    [told] = into.ask("SELECT subject_id FROM audit_entry WHERE act = 'validity.made_active'")
    assert told.subject_id == str(into.ask("SELECT id FROM assessor WHERE name = 'Asesor Contoh 1'")[0].id)


def test_who_may_not_import_is_refused(into: Importing) -> None:
    actor = Actor(None, "Sekolah", "school", Scope("school", str(uuid4())), "page", GRANTED[Role.SCHOOL])
    with pytest.raises(Forbidden):
        into.put([assessor(1)], actor=actor)


def test_the_trail_names_the_import_and_masks_people(into: Importing) -> None:
    into.put([assessor(1)])
    told = into.ask("SELECT act, before::text, after::text FROM audit_entry")
    assert {"intake.preview", "intake.apply", "assessors.add_assessor", "validity.import"} <= {row[0] for row in told}
    assert "Asesor Contoh" not in str(told)
    assert str(assessor(1)["NIK"]) not in str(told)


CELLS = st.sampled_from(["nik", "born", "sex", "city", "phone", "number", "scheme", "remarks", "last"])


@settings(max_examples=12)
@given(data=st.data())
def test_any_file_twice_changes_nothing_in_any_order_with_any_cells_emptied(
    database_of: Callable[[], Importing], data: st.DataObject
) -> None:
    numbers = data.draw(st.lists(st.integers(1, 60), min_size=1, max_size=12, unique=True))
    rows = [assessor(i, **dict.fromkeys(data.draw(st.sets(CELLS)))) for i in numbers]
    shuffled = data.draw(st.permutations(rows))
    poorer = [without(row, data.draw(st.sets(CELLS))) for row in rows]
    into = database_of()
    assert set(outcomes(into.put(rows))) == {"new"}
    before = facts(into)
    assert set(outcomes(into.put(shuffled))) == {"same"}
    assert set(outcomes(into.put(poorer))) == {"same"}
    assert facts(into) == before


def without(row: dict[str, object], emptied: set[str]) -> dict[str, object]:
    """The row with some cells emptied."""
    names = {
        "nik": "NIK",
        "born": "Tanggal Lahir",
        "sex": "P/L",
        "city": "Kota",
        "phone": "Telepon",
        "number": "No. Sertifikat",
        "scheme": "Kompetensi Teknis",
        "remarks": "Keterangan",
        "last": "Tanggal Expired",
    }
    return {name: value for name, value in row.items() if name not in {names[each] for each in emptied}}


@pytest.fixture
def database_of(cluster: Cluster, tmp_path: Path) -> Iterator[Callable[[], Importing]]:
    """A register of its own for each example."""
    made: list[tuple[str, Database]] = []

    def make() -> Importing:
        name = cluster.new_database()
        made.append((name, Database(cluster.server.url(name, "registry_app"), pool_size=2)))
        folder = tmp_path / name
        folder.mkdir()
        return Importing(made[-1][1], folder)

    yield make
    for name, opened in made:
        opened.close()
        cluster.drop(name)
