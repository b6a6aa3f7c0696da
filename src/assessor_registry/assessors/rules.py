"""Who an assessor is: the registration number in every spelling, names, NIK and telephone numbers. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple
from uuid import UUID

from assessor_registry.errors import Reason

Sex = Literal["L", "P"]
"""L, laki-laki (man) or P, perempuan (woman), as every form of the field writes it."""

_REGISTRATION = re.compile(r"^(?:MET ?)?(\d{3}) ?(\d{6}) ?(?:(?:TAHUN|THN|TH)? ?((?:19|20)\d{2}))?$", re.ASCII)
_PREFIX = re.compile(r"^(?:NOMOR|NOMER|NO|REGISTRASI|REGISTER|REG|ASESOR)(?= |MET)\s*")
NIK_LENGTH = 16
WOMAN = 40
"""Added to the day of birth in a woman's NIK."""


@dataclass(frozen=True, slots=True, order=True)
class Registration:
    """A registration number of BNSP (No. Reg. MET). `number` has nine digits, `000.004772`; the year may be unknown.

    The year is that of the first registration and does not change at RCC: never derive a validity from it.
    """

    number: str
    year: int | None

    @property
    def canonical(self) -> str:
        """`MET.000.004772 2024`, without the year when that is unknown."""
        return f"MET.{self.number}" + ("" if self.year is None else f" {self.year}")


