"""How schools and regions are recognised in lists, and which of several is meant. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from uuid import UUID

from assessor_registry.days import require_believable
from assessor_registry.errors import InvalidInput, Reason

VENUE_KINDS = ("sewaktu", "tempat_kerja", "mandiri")
SIGNATURE_MODES = ("print", "internal")
_REGION_SHORT = {
    "kukar": "kutai kartanegara", "kutim": "kutai timur", "kubar": "kutai barat", "ppu": "penajam paser utara",
    "penajam": "penajam paser utara", "mahulu": "mahakam ulu", "mahakam hulu": "mahakam ulu",
}  # fmt: skip
_NPSN = re.compile(r"[0-9]{8}")


def search_school(text: str) -> str:
    """Return what equal names of a school have in common: `SMK NEGERI 4 BERAU` and `SMKN 04 Berau` → `smkn 4 berau`."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    plain = " ".join(re.findall(r"[^\W_]+", re.sub(r"['`´‘’]", "", folded)))
    plain = re.sub(r"\bsekolah menengah kejuruan\b", "smk", plain)
    plain = re.sub(r"\bsmk (?:negeri|neg|n)\b|\bsmk negeri(?=\d)", "smkn ", plain)
    plain = re.sub(r"\bsmk (?:swasta|s)\b|\bsmks\b", "smk ", plain)
    plain = re.sub(r"\b(smkn?)(?=\d)", r"\1 ", plain)
    return " ".join(re.sub(r"\b0+(?=\d)", "", plain).split())


def search_region(text: str) -> str:
    """Return what equal names of a kabupaten or kota have in common: `Kab. Kutai Timur`, `Kutim` → `kutai timur`."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())
    while len(words) > 1 and words[0] in {"kab", "kabupaten", "kota", "kodya"}:
        words = words[1:]
    plain = " ".join(words)
    return _REGION_SHORT.get(plain, plain)


def clean_npsn(text: str | None) -> str | None:
    """Return the national school number (NPSN) without blanks, None when empty.

    Raises:
        InvalidInput: it is not 8 digits.
    """
    npsn = re.sub(r"\s+", "", text or "")
    if not npsn:
        return None
    if not _NPSN.fullmatch(npsn):
        raise InvalidInput("institutions.npsn_shape", field="npsn")
    return npsn


def require_order(first_day: date, last_day: date | None, field_name: str = "last_day") -> None:
    """Refuse a range of days that ends before it begins, or lies in a year that nobody means.

    Raises:
        InvalidInput: it does.
    """
    require_believable(first_day=first_day, **{field_name: last_day})
    if last_day is not None and last_day < first_day:
        raise InvalidInput("institutions.days_reversed", field=field_name, first_day=first_day, last_day=last_day)


@dataclass(frozen=True, slots=True)
class SchoolFact:
    """A school as far as recognising it needs; `merged_into` is set on a row that was merged into another."""

    id: UUID
    npsn: str | None
    name: str
    search_name: str
    region_code: str | None
    state: str
    merged_into: UUID | None = None


@dataclass(frozen=True, slots=True)
class SchoolMatch:
    """Which school a list means (None: unknown), what to warn about, whether the school gains the NPSN of the list."""

    school_id: UUID | None
    warned: tuple[Reason, ...] = ()
    gains_npsn: bool = False


@dataclass(slots=True)
class SchoolIndex:
    """All schools by NPSN and by normalised name, so that many rows are matched without asking the database again."""

    by_id: dict[UUID, SchoolFact] = field(default_factory=dict)
    by_npsn: dict[str, SchoolFact] = field(default_factory=dict)
    by_name: dict[str, list[SchoolFact]] = field(default_factory=dict)

    @classmethod
    def of(cls, facts: Iterable[SchoolFact]) -> "SchoolIndex":
        """Index `facts`; their order decides between equals (oldest first)."""
        index = cls()
        for fact in facts:
            index.add(fact)
        return index

    def add(self, fact: SchoolFact) -> None:
        """Let a new school be found."""
        self.by_id[fact.id] = fact
        if fact.npsn is not None:
            self.by_npsn[fact.npsn] = fact
        self.by_name.setdefault(fact.search_name, []).append(fact)

    def target(self, fact: SchoolFact) -> SchoolFact:
        """The school that `fact` is now: itself, or the one it was merged into."""
        return fact if fact.merged_into is None else self.by_id[fact.merged_into]


def match_school(index: SchoolIndex, name: str, npsn: str | None, region_code: str | None) -> SchoolMatch:
    """Say which school a list means.

    1. The NPSN decides when it is known; another name beside it is warned about.
    2. Else the normalised name, among schools that do not contradict the region or the NPSN of the list. A school
       without NPSN gains that of the list. Of several, a confirmed one comes first, then the oldest, with a warning.
    """
    sought = search_school(name)
    if npsn is not None and (known := index.by_npsn.get(npsn)) is not None:
        params = {"npsn": npsn, "name": name, "known": known.name}
        differs = bool(sought) and sought != known.search_name
        warned = (Reason("institutions.school_name_differs", params),) if differs else ()
        return SchoolMatch(index.target(known).id, warned)
    targets = {fact.id: fact for fact in map(index.target, index.by_name.get(sought, ()))} if sought else {}
    fitting = [
        fact
        for fact in targets.values()
        if (npsn is None or fact.npsn is None)
        and (region_code is None or fact.region_code is None or fact.region_code == region_code)
    ]
    if not fitting:
        return SchoolMatch(None)
    chosen = next((fact for fact in fitting if fact.state == "confirmed"), fitting[0])
    ambiguous = (Reason("institutions.school_ambiguous", {"name": name}),) if len(fitting) > 1 else ()
    return SchoolMatch(chosen.id, ambiguous, gains_npsn=npsn is not None)


# `smk 7 samarinda` is like `smkn 7 samarinda` (0.97); `smkn 1 loa kulu` is not like `smkn 1 loa janan` (0.77).
_ALIKE = 0.8


def likely_schools(index: SchoolIndex, fact: SchoolFact, most: int = 4) -> list[SchoolFact]:
    """Return which schools a provisional one may be another spelling of, confirmed and most alike first.

    The names are alike and hold the same numbers (SMKN 4 is never SMKN 5); region and NPSN do not contradict.
    """
    found = [
        (other.state != "confirmed", -alike, other)
        for other in index.by_id.values()
        if other.id != fact.id and other.merged_into is None
        and re.findall(r"\d+", other.search_name) == re.findall(r"\d+", fact.search_name)
        and (fact.npsn is None or other.npsn is None or fact.npsn == other.npsn)
        and (fact.region_code is None or other.region_code is None or fact.region_code == other.region_code)
        and (alike := SequenceMatcher(None, fact.search_name, other.search_name).ratio()) >= _ALIKE
    ]  # fmt: skip
    return [other for *_, other in sorted(found, key=lambda each: (*each[:2], each[2].name, each[2].id))[:most]]
