"""No row can say that someone who is not an active assessor on a day assesses or signs on that day.

Attacked with raw SQL as the application's role, past every check in Python: planned, moved, contested, shrunk under.
"""

import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from time import monotonic, sleep
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from tests.support.people import ACTOR, NOW, add_lsp, add_person, add_scheme

from assessor_registry.db.engine import Database, constraint
from assessor_registry.errors import Conflict
from assessor_registry.validity import actions

FIRST, LAST = date(2023, 12, 14), date(2026, 12, 13)
DAY = timedelta(days=1)
INSIDE, AFTER, BEFORE = LAST, LAST + DAY, FIRST - DAY


@pytest.fixture
def open_record(owner_url: str) -> Iterator[None]:
    """Let records be inserted without their attempts and keys: only the temporal keys are attacked here."""
    engine = create_engine(owner_url)
    with engine.begin() as owner:
        for name in ("attempt_id", "certificate_id", "lsp_id", "paper_result_id"):
            owner.execute(text(f"ALTER TABLE record DROP CONSTRAINT fk_record_{name}"))
    engine.dispose()
    yield


@pytest.fixture
def who(database: Database) -> UUID:
    """An assessor who is active from FIRST to LAST."""
    with database.transaction() as tx:
        found = add_person(tx)
        actions.add_certificate(tx, ACTOR, actions.NewCertificate(found, FIRST, LAST, "uji"), now=NOW)
    return found


@pytest.fixture
def schedule(database: Database) -> UUID:
    """A schedule to hang assignments on."""
    ids = {name: uuid4() for name in ("version", "venue", "schedule")}
    with database.transaction() as tx:
        more = {"lsp": add_lsp(tx), "scheme": add_scheme(tx), "now": NOW, **ids}
        for statement in (
            "INSERT INTO scheme_version (id, scheme_id, label, source, verified, complete, created_at) "
            "VALUES (:version, :scheme, 'uji', 'uji', false, false, :now)",
            "INSERT INTO venue (id, lsp_id, name, kind, created_at) VALUES (:venue, :lsp, 'TUK', 'sewaktu', :now)",
            "INSERT INTO schedule (id, lsp_id, scheme_version_id, venue_id, title, first_day, last_day, evidence_kinds,"
            " version, created_at) VALUES (:schedule, :lsp, :version, :venue, 'uji', '2026-12-01', '2026-12-20', '{}',"
            " 1, :now)",
        ):
            tx.execute(text(statement), more)
    return ids["schedule"]


def assign(tx: Connection, schedule: UUID, who: UUID, on: date, *, state: str = "confirmed") -> UUID:
    """Insert an assignment: planned, confirmed or withdrawn."""
    row = {
        "id": uuid4(), "schedule": schedule, "who": who, "on": on, "now": NOW,
        "confirmed": None if state == "planned" else NOW, "withdrawn": NOW if state == "withdrawn" else None,
        "why": "uji" if state == "withdrawn" else None,
    }  # fmt: skip
    tx.execute(
        text(
            "INSERT INTO assignment (id, schedule_id, assessor_id, held_on, letter_number, confirmed_at, withdrawn_at,"
            " withdrawn_reason, created_at)"
            " VALUES (:id, :schedule, :who, :on, 'ST.1', :confirmed, :withdrawn, :why, :now)"
        ),
        row,
    )
    return UUID(str(row["id"]))


def record(
    tx: Connection, who: UUID, first: date, last: date, signed: date, origin: str = "signed",
    moment: datetime | None = None, lsp: UUID | None = None, **state: Any,
) -> UUID:  # fmt: skip
    """Insert a record with its state; `state` fills columns of record_state, as they are filled: afterwards."""
    row = {
        "id": uuid4(), "attempt": uuid4(), "who": who, "lsp": lsp or uuid4(), "origin": origin, "first": first,
        "last": last, "signed": signed, "now": NOW, "at": moment or datetime.combine(signed, NOW.timetz()),
        "paper": uuid4() if origin == "paper" else None, "certificate": uuid4(),
    }  # fmt: skip
    tx.execute(
        text(
            "INSERT INTO record (id, code, attempt_id, part, assessor_id, lsp_id, origin, outcome, first_day, last_day,"
            " signed_on, signed_at, jws, jws_sha256, certificate_id, paper_result_id, created_at) VALUES (:id, :id,"
            " :attempt, 1, :who, :lsp, :origin, 'absent', :first, :last, :signed, :at, 'x.e30.x', 'x', :certificate,"
            " :paper, :now)"
        ),
        row,
    )
    names = "record_id, assessor_id, first_day, last_day, signed_on, origin"
    tx.execute(text(f"INSERT INTO record_state ({names}) VALUES (:id, :who, :first, :last, :signed, :origin)"), row)
    if state:
        changes = ", ".join(f"{name} = :{name}" for name in state)
        tx.execute(text(f"UPDATE record_state SET {changes} WHERE record_id = :id"), {**state, "id": row["id"]})
    return UUID(str(row["id"]))


