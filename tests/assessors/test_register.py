"""Assessors in the database: added, changed, found, seen by those who may."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from assessor_registry.accounts.rules import GRANTED, PROVINCE, Actor, Role, Scope, system
from assessor_registry.assessors import actions, store
from assessor_registry.assessors.actions import Change, NewAssessor
from assessor_registry.assessors.rules import Registration
from assessor_registry.audit import store as audit
from assessor_registry.db.engine import Database
from assessor_registry.errors import Conflict, InvalidInput, NotFound
from assessor_registry.institutions import actions as institutions
from assessor_registry.secrecy import Secrecy

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
DAY = timedelta(days=1)
DIVISION = system("test")
SECRECY = Secrecy(bytes(range(32)))
NIK = "6471030102762627"


def _add(database: Database, name: str = "Sugeng Contoh, S.Kom.", **values: object) -> UUID:
    return database.perform(lambda tx: actions.add_assessor(tx, DIVISION, SECRECY, {"name": name, **values}, NOW))


def _get(database: Database, assessor: UUID, scope: Scope = PROVINCE, today: date = TODAY) -> store.Assessor:
    with database.read() as conn:
        found = store.get(conn, scope, assessor, today)
    assert found is not None
    return found


def _search(database: Database, q: str = "", scope: Scope = PROVINCE, **options: object) -> list[str]:
    with database.read() as conn:
        page = store.search(conn, scope, TODAY, q=q, secrecy=SECRECY, **options)  # type: ignore[arg-type]
    assert page.total >= len(page.rows)
    return [row.name for row in page.rows]


def _register(database: Database, assessor: UUID, number: str, year: int | None) -> bool:
    return database.perform(
        lambda tx: actions.add_registration(tx, DIVISION, assessor, Registration(number, year), NOW, today=TODAY)
    )


def _move(database: Database, assessor: UUID, school: UUID, first_day: date | None = None) -> bool:
    return database.perform(
        lambda tx: actions.move_employment(tx, DIVISION, assessor, school, first_day, NOW, today=TODAY)
    )


@pytest.fixture
def schools(database: Database) -> dict[str, UUID]:
    database.perform(institutions.load_regions)
    return {
        name: database.perform(lambda tx, name=name, region=region: institutions.add_school(  # type: ignore[misc]
            tx, DIVISION, name, None, region, NOW
        ))
        for name, region in (("SMKN 1 Samarinda", "64.72"), ("SMKN 2 Samarinda", "64.72"), ("SMKN 1 Bontang", "64.74"))
    }  # fmt: skip


def test_an_assessor_is_stored_clean_and_the_nik_only_sealed(database: Database) -> None:
    assessor = _add(database, "  Sugeng  Contoh, S.Kom. ", nik=NIK, phone="+62 821-8988-7783", sex="L", remarks="")
    found = _get(database, assessor)
    assert (found.name, found.phone, found.has_nik, found.remarks) == (
        "Sugeng Contoh, S.Kom.",
        "082189887783",
        True,
        None,
    )
    with database.read() as conn:
        row = conn.execute(text("SELECT row_to_json(a)::text FROM assessor a")).scalar_one()
        entries = audit.latest(conn)
    assert NIK not in row
    assert all(secret not in str(entries) for secret in (NIK, "Sugeng", "0821"))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": " "}, "assessors.name_missing"),
        ({"name": "A", "nik": "64720112038"}, "nik.length"),
        ({"name": "A", "sex": "X"}, "assessors.sex_unknown"),
        ({"name": "A", "phone": "tidak ada"}, "assessors.phone_unreadable"),
        ({"name": "A", "version": 9}, "assessors.field_unknown"),
    ],
)
def test_what_can_not_be_is_refused_at_its_field(database: Database, values: dict[str, object], code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        database.perform(lambda tx: actions.add_assessor(tx, DIVISION, SECRECY, values, NOW))
    assert (refusal.value.code, refusal.value.field is not None) == (code, True)


def test_a_change_that_comes_too_late_is_refused_and_nothing_is_lost(database: Database) -> None:
    assessor = _add(database, phone="0811111111")

    def change(version: int, **changes: object) -> int:
        return database.perform(
            lambda tx: actions.change_assessor(tx, DIVISION, SECRECY, assessor, changes, version, NOW, today=TODAY)
        )

    assert change(1, phone="0822222222") == 2
    with pytest.raises(Conflict, match="changed_meanwhile"):
        change(1, phone="0833333333")
    assert _get(database, assessor).phone == "0822222222"
    assert change(2, phone="0822222222", name="Sugeng Contoh, S.Kom.") == 2, "no difference is no change"
    assert change(2, nik=NIK) == 3
    assert change(3, nik=NIK) == 3, "the same number sealed again is no change"
    assert change(3, nik="") == 4
    assert not _get(database, assessor).has_nik


def test_the_nik_is_shown_only_after_the_trail_has_it(database: Database) -> None:
    assessor = _add(database, nik=NIK)

    def reveal(scope: Scope = PROVINCE, reason: str = "Pengajuan RCC") -> str | None:
        actor = Actor(None, "x", "lsp_admin", scope, "test", GRANTED[Role.LSP_ADMIN])
        return actions.reveal_nik(database, actor, SECRECY, assessor, reason, NOW, today=TODAY)

    assert reveal() == NIK
    with pytest.raises(InvalidInput, match="reason_missing"):
        reveal(reason=" ")
    with pytest.raises(NotFound):
        reveal(Scope("lsp", str(uuid4())))
    with database.read() as conn:
        (entry,) = audit.latest(conn, act="assessors.reveal_nik")
    assert (entry.subject_id, entry.reason, entry.role) == (str(assessor), "Pengajuan RCC", "lsp_admin")


def test_a_reveal_that_fails_to_open_is_still_in_the_trail(database: Database) -> None:
    assessor = _add(database, nik=NIK)
    with pytest.raises(Exception, match="wrong_key"):
        actions.reveal_nik(database, DIVISION, Secrecy(bytes(32)), assessor, "Uji", NOW, today=TODAY)
    with database.read() as conn:
        assert len(audit.latest(conn, act="assessors.reveal_nik")) == 1


def test_a_known_year_is_never_lost_to_a_poorer_spelling(database: Database) -> None:
    assessor = _add(database)
    assert _register(database, assessor, "000.001200", None)
    assert _register(database, assessor, "000.001200", 2022), "the year is added"
    assert not _register(database, assessor, "000.001200", None)
    assert not _register(database, assessor, "000.001200", 2022)
    found = _get(database, assessor)
    assert [number.registration.canonical for number in found.registrations] == ["MET.000.001200 2022"]
    assert _register(database, assessor, "000.009999", 2025)
    assert _get(database, assessor).registration == Registration("000.009999", 2025)


def test_a_number_with_its_year_is_one_person(database: Database) -> None:
    one, other = _add(database), _add(database, "Rina Contoh")
    _register(database, one, "000.001200", 2022)
    with pytest.raises(Conflict, match="registration_taken"):
        _register(database, other, "000.001200", 2022)
    assert _register(database, other, "000.001200", 2019)
    with database.read() as conn:
        held = store.find_registration(conn, "000", "001200")
        assert {(holder.assessor_id, holder.year) for holder in held} == {(one, 2022), (other, 2019)}
        assert set(store.holders(conn, ["000.001200", "000.000001"])) == {"000.001200"}


def test_two_people_do_not_hold_one_number_without_a_year(database: Database) -> None:
    one, other = _add(database), _add(database, "Rina Contoh")
    _register(database, one, "000.001200", None)
    with pytest.raises(Conflict, match="registration_taken"):
        _register(database, other, "000.001200", None)


def test_moving_ends_the_school_before_on_the_day_before(database: Database, schools: dict[str, UUID]) -> None:
    assessor = _add(database, region_code="64.03")
    assert _move(database, assessor, schools["SMKN 1 Samarinda"])
    assert _get(database, assessor).region_code == "64.72"
    assert not _move(database, assessor, schools["SMKN 1 Samarinda"], TODAY), "the same school is no move"
    with pytest.raises(InvalidInput, match="first_day_missing"):
        _move(database, assessor, schools["SMKN 1 Bontang"])
    assert _move(database, assessor, schools["SMKN 1 Bontang"], TODAY)
    with pytest.raises(InvalidInput, match="moved_before_present"):
        _move(database, assessor, schools["SMKN 2 Samarinda"], TODAY)
    with pytest.raises(NotFound):
        _move(database, assessor, uuid4(), TODAY + DAY)
    with database.read() as conn:
        served = store.employments(conn, PROVINCE, assessor, TODAY)
    assert [(one.school, one.first_day, one.last_day) for one in served] == [
        ("SMKN 1 Bontang", TODAY, None), ("SMKN 1 Samarinda", None, TODAY - DAY),
    ]  # fmt: skip
    assert _get(database, assessor).school == "SMKN 1 Bontang"
    assert _get(database, assessor, today=TODAY - DAY).school == "SMKN 1 Samarinda"


@given(moves=st.lists(st.tuples(st.integers(0, 2), st.integers(-400, 400)), max_size=6), day=st.integers(-450, 450))
def test_on_every_day_someone_serves_at_one_school_at_most(
    database: Database, moves: list[tuple[int, int]], day: int
) -> None:
    """Whatever moves are entered in whatever order, the days of the schools never overlap and never gape."""
    with database.transaction() as tx:
        institutions.load_regions(tx)
        serial = uuid4().hex
        places = [institutions.add_school(tx, DIVISION, f"SMK {serial} {n}", None, None, NOW) for n in range(3)]
        assessor = actions.add_assessor(tx, DIVISION, SECRECY, {"name": "Sugeng"}, NOW)
        entered: list[tuple[date, UUID]] = []
        for place, offset in moves:
            first = TODAY + offset * DAY
            if entered and (places[place] == entered[-1][1] or first <= entered[-1][0]):
                continue
            actions.move_employment(tx, DIVISION, assessor, places[place], first, NOW, today=TODAY)
            entered.append((first, places[place]))
        on = TODAY + day * DAY
        expected = next((place for first, place in reversed(entered) if first <= on), None)
        found = store.get(tx, PROVINCE, assessor, on)
        assert found is not None
        assert found.school_id == expected


def test_an_end_is_entered_once_and_can_be_taken_back(database: Database) -> None:
    assessor = _add(database)
    with pytest.raises(Conflict, match="not_ended"):
        database.perform(lambda tx: actions.undo_end(tx, DIVISION, assessor, 1, NOW, today=TODAY))
    with pytest.raises(InvalidInput, match="ended_reason_unknown"):
        database.perform(lambda tx: actions.end_assessor(tx, DIVISION, assessor, "bosan", TODAY, 1, NOW, today=TODAY))
    database.perform(lambda tx: actions.end_assessor(tx, DIVISION, assessor, "retired", TODAY, 1, NOW, today=TODAY))
    assert _search(database, ended=True) == ["Sugeng Contoh, S.Kom."]
    assert _search(database, ended=False) == []
    with pytest.raises(Conflict, match="ended_already"):
        database.perform(lambda tx: actions.end_assessor(tx, DIVISION, assessor, "died", TODAY, 2, NOW, today=TODAY))
    database.perform(lambda tx: actions.undo_end(tx, DIVISION, assessor, 2, NOW, today=TODAY))
    assert _search(database, ended=False) == ["Sugeng Contoh, S.Kom."]


def test_one_who_will_end_later_has_not_ended_yet(database: Database) -> None:
    assessor = _add(database)
    later = TODAY + DAY
    database.perform(lambda tx: actions.end_assessor(tx, DIVISION, assessor, "retired", later, 1, NOW, today=TODAY))
    assert _search(database, ended=False) == ["Sugeng Contoh, S.Kom."]


@pytest.mark.parametrize(
    "q",
    ["sugeng", "SUGENG ramadhan", "ramadhan sug", "sugen ramadan", "MET.000.001200 2022", "met 000.001200", "1200",
     "001200 2022", "met.0012", NIK, "6471 0301 0276 2627", "sugeng 1200", ""],
)  # fmt: skip
def test_search_forgives(database: Database, q: str) -> None:
    assessor = _add(database, "Sugeng Budi Ramadhan, S.Kom.", nik=NIK)
    _register(database, assessor, "000.001200", 2022)
    assert _search(database, q) == ["Sugeng Budi Ramadhan, S.Kom."]


@pytest.mark.parametrize(
    "q",
    ["hendra", "sugeng hendra", "MET.000.001201 2022", "MET.000.001200 2021", "6471030102762628", "9999", "100%"],
)
def test_search_does_not_find_everyone(database: Database, q: str) -> None:
    assessor = _add(database, "Sugeng Budi Ramadhan, S.Kom.", nik=NIK)
    _register(database, assessor, "000.001200", 2022)
    assert _search(database, q) == []


def test_a_list_is_cut_into_pages_and_counted(database: Database) -> None:
    for letter in "CABED":
        _add(database, f"Asesor {letter}")
    with database.read() as conn:
        pages = [store.search(conn, PROVINCE, TODAY, page=number, size=2) for number in (1, 2, 3, 4)]
    assert [[row.name[-1] for row in page.rows] for page in pages] == [["A", "B"], ["C", "D"], ["E"], []]
    assert {page.total for page in pages} == {5}


def test_each_scope_sees_its_assessors(database: Database, schools: dict[str, UUID]) -> None:
    own, net, far, nowhere = (_add(database, f"Asesor {name}") for name in ("Sendiri", "Jejaring", "Jauh", "Lepas"))
    _move(database, own, schools["SMKN 1 Samarinda"])
    _move(database, net, schools["SMKN 2 Samarinda"])
    _move(database, far, schools["SMKN 1 Bontang"])
    lsp = database.perform(
        lambda tx: institutions.add_lsp(tx, DIVISION, "LSP Contoh", schools["SMKN 1 Samarinda"], NOW)
    )
    database.perform(
        lambda tx: institutions.network_school(
            tx, DIVISION, lsp, schools["SMKN 2 Samarinda"], TODAY - DAY, "SK 1", NOW, last_day=TODAY
        )
    )
    at_lsp = Scope("lsp", str(lsp))
    assert _search(database, scope=at_lsp) == ["Asesor Jejaring", "Asesor Sendiri"]
    with database.read() as conn:
        assert [row.name for row in store.search(conn, at_lsp, TODAY + DAY).rows] == ["Asesor Sendiri"]
        assert store.get(conn, at_lsp, far, TODAY) is None
        assert set(store.details(conn, at_lsp, [own, net, far], TODAY)) == {own, net}
        assert store.employments(conn, at_lsp, far, TODAY) == []
    _appoint(database, lsp, far)
    assert "Asesor Jauh" in _search(database, scope=at_lsp)
    assert _search(database, scope=Scope("region", "64.74")) == ["Asesor Jauh"]
    assert _search(database, scope=Scope("school", str(schools["SMKN 2 Samarinda"]))) == ["Asesor Jejaring"]
    assert _search(database, scope=Scope("self", str(nowhere))) == ["Asesor Lepas"]
    assert _search(database, scope=Scope("none")) == []
    assert len(_search(database)) == 4
    assert _search(database, region="64.74") == ["Asesor Jauh"]
    assert _search(database, school_id=schools["SMKN 1 Samarinda"]) == ["Asesor Sendiri"]


def test_without_a_school_the_own_region_counts(database: Database, schools: dict[str, UUID]) -> None:
    assert schools
    _add(database, "Asesor Lepas", region_code="64.74")
    assert _search(database, scope=Scope("region", "64.74")) == ["Asesor Lepas"]
    assert _search(database, scope=Scope("region", "64.72")) == []


def _appoint(database: Database, lsp: UUID, assessor: UUID) -> None:
    with database.transaction() as tx:
        tx.execute(
            text(
                "WITH d AS (INSERT INTO appointment_decree "
                "(id, lsp_id, number, decided_on, first_day, last_day, known_at) "
                "VALUES (gen_random_uuid(), :lsp, 'SK', :day, :day, :day, now()) RETURNING id) "
                "INSERT INTO appointment (id, decree_id, assessor_id, known_at) "
                "SELECT gen_random_uuid(), id, :assessor, now() FROM d"
            ),
            {"lsp": lsp, "assessor": assessor, "day": TODAY},
        )


@pytest.mark.parametrize("act", ["change", "register", "move", "end"])
def test_an_act_on_someone_elses_assessor_finds_nobody(database: Database, schools: dict[str, UUID], act: str) -> None:
    assessor, school = _add(database), schools["SMKN 1 Bontang"]
    foreign = Actor(None, "x", "lsp_admin", Scope("lsp", str(uuid4())), "test", GRANTED[Role.LSP_ADMIN])
    number = Registration("000.000001", 2022)
    acts = {
        "change": lambda tx: actions.change_assessor(
            tx, foreign, SECRECY, assessor, {"name": "X"}, 1, NOW, today=TODAY
        ),
        "register": lambda tx: actions.add_registration(tx, foreign, assessor, number, NOW, today=TODAY),
        "move": lambda tx: actions.move_employment(tx, foreign, assessor, school, TODAY, NOW, today=TODAY),
        "end": lambda tx: actions.end_assessor(tx, foreign, assessor, "died", TODAY, 1, NOW, today=TODAY),
    }
    with pytest.raises(NotFound):
        database.perform(acts[act])


def test_many_go_in_and_change_with_a_fixed_number_of_statements(database: Database, schools: dict[str, UUID]) -> None:
    school = schools["SMKN 1 Samarinda"]

    def new(count: int, start: int) -> list[NewAssessor]:
        return [
            NewAssessor(
                {"name": f"Asesor {n}", "nik": f"{n:016d}", "birth_date": date(1980, 1, 1), "siapkerja": n % 2 == 0},
                Registration(f"000.{n:06d}", 2022 if n % 3 else None),
                school,
                TODAY if n % 2 else None,
            )
            for n in range(start, start + count)
        ]

    counts = []
    for batch in (new(2, 1), new(200, 1000)):
        with _counting(database) as counted:
            ids = database.perform(partial(_add_many, batch))
        assert len(ids) == len(batch)
        changes = [Change(identity, 1, {"city": "Samarinda", "name": f"Asesor {i}"}) for i, identity in enumerate(ids)]
        with _counting(database) as changing:
            database.perform(partial(_change_many, changes))
        counts.append((counted[0], changing[0]))
    assert counts[0] == counts[1]
    found = _get(database, ids[7])
    assert (found.name, found.city, found.school, found.siapkerja, found.version) == (
        "Asesor 7", "Samarinda", "SMKN 1 Samarinda", False, 2,
    )  # fmt: skip
    assert found.registration == Registration("000.001007", 2022)
    assert found.birth_date == date(1980, 1, 1)
    with database.read() as conn:
        assert store.by_nik(conn, [SECRECY.digest(f"{1007:016d}")])[SECRECY.digest(f"{1007:016d}")] == [ids[7]]
        assert len(audit.latest(conn, act="assessors.add_assessor", limit=1000)) == 202
    assert actions.reveal_nik(database, DIVISION, SECRECY, ids[7], "uji", NOW, today=TODAY) == f"{1007:016d}"


def _add_many(batch: list[NewAssessor], tx: Connection) -> list[UUID]:
    return actions.add_many(tx, DIVISION, SECRECY, batch, NOW)


def _change_many(changes: list[Change], tx: Connection) -> int:
    return actions.change_many(tx, DIVISION, SECRECY, changes, NOW)


class _counting:
    """Counts the statements that SQLAlchemy sends while it is open."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self.count = [0]

    def __enter__(self) -> list[int]:
        from sqlalchemy import event

        event.listen(self._engine, "before_cursor_execute", self._seen)
        return self.count

    def __exit__(self, *_: object) -> None:
        from sqlalchemy import event

        event.remove(self._engine, "before_cursor_execute", self._seen)

    def _seen(self, *_: object) -> None:
        self.count[0] += 1


def test_many_changes_are_all_or_none(database: Database) -> None:
    one, other = _add(database, "Asesor Satu"), _add(database, "Asesor Dua")
    changes = [Change(one, 1, {"city": "Paser"}), Change(other, 7, {"city": "Paser"})]
    with pytest.raises(Conflict, match="changed_meanwhile"):
        database.perform(lambda tx: actions.change_many(tx, DIVISION, SECRECY, changes, NOW))
    assert _get(database, one).city is None
    unchanged = [Change(one, 1, {"name": "Asesor Satu"})]
    assert database.perform(lambda tx: actions.change_many(tx, DIVISION, SECRECY, unchanged, NOW)) == 0
    assert _get(database, one).version == 1
