"""How schemes are recognised in lists, what a unit code looks like, and when a version is in order. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from assessor_registry.errors import InvalidInput, Reason

KINDS = ("KKNI", "Okupasi", "Klaster")
MAX_UNITS = 500

_ROMAN = {"1": "i", "2": "ii", "3": "iii", "4": "iv", "5": "v", "6": "vi", "7": "vii", "8": "viii", "9": "ix"}
_LEVELS = frozenset(_ROMAN.values())
_LEVEL_WORDS = frozenset({"level", "lvl", "lv", "tingkat", "jenjang", "kualifikasi"})
# Words that some lists write before a scheme's name and others leave out.
_NOISE = frozenset({"skema", "sertifikasi", "okupasi", "kompetensi", "keahlian", "pada", "dan"})

# Shapes of unit codes seen in the field; SKKNI of three generations, the older ones, ASEAN tourism, Australian.
_CODE_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        r"[A-Z]\.\d{6}\.\d{3}\.\d{2}",
        r"[A-Z]\.\d{2}[A-Z]{3}\d{2}\.\d{3}\.\d",
        r"[A-Z]{3}\.[A-Z]{2}\d{2}\.\d{3}\.\d{2}",
        r"LOG\.[O0]{2}\d{2}\.\d{3}\.\d{2}",
        r"D\d\.[A-Z]{3}\.CL\d\.\d{2}",
        r"[A-Z]{4,}\d{3}[A-Z]?",
    )
)


@dataclass(frozen=True, slots=True)
class UnitDraft:
    """A unit to be stored: code and title as printed in the source."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class ClusterDraft:
    """A cluster to be stored; `title` None for units that belong to no cluster."""

    title: str | None
    units: tuple[UnitDraft, ...]


@dataclass(frozen=True, slots=True)
class VersionDraft:
    """A version to be stored."""

    label: str
    source: str
    clusters: tuple[ClusterDraft, ...]
    first_day: date | None = None
    verified: bool = False
    complete: bool = True
    note: str | None = None

    @property
    def units(self) -> tuple[UnitDraft, ...]:
        """All units in order, over all clusters."""
        return tuple(unit for cluster in self.clusters for unit in cluster.units)


def search_title(text: str) -> str:
    """Return what equal names of a scheme have in common.

    Case, punctuation and the words that lists add at will fall away; the KKNI level stays, in Roman numerals and in
    front: `Skema KKNI Lv. 2 – Teknik Komputer & Jaringan` → `kkni ii teknik komputer jaringan`.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    tokens = re.findall(r"[^\W_]+", folded)
    level: str | None = None
    rest: list[str] = []
    expects_level = seen_kkni = False
    for token in tokens:
        numeral = _ROMAN.get(token, token if token in _LEVELS else None)
        if numeral and expects_level and level is None:
            level, expects_level = numeral, False
        elif token == "kkni":
            seen_kkni = expects_level = True
        elif token in _LEVEL_WORDS:
            expects_level = True
        else:
            expects_level = False
            if token not in _NOISE:
                rest.append(token)
    front = ["kkni"] if seen_kkni or level else []
    return " ".join([*front, *([level] if level else []), *rest])


def clean_code(text: str) -> str:
    """Return a unit code without the blanks that lists carry, in capitals: `J.611000 .005.02` → `J.611000.005.02`."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()


def known_shape(code: str) -> bool:
    """Whether a unit code has one of the shapes seen in the field; another is warned about, never refused."""
    return any(shape.fullmatch(code) for shape in _CODE_SHAPES)


def clusters_of(rows: Iterable[tuple[str | None, str, str]]) -> tuple[ClusterDraft, ...]:
    """Group rows of (cluster title or None, code, title) into clusters, in the order in which they first appear."""
    grouped: dict[str | None, list[UnitDraft]] = {}
    for cluster, code, title in rows:
        name = " ".join((cluster or "").split()) or None
        grouped.setdefault(name, []).append(UnitDraft(clean_code(code), " ".join(title.split())))
    return tuple(ClusterDraft(name, tuple(units)) for name, units in grouped.items())


def validate_version(draft: VersionDraft) -> tuple[Reason, ...]:
    """Return what to warn about.

    Raises:
        InvalidInput: no label or source; a unit without code or title; a code twice; a complete version without
            units; more than `MAX_UNITS`.
    """
    if not draft.label.strip():
        raise InvalidInput("schemes.label_missing", field="label")
    if not draft.source.strip():
        raise InvalidInput("schemes.source_missing", field="source")
    if draft.complete and not draft.units:
        raise InvalidInput("schemes.no_units", field="units")
    if len(draft.units) > MAX_UNITS:
        raise InvalidInput("schemes.too_many_units", field="units", limit=MAX_UNITS)
    _validate_units(draft.units)
    return tuple(
        Reason("schemes.code_shape_unknown", {"unit": unit.code}) for unit in draft.units if not known_shape(unit.code)
    )


def _validate_units(units: Sequence[UnitDraft]) -> None:
    seen: set[str] = set()
    for position, unit in enumerate(units, 1):
        if not unit.code:
            raise InvalidInput("schemes.code_missing", field="units", position=position)
        if not unit.title:
            raise InvalidInput("schemes.unit_title_missing", field="units", unit=unit.code)
        if unit.code in seen:
            raise InvalidInput("schemes.code_twice", field="units", unit=unit.code)
        seen.add(unit.code)
