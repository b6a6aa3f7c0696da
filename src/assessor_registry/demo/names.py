"""Made-up people: names composed from lists, NIK of a district that is not there, addresses of nobody. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

_MEN = (
    "Adi", "Agus", "Bagas", "Bayu", "Candra", "Dani", "Eko", "Fajar", "Galih", "Hadi", "Ilham", "Jaya", "Krisna",
    "Lukman", "Made", "Nanda", "Oki", "Panji", "Rendra", "Satria", "Teguh", "Umar", "Wahyu", "Yoga", "Zaki",
)  # fmt: skip
_WOMEN = (
    "Aisyah", "Bunga", "Citra", "Dewi", "Elsa", "Fitri", "Gita", "Hana", "Intan", "Juwita", "Kartika", "Laras",
    "Maya", "Nadia", "Oktavia", "Puspa", "Ratna", "Sari", "Tika", "Ulfa", "Vina", "Wulan", "Yuni", "Zahra", "Mega",
)  # fmt: skip
_SECOND = (
    "Anggara", "Baskara", "Cahaya", "Darma", "Erlangga", "Fathoni", "Gunadi", "Harun", "Imani", "Jatmika", "Kencana",
    "Lestari", "Mahendra", "Nirwana", "Oktora", "Permata", "Rahardi", "Samudra", "Tirta", "Utama", "Wijaya",
)  # fmt: skip
_LAST = (
    "Ampalu", "Batuah", "Damaraya", "Gelinggang", "Jelawat", "Karamunting", "Langsat", "Mandauraya", "Meranti",
    "Nangkabaru", "Papatan", "Rotanjaya", "Sepakat", "Tanjungraya", "Ulinsari", "Warutama",
)  # fmt: skip
_DEGREES = ("S.Pd.", "S.T.", "S.Kom.", "S.Pd., M.Pd.", "S.E.", "A.Md.", "S.Tr.T.", "S.Pd., Gr.", "")
# A district number that no kabupaten has: such a NIK belongs to nobody.
_NO_DISTRICT = "99"


@dataclass(frozen=True, slots=True)
class Made:
    """A made-up person; `nik` fits birth date and sex."""

    name: str
    sex: str
    birth_date: date
    birth_place: str
    nik: str = field(repr=False)
    phone: str
    email: str


class People:
    """Composes people, each name once; the same seed gives the same people."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 (nothing is secret about made-up people)
        self._taken: set[str] = set()
        self._serial = 0

    def one(self, region_code: str, place: str, born: tuple[int, int], *, degrees: bool = False) -> Made:
        """A person born in one of the years `born` (first, last)."""
        pick = self._random
        sex = pick.choice("LP")
        name = self._name(sex)
        day = date(pick.randint(*born), 1, 1) + timedelta(days=pick.randrange(365))
        self._serial += 1
        mail = name.lower().replace(" ", ".")
        title = pick.choice(_DEGREES) if degrees else ""
        return Made(
            f"{name}, {title}" if title else name, sex, day, place, self._nik(region_code, day, sex),
            f"0899{self._serial:07d}", f"{mail}@contoh.example",
        )  # fmt: skip

    def _name(self, sex: str) -> str:
        first = _MEN if sex == "L" else _WOMEN
        while True:
            parts = (self._random.choice(first), self._random.choice(_SECOND), self._random.choice(_LAST))
            if (name := " ".join(parts)) not in self._taken:
                self._taken.add(name)
                return name

    def _nik(self, region_code: str, born: date, sex: str) -> str:
        day = born.day + (40 if sex == "P" else 0)
        return f"{region_code.replace('.', '')}{_NO_DISTRICT}{day:02d}{born:%m%y}{self._serial:04d}"

    def students(self, count: int, region_code: str, place: str, years: tuple[int, int]) -> Iterator[Made]:
        """`count` pupils born in `years`."""
        return (self.one(region_code, place, years) for _ in range(count))
