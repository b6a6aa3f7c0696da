"""Roles and scopes, passwords, codes, waiting, fingerprints: what is decided without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor_registry.accounts import rules
from assessor_registry.accounts.rules import (
    GRANTED,
    PROVINCE,
    SCOPES_OF,
    Actor,
    GrantFact,
    Permission,
    Role,
    Scope,
    fits,
    may_grant,
)

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
LSP = Scope("lsp", str(uuid4()))


def actor(role: Role, scope: Scope = PROVINCE) -> Actor:
    return Actor(uuid4(), "Orang Contoh", role, scope, "page", GRANTED[role])


@pytest.mark.parametrize(
    ("giver", "role", "scope", "allowed", "because"),
    [
        (actor(Role.OPERATOR), Role.OPERATOR, PROVINCE, True, "an operator gives every role"),
        (actor(Role.OPERATOR), Role.LSP_ADMIN, LSP, True, "an operator gives every role"),
        (actor(Role.DIVISION), Role.DIVISION, PROVINCE, True, "a colleague is not above"),
        (actor(Role.DIVISION), Role.LSP_ADMIN, LSP, True, "the province holds every LSP"),
        (actor(Role.DIVISION), Role.OPERATOR, PROVINCE, False, "an operator is above the division"),
        (actor(Role.LSP_ADMIN, LSP), Role.PANEL, LSP, False, "the role does not manage accounts"),
        (actor(Role.AUDITOR), Role.AUDITOR, PROVINCE, False, "reading is not giving"),
        (actor(Role.ASSESSOR, Scope("self", str(uuid4()))), Role.ASSESSOR, PROVINCE, False, "no manager"),
    ],
)
def test_who_may_give_which_role(giver: Actor, role: Role, scope: Scope, allowed: bool, because: str) -> None:
    assert may_grant(giver, role, scope) is allowed, because


def test_an_lsp_that_managed_accounts_would_stay_inside_itself() -> None:
    admin = actor(Role.LSP_ADMIN, LSP)
    manager = replace(admin, permissions=admin.permissions | {Permission.ACCOUNTS_MANAGE})
    assert may_grant(manager, Role.PANEL, LSP)
    assert not may_grant(manager, Role.PANEL, Scope("lsp", str(uuid4())))
    assert not may_grant(manager, Role.DIVISION, PROVINCE)


@given(st.sampled_from(Role), st.sampled_from(["province", "region", "lsp", "school", "self", "none"]))
def test_a_role_fits_only_the_kinds_of_scope_it_is_held_in(role: Role, kind: str) -> None:
    ref = {"province": None, "region": "64.72"}.get(kind, str(uuid4()))
    assert fits(role, Scope(kind, ref)) is (kind in SCOPES_OF[role])


UPPER_ID = "3A1DA57C-A86F-408D-A42D-1DF2989964AB"


@pytest.mark.parametrize("ref", [None, "", "bukan-id", "6472", f"{UPPER_ID.lower()}0", UPPER_ID])
def test_a_scope_whose_reference_is_no_id_fits_nobody(ref: str | None) -> None:
    assert not fits(Role.LSP_ADMIN, Scope("lsp", ref))


def test_the_province_has_no_reference() -> None:
    assert not fits(Role.DIVISION, Scope("province", "64"))


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 400), st.integers(-500, 500))
def test_a_grant_holds_from_its_first_to_its_last_day_included(first: date, length: int, offset: int) -> None:
    last, day = first + timedelta(length), first + timedelta(offset)
    grant = GrantFact(uuid4(), "panel", LSP, first, last)
    assert grant.holds_on(day) is (0 <= offset <= length)
    assert replace(grant, last_day=None).holds_on(day) is (offset >= 0)


def codes(password: str, login: str = "siti.guru") -> list[str]:
    return [reason.code for reason in rules.password_problems(password, login)]


@pytest.mark.parametrize(
    ("password", "problems"),
    [
        ("kopi tubruk manis", []),
        ("sepuluh-10", []),
        ("sembilan9", ["accounts.password_short"]),
        ("", ["accounts.password_short"]),
        ("x1" * 129, ["accounts.password_long", "accounts.password_repeated"]),
        ("aaaaaaaaaaaa", ["accounts.password_repeated"]),
        ("Password123", ["accounts.password_common"]),
        ("1234567890", ["accounts.password_common"]),
    ],
)
def test_which_passwords_are_taken(password: str, problems: list[str]) -> None:
    assert codes(password) == problems


def test_the_login_is_no_password_in_any_spelling() -> None:
    assert codes("Budi.Santoso", "budi.santoso") == ["accounts.password_is_login"]
    assert codes("budi.santoso", "budi.santoso@contoh.sch.id") == ["accounts.password_is_login"]


def test_every_common_password_is_long_enough_to_be_refused_for_nothing_else() -> None:
    assert all(len(password) >= rules.PASSWORD_LEAST for password in rules.COMMON_PASSWORDS)
    assert all(password == password.casefold() for password in rules.COMMON_PASSWORDS)


@given(st.text(alphabet=st.characters(), max_size=40))
def test_any_text_can_be_judged_and_hashed(text: str) -> None:
    rules.password_problems(text, text)
    assert "\x00" not in rules.normal_login(text)
    rules.normal_password(text).encode()
    rules.of_login(text)


def test_half_a_surrogate_pair_is_harmless() -> None:
    assert rules.normal_password("sandi\ud800panjang").encode()
    assert rules.of_login("\ud800").name.startswith("login:")


@given(st.binary(min_size=10, max_size=10))
def test_a_code_typed_carelessly_is_the_code(random: bytes) -> None:
    code = rules.code_from(random)
    plain = rules.normal_code(code)
    assert len(plain) == 16
    assert not set(plain) & set("ILOU")
    careless = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert rules.normal_code(careless) == plain


@given(st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
def test_different_bytes_are_different_codes(one: bytes, other: bytes) -> None:
    assert (rules.code_from(one) == rules.code_from(other)) is (one == other)


LIMITS = st.sampled_from([rules.PERSONAL_LIMIT, rules.ADDRESS_LIMIT])


@given(LIMITS, st.integers(0, 10_000), st.integers(-100_000, 100_000))
def test_a_wait_is_never_negative_nor_longer_than_the_longest(limit: rules.Limit, failures: int, ago: int) -> None:
    wait = limit.wait_seconds(failures, NOW - timedelta(seconds=ago), NOW)
    assert 0 <= wait <= limit.longest
    if failures < limit.free:
        assert wait == 0


@given(LIMITS, st.integers(0, 80), st.integers(0, 2000))
def test_more_failures_wait_longer_and_time_heals(limit: rules.Limit, failures: int, ago: int) -> None:
    latest = NOW - timedelta(seconds=ago)
    wait = limit.wait_seconds(failures, latest, NOW)
    assert limit.wait_seconds(failures + 1, latest, NOW) >= wait
    assert limit.wait_seconds(failures, latest, NOW + timedelta(seconds=wait)) == 0
    if wait:
        assert limit.wait_seconds(failures, latest, NOW + timedelta(seconds=wait - 1)) == 1


def test_waits_double() -> None:
    waits = [rules.PERSONAL_LIMIT.wait_seconds(failures, NOW, NOW) for failures in range(4, 14)]
    assert waits == [0, 15, 30, 60, 120, 240, 480, 900, 900, 900]


def test_nobody_waits_before_the_first_failure() -> None:
    assert rules.PERSONAL_LIMIT.wait_seconds(0, None, NOW) == 0


def test_the_name_of_a_subject_tells_neither_login_nor_address() -> None:
    assert "budi" not in rules.of_login("budi").name
    assert "203.0.113.7" not in rules.of_address("203.0.113.7").name
    assert len(rules.of_address("203.0.113.7").name) == len("address:") + 6


def test_an_ipv6_address_counts_by_its_network() -> None:
    assert rules.of_address("2001:db8::1") == rules.of_address("2001:db8::ffff")
    assert rules.of_address("2001:db8::1") != rules.of_address("2001:db8:0:1::1")
    assert rules.of_address("unknown") != rules.of_address("")


def test_logins_are_counted_in_one_spelling() -> None:
    assert rules.of_login(" Budi ") == rules.of_login("budi")


def test_a_fingerprint_leaves_out_secrets_and_transport_and_nothing_else() -> None:
    body = {
        "name": "A",
        "password": "x",
        "signing": [{"passphrase": "y", "unit": "U1"}],
        "_once": "k",
        "_csrf_token": "t",
    }
    same = {"name": "A", "password": "z", "signing": [{"passphrase": "", "unit": "U1"}], "_once": "l"}
    other = {"name": "A", "password": "x", "signing": [{"passphrase": "y", "unit": "U2"}]}
    mark = rules.fingerprint("post", "/p", body)
    assert mark == rules.fingerprint("POST", "/p", same)
    assert mark != rules.fingerprint("POST", "/p", other)
    assert mark != rules.fingerprint("PUT", "/p", body)
    assert mark != rules.fingerprint("POST", "/q", body)


@given(st.dictionaries(st.text(max_size=5), st.one_of(st.text(max_size=5), st.integers(), st.none(), st.dates())))
def test_a_fingerprint_does_not_depend_on_the_order_of_fields(body: dict[str, object]) -> None:
    turned = dict(reversed(body.items()))
    assert rules.fingerprint("POST", "/p", body) == rules.fingerprint("POST", "/p", turned)


@pytest.mark.parametrize(
    ("key", "usable"), [("a", True), ("x" * 200, True), ("", False), ("x" * 201, False), ("a b", False), ("é", False)]
)
def test_which_keys_can_name_a_request(key: str, usable: bool) -> None:
    assert rules.usable_key(key) is usable


def test_someone_without_a_grant_has_their_own_account_and_nothing_else() -> None:
    found = rules.actor_without_grant(UUID(int=5), "Tanpa Peran", "page", None)
    assert found.permissions == {Permission.ACCOUNTS_SELF}
    assert not found.scope.everything
    assert found.scope.id == UUID(int=5)


@pytest.mark.parametrize(
    ("login", "name", "email", "problems"),
    [
        ("siti", "Siti Contoh", None, []),
        ("siti@contoh.sch.id", "Siti Contoh", "siti@contoh.sch.id", []),
        ("si", "Siti", None, ["accounts.login_unusable"]),
        ("-siti", "Siti", None, ["accounts.login_unusable"]),
        ("siti contoh", "", "x", ["accounts.login_unusable", "accounts.name_missing", "accounts.email_unusable"]),
        ("siti", "Siti\x00", "a@b\x00.id", ["accounts.name_missing", "accounts.email_unusable"]),
    ],
)
def test_what_an_account_may_be_called(login: str, name: str, email: str | None, problems: list[str]) -> None:
    assert [reason.code for reason in rules.account_problems(login, name, email)] == problems
