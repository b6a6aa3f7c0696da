"""What a register of assessors would change. Pure: rows of the file beside what the registry knows of them.

The steps for each row, in the order of the file:
1. what the reader refused stays refused;
2. number, year, NIK, name and birth date say who it is (`assessors.rules.choose_holder`), or that nobody can say;
3. whoever sends the file may write only about people whose data they keep, and schools of their own;
4. the school is found, or planned as provisional;
5. fields, numbers, school, certificates and competences are compared; what is empty in the file stays as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from assessor_registry.assessors.rules import Holder, Registration, choose_holder, search_name
from assessor_registry.intake.assessor_rows import AssessorFile, AssessorRow
from assessor_registry.intake.certificate_rules import (
    Certificate,
    CertificateWork,
    Technical,
    joined,
    plain_number,
    plan_certificate,
    plan_technical,
    same_one,
)
from assessor_registry.intake.findings import Finding
from assessor_registry.intake.plan_rules import Change, Notes, Outcome, Plan, PlannedRow, masked_nik, shown
from assessor_registry.intake.schools import SchoolFinder
from assessor_registry.schemes.rules import search_title

FIELDS = ("name", "birth_place", "birth_date", "sex", "address", "city", "phone", "email", "siapkerja", "remarks")


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """An assessor of the registry, with all that a row can change."""

    id: UUID
    version: int
    search_name: str = field(repr=False)
    nik_hash: bytes | None = field(repr=False)
    values: Mapping[str, object] = field(repr=False)
    """By the names of FIELDS."""
    region_code: str | None
    school_id: UUID | None
    registrations: tuple[Registration, ...] = field(repr=False)
    certificates: tuple[Certificate, ...] = ()
    technicals: tuple[Technical, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownAssessors:
    """What the registry knows of the people whom a file may mean.

    `digests`: NIK of the file → keyed hash; `by_nik`: hash → who has it. `kept`: whose data the
    sender keeps; `schools`: which schools they may write about; None: all.
    """

    holders: Mapping[str, Sequence[Holder]]
    digests: Mapping[str, bytes]
    by_nik: Mapping[bytes, Sequence[UUID]]
    people: Mapping[UUID, KnownPerson]
    schemes: Mapping[str, UUID]
    kept: frozenset[UUID] | None = None
    schools: frozenset[UUID] | None = None


@dataclass(frozen=True, slots=True)
class AssessorWork:
    """What is to be written for one row. `person` None: someone new. `registration`: a number to add.

    `gains_year`: the yearless number of the person becomes `registration`. `school_id` may be planned.
    """

    person: KnownPerson | None
    values: Mapping[str, object] = field(repr=False)
    registration: Registration | None = field(default=None, repr=False)
    gains_year: bool = False
    school_id: UUID | None = None
    certificates: CertificateWork = field(default_factory=CertificateWork)


def plan_assessors(file: AssessorFile, known: KnownAssessors, finder: SchoolFinder) -> Plan:
    """Return what applying `file` would do; `finder` holds the schools afterwards."""
    planner = _Planner(file, known, finder)
    rows = tuple(planner.row(row) for row in file.rows)
    findings = file.findings + planner.about_file()
    return Plan("assessors", file.columns, rows, findings, tuple(finder.planned.values()), dict(finder.gains))


class _Planner:
    def __init__(self, file: AssessorFile, known: KnownAssessors, finder: SchoolFinder) -> None:
        self._file, self._known, self._finder = file, known, finder
        self._row_of: dict[UUID, int] = {}
        self._nik_row: dict[bytes, int] = {}

    def about_file(self) -> tuple[Finding, ...]:
        """What is read and not taken in: appointments come with their decree."""
        label = next(
            (self._file.columns[name] for name in ("appointment_number", "lsp") if name in self._file.columns), None
        )
        if label is None:
            return ()
        return (
            Finding("warned", self._file.heading_row, label, label, "intake.appointments_not_taken", {"label": label}),
        )

    def row(self, row: AssessorRow) -> PlannedRow:
        """Plan one row."""
        notes = Notes(row.row, self._file.columns, row.raw)
        if row.refused or row.registration is None or row.name is None:
            return self._planned(row, "refused", notes)
        person, fresh = self._who(row, row.registration, row.name, notes)
        if not notes.findings or all(finding.level == "warned" for finding in notes.findings):
            self._require_own(row, person, notes)
        if any(finding.level == "refused" for finding in notes.findings):
            return self._planned(row, "refused", notes)
        return self._write(row, row.registration, person, fresh, notes)

    # 2. Who it is.

    def _who(
        self, row: AssessorRow, registration: Registration, name: str, notes: Notes
    ) -> tuple[KnownPerson | None, bool]:
        """Return the person, None: someone new; and whether the NIK of the row is that person's to store."""
        nik = self._known.digests.get(row.nik) if row.nik else None
        holders = self._known.holders.get(registration.number, ())
        match = choose_holder(holders, registration.year, search_name(name), row.birth_date, nik)
        if match.kind == "ambiguous":
            notes.refuse("registration", "intake.registration_unclear")
            return None, False
        if match.kind == "new" and _maybe_yearless(holders, registration, name, row.birth_date, nik):
            notes.refuse("registration", "intake.registration_maybe_known")
            return None, False
        person = self._known.people[match.assessor_id] if match.assessor_id else None
        if person is None and nik is not None:
            person = self._by_nik(nik, name, notes)
        if any(finding.level == "refused" for finding in notes.findings):
            return None, False
        if person is not None and (first := self._row_of.setdefault(person.id, row.row)) != row.row:
            notes.refuse("registration", "intake.person_twice", first_row=first)
        return person, self._own_nik(row.row, person, nik, notes)

    def _by_nik(self, nik: bytes, name: str, notes: Notes) -> KnownPerson | None:
        """Return who has the NIK of a row whose number nobody has: one person may hold several numbers."""
        owners = self._known.by_nik.get(nik, ())
        if not owners:
            return None
        person = self._known.people[owners[0]]
        if len(owners) == 1 and person.search_name == search_name(name):
            notes.warn("registration", "intake.another_number")
            return person
        notes.refuse("nik", "intake.nik_of_other")
        return None

    def _own_nik(self, row: int, person: KnownPerson | None, nik: bytes | None, notes: Notes) -> bool:
        if nik is None:
            return False
        others = [owner for owner in self._known.by_nik.get(nik, ()) if person is None or owner != person.id]
        first = self._nik_row.setdefault(nik, row)
        if first != row and person is None:
            notes.refuse("nik", "intake.nik_twice", first_row=first)
        elif others or first != row:
            notes.warn("nik", "intake.nik_not_stored")
            return False
        return True

    # 3. Whose it is.

    def _require_own(self, row: AssessorRow, person: KnownPerson | None, notes: Notes) -> None:
        if self._known.kept is None or self._known.schools is None:
            return
        if person is not None and person.id not in self._known.kept:
            notes.refuse("registration", "intake.not_yours")
            return
        if row.school_name or row.npsn:
            school_id = self._finder.look(row.school_name, row.npsn, row.city).school_id
            if school_id not in self._known.schools and (person is None or school_id != person.school_id):
                notes.refuse("school_name", "intake.school_not_yours")
        elif person is None:
            notes.refuse("school_name", "intake.school_needed_for_new")

    # 4 and 5. What changes.

    def _write(
        self, row: AssessorRow, registration: Registration, person: KnownPerson | None, fresh: bool, notes: Notes
    ) -> PlannedRow:
        school_id = self._school(row, notes)
        values, changes = self._values(row, person, fresh, school_id, notes)
        number, gains_year = _number(registration, person)
        if number is not None and person is not None:
            changes.append(Change("registration", _yearless(person, number) if gains_year else None, number.canonical))
        moves = school_id is not None and (person is None or person.school_id != school_id)
        if moves and person is not None and school_id is not None:
            old = self._finder.fact(person.school_id).name if person.school_id else None
            changes.append(Change("school", old, self._finder.fact(school_id).name))
        certificates = self._certificates(row, person, notes)
        if person is not None:
            row = replace(row, findings=_still_to_say(row, person))
        changes += certificates.changes
        work = AssessorWork(person, values, number, gains_year, school_id if moves else None, certificates)
        outcome: Outcome = "new" if person is None else "changed" if changes else "same"
        if outcome == "same" and certificates.corrections:
            outcome = "correction"
        return self._planned(row, outcome, notes, person, changes, certificates.corrections, work)

    def _school(self, row: AssessorRow, notes: Notes) -> UUID | None:
        if not row.school_name and not row.npsn:
            return None
        if not row.school_name and self._finder.look(None, row.npsn, row.city).school_id is None:
            notes.warn("npsn", "intake.school_without_name")
            return None
        school_id, warned = self._finder.take(row.row, row.school_name, row.npsn, row.city)
        for reason in warned:
            notes.warn("school_name", reason.code, **reason.params)
        return school_id

    def _values(
        self, row: AssessorRow, person: KnownPerson | None, fresh: bool, school_id: UUID | None, notes: Notes
    ) -> tuple[dict[str, object], list[Change]]:
        found = {name: value for name in FIELDS if (value := getattr(row, name)) is not None}
        values = found if person is None else {n: v for n, v in found.items() if v != person.values[n]}
        changes = (
            [] if person is None else [Change(name, shown(person.values[name]), shown(v)) for name, v in values.items()]
        )
        if person is not None and row.name is not None and search_name(row.name) != person.search_name:
            notes.warn("name", "intake.other_name")
        nik = self._known.digests.get(row.nik) if row.nik and fresh else None
        if nik is not None and (person is None or person.nik_hash != nik):
            values["nik"] = row.nik
            changes.append(Change("nik", "•" if person and person.nik_hash else None, masked_nik(row.nik or "")))
            if person is not None and person.nik_hash:
                notes.warn("nik", "intake.nik_changed")
        region = self._region(row, person, school_id)
        if region is not None and (person is None or region != person.region_code):
            values["region_code"] = region
            names = self._finder.region_names
            old = names.get(person.region_code or "") if person else None
            changes.append(Change("region_code", old, names.get(region, region)))
        return values, [] if person is None else changes

    def _region(self, row: AssessorRow, person: KnownPerson | None, school_id: UUID | None) -> str | None:
        """The region follows the school's; where no school says, it is that of the address."""
        serves = school_id or (person.school_id if person else None)
        of_school = self._finder.fact(serves).region_code if serves else None
        return of_school or self._finder.region_of(row.city)

    def _certificates(self, row: AssessorRow, person: KnownPerson | None, notes: Notes) -> CertificateWork:
        works = []
        if row.certificate_date is not None and row.expiry_date is not None:
            found = Certificate(
                None, row.certificate_number, row.blanko_number, row.certificate_date, row.expiry_date,
                row.expiry_computed, row.certificate_date,
            )  # fmt: skip
            works.append(plan_certificate(found, person.certificates if person else ()))
        elif row.certificate_number or row.blanko_number:
            notes.warn("certificate_number", "intake.certificate_without_date")
        held = person.technicals if person else ()
        for text in dict.fromkeys(row.schemes):
            scheme_id = self._known.schemes.get(search_title(text))
            if scheme_id is None:
                notes.warn("scheme", "intake.scheme_unknown", text=text)
            technical = Technical(None, scheme_id, text, row.technical_number, row.technical_date, row.technical_expiry)
            works.append(plan_technical(technical, held))
        return joined(works)

    def _planned(
        self,
        row: AssessorRow,
        outcome: Outcome,
        notes: Notes,
        person: KnownPerson | None = None,
        changes: Sequence[Change] = (),
        corrections: tuple[Change, ...] = (),
        work: AssessorWork | None = None,
    ) -> PlannedRow:
        number = row.registration.canonical if row.registration else None
        return PlannedRow(
            row.row, outcome, row.name, number, person.id if person else None, row.raw,
            row.findings + tuple(notes.findings), tuple(changes), corrections, work,
        )  # fmt: skip


