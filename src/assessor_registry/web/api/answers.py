"""What the API answers, by name: handlers return these, and openapi.json and its page are made from them."""

from datetime import date
from typing import TypedDict
from uuid import UUID

from assessor_registry.assessments.rules import State
from assessor_registry.intake.machine import Told
from assessor_registry.validity.rules import Band
from assessor_registry.web.problems import Said
from assessor_registry.web.recording import Shown


class ScopeOf(TypedDict):
    """What a role is about: `kind` says what `ref` names."""

    kind: str
    ref: str | None


class AccountOf(TypedDict):
    """Who signed in, in which role."""

    id: UUID
    name: str
    role: str | None
    scope: ScopeOf | None


class Session(TypedDict):
    """The token goes into `Authorization: Bearer …` until `expires_at`."""

    account: AccountOf
    token: str
    expires_at: str


class AssessorLine(TypedDict):
    """An assessor in the register."""

    id: UUID
    name: str
    registration: str | None
    school: str | None
    region: str | None
    status: Band
    last_day: date | None


class Assessors(TypedDict):
    """A page of the register; `total` counts all pages."""

    on: date
    page: int
    total: int
    items: list[AssessorLine]


class ActivePeriod(TypedDict):
    """Both days included."""

    first_day: date
    last_day: date


class StandingOf(TypedDict):
    """Whether they may assess on a day, and every reason why not."""

    on: date
    active: bool
    eligible: bool
    reasons: list[Said]
    warnings: list[Said]
    periods: list[ActivePeriod]


class AssessorStanding(StandingOf):
    """The same, with who it is about."""

    registration: str | None
    name: str


class Lsp(TypedDict):
    """An LSP; `zone` is the one in which its days begin."""

    id: UUID
    name: str
    school: str | None
    region: str | None
    zone: str


class Lsps(TypedDict):
    """The LSPs that the account sees."""

    items: list[Lsp]


class Venue(TypedDict):
    """A place of assessment (TUK) and the days for which it is verified."""

    id: UUID
    lsp: UUID
    name: str
    kind: str
    verified_from: date | None
    verified_until: date | None


class Venues(TypedDict):
    """The venues that the account sees."""

    items: list[Venue]


class NewestVersion(TypedDict):
    """The newest version of a scheme; `units` is their number."""

    id: UUID
    label: str
    units: int
    complete: bool
    verified: bool


class SchemeLine(TypedDict):
    """A scheme in the list."""

    id: UUID
    number: str | None
    title: str
    version: NewestVersion | None


class Schemes(TypedDict):
    """The schemes by title."""

    items: list[SchemeLine]


class UnitOf(TypedDict):
    """A unit of competency in the cluster of its scheme version."""

    code: str
    title: str
    cluster: str | None


class SchemeVersionOf(TypedDict):
    """A version of a scheme with its units in order."""

    id: UUID
    label: str
    first_day: date | None
    complete: bool
    verified: bool
    units: list[UnitOf]


class Scheme(TypedDict):
    """A scheme with all its versions, newest first."""

    id: UUID
    number: str | None
    title: str
    field: str | None
    kind: str | None
    level: str | None
    versions: list[SchemeVersionOf]


class Named(TypedDict):
    """Something by id and name."""

    id: UUID
    name: str


class StudentLine(TypedDict):
    """A student in the list."""

    id: UUID
    name: str
    nisn: str | None
    school: Named
    class_group: str | None


class Students(TypedDict):
    """A page of students; `total` counts all pages."""

    page: int
    total: int
    items: list[StudentLine]


class ScheduleLine(TypedDict):
    """A schedule in the list, with how many candidates it has, how many without an assessor, how many signed."""

    id: UUID
    title: str
    lsp: UUID
    scheme_version: UUID
    venue: UUID
    first_day: date
    last_day: date
    candidates: int
    unallocated: int
    recorded: int


class Schedules(TypedDict):
    """A page of schedules."""

    page: int
    items: list[ScheduleLine]


class CandidateOf(TypedDict):
    """A student as a candidate."""

    id: UUID
    name: str
    nisn: str | None


class AssessmentOf(TypedDict):
    """An assessment of a candidate; its `id` stands in the address of a record, `recorded`: it is signed."""

    id: UUID
    student: CandidateOf
    school: Named
    class_group: str | None
    attempt: int
    assessor: Named | None
    recorded: bool


class ScheduleOf(ScheduleLine):
    """A schedule with what recording needs."""

    evidence_kinds: list[str]
    cancelled: bool
    units: list[UnitOf]
    assessments: list[AssessmentOf]


class MadeCandidate(TypedDict):
    """The assessment that a student has been given."""

    assessment: UUID
    student: UUID


class MadeSchedule(TypedDict):
    """A new schedule."""

    id: UUID
    candidates: list[MadeCandidate]


class MadeAssignments(TypedDict):
    """One assignment for each day, and the assessments that they were given."""

    assignments: list[UUID]
    assessments: list[UUID]


class Choice(TypedDict):
    """Someone in the picker; `load` is how many candidates they have on that day."""

    assessor: UUID
    name: str
    may: bool
    busy: bool
    load: int
    reasons: list[Said]


class Picker(TypedDict):
    """Who may assess on a day."""

    day: date
    items: list[Choice]


class Saved(TypedDict):
    """What was saved: the `record` to sign, and the `version` to send with the next change."""

    record: UUID
    version: int


class Filled(Shown):
    """All that is filled in for a part of an assessment."""

    evidence: list[str] | None
    recommendation: str | None


class SavedPart(Filled):
    """A part as saved."""

    part: int
    record: UUID
    version: int
    signed: bool


class SavedParts(TypedDict):
    """What you have saved for an assessment."""

    parts: list[SavedPart]


class SignedRecord(TypedDict):
    """A signed record: its code, and the address at which anyone checks it."""

    record: UUID
    code: str
    check: str


class SignedRecords(TypedDict):
    """All that was asked for."""

    records: list[SignedRecord]


class Verdict(TypedDict):
    """What anyone who has a code may see of a record."""

    code: str
    status: State
    origin: str
    scheme: str
    first_day: date
    last_day: date
    signed_at: str
    lsp: str
    assessor: str
    candidate: str
    replaced_by: str | None


class Bundle(TypedDict):
    """The proof of a signed record: its signed statement, the chain of its certificate, and its status of now."""

    format: str
    version: int
    jws: str
    chain: list[str]
    root_sha256: str
    status: str


class Planned(Told):
    """What an import would do now. `plan`, sent with the same file, does exactly this or nothing."""

    applied: bool
    plan: str


class Imported(Planned):
    """The same, kept under an id."""

    id: UUID
