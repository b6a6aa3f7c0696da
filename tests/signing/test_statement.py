import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
import rfc8785
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.support.pki import LAST_ACTIVE, MET, OTHER_ID, RECORD_ID, paper_statement, statement

from assessor_registry.errors import InvalidInput
from assessor_registry.signing.canonical import clean, dump, encode, instant, load
from assessor_registry.signing.statement import MAX_STATEMENT_BYTES, Statement, Unit, clauses, from_bytes, to_bytes


def codes(found: Statement) -> list[str]:
    return [reason.code.removeprefix("signing.") for reason in clauses(found)]


def refused(data: bytes) -> str:
    with pytest.raises(InvalidInput) as caught:
        from_bytes(data)
    return caught.value.code


def changed(**changes: Any) -> bytes:
    """The bytes of a good statement with some JSON members changed, still canonical."""
    return bytes(rfc8785.dumps({**json.loads(to_bytes(statement())), **changes}))


words = (
    st.text(st.characters(categories=("L", "M", "N", "P", "S", "Zs")), min_size=1, max_size=40).map(clean).filter(bool)
)
units = st.lists(
    st.builds(
        Unit,
        code=words,
        title=words,
        result=st.sampled_from(["K", "BK"]),
        evidence=st.lists(words, max_size=3).map(tuple),
        note=st.none() | words,
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda unit: unit.code,
)


@given(
    units=units.map(tuple),
    venue=words,
    note=st.none() | words,
    first=st.dates(),
    days=st.integers(0, 30),
    attempt=st.integers(1, 99),
)
def test_whatever_may_be_signed_reads_back_to_the_same_bytes_and_meaning(
    units: tuple[Unit, ...], venue: str, note: str | None, first: date, days: int, attempt: int
) -> None:
    assume(first.year < 9990)
    last = first + timedelta(days)
    signed_at = datetime(last.year, last.month, last.day, 3, tzinfo=UTC)
    found = statement(
        units=units, venue=venue, note=note, first_day=first, last_day=last, signed_on=last, signed_at=signed_at,
        attempt=attempt, recommendation=None,
    )  # fmt: skip
    assume(not clauses(found))
    data = to_bytes(found)
    assert from_bytes(data) == found
    assert to_bytes(from_bytes(data)) == data
    assert data == json.dumps(json.loads(data), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def test_what_was_signed_before_the_candidates_word_was_in_it_keeps_its_bytes() -> None:
    old = to_bytes(statement(version=1))
    assert hashlib.sha256(old).hexdigest() == "2253297aff34171847e59110ecf0e974e21b3084a8d5c1463b4863310a230b4f"
    assert from_bytes(old) == statement(version=1)
    assert codes(statement(version=1, acknowledgement="paper")) == ["identifier"]


@pytest.mark.parametrize("how", ["paper", "phone", "refused", None])
def test_the_candidates_word_is_part_of_what_is_signed(how: Any) -> None:
    data = to_bytes(statement(acknowledgement=how))
    assert json.loads(data)["acknowledgement"] == how
    assert from_bytes(data).acknowledgement == how


def test_a_version_has_its_own_fields_and_no_others() -> None:
    new, old = json.loads(to_bytes(statement())), json.loads(to_bytes(statement(version=1)))
    assert new.keys() - old.keys() == {"acknowledgement"}
    for wrong in (
        {**old, "acknowledgement": None}, {**old, "version": 2}, {**new, "version": 1}, {**new, "version": 3},
        {**new, "version": True}, {**new, "version": "2"}, {**new, "acknowledgement": "ya"},
    ):  # fmt: skip
        assert refused(rfc8785.dumps(wrong)).startswith("signing.")


@given(data=st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_no_other_bytes_raise_anything_but_a_refusal(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        from_bytes(data)


@given(position=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_flipped_bit_is_refused_or_is_another_statement_with_these_very_bytes(position: int, bit: int) -> None:
    data = bytearray(to_bytes(statement()))
    data[position % len(data)] ^= 1 << bit
    try:
        found = from_bytes(bytes(data))
    except InvalidInput:
        return
    assert to_bytes(found) == bytes(data)
    assert found != statement()


def test_decomposed_letters_are_brought_to_nfc() -> None:
    data = to_bytes(statement(venue="TUK Cafe\u0301"))
    assert from_bytes(data).venue == "TUK Café"


def test_fractions_of_a_second_and_the_zone_of_signing_are_brought_to_utc_seconds() -> None:
    local = datetime(2026, 11, 21, 16, 30, 15, 999_999, tzinfo=timezone(timedelta(hours=8)))
    assert b'"signed_at":"2026-11-21T08:30:15Z"' in to_bytes(statement(signed_at=local))


good = to_bytes(statement())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"\xff\xfe{}", "not_json"),
        (good.decode().encode("utf-16"), "not_json"),
        (b"\xef\xbb\xbf" + good, "not_json"),
        (b"[" * 100_000, "not_json"),
        (b'{"a":' * 20_000, "not_json"),
        (b"1" * 5_000, "not_json"),
        (good.replace(b'"attempt":1', b'"attempt":1.0'), "not_json"),
        (good.replace(b'"attempt":1', b'"attempt":1e0'), "not_json"),
        (good.replace(b'"attempt":1', b'"attempt":NaN'), "not_json"),
        (good.replace(b'"attempt":1', b'"attempt":1,"attempt":1'), "not_json"),
        (b"null", "wrong_type"),
        (b"[]", "wrong_type"),
        (b"{}", "missing_field"),
        (changed(nik="1"), "unknown_field"),
        (changed(attempt=True), "wrong_type"),
        (changed(attempt="1"), "wrong_type"),
        (changed(attempt=None), "wrong_type"),
        (changed(version=True), "wrong_type"),
        (changed(version=3), "wrong_type"),
        (changed(format="other"), "wrong_type"),
        (changed(outcome="passed"), "wrong_type"),
        (changed(units={}), "wrong_type"),
        (changed(units=["K"]), "wrong_type"),
        (changed(lsp=[]), "wrong_type"),
        (changed(lsp={"name": "x"}), "missing_field"),
        (changed(lsp={"name": "x", "licence": "y", "nik": "z"}), "unknown_field"),
        (changed(first_day="2026-02-31"), "wrong_type"),
        (changed(first_day="20261120"), "wrong_type"),
        (changed(first_day="2026-11-20T00:00:00Z"), "wrong_type"),
        (changed(signed_at="2026-11-21T08:30:15+00:00"), "wrong_type"),
        (changed(signed_at="2026-11-21T08:30:15.5Z"), "wrong_type"),
        (changed(signed_at="2026-11-21T25:30:15Z"), "wrong_type"),
        (changed(venue="TUK Cafe\u0301"), "not_canonical"),
        (changed(attempt=0), "statement_refused"),
        (good + b"\n", "not_canonical"),
        (b" " + good, "not_canonical"),
        (good.replace(b'"attempt":1', b'"attempt": 1'), "not_canonical"),
        (good.replace(b'"attempt":1', b'"attempt":-0').replace(b"-0", b"-0"), "not_canonical"),
        (good.replace("é".encode(), b"\\u00e9"), "not_canonical"),
        (good.replace(b"L", b"\\u004c", 1), "not_canonical"),
        (good + b" " * MAX_STATEMENT_BYTES, "too_large"),
    ],
)  # fmt: skip
def test_any_other_bytes_are_refused(data: bytes, code: str) -> None:
    assert refused(data) == f"signing.{code}"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"record_id": RECORD_ID.upper()}, ["identifier"]),
        ({"record_id": "1"}, ["identifier"]),
        ({"code": "short"}, ["identifier"]),
        ({"replaces": OTHER_ID}, []),
        ({"replaces": "x"}, ["identifier"]),
        ({"replaces": RECORD_ID}, ["replaces_itself"]),
        ({"attempt": 0}, ["identifier"]),
        ({"attempt": 99}, []),
        ({"attempt": 100}, ["identifier"]),
        ({"part": 0}, ["identifier"]),
        ({"venue": ""}, ["text_empty"]),
        ({"venue": " "}, ["text_empty"]),
        ({"venue": "x" * 300}, []),
        ({"venue": "x" * 301}, ["text_long"]),
        ({"venue": "a\nb"}, ["text_character"]),
        ({"venue": "a\u202eb"}, ["text_character"]),
        ({"venue": "a\x00b"}, ["text_character"]),
        ({"venue": "a\ud800b"}, ["text_character"]),
        ({"venue": "a\u0378b"}, ["text_character"]),
        ({"note": "a\nb"}, []),
        ({"note": "a\tb"}, ["text_character"]),
        ({"note": "x" * 2000}, []),
        ({"note": "x" * 2001}, ["text_long"]),
        ({"note": "NIK 6472010101800001"}, ["text_nik"]),
        ({"note": "64720101018000012"}, []),
        ({"venue": "TUK 6472010101800001"}, ["text_nik"]),
        ({"assignment_letter": "6472010101800001"}, []),
        ({"first_day": date(2026, 11, 22)}, ["days_reversed"]),
        ({"first_day": LAST_ACTIVE}, []),
        ({"signed_on": date(2026, 11, 20)}, ["signed_before_end"]),
        ({"signed_on": date(2026, 11, 23)}, ["signed_on_differs"]),
        ({"signed_at": datetime(2026, 11, 21, 8)}, ["signed_on_differs"]),
        ({"units": ()}, ["no_units"]),
        ({"outcome": "absent", "units": (), "recommendation": None}, []),
        ({"outcome": "absent", "recommendation": None}, ["absent_with_units"]),
        ({"outcome": "absent", "units": ()}, ["recommendation_without_assessment"]),
        ({"outcome": "withdrew", "recommendation": None}, []),
        ({"outcome": "withdrew"}, ["recommendation_without_assessment"]),
        ({"recommendation": None}, []),
        ({"recommendation": "K"}, ["recommendation_contradicts"]),
        ({"outcome": "passed"}, ["identifier", "recommendation_without_assessment"]),
        ({"recommendation": "C"}, ["identifier"]),
        ({"origin": "paper"}, ["paper_details"]),
        ({"paper": paper_statement().paper}, ["paper_details"]),
    ],
)  # fmt: skip
def test_each_clause_is_told_by_its_own_reason(changes: dict[str, Any], expected: list[str]) -> None:
    assert codes(statement(**changes)) == expected


