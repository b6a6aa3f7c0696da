"""Which value holds on a day, which values are taken, and how strictly the shipped file is read."""

import copy
import random
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor_registry import words
from assessor_registry.errors import ConfigurationError, InvalidInput, NotFound
from assessor_registry.policy import store
from assessor_registry.policy.rules import Default, Override, Rule, checked, parse, resolve, rule_of
from assessor_registry.settings import config_dir

ORIGIN = date(2020, 1, 1)
KNOWN = datetime(2020, 1, 1, tzinfo=UTC)
LSPS, SCHEMES = [UUID(int=1), UUID(int=2)], [UUID(int=11), UUID(int=12)]
RULE = Rule(
    "n",
    "Contoh",
    "integer",
    frozenset({"province", "lsp", "scheme"}),
    (Default(ORIGIN, 0, "awal", "design"), Default(ORIGIN + timedelta(500), -1, "baru", "likely")),
    "hari",
    -1,
    10_000,
)
RANK = {"default": 0, "province": 1, "lsp": 2, "scheme": 3}

days = st.integers(-30, 1500).map(lambda offset: ORIGIN + timedelta(offset))
scopes = st.one_of(
    st.just(("province", None)),
    st.tuples(st.just("lsp"), st.sampled_from(LSPS)),
    st.tuples(st.just("scheme"), st.sampled_from(SCHEMES)),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Override]:
    rows = draw(st.lists(st.tuples(scopes, days, st.integers(0, 300)), max_size=12))
    return [
        Override(UUID(int=100 + at), "n", kind, ref, first, 100 + at, "SK", KNOWN + timedelta(days=known))
        for at, ((kind, ref), first, known) in enumerate(rows)
    ]


asked = st.tuples(st.one_of(st.none(), st.sampled_from(LSPS)), st.one_of(st.none(), st.sampled_from(SCHEMES)))


@given(histories(), days, asked, st.randoms())
def test_the_value_does_not_depend_on_the_order_of_rows(
    rows: list[Override], on: date, who: tuple[UUID | None, UUID | None], shuffle: random.Random
) -> None:
    mixed = rows[:]
    shuffle.shuffle(mixed)
    lsp, scheme = who
    assert resolve(RULE, rows, on, lsp_id=lsp, scheme_id=scheme) == resolve(
        RULE, mixed, on, lsp_id=lsp, scheme_id=scheme
    )


@given(histories(), days, days, asked)
def test_later_days_are_ruled_by_the_same_or_a_later_row_or_a_nearer_scope(
    rows: list[Override], one: date, other: date, who: tuple[UUID | None, UUID | None]
) -> None:
    early, late = min(one, other), max(one, other)
    before = resolve(RULE, rows, early, lsp_id=who[0], scheme_id=who[1])
    after = resolve(RULE, rows, late, lsp_id=who[0], scheme_id=who[1])
    assert RANK[after.origin] >= RANK[before.origin]
    if after.origin == before.origin:
        assert after.first_day >= before.first_day


@given(histories(), days, asked)
def test_a_row_that_begins_tomorrow_changes_nothing_today(
    rows: list[Override], on: date, who: tuple[UUID | None, UUID | None]
) -> None:
    begun = [row for row in rows if row.first_day <= on]
    assert resolve(RULE, rows, on, lsp_id=who[0], scheme_id=who[1]) == resolve(
        RULE, begun, on, lsp_id=who[0], scheme_id=who[1]
    )


@given(histories(), days, asked, st.integers(0, 300))
def test_what_was_known_then_is_read_as_if_nothing_had_been_entered_since(
    rows: list[Override], on: date, who: tuple[UUID | None, UUID | None], day: int
) -> None:
    then = KNOWN + timedelta(days=day)
    known = [row for row in rows if row.known_at <= then]
    assert resolve(RULE, rows, on, lsp_id=who[0], scheme_id=who[1], known_at=then) == resolve(
        RULE, known, on, lsp_id=who[0], scheme_id=who[1]
    )


