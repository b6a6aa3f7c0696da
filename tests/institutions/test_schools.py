"""Regions and schools in the database: provisional, confirmed, merged, and who sees them."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from assessor_registry.accounts.rules import GRANTED, PROVINCE, Actor, Role, Scope, system
from assessor_registry.audit import store as audit
from assessor_registry.db.engine import Database
from assessor_registry.errors import Conflict, Forbidden, InvalidInput, NotFound
from assessor_registry.institutions import actions, store
from assessor_registry.institutions.rules import search_region

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
DIVISION = system("test")


@pytest.fixture
def regions(database: Database) -> Database:
    database.perform(actions.load_regions)
    return database


def _school(database: Database, name: str, npsn: str | None = None, region: str | None = "64.72") -> UUID:
    return database.perform(lambda tx: actions.add_school(tx, DIVISION, name, npsn, region, NOW))


def _provisional(database: Database, name: str, npsn: str | None = None, region: str | None = None) -> UUID:
    return database.perform(lambda tx: actions.provisional_school(tx, DIVISION, name, npsn, region, NOW))[0]


def _lsp_admin(lsp_id: UUID) -> Actor:
    return Actor(uuid4(), "Admin", "lsp_admin", Scope("lsp", str(lsp_id)), "test", GRANTED[Role.LSP_ADMIN])


def _schools(database: Database, scope: Scope = PROVINCE, **filters: str) -> list[str]:
    with database.read() as conn:
        return [school.name for school in store.list_schools(conn, scope, TODAY, **filters)]  # type: ignore[arg-type]


def test_the_ten_regions_load_once_with_both_codes(regions: Database) -> None:
    assert regions.perform(actions.load_regions) == 0
    with regions.read() as conn:
        codes = {region.name: (region.code, region.bps_code) for region in store.list_regions(conn)}
        index = store.region_index(conn)
    assert len(codes) == 10
    assert codes["Kutai Barat"] == ("64.07", "6402")
    assert codes["Kota Bontang"] == ("64.74", "6474")
    assert index[search_region("Kab. Kutai Timur")] == "64.08"
    assert index[search_region("Bontang")] == "64.74"


def test_an_unknown_school_is_added_once_and_found_again(regions: Database) -> None:
    first = _provisional(regions, "SMK NEGERI 4 BERAU", "30410019", "64.03")
    assert _provisional(regions, "SMKN 4 Berau", None, None) == first
    assert _provisional(regions, "SMK Negeri Empat Berau", "30410019") == first
    with regions.read() as conn:
        (found,) = store.list_schools(conn, PROVINCE, TODAY, state="provisional")
        assert (found.name, found.npsn, found.region) == ("SMK NEGERI 4 BERAU", "30410019", "Berau")
        assert len(audit.latest(conn, act="institutions.provisional_school")) == 1


def test_many_schools_of_one_list_see_each_other(regions: Database) -> None:
    wanted = [
        ("SMKN 1 Paser", None, None),
        ("SMK Negeri 1 Paser", "30410018", "64.01"),
        ("SMKN 1 PASER", "30410018", None),
    ]
    found = regions.perform(lambda tx: actions.provisional_schools(tx, DIVISION, wanted, NOW))
    assert len({school for school, _ in found}) == 1
    with regions.read() as conn:
        (school,) = store.list_schools(conn, PROVINCE, TODAY)
        assert school.npsn == "30410018"
        assert len(audit.latest(conn, act="institutions.gain_npsn")) == 1


def test_a_list_does_not_fail_for_a_misspelt_number(regions: Database) -> None:
    ((school, warned),) = regions.perform(
        lambda tx: actions.provisional_schools(tx, DIVISION, [("SMKN 1 Paser", "3041001A", None)], NOW)
    )
    assert [reason.code for reason in warned] == ["institutions.npsn_shape", "institutions.school_provisional"]
    assert _provisional(regions, "SMKN 1 Paser") == school


def test_a_school_is_added_once_by_the_division(regions: Database) -> None:
    _school(regions, "SMKN 1 Samarinda", "30410034")
    for name, npsn in (("SMK Negeri 1 Samarinda", None), ("SMK lain", "30410034")):
        with pytest.raises(Conflict, match="school_known"):
            _school(regions, name, npsn)
    with pytest.raises(InvalidInput, match="npsn_shape"):
        _school(regions, "SMKN 2 Samarinda", "123")
    with pytest.raises(Forbidden):
        regions.perform(lambda tx: actions.add_school(tx, _lsp_admin(uuid4()), "SMKN 3 Samarinda", None, None, NOW))
    with pytest.raises(InvalidInput, match="missing"):
        _provisional(regions, "  ")


def test_confirming_completes_a_provisional_school(regions: Database) -> None:
    school = _provisional(regions, "SMKN 4 BRAU")
    regions.perform(
        lambda tx: actions.confirm_school(
            tx, DIVISION, school, NOW, name="SMK Negeri 4 Berau", npsn="30410019", region_code="64.03"
        )
    )
    with regions.read() as conn:
        found = store.get_school(conn, Scope("region", "64.03"), school, TODAY)
    assert found is not None
    assert (found.name, found.state) == ("SMK Negeri 4 Berau", "confirmed")
    other = _provisional(regions, "SMKN 9 Berau")
    with pytest.raises(Conflict, match="npsn_taken"):
        regions.perform(lambda tx: actions.confirm_school(tx, DIVISION, other, NOW, npsn="30410019"))


def _people_at(database: Database, school: UUID) -> None:
    with database.transaction() as tx:
        tx.execute(
            text(
                "WITH a AS (INSERT INTO assessor (id, name, search_name, version, created_at) "
                "VALUES (gen_random_uuid(), 'Sari', 'sari', 1, now()) RETURNING id) "
                "INSERT INTO employment (id, assessor_id, school_id, known_at) "
                "SELECT gen_random_uuid(), id, :school, now() FROM a"
            ),
            {"school": school},
        )
        tx.execute(
            text(
                "INSERT INTO student (id, school_id, name, search_name, nipd, version, created_at) "
                "VALUES (gen_random_uuid(), :school, 'Budi', 'budi', '23001', 1, now())"
            ),
            {"school": school},
        )


def _counts(database: Database, school: UUID) -> tuple[int, ...]:
    with database.read() as conn:
        return tuple(
            conn.execute(
                text(f"SELECT count(*) FROM {table} WHERE school_id = :school"), {"school": school}
            ).scalar_one()
            for table in ("employment", "student", "network_school", "venue")
        )


def test_merging_moves_everything_and_a_later_list_finds_the_right_school(regions: Database) -> None:
    right, wrong, host = (
        _school(regions, "SMK Negeri 4 Berau", "30410019"), _provisional(regions, "SMKN 4 Brau", "30410000"),
        _school(regions, "SMKN 1 Berau"),
    )  # fmt: skip
    lsp = regions.perform(lambda tx: actions.add_lsp(tx, DIVISION, "LSP SMKN 1 Berau", host, NOW))
    _people_at(regions, wrong)
    regions.perform(lambda tx: actions.network_school(tx, DIVISION, lsp, wrong, TODAY, "SK 1", NOW))
    regions.perform(lambda tx: actions.add_venue(tx, DIVISION, lsp, "TUK Brau", "sewaktu", NOW, school_id=wrong))
    moved = regions.perform(lambda tx: actions.merge_school(tx, DIVISION, wrong, right, NOW))
    assert moved == {"employment": 1, "student": 1, "network_school": 1, "venue": 1}
    assert (_counts(regions, wrong), _counts(regions, right)) == ((0, 0, 0, 0), (1, 1, 1, 1))
    assert _provisional(regions, "SMKN 4 Brau") == right == _provisional(regions, "SMK 4 Brau", "30410000")
    assert "SMKN 4 Brau" not in _schools(regions)
    with pytest.raises(NotFound):
        regions.perform(lambda tx: actions.merge_school(tx, DIVISION, wrong, right, NOW))


def test_merging_a_chain_leads_to_its_end(regions: Database) -> None:
    first, second, last = (_provisional(regions, name) for name in ("SMKN 4 Brau", "SMKN 4 Berrau", "SMKN 4 Berau"))
    regions.perform(lambda tx: actions.merge_school(tx, DIVISION, first, second, NOW))
    regions.perform(lambda tx: actions.merge_school(tx, DIVISION, second, last, NOW))
    assert _provisional(regions, "SMKN 4 Brau") == last


def test_merging_schools_that_share_a_student_number_is_refused_and_changes_nothing(regions: Database) -> None:
    right, wrong = _school(regions, "SMK Negeri 4 Berau"), _provisional(regions, "SMKN 4 Brau")
    _people_at(regions, right)
    _people_at(regions, wrong)
    with pytest.raises(Conflict, match="merge_collides") as refusal:
        regions.perform(lambda tx: actions.merge_school(tx, DIVISION, wrong, right, NOW))
    assert refusal.value.params["table"] == "student"
    assert _counts(regions, wrong) == (1, 1, 0, 0)


def test_what_is_confirmed_is_not_merged_away(regions: Database) -> None:
    one, other = _school(regions, "SMKN 1 Paser"), _school(regions, "SMKN 2 Paser")
    with pytest.raises(Conflict, match="merge_confirmed"):
        regions.perform(lambda tx: actions.merge_school(tx, DIVISION, one, other, NOW))
    with pytest.raises(InvalidInput, match="merge_itself"):
        regions.perform(lambda tx: actions.merge_school(tx, DIVISION, one, one, NOW))
    with pytest.raises(Forbidden):
        regions.perform(lambda tx: actions.merge_school(tx, _lsp_admin(uuid4()), one, other, NOW))


def test_every_table_that_names_a_school_is_moved_by_a_merge(regions: Database) -> None:
    """A new room whose table refers to a school must not be forgotten: its foreign key is enough."""
    from assessor_registry.schema import metadata

    referring = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if any(key.column.table.name == "school" for key in column.foreign_keys)
    }
    from assessor_registry.institutions.store import writing

    with regions.read() as conn:
        found = {f"{row.table}.{row.column}" for row in conn.execute(writing._REFERRING)}
    assert found == referring
    assert len(found) >= 6


def test_each_scope_sees_its_schools(regions: Database) -> None:
    own = _school(regions, "SMKN 1 Samarinda")
    net = _school(regions, "SMKN 2 Samarinda")
    _school(regions, "SMKN 3 Bontang", region="64.74")
    lsp = regions.perform(lambda tx: actions.add_lsp(tx, DIVISION, "LSP SMKN 1 Samarinda", own, NOW))
    regions.perform(
        lambda tx: actions.network_school(tx, DIVISION, lsp, net, date(2026, 1, 1), "SK 1", NOW, last_day=TODAY)
    )
    assert len(_schools(regions)) == 3
    assert _schools(regions, Scope("region", "64.74")) == ["SMKN 3 Bontang"]
    assert _schools(regions, Scope("lsp", str(lsp))) == ["SMKN 1 Samarinda", "SMKN 2 Samarinda"]
    assert _schools(regions, Scope("school", str(net))) == ["SMKN 2 Samarinda"]
    assert _schools(regions, Scope("self", str(uuid4()))) == []
    assert _schools(regions, Scope("none")) == []
    with regions.read() as conn:
        after = store.list_schools(conn, Scope("lsp", str(lsp)), date(2026, 11, 22))
        assert [school.name for school in after] == ["SMKN 1 Samarinda"]
        assert store.get_school(conn, Scope("lsp", str(lsp)), net, date(2026, 11, 22)) is None


def test_schools_are_searched_in_any_spelling_and_by_number(regions: Database) -> None:
    _school(regions, "SMK Negeri 4 Berau", "30410019", "64.03")
    _school(regions, "SMK Negeri 5 Berau", "30410031", "64.03")
    assert _schools(regions, q="smkn 4") == ["SMK Negeri 4 Berau"]
    assert _schools(regions, q="0031") == ["SMK Negeri 5 Berau"]
    assert _schools(regions, q="berau", region="64.03") == ["SMK Negeri 4 Berau", "SMK Negeri 5 Berau"]
    assert _schools(regions, q="100%") == []