def test_recommending_k_needs_every_unit_k() -> None:
    competent = tuple(replace(unit, result="K") for unit in statement().units)
    assert codes(statement(units=competent, recommendation="K")) == []


def test_units_are_each_named_once_and_not_without_end() -> None:
    unit = statement().units[0]
    assert codes(statement(units=(unit, unit))) == ["unit_twice"]
    many = tuple(replace(unit, code=f"U.{number}") for number in range(201))
    assert codes(statement(units=many)) == ["too_many_units"]
    assert codes(statement(units=many[:200])) == []
    assert codes(statement(units=(replace(unit, evidence=("L",) * 21),))) == ["too_many_units"]


@pytest.mark.parametrize(
    ("spelling", "ok"),
    [(MET, True), ("MET.000.004772", True), ("MET. 000.004772 2024", False), ("met.000.004772", False), ("", False)],
)
def test_the_registration_number_is_in_its_canonical_spelling(spelling: str, ok: bool) -> None:
    found = codes(statement(assessor=replace(statement().assessor, registration=spelling)))
    assert ("identifier" not in found) is ok


@pytest.mark.parametrize(
    ("nisn", "ok"), [(None, True), ("0012345678", True), ("12345678", False), ("001234567x", False)]
)
def test_a_nisn_has_ten_digits_or_is_absent(nisn: str | None, ok: bool) -> None:
    found = statement(candidate=replace(statement().candidate, nisn=nisn))
    assert codes(found) == ([] if ok else ["identifier"])