@given(histories(), days, asked)
def test_the_winner_is_a_row_that_fits_and_no_better_one_is_passed_over(
    rows: list[Override], on: date, who: tuple[UUID | None, UUID | None]
) -> None:
    fitting = {
        "scheme": [
            row for row in rows if row.scope_kind == "scheme" and row.scope_id == who[1] and row.first_day <= on
        ],
        "lsp": [row for row in rows if row.scope_kind == "lsp" and row.scope_id == who[0] and row.first_day <= on],
        "province": [row for row in rows if row.scope_kind == "province" and row.first_day <= on],
    }
    found = resolve(RULE, rows, on, lsp_id=who[0], scheme_id=who[1])
    nearest = next((kind for kind in ("scheme", "lsp", "province") if fitting[kind]), "default")
    assert found.origin == nearest
    if nearest != "default":
        best = max((row.first_day, row.known_at, row.id) for row in fitting[nearest])
        assert found.value == next(row.value for row in rows if row.id == best[2])


@given(days)
def test_without_overrides_the_shipped_value_of_the_day_holds_and_the_first_before_all(on: date) -> None:
    found = resolve(RULE, [], on)
    assert (found.value, found.origin) == ((-1 if on >= ORIGIN + timedelta(500) else 0), "default")
    assert found.source == ("baru" if on >= ORIGIN + timedelta(500) else "awal")


def test_rows_of_another_rule_do_not_count() -> None:
    row = Override(UUID(int=1), "lain", "province", None, ORIGIN, 5, "SK", KNOWN)
    assert resolve(RULE, [row], ORIGIN).origin == "default"


INTEGERS = Rule("m", "Contoh", "integers", frozenset({"province"}), (), "bulan", 1, 36)
CHOICE = Rule("c", "Contoh", "choice", frozenset({"lsp"}), (), choices=("block", "warn"))


@pytest.mark.parametrize(
    ("rule", "value", "kept"),
    [
        (RULE, 7, 7),
        (RULE, -1, -1),
        (RULE, 10_000, 10_000),
        (CHOICE, "warn", "warn"),
        (INTEGERS, [12, 6, 1], (12, 6, 1)),
        (INTEGERS, (36,), (36,)),
    ],
)
def test_which_values_are_taken(rule: Rule, value: object, kept: object) -> None:
    assert checked(rule, value) == kept