def parse_registration(text: str) -> Registration | None:
    """Read a registration number in any spelling, None when it is not one.

    Dots, blanks, dashes and letter case do not matter, `No. Reg.` before it neither; a lost separator before the year
    is accepted. Nine digits are needed: nothing is guessed.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    plain = " ".join(re.sub(r"[^0-9A-Z]+", " ", plain).split())
    while shorter := _PREFIX.sub("", plain):
        if shorter == plain:
            break
        plain = shorter
    match = _REGISTRATION.match(plain)
    if match is None:
        return None
    return Registration(f"{match[1]}.{match[2]}", int(match[3]) if match[3] else None)


class NameParts(NamedTuple):
    """A name as written, apart: titles before, the name, degrees after; empty where there are none."""

    front: str
    bare: str
    back: str


_FRONT = re.compile(
    r"^(?:(?:Prof|Drs|Dra|Dr|dr|Ir|Hj|H|Kh|Ust|Ns|Apt)\.\s*|(?:Prof|Drs|Dra|Dr|Ir|Hj|H)\s+)+", re.IGNORECASE
)
_DEGREE = re.compile(
    r"[SM]\. ?[A-Z][A-Za-z.]*|A\.? ?Md\.?[A-Za-z.]*|S\.?Pd\.?[A-Z]?|M\.?Pd\.?|S\.?Kom\.?|M\.?Kom\.?"
    r"|S\.?T\.?|M\.?T\.?|S\.?E\.?|M\.?M\.?|S\.?Si\.?|M\.?Si\.?|S\.?H\.?|M\.?H\.?|Gr\.?"
)


_APOSTROPHES = re.compile(r"['`´‘’]")
_NO_LETTERS = re.compile(r"[\W_]+")


def split_degree(text: str) -> NameParts:
    """Take a name apart: `Drs. Budi Santoso, M.Pd.` → (`Drs.`, `Budi Santoso`, `M.Pd.`).

    What follows the first comma is degrees; without a comma, degrees at the end are known by their shape.
    """
    name, comma, back = (" ".join(part.split()) for part in " ".join(text.split()).partition(","))
    front = _FRONT.match(name)
    if front and front.end() < len(name):
        lead, name = name[: front.end()].strip(), name[front.end() :].strip()
    else:
        lead = ""
    if not comma:
        words = name.split()
        begins = _degrees_from(words)
        name, back = " ".join(words[:begins]), " ".join(words[begins:])
    return NameParts(lead, name, back)


def _degrees_from(words: Sequence[str]) -> int:
    """Return at which word the degrees at the end begin: the first from which all is degrees, of one word or two.

    Word by word from the end: one pattern over all of it would try every way to divide a long text.
    """
    ends, first = {len(words)}, len(words)
    for at in range(len(words) - 1, 0, -1):
        one = at + 1 in ends and _DEGREE.fullmatch(words[at])
        two = at + 2 in ends and _DEGREE.fullmatch(f"{words[at]} {words[at + 1]}")
        if one or two:
            ends.add(at)
            first = at
        elif first - at > 1:
            break
    return first


def search_name(text: str) -> str:
    """Return a name for comparing and searching: no degrees, accents, punctuation or letter case; blanks single."""
    bare = split_degree(text).bare
    if not bare.isascii():
        plain = unicodedata.normalize("NFKD", bare)
        bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(_NO_LETTERS.sub(" ", _APOSTROPHES.sub("", bare.casefold())).split())


def check_nik(nik: str, birth_date: date | None, sex: Sex | None) -> tuple[Reason, ...]:
    """Return what is wrong with a NIK (nomor induk kependudukan); empty when nothing is.

    16 digits: region (6, of first registration, so never checked), day-month-year of birth with 40 added to a woman's
    day, a serial that is not 0000. Only `nik.length` is a reason to refuse: the civil registry itself holds old
    errors in the rest. Never put the number itself into a message.
    """
    if len(nik) != NIK_LENGTH or not (nik.isascii() and nik.isdigit()):
        return (Reason("nik.length", {"found": len(nik)}),)
    reasons = [Reason("nik.serial")] if nik[12:] == "0000" else []
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    woman = day > WOMAN
    born = day - WOMAN if woman else day
    if birth_date is not None and (born, month, year) != (birth_date.day, birth_date.month, birth_date.year % 100):
        reasons.append(Reason("nik.birth_date", {"birth_date": birth_date}))
    elif birth_date is None and not (1 <= born <= 31 and 1 <= month <= 12):
        reasons.append(Reason("nik.no_date"))
    if sex is not None and woman != (sex == "P"):
        reasons.append(Reason("nik.sex", {"sex": sex}))
    return tuple(reasons)


_BETWEEN_PHONES = re.compile(r"[/,;|\n]| atau ")
_NO_PHONE = re.compile(r"[^\d\s().+\-–'‘’`]")
_NO_DIGIT = re.compile(r"\D", re.ASCII)
_COUNTRY = re.compile(r"^(?:0062|62)0?(?=[1-9])")


def normal_phone(text: str) -> str | None:
    """Return an Indonesian telephone number as it is dialled at home, `081234567890`; None when it is none.

    +62 and 62 become 0, a leading 0 that a spreadsheet dropped comes back; of several numbers the first.
    """
    first = _BETWEEN_PHONES.split(text.strip(), 1)[0]
    if _NO_PHONE.search(first):
        return None
    digits = _COUNTRY.sub("0", _NO_DIGIT.sub("", first))
    if not digits.startswith("0"):
        digits = f"0{digits}"
    return digits if digits.isascii() and 8 <= len(digits) <= 14 else None


ENDED_REASONS = ("retired", "moved", "head", "died", "other")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a registration number, as far as telling people apart needs it."""

    assessor_id: UUID
    year: int | None
    search_name: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    nik_hash: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Match:
    """`known` with the person, `new`, or `ambiguous`: nobody can say whose number it is."""

    kind: Literal["known", "new", "ambiguous"]
    assessor_id: UUID | None = None


def choose_holder(
    holders: Sequence[Holder], year: int | None, search: str, birth_date: date | None, nik_hash: bytes | None
) -> Match:
    """Say whom a list means by a number of which `holders` are all present holders.

    1. Number and year are one person.
    2. With a year that nobody has: the one who holds the number without a year and agrees (and gains the year), or new.
    3. Without a year: new when nobody has the number; the person when exactly one has it and agrees; else ambiguous.

    To agree is to have the same NIK, or the same name and date of birth.
    """

    def agrees(holder: Holder) -> bool:
        same_nik = nik_hash is not None and holder.nik_hash == nik_hash
        return same_nik or (birth_date is not None and (holder.search_name, holder.birth_date) == (search, birth_date))

    if year is not None:
        for holder in holders:
            if holder.year == year:
                return Match("known", holder.assessor_id)
        yearless = [holder for holder in holders if holder.year is None and agrees(holder)]
        return Match("known", yearless[0].assessor_id) if yearless else Match("new")
    if not holders:
        return Match("new")
    if len({holder.assessor_id for holder in holders}) == 1 and agrees(holders[0]):
        return Match("known", holders[0].assessor_id)
    return Match("ambiguous")