CONTESTED: dict[str, Any] = {"contested_at": NOW, "contested_reason": "uji"}
ANNULLED: dict[str, Any] = {"annulled_at": NOW, "annulled_reason": "uji"}


@pytest.mark.parametrize("on", [FIRST, INSIDE])
def test_an_assignment_on_an_active_day_is_stored(database: Database, who: UUID, schedule: UUID, on: date) -> None:
    with database.transaction() as tx:
        assign(tx, schedule, who, on)


@pytest.mark.parametrize("on", [BEFORE, AFTER])
def test_an_assignment_outside_the_active_days_is_refused_at_commit(
    database: Database, who: UUID, schedule: UUID, on: date
) -> None:
    with pytest.raises(IntegrityError) as refused, database.transaction() as tx:
        assign(tx, schedule, who, on)
    assert constraint(refused.value) == "fk_assignment_held_active"


@pytest.mark.parametrize("state", ["planned", "withdrawn"])
def test_a_planned_or_withdrawn_assignment_may_be_on_any_day(
    database: Database, who: UUID, schedule: UUID, state: str
) -> None:
    with database.transaction() as tx:
        assign(tx, schedule, who, AFTER, state=state)


@pytest.mark.parametrize(
    "change",
    ["held_on = '2026-12-14'", "assessor_id = :other", "held_on = '2026-12-14', letter_number = 'ST.2'"],
)
def test_an_assignment_can_not_be_moved_to_where_nobody_is_active(
    database: Database, who: UUID, schedule: UUID, change: str
) -> None:
    with database.transaction() as tx:
        assign(tx, schedule, who, INSIDE)
        other = add_person(tx)
    with pytest.raises(IntegrityError), database.transaction() as tx:
        tx.execute(text(f"UPDATE assignment SET {change}"), {"other": other})


def test_a_planned_assignment_can_not_be_confirmed_before_the_period_arrives(
    database: Database, who: UUID, schedule: UUID
) -> None:
    with database.transaction() as tx:
        planned = assign(tx, schedule, who, AFTER, state="planned")
    confirm = text("UPDATE assignment SET confirmed_at = :now WHERE id = :id")
    with pytest.raises(IntegrityError), database.transaction() as tx:
        tx.execute(confirm, {"now": NOW, "id": planned})
    with database.transaction() as tx:
        actions.add_certificate(tx, ACTOR, actions.NewCertificate(who, AFTER, AFTER + 900 * DAY, "uji"), now=NOW)
        tx.execute(confirm, {"now": NOW, "id": planned})


def test_a_withdrawn_assignment_can_not_come_back_on_a_day_that_was_lost(
    database: Database, who: UUID, schedule: UUID
) -> None:
    with database.transaction() as tx:
        assign(tx, schedule, who, AFTER, state="withdrawn")
    with pytest.raises(IntegrityError), database.transaction() as tx:
        tx.execute(text("UPDATE assignment SET withdrawn_at = NULL, withdrawn_reason = NULL"))


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM active_period",
        "UPDATE active_period SET during = daterange('2023-12-14', '2026-12-13')",
        "UPDATE active_period SET during = daterange('2026-12-14', '2027-12-14')",
        "UPDATE active_period SET assessor_id = :other",
    ],
)
def test_active_days_can_not_be_taken_from_under_an_assignment(
    database: Database, who: UUID, schedule: UUID, attack: str
) -> None:
    with database.transaction() as tx:
        assign(tx, schedule, who, INSIDE)
        other = add_person(tx)
    with pytest.raises(IntegrityError) as refused, database.transaction() as tx:
        tx.execute(text(attack), {"other": other})
    assert constraint(refused.value) == "fk_assignment_held_active"


