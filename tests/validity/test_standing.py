"""Each unmet clause is its own reason, on the right day, with a sentence."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event
from tests.support.people import (
    ACTOR,
    NOW,
    add_licence,
    add_lsp,
    add_people,
    add_person,
    add_scheme,
)

from assessor_registry.db.engine import Database
from assessor_registry.errors import NotFound
from assessor_registry.validity import actions, rules, store
from assessor_registry.validity.rules import (
    AppointmentFact,
    CertificateFact,
    LspQuestion,
    Period,
    PersonFacts,
    SanctionFact,
    TechnicalFact,
    TechnicalQuestion,
)
from assessor_registry.words import catalogue, sentence

WHO, SCHEME = uuid4(), uuid4()
FIRST, LAST = date(2023, 12, 14), date(2026, 12, 13)
DAY = timedelta(days=1)
CERTIFIED = PersonFacts((CertificateFact(uuid4(), FIRST, LAST),))
ONE_ID = CERTIFIED.certificates[0].id


def codes(facts: PersonFacts, on: date, **asked: object) -> list[str]:
    found = rules.standing(WHO, on, facts, **asked)  # type: ignore[arg-type]
    for reason in (*found.reasons, *found.warnings):
        assert sentence(reason)
    assert found.eligible == (not found.reasons)
    return [reason.code.removeprefix("validity.") for reason in found.reasons]


@pytest.mark.parametrize(
    ("first_of_next", "periods"),
    [
        (LAST, [Period(FIRST, LAST + 3 * DAY)]),
        (LAST + DAY, [Period(FIRST, LAST + 4 * DAY)]),
        (LAST + 2 * DAY, [Period(FIRST, LAST), Period(LAST + 2 * DAY, LAST + 5 * DAY)]),
    ],
    ids=["overlaps by its first day", "begins on the very next day", "begins a day later: the day between stays"],
)
def test_a_certificate_that_follows_without_a_gap_goes_on_in_one_period(
    first_of_next: date, periods: list[Period]
) -> None:
    following = CertificateFact(uuid4(), first_of_next, first_of_next + 3 * DAY)
    assert rules.active_periods((following, *CERTIFIED.certificates), (), ()) == periods


def sanctioned(kind: str, first: date, last: date | None = None, certificate: UUID | None = None) -> PersonFacts:
    return PersonFacts(CERTIFIED.certificates, (), (SanctionFact(uuid4(), kind, first, last, certificate, "KEP.7"),))


@pytest.mark.parametrize(
    ("facts", "on", "expected", "because"),
    [
        (CERTIFIED, LAST, [], "the last day is included"),
        (CERTIFIED, LAST + DAY, ["expired"], "expired from 00:00 of the next day"),
        (CERTIFIED, FIRST, [], "the first day is included"),
        (CERTIFIED, FIRST - DAY, ["not_yet"], "not yet valid"),
        (PersonFacts(), LAST, ["no_certificate"], "nothing is known"),
        (sanctioned("suspension", LAST), LAST, ["suspended"], "from the first day of the decree"),
        (sanctioned("suspension", LAST), LAST - DAY, [], "not before"),
        (sanctioned("suspension", FIRST, LAST - DAY), LAST, [], "not after its last day"),
        (sanctioned("suspension", FIRST, LAST), LAST, ["suspended_until"], "its end is told"),
        (sanctioned("revocation", FIRST), LAST, ["revoked"], "a revocation has another word"),
        (sanctioned("suspension", FIRST), LAST + DAY, ["expired", "suspended"], "neither hides the other"),
        (sanctioned("suspension", FIRST, None, ONE_ID), LAST, ["suspended"], "its only certificate is hit"),
        (sanctioned("suspension", FIRST, None, ONE_ID), LAST + DAY, ["expired"], "the hit one has ended anyway"),
        (sanctioned("suspension", FIRST, None, uuid4()), LAST, [], "another certificate is hit"),
    ],
)
def test_certificate_and_sanction_clauses(facts: PersonFacts, on: date, expected: list[str], because: str) -> None:
    assert codes(facts, on) == expected, because


def test_between_two_certificates_both_dates_are_told() -> None:
    facts = PersonFacts((*CERTIFIED.certificates, CertificateFact(uuid4(), LAST + 10 * DAY, LAST + 500 * DAY)))
    found = rules.standing(WHO, LAST + DAY, facts)
    assert [reason.code for reason in found.reasons] == ["validity.between"]
    assert dict(found.reasons[0].params) == {"last_day": LAST, "first_day": LAST + 10 * DAY}


def test_someone_who_has_ended_is_active_by_certificate_and_may_not_assess() -> None:
    assert codes(CERTIFIED, LAST, ended_on=LAST + DAY) == []
    assert codes(CERTIFIED, LAST, ended_on=LAST) == ["person_ended"]
    assert rules.standing(WHO, LAST, CERTIFIED, ended_on=LAST).active


def technical(first: date | None, last: date | None, scheme: UUID | None = SCHEME) -> TechnicalFact:
    return TechnicalFact(uuid4(), scheme, "Pemrogram Junior", first, last)


@pytest.mark.parametrize(
    ("facts", "expected", "warned"),
    [
        ((), ["technical_missing"], []),
        ((technical(FIRST, LAST),), [], []),
        ((technical(FIRST, LAST - DAY),), ["technical_expired"], []),
        ((technical(LAST + DAY, None),), ["technical_not_yet"], []),
        ((technical(None, None),), [], ["technical_undated"]),
        ((technical(FIRST, None),), [], ["technical_undated"]),
        ((technical(None, LAST),), [], ["technical_undated"]),
        ((technical(None, LAST - DAY),), ["technical_expired"], []),
        ((technical(None, None), technical(FIRST, LAST)), [], []),
        ((technical(FIRST, LAST - DAY), technical(None, None)), [], ["technical_undated"]),
        ((technical(None, None, None),), ["technical_unmapped"], []),
        ((technical(FIRST, LAST, uuid4()),), ["technical_missing"], []),
    ],
)
def test_technical_clause(facts: tuple[TechnicalFact, ...], expected: list[str], warned: list[str]) -> None:
    asked = TechnicalQuestion(SCHEME, facts)
    assert codes(CERTIFIED, LAST, technical=asked) == expected
    warnings = rules.standing(WHO, LAST, CERTIFIED, technical=asked).warnings
    assert [reason.code.removeprefix("validity.") for reason in warnings] == warned
    lenient, strict = (
        TechnicalQuestion(SCHEME, facts, "warn", "warn"),
        TechnicalQuestion(SCHEME, facts, "block", "block"),
    )
    assert codes(CERTIFIED, LAST, technical=lenient) == []
    assert codes(CERTIFIED, LAST, technical=strict) == expected + warned


LICENSED = (Period(FIRST, LAST),)
APPOINTED = (AppointmentFact("SK.1", FIRST, LAST),)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (LspQuestion(APPOINTED, LICENSED, LICENSED), []),
        (LspQuestion(APPOINTED, LICENSED), []),
        (LspQuestion((), LICENSED, LICENSED), ["not_appointed"]),
        (LspQuestion((AppointmentFact("SK.1", FIRST, LAST, LAST),), LICENSED), []),
        (LspQuestion((AppointmentFact("SK.1", FIRST, LAST, LAST - DAY),), LICENSED), ["appointment_ended"]),
        (LspQuestion((AppointmentFact("SK.1", FIRST, LAST - DAY),), LICENSED), ["appointment_ended"]),
        (LspQuestion((AppointmentFact("SK.2", LAST + DAY, LAST + DAY),), LICENSED), ["appointment_not_yet"]),
        (LspQuestion(APPOINTED, ()), ["licence_none"]),
        (LspQuestion(APPOINTED, (Period(FIRST, LAST - DAY),)), ["licence_expired"]),
        (LspQuestion(APPOINTED, (Period(LAST + DAY, LAST + DAY),)), ["licence_not_yet"]),
        (LspQuestion(APPOINTED, LICENSED, ()), ["scheme_not_licensed"]),
        (LspQuestion((), (), ()), ["not_appointed", "licence_none", "scheme_not_licensed"]),
    ],
)
def test_clauses_of_the_lsp(asked: LspQuestion, expected: list[str]) -> None:
    assert codes(CERTIFIED, LAST, lsp=asked) == expected


def test_every_unmet_clause_is_told_at_once() -> None:
    found = codes(
        PersonFacts(), LAST, ended_on=FIRST, technical=TechnicalQuestion(SCHEME, ()), lsp=LspQuestion((), (), ())
    )
    assert found == ["no_certificate", "person_ended", "technical_missing", "not_appointed", "licence_none",
                     "scheme_not_licensed"]  # fmt: skip


def test_stored_facts_answer_as_the_rules_do(database: Database) -> None:
    with database.transaction() as tx:
        scheme, lsp, who = add_scheme(tx), add_lsp(tx), add_person(tx)
        actions.add_certificate(tx, ACTOR, actions.NewCertificate(who, FIRST, LAST, "uji"), now=NOW)

        def asked(on: date = LAST, **more: object) -> list[str]:
            found = store.standing(tx, who, on, scheme_id=scheme, lsp_id=lsp, **more)  # type: ignore[arg-type]
            return [reason.code.removeprefix("validity.") for reason in found.reasons]

        assert asked() == ["technical_missing", "not_appointed", "licence_none", "scheme_not_licensed"]
        unmapped = actions.NewTechnical(who, "Pemrogram Junior", "uji", None, None, FIRST, LAST)
        actions.add_technical(tx, ACTOR, unmapped, now=NOW)
        assert asked()[0] == "technical_unmapped"
        assert store.unmapped_texts(tx) == [("Pemrogram Junior", 1)]
        assert actions.map_technical(tx, ACTOR, "Pemrogram Junior", scheme, now=NOW) == 1
        assert store.unmapped_texts(tx) == []
        add_licence(tx, lsp, FIRST, LAST)
        assert asked() == ["not_appointed", "scheme_not_licensed"]
        add_licence(tx, lsp, FIRST, LAST, [scheme])
        decree = actions.appoint(
            tx, ACTOR, lsp, number="SK.1", decided_on=FIRST, first_day=FIRST, last_day=LAST, assessor_ids=[who], now=NOW
        )
        assert asked() == []
        assert asked(LAST + DAY) == ["expired", "technical_expired", "appointment_ended", "licence_expired",
                                     "scheme_not_licensed"]  # fmt: skip
        appointment = store.appointments(tx, decree_id=decree)[0].id
        later = NOW + DAY
        actions.end_appointment(tx, ACTOR, appointment, ended_on=LAST - DAY, reason="pindah", now=later)
        assert asked() == ["appointment_ended"]
        assert asked(known_at=NOW) == []
        assert asked(known_at=NOW - DAY)[:3] == ["no_certificate", "technical_missing", "not_appointed"]


def test_asking_for_many_takes_no_more_statements_than_for_few(database: Database) -> None:
    seen: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    with database.transaction() as tx:
        scheme, lsp, people = add_scheme(tx), add_lsp(tx), add_people(tx, 80)
        half = [actions.NewCertificate(who, FIRST, LAST, "uji") for who in people[:40]]
        actions.add_imported(tx, ACTOR, uuid4(), half, [], now=NOW)
        counts = []
        for number in (42, 80):
            seen.clear()
            found = store.standings(tx, people[-number:], LAST, scheme_id=scheme, lsp_id=lsp)
            counts.append(len(seen))
            assert len(found) == number
        assert counts[0] == counts[1] <= 11
        assert sum(one.active for one in found.values()) == 40


def test_nobody_is_told_about_someone_who_does_not_exist(database: Database) -> None:
    with database.read() as conn, pytest.raises(NotFound):
        store.standing(conn, uuid4(), LAST)


def test_every_sentence_of_this_room_is_reachable() -> None:
    """A sentence that no code raises is dead; a code without a sentence is caught elsewhere."""
    from pathlib import Path

    import assessor_registry.validity as room

    source = "".join(path.read_text() for path in Path(room.__file__).parent.rglob("*.py"))
    assert not [code for code in catalogue() if code.startswith("validity.") and f'"{code}"' not in source]
