"""Signing in and out, sessions and tokens, guessing: with a real database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text

from assessor_registry.accounts import actions, rules, store
from assessor_registry.accounts.rules import PROVINCE, Actor, Permission, Role, Scope
from assessor_registry.db.engine import Database
from assessor_registry.errors import Forbidden, InvalidInput, NotFound, NotSignedIn, TooMany

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
PASSWORD = "kopi tubruk manis"
ADDRESS = "203.0.113.7"
LSP = Scope("lsp", str(uuid4()))
SYSTEM = rules.system("cli")


def person(db: Database, login: str = "siti", *grants: tuple[Role, Scope], now: datetime = NOW) -> UUID:
    """An activated account with grants from a year ago, each given a minute after the one before."""
    with db.transaction() as tx:
        account_id = actions.create_account(tx, SYSTEM, login=login, name="Siti Contoh", now=now)
        for minutes, (role, scope) in enumerate(grants):
            given = now + timedelta(minutes=minutes)
            actions.give_grant(tx, SYSTEM, account_id, role, scope, TODAY - timedelta(365), now=given)
        code = actions.issue_code(tx, SYSTEM, account_id, now=now)
    actions.activate(db, code, PASSWORD, now=now, address=ADDRESS)
    return account_id


def sign_in(
    db: Database, login: str = "siti", password: str = PASSWORD, now: datetime = NOW, **more: str
) -> actions.SignedIn:
    return actions.sign_in(db, login, password, now=now, today=TODAY, address=more.pop("address", ADDRESS), **more)


def actor(db: Database, secret: str, now: datetime = NOW, today: date = TODAY, kind: str = "session") -> Actor | None:
    with db.read() as conn:
        return store.actor_of(conn, secret, now=now, today=today, kind=kind, origin="page")


def acts(db: Database) -> list[str]:
    with db.read() as conn:
        return list(conn.execute(text("SELECT act FROM audit_entry ORDER BY at, id")).scalars())


def count(db: Database, table: str) -> int:
    with db.read() as conn:
        return int(conn.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_who_signs_in_is_known_by_the_secret_in_the_role_first_given(database: Database) -> None:
    account_id = person(database, "siti", (Role.LSP_ADMIN, LSP), (Role.DIVISION, PROVINCE))
    session = sign_in(database, "  SITI ")
    assert [grant.role for grant in session.grants] == ["lsp_admin", "division"]
    found = actor(database, session.secret)
    assert found is not None
    assert (found.account_id, found.role, found.scope, found.origin) == (account_id, "lsp_admin", LSP, "page")
    assert found.may(Permission.SCHEDULING_WRITE)
    assert found.grant_id == session.grant_id
    assert acts(database).count("accounts.sign_in") == 1


def test_the_secret_is_stored_as_a_hash_only(database: Database) -> None:
    person(database)
    session = sign_in(database)
    with database.read() as conn:
        row = str(conn.execute(text("SELECT c::text FROM credential c")).scalar_one())
        account = str(conn.execute(text("SELECT a::text FROM account a")).scalar_one())
    assert session.secret not in row
    assert PASSWORD not in account
    assert "$argon2id$" in account


def test_unknown_login_wrong_password_and_never_activated_are_told_alike(database: Database) -> None:
    person(database)
    with database.transaction() as tx:
        actions.create_account(tx, SYSTEM, login="baru", name="Baru Contoh", now=NOW)
    for login, password in (("siti", "salah salah salah"), ("hantu", PASSWORD), ("baru", ""), ("\x00\ud800", "\x00")):
        with pytest.raises(NotSignedIn) as refused:
            sign_in(database, login, password)
        assert refused.value.code == "accounts.wrong_login"
        assert refused.value.params == {}
    assert count(database, "credential") == 0


def test_a_refused_sign_in_leaves_its_count_and_its_audit_row(database: Database) -> None:
    account_id = person(database)
    with pytest.raises(NotSignedIn):
        sign_in(database, password="salah salah salah")
    assert count(database, "failed_attempt") == 2
    with database.read() as conn:
        row = conn.execute(
            text("SELECT subject_id, account_id FROM audit_entry WHERE act = 'accounts.sign_in_refused'")
        )
        assert row.one() == (str(account_id), None)


def test_a_disabled_account_is_told_so_only_after_the_right_password(database: Database) -> None:
    account_id = person(database)
    session = sign_in(database)
    with database.transaction() as tx:
        actions.disable(tx, SYSTEM, account_id, now=NOW)
    assert actor(database, session.secret) is None
    with pytest.raises(NotSignedIn):
        sign_in(database, password="salah salah salah")
    with pytest.raises(Forbidden) as refused:
        sign_in(database)
    assert refused.value.code == "accounts.disabled"
    with database.transaction() as tx:
        actions.enable(tx, SYSTEM, account_id, now=NOW)
    assert actor(database, session.secret) is None, "an old session does not come back to life"
    assert actor(database, sign_in(database).secret) is not None


def test_guessing_one_login_has_to_wait_and_the_right_password_too(database: Database) -> None:
    person(database)
    for _ in range(5):
        with pytest.raises(NotSignedIn):
            sign_in(database, password="salah salah salah")
    with pytest.raises(TooMany) as refused:
        sign_in(database)
    assert refused.value.params == {"wait_seconds": 15}
    assert count(database, "failed_attempt") == 10, "a try that has to wait is not counted"
    sign_in(database, now=NOW + timedelta(seconds=15))
    sign_in(database, now=NOW + timedelta(seconds=16))


def test_signing_in_forgets_what_the_login_failed_but_not_what_the_address_did(database: Database) -> None:
    person(database)
    with pytest.raises(NotSignedIn):
        sign_in(database, password="salah salah salah")
    sign_in(database)
    with database.read() as conn:
        left = conn.execute(text("SELECT subject FROM failed_attempt")).scalars().all()
    assert left == [rules.of_address(ADDRESS).name]


def test_many_logins_from_one_address_have_to_wait_and_another_address_not(database: Database) -> None:
    person(database)
    name = rules.of_address(ADDRESS).name
    with database.transaction() as tx:
        store.add_failures(tx, [name] * rules.ADDRESS_LIMIT.free, NOW)
    with pytest.raises(TooMany):
        sign_in(database)
    sign_in(database, address="198.51.100.9")
    sign_in(database, now=NOW + timedelta(hours=1))


def test_guesses_made_at_the_same_moment_are_all_counted(database: Database) -> None:
    subject = rules.of_login("siti")

    def guess(_: int) -> bool:
        try:
            actions.begin_attempt(database, [subject], NOW)
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        let_through = sum(pool.map(guess, range(24)))
    assert let_through == rules.PERSONAL_LIMIT.free


def test_failures_are_forgotten_after_a_day(database: Database) -> None:
    with database.transaction() as tx:
        store.add_failures(tx, ["login:x"], NOW - timedelta(hours=25))
        store.add_failures(tx, ["login:x"], NOW)
        assert actions.purge_attempts(tx, NOW) == 1
    assert count(database, "failed_attempt") == 1


def test_a_secret_of_one_kind_does_not_open_the_other(database: Database) -> None:
    person(database)
    session, token = sign_in(database), sign_in(database, kind="token")
    assert actor(database, session.secret, kind="token") is None
    assert actor(database, token.secret, kind="session") is None
    assert actor(database, token.secret, kind="token") is not None
    assert actor(database, "bukan-rahasia") is None


def test_asking_who_it_is_takes_one_statement_and_writes_every_five_minutes(database: Database) -> None:
    person(database, "siti", (Role.DIVISION, PROVINCE))
    secret = sign_in(database).secret
    seen: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    assert actor(database, secret, NOW + timedelta(minutes=4, seconds=59)) is not None
    assert len(seen) == 1
    assert actor(database, secret, NOW + timedelta(minutes=5)) is not None
    assert len(seen) == 3
    assert actor(database, secret, NOW + timedelta(minutes=9)) is not None
    assert len(seen) == 4


def test_an_idle_session_ends_after_twelve_hours_and_a_busy_one_after_seven_days(database: Database) -> None:
    person(database)
    idle = sign_in(database).secret
    assert actor(database, idle, NOW + timedelta(hours=12)) is None
    busy = sign_in(database).secret
    for hours in range(11, 7 * 24, 11):
        assert actor(database, busy, NOW + timedelta(hours=hours)) is not None
    assert actor(database, busy, NOW + timedelta(days=7) - timedelta(seconds=1)) is not None
    assert actor(database, busy, NOW + timedelta(days=7)) is None


def test_a_token_is_never_idle(database: Database) -> None:
    person(database)
    token = sign_in(database, kind="token").secret
    assert actor(database, token, NOW + timedelta(days=6), kind="token") is not None
    assert actor(database, token, NOW + timedelta(days=7), kind="token") is None


def test_signing_out_ends_this_session_and_no_other(database: Database) -> None:
    person(database)
    one, other = sign_in(database).secret, sign_in(database).secret
    for _ in range(2):
        with database.transaction() as tx:
            actions.sign_out(tx, one, NOW)
    assert actor(database, one) is None
    assert actor(database, other) is not None
    assert acts(database).count("accounts.sign_out") == 1


def test_when_the_grant_in_use_ends_another_takes_its_place_and_then_none(database: Database) -> None:
    account_id = person(database, "siti", (Role.LSP_ADMIN, LSP), (Role.PANEL, LSP))
    session = sign_in(database)
    with database.transaction() as tx:
        actions.revoke_grant(tx, SYSTEM, session.grants[0].id, now=NOW)
    found = actor(database, session.secret)
    assert found is not None
    assert (found.role, found.may(Permission.SCHEDULING_WRITE)) == ("panel", False)
    with database.transaction() as tx:
        actions.revoke_grant(tx, SYSTEM, session.grants[1].id, now=NOW)
    found = actor(database, session.secret)
    assert found is not None
    assert (found.account_id, found.role, found.permissions) == (
        account_id,
        "none",
        frozenset({Permission.ACCOUNTS_SELF}),
    )


def test_a_grant_counts_on_its_last_day_and_not_on_the_next(database: Database) -> None:
    account_id = person(database)
    with database.transaction() as tx:
        actions.give_grant(tx, SYSTEM, account_id, Role.PANEL, LSP, TODAY, TODAY + timedelta(1), now=NOW)
    secret = sign_in(database).secret
    roles = [getattr(actor(database, secret, today=TODAY + timedelta(days)), "role", None) for days in (-1, 0, 1, 2)]
    assert roles == ["none", "panel", "panel", "none"]


def test_choosing_a_grant_counts_from_the_next_request_on(database: Database) -> None:
    person(database, "siti", (Role.LSP_ADMIN, LSP), (Role.PANEL, LSP))
    session = sign_in(database)
    with database.transaction() as tx:
        actions.choose_grant(tx, session.secret, session.grants[1].id, TODAY, now=NOW)
    found = actor(database, session.secret)
    assert found is not None
    assert found.role == "panel"


def test_nobody_chooses_the_grant_of_someone_else_or_of_another_day(database: Database) -> None:
    person(database, "siti", (Role.PANEL, LSP))
    person(database, "budi", (Role.DIVISION, PROVINCE))
    siti, budi = sign_in(database), sign_in(database, "budi")
    with database.transaction() as tx, pytest.raises(NotFound):
        actions.choose_grant(tx, siti.secret, budi.grants[0].id, TODAY, now=NOW)
    with database.transaction() as tx, pytest.raises(NotFound):
        actions.choose_grant(tx, siti.secret, siti.grants[0].id, TODAY - timedelta(366), now=NOW)
    with database.transaction() as tx, pytest.raises(NotSignedIn):
        actions.choose_grant(tx, "tidak-ada", siti.grants[0].id, TODAY, now=NOW)


def test_a_token_that_was_made_is_bound_to_its_role(database: Database) -> None:
    person(database, "siti", (Role.PANEL, LSP), (Role.DIVISION, PROVINCE))
    session = sign_in(database)
    maker = actor(database, session.secret)
    assert maker is not None
    with database.transaction() as tx:
        token = actions.make_token(tx, maker, "Rekap bulanan", now=NOW, days=30)
    found = actor(database, token, kind="token")
    assert found is not None
    assert found.role == "panel"
    with database.transaction() as tx, pytest.raises(NotFound):
        actions.choose_grant(tx, token, session.grants[1].id, TODAY, now=NOW)
    with database.transaction() as tx:
        actions.revoke_grant(tx, SYSTEM, session.grants[0].id, now=NOW)
    found = actor(database, token, kind="token")
    assert found is not None
    assert found.role == "none", "it does not fall back to the wider grant"
    assert actor(database, token, NOW + timedelta(days=30), kind="token") is None


@pytest.mark.parametrize(
    ("label", "days", "code"),
    [
        (" ", 30, "accounts.label_missing"),
        ("x" * 81, 30, "accounts.label_missing"),
        ("rekap", 0, "accounts.token_days"),
        ("rekap", 366, "accounts.token_days"),
    ],
)
def test_a_token_has_a_label_and_at_most_a_year(database: Database, label: str, days: int, code: str) -> None:
    account_id = person(database)
    maker = rules.actor_without_grant(account_id, "Siti", "page", None)
    with database.transaction() as tx, pytest.raises(InvalidInput) as refused:
        actions.make_token(tx, maker, label, now=NOW, days=days)
    assert refused.value.code == code


def test_everyone_sees_and_ends_their_own_sessions_only(database: Database) -> None:
    siti, budi = person(database), person(database, "budi")
    secret = sign_in(database).secret
    sign_in(database, "budi")
    with database.read() as conn:
        own, foreign = (store.list_credentials(conn, account, NOW) for account in (siti, budi))
    assert (len(own), len(foreign), own[0].kind, own[0].label) == (1, 1, "session", None)
    me = rules.actor_without_grant(siti, "Siti", "page", None)
    with database.transaction() as tx, pytest.raises(NotFound):
        actions.end_credential(tx, me, foreign[0].id, now=NOW)
    with database.transaction() as tx:
        actions.end_credential(tx, me, own[0].id, now=NOW)
    assert actor(database, secret) is None
    with database.read() as conn:
        assert store.list_credentials(conn, siti, NOW) == []
        assert len(store.list_credentials(conn, budi, NOW)) == 1


def test_sessions_that_ended_a_month_ago_are_removed_and_open_ones_stay(database: Database) -> None:
    person(database, "siti", (Role.DIVISION, PROVINCE))
    signed_out, idle = sign_in(database), sign_in(database)
    with database.transaction() as tx:
        actions.sign_out(tx, signed_out.secret, now=NOW)
    token = sign_in(database, kind="token")
    kept, half = rules.ENDED_KEPT, timedelta(hours=1)

    def left(after: timedelta) -> int:
        with database.transaction() as tx:
            actions.purge_ended(tx, NOW + after)
        return count(database, "credential")

    assert left(kept) == 3
    assert left(kept + half) == 2, "signed out"
    assert left(kept + rules.SESSION_IDLE) == 2
    assert left(kept + rules.SESSION_IDLE + half) == 1, "nobody came back to it"
    assert actor(database, token.secret, NOW + rules.SESSION_IDLE + half, kind="token"), "a token is never idle"
    assert actor(database, idle.secret, NOW + half) is None
    assert left(kept + rules.SESSION_LONGEST) == 1
    assert left(kept + rules.SESSION_LONGEST + half) == 0, "past its time"
