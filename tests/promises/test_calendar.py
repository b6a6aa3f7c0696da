"""G9. The calendar makes an assessor expire: one status per day, changing only on boundary days, last day included.

200 examples per property as part of the tests, 10,000 in the campaign.
"""

import itertools
import random
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.campaign import size

from assessor_registry.clock import day_of
from assessor_registry.flags.rules import EXPIRED, horizon, stage, windows
from assessor_registry.validity import rules
from assessor_registry.validity.rules import (
    CertificateFact,
    ExtensionFact,
    Period,
    PersonFacts,
    SanctionFact,
    SanctionRow,
    add_months,
    sanctions_in_force,
)

many = settings(max_examples=size(200, 10_000))
DAY = timedelta(days=1)
START = date(2024, 1, 1)

anyday = st.dates(date(1990, 1, 1), date(2100, 12, 31))
near = st.integers(0, 90).map(lambda n: START + n * DAY)
spans = st.tuples(near, st.integers(0, 60)).map(lambda pair: Period(pair[0], pair[0] + pair[1] * DAY))
stages = st.sets(st.integers(1, 36), max_size=5).map(tuple)


@st.composite
def rows_of_spans(draw: st.DrawFn) -> list[Period]:
    """A few spans; each may begin on the very day after the one before it ends, or a day to either side of that."""
    row: list[Period] = []
    for span in draw(st.lists(spans, max_size=4)):
        seam = draw(st.sampled_from([None, 0, 1, 2])) if row else None
        first = span.first_day if seam is None else row[-1].last_day + seam * DAY
        row.append(Period(first, first + (span.last_day - span.first_day)))
    return row


@st.composite
def people(draw: st.DrawFn) -> PersonFacts:
    """Someone with a few certificates, circulars and sanctions that touch, overlap and miss each other."""
    regions = st.sampled_from([None, "64.71", "64.72"])
    certificates = tuple(
        CertificateFact(uuid4(), span.first_day, span.last_day, draw(regions)) for span in draw(rows_of_spans())
    )
    extensions = tuple(
        ExtensionFact(
            uuid4(), span.first_day, span.last_day, span.last_day + draw(st.integers(1, 60)) * DAY, draw(regions)
        )
        for span in draw(st.lists(spans, max_size=3))
    )
    targets = st.sampled_from([None, *(certificate.id for certificate in certificates)])
    sanctions = tuple(
        SanctionFact(uuid4(), "suspension", span.first_day, draw(st.sampled_from([None, span.last_day])), draw(targets))
        for span in draw(st.lists(spans, max_size=3))
    )
    return PersonFacts(certificates, extensions, sanctions)


def active(facts: PersonFacts) -> list[Period]:
    return rules.active_periods(facts.certificates, facts.extensions, facts.sanctions)


def held_by_definition(facts: PersonFacts, on: date) -> bool:
    """Active, written down a second time and day by day: some certificate, extended or not, that no sanction hits."""
    for certificate in facts.certificates:
        until = certificate.last_day
        for extension in facts.extensions:
            if extension.ends_from <= certificate.last_day <= extension.ends_to and (
                extension.region is None or extension.region == certificate.region
            ):
                until = max(until, extension.until)
        hit = any(
            s.certificate_id in (None, certificate.id)
            and s.first_day <= on
            and (s.last_day is None or on <= s.last_day)
            for s in facts.sanctions
        )
        if certificate.first_day <= on <= until and not hit:
            return True
    return False


@many
@given(people())
def test_on_every_day_the_periods_say_what_the_facts_say(facts: PersonFacts) -> None:
    periods = active(facts)
    for offset in range(-2, 220):
        on = START + offset * DAY
        assert any(on in period for period in periods) == held_by_definition(facts, on)


