"""Scheduling, decided without a database."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor_registry.scheduling import rules
from assessor_registry.scheduling.rules import Span

D = date(2026, 11, 23)
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@given(st.integers(0, 50), st.integers(1, 12))
def test_shares_give_every_candidate_exactly_once_and_differ_by_one_at_most(candidates: int, assessors: int) -> None:
    people, takers = [uuid4() for _ in range(candidates)], [uuid4() for _ in range(assessors)]
    found = rules.shares(people, takers)
    assert list(found) == people
    counts = [list(found.values()).count(taker) for taker in takers]
    assert max(counts) - min(counts) <= 1


@given(st.integers(0, 50), st.lists(st.integers(0, 20), min_size=1, max_size=8))
def test_nobody_is_given_more_than_they_have_room_for_and_all_are_given_where_there_is_room(
    candidates: int, rooms: list[int]
) -> None:
    people, room = [uuid4() for _ in range(candidates)], {uuid4(): each for each in rooms}
    found = rules.shares(people, list(room), room)
    assert list(found) == (people if sum(rooms) >= candidates else [])
    sizes = {one: list(found.values()).count(one) for one in room}
    assert all(sizes[one] <= room[one] for one in room)
    open_ones = [sizes[one] for one in room if sizes[one] < room[one]]
    assert not open_ones or max(sizes.values()) - min(open_ones) <= 1


@pytest.mark.parametrize(
    ("candidates", "room", "days", "people", "lacking"), [(13, 10, 1, 1, 1), (45, 20, 2, 2, 3), (21, 20, 5, 1, 1)]
)
def test_how_many_assessors_or_days_are_lacking(
    candidates: int, room: int, days: int, people: int, lacking: int
) -> None:
    found = rules.too_few_reason(candidates, room, 10, days).params
    assert (found["people"], found["days"]) == (people, lacking)


def test_without_an_assessor_nobody_is_shared_out() -> None:
    assert rules.shares([uuid4()], []) == {}


@pytest.mark.parametrize(
    ("candidates", "on_days", "refused", "because"),
    [
        (10, 1, False, "ten a day is the limit itself"),
        (11, 1, True, "eleven is more than ten"),
        (20, 2, False, "twenty over two days are ten a day"),
        (21, 2, True, "one of the two days would have eleven"),
        (0, 0, False, "nobody to assess"),
    ],
)
def test_an_assessor_has_at_most_ten_candidates_a_day(
    candidates: int, on_days: int, refused: bool, because: str
) -> None:
    assert bool(rules.load_reasons(candidates, on_days, 10)) is refused, because


@given(days, st.integers(0, 59))
def test_the_days_of_a_schedule_include_both_ends(first: date, more: int) -> None:
    found = rules.days_of(first, first + timedelta(days=more))
    assert found[0] == first
    assert found[-1] == first + timedelta(days=more)
    assert len(found) == len(set(found)) == more + 1


@given(days, days, st.lists(days, max_size=8))
def test_a_venue_is_refused_on_exactly_the_days_outside_its_verification(
    first: date, last: date, asked: list[date]
) -> None:
    found = rules.venue_reasons("Bengkel", Span(first, last), asked)
    assert [reason.params["day"] for reason in found] == [day for day in asked if not first <= day <= last]


def test_a_venue_that_was_never_verified_is_one_reason() -> None:
    assert [one.code for one in rules.venue_reasons("Bengkel", Span(None, None), [D, D])] == [
        "scheduling.venue_unverified"
    ]


@pytest.mark.parametrize(
    ("verified", "refused"),
    [(Span(D, None), [D - timedelta(days=1)]), (Span(None, D), [D + timedelta(days=1)])],
    ids=["from a day on", "until a day"],
)
def test_a_verification_with_one_end_holds_on_the_days_on_its_side(verified: Span, refused: list[date]) -> None:
    found = rules.venue_reasons("Bengkel", verified, [D - timedelta(days=1), D, D + timedelta(days=1)])
    assert [(one.code, one.params["day"]) for one in found] == [
        ("scheduling.venue_not_verified_on", day) for day in refused
    ]


spans = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).map(
    lambda pair: Span(D + timedelta(days=pair[0]), D + timedelta(days=sum(pair)))), max_size=3)  # fmt: skip


@given(spans, spans)
def test_each_day_needs_one_licence_and_one_that_covers_the_scheme(held: list[Span], schemes: list[Span]) -> None:
    asked = rules.days_of(D, D + timedelta(days=20))
    found = {one.params["day"]: one.code for one in rules.licence_reasons(held, schemes, asked)}
    for day in asked:
        licensed = any(span.first_day <= day <= span.last_day for span in held)  # type: ignore[operator]
        covered = any(span.first_day <= day <= span.last_day for span in schemes)  # type: ignore[operator]
        expected = "no_licence_on" if not licensed else None if covered else "scheme_not_licensed_on"
        assert found.get(day) == (expected and f"scheduling.{expected}")


def test_licence_and_licensed_scheme_are_told_apart() -> None:
    held, scheme = [Span(D, D + timedelta(days=1))], [Span(D, D)]
    found = rules.licence_reasons(held, scheme, [D, D + timedelta(days=1), D + timedelta(days=2)])
    assert [one.code for one in found] == ["scheduling.scheme_not_licensed_on", "scheduling.no_licence_on"]


@given(days, st.integers(0, 30), days, st.integers(0, 30))
def test_moved_days_keep_their_distance_and_stay_inside(old: date, length: int, new: date, span: int) -> None:
    held = rules.days_of(old, old + timedelta(days=length))
    last = new + timedelta(days=span)
    found = rules.moved(held, old, (new, last))
    assert all(after - new == before - old and new <= after <= last for before, after in found.items())
    assert len(found) == min(length, span) + 1


@pytest.mark.parametrize(
    ("title", "last", "kinds", "code"),
    [
        ("", D, (), "scheduling.title_missing"),
        ("x" * 201, D, (), "scheduling.title_long"),
        ("UKK", D - timedelta(days=1), (), "scheduling.days_reversed"),
        ("UKK", D + timedelta(days=60), (), "scheduling.too_long"),
        ("UKK", D, ("ramalan",), "scheduling.unknown_evidence"),
    ],
)
def test_a_plan_that_will_not_do_says_why(title: str, last: date, kinds: tuple[str, ...], code: str) -> None:
    assert [one.code for one in rules.plan_reasons(title, D, last, kinds)] == [code]


def test_sixty_days_and_two_hundred_letters_are_not_too_long() -> None:
    assert rules.plan_reasons("x" * 200, D, D + timedelta(days=59), tuple(rules.EVIDENCE)) == ()


def test_a_day_that_would_fall_on_a_kept_one_goes_to_the_first_other_day() -> None:
    first, second, third = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)
    assert rules.moved({first}, first, (second, third), kept={second}) == {first: third}
    assert rules.moved({first}, first, (second, second), kept={second}) == {}
    assert rules.moved({first, second}, first, (second, third)) == {first: second, second: third}