@pytest.mark.parametrize(
    ("rule", "value", "code"),
    [
        (RULE, -2, "policy.not_an_integer"),
        (RULE, 10_001, "policy.not_an_integer"),
        (RULE, "7", "policy.not_an_integer"),
        (RULE, True, "policy.not_an_integer"),
        (RULE, 7.0, "policy.not_an_integer"),
        (RULE, None, "policy.not_an_integer"),
        (CHOICE, "allow", "policy.not_a_choice"),
        (CHOICE, ["warn"], "policy.not_a_choice"),
        (INTEGERS, [], "policy.not_integers"),
        (INTEGERS, 6, "policy.not_integers"),
        (INTEGERS, "12", "policy.not_integers"),
        (INTEGERS, list(range(13, 0, -1)), "policy.not_integers"),
        (INTEGERS, [6, 6], "policy.not_descending"),
        (INTEGERS, [1, 3], "policy.not_descending"),
        (INTEGERS, [37], "policy.not_an_integer"),
        (INTEGERS, [0], "policy.not_an_integer"),
    ],
)
def test_which_values_are_refused(rule: Rule, value: object, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked(rule, value)
    assert refused.value.code == code
    assert words.sentence(refused.value.reason)


def test_no_rule_admits_an_inactive_assessor() -> None:
    rules = store.shipped()
    assert "inactive_assessor" not in rules
    assert not [key for key in rules if "inactive" in key or "expired" in key]
    with pytest.raises(NotFound):
        rule_of(rules, "inactive_assessor")


def test_the_shipped_rules_are_those_the_rooms_ask_for() -> None:
    found = {key: rule.defaults[-1].value for key, rule in store.shipped().items()}
    assert found == {
        "assessor_certificate_years": 3,
        "technical_certificate_years": 3,
        "licence_years": 5,
        "venue_verification_years": 1,
        "certificate_reminder_months": (12, 6, 3, 1),
        "technical_reminder_months": (12, 6, 3, 1),
        "appointment_reminder_months": (2, 1),
        "licence_reminder_months": (12, 6, 3, 1),
        "venue_reminder_months": (3, 1),
        "technical_missing": "block",
        "technical_undated": "warn",
        "candidates_per_day": 10,
        "paper_window_days": 14,
        "unsigned_warning_days": 7,
    }
    assert store.shipped()["technical_missing"].scopes == {"lsp"}


def shipped_document() -> dict[str, Any]:
    return tomllib.loads((config_dir() / "policy.toml").read_text(encoding="utf-8"))


def break_it(change: Callable[[dict[str, Any]], object]) -> ConfigurationError:
    document = copy.deepcopy(shipped_document())
    change(document)
    with pytest.raises(ConfigurationError) as refused:
        parse(document)
    assert words.sentence(refused.value.reason)
    return refused.value


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda d: d.update(extra=1), "policy.file_unknown_name"),
        (lambda d: d.pop("rule"), "policy.file_missing_name"),
        (lambda d: d.update(rule=[]), "policy.file_bad_value"),
        (lambda d: d["rule"].update(x=1), "policy.file_bad_value"),
        (lambda d: d["rule"]["licence_years"].update(colour="red"), "policy.file_unknown_name"),
        (lambda d: d["rule"]["licence_years"].update(choices=["a"]), "policy.file_unknown_name"),
        (lambda d: d["rule"]["licence_years"].pop("title"), "policy.file_missing_name"),
        (lambda d: d["rule"]["licence_years"].update(title=" "), "policy.file_bad_value"),
        (lambda d: d["rule"]["licence_years"].update(unit=""), "policy.file_bad_value"),
        (lambda d: d["rule"]["licence_years"].update(kind="float"), "policy.file_bad_value"),
        (lambda d: d["rule"]["licence_years"].pop("kind"), "policy.file_bad_value"),
        (lambda d: d["rule"]["licence_years"].update(scopes=["school"]), "policy.file_bad_value"),
        (lambda d: d["rule"]["licence_years"].update(scopes=[]), "policy.file_bad_value"),
        (lambda d: d["rule"]["licence_years"].update(scopes="lsp"), "policy.file_bad_value"),
        (lambda d: d["rule"]["licence_years"].update(low=10), "policy.file_bad_value"),
        (lambda d: d["rule"]["licence_years"].update(high="10"), "policy.file_bad_value"),
        (lambda d: d["rule"]["licence_years"].update(values=[]), "policy.file_bad_value"),
        (lambda d: d["rule"]["licence_years"].update(values={}), "policy.file_bad_value"),
        (
            lambda d: d["rule"]["licence_years"]["values"].append(d["rule"]["licence_years"]["values"][0]),
            "policy.file_bad_value",
        ),
        (lambda d: d["rule"]["licence_years"]["values"][0].update(value=11), "policy.file_bad_value"),
        (lambda d: d["rule"]["licence_years"]["values"][0].update(first_day="2013-01-01"), "policy.file_bad_value"),
        (
            lambda d: d["rule"]["licence_years"]["values"][0].update(first_day=datetime(2013, 1, 1)),
            "policy.file_bad_value",
        ),
        (lambda d: d["rule"]["licence_years"]["values"][0].update(source=""), "policy.file_bad_value"),
        (lambda d: d["rule"]["licence_years"]["values"][0].update(confidence="sure"), "policy.file_bad_value"),
        (lambda d: d["rule"]["licence_years"]["values"][0].pop("source"), "policy.file_missing_name"),
        (lambda d: d["rule"]["licence_years"]["values"][0].update(note="x"), "policy.file_unknown_name"),
        (lambda d: d["rule"]["licence_years"].update(values=["x"]), "policy.file_bad_value"),
        (lambda d: d["rule"]["technical_missing"].update(choices=[]), "policy.file_bad_value"),
        (lambda d: d["rule"]["technical_missing"]["values"][0].update(value="allow"), "policy.file_bad_value"),
    ],
)
def test_a_file_that_will_not_do_is_refused(change: Callable[[dict[str, Any]], object], code: str) -> None:
    assert break_it(change).code == code


def test_the_refusal_says_where() -> None:
    refused = break_it(lambda d: d["rule"]["licence_years"]["values"][0].update(value=11))
    assert refused.params["where"] == "rule.licence_years.values[0].value"
