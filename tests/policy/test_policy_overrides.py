"""Overrides in the database: who may set what, and what holds on which day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, event, text

from assessor_registry import words
from assessor_registry.accounts.rules import GRANTED, PROVINCE, Actor, Role, Scope, system
from assessor_registry.db.engine import Database
from assessor_registry.errors import Forbidden, InvalidInput, NotFound, Refusal
from assessor_registry.policy import actions, store

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
LSP, OTHER_LSP, SCHEME = uuid4(), uuid4(), uuid4()
SYSTEM = system("cli")


def override(
    tx: Connection, rule: str, value: object, scope: tuple[str, UUID | None] = ("province", None), **more: Any
) -> UUID:
    given = {"first_day": TODAY, "reference": "SK 12/2026", "now": NOW, "actor": SYSTEM, **more}
    actor = given.pop("actor")
    return actions.override(tx, actor, rule, value, scope_kind=scope[0], scope_id=scope[1], **given)


def test_the_nearest_scope_wins_and_a_past_day_keeps_its_value(database: Database) -> None:
    with database.transaction() as tx:
        override(tx, "candidates_per_day", 12)
        override(tx, "candidates_per_day", 8, ("lsp", LSP))
        override(tx, "candidates_per_day", 5, ("scheme", SCHEME))

    def asked(on: date = TODAY, **who: UUID) -> tuple[int, str]:
        with database.read() as conn:
            found = store.value(conn, "candidates_per_day", on, **who)  # type: ignore[arg-type]
        return found.integer, found.origin

    assert asked() == (12, "province")
    assert asked(lsp_id=OTHER_LSP) == (12, "province")
    assert asked(lsp_id=LSP) == (8, "lsp")
    assert asked(lsp_id=LSP, scheme_id=SCHEME) == (5, "scheme")
    assert asked(TODAY - timedelta(1), lsp_id=LSP, scheme_id=SCHEME) == (10, "default")


def test_a_value_comes_with_its_source(database: Database) -> None:
    with database.transaction() as tx:
        override(tx, "paper_window_days", 30, reference="Surat 7/2026")
        found = store.values(tx, ["paper_window_days", "technical_missing", "certificate_reminder_months"], TODAY)
    assert (found["paper_window_days"].source, found["paper_window_days"].first_day) == ("Surat 7/2026", TODAY)
    assert found["technical_missing"].choice == "block"
    assert found["technical_missing"].confidence == "likely"
    assert found["certificate_reminder_months"].integers == (12, 6, 3, 1)


def test_a_list_comes_back_as_it_was_given(database: Database) -> None:
    with database.transaction() as tx:
        override(tx, "certificate_reminder_months", [9, 3])
    with database.read() as conn:
        assert store.value(conn, "certificate_reminder_months", TODAY).integers == (9, 3)


def test_a_value_asked_for_as_another_kind_is_a_bug_that_shows(database: Database) -> None:
    with database.read() as conn:
        found = store.values(conn, ["candidates_per_day", "technical_missing"], TODAY)
        with pytest.raises(KeyError):
            store.value(conn, "tidak_ada", TODAY)
    with pytest.raises(TypeError):
        _ = found["technical_missing"].integer
    with pytest.raises(TypeError):
        _ = found["candidates_per_day"].choice
    with pytest.raises(TypeError):
        _ = found["candidates_per_day"].integers


def test_the_later_row_of_the_same_day_supersedes_and_what_was_known_before_stays_readable(database: Database) -> None:
    later = NOW + timedelta(days=1)
    with database.transaction() as tx:
        override(tx, "licence_years", 4)
        override(tx, "licence_years", 3, now=later)
        assert store.value(tx, "licence_years", TODAY).integer == 3
        assert store.value(tx, "licence_years", TODAY, known_at=NOW).integer == 4
        assert store.value(tx, "licence_years", TODAY, known_at=NOW - timedelta(1)).integer == 5


def test_many_values_and_many_days_cost_one_statement(database: Database) -> None:
    with database.transaction() as tx:
        override(tx, "licence_years", 4)
    seen: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    with database.read() as conn:
        store.values(conn, list(store.shipped()), TODAY, lsp_id=LSP, scheme_id=SCHEME)
        policy = store.load(conn)
    years = {policy.value("licence_years", TODAY + timedelta(days)).integer for days in range(-5, 5)}
    assert years == {4, 5}
    assert len(seen) == 2


@pytest.mark.parametrize(
    ("rule", "value", "scope", "code"),
    [
        ("candidates_per_day", 0, ("province", None), "policy.not_an_integer"),
        ("candidates_per_day", "12", ("province", None), "policy.not_an_integer"),
        ("technical_missing", "warn", ("province", None), "policy.not_in_this_scope"),
        ("technical_missing", "allow", ("lsp", LSP), "policy.not_a_choice"),
        ("candidates_per_day", 12, ("lsp", None), "policy.not_in_this_scope"),
        ("candidates_per_day", 12, ("province", LSP), "policy.not_in_this_scope"),
        ("candidates_per_day", 12, ("school", LSP), "policy.not_in_this_scope"),
        ("assessor_certificate_years", 5, ("lsp", LSP), "policy.not_in_this_scope"),
        ("inactive_assessor", "warn", ("lsp", LSP), "policy.unknown_rule"),
    ],
)
def test_what_can_not_be_set(
    database: Database, rule: str, value: object, scope: tuple[str, UUID | None], code: str
) -> None:
    with database.transaction() as tx, pytest.raises(Refusal) as refused:
        override(tx, rule, value, scope)
    assert refused.value.code == code
    assert isinstance(refused.value, InvalidInput | NotFound)
    assert words.sentence(refused.value.reason)


@pytest.mark.parametrize("reference", ["", "  ", "x" * 301, "SK\x00"])
def test_nothing_is_set_without_a_reference(database: Database, reference: str) -> None:
    with database.transaction() as tx, pytest.raises(InvalidInput) as refused:
        override(tx, "licence_years", 4, reference=reference)
    assert refused.value.field == "reference"


def test_an_lsp_sets_its_own_only(database: Database) -> None:
    admin = Actor(None, "Admin", Role.LSP_ADMIN, Scope("lsp", str(LSP)), "page", GRANTED[Role.LSP_ADMIN])
    with database.transaction() as tx:
        override(tx, "technical_missing", "warn", ("lsp", LSP), actor=admin)
        assert store.value(tx, "technical_missing", TODAY, lsp_id=LSP).choice == "warn"
        assert store.value(tx, "technical_missing", TODAY, lsp_id=OTHER_LSP).choice == "block"
    foreign: list[tuple[str, UUID | None]] = [("lsp", OTHER_LSP), ("province", None), ("scheme", SCHEME)]
    for scope in foreign:
        with database.transaction() as tx, pytest.raises(Forbidden):
            override(tx, "candidates_per_day", 12, scope, actor=admin)


def test_an_override_leaves_an_audit_row_with_its_reference(database: Database) -> None:
    with database.transaction() as tx:
        override(tx, "certificate_reminder_months", [9, 3])
        row = tx.execute(text("SELECT act, subject_id, after FROM audit_entry")).one()
    assert (row.act, row.subject_id) == ("policy.override", "certificate_reminder_months")
    assert (row.after["value"], row.after["reference"]) == ([9, 3], "SK 12/2026")


def test_the_list_shows_the_province_all_and_an_lsp_its_own_and_the_common(database: Database) -> None:
    with database.transaction() as tx:
        override(tx, "candidates_per_day", 12)
        override(tx, "candidates_per_day", 8, ("lsp", LSP))
        override(tx, "licence_years", 4, ("lsp", OTHER_LSP))
        assert len(store.list_overrides(tx, PROVINCE)) == 3
        assert [row.value for row in store.list_overrides(tx, PROVINCE, "licence_years")] == [4]
        assert {row.value for row in store.list_overrides(tx, Scope("lsp", str(LSP)))} == {12, 8}
        assert [row.value for row in store.list_overrides(tx, Scope("school", str(uuid4())))] == [12]
