"""What a result must have, decided without a database."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.event import LONG_AGO, D

from assessor_registry.assessments import rules
from assessor_registry.assessments.rules import Content, OtherPart, UnitFact
from assessor_registry.words import sentence

UNITS = tuple(UnitFact(number, f"U.{number}", f"Unit {number}") for number in range(1, 6))
ALL_K = dict.fromkeys((unit.code for unit in UNITS), "K")
WHOLE = Content("assessed", ALL_K, None, "K")
EVIDENCE = ("observasi",)


def missing(content: Content, **options: Any) -> list[str]:
    found = rules.ready(content, UNITS, **{"evidence": EVIDENCE, **options})
    for reason in found:
        assert sentence(reason)
    return [reason.code.removeprefix("assessments.") for reason in found]


@pytest.mark.parametrize(
    ("content", "expected", "because"),
    [
        (WHOLE, [], "every unit K and recommended K"),
        (Content(), ["no_outcome"], "nothing is preselected"),
        (replace(WHOLE, units=dict(list(ALL_K.items())[:2])), ["units_missing"], "three units are open"),
        (replace(WHOLE, recommendation=None), ["no_recommendation"], "the assessor recommends"),
        (replace(WHOLE, units=ALL_K | {"U.2": "BK"}, note="x"), ["recommendation_contradicts"], "K needs every unit K"),
        (replace(WHOLE, units=ALL_K | {"U.2": "BK"}, recommendation="BK"), ["note_missing"], "a BK is explained"),
        (replace(WHOLE, units=ALL_K | {"U.2": "BK"}, recommendation="BK", note=" "), ["note_missing"], "with words"),
        (replace(WHOLE, units=ALL_K | {"U.2": "BK", "U.3": "BK"}, recommendation="BK", note="x"), [], "covers both"),
        (replace(WHOLE, recommendation="BK"), ["note_missing"], "BK although every unit is K is explained"),
        (replace(WHOLE, evidence=()), ["no_evidence"], "emptied for this candidate"),
        (replace(WHOLE, evidence=("lisan",)), [], "own kinds of evidence"),
        (Content("absent"), [], "absent is an outcome"),
        (Content("withdrew"), [], "withdrew is an outcome"),
        (Content("withdrew", {"U.1": "K"}), [], "what was seen before"),
        (Content("absent", {"U.1": "K"}), ["absent_with_units"], "an absent candidate showed nothing"),
        (Content("absent", recommendation="BK", note="x"), ["recommendation_without_assessment"], "nothing seen"),
    ],
)  # fmt: skip
def test_what_is_still_missing_is_said(content: Content, expected: list[str], because: str) -> None:
    assert missing(content) == expected, because


def test_without_evidence_for_the_schedule_it_must_be_chosen() -> None:
    assert missing(WHOLE, evidence=()) == ["no_evidence"]


def test_the_number_of_open_units_is_told() -> None:
    (reason,) = rules.ready(replace(WHOLE, units={"U.1": "K", "U.2": "K"}), UNITS, evidence=EVIDENCE)
    assert sentence(reason) == "Belum dinilai: 3 unit."


FIRST = OtherPart(1, {"U.1": "K", "U.2": "BK"}, None, True)
REST = {"U.3": "K", "U.4": "K", "U.5": "K"}


@pytest.mark.parametrize(
    ("content", "others", "expected", "because"),
    [
        (Content("assessed", {"U.1": "K"}, handed_on=True), (), [], "the rest is a colleague's"),
        (replace(WHOLE, handed_on=True), (), ["nothing_handed_on", "recommendation_handed_on"], "nothing is left"),
        (Content("assessed", {}, handed_on=True), (), ["nothing_assessed"], "something must be seen"),
        (Content("assessed", REST, None, "BK", "x"), (FIRST,), [], "who ends it recommends"),
        (Content("assessed", REST, None, "K"), (FIRST,), ["recommendation_contradicts"], "part 1 has a BK"),
        (Content("assessed", REST | {"U.1": "K"}, None, "BK", "x"), (FIRST,), ["unit_twice"], "seen in part 1"),
        (Content("assessed", REST, None, "BK", "x"), (replace(FIRST, signed=False),), ["other_part_unsigned"], "open"),
        (Content("assessed", {"U.3": "K"}, None, "BK", "x"), (FIRST,), ["units_missing"], "U.4 and U.5 are open"),
        (Content("assessed", {"U.1": "BK"}, note="x", handed_on=True), (OtherPart(2, REST | {"U.2": "K"}, "K", True),),
         ["other_part_contradicts"], "correcting part 1 to BK under a signed K"),
        (Content("assessed", {"U.1": "BK"}, note="x", handed_on=True),
         (OtherPart(2, {"U.2": "K"}, None, True), OtherPart(3, REST, "K", True)), ["other_part_contradicts"],
         "one of the others has recommended K, and that is enough"),
        (Content("assessed", {"U.1": "BK"}, note="x", handed_on=True),
         (OtherPart(2, {"U.2": "K"}, None, True), OtherPart(3, REST, "BK", True)), [], "nobody has recommended K"),
        (Content("assessed", {"U.1": "K"}, handed_on=True), (OtherPart(2, REST, "K", True),),
         ["units_missing"], "correcting part 1, U.2 is dropped under a final K"),
        (Content("assessed", {"U.1": "K"}, handed_on=True), (OtherPart(2, REST, None, True),), [],
         "nobody has had the last word yet"),
    ],
)  # fmt: skip
def test_parts_by_two_assessors(
    content: Content, others: tuple[OtherPart, ...], expected: list[str], because: str
) -> None:
    assert missing(content, others=others) == expected, because


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("x" * 2000, []),
        ("x" * 2001, ["note_long"]),
        ("Kabel tertukar.\nDiulang sekali.", []),
        ("NIK 6471012304090001", ["text_nik"]),
    ],
    ids=["just fits", "one more does not", "several lines", "the number of an identity card"],
)
def test_a_note_that_can_not_be_signed_one_day_is_not_kept(note: str, expected: list[str]) -> None:
    assert [reason.code.rpartition(".")[2] for reason in rules.note_reasons(note)] == expected


results = st.dictionaries(st.sampled_from([unit.code for unit in UNITS]), st.sampled_from(["K", "BK"]))


@given(results, st.sampled_from(["K", "BK", None]), st.sampled_from(["", "catatan"]))
def test_what_is_ready_never_recommends_k_over_a_bk_and_leaves_no_unit_open(
    units: dict[str, str], recommendation: str | None, note: str
) -> None:
    content = Content("assessed", units, None, recommendation, note)
    if not rules.ready(content, UNITS, evidence=EVIDENCE):
        assert rules.unassessed(content, UNITS) == 0
        assert recommendation is not None
        assert recommendation == "BK" or set(units.values()) == {"K"}
        assert note or "BK" not in units.values()


@pytest.mark.parametrize(
    "content",
    [
        Content("bolos"), Content("assessed", {"X.9": "K"}), Content("assessed", {"U.1": "C"}),
        Content("assessed", recommendation="C"), Content("assessed", evidence=("ramalan",)),
        Content("assessed", acknowledgement="mungkin"), Content("assessed", note="x" * 2001),
    ],
)  # fmt: skip
def test_a_word_that_does_not_exist_is_not_saved(content: Content) -> None:
    assert len(rules.shape_reasons(content, UNITS, EVIDENCE)) == 1


def test_an_unfinished_draft_is_saved() -> None:
    assert rules.shape_reasons(Content("assessed", {"U.1": "K"}), UNITS, EVIDENCE) == ()


def test_the_state_of_a_record_goes_by_the_gravest() -> None:
    told = {"annulled": None, "contested": None, "upheld": None, "replaced_by": None}
    steps = [
        ({}, "valid"), ({"replaced_by": uuid4()}, "replaced"), ({"contested": LONG_AGO}, "contested"),
        ({"upheld": LONG_AGO}, "replaced"), ({"annulled": LONG_AGO}, "annulled"),
    ]  # fmt: skip
    for change, expected in steps:
        told = told | change  # type: ignore[operator]
        assert rules.state(**told) == expected


@given(st.binary(min_size=16, max_size=16))
def test_a_code_is_26_characters_and_is_found_however_it_is_typed(random: bytes) -> None:
    code = rules.new_code(random)
    assert len(code) == 26
    typed = " ".join((code[:6].lower(), code[6:12] + "-" + code[12:])) + "\n"
    assert rules.normal_code(typed) == code


def test_initials_show_no_name() -> None:
    assert rules.initials("Siti  Nur aminah") == "S. N. A."
    assert rules.initials("(alm) Budi") == "B."


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.integers(-40, 60), st.integers(0, 30))
def test_paper_is_taken_from_the_last_day_until_the_limit_included(last: date, after: int, limit: int) -> None:
    allowed = not rules.paper_reasons(last, last + timedelta(days=after), limit)
    assert allowed is (0 <= after <= limit)


def test_the_two_ends_of_the_paper_window() -> None:
    assert [one.code for one in rules.paper_reasons(D, D - timedelta(days=1), 14)] == ["assessments.paper_early"]
    (late,) = rules.paper_reasons(D, D + timedelta(days=15), 14)
    assert late.params["latest"] == D + timedelta(days=14)
