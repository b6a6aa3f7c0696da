"""What a list of pupils would change at one school. Pure: rows of the file beside what the registry knows of them.

Identity is the NISN, else the NIK, else the school's own number (NIPD). A newer list changes a class (Rombel), brings a
pupil back, or shows that one has come from another school; who is not in it is marked as missing and never removed.
A number alone moves nobody: name, and birth date or NIK, agree with what the former school has.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from assessor_registry.errors import Reason
from assessor_registry.intake.findings import Finding
from assessor_registry.intake.plan_rules import (
    Change,
    Missing,
    Notes,
    Outcome,
    Plan,
    PlannedRow,
    ProvisionalSchool,
    masked_nik,
    shown,
)
from assessor_registry.intake.student_rows import StudentFile, StudentRow
from assessor_registry.students.rules import Identity, Known, choose, search_name

FIELDS = ("name", "nisn", "sex", "birth_place", "birth_date", "address", "phone", "email", "rombel")


@dataclass(frozen=True, slots=True)
class SchoolAsked:
    """The school that its sender names with a list of pupils: by NPSN, by id, or not at all."""

    npsn: str | None = None
    school_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SchoolOfList:
    """The school of a list of pupils; `planned` when nobody knows it yet; `gains` the NPSN that it gains.

    `doubt`: why it may be another one that is meant; its sentence also takes how many pupils would move (`count`).
    """

    id: UUID
    name: str
    planned: ProvisionalSchool | None = None
    gains: str | None = None
    findings: tuple[Finding, ...] = ()
    doubt: Reason | None = None


@dataclass(frozen=True, slots=True)
class KnownStudent:
    """A pupil of the registry; `school` is the name of the school, `values` go by the names of FIELDS."""

    id: UUID
    version: int
    school_id: UUID
    school: str
    nipd: str | None = field(repr=False)
    nik_hash: bytes | None = field(repr=False)
    values: Mapping[str, object] = field(repr=False)
    missing_since: date | None = None

    @property
    def nisn(self) -> str | None:
        """The national number."""
        found = self.values["nisn"]
        return None if found is None else str(found)


@dataclass(frozen=True, slots=True)
class KnownStudents:
    """All pupils of the school, and those elsewhere who have a NISN or NIK of the file.

    `digests`: NIK of the file → keyed hash; `shared`: hashes that several pupils have. `seen`: schools whose pupils'
    former values the sender may see, None: all.
    """

    pupils: Sequence[KnownStudent]
    digests: Mapping[str, bytes]
    shared: frozenset[bytes] = frozenset()
    seen: frozenset[UUID] | None = None


@dataclass(frozen=True, slots=True)
class StudentWork:
    """What is to be written for one row; `pupil` None: someone new. `values` may hold nik and nipd too."""

    pupil: KnownStudent | None
    values: Mapping[str, object] = field(repr=False)
    moves: bool = False


def plan_students(file: StudentFile, known: KnownStudents, school: SchoolOfList) -> Plan:
    """Return what applying `file` to a school would do."""
    planner = _Planner(file, known, school)
    rows = tuple(planner.row(row) for row in file.rows)
    return Plan(
        "students",
        file.columns,
        rows,
        file.findings + school.findings + _doubts(school, rows),
        (school.planned,) if school.planned else (),
        {school.id: school.gains} if school.gains else {},
        planner.missing(),
        school.id,
        school.name,
        planner.present(),
    )


def _doubts(school: SchoolOfList, rows: Sequence[PlannedRow]) -> tuple[Finding, ...]:
    """A school that was mistaken takes everybody along: said once, above what is said of each pupil."""
    if school.doubt is None:
        return ()
    count = sum(isinstance(row.work, StudentWork) and row.work.moves for row in rows)
    if count == 0 and school.doubt.code == "intake.school_takes_pupils":
        return ()
    return (Finding("warned", 0, "", "", school.doubt.code, {**school.doubt.params, "count": count}),)


class _Planner:
    def __init__(self, file: StudentFile, known: KnownStudents, school: SchoolOfList) -> None:
        self._file, self._known, self._school = file, known, school
        self._by_id = {pupil.id: pupil for pupil in known.pupils}
        self._by_nisn = {pupil.nisn: pupil for pupil in known.pupils if pupil.nisn}
        self._by_nik: dict[bytes, list[KnownStudent]] = {}
        for pupil in known.pupils:
            if pupil.nik_hash:
                self._by_nik.setdefault(pupil.nik_hash, []).append(pupil)
        self._here = [pupil for pupil in known.pupils if pupil.school_id == school.id]
        self._by_nipd = {pupil.nipd: pupil for pupil in self._here if pupil.nipd}
        self._row_of: dict[UUID, int] = {}
        self._first_with: dict[tuple[str, object], int] = {}
        self._present: set[UUID] = set()

    def row(self, row: StudentRow) -> PlannedRow:
        """Plan one row."""
        notes = Notes(row.row, self._file.columns, row.raw)
        pupil = self._match(row)
        self._still_here(row, pupil)
        if not row.refused and row.identity is None:
            notes.refuse("nisn", "intake.pupil_without_number")
        elif not row.refused:
            self._require_one(row, pupil, notes)
            self._require_same(row, pupil, notes)
        if row.refused or any(finding.level == "refused" for finding in notes.findings):
            return self._planned(row, "refused", notes)
        return self._write(row, pupil, notes)

    def present(self) -> frozenset[UUID]:
        """The pupils of the registry whom a row names."""
        return frozenset(self._present)

    def missing(self) -> tuple[Missing, ...]:
        """The pupils of the school whom no row names, refused rows counted too."""
        gone = [pupil for pupil in self._here if pupil.id not in self._present]
        listed = [
            Missing(pupil.id, str(pupil.values["name"]), shown(pupil.values["rombel"]), pupil.missing_since)
            for pupil in gone
        ]
        return tuple(sorted(listed, key=lambda pupil: (pupil.class_group or "", pupil.name, str(pupil.id))))

    # Who it is.

    def _match(self, row: StudentRow) -> KnownStudent | None:
        nik = self._known.digests.get(row.nik) if row.nik else None
        found = choose(Identity(row.nisn, nik, row.nipd), self._school.id, self._candidates(row, nik))
        if found.refused == "nipd_taken":
            # Someone else of the school has the NIPD: NISN and NIK still say who this is.
            found = choose(Identity(row.nisn, nik), self._school.id, self._candidates(row, nik))
        return self._by_id[found.student_id] if found.student_id else None

    def _candidates(self, row: StudentRow, nik: bytes | None) -> list[Known]:
        named = [self._by_nisn.get(row.nisn or ""), self._by_nipd.get(row.nipd or "")]
        alike = {pupil.id: pupil for pupil in [*named, *self._by_nik.get(nik or b"", ())] if pupil is not None}
        return [Known(one.id, one.school_id, one.nisn, one.nik_hash, one.nipd) for one in alike.values()]

    def _require_one(self, row: StudentRow, pupil: KnownStudent | None, notes: Notes) -> None:
        """One row for one pupil, and no number that is another's."""
        if pupil is not None and (first := self._row_of.setdefault(pupil.id, row.row)) != row.row:
            notes.refuse("nisn" if row.nisn else "nik", "intake.pupil_twice", first_row=first)
        elif pupil is None and row.nik and self._others_with(self._known.digests[row.nik], None):
            notes.refuse("nik", "intake.nik_of_other_pupil")

    def _require_same(self, row: StudentRow, pupil: KnownStudent | None, notes: Notes) -> None:
        """Whoever comes from another school is told by more than a number, which anyone may have read somewhere.

        What the other school has of the pupil is not said.
        """
        if pupil is None or pupil.school_id == self._school.id:
            return
        named = search_name(row.name or "") == search_name(str(pupil.values["name"]))
        born = row.birth_date is not None and row.birth_date == pupil.values["birth_date"]
        nik = row.nik is not None and self._known.digests.get(row.nik) == pupil.nik_hash
        if not (named and (born or nik)):
            notes.refuse("nisn" if row.nisn else "nik", "intake.pupil_of_other_school")

    def _others_with(self, nik: bytes, pupil: KnownStudent | None) -> bool:
        owners = self._by_nik.get(nik, ())
        return nik in self._known.shared or any(pupil is None or one.id != pupil.id for one in owners)

    def _still_here(self, row: StudentRow, pupil: KnownStudent | None) -> None:
        """Whoever a row names is not missing, even if the row itself can not go in."""
        found = pupil or (self._named_like(row) if row.refused else None)
        if found is not None and found.school_id == self._school.id:
            self._present.add(found.id)

    def _named_like(self, row: StudentRow) -> KnownStudent | None:
        sought = (search_name(row.name or ""), row.birth_date)
        alike = (
            one for one in self._here if (search_name(str(one.values["name"])), one.values["birth_date"]) == sought
        )
        return next(alike, None)

    # What changes.

    def _write(self, row: StudentRow, pupil: KnownStudent | None, notes: Notes) -> PlannedRow:
        moves = pupil is not None and pupil.school_id != self._school.id
        known = pupil.values if pupil else {}
        hides = pupil is not None and self._known.seen is not None and pupil.school_id not in self._known.seen
        values: dict[str, object] = {}
        changes: list[Change] = []
        for name in FIELDS:
            found = _address(row) if name == "address" else row.class_group if name == "rombel" else getattr(row, name)
            if found is not None and found != known.get(name):
                values[name] = found
                changes.append(Change(name, "…" if hides else shown(known.get(name)), shown(found)))
        changes += self._numbers(row, pupil, moves, values, notes)
        if pupil is not None and pupil.missing_since is not None:
            changes.append(Change("missing_since", shown(pupil.missing_since), None))
        if moves and pupil is not None:
            self._present.add(pupil.id)
            notes.warn("name", "intake.pupil_moves", school=pupil.school)
            changes.insert(0, Change("school", pupil.school, self._school.name))
        outcome: Outcome = "new" if pupil is None else "changed" if changes else "same"
        return self._planned(
            row, outcome, notes, pupil, () if pupil is None else changes, StudentWork(pupil, values, moves)
        )

    def _numbers(
        self, row: StudentRow, pupil: KnownStudent | None, moves: bool, values: dict[str, object], notes: Notes
    ) -> Iterable[Change]:
        """NIK and NIPD: stored unless they are another's."""
        nik = self._known.digests.get(row.nik) if row.nik else None
        if nik is not None and (pupil is None or pupil.nik_hash != nik):
            if self._others_with(nik, pupil) or self._first_with.setdefault(("nik", nik), row.row) != row.row:
                notes.warn("nik", "intake.nik_not_stored")
            else:
                values["nik"] = row.nik
                yield Change("nik", "•" if pupil and pupil.nik_hash else None, masked_nik(row.nik or ""))
        old = pupil.nipd if pupil and not moves else None
        if row.nipd is not None and row.nipd != old:
            owner = self._by_nipd.get(row.nipd)
            if owner is not None or self._first_with.setdefault(("nipd", row.nipd), row.row) != row.row:
                notes.warn("nipd", "intake.nipd_not_stored")
            else:
                values["nipd"] = row.nipd
                yield Change("nipd", old, row.nipd)
        if moves and "nipd" not in values:
            # A number of the former school means nothing here, and may be someone else's.
            values["nipd"] = None

    def _planned(
        self,
        row: StudentRow,
        outcome: Outcome,
        notes: Notes,
        pupil: KnownStudent | None = None,
        changes: Sequence[Change] = (),
        work: StudentWork | None = None,
    ) -> PlannedRow:
        identity = None if row.identity is None else f"{row.identity[0].upper()} {row.identity[1]}"
        if row.identity is not None and row.identity[0] == "nik":
            identity = f"NIK {masked_nik(row.identity[1])}"
        return PlannedRow(
            row.row, outcome, row.name, identity, pupil.id if pupil else None, row.raw,
            row.findings + tuple(notes.findings), tuple(changes), (), work,
        )  # fmt: skip


def _address(row: StudentRow) -> str | None:
    """`Jl. Mawar 3, RT 2/RW 5, Sidodadi, Samarinda Ulu`, of what is written."""
    lane = "/".join(part for part in (f"RT {row.rt}" if row.rt else "", f"RW {row.rw}" if row.rw else "") if part)
    return ", ".join(part for part in (row.address, lane, row.village, row.district) if part) or None
