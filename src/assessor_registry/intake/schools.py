"""Which school a row of a list means; unknown ones are gathered once, to be made provisional. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid5

from assessor_registry.errors import Reason
from assessor_registry.institutions.rules import (
    SchoolFact,
    SchoolIndex,
    SchoolMatch,
    match_school,
    search_region,
    search_school,
)
from assessor_registry.intake.plan_rules import ProvisionalSchool

# Names of planned schools hold within one plan only; the registry gives them others.
_PLANNED = UUID("5b2f6f0a-7f0e-4a0e-9a5c-0d9a0c0b6a11")
_ORDINARY = re.compile(r"smkn? \d+")


@dataclass(slots=True)
class SchoolFinder:
    """Finds schools in `index`, to which planned ones are added; `regions`: normalised name → code.

    `region_names`: code → name, for what is told of a change.
    """

    index: SchoolIndex
    regions: Mapping[str, str]
    region_names: Mapping[str, str] = field(default_factory=dict)
    planned: dict[UUID, ProvisionalSchool] = field(default_factory=dict)
    gains: dict[UUID, str] = field(default_factory=dict)
    _looked: dict[tuple[str | None, str | None, str | None], SchoolMatch] = field(default_factory=dict)
    """Until the index changes: the rows of a school mostly stand together."""
    _regions_found: dict[tuple[str, str | None], str | None] = field(default_factory=dict)

    def region_of(self, city: str | None) -> str | None:
        """The code of a kabupaten or kota as a list writes it."""
        return self.regions.get(search_region(city)) if city else None

    def look(self, name: str | None, npsn: str | None, city: str | None) -> SchoolMatch:
        """Say which school is meant, without planning anything.

        The region is the one that the school's name names, else that of the row; a name that is told apart from
        others without it is found whatever region the row has, because a teacher may live elsewhere.
        """
        if (known := self._looked.get((name, npsn, city))) is None:
            known = self._looked[name, npsn, city] = self._look(name, npsn, city)
        return known

    def _look(self, name: str | None, npsn: str | None, city: str | None) -> SchoolMatch:
        region = self._region(name or "", city)
        found = match_school(self.index, name or "", npsn, region)
        if found.school_id is None and name and not _ORDINARY.fullmatch(search_school(name)):
            anywhere = match_school(self.index, name, npsn, None)
            return found if anywhere.warned else anywhere
        return found

    def take(self, row: int, name: str | None, npsn: str | None, city: str | None) -> tuple[UUID, tuple[Reason, ...]]:
        """Return the school of a row that goes in, and what to warn about; plan it when nobody knows it."""
        found = self.look(name, npsn, city)
        if found.school_id is None:
            return self._plan(row, name or f"NPSN {npsn}", npsn, self._region(name or "", city)), ()
        if found.school_id in self.planned:
            known = self.planned[found.school_id]
            self.planned[known.id] = replace(known, npsn=known.npsn or npsn, rows=(*known.rows, row))
        if found.gains_npsn and npsn is not None:
            self._gain(found.school_id, npsn)
        return found.school_id, found.warned

    def known_as(self, name: str | None) -> SchoolFact | None:
        """The school of that name and an NPSN of its own, if there is just one; a name without a place says nothing."""
        named = [fact for fact in self._named(name) if fact.npsn]
        return named[0] if len(named) == 1 and not _ORDINARY.fullmatch(search_school(name or "")) else None

    def is_called(self, school: SchoolFact, title: str) -> bool:
        """Whether a line above a table names that school, by its name or one that it had before."""
        return f" {school.search_name} " in f" {search_school(title)} " or school in self._named(title)

    def _named(self, name: str | None) -> list[SchoolFact]:
        found = self.index.by_name.get(search_school(name), ()) if name else ()
        return list({fact.id: fact for fact in map(self.index.target, found)}.values())

    def fact(self, school_id: UUID) -> SchoolFact:
        """What is known of a school that was found."""
        return self.index.by_id[school_id]

    def _region(self, name: str, city: str | None) -> str | None:
        if (name, city) not in self._regions_found:
            self._regions_found[name, city] = self._find_region(name, city)
        return self._regions_found[name, city]

    def _find_region(self, name: str, city: str | None) -> str | None:
        plain = f" {search_school(name)} "
        named = [region for region in self.regions if f" {region} " in plain]
        # Penajam Paser Utara also holds the name of Paser: the longest name is the one that is meant.
        return self.regions[max(named, key=len)] if named else self.region_of(city)

    def _plan(self, row: int, name: str, npsn: str | None, region: str | None) -> UUID:
        fact = SchoolFact(
            uuid5(_PLANNED, f"{search_school(name)}|{npsn}|{region}"),
            npsn,
            name,
            search_school(name),
            region,
            "provisional",
        )
        self.index.add(fact)
        self._looked.clear()
        self.planned[fact.id] = ProvisionalSchool(fact.id, name, npsn, region, (row,))
        return fact.id

    def _gain(self, school_id: UUID, npsn: str) -> None:
        """The school is known by this number from the next row on."""
        self._looked.clear()
        fact = replace(self.index.by_id[school_id], npsn=npsn)
        self.index.by_id[school_id] = self.index.by_npsn[npsn] = fact
        named = self.index.by_name[fact.search_name]
        named[:] = [fact if other.id == school_id else other for other in named]
        if school_id not in self.planned:
            self.gains[school_id] = npsn


def doubt_of_new(school: ProvisionalSchool, namesake: SchoolFact | None) -> Reason:
    """Why a school that nobody knows may be one that is known: its name is, or it takes pupils of another along."""
    if namesake is None or school.npsn is None:
        return Reason("intake.school_takes_pupils", {"name": school.name})
    return Reason("intake.school_known_as", {"name": namesake.name, "known": namesake.npsn, "npsn": school.npsn})


def doubt_of_title(title: str, school: SchoolFact) -> Reason:
    """Why a list may be another school's than the one it is sent for."""
    return Reason("intake.school_named_otherwise", {"name": title, "school": school.name, "npsn": school.npsn})
