"""Whom a circular covers: its predicate and nothing else, whatever the certificates."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from assessor_registry.consequences.rules import reach
from assessor_registry.validity.rules import (
    CertificateFact,
    ExtensionFact,
    PersonFacts,
    SanctionFact,
    active_periods,
)

START = date(2020, 1, 1)
days = st.integers(0, 2500).map(lambda number: START + timedelta(days=number))
REGIONS = st.sampled_from(["64.71", "64.72", None])


@st.composite
def people(draw: st.DrawFn) -> PersonFacts:
    region = draw(REGIONS)
    spans = draw(st.lists(st.tuples(days, st.integers(0, 1100)), max_size=3))
    certificates = tuple(
        CertificateFact(uuid4(), first, first + timedelta(days=length), region) for first, length in spans
    )
    hits = draw(st.lists(st.tuples(days, st.none() | st.integers(0, 400)), max_size=1))
    sanctions = tuple(
        SanctionFact(uuid4(), "suspension", first, None if length is None else first + timedelta(days=length))
        for first, length in hits
    )
    return PersonFacts(certificates, (), sanctions)


@st.composite
def circulars(draw: st.DrawFn) -> ExtensionFact:
    first = draw(days)
    last = first + timedelta(days=draw(st.integers(0, 400)))
    return ExtensionFact(uuid4(), first, last, last + timedelta(days=draw(st.integers(1, 400))), draw(REGIONS))


@given(st.lists(people(), max_size=6), circulars(), days)
def test_covered_are_those_with_a_certificate_that_ends_in_its_days(
    found: list[PersonFacts], circular: ExtensionFact, on: date
) -> None:
    facts: dict[UUID, PersonFacts] = {uuid4(): held for held in found}
    answer = reach(facts, circular, on)
    for who, held in facts.items():
        ends = [
            one for one in held.certificates
            if circular.ends_from <= one.last_day <= circular.ends_to and circular.region in (None, one.region)
        ]  # fmt: skip
        assert (who in answer.covered) == bool(ends)


@given(st.lists(people(), max_size=6), circulars(), days)
def test_revived_are_covered_and_active_only_by_it(found: list[PersonFacts], circular: ExtensionFact, on: date) -> None:
    facts: dict[UUID, PersonFacts] = {uuid4(): held for held in found}
    answer = reach(facts, circular, on)
    assert answer.revived <= answer.covered
    for who, held in facts.items():
        without = any(on in one for one in active_periods(held.certificates, (), held.sanctions))
        with_it = any(on in one for one in active_periods(held.certificates, (circular,), held.sanctions))
        assert (who in answer.revived) == (with_it and not without)