def test_a_paper_record_names_two_people_and_the_scan() -> None:
    found = paper_statement()
    assert codes(found) == []
    assert found.paper is not None
    same = replace(found.paper, confirmed_by=found.paper.entered_by.upper())
    assert codes(replace(found, paper=same)) == ["paper_same_person"]
    assert codes(replace(found, paper=replace(found.paper, scan_sha256="AB" * 32))) == ["identifier"]
    assert from_bytes(to_bytes(found)) == found


@given(
    hours=st.integers(-12 * 4, 14 * 4).map(lambda quarters: quarters / 4),
    moment=st.datetimes(datetime(2001, 1, 1), datetime(2090, 1, 1)),
)
def test_the_day_of_signing_fits_in_every_zone_of_the_earth(hours: float, moment: datetime) -> None:
    zone = timezone(timedelta(hours=hours))
    aware = moment.replace(tzinfo=zone)
    day = aware.date()
    found = statement(first_day=day, last_day=day, signed_on=day, signed_at=aware.astimezone(UTC))
    assert codes(found) == []
    for far in (day - timedelta(days=3), day + timedelta(days=3)):
        assert "signed_on_differs" in codes(replace(found, signed_on=far))


scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
keys = st.text(st.characters(codec="ascii", exclude_characters="\x7f"))


