"""Numbers and dates in words (terbilang), as minutes and letters spell them out.

`Pada hari ini Sabtu, tanggal dua puluh satu bulan November tahun dua ribu dua puluh enam`. Written as KBBI and EYD V
write them: `se-` joins puluh, belas, ratus and ribu (seribu, but dua puluh satu ribu), never juta and above.
"""

from dataclasses import dataclass
from datetime import date

from assessor_registry.words.dates import DAYS, MONTHS

_DIGITS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
_POWERS = ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"))
LARGEST = 10**15 - 1


@dataclass(frozen=True, slots=True)
class SpelledDate:
    """A date in words: `Sabtu`, `dua puluh satu`, `November`, `dua ribu dua puluh enam`."""

    weekday: str
    day: str
    month: str
    year: str

    @property
    def sentence(self) -> str:
        """`Sabtu, tanggal dua puluh satu bulan November tahun dua ribu dua puluh enam`."""
        return f"{self.weekday}, tanggal {self.day} bulan {self.month} tahun {self.year}"


def spell_number(number: int) -> str:
    """Return the number in words, in lower case: 0 is `nol`, -3 is `minus tiga`.

    Raises:
        ValueError: beyond ± 999 triliun, where the field has no word in use.
    """
    if abs(number) > LARGEST:
        raise ValueError(f"no words for {number}")
    if number < 0:
        return f"minus {spell_number(-number)}"
    return " ".join(_words(number)) or _DIGITS[0]


def spell_date(day: date) -> SpelledDate:
    """Return the parts of a date in words."""
    return SpelledDate(DAYS[day.weekday()], spell_number(day.day), MONTHS[day.month - 1], spell_number(day.year))


def _words(number: int) -> list[str]:
    """The words of a number; none for 0."""
    for power, name in _POWERS:
        if number >= power:
            return [*_words(number // power), name, *_words(number % power)]
    if number >= 1000:
        head = ["seribu"] if number < 2000 else [*_words(number // 1000), "ribu"]
        return [*head, *_words(number % 1000)]
    return _below_thousand(number)


def _below_thousand(number: int) -> list[str]:
    """The words of 0 to 999; none for 0."""
    if number >= 100:
        head = ["seratus"] if number < 200 else [_DIGITS[number // 100], "ratus"]
        return [*head, *_below_thousand(number % 100)]
    if number >= 20:
        return [_DIGITS[number // 10], "puluh", *_below_thousand(number % 10)]
    if number >= 12:
        return [_DIGITS[number - 10], "belas"]
    if number >= 10:
        return ["sepuluh"] if number == 10 else ["sebelas"]
    return [_DIGITS[number]] if number else []
