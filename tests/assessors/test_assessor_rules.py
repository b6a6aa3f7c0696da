"""Registration numbers, names, NIK and telephones in the spellings that offices use."""

import re
import time
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assessor_registry.assessors.rules import (
    NameParts,
    Registration,
    Sex,
    check_nik,
    normal_phone,
    parse_registration,
    search_name,
    split_degree,
)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("MET.000.004772 2024", "MET.000.004772 2024"),
        ("MET.000.002286.2018", "MET.000.002286 2018"),
        ("MET. 000.001261 2022", "MET.000.001261 2022"),
        ("MET.000.0071672018", "MET.000.007167 2018"),
        ("MET.000.003627", "MET.000.003627"),
        ("met.000.001235 2019 ", "MET.000.001235 2019"),
        ("No. Reg. MET.000.001242 2021", "MET.000.001242 2021"),
        ("MET.000.001249\u00a02024", "MET.000.001249 2024"),
        ("Nomor Registrasi: MET 000 001249 2024", "MET.000.001249 2024"),
        ("No.Reg.MET.000.001249.2024", "MET.000.001249 2024"),
        ("MET000001249", "MET.000.001249"),
        ("MET-000-001249/2024", "MET.000.001249 2024"),
        ("000.001249 2024", "MET.000.001249 2024"),
        ("MET.000.001249 Tahun 2024", "MET.000.001249 2024"),
        ("Reg. MET.000.001249 Th. 2024", "MET.000.001249 2024"),
    ],
)
def test_a_registration_number_is_read_in_every_spelling(text: str, canonical: str) -> None:
    registration = parse_registration(text)
    assert registration is not None
    assert registration.canonical == canonical


@pytest.mark.parametrize(
    "text",
    ["", "MET", "-", "MET.000.4772 2024", "MET.000.004772 1824", "MET.000.004772 20245", "MET.000.004772 24",
     "MET.000.004772 2024 dan MET.000.004773 2024", "Reg. 518/2022", "KEP.000.004772 2024", "MET.٠٠٠.٠٠٤٧٧٢"],
)  # fmt: skip
def test_what_is_no_registration_number_is_not_guessed(text: str) -> None:
    assert parse_registration(text) is None


@given(
    block=st.integers(0, 999),
    serial=st.integers(0, 999_999),
    year=st.none() | st.integers(1900, 2099),
    separators=st.lists(st.sampled_from(["", ".", " ", ". ", "\u00a0", " . ", "-", "/"]), min_size=3, max_size=3),
    prefix=st.sampled_from(["", "No. Reg. ", "No Reg. ", "Nomor Registrasi ", "NO.REG:", " "]),
    met=st.sampled_from(["MET", "met", "Met"]),
)
def test_any_number_survives_any_separators(
    block: int, serial: int, year: int | None, separators: list[str], prefix: str, met: str
) -> None:
    tail = "" if year is None else f"{separators[2]}{year}"
    text = f"{prefix}{met}{separators[0]}{block:03}{separators[1]}{serial:06}{tail}"
    assert parse_registration(text) == Registration(f"{block:03}.{serial:06}", year)


@given(st.text(max_size=40))
def test_reading_never_fails_and_what_is_read_is_read_again_from_its_canonical_spelling(text: str) -> None:
    registration = parse_registration(text)
    if registration is not None:
        assert parse_registration(registration.canonical) == registration


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Sugeng Budi Ramadhan, S.Kom.", ("", "Sugeng Budi Ramadhan", "S.Kom.")),
        ("Rina Hidayat, ST,MT", ("", "Rina Hidayat", "ST,MT")),
        ("Hendra Arif Firdaus", ("", "Hendra Arif Firdaus", "")),
        ("Drs. H. Budi  Santoso, M.Pd.", ("Drs. H.", "Budi Santoso", "M.Pd.")),
        ("Hj. Siti Aminah S.Pd., M.Pd.", ("Hj.", "Siti Aminah S.Pd.", "M.Pd.")),
        ("Siti Aminah S.Pd", ("", "Siti Aminah", "S.Pd")),
        ("Ir Soekarno", ("Ir", "Soekarno", "")),
        ("Indra", ("", "Indra", "")),
        ("Dr", ("", "Dr", "")),
    ],
)
def test_degrees_are_taken_apart_from_the_name(text: str, parts: tuple[str, str, str]) -> None:
    assert split_degree(text) == NameParts(*parts)


