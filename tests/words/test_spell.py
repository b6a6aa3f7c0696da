"""Terbilang: what is spelled is read back by a reader that shares nothing with the speller."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor_registry.words.spell import LARGEST, spell_date, spell_number

UNITS = {
    w: n for n, w in enumerate(["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"])
}
SCALES = {"ribu": 10**3, "juta": 10**6, "miliar": 10**9, "triliun": 10**12}


def read(words: str) -> int:
    """Read a spelled number with an accumulator, word by word, as one hears it."""
    total = group = pending = 0
    for word in words.removeprefix("minus ").split():
        if word in UNITS:
            pending = UNITS[word]
        elif word in {"sepuluh", "sebelas", "seratus"}:
            group += {"sepuluh": 10, "sebelas": 11, "seratus": 100}[word]
        elif word == "seribu":
            total += 1000
        elif word in {"belas", "puluh", "ratus"}:
            group += {"belas": pending + 10, "puluh": pending * 10, "ratus": pending * 100}[word]
            pending = 0
        else:
            total += (group + pending) * SCALES[word]
            group = pending = 0
    value = total + group + pending
    return -value if words.startswith("minus ") else value


@given(st.one_of(st.integers(-LARGEST, LARGEST), st.integers(0, 10_000)))
def test_a_spelled_number_reads_back_as_itself(number: int) -> None:
    assert read(spell_number(number)) == number


@given(st.integers(0, LARGEST))
def test_no_satu_stands_where_se_belongs(number: int) -> None:
    words = f" {spell_number(number)} "
    assert not any(wrong in words for wrong in (" satu puluh ", " satu belas ", " satu ratus "))
    assert "sejuta" not in words
    assert " nol " not in words or number == 0


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "nol"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (12, "dua belas"),
        (19, "sembilan belas"),
        (20, "dua puluh"),
        (100, "seratus"),
        (111, "seratus sebelas"),
        (1000, "seribu"),
        (1999, "seribu sembilan ratus sembilan puluh sembilan"),
        (2026, "dua ribu dua puluh enam"),
        (21_000, "dua puluh satu ribu"),
        (101_000, "seratus satu ribu"),
        (1_000_000, "satu juta"),
        (1_001_000, "satu juta seribu"),
        (-3, "minus tiga"),
    ],
)
def test_numbers_are_written_as_offices_write_them(number: int, words: str) -> None:
    assert spell_number(number) == words


def test_a_number_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="no words"):
        spell_number(LARGEST + 1)


def test_the_date_of_the_minutes_is_spelled_out() -> None:
    assert spell_date(date(2026, 11, 21)).sentence == (
        "Sabtu, tanggal dua puluh satu bulan November tahun dua ribu dua puluh enam"
    )


@given(st.dates())
def test_a_spelled_date_reads_back_as_the_same_day(day: date) -> None:
    spelled = spell_date(day)
    months = [
        "Januari",
        "Februari",
        "Maret",
        "April",
        "Mei",
        "Juni",
        "Juli",
        "Agustus",
        "September",
        "Oktober",
        "November",
        "Desember",
    ]
    assert date(read(spelled.year), months.index(spelled.month) + 1, read(spelled.day)) == day
    assert ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"][day.isoweekday() - 1] == spelled.weekday