@pytest.mark.parametrize(
    "attack",
    [
        "INSERT INTO active_period VALUES (:who, 'empty')",
        "INSERT INTO active_period VALUES (:who, daterange('2030-01-01', NULL))",
        "INSERT INTO active_period VALUES (:who, daterange(NULL, '1990-01-01'))",
        "INSERT INTO active_period VALUES (:who, NULL)",
        "INSERT INTO active_period VALUES (:who, daterange('2026-12-13', '2027-01-01'))",
        "INSERT INTO active_period VALUES (:nobody, daterange('2026-12-13', '2027-01-01'))",
        "UPDATE active_period SET during = 'empty'",
        "UPDATE assignment SET held = daterange('2020-01-01', '2020-01-02')",
    ],
)
def test_a_range_can_not_be_empty_endless_overlapping_or_written_by_hand(
    database: Database, who: UUID, attack: str
) -> None:
    with pytest.raises(DBAPIError), database.transaction() as tx:
        tx.execute(text(attack), {"who": who, "nobody": uuid4()})


@pytest.mark.parametrize(
    ("first", "last", "signed", "name"),
    [
        (INSIDE, INSIDE, AFTER, "fk_record_state_signed_active"),
        (AFTER, AFTER, AFTER, "fk_record_state_assessed_active"),
        (INSIDE, AFTER, AFTER, "fk_record_state_assessed_active"),
        (BEFORE, FIRST, INSIDE, "fk_record_state_assessed_active"),
    ],
)
def test_a_record_needs_its_assessor_active_on_the_days_of_assessment_and_of_signing(
    database: Database, open_record: None, who: UUID, first: date, last: date, signed: date, name: str
) -> None:
    with pytest.raises(IntegrityError) as refused, database.transaction() as tx:
        record(tx, who, first, last, signed)
    assert constraint(refused.value) in {name, "fk_record_state_signed_active"}


def test_a_record_on_active_days_is_stored_and_holds_them(database: Database, open_record: None, who: UUID) -> None:
    with database.transaction() as tx:
        record(tx, who, FIRST, INSIDE, INSIDE)
    for attack in (
        "DELETE FROM active_period",
        "UPDATE active_period SET during = daterange('2023-12-15', '2026-12-14')",
    ):
        with pytest.raises(IntegrityError), database.transaction() as tx:
            tx.execute(text(attack))


def test_on_paper_a_result_may_be_signed_late_but_not_assessed_late(
    database: Database, open_record: None, who: UUID
) -> None:
    with database.transaction() as tx:
        record(tx, who, INSIDE, INSIDE, AFTER, "paper")
    with pytest.raises(IntegrityError), database.transaction() as tx:
        record(tx, who, AFTER, AFTER, AFTER, "paper")


@pytest.mark.parametrize("state", [CONTESTED, ANNULLED])
def test_a_contested_or_annulled_record_no_longer_holds_the_days(
    database: Database, open_record: None, who: UUID, state: dict[str, Any]
) -> None:
    with database.transaction() as tx:
        held = record(tx, who, INSIDE, INSIDE, INSIDE)
    changes = ", ".join(f"{name} = :{name}" for name in state)
    with database.transaction() as tx:
        tx.execute(text(f"UPDATE record_state SET {changes} WHERE record_id = :id"), {**state, "id": held})
        tx.execute(text("DELETE FROM active_period"))


def test_a_contested_record_stays_contested(database: Database, open_record: None, who: UUID) -> None:
    with database.transaction() as tx:
        record(tx, who, AFTER, AFTER, AFTER, **CONTESTED)
    for attack in (
        "UPDATE record_state SET contested_at = NULL, contested_reason = NULL",
        "UPDATE record_state SET contested_reason = 'lain'",
        "UPDATE record_state SET first_day = '2026-12-01', last_day = '2026-12-01'",
        "UPDATE record_state SET assessor_id = gen_random_uuid()",
        "DELETE FROM record_state",
        "TRUNCATE record_state",
    ):
        with pytest.raises(DBAPIError), database.transaction() as tx:
            tx.execute(text(attack))