def test_a_long_name_is_taken_apart_as_quickly_as_it_is_read() -> None:
    """A cell may hold 32,767 letters; each of these made a pattern try every way to divide it."""
    for text in ("S. " * 10_000 + "!", "S.T. " * 6_000 + "x", "H. " * 10_000, "A. Md " * 5_000 + "?"):
        began = time.process_time()
        split_degree(text)
        assert time.process_time() - began < 2


# The same said as one pattern, which is slow for a long text.
DEGREES = re.compile(
    r"(?:\s+(?:[SM]\.\s?[A-Z][A-Za-z.]*|A\.?\s?Md\.?[A-Za-z.]*|S\.?Pd\.?[A-Z]?|M\.?Pd\.?|S\.?Kom\.?|M\.?Kom\.?"
    r"|S\.?T\.?|M\.?T\.?|S\.?E\.?|M\.?M\.?|S\.?Si\.?|M\.?Si\.?|S\.?H\.?|M\.?H\.?|Gr\.?))+$"
)


WORDS = ["Budi", "S.", "Kom", "Kom.", "S.T.", "M.", "Pd", "A.", "Md.", "Gr.", "SE", "x", "S.Pd"]


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=7))
def test_degrees_at_the_end_are_the_longest_tail_of_them(words: list[str]) -> None:
    text = " ".join(words)
    parts = split_degree(text)
    assume(not parts.front)
    tail = DEGREES.search(text)
    assert parts.back == (tail[0].strip() if tail and tail.start() else "")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SITI SIMANJUNTAK, S.PD.T", "Siti  Simanjuntak"),
        ("D'Angelo  Putri  Lestari ", "DAngelo Putri Lestari"),
        ("Drs. Budi Santoso, M.Pd.", "BUDI SANTOSO S.Pd"),
        ("René", "rene"),
    ],
)
def test_a_name_is_found_in_another_spelling(one: str, other: str) -> None:
    assert search_name(one) == search_name(other)


def test_different_names_stay_different() -> None:
    assert search_name("Andi Santoso, S.T.") != search_name("Andi Joko Santoso, S.T.")


@pytest.mark.parametrize(
    ("nik", "birth_date", "sex", "codes"),
    [
        ("6471030102762627", date(1976, 2, 1), "L", []),
        ("6407125212841235", date(1984, 12, 12), "P", []),
        ("6407125212841235", None, None, []),
        ("64720112038", date(1985, 3, 12), "L", ["nik.length"]),
        ("647201120385000A", date(1985, 3, 12), "L", ["nik.length"]),
        ("6471030102760000", date(1976, 2, 1), "L", ["nik.serial"]),
        ("6471030102762627", date(1976, 2, 2), "L", ["nik.birth_date"]),
        ("6471030102762627", date(1976, 2, 1), "P", ["nik.sex"]),
        ("6471034102762627", date(1976, 2, 1), "L", ["nik.sex"]),
        ("6471039902762627", None, None, ["nik.no_date"]),
        ("6471030113762627", None, "L", ["nik.no_date"]),
    ],
)
def test_a_nik_is_compared_with_birth_date_and_sex(
    nik: str, birth_date: date | None, sex: Sex | None, codes: list[str]
) -> None:
    reasons = check_nik(nik, birth_date, sex)
    assert [reason.code for reason in reasons] == codes
    assert nik not in repr(reasons)


@given(
    born=st.dates(date(1930, 1, 1), date(2029, 12, 31)),
    sex=st.sampled_from(["L", "P"]),
    serial=st.integers(1, 9999),
    other=st.dates(date(1930, 1, 1), date(2029, 12, 31)),
)
def test_a_nik_agrees_with_its_own_birth_date_and_with_no_other(born: date, sex: Sex, serial: int, other: date) -> None:
    day = born.day + (40 if sex == "P" else 0)
    nik = f"640101{day:02}{born.month:02}{born.year % 100:02}{serial:04}"
    assert check_nik(nik, born, sex) == ()
    if (other.day, other.month, other.year % 100) != (born.day, born.month, born.year % 100):
        assert [reason.code for reason in check_nik(nik, other, sex)] == ["nik.birth_date"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("082189887783", "082189887783"),
        ("82189887783", "082189887783"),
        ("+62 821-8988-7783", "082189887783"),
        ("6282189887783", "082189887783"),
        ("'0821 8988 7783", "082189887783"),
        ("(0541) 733333", "0541733333"),
        ("0821 8988 7783 / 0812 1111 2222", "082189887783"),
        ("tidak ada", None),
        ("12", None),
        ("0821898877831234567", None),
    ],
)
def test_a_telephone_number_is_read_as_it_is_dialled(text: str, number: str | None) -> None:
    assert normal_phone(text) == number
