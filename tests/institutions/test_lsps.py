"""LSPs with their licences, schemes, networks, venues; seasons."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor_registry.accounts.rules import GRANTED, PROVINCE, Actor, Role, Scope, system
from assessor_registry.audit import store as audit
from assessor_registry.db.engine import Database
from assessor_registry.errors import Conflict, Forbidden, InvalidInput, NotFound
from assessor_registry.institutions import actions, store
from assessor_registry.schemes import actions as schemes

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
DIVISION = system("test")
FIRST, LAST = date(2025, 5, 24), date(2030, 5, 23)


@pytest.fixture
def lsp(database: Database) -> UUID:
    database.perform(actions.load_regions)
    school = database.perform(lambda tx: actions.add_school(tx, DIVISION, "SMKN 1 Samarinda", None, "64.72", NOW))
    return database.perform(lambda tx: actions.add_lsp(tx, DIVISION, "LSP SMKN 1 Samarinda", school, NOW))


def _admin(lsp_id: UUID) -> Actor:
    return Actor(uuid4(), "Admin", "lsp_admin", Scope("lsp", str(lsp_id)), "test", GRANTED[Role.LSP_ADMIN])


def _licence(database: Database, lsp: UUID, first: date = FIRST, last: date = LAST, decree: str = "KEP.1") -> UUID:
    return database.perform(
        lambda tx: actions.give_licence(tx, DIVISION, lsp, "BNSP-LSP-1279-ID", decree, first, last, NOW)
    )


def _scheme(database: Database, title: str = "Trainee Kasir") -> UUID:
    return database.perform(lambda tx: schemes.add_scheme(tx, DIVISION, title=title, now=NOW))


@pytest.mark.parametrize(
    ("day", "holds"),
    [(FIRST - timedelta(1), False), (FIRST, True), (LAST, True), (LAST + timedelta(1), False)],
)
def test_a_licence_holds_from_its_first_day_to_its_last(database: Database, lsp: UUID, day: date, holds: bool) -> None:
    _licence(database, lsp)
    with database.read() as conn:
        assert (store.licence_on(conn, lsp, day) is not None) is holds


def test_a_licence_is_entered_once_and_by_the_division(database: Database, lsp: UUID) -> None:
    _licence(database, lsp)
    with pytest.raises(Conflict, match="decree_known"):
        _licence(database, lsp, date(2027, 1, 1))
    with pytest.raises(InvalidInput, match="days_reversed"):
        _licence(database, lsp, LAST, FIRST, "KEP.2")
    with pytest.raises(NotFound):
        _licence(database, uuid4(), decree="KEP.3")
    with pytest.raises(Forbidden):
        database.perform(lambda tx: actions.give_licence(tx, _admin(lsp), lsp, "n", "KEP.4", FIRST, LAST, NOW))


def test_an_ended_licence_holds_no_longer_and_what_was_known_before_is_kept(database: Database, lsp: UUID) -> None:
    licence, scheme = _licence(database, lsp), _scheme(database)
    database.perform(lambda tx: actions.license_scheme(tx, DIVISION, licence, scheme, NOW))
    later = NOW + timedelta(days=30)
    end = date(2026, 12, 31)
    database.perform(lambda tx: actions.end_licence(tx, DIVISION, licence, end, "Dikembalikan", later))
    after = end + timedelta(1)
    with database.read() as conn:
        assert store.licence_on(conn, lsp, end) is not None
        assert store.licence_on(conn, lsp, after) is None
        assert store.scheme_licensed_on(conn, lsp, scheme, after) is None
        assert store.licence_on(conn, lsp, after, known_at=later - timedelta(seconds=1)) is not None
        assert store.scheme_licensed_on(conn, lsp, scheme, after, known_at=later - timedelta(seconds=1)) is not None
        assert store.licence_on(conn, lsp, after, known_at=later) is None
        assert store.licence_on(conn, lsp, TODAY, known_at=NOW - timedelta(seconds=1)) is None
        latest = store.latest_licence(conn, lsp, after)
        (entry,) = audit.latest(conn, act="institutions.end_licence")
    assert latest is not None
    assert (latest.last_day, latest.granted_until, latest.ended_reason) == (end, LAST, "Dikembalikan")
    assert (entry.before, entry.after, entry.reason) == (
        {"last_day": LAST.isoformat()}, {"last_day": end.isoformat()}, "Dikembalikan",
    )  # fmt: skip
    with pytest.raises(InvalidInput, match="ends_no_earlier"):
        database.perform(lambda tx: actions.end_licence(tx, DIVISION, licence, end, "Lagi", later))


@given(
    licence=st.tuples(st.integers(0, 40), st.integers(0, 40)),
    covered=st.tuples(st.integers(0, 40), st.integers(0, 40)),
    day=st.integers(0, 80),
)
def test_a_scheme_is_licensed_exactly_while_licence_and_scheme_both_hold(
    database: Database, licence: tuple[int, int], covered: tuple[int, int], day: int
) -> None:
    def at(number: int) -> date:
        return FIRST + timedelta(number)

    name = str(uuid4())
    with database.transaction() as tx:
        actions.load_regions(tx)
        school = actions.add_school(tx, DIVISION, f"SMK {name}", None, "64.72", NOW)
        lsp = actions.add_lsp(tx, DIVISION, name, school, NOW)
        scheme = schemes.add_scheme(tx, DIVISION, title=name, now=NOW)
        spans = [(at(first), at(first + length)) for first, length in (licence, covered)]
        given_licence = actions.give_licence(tx, DIVISION, lsp, "n", "d", *spans[0], NOW)
        actions.license_scheme(tx, DIVISION, given_licence, scheme, NOW, first_day=spans[1][0], last_day=spans[1][1])
        found = store.scheme_licensed_on(tx, lsp, scheme, at(day))
        assert (found is not None) is all(first <= at(day) <= last for first, last in spans)
        assert store.scheme_licensed_on(tx, lsp, uuid4(), at(day)) is None


def test_a_scheme_taken_out_of_a_licence_leaves_the_licence(database: Database, lsp: UUID) -> None:
    licence, scheme = _licence(database, lsp), _scheme(database)
    row = database.perform(lambda tx: actions.license_scheme(tx, DIVISION, licence, scheme, NOW))
    database.perform(lambda tx: actions.end_licensed_scheme(tx, DIVISION, row, TODAY, "Ruang lingkup diubah", NOW))
    with database.read() as conn:
        assert store.licence_on(conn, lsp, TODAY + timedelta(1)) is not None
        assert [found.last_day for found in store.licensed_schemes(conn, lsp, TODAY)] == [TODAY]
        assert store.licensed_schemes(conn, lsp, TODAY + timedelta(1)) == []


def test_a_network_begins_and_ends_with_its_decrees(database: Database, lsp: UUID) -> None:
    school = database.perform(lambda tx: actions.add_school(tx, DIVISION, "SMKN 9 Samarinda", None, "64.72", NOW))
    row = database.perform(lambda tx: actions.network_school(tx, DIVISION, lsp, school, FIRST, "400.3/K.1961", NOW))
    with database.read() as conn:
        assert store.lsps_of_school(conn, school, FIRST - timedelta(1)) == []
        assert [found.id for found in store.lsps_of_school(conn, school, FIRST)] == [lsp]
        assert [found.id for found in store.list_lsps(conn, Scope("school", str(school)), TODAY)] == [lsp]
    database.perform(lambda tx: actions.end_network_school(tx, DIVISION, row, TODAY, "SK baru", NOW))
    with database.read() as conn:
        assert [found.school for found in store.network_of(conn, lsp, TODAY)] == ["SMKN 9 Samarinda"]
        assert store.network_of(conn, lsp, TODAY + timedelta(1)) == []
        assert len(store.network_of(conn, lsp)) == 1
    own = next(iter(_lsps(database))).school_id
    with pytest.raises(InvalidInput, match="own_school"):
        database.perform(lambda tx: actions.network_school(tx, DIVISION, lsp, own, FIRST, "SK", NOW))


def _lsps(database: Database, scope: Scope = PROVINCE) -> list[store.Lsp]:
    with database.read() as conn:
        return store.list_lsps(conn, scope, TODAY)


def test_an_lsp_is_seen_and_changed_by_its_own(database: Database, lsp: UUID) -> None:
    other = Scope("lsp", str(uuid4()))
    assert [found.id for found in _lsps(database, Scope("lsp", str(lsp)))] == [lsp]
    assert _lsps(database, other) == _lsps(database, Scope("self", str(lsp))) == []
    assert [found.id for found in _lsps(database, Scope("region", "64.72"))] == [lsp]
    database.perform(lambda tx: actions.change_lsp(tx, _admin(lsp), lsp, {"signature_mode": "internal"}, NOW))
    assert _lsps(database)[0].signature_mode == "internal"
    with pytest.raises(NotFound):
        database.perform(lambda tx: actions.change_lsp(tx, _admin(uuid4()), lsp, {"name": "X"}, NOW))
    with pytest.raises(InvalidInput, match="signature_mode_unknown"):
        database.perform(lambda tx: actions.change_lsp(tx, _admin(lsp), lsp, {"signature_mode": "bsre"}, NOW))
    with pytest.raises(InvalidInput, match="field_unknown"):
        database.perform(lambda tx: actions.change_lsp(tx, _admin(lsp), lsp, {"region_code": "64.74"}, NOW))


def test_a_venue_is_verified_by_decree_until_its_last_day(database: Database, lsp: UUID) -> None:
    venue = database.perform(
        lambda tx: actions.add_venue(tx, _admin(lsp), lsp, "Lab TKJ", "sewaktu", NOW, capacity=20, address="Jl. Contoh")
    )

    def found() -> store.Venue:
        with database.read() as conn:
            return store.list_venues(conn, Scope("lsp", str(lsp)), TODAY)[0]

    assert not found().verified_on(TODAY)
    database.perform(lambda tx: actions.verify_venue(tx, _admin(lsp), venue, FIRST, TODAY, "SK TUK 1", NOW))
    assert found().verified_on(FIRST)
    assert found().verified_on(TODAY)
    assert not found().verified_on(TODAY + timedelta(1))
    assert not found().verified_on(FIRST - timedelta(1))
    database.perform(lambda tx: actions.change_venue(tx, _admin(lsp), venue, {"capacity": 24, "name": "Lab 1"}, NOW))
    assert (found().name, found().capacity, found().address) == ("Lab 1", 24, "Jl. Contoh")
    for act in (
        lambda tx: actions.verify_venue(tx, _admin(uuid4()), venue, FIRST, LAST, "SK", NOW),
        lambda tx: actions.change_venue(tx, _admin(uuid4()), venue, {"name": "X"}, NOW),
        lambda tx: actions.add_venue(tx, _admin(uuid4()), lsp, "X", "sewaktu", NOW),
    ):
        with pytest.raises(NotFound):
            database.perform(act)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"kind": "rumah"}, "venue_kind_unknown"), ({"capacity": 0}, "capacity_impossible"), ({"name": " "}, "missing")],
)
def test_a_venue_that_can_not_be_is_refused(database: Database, lsp: UUID, wrong: dict[str, object], code: str) -> None:
    venue = database.perform(lambda tx: actions.add_venue(tx, DIVISION, lsp, "Lab TKJ", "mandiri", NOW))
    with pytest.raises(InvalidInput, match=code):
        database.perform(lambda tx: actions.change_venue(tx, DIVISION, venue, wrong, NOW))


def test_the_next_season_is_the_running_one_until_it_is_over(database: Database) -> None:
    first, last = date(2027, 2, 1), date(2027, 4, 30)
    season = database.perform(lambda tx: actions.add_season(tx, DIVISION, "UKK 2027", first, last, NOW))
    database.perform(lambda tx: actions.add_season(tx, DIVISION, "UKK 2028", date(2028, 2, 1), date(2028, 4, 30), NOW))
    with database.read() as conn:
        names = {
            day: (
                getattr(store.season_on(conn, day), "name", None),
                getattr(store.next_season(conn, day), "name", None),
            )
            for day in (TODAY, first, last, last + timedelta(1), date(2028, 5, 1))
        }
    assert names == {
        TODAY: (None, "UKK 2027"),
        first: ("UKK 2027", "UKK 2027"),
        last: ("UKK 2027", "UKK 2027"),
        last + timedelta(1): (None, "UKK 2028"),
        date(2028, 5, 1): (None, None),
    }
    database.perform(lambda tx: actions.change_season(tx, DIVISION, season, first, date(2027, 5, 7), NOW))
    with database.read() as conn:
        assert store.season_on(conn, date(2027, 5, 7)) is not None
    with pytest.raises(Forbidden):
        database.perform(lambda tx: actions.change_season(tx, _admin(uuid4()), season, first, last, NOW))


def test_a_scope_is_called_by_its_name(database: Database, lsp: UUID) -> None:
    with database.read() as conn:
        assert store.scope_name(conn, Scope("lsp", str(lsp))) == "LSP SMKN 1 Samarinda"
        assert store.scope_name(conn, Scope("region", "64.72")) == "Kota Samarinda"
        assert store.scope_name(conn, PROVINCE) is None
        assert store.scope_name(conn, Scope("self", str(uuid4()))) is None


def test_every_act_leaves_its_trail_without_names_of_people(database: Database, lsp: UUID) -> None:
    database.perform(lambda tx: actions.change_lsp(tx, DIVISION, lsp, {"head_name": "Rahmat Contoh"}, NOW))
    with database.read() as conn:
        entries = audit.latest(conn)
    assert {entry.act for entry in entries} == {
        "institutions.add_school", "institutions.add_lsp", "institutions.change_lsp",
    }  # fmt: skip
    assert "Rahmat" not in str(entries)