def test_the_days_in_the_state_are_those_of_the_record(database: Database, open_record: None, who: UUID) -> None:
    with pytest.raises(IntegrityError) as refused, database.transaction() as tx:
        made = record(tx, who, INSIDE, INSIDE, INSIDE)
        tx.execute(
            text(
                "INSERT INTO record (id, code, attempt_id, part, assessor_id, lsp_id, origin, outcome, first_day,"
                " last_day, signed_on, signed_at, jws, jws_sha256, certificate_id, created_at)"
                " SELECT gen_random_uuid(), 'lain', gen_random_uuid(), part, assessor_id, lsp_id, origin, outcome,"
                " '2030-01-01', '2030-01-01', '2030-01-01', '2030-01-01 02:00Z', jws, jws_sha256, certificate_id,"
                " created_at FROM record WHERE id = :id"
            ),
            {"id": made},
        )
        tx.execute(
            text(
                "INSERT INTO record_state (record_id, assessor_id, first_day, last_day, signed_on, origin)"
                " SELECT id, assessor_id, '2026-12-01', '2026-12-01', '2026-12-01', origin FROM record"
                " WHERE code = 'lain'"
            )
        )
    assert constraint(refused.value) == "fk_record_state_record"


def test_a_record_without_a_state_is_refused_at_commit(database: Database, open_record: None, who: UUID) -> None:
    """Without the state no key would hold the record to the active days: here to a day on which nobody is active."""
    with database.transaction() as tx:
        made = record(tx, who, INSIDE, INSIDE, INSIDE)
    copy = text(
        "INSERT INTO record (id, code, attempt_id, part, assessor_id, lsp_id, origin, outcome, first_day, last_day,"
        " signed_on, signed_at, jws, jws_sha256, certificate_id, created_at)"
        " SELECT gen_random_uuid(), 'lain', gen_random_uuid(), part, assessor_id, lsp_id, origin, outcome, :day, :day,"
        " :day, :at, jws, jws_sha256, certificate_id, created_at FROM record WHERE id = :id"
    )
    for day in (INSIDE, AFTER):
        with pytest.raises(IntegrityError) as refused, database.transaction() as tx:
            tx.execute(copy, {"id": made, "day": day, "at": datetime.combine(day, NOW.timetz())})
        assert constraint(refused.value) == "fk_record_has_state"


@pytest.mark.parametrize(
    ("hours", "taken"), [(-24, False), (-1, False), (0, True), (12, True), (23, True), (24, False), (48, False)]
)
def test_a_record_is_signed_on_the_day_of_its_time_where_the_lsp_is(
    database: Database, open_record: None, who: UUID, hours: int, taken: bool
) -> None:
    """Signed a day later and dated back to the last active day: what the key of signing looks at would be a lie."""
    moment = datetime.combine(INSIDE, time(), ZoneInfo("Asia/Makassar")) + timedelta(hours=hours)
    try:
        with database.transaction() as tx:
            record(tx, who, INSIDE, INSIDE, INSIDE, moment=moment, lsp=add_lsp(tx))
        stored = True
    except IntegrityError as error:
        assert constraint(error) == "ck_record_signed_on_that_day"
        stored = False
    assert stored is taken


@pytest.mark.parametrize("table", ["audit_entry", "record", "record_unit", "assessor_certificate",
                                   "technical_certificate", "extension", "sanction"])  # fmt: skip
@pytest.mark.parametrize("attack", ["DELETE FROM {}", "TRUNCATE {} CASCADE", "UPDATE {} SET {column} = {column}"])
def test_facts_and_signed_rows_are_never_changed_or_removed(owner_url: str, table: str, attack: str) -> None:
    """Not even by the owner of the tables, and not even when there is no row to hit."""
    with psycopg.connect(owner_url.replace("+psycopg", "")) as owner:
        found = owner.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s LIMIT 1", [table]
        ).fetchone()
        assert found
        with pytest.raises(psycopg.Error, match="never changed or removed"):
            owner.execute(attack.format(table, column=found[0]))


def commit_beside(database: Database, schedule: UUID, who: UUID, change: Callable[[Connection], object]) -> None:
    """Commit an assignment while `change` is not committed yet: its key check waits for the row that changes."""
    failed: list[BaseException] = []
    assigned = threading.Event()

    def honest() -> None:
        try:
            with database.transaction() as tx:
                assign(tx, schedule, who, INSIDE)
                assigned.set()
        except IntegrityError as error:
            failed.append(error)

    other = threading.Thread(target=honest)
    with database.transaction() as tx:
        change(tx)
        other.start()
        assert assigned.wait(10)
        deadline = monotonic() + 10
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while not tx.execute(waiting).scalar_one() and monotonic() < deadline:
            sleep(0.01)
    other.join(20)
    if failed:
        raise failed[0]


