"""What a list of units would change: per scheme nothing, a new version, or a new scheme. Pure.

A version is whole or it is not made: when one row of a scheme is refused, its other rows are held back with it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal
from uuid import UUID

from assessor_registry.errors import InvalidInput
from assessor_registry.intake.findings import Finding
from assessor_registry.intake.plan_rules import Change, Notes, Plan, PlannedRow
from assessor_registry.intake.scheme_rows import SchemeFile, SchemeRow
from assessor_registry.schemes.rules import (
    VersionDraft,
    clean_code,
    clusters_of,
    search_title,
    validate_version,
)
from assessor_registry.schemes.store import Scheme, SchemeVersion

Key = UUID | str
# Said once for a scheme. Two editions in one file can not be told apart; of the others the first value is taken.
_ONCE = ("number", "kind", "level", "source", "label", "first_day")
_DECISIVE = frozenset({"label", "first_day"})
_COLUMNS = {"number": "scheme_number", "scheme": "scheme_title"}


@dataclass(frozen=True, slots=True)
class KnownSchemes:
    """What the registry knows. `by_text`: normalised title, alias or number → scheme; `versions`: newest first."""

    schemes: Mapping[UUID, Scheme]
    by_text: Mapping[str, UUID]
    versions: Mapping[UUID, Sequence[SchemeVersion]]


@dataclass(frozen=True, slots=True)
class SchemeWork:
    """What becomes of one scheme; stands at its first row. `scheme_id` None: new; `draft` None: no new version.

    `number`, `kind` and `level` are what a known scheme gains, or what a new one has.
    """

    row: int
    outcome: Literal["new", "changed", "same"]
    scheme_id: UUID | None
    title: str
    number: str | None = None
    kind: str | None = None
    level: str | None = None
    draft: VersionDraft | None = None
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def plan_schemes(file: SchemeFile, known: KnownSchemes, *, name: str, today: date) -> Plan:
    """Return what applying `file` would do; `name` is the file's, told as the source when the file names none."""
    keys = _Keys(known, file.rows)
    groups: dict[Key | int, list[SchemeRow]] = {}
    for row in file.rows:
        groups.setdefault(keys.of(row), []).append(row)
    numbers: set[str] = set()
    planned: list[PlannedRow] = []
    for key, rows in groups.items():
        one = _Group(file.columns, known, key, rows, numbers, f"Impor berkas {name}", today)
        planned += one.planned()
    return Plan("schemes", file.columns, tuple(sorted(planned, key=lambda row: row.row)), file.findings)


def works_of(plan: Plan) -> list[SchemeWork]:
    """What becomes of each scheme that goes in, in the order of the file."""
    return [row.work for row in plan.rows if isinstance(row.work, SchemeWork)]


class _Keys:
    """Which rows are of one scheme: a known one by title, else by number; a new one by its title in any spelling."""

    def __init__(self, known: KnownSchemes, rows: Iterable[SchemeRow]) -> None:
        self._known = known
        self._titles: dict[str, str] = {}
        for row in rows:
            if row.number and row.scheme and search_title(row.scheme):
                self._titles.setdefault(search_title(row.number), search_title(row.scheme))

    def of(self, row: SchemeRow) -> Key | int:
        """The scheme of a row; its row number when that can not be told."""
        title, number = search_title(row.scheme or ""), search_title(row.number or "")
        found = self._known.by_text.get(title) or self._known.by_text.get(number)
        if found is None and not title and number in self._titles:
            title = self._titles[number]
            found = self._known.by_text.get(title)
        return found or title or row.row