@given(st.dictionaries(keys, scalars | st.lists(scalars)))
def test_our_bytes_are_those_of_the_library_for_rfc_8785(value: dict[str, Any]) -> None:
    normal = {key: json.loads(dump({"a": item}))["a"] for key, item in value.items()}
    assert dump(value) == rfc8785.dumps(normal)


@pytest.mark.parametrize("char", [chr(number) for number in (*range(0x21), 0x22, 0x5C, 0x7F, 0x2028, 0xFFFF, 0x1F600)])
def test_every_character_is_escaped_as_rfc_8785_says(char: str) -> None:
    assert dump({"a": char}) == rfc8785.dumps({"a": char})


@given(st.text())
def test_a_text_that_becomes_longer_in_nfc_is_measured_as_it_is_signed(text: str) -> None:
    found = statement(note=(text + "\U0001d15e") * 200)
    if not clauses(found):
        assert to_bytes(from_bytes(to_bytes(found))) == to_bytes(found)


def test_what_can_not_be_written_is_refused() -> None:
    assert dump({"a": 2**53 - 1, "b": -(2**53) + 1})
    for bad in (
        {"a": 1.5},
        {"a": 2**53},
        {"a": -(2**53)},
        {"a": "\ud800"},
        {"a": datetime(2026, 1, 1)},
        {"a": object()},
        {"a": {1, 2}},
    ):
        with pytest.raises(InvalidInput):
            dump(bad)
    with pytest.raises(InvalidInput):
        encode(statement(venue="\ud800"))
    with pytest.raises(InvalidInput):
        to_bytes(statement(outcome="passed"))
    with pytest.raises(ValueError, match="zone"):
        instant(datetime(2026, 1, 1))


def test_a_statement_that_is_too_large_is_refused() -> None:
    unit = statement().units[0]
    many = tuple(replace(unit, code=f"U.{number}", note="x" * 2000) for number in range(100))
    with pytest.raises(InvalidInput) as caught:
        to_bytes(statement(units=many))
    assert caught.value.code == "signing.too_large"


def test_reading_has_a_limit() -> None:
    assert load(b"[1]", limit=3) == [1]
    with pytest.raises(InvalidInput):
        load(b"[1]", limit=2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Siti \t Contoh\u00a0 ", "Siti Contoh"),
        ("Siti\u200b Con\u00adtoh\ufeff", "Siti Contoh"),
        ("Cafe\u0301", "Café"),
        ("a\r\nb", "a b"),
        ("\u202eabc", "abc"),
        ("", ""),
    ],
)
def test_text_is_cleaned_before_it_is_signed(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_a_note_keeps_its_lines() -> None:
    assert clean(" a \r\n\r\n b\rc \n", lines=True) == "a\n\nb\nc"


@given(st.text(), st.booleans())
def test_cleaned_text_passes_the_clauses_and_is_cleaned_once_for_all(text: str, lines: bool) -> None:
    cleaned = clean(text, lines=lines)
    assert clean(cleaned, lines=lines) == cleaned
    assert not {"text_character"} & set(codes(statement(note=cleaned or "x")))