def _maybe_yearless(
    holders: Sequence[Holder], registration: Registration, name: str, birth_date: date | None, nik: bytes | None
) -> bool:
    """Whether someone of the same name holds the number without a year, and nothing tells the two apart."""
    return registration.year is not None and any(
        holder.year is None
        and holder.search_name == search_name(name)
        and not (holder.birth_date and birth_date and holder.birth_date != birth_date)
        and not (holder.nik_hash and nik and holder.nik_hash != nik)
        for holder in holders
    )


def _number(registration: Registration, person: KnownPerson | None) -> tuple[Registration | None, bool]:
    """Return the number to write, and whether it gives a yearless one of the person its year."""
    if person is None:
        return registration, False
    held = [own for own in person.registrations if own.number == registration.number]
    if any(registration.year in {None, own.year} for own in held):
        return None, False
    return registration, any(own.year is None for own in held)


def _yearless(person: KnownPerson, number: Registration) -> str:
    return next(own.canonical for own in person.registrations if own.number == number.number and own.year is None)


def _still_to_say(row: AssessorRow, person: KnownPerson) -> tuple[Finding, ...]:
    """What was found in the row alone, without dates that are missing of a certificate that the person has already."""
    held = person.certificates
    if row.certificate_date is not None and row.expiry_date is not None:
        first, last = row.certificate_date, row.expiry_date
        found = Certificate(None, row.certificate_number, None, first, last, row.expiry_computed, first)
        known = same_one(found, held) is not None
    else:
        sought = plain_number(row.certificate_number)
        known = any(sought in (None, plain_number(one.number)) for one in held)
    said = {"intake.no_certificate_date", "intake.expiry_computed"} if known else set()
    return tuple(each for each in row.findings if each.code not in said)