@many
@given(people())
def test_periods_are_disjoint_in_order_and_never_touch(facts: PersonFacts) -> None:
    for periods in (active(facts), rules.coverage(facts.certificates, facts.extensions)):
        for one, following in itertools.pairwise(periods):
            assert one.last_day + DAY < following.first_day


@many
@given(people(), st.randoms(use_true_random=False))
def test_the_order_of_the_facts_does_not_matter(facts: PersonFacts, shuffler: random.Random) -> None:
    mixed = [list(kind) for kind in (facts.certificates, facts.extensions, facts.sanctions)]
    for kind in mixed:
        shuffler.shuffle(kind)
    assert rules.active_periods(mixed[0], mixed[1], mixed[2]) == active(facts)  # type: ignore[arg-type]


@many
@given(people())
def test_every_day_has_exactly_one_status_and_it_changes_only_on_boundary_days(facts: PersonFacts) -> None:
    periods, covered = active(facts), rules.coverage(facts.certificates, facts.extensions)
    boundaries = {day for p in (*periods, *covered) for day in (p.first_day, p.last_day + DAY)}
    before = None
    for offset in range(-2, 220):
        on = START + offset * DAY
        word = rules.band(on, periods, covered, date.min)
        assert word in rules.BANDS
        assert (word == "active") == any(on in period for period in periods)
        assert before is None or word == before or on in boundaries
        before = word


@many
@given(people(), st.integers(-2, 220))
def test_someone_is_eligible_or_told_why_not_and_never_both(facts: PersonFacts, offset: int) -> None:
    found = rules.standing(uuid4(), START + offset * DAY, facts)
    assert found.active == found.eligible == (not found.reasons)
    assert rules.standing(uuid4(), found.on, facts, periods=found.periods).reasons == found.reasons


@many
@given(people(), spans, st.integers(1, 60))
def test_an_extension_never_shortens(facts: PersonFacts, ends: Period, more: int) -> None:
    extension = ExtensionFact(uuid4(), ends.first_day, ends.last_day, ends.last_day + more * DAY)
    extended = PersonFacts(facts.certificates, (*facts.extensions, extension), facts.sanctions)
    assert rules.lost(active(facts), active(extended)) == ()


@many
@given(people(), spans)
def test_a_sanction_never_lengthens_and_a_certificate_never_shortens(facts: PersonFacts, span: Period) -> None:
    sanction = SanctionFact(uuid4(), "suspension", span.first_day, span.last_day)
    certificate = CertificateFact(uuid4(), span.first_day, span.last_day)
    punished = PersonFacts(facts.certificates, facts.extensions, (*facts.sanctions, sanction))
    certified = PersonFacts((*facts.certificates, certificate), facts.extensions, facts.sanctions)
    assert rules.lost(active(punished), active(facts)) == ()
    assert rules.lost(active(facts), active(certified)) == ()


