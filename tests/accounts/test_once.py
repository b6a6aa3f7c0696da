"""The same request twice is done once: with a real database and real concurrency."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from assessor_registry.accounts import actions, rules
from assessor_registry.db.engine import Database
from assessor_registry.errors import Conflict, InvalidInput

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
MARK = rules.fingerprint("POST", "/jadwal", {"day": "2026-11-23"})
OTHER = rules.fingerprint("POST", "/jadwal", {"day": "2026-11-24"})


@pytest.fixture
def account_id(database: Database) -> UUID:
    with database.transaction() as tx:
        return actions.create_account(tx, rules.system("cli"), login="siti", name="Siti Contoh", now=NOW)


def do(tx: Connection, account_id: UUID, key: str = "k-1", mark: bytes = MARK, now: datetime = NOW) -> object:
    seen = actions.begin_idempotent(tx, account_id, key, mark, now)
    if seen is not None:
        return seen
    tx.execute(text("INSERT INTO failed_attempt (id, subject, at) VALUES (gen_random_uuid(), 'act', now())"))
    actions.finish_idempotent(tx, account_id, key, 201, {"id": "baru"})
    return None


def done(db: Database) -> int:
    with db.read() as conn:
        return int(conn.execute(text("SELECT count(*) FROM failed_attempt WHERE subject = 'act'")).scalar_one())


def test_the_second_time_the_answer_is_given_again(database: Database, account_id: UUID) -> None:
    assert database.perform(lambda tx: do(tx, account_id)) is None
    assert database.perform(lambda tx: do(tx, account_id)) == actions.Replay(201, {"id": "baru"})
    assert done(database) == 1


def test_another_key_or_another_account_is_another_request(database: Database, account_id: UUID) -> None:
    with database.transaction() as tx:
        second = actions.create_account(tx, rules.system("cli"), login="budi", name="Budi Contoh", now=NOW)
    for account, key in ((account_id, "k-1"), (account_id, "k-2"), (second, "k-1")):
        assert database.perform(lambda tx, a=account, k=key: do(tx, a, k)) is None  # type: ignore[misc]
    assert done(database) == 3


def test_the_same_key_for_another_request_is_refused(database: Database, account_id: UUID) -> None:
    database.perform(lambda tx: do(tx, account_id))
    with pytest.raises(InvalidInput) as refused:
        database.perform(lambda tx: do(tx, account_id, mark=OTHER))
    assert (refused.value.code, refused.value.status) == ("accounts.idempotency_reused", 422)
    assert done(database) == 1


def test_while_the_first_runs_the_second_is_told_so_and_does_not_wait(database: Database, account_id: UUID) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def first(tx: Connection) -> None:
        do(tx, account_id)
        begun.set()
        assert go_on.wait(20)

    thread = threading.Thread(target=lambda: database.perform(first))
    thread.start()
    try:
        assert begun.wait(20)
        with pytest.raises(Conflict) as refused:
            database.perform(lambda tx: do(tx, account_id))
        assert (refused.value.code, refused.value.status) == ("accounts.request_running", 409)
        assert database.perform(lambda tx: do(tx, account_id, "k-2")) is None
    finally:
        go_on.set()
        thread.join()
    assert database.perform(lambda tx: do(tx, account_id)) == actions.Replay(201, {"id": "baru"})
    assert done(database) == 2


def test_an_act_that_fails_leaves_its_key_free(database: Database, account_id: UUID) -> None:
    def fail(tx: Connection) -> None:
        do(tx, account_id)
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        database.perform(fail)
    assert database.perform(lambda tx: do(tx, account_id)) is None
    assert done(database) == 1


def test_after_a_day_a_key_may_be_used_again(database: Database, account_id: UUID) -> None:
    database.perform(lambda tx: do(tx, account_id))
    late, later = NOW + timedelta(hours=24) - timedelta(seconds=1), NOW + timedelta(hours=24)
    assert database.perform(lambda tx: do(tx, account_id, now=late)) is not None
    assert database.perform(lambda tx: do(tx, account_id, mark=OTHER, now=later)) is None


def test_old_keys_are_purged_and_young_ones_kept(database: Database, account_id: UUID) -> None:
    database.perform(lambda tx: do(tx, account_id, "alt"))
    database.perform(lambda tx: do(tx, account_id, "neu", now=NOW + timedelta(hours=2)))
    with database.transaction() as tx:
        assert actions.purge_idempotency(tx, NOW + timedelta(hours=25)) == 1
        assert tx.execute(text("SELECT key FROM idempotency_key")).scalars().all() == ["neu"]


@pytest.mark.parametrize("key", ["", "x" * 201, "dua kata", "\x00"])
def test_a_key_that_is_none_is_refused(database: Database, account_id: UUID, key: str) -> None:
    with database.transaction() as tx, pytest.raises(InvalidInput):
        actions.begin_idempotent(tx, account_id, key, MARK, NOW)


def test_nobody_has_no_keys(database: Database) -> None:
    with database.transaction() as tx, pytest.raises(InvalidInput):
        actions.begin_idempotent(tx, None, "k", MARK, NOW)
