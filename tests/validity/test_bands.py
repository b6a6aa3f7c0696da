"""One word per assessor: the SQL of lists and the pure rule give the same, on every day that matters."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection
from tests.support.people import (
    ACTOR,
    NOW,
    add_lsp,
    add_network,
    add_people,
    add_person,
    add_region,
    add_school,
    employ,
)

from assessor_registry.accounts.rules import PROVINCE, Scope
from assessor_registry.db.engine import Database
from assessor_registry.validity import actions, rules, store
from assessor_registry.validity.rules import BANDS, Period

DAY = timedelta(days=1)
START = date(2026, 1, 1)
spans = st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda p: (START + p[0] * DAY, START + sum(p) * DAY))
people = st.lists(st.tuples(st.lists(spans, max_size=3), st.lists(spans, max_size=2)), min_size=1, max_size=6)


def enter(tx: Connection, certificates: list[tuple[date, date]], sanctions: list[tuple[date, date]]) -> UUID:
    who = add_person(tx)
    new = [actions.NewCertificate(who, *days, "uji") for days in certificates]
    actions.add_imported(tx, ACTOR, uuid4(), new, [], now=NOW)
    for first, last in sanctions:
        sanction = actions.NewSanction(who, "suspension", first, last, "KEP.1", first, first)
        actions.sanction(tx, ACTOR, sanction, now=NOW)
    return who


@given(people, st.integers(-2, 85), st.integers(-5, 90))
def test_the_list_and_the_rule_agree(
    database: Database, found: list[tuple[list[tuple[date, date]], list[tuple[date, date]]]], offset: int, ending: int
) -> None:
    on, until = START + offset * DAY, START + ending * DAY
    with database.transaction() as tx:
        ids = [enter(tx, *facts) for facts in found]
        listed = {row.assessor_id: row for row in store.bands(tx, PROVINCE, on, until, ids=ids)}
        active, covered = store.active_periods_of(tx, ids), store.coverage_of(tx, ids)
    for who in ids:
        assert listed[who].band == rules.band(on, active.get(who, []), covered.get(who, []), until)


def test_each_word_on_its_day(database: Database) -> None:
    last = date(2026, 12, 13)
    with database.transaction() as tx:
        who = enter(tx, [(date(2023, 12, 14), last)], [(date(2026, 3, 1), date(2026, 3, 31))])
        none = add_person(tx)
        gone = add_person(tx, ended_on=date(2026, 6, 1))

        def word(on: date, until: date) -> str:
            return next(row.band for row in store.bands(tx, PROVINCE, on, until) if row.assessor_id == who)

        assert word(date(2023, 12, 13), last - DAY) == "future"
        assert word(date(2023, 12, 14), last - DAY) == "active"
        assert word(date(2026, 3, 31), last) == "suspended"
        assert word(last, last) == "ending"
        assert word(last + DAY, last) == "expired"
        listed = {row.assessor_id for row in store.bands(tx, PROVINCE, date(2026, 6, 1), last, wanted=["none"])}
        assert listed == {none}
        assert gone in {row.assessor_id for row in store.bands(tx, PROVINCE, date(2026, 5, 31), last)}
        counts = store.band_counts(tx, PROVINCE, date(2026, 6, 1), last)
        assert counts == {(None, "ending"): 1, (None, "none"): 1}
        assert store.last_active_day(tx, who, last) == last
        assert store.last_active_day(tx, who, last + DAY) is None
    assert set(BANDS) == {"active", "ending", "expired", "suspended", "future", "none"}


def test_who_ends_before_the_season_does_is_ending_however_far_the_season_is() -> None:
    season = Period(date(2028, 2, 1), date(2028, 4, 30))
    assert rules.ending_until(date(2027, 11, 30), season) == date(2028, 4, 29)
    assert rules.ending_until(date(2028, 11, 30), season) == date(2028, 11, 30)
    assert rules.ending_until(date(2027, 11, 30), None) == date(2027, 11, 30)


def test_each_scope_lists_its_own_people_and_no_others(database: Database) -> None:
    with database.transaction() as tx:
        add_region(tx, "64.72")
        own, network, other = add_school(tx), add_school(tx), add_school(tx)
        lsp = add_lsp(tx, own)
        add_network(tx, lsp, network)
        at_own, at_network, at_other, appointed, here = (*add_people(tx, 4), add_person(tx, region="64.72"))
        for who, school in ((at_own, own), (at_network, network), (at_other, other)):
            employ(tx, [who], school)
        actions.appoint(
            tx, ACTOR, lsp, number="SK.1", decided_on=START, first_day=START, last_day=START, assessor_ids=[appointed],
            now=NOW,
        )  # fmt: skip

        def seen(scope: Scope) -> set[UUID]:
            return {row.assessor_id for row in store.bands(tx, scope, START, START)}

        assert seen(PROVINCE) == {at_own, at_network, at_other, appointed, here}
        assert seen(Scope("lsp", str(lsp))) == {at_own, at_network, appointed}
        assert seen(Scope("school", str(other))) == {at_other}
        # The present school says where someone is; where there is none, the person's own region does.
        assert seen(Scope("region", "64.72")) == {at_own, at_network, at_other, here}
        assert seen(Scope("self", str(at_own))) == {at_own}