def test_an_honest_assignment_beside_a_rebuild_that_keeps_its_day_is_not_refused(
    database: Database, who: UUID, schedule: UUID
) -> None:
    new = actions.NewCertificate(who, date(2026, 9, 1), date(2029, 8, 31), "uji")
    commit_beside(database, schedule, who, lambda tx: actions.add_certificate(tx, ACTOR, new, now=NOW))


def test_it_would_be_if_the_period_were_deleted_and_inserted(database: Database, who: UUID, schedule: UUID) -> None:
    def replace(tx: Connection) -> None:
        tx.execute(text("DELETE FROM active_period"))
        tx.execute(text("INSERT INTO active_period VALUES (:who, daterange('2023-12-14', '2029-09-01'))"), {"who": who})

    with pytest.raises(IntegrityError):
        commit_beside(database, schedule, who, replace)


def test_whoever_loses_days_must_be_dealt_with_in_the_same_transaction(
    database: Database, who: UUID, schedule: UUID
) -> None:
    with database.transaction() as tx:
        assign(tx, schedule, who, INSIDE)
    suspension = actions.NewSanction(who, "suspension", date(2026, 12, 1), None, "KEP.1", FIRST, FIRST)

    def alone(tx: Connection) -> object:
        return actions.sanction(tx, ACTOR, suspension, now=NOW)

    with pytest.raises(Conflict) as refused:
        database.perform(alone)
    assert refused.value.params["constraint"] == "fk_assignment_held_active"
    with database.transaction() as tx:
        lost = actions.sanction(tx, ACTOR, suspension, now=NOW).shrunk
        for shrunk in lost:
            for period in shrunk.lost:
                tx.execute(
                    text(
                        "UPDATE assignment SET withdrawn_at = :now, withdrawn_reason = 'dibekukan' "
                        "WHERE assessor_id = :who AND held_on BETWEEN :first AND :last"
                    ),
                    {"now": NOW, "who": shrunk.assessor_id, "first": period.first_day, "last": period.last_day},
                )


@given(st.integers(-400, 1600))
def test_on_any_day_the_database_says_what_the_status_says(
    database: Database, who: UUID, schedule: UUID, offset: int
) -> None:
    from assessor_registry.validity import store

    on = FIRST + offset * DAY
    with database.read() as conn:
        active = store.standing(conn, who, on).active
    try:
        with database.transaction() as tx:
            assign(tx, schedule, who, on)
            tx.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
            tx.execute(text("DELETE FROM assignment"))
        stored = True
    except IntegrityError:
        stored = False
    assert stored == active


def test_exactly_these_keys_indexes_and_triggers_guard_the_registry(database: Database) -> None:
    """Alembic does not see a temporal key or a trigger that was removed: this does."""
    with database.read() as conn:
        temporal = conn.execute(
            text(
                "SELECT conname, contype::text, condeferrable, condeferred FROM pg_constraint"
                " WHERE conperiod ORDER BY 1"
            )
        ).all()
        gist = conn.execute(
            text(
                "SELECT c.relname FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'gist'"
                " AND c.relkind = 'i' ORDER BY 1"
            )
        ).scalars()
        triggers = conn.execute(
            text(
                "SELECT c.relname, t.tgname, t.tgtype & 28 AS events FROM pg_trigger t"
                " JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND t.tgenabled = 'O' ORDER BY 1, 2"
            )
        ).all()
        assert [tuple(row) for row in temporal] == [
            ("fk_assignment_held_active", "f", True, True),
            ("fk_record_state_assessed_active", "f", True, True),
            ("fk_record_state_signed_active", "f", True, True),
            ("pk_active_period", "p", False, False),
        ]
        assert {"ix_assignment_held", "ix_record_state_assessed", "ix_record_state_signed"} <= set(gist)
    delete, update = 8, 16
    frozen = {name for name, trigger, events in triggers if trigger == "frozen" and events == delete + update}
    assert frozen >= {"audit_entry", "record", "record_unit", "assessor_certificate", "technical_certificate",
                      "extension", "sanction"}  # fmt: skip
    assert ("record_state", "frozen", delete) in [tuple(row) for row in triggers]
    assert ("record_state", "only_grows", update) in [tuple(row) for row in triggers]