@many
@given(anyday | st.integers(1992 // 4, 2096 // 4).map(lambda n: date(4 * n, 2, 29)), st.integers(1, 10))
def test_a_validity_ends_on_the_same_calendar_day_years_later(first: date, years: int) -> None:
    last = rules.last_day_of(first, years)
    leap = (last.year % 4 == 0 and last.year % 100 != 0) or last.year % 400 == 0
    day = 28 if (first.month, first.day) == (2, 29) and not leap else first.day
    assert last == date(first.year + years, first.month, day)


def test_worked_examples_of_a_computed_last_day() -> None:
    assert rules.last_day_of(date(2022, 12, 13), 3) == date(2025, 12, 13)
    assert rules.last_day_of(date(2024, 2, 29), 3) == date(2027, 2, 28)
    assert rules.last_day_of(date(2024, 2, 29), 4) == date(2028, 2, 29)
    assert add_months(date(2026, 5, 31), -3) == date(2026, 2, 28)
    assert add_months(date(2026, 12, 31), 2) == date(2027, 2, 28)


@many
@given(anyday, st.sampled_from(["Asia/Makassar", "Asia/Jakarta", "Asia/Jayapura"]))
def test_the_last_day_lasts_until_local_midnight(last: date, zone: str) -> None:
    facts = PersonFacts((CertificateFact(uuid4(), last, last),))
    midnight = datetime.combine(last + DAY, time(), ZoneInfo(zone)).astimezone(UTC)
    assert rules.standing(uuid4(), day_of(midnight - timedelta(microseconds=1), zone), facts).active
    assert not rules.standing(uuid4(), day_of(midnight, zone), facts).active


@many
@given(people(), people())
def test_differences_turn_old_periods_into_new_and_losses_are_what_is_missing(
    old: PersonFacts, new: PersonFacts
) -> None:
    before, after = active(old), active(new)
    found = rules.changes(before, after)
    result = [p for p in before if p not in found.removed and p not in dict(found.moved)]
    assert sorted([*result, *dict(found.moved).values(), *found.added]) == after
    assert all(rules.overlap(one, other) for one, other in found.moved)
    assert not any(rules.overlap(gone, added) for gone in found.removed for added in found.added)
    for offset in range(-2, 220):
        on = START + offset * DAY
        had, has = any(on in p for p in before), any(on in p for p in after)
        assert any(on in p for p in rules.lost(before, after)) == (had and not has)


@many
@given(near, st.one_of(st.none(), st.integers(0, 60)), near, st.booleans(), st.booleans())
def test_a_reinstatement_ends_a_sanction_the_day_before_and_a_cancellation_unmakes_it(
    first: date, length: int | None, lifted: date, reinstated: bool, cancelled: bool
) -> None:
    last = None if length is None else first + length * DAY
    rows = [SanctionRow(one := uuid4(), "suspension", first, last)]
    rows += [SanctionRow(uuid4(), "reinstatement", lifted, None, None, one)] * reinstated
    rows += [SanctionRow(uuid4(), "cancellation", first, None, None, one)] * cancelled
    held = sanctions_in_force(rows)
    for offset in range(-2, 220):
        on = START + offset * DAY
        expected = first <= on and (last is None or on <= last) and not cancelled and not (reinstated and on >= lifted)
        assert any(on in sanction for sanction in held) == expected


@many
@given(anyday, st.integers(-800, 800), stages)
def test_the_stage_of_a_reminder_only_ever_comes_nearer(last: date, offset: int, months: tuple[int, ...]) -> None:
    today = last + offset * DAY
    found, tomorrow = stage(last, today, months), stage(last, today + DAY, months)
    assert found is None or (tomorrow is not None and tomorrow <= found)
    assert (found == EXPIRED) == (today > last)
    assert found is None or found == EXPIRED or found in months
    for month in months:
        assert (last <= horizon(today, month)) == (add_months(last, -month) <= today)


@many
@given(anyday, st.integers(0, 500), st.integers(-900, 1300), stages)
def test_what_a_late_sweep_reads_holds_everything_whose_stage_has_changed(
    since: date, days: int, offset: int, months: tuple[int, ...]
) -> None:
    today, last = since + days * DAY, since + offset * DAY
    read = [low <= last <= high for low, high in windows(today, since, months) if low is not None]
    if stage(last, since, months) != stage(last, today, months):
        assert any(read)
    assert sum(read) <= 1
    if stage(last, since, months) == stage(last, today, months):
        assert not any(read), "an idle sweep reads only what is due since the last"


def test_corrections_of_corrections_keep_one_identity() -> None:
    ids = [uuid4() for _ in range(5)]
    chain = [rules.CertificateRow(i, START, START, before) for i, before in zip(ids, [None, *ids], strict=False)]
    shuffled = chain[::-1]
    assert [row.id for row in rules.current(shuffled)] == [ids[-1]]
    assert set(rules.roots(shuffled).values()) == {ids[0]}
    assert len(rules.roots([])) == 0
    assert isinstance(ids[0], UUID)
