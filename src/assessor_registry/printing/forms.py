"""What goes onto paper: frozen forms that the rooms above fill; text is plain text, never markup.

Instants are aware, in the zone of the institution (their offset gives WIB, WITA or WIT). `made_at` is written into
the file as its date, so that the same form is the same file; it is not printed.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

VenueKind = Literal["sewaktu", "tempat_kerja", "mandiri"]
Outcome = Literal["assessed", "absent", "withdrew"]
Result = Literal["K", "BK"]
Origin = Literal["signed", "paper", "ink", "draft"]
State = Literal["valid", "contested", "annulled", "replaced"]
Acknowledgement = Literal["paper", "phone", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The LSP that issues the form; `logo`-less letterhead: name, licence number, address."""

    name: str
    licence: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeHead:
    """The scheme (skema sertifikasi) in the head of each form."""

    title: str
    number: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueHead:
    """The place of assessment (TUK); of the three kinds the two not meant are struck out."""

    name: str
    kind: VenueKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """An assessor (asesor) with the MET number."""

    name: str
    registration: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """Who signs or takes note in an office: `title` as below a signature (`Ketua LSP …`), `number` as `NIP. …`."""

    name: str
    title: str
    number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """One unit of competency (unit kompetensi): `evidence` holds codes of the form's evidence columns.

    `result` is None where nothing is recorded (a colleague's unit, a candidate who was absent).
    """

    code: str
    title: str
    evidence: tuple[str, ...] = ()
    result: Result | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterRows:
    """The units that are assessed together (klaster, kelompok pekerjaan); `title` None prints no heading."""

    title: str | None
    units: tuple[UnitRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateMark:
    """What became of the record, as known on `as_of`: printed as a mark on every page unless `valid`.

    `since` and `reason` belong to contested and annulled; `replaced_by` is the code of the newer record.
    """

    state: State
    as_of: date
    since: date | None = None
    reason: str | None = None
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordForm:
    """FR.AK.02 Rekaman Asesmen Kompetensi of one candidate by one assessor.

    `evidence_columns` are (code, heading) in the order of the form. `origin` ink is the form to be filled or signed by
    hand, draft shows what will be signed: both without a code and `signed_at`. For paper `signed_at` is the instant of
    entry by `entered_by`, confirmed by `confirmed_by`. `part` of `parts`: a colleague may hold the others;
    `recommendation` is None except in the record that ends it. `replaces` is the code of the record it corrects.
    """

    body: Body
    scheme: SchemeHead
    venue: VenueHead
    assessor: Signatory
    candidate: str
    candidate_nisn: str | None
    letter_number: str | None
    first_day: date
    last_day: date
    evidence_columns: tuple[tuple[str, str], ...]
    clusters: tuple[ClusterRows, ...]
    outcome: Outcome
    recommendation: Result | None
    follow_up: str | None
    observations: str | None
    acknowledgement: Acknowledgement | None
    origin: Origin
    signed_at: datetime | None
    entered_by: str | None = None
    confirmed_by: str | None = None
    code: str | None
    check_url: str | None
    mark: StateMark | None = None
    part: int = 1
    parts: int = 1
    attempt: int = 1
    replaces: str | None = None
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceRow:
    """A candidate (asesi) of the attendance list; `note` for absent, withdrew and the like."""

    name: str
    nisn: str | None
    school: str
    klass: str | None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceForm:
    """Daftar hadir: one list per day of assessment, to be signed by each candidate and by the assessors.

    `page_url` is the schedule's page, where its present state stands.
    """

    body: Body
    scheme: SchemeHead
    venue: VenueHead
    title: str
    day: date
    candidates: tuple[AttendanceRow, ...]
    assessors: tuple[Signatory, ...]
    page_url: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesRow:
    """A candidate in the minutes; `outcome` None: no result yet; `recommendation` None with `assessed`: not decided."""

    name: str
    nisn: str | None
    school: str
    klass: str | None
    outcome: Outcome | None
    recommendation: Result | None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesForm:
    """Berita acara uji kompetensi of a schedule; `signed_on` and `place` stand over the signatures.

    Signed by the assessors and by `acknowledged_by`: where the name is empty, it is written by hand. `page_url` is the
    schedule's page, where its present state stands.
    The counts are taken from `candidates`. `number` is None where the LSP does not number its minutes.
    """

    body: Body
    scheme: SchemeHead
    venue: VenueHead
    number: str | None
    first_day: date
    last_day: date
    place: str
    signed_on: date
    candidates: tuple[MinutesRow, ...]
    assessors: tuple[Signatory, ...]
    page_url: str
    acknowledged_by: Official | None = None
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """An assessor in a letter of assignment with the school of service (instansi)."""

    name: str
    registration: str
    school: str | None
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterForm:
    """Surat tugas asesor: who is sent to assess which scheme, where and on which days."""

    body: Body
    scheme: SchemeHead
    venue: VenueHead
    number: str
    letter_date: date
    place: str
    assigned: tuple[Assigned, ...]
    candidate_count: int
    issuer: Official
    basis: tuple[str, ...] = field(default=())
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """First access of one person: `code` is the one-time code, `until` the last instant it can be used."""

    name: str
    login: str
    role: str
    code: str
    until: datetime
