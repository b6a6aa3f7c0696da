"""What a list of schools would change, and writing it. The list is the authority: what it names becomes confirmed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.consequences import actions as consequences
from assessor_registry.institutions import actions as institutions
from assessor_registry.institutions.rules import SchoolFact, SchoolIndex, match_school, search_region, search_school
from assessor_registry.intake.plan_rules import Change, Notes, Plan, PlannedRow
from assessor_registry.intake.school_rows import SchoolFile, SchoolRow

_ORDINARY = re.compile(r"smkn? \d+")
_STATES = {"provisional": "Sementara", "confirmed": "Dipastikan"}


@dataclass(frozen=True, slots=True)
class SchoolWork:
    """What is to be written for one row; `school_id` None: a new school."""

    school_id: UUID | None
    name: str
    npsn: str
    region_code: str | None


def plan_schools(file: SchoolFile, index: SchoolIndex, regions: Mapping[str, tuple[str, str]]) -> Plan:
    """Return what applying `file` would do. `regions`: normalised name → (Kemendagri code, name)."""
    planner = _Planner(index, regions, file.columns)
    return Plan("schools", file.columns, tuple(planner.row(row) for row in file.rows), file.findings)


def write_schools(tx: Connection, actor: Actor, plan: Plan, *, now: datetime) -> None:
    """Write `plan`. The caller holds the lock of schools since before it planned.

    Raises:
        Forbidden: the actor does not answer for the province.
    """
    works = [row.work for row in plan.rows if isinstance(row.work, SchoolWork)]
    wanted = [(work.school_id, work.name, work.npsn, work.region_code) for work in works]
    institutions.put_reference_schools(tx, actor, wanted, now)
    consequences.follow_schools(tx, actor, [work.school_id for work in works if work.school_id], now)


@dataclass(slots=True)
class _Planner:
    index: SchoolIndex
    regions: Mapping[str, tuple[str, str]]
    columns: Mapping[str, str]
    taken: set[UUID] = field(default_factory=set)

    def row(self, row: SchoolRow) -> PlannedRow:
        notes = Notes(row.row, self.columns, row.raw)
        region = self._region(row, notes)
        found = self._find(row, region, notes) if not (row.refused or notes.findings) else None
        findings = (*row.findings, *notes.findings)
        if row.npsn is None or row.name is None or any(each.level == "refused" for each in findings):
            return PlannedRow(row.row, "refused", row.name, row.npsn, None, row.raw, findings)
        if region is None and "school_region" in self.columns and (found is None or found.region_code is None):
            notes.warn("school_region", "intake.no_school_region")
        findings = (*row.findings, *notes.findings)
        changes = () if found is None else self._changes(found, row.name, row.npsn, region)
        if found is None:
            work = SchoolWork(None, row.name, row.npsn, region)
            return PlannedRow(row.row, "new", row.name, row.npsn, None, row.raw, findings, work=work)
        self.taken.add(found.id)
        renamed = any(each.name == "school_name" for each in changes)
        work = SchoolWork(found.id, row.name if renamed else found.name, row.npsn, region)
        return PlannedRow(
            row.row, "changed" if changes else "same", row.name, row.npsn, found.id, row.raw, findings, changes,
            work=work if changes else None,
        )  # fmt: skip

    def _region(self, row: SchoolRow, notes: Notes) -> str | None:
        if row.region is None:
            return None
        known = self.regions.get(search_region(row.region))
        if known is None:
            notes.refuse("school_region", "intake.region_unknown", value=row.region[:60])
        return known and known[0]

    def _find(self, row: SchoolRow, region: str | None, notes: Notes) -> SchoolFact | None:
        """The school by its NPSN; else by its name one without NPSN that nothing contradicts.

        A plain name such as SMKN 1 is one of many: without a region on both sides it names nobody.
        """
        if (known := self.index.by_npsn.get(row.npsn or "")) is not None:
            if known.state == "merged":
                notes.refuse("npsn", "intake.npsn_of_merged", name=self.index.target(known).name)
            return known
        match = match_school(self.index, row.name or "", row.npsn, region)
        if match.school_id is None or match.school_id in self.taken:
            return None
        found = self.index.by_id[match.school_id]
        plain = _ORDINARY.fullmatch(search_school(row.name or ""))
        if plain and (region is None or found.region_code is None):
            return None
        for reason in match.warned:
            notes.warn("school_name", reason.code, **reason.params)
        return found

    def _changes(self, found: SchoolFact, name: str, npsn: str, region: str | None) -> tuple[Change, ...]:
        """What differs; another use of capitals alone is no difference, and an empty cell never erases."""
        names = dict(self.regions.values())
        pairs = [
            ("school_name", found.name, name, found.name.casefold() != name.casefold()),
            ("npsn", found.npsn, npsn, found.npsn != npsn),
            ("school_region", names.get(found.region_code or ""), names.get(region or ""),
             region is not None and region != found.region_code),
            ("school_state", _STATES["provisional"], _STATES["confirmed"], found.state == "provisional"),
        ]  # fmt: skip
        return tuple(Change(field_name, old, new) for field_name, old, new, differs in pairs if differs)