@dataclass
class _Group:
    columns: Mapping[str, str]
    known: KnownSchemes
    key: Key | int
    rows: Sequence[SchemeRow]
    numbers: set[str]
    file_source: str
    today: date
    notes: dict[int, Notes] = field(init=False)
    said: dict[str, tuple[int, object]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.notes = {row.row: Notes(row.row, self.columns, row.raw) for row in self.rows}
        self.scheme = self.known.schemes.get(self.key) if isinstance(self.key, UUID) else None
        self.versions = self.known.versions.get(self.scheme.id, ()) if self.scheme else ()
        self.base = self.versions[0] if self.versions else None

    @property
    def first(self) -> Notes:
        """Where things are told about the scheme as a whole."""
        return self.notes[self.rows[0].row]

    def planned(self) -> list[PlannedRow]:
        """The rows of this scheme with what becomes of them."""
        if isinstance(self.key, int) and not self.rows[0].refused:
            self.first.refuse("scheme_title", "intake.scheme_title_needed")
        self._say_once()
        units = self._units()
        number = self._number()
        draft = self._draft(units)
        work = None if self._refused() else self._work(draft, units, number)
        if self._refused() or work is None:
            return self._held()
        changes = self._row_changes(units) if work.outcome == "changed" and work.draft else {}
        changes[self.rows[0].row] = (*self._scheme_changes(work), *changes.get(self.rows[0].row, ()))
        return [
            PlannedRow(
                row.row, work.outcome, row.title, row.code, work.scheme_id, row.raw, self._findings(row),
                changes.get(row.row, ()) if work.outcome == "changed" else (),
                work=work if row is self.rows[0] else None,
            )
            for row in self.rows
        ]  # fmt: skip

    def _findings(self, row: SchemeRow) -> tuple[Finding, ...]:
        return (*row.findings, *self.notes[row.row].findings)

    def _refused(self) -> list[int]:
        """The rows that are refused of themselves."""
        return [row.row for row in self.rows if any(each.level == "refused" for each in self._findings(row))]

    def _held(self) -> list[PlannedRow]:
        refused = self._refused()
        for row in self.rows:
            if row.row not in refused:
                self.notes[row.row].refuse("", "intake.scheme_held", first_row=refused[0])
        return [
            PlannedRow(row.row, "refused", row.title, row.code, None, row.raw, self._findings(row)) for row in self.rows
        ]

    def _say_once(self) -> None:
        for row in self.rows:
            for name in _ONCE:
                value = getattr(row, name)
                if value is None:
                    continue
                first_row, first = self.said.setdefault(name, (row.row, value))
                if first != value:
                    tell = self.notes[row.row].refuse if name in _DECISIVE else self.notes[row.row].warn
                    code = "intake.scheme_two_editions" if name in _DECISIVE else "intake.scheme_value_differs"
                    tell(_COLUMNS.get(name, name), code, first_row=first_row)

    def _value(self, name: str) -> str | None:
        found = self.said.get(name)
        return None if found is None else str(found[1])

    def _units(self) -> dict[str, SchemeRow]:
        """The units by code. The same code again is refused when its title is another, else said and left out."""
        units: dict[str, SchemeRow] = {}
        for row in self.rows:
            if row.code is None or row.title is None:
                continue
            first = units.setdefault(row.code, row)
            if first is row:
                continue
            if (first.title or "").casefold() == row.title.casefold():
                self.notes[row.row].warn("unit_code", "intake.unit_twice", first_row=first.row)
            else:
                self.notes[row.row].refuse("unit_code", "intake.unit_twice_differs", first_row=first.row)
        return units

    def _number(self) -> str | None:
        """The number that the scheme gets, None when it keeps what it has."""
        number = self._value("number")
        if number is None:
            return None
        owner = self.known.by_text.get(search_title(number))
        taken = owner is not None and (self.scheme is None or owner != self.scheme.id)
        if taken or (owner is None and search_title(number) in self.numbers):
            self.first.warn("scheme_number", "schemes.number_taken", number=number)
            return None
        self.numbers.add(search_title(number))
        if self.scheme is not None and self.scheme.number is not None:
            if search_title(self.scheme.number) != search_title(number):
                self.first.warn("scheme_number", "schemes.number_known", number=self.scheme.number)
            return None
        return number

    def _draft(self, units: Mapping[str, SchemeRow]) -> VersionDraft | None:
        """The version that the file describes; refused when it can not be one."""
        source, day = self._value("source"), self.said.get("first_day", (0, None))[1]
        draft = VersionDraft(
            self._value("label") or self._free_label(),
            source or self.file_source,
            clusters_of((row.cluster, code, row.title or "") for code, row in units.items()),
            day if isinstance(day, date) else None,
            verified=source is not None,
            complete=all(row.complete is not False for row in self.rows),
        )
        try:
            validate_version(draft)
        except InvalidInput as refusal:
            if not self._refused():
                self.first.refuse("unit_code", refusal.code, **refusal.params)
            return None
        return draft

    def _free_label(self) -> str:
        taken = {version.label for version in self.versions}
        label = f"Impor {self.today.isoformat()}"
        more = (f"{label} ({count})" for count in range(2, len(taken) + 3))
        return next(each for each in (label, *more) if each not in taken)

    def _work(
        self, draft: VersionDraft | None, units: Mapping[str, SchemeRow], number: str | None
    ) -> SchemeWork | None:
        at, kind, level = self.rows[0].row, self._value("kind"), self._value("level")
        if self.scheme is None:
            title = next((" ".join(row.scheme.split()) for row in self.rows if row.scheme), "")
            return SchemeWork(at, "new", None, title, number, kind, level, draft, added=tuple(units))
        self._say_what_stays(self.scheme, kind, level)
        gains = SchemeWork(
            at, "same", self.scheme.id, self.scheme.title, number,
            kind if self.scheme.kind is None else None, level if self.scheme.level is None else None,
        )  # fmt: skip
        if draft is not None and not self._there_already(draft):
            added, altered, removed = self._differences(units)
            gains = replace(gains, draft=self._dated(draft), added=added, changed=altered, removed=removed)
        changed = gains.draft is not None or gains.number or gains.kind or gains.level
        return replace(gains, outcome="changed") if changed else gains

    def _say_what_stays(self, scheme: Scheme, kind: str | None, level: str | None) -> None:
        title = next((row.scheme for row in self.rows if row.scheme), None)
        if title and search_title(title) != search_title(scheme.title):
            self.first.warn("scheme_title", "intake.scheme_known_as", title=scheme.title)
        for name, own, known in (("kind", kind, scheme.kind), ("level", level, scheme.level)):
            if own and known and search_title(f"level {own}") != search_title(f"level {known}"):
                self.first.warn(name, "intake.scheme_value_stays", known=known)

    def _there_already(self, draft: VersionDraft) -> bool:
        """Whether a version says the same; another list of units under a label that is taken is refused."""
        labelled = "label" in self.said
        if labelled:
            same = [version for version in self.versions if version.label == draft.label]
            if same and not self._same(same[0], draft):
                self.first.refuse("label", "schemes.label_taken", label=draft.label)
            return bool(same)
        if draft.first_day is not None:
            return any(self._same(each, draft) for each in self.versions if each.first_day == draft.first_day)
        return self.base is not None and self._same(self.base, draft)

    def _same(self, version: SchemeVersion, draft: VersionDraft) -> bool:
        source = self._value("source")
        listed = {unit.code: (cluster.title, unit.title) for cluster in draft.clusters for unit in cluster.units}
        return (
            _content(version) == listed
            and version.complete == draft.complete
            and (source is None or (version.verified and version.source == source))
            and (draft.first_day is None or version.first_day == draft.first_day)
        )

    def _dated(self, draft: VersionDraft) -> VersionDraft:
        if draft.first_day is None and any(version.first_day for version in self.versions):
            self.first.refuse("first_day", "schemes.first_day_needed")
        return draft

    def _differences(self, units: Mapping[str, SchemeRow]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Codes of the units that are added, changed and no longer there."""
        known = _content(self.base) if self.base else {}
        now = {code: (_cluster(row), _title(row)) for code, row in units.items()}
        return (
            tuple(code for code in now if code not in known),
            tuple(code for code, told in now.items() if code in known and known[code] != told),
            tuple(code for code in known if code not in now),
        )

    def _row_changes(self, units: Mapping[str, SchemeRow]) -> dict[int, tuple[Change, ...]]:
        known = _content(self.base) if self.base else {}
        found: dict[int, tuple[Change, ...]] = {}
        for code, row in units.items():
            if code not in known:
                found[row.row] = (Change("unit_added", None, f"{code} {_title(row)}"),)
                continue
            pairs = (("unit_title", known[code][1], _title(row)), ("cluster", known[code][0], _cluster(row)))
            found[row.row] = tuple(Change(name, old, new) for name, old, new in pairs if old != new)
        return found

    def _scheme_changes(self, work: SchemeWork) -> tuple[Change, ...]:
        """What changes in the scheme itself, and the units that the new version no longer has."""
        if self.scheme is None:
            return ()
        gained = [("scheme_number", work.number), ("kind", work.kind), ("level", work.level)]
        told = [Change(name, None, value) for name, value in gained if value]
        if work.draft is not None and self.base is not None:
            was, now = self.base, work.draft
            if was.complete != now.complete:
                told.append(Change("complete", _yes(was.complete), _yes(now.complete)))
            if now.verified and (not was.verified or was.source != now.source):
                told.append(Change("source", was.source, now.source))
            titles = _content(was)
            told += [Change("unit_removed", f"{code} {titles[code][1]}", None) for code in work.removed]
        return tuple(told)


def _content(version: SchemeVersion) -> dict[str, tuple[str | None, str]]:
    return {
        clean_code(unit.code): (cluster.title, unit.title) for cluster in version.clusters for unit in cluster.units
    }


def _title(row: SchemeRow) -> str:
    return " ".join((row.title or "").split())


def _cluster(row: SchemeRow) -> str | None:
    return " ".join((row.cluster or "").split()) or None


def _yes(value: bool) -> str:
    return "Ya" if value else "Belum"
