"""Students in the database: a school's list goes in, again, and changed; who sees them."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text

from assessor_registry.accounts.rules import GRANTED, PROVINCE, Actor, Role, Scope, system
from assessor_registry.audit import store as audit
from assessor_registry.db.engine import Database
from assessor_registry.errors import Conflict, InvalidInput, NotFound
from assessor_registry.institutions import actions as institutions
from assessor_registry.secrecy import Secrecy
from assessor_registry.students import actions, store
from assessor_registry.students.actions import Change, NewStudent
from assessor_registry.students.rules import Identity, Match

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
DAY = timedelta(days=1)
DIVISION = system("test")
SECRECY = Secrecy(bytes(range(32)))


@pytest.fixture
def school(database: Database) -> UUID:
    database.perform(institutions.load_regions)
    return _school(database, "SMKN 7 Samarinda", "64.72")


def _school(database: Database, name: str, region: str) -> UUID:
    return database.perform(lambda tx: institutions.add_school(tx, DIVISION, name, None, region, NOW))


def _pupil(number: int, **values: object) -> dict[str, object]:
    return {
        "name": f"Siswa {number:03d}", "nisn": f"{number:010d}", "nipd": f"23{number:03d}", "nik": f"{number:016d}",
        "sex": "L", "birth_date": date(2009, 1, 20), "rombel": "XII TKJ 1", **values,
    }  # fmt: skip


def _add(database: Database, school: UUID, *pupils: dict[str, object]) -> list[UUID]:
    new = [NewStudent(school, values) for values in pupils]
    return database.perform(lambda tx: actions.add_many(tx, DIVISION, SECRECY, new, NOW, today=TODAY))


def _change(database: Database, *changes: Change) -> int:
    return database.perform(lambda tx: actions.change_many(tx, DIVISION, SECRECY, changes, NOW, today=TODAY))


def _get(database: Database, student: UUID) -> store.Student:
    with database.read() as conn:
        found = store.get(conn, PROVINCE, student, TODAY)
    assert found is not None
    return found


def _names(database: Database, scope: Scope = PROVINCE, on: date = TODAY, **filters: object) -> list[str]:
    with database.read() as conn:
        return [row.name for row in store.list_students(conn, scope, on, **filters).rows]  # type: ignore[arg-type]


def test_a_list_goes_in_and_is_recognised_again(database: Database, school: UUID) -> None:
    one, two, three = _add(database, school, _pupil(1), _pupil(2, nisn=None), _pupil(3, nisn=None, nik=None))
    rows = [
        Identity("0000000001", None, "other"),
        Identity(None, SECRECY.digest(f"{2:016d}"), None),
        Identity(None, None, "23003"),
        Identity("0000000009", SECRECY.digest(f"{1:016d}"), None),
        Identity("0000000009", None, "23001"),
    ]
    with database.read() as conn:
        matches = store.match_many(conn, school, rows)
        assert store.match_many(conn, uuid4(), [rows[2]]) == [Match(None)]
        assert store.match_many(conn, school, []) == []
    assert matches == [
        Match(one, "nisn"), Match(two, "nik"), Match(three, "nipd"), Match(None), Match(None, refused="nipd_taken"),
    ]  # fmt: skip


def test_nothing_of_a_nik_or_a_name_reaches_the_trail(database: Database, school: UUID) -> None:
    (student,) = _add(database, school, _pupil(1, name="Yusuf Contoh", nik="6409012508100001"))
    assert _get(database, student).has_nik
    with database.read() as conn:
        row = conn.execute(text("SELECT row_to_json(s)::text FROM student s")).scalar_one()
        entries = str(audit.latest(conn, act="students"))
    assert "6409012508100001" not in row
    assert all(secret not in entries for secret in ("6409012508100001", "Yusuf", "0000000001", "'L'"))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": ""}, "name_missing"), ({"nisn": "123"}, "nisn_length"), ({"nik": "123"}, "nik_length"),
        ({"sex": "X"}, "sex_unknown"), ({"mother": "Siti"}, "field_unknown"),
    ],
)  # fmt: skip
def test_what_can_not_be_is_refused_and_the_whole_list_with_it(
    database: Database, school: UUID, values: dict[str, object], code: str
) -> None:
    with pytest.raises(InvalidInput, match=code):
        _add(database, school, _pupil(1), _pupil(2, **values))
    assert _names(database) == []


def test_a_number_that_someone_has_is_refused_by_the_database(database: Database, school: UUID) -> None:
    _add(database, school, _pupil(1))
    for again in (_pupil(2, nisn="0000000001"), _pupil(2, nipd="23001")):
        with pytest.raises(Conflict):
            _add(database, school, again)
    assert _names(database) == ["Siswa 001"]


def test_a_change_writes_what_differs_and_nothing_else(database: Database, school: UUID) -> None:
    one, two = _add(database, school, _pupil(1), _pupil(2))
    same = Change(two, 1, _pupil(2))
    assert _change(database, Change(one, 1, {"rombel": "XII TKJ 2", "name": "Siswa  001"}), same) == 1
    changed = _get(database, one)
    assert (changed.rombel, changed.nisn, changed.version) == ("XII TKJ 2", "0000000001", 2)
    assert _get(database, two).version == 1
    with database.read() as conn:
        (entry,) = audit.latest(conn, act="students.change_student")
    assert (entry.before, entry.after) == ({"rombel": "XII TKJ 1"}, {"rombel": "XII TKJ 2"})
    with pytest.raises(Conflict, match="changed_meanwhile"):
        _change(database, Change(two, 1, {"rombel": "X"}), Change(one, 1, {"rombel": "X"}))
    with pytest.raises(Conflict, match="changed_meanwhile"):
        _change(database, Change(uuid4(), 1, {"rombel": "X"}))
    assert _get(database, two).rombel == "XII TKJ 1"


def test_a_pupil_who_moved_is_the_same_pupil_at_the_new_school(database: Database, school: UUID) -> None:
    (student,) = _add(database, school, _pupil(1))
    other = _school(database, "SMKN 1 Bontang", "64.74")
    assert _change(database, Change(student, 1, {"nipd": "7"}, school_id=other)) == 1
    assert (_get(database, student).school, _get(database, student).nipd) == ("SMKN 1 Bontang", "7")


def test_nobody_is_renamed_by_moving(database: Database, school: UUID) -> None:
    (student,) = _add(database, school, _pupil(1))
    other = _school(database, "SMKN 1 Bontang", "64.74")
    with pytest.raises(InvalidInput, match="moved_and_renamed"):
        _change(database, Change(student, 1, {"name": "Bukan Dia"}, school_id=other))
    assert _change(database, Change(student, 1, {"name": "SISWA 001"}, school_id=other)) == 1


def test_who_is_missing_from_a_list_is_marked_and_never_removed(database: Database, school: UUID) -> None:
    one, two = _add(database, school, _pupil(1), _pupil(2))

    def newest(*seen: UUID, day: date = TODAY) -> tuple[list[UUID], list[UUID]]:
        return database.perform(lambda tx: actions.mark_missing(tx, DIVISION, school, seen, day, NOW))

    assert newest(one) == ([two], [])
    assert newest(one, day=TODAY + DAY) == ([], []), "the day of the first list stays"
    assert _get(database, two).missing_since == TODAY
    assert _names(database, missing=True) == ["Siswa 002"]
    assert _names(database, missing=False) == ["Siswa 001"]
    with database.read() as conn:
        assert [(group.rombel, group.students) for group in store.list_classes(conn, PROVINCE, TODAY)] == [
            ("XII TKJ 1", 1)
        ]
    assert newest(one, two) == ([], [two])
    assert _get(database, two).missing_since is None
    assert newest() == (sorted([one, two]), [])


def test_each_scope_sees_its_students(database: Database, school: UUID) -> None:
    net, far = _school(database, "SMKN 8 Samarinda", "64.72"), _school(database, "SMKN 1 Bontang", "64.74")
    lsp = database.perform(lambda tx: institutions.add_lsp(tx, DIVISION, "LSP Contoh", school, NOW))
    database.perform(
        lambda tx: institutions.network_school(tx, DIVISION, lsp, net, TODAY, "SK 1", NOW, last_day=TODAY + DAY)
    )
    for number, where in enumerate((school, net, far), 1):
        _add(database, where, _pupil(number))
    at_lsp = Scope("lsp", str(lsp))
    assert _names(database, at_lsp) == ["Siswa 001", "Siswa 002"]
    assert _names(database, at_lsp, TODAY - DAY) == ["Siswa 001"]
    assert _names(database, at_lsp, TODAY + DAY) == ["Siswa 001", "Siswa 002"]
    assert _names(database, at_lsp, TODAY + 2 * DAY) == ["Siswa 001"]
    assert _names(database, Scope("school", str(far))) == ["Siswa 003"]
    assert _names(database, Scope("region", "64.74")) == ["Siswa 003"]
    assert _names(database, Scope("self", str(uuid4()))) == _names(database, Scope("none")) == []
    assert len(_names(database)) == 3


def test_a_school_puts_nobody_into_another_school(database: Database, school: UUID) -> None:
    foreign = Actor(None, "x", "school", Scope("school", str(uuid4())), "test", GRANTED[Role.SCHOOL])
    (student,) = _add(database, school, _pupil(1))
    new = [NewStudent(school, _pupil(2))]
    with pytest.raises(NotFound):
        database.perform(lambda tx: actions.add_many(tx, foreign, SECRECY, new, NOW, today=TODAY))
    with pytest.raises(NotFound):
        database.perform(
            lambda tx: actions.change_many(
                tx, foreign, SECRECY, [Change(student, 1, {"rombel": "X"})], NOW, today=TODAY
            )
        )
    with pytest.raises(NotFound):
        database.perform(lambda tx: actions.mark_missing(tx, foreign, school, [], TODAY, NOW))


@pytest.mark.parametrize(
    ("q", "found"), [("siswa 002", 1), ("SISWA", 3), ("23003", 1), ("0000000001", 1), ("budi", 0), ("%", 3)]
)
def test_students_are_searched_by_parts_of_names_and_numbers(
    database: Database, school: UUID, q: str, found: int
) -> None:
    _add(database, school, _pupil(1), _pupil(2), _pupil(3, rombel="XII RPL 1"))
    assert len(_names(database, q=q)) == found
    assert _names(database, school_id=school, rombel="XII RPL 1") == ["Siswa 003"]


def test_a_list_of_any_length_takes_the_same_number_of_statements(database: Database, school: UUID) -> None:
    counted: list[int] = []

    def count(*_: object) -> None:
        counted[-1] += 1

    event.listen(database.engine, "before_cursor_execute", count)
    for start, number in ((0, 2), (1000, 300)):
        pupils = [_pupil(start + each, nipd=f"{start}-{each}") for each in range(number)]
        counted.append(0)
        ids = _add(database, school, *pupils)
        _change(database, *(Change(identity, 1, {"rombel": "XII RPL 1"}) for identity in ids))
        with database.read() as conn:
            rows = [Identity(str(pupil["nisn"]), None, str(pupil["nipd"])) for pupil in pupils]
            assert [match.student_id for match in store.match_many(conn, school, rows)] == ids
    event.remove(database.engine, "before_cursor_execute", count)
    assert counted[0] == counted[1]


def test_the_nik_of_a_pupil_is_shown_only_after_the_trail_has_it(database: Database, school: UUID) -> None:
    [student, without] = _add(database, school, _pupil(1), _pupil(2, nik=None))

    def reveal(scope: Scope = PROVINCE, reason: str = "Berkas BNSP", who: UUID = student) -> str | None:
        actor = Actor(None, "x", "lsp_admin", scope, "test", GRANTED[Role.LSP_ADMIN])
        return actions.reveal_nik(database, actor, SECRECY, who, reason, NOW, today=TODAY)

    assert reveal() == f"{1:016d}"
    assert reveal(who=without) is None
    with pytest.raises(InvalidInput, match="reason_missing"):
        reveal(reason=" ")
    with pytest.raises(NotFound):
        reveal(Scope("lsp", str(uuid4())))
    with database.read() as conn:
        entries = audit.latest(conn, act="students.reveal_nik")
    assert {entry.subject_id for entry in entries} == {str(student), str(without)}
    assert [entry.reason for entry in entries] == ["Berkas BNSP"] * 2
    assert f"{1:016d}" not in str(entries)


def test_a_reveal_that_fails_to_open_is_still_in_the_trail(database: Database, school: UUID) -> None:
    [student] = _add(database, school, _pupil(1))
    with pytest.raises(Exception, match="wrong_key"):
        actions.reveal_nik(database, DIVISION, Secrecy(bytes(32)), student, "Uji", NOW, today=TODAY)
    with database.read() as conn:
        assert len(audit.latest(conn, act="students.reveal_nik")) == 1
