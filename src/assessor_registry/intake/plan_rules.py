"""What an import would do, row by row, and the digest by which two plans are told to be the same. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from uuid import UUID

from assessor_registry.errors import Param
from assessor_registry.intake.findings import Finding

Outcome = Literal["new", "changed", "same", "correction", "refused"]
OUTCOMES: tuple[Outcome, ...] = ("new", "changed", "same", "correction", "refused")


@dataclass(frozen=True, slots=True)
class Change:
    """One field that becomes another: `name` is its name in the registry, old and new as a person reads them."""

    name: str
    old: str | None = field(repr=False)
    new: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """What one row of the file would do.

    `changes` happen when the import is applied, `corrections` only with their own tick: they give a date of a known
    certificate another value. A row whose only difference is a correction has the outcome `correction`. `work` is what
    the writer of this kind of file needs; None: nothing is written.
    """

    row: int
    outcome: Outcome
    name: str | None = field(repr=False)
    identity: str | None = field(repr=False)
    subject_id: UUID | None
    raw: Mapping[str, str] = field(repr=False)
    findings: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = ()
    corrections: tuple[Change, ...] = ()
    work: object = field(default=None, repr=False)

    @property
    def warned(self) -> bool:
        """Whether someone should look at this row though it goes in."""
        return self.outcome != "refused" and any(finding.level == "warned" for finding in self.findings)


@dataclass(frozen=True, slots=True)
class ProvisionalSchool:
    """A school that nobody knows yet, with the rows that name it; `id` holds within the plan only."""

    id: UUID
    name: str
    npsn: str | None
    region_code: str | None
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """A pupil of the school whom the newer file does not name; `since` is when that was first seen."""

    id: UUID
    name: str = field(repr=False)
    class_group: str | None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole import. `columns`: field → label as the file has it; `gains`: known school → NPSN that it gains.

    Of a list of pupils: its school, which may be one of `schools`, and the known pupils whom it names (`present`).
    """

    kind: str
    columns: Mapping[str, str]
    rows: tuple[PlannedRow, ...]
    findings: tuple[Finding, ...] = ()
    schools: tuple[ProvisionalSchool, ...] = ()
    gains: Mapping[UUID, str] = field(default_factory=dict)
    missing: tuple[Missing, ...] = ()
    school_id: UUID | None = None
    school_name: str | None = None
    present: frozenset[UUID] = frozenset()

    def of(self, outcome: Outcome) -> tuple[PlannedRow, ...]:
        """The rows with this outcome."""
        return tuple(row for row in self.rows if row.outcome == outcome)

    @property
    def corrected(self) -> tuple[PlannedRow, ...]:
        """The rows with a correction, whatever else they do."""
        return tuple(row for row in self.rows if row.corrections)

    @property
    def counts(self) -> dict[str, int]:
        """Rows read, by outcome; `corrections` and `warned` count rows that may have another outcome as well."""
        found = {"read": len(self.rows)} | {name: len(self.of(name)) for name in OUTCOMES if name != "correction"}
        found["corrections"] = len(self.corrected)
        found["warned"] = sum(row.warned for row in self.rows)
        found["provisional_schools"] = len(self.schools)
        found["missing"] = len(self.missing)
        return found

    @property
    def digest(self) -> bytes:
        """SHA-256 of all that would be written or refused; what merely depends on the day (a warning) takes no part."""
        told = [
            self.kind,
            [_row(row) for row in self.rows],
            [[school.name, school.npsn, school.region_code, list(school.rows)] for school in self.schools],
            sorted([str(school), npsn] for school, npsn in self.gains.items()),
            sorted(str(pupil.id) for pupil in self.missing if pupil.since is None),
            str(self.school_id) if self.school_id and not self.schools else None,
        ]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).digest()


def _row(row: PlannedRow) -> list[object]:
    refused = sorted(finding.code for finding in row.findings if finding.level == "refused")
    shown = [[change.name, change.old, change.new] for change in row.changes]
    ticked = [[change.name, change.old, change.new] for change in row.corrections]
    return [row.row, row.outcome, str(row.subject_id) if row.subject_id else None, shown, ticked, refused]


def chosen(plan: Plan, corrections: bool | Iterable[int]) -> frozenset[int]:
    """Return the rows whose corrections are to be applied: all, none, or those of the row numbers that exist."""
    having = frozenset(row.row for row in plan.corrected)
    if isinstance(corrections, bool):
        return having if corrections else frozenset()
    return having & frozenset(corrections)


def shown(value: object) -> str | None:
    """A value as a person reads it in a list of changes: dates as 2025-12-13 do not depend on the language."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "Ya" if value else "Tidak"
    return value.isoformat() if isinstance(value, date) else str(value)


def masked_nik(nik: str) -> str:
    """The region of a NIK, the rest hidden."""
    return f"{nik[:6]}••••••••••"


class Notes:
    """Collects findings of one row, by field name."""

    def __init__(self, row: int, columns: Mapping[str, str], raw: Mapping[str, str]) -> None:
        self._row, self._columns, self._raw = row, columns, raw
        self.findings: list[Finding] = []

    def refuse(self, name: str, code: str, /, **params: Param) -> None:
        """The row can not go in."""
        self._add("refused", name, code, params)

    def warn(self, name: str, code: str, /, **params: Param) -> None:
        """The row goes in; a person should look at this."""
        self._add("warned", name, code, params)

    def _add(self, level: Literal["refused", "warned"], name: str, code: str, params: Mapping[str, Param]) -> None:
        label = self._columns.get(name, "")
        self.findings.append(Finding(level, self._row, label, self._raw.get(label, ""), code, params))
