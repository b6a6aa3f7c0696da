"""Accounts, grants, codes and passwords: with a real database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from assessor_registry import words
from assessor_registry.accounts import actions, rules, store
from assessor_registry.accounts.rules import GRANTED, PROVINCE, Actor, Role, Scope
from assessor_registry.db.engine import Database
from assessor_registry.errors import Conflict, Forbidden, InvalidInput, NotFound, Refusal, TooMany

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
PASSWORD = "kopi tubruk manis"
OTHER = "teh tarik hangat"
ADDRESS = "203.0.113.7"
SYSTEM = rules.system("cli")
LSP = Scope("lsp", str(uuid4()))


def account(db: Database, login: str = "siti", *roles: tuple[Role, Scope]) -> UUID:
    with db.transaction() as tx:
        account_id = actions.create_account(tx, SYSTEM, login=login, name="Siti Contoh", now=NOW)
        for role, scope in roles:
            actions.give_grant(tx, SYSTEM, account_id, role, scope, TODAY, now=NOW)
    return account_id


def code_for(db: Database, account_id: UUID, now: datetime = NOW) -> str:
    with db.transaction() as tx:
        return actions.issue_code(tx, SYSTEM, account_id, now=now)


def sign_in(db: Database, password: str, login: str = "siti", now: datetime = NOW) -> actions.SignedIn:
    return actions.sign_in(db, login, password, now=now, today=TODAY, address=ADDRESS)


def alive(db: Database, secret: str, now: datetime = NOW) -> bool:
    with db.read() as conn:
        found = store.actor_of(conn, secret, now=now, today=TODAY, kind="session", origin="page")
    return found is not None


def division() -> Actor:
    return Actor(None, "Bidang", Role.DIVISION, PROVINCE, "page", GRANTED[Role.DIVISION])


def test_an_account_is_found_in_any_spelling_of_its_login(database: Database) -> None:
    account_id = account(database, " Siti ")
    with database.read() as conn:
        found = store.account_by_login(conn, "SITI")
    assert found is not None
    assert (found.id, found.login, found.activated, found.disabled_at) == (account_id, "siti", False, None)


def test_a_login_is_given_once(database: Database) -> None:
    account(database)
    with pytest.raises(Conflict) as refused:
        account(database, "SITI")
    assert refused.value.code == "accounts.login_taken"


def test_every_problem_of_a_new_account_is_told(database: Database) -> None:
    with database.transaction() as tx, pytest.raises(InvalidInput) as refused:
        actions.create_account(tx, SYSTEM, login="x y", name=" ", email="bukan", now=NOW)
    assert refused.value.field == "login"
    assert len(refused.value.reasons) == 3
    assert all(words.sentence(reason) for reason in refused.value.reasons)


def test_the_audit_row_of_a_new_account_shows_no_name(database: Database) -> None:
    account(database)
    with database.read() as conn:
        row = str(conn.execute(text("SELECT e::text FROM audit_entry e")).scalar_one())
    assert "Siti" not in row
    assert "siti" not in row
    assert "accounts.create_account" in row


@pytest.mark.parametrize(
    ("role", "scope", "code"),
    [
        (Role.LSP_ADMIN, PROVINCE, "accounts.role_without_scope"),
        (Role.LSP_ADMIN, Scope("lsp", "x"), "accounts.role_without_scope"),
        (Role.ASSESSOR, Scope("self", str(uuid4())), "accounts.role_without_scope"),
        (Role.OPERATOR, PROVINCE, "accounts.above_own"),
    ],
)
def test_which_grants_the_division_can_not_give(database: Database, role: Role, scope: Scope, code: str) -> None:
    account_id = account(database)
    with database.transaction() as tx, pytest.raises(Refusal) as refused:
        actions.give_grant(tx, division(), account_id, role, scope, TODAY, now=NOW)
    assert refused.value.code == code
    assert words.sentence(refused.value.reason)


def test_a_grant_does_not_end_before_it_begins(database: Database) -> None:
    account_id = account(database)
    with database.transaction() as tx, pytest.raises(InvalidInput) as refused:
        actions.give_grant(tx, SYSTEM, account_id, Role.PANEL, LSP, TODAY, TODAY - timedelta(1), now=NOW)
    assert refused.value.field == "last_day"


def test_the_division_can_not_take_over_or_close_an_operator(database: Database) -> None:
    operator = account(database, "operator", (Role.OPERATOR, PROVINCE))
    with database.read() as conn:
        grant = store.grants_of(conn, operator)[0]
    for act in (
        lambda tx: actions.issue_code(tx, division(), operator, now=NOW),
        lambda tx: actions.disable(tx, division(), operator, now=NOW),
        lambda tx: actions.enable(tx, division(), operator, now=NOW),
        lambda tx: actions.revoke_grant(tx, division(), grant.id, now=NOW),
    ):
        with pytest.raises(Forbidden) as refused:
            database.perform(act)
        assert refused.value.code == "accounts.above_own"


def test_nobody_closes_their_own_account(database: Database) -> None:
    operator = account(database, "operator", (Role.OPERATOR, PROVINCE))
    me = Actor(operator, "Operator", Role.OPERATOR, PROVINCE, "page", GRANTED[Role.OPERATOR])
    with database.transaction() as tx, pytest.raises(Forbidden) as refused:
        actions.disable(tx, me, operator, now=NOW)
    assert refused.value.code == "accounts.own_account"


def test_a_revoked_grant_is_gone_and_can_not_be_revoked_again(database: Database) -> None:
    account_id = account(database, "siti", (Role.PANEL, LSP))
    with database.transaction() as tx:
        grant = store.grants_of(tx, account_id, TODAY)[0]
        actions.revoke_grant(tx, SYSTEM, grant.id, now=NOW)
        assert store.grants_of(tx, account_id) == []
        with pytest.raises(NotFound):
            actions.revoke_grant(tx, SYSTEM, grant.id, now=NOW)


def test_a_code_activates_once_however_it_is_typed(database: Database) -> None:
    account_id = account(database)
    code = code_for(database, account_id)
    typed = code.lower().replace("-", "  ")
    assert actions.activate(database, typed, PASSWORD, now=NOW, address=ADDRESS) == account_id
    assert alive(database, sign_in(database, PASSWORD).secret)
    with pytest.raises(InvalidInput) as refused:
        actions.activate(database, code, OTHER, now=NOW, address=ADDRESS)
    assert refused.value.code == "accounts.code_invalid"


def test_two_who_use_a_code_at_once_do_not_both_succeed(database: Database) -> None:
    code = code_for(database, account(database))

    def use(password: str) -> bool:
        try:
            actions.activate(database, code, password, now=NOW, address=ADDRESS)
        except InvalidInput:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(use, [PASSWORD, OTHER])) == [False, True]


@pytest.mark.parametrize(
    ("later", "good"), [(timedelta(days=14) - timedelta(seconds=1), True), (timedelta(days=14), False)]
)
def test_a_code_is_good_for_fourteen_days(database: Database, later: timedelta, good: bool) -> None:
    code = code_for(database, account(database))
    if good:
        actions.activate(database, code, PASSWORD, now=NOW + later, address=ADDRESS)
        return
    with pytest.raises(InvalidInput):
        actions.activate(database, code, PASSWORD, now=NOW + later, address=ADDRESS)


def test_a_new_code_kills_the_old_one(database: Database) -> None:
    account_id = account(database)
    old, new = code_for(database, account_id), code_for(database, account_id)
    with pytest.raises(InvalidInput):
        actions.activate(database, old, PASSWORD, now=NOW, address=ADDRESS)
    actions.activate(database, new, PASSWORD, now=NOW, address=ADDRESS)


def test_a_code_of_a_closed_account_opens_nothing(database: Database) -> None:
    account_id = account(database)
    code = code_for(database, account_id)
    with database.transaction() as tx:
        actions.disable(tx, SYSTEM, account_id, now=NOW)
    with pytest.raises(InvalidInput) as refused:
        actions.activate(database, code, PASSWORD, now=NOW, address=ADDRESS)
    assert refused.value.code == "accounts.code_invalid"
    with database.transaction() as tx, pytest.raises(Conflict):
        actions.issue_code(tx, SYSTEM, account_id, now=NOW)


def test_a_bad_password_leaves_the_code_good_and_is_no_guess(database: Database) -> None:
    code = code_for(database, account(database))
    with pytest.raises(InvalidInput) as refused:
        actions.activate(database, code, "pendek", now=NOW, address=ADDRESS)
    assert [reason.code for reason in refused.value.reasons] == ["accounts.password_short"]
    with database.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM failed_attempt")).scalar_one() == 0
    actions.activate(database, code, PASSWORD, now=NOW, address=ADDRESS)


def test_a_wrong_code_is_counted_and_noted(database: Database) -> None:
    with pytest.raises(InvalidInput):
        actions.activate(database, "AAAA-AAAA-AAAA-AAAA", PASSWORD, now=NOW, address=ADDRESS)
    with database.transaction() as tx:
        name = rules.of_address(ADDRESS).name
        assert store.failures(tx, name, timedelta(hours=1), NOW)[0] == 1
        store.add_failures(tx, [name] * rules.ADDRESS_LIMIT.free, NOW)
        found = tx.execute(text("SELECT act FROM audit_entry")).scalars().all()
    assert found == ["accounts.activate_refused"]
    with pytest.raises(TooMany):
        actions.activate(database, "AAAA-AAAA-AAAA-AAAA", PASSWORD, now=NOW, address=ADDRESS)


def test_a_code_sets_a_forgotten_password_and_ends_the_sessions(database: Database) -> None:
    account_id = account(database)
    actions.activate(database, code_for(database, account_id), PASSWORD, now=NOW, address=ADDRESS)
    session = sign_in(database, PASSWORD)
    later = NOW + timedelta(hours=1)
    actions.activate(database, code_for(database, account_id, later), OTHER, now=later, address=ADDRESS)
    assert not alive(database, session.secret, later)
    assert alive(database, sign_in(database, OTHER, now=later).secret, later)


def activated(db: Database) -> Actor:
    account_id = account(db)
    actions.activate(db, code_for(db, account_id), PASSWORD, now=NOW, address=ADDRESS)
    return rules.actor_without_grant(account_id, "Siti Contoh", "page", None)


def test_changing_the_password_ends_every_other_session_and_renews_this_one(database: Database) -> None:
    me = activated(database)
    this, other = sign_in(database, PASSWORD), sign_in(database, PASSWORD)
    later = NOW + timedelta(minutes=1)
    renewed = actions.change_password(database, me, PASSWORD, OTHER, now=later, keep_secret=this.secret)
    assert renewed is not None
    assert [alive(database, secret, later) for secret in (renewed, this.secret, other.secret)] == [True, False, False]
    assert alive(database, sign_in(database, OTHER, now=later).secret, later)


def test_the_session_of_someone_else_is_not_kept(database: Database) -> None:
    me = activated(database)
    stranger = account(database, "budi")
    actions.activate(database, code_for(database, stranger), PASSWORD, now=NOW, address=ADDRESS)
    foreign = sign_in(database, PASSWORD, "budi")
    assert actions.change_password(database, me, PASSWORD, OTHER, now=NOW, keep_secret=foreign.secret) is None
    assert alive(database, foreign.secret)


def test_a_session_opened_with_the_old_password_while_it_changed_is_dead(database: Database) -> None:
    me = activated(database)
    session = sign_in(database, PASSWORD)
    actions.change_password(database, me, PASSWORD, OTHER, now=NOW + timedelta(seconds=1))
    with database.transaction() as tx:
        tx.execute(text("UPDATE credential SET ended_at = NULL"))
    assert not alive(database, session.secret, NOW + timedelta(seconds=2))


def test_wrong_old_passwords_are_counted_and_slowed(database: Database) -> None:
    me = activated(database)
    for _ in range(5):
        with pytest.raises(InvalidInput) as refused:
            actions.change_password(database, me, "salah salah", OTHER, now=NOW)
        assert refused.value.code == "accounts.old_password_wrong"
    with pytest.raises(TooMany):
        actions.change_password(database, me, PASSWORD, OTHER, now=NOW)
    with database.read() as conn:
        query = text("SELECT count(*) FROM audit_entry WHERE act = 'accounts.change_password_refused'")
        assert conn.execute(query).scalar_one() == 5


def test_a_new_password_that_will_not_do_changes_nothing(database: Database) -> None:
    me = activated(database)
    with pytest.raises(InvalidInput) as refused:
        actions.change_password(database, me, PASSWORD, "siti", now=NOW)
    assert [r.code for r in refused.value.reasons] == ["accounts.password_short", "accounts.password_is_login"]
    sign_in(database, PASSWORD)


def test_the_first_operator_comes_with_a_password_or_a_code(database: Database) -> None:
    with pytest.raises(InvalidInput):
        database.perform(lambda tx: actions.first_operator(tx, "op", "Operator", "x", now=NOW, today=TODAY))
    with database.transaction() as tx:
        account_id, code = actions.first_operator(tx, "operator", "Operator", None, now=NOW, today=TODAY)
    assert code is not None
    assert actions.activate(database, code, PASSWORD, now=NOW, address=ADDRESS) == account_id
    assert [grant.role for grant in sign_in(database, PASSWORD, "operator").grants] == ["operator"]
    with database.transaction() as tx, pytest.raises(Conflict) as refused:
        actions.first_operator(tx, "lain", "Lain", PASSWORD, now=NOW, today=TODAY)
    assert refused.value.code == "accounts.operator_exists"


def test_a_first_operator_with_a_password_can_sign_in(database: Database) -> None:
    with database.transaction() as tx:
        _, code = actions.first_operator(tx, "operator", "Operator", PASSWORD, now=NOW, today=TODAY)
    assert code is None
    assert sign_in(database, PASSWORD, "operator").grant_id is not None


def test_the_province_sees_all_accounts_and_an_lsp_none(database: Database) -> None:
    account(database, "siti", (Role.PANEL, LSP), (Role.LSP_ADMIN, LSP))
    account(database, "budi")
    with database.read() as conn:
        listed = store.list_accounts(conn, PROVINCE, on=TODAY)
        assert {row.login: row.roles for row in listed} == {"siti": ("lsp_admin", "panel"), "budi": ()}
        assert [row.login for row in store.list_accounts(conn, PROVINCE, on=TODAY, search="UD")] == ["budi"]
        assert store.list_accounts(conn, PROVINCE, on=TODAY, search="%") == []
        assert store.list_accounts(conn, PROVINCE, on=TODAY - timedelta(1))[0].roles == ()
        assert store.list_accounts(conn, LSP, on=TODAY) == []


def test_every_refusal_of_this_room_has_its_sentence() -> None:
    import re
    from pathlib import Path

    source = Path(actions.__file__).parent
    found = {
        code for file in source.parent.rglob("*.py") for code in re.findall(r'"(accounts\.\w+)"', file.read_text())
    }
    acts = {
        "accounts.create_account", "accounts.give_grant", "accounts.revoke_grant", "accounts.disable",
        "accounts.enable", "accounts.issue_code", "accounts.activate_refused", "accounts.activate",
        "accounts.change_password_refused", "accounts.change_password", "accounts.sign_in_refused",
        "accounts.sign_in", "accounts.choose_grant", "accounts.sign_out", "accounts.make_token",
        "accounts.end_credential",
    }  # fmt: skip
    assert found - acts == {code for code in words.catalogue() if code.startswith("accounts.")}
