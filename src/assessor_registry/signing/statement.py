"""What an assessor signs about one attempt: the statement (pernyataan rekaman asesmen, FR.AK.02).

It names everything that a reader needs years later without asking the registry, and never the NIK. Two origins:
`signed` (the assessor's own signature) and `paper` (entered by the LSP from the wet-signed FR.AK.02 with its scan,
confirmed by a second office-holder, and sealed by the registry on their behalf).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, is_dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, get_args

from assessor_registry.errors import InvalidInput, Reason
from assessor_registry.signing.canonical import decode, encode, names_of

MAX_STATEMENT_BYTES = 128 * 1024
MAX_TEXT = 300
MAX_NOTE = 2000
MAX_UNITS = 200
MAX_EVIDENCE = 20
MAX_COUNT = 99

Origin = Literal["signed", "paper"]
Outcome = Literal["assessed", "absent", "withdrew"]
Result = Literal["K", "BK"]
Acknowledgement = Literal["paper", "phone", "refused"]

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_CODE = re.compile(r"[0-9A-Za-z_-]{16,64}")
_NISN = re.compile(r"[0-9]{10}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SIXTEEN_DIGITS = re.compile(r"(?<!\d)\d{16}(?!\d)")
REGISTRATION = re.compile(r"MET\.[0-9]{3}\.[0-9]{6}( (19|20)[0-9]{2})?")
# Turning the direction of writing makes a name read otherwise than it is stored.
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lsp:
    """The certification body and its BNSP licence number (nomor lisensi)."""

    name: str
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """The scheme (skema) as it was on the day; number and version are None where BNSP's list does not give them."""

    number: str | None
    title: str
    version: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """The candidate (asesi); `nisn` is 10 digits, or None when the pupil has none. Never the NIK."""

    name: str
    nisn: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessor:
    """The assessor (asesor): MET number, certificate number, last active day (included) of the running period."""

    name: str
    registration: str
    certificate: str | None
    last_active_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One unit of competency (unit kompetensi) with its result and the kinds of evidence seen (jenis bukti)."""

    code: str
    title: str
    result: Result
    evidence: tuple[str, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """For origin `paper`: who entered it, who confirmed it, and the SHA-256 (hex) of the scan."""

    entered_by: str
    confirmed_by: str
    scan_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is signed. `signed_at` is an aware instant; `signed_on` the calendar day of it in the institution's zone.

    `signed_on` stands beside `signed_at` so that a verifier needs no zone table to compare it with the last active
    day. `recommendation` is None for who does not end the attempt, for absent and for withdrew. `replaces` is the
    record id of the record that this one corrects. `acknowledgement` is how the candidate took note of it (on paper, on
    the assessor's phone, or refused; None where there was nothing to take note of); version 1 did not say.
    """

    format: Literal["assessment-record"] = "assessment-record"
    version: Literal[1, 2] = 2
    origin: Origin
    record_id: str
    code: str
    replaces: str | None = None
    attempt: int
    part: int
    lsp: Lsp
    scheme: Scheme
    candidate: Candidate
    assessor: Assessor
    assignment_letter: str
    venue: str
    first_day: date
    last_day: date
    outcome: Outcome
    units: tuple[Unit, ...]
    recommendation: Result | None
    note: str | None = None
    signed_at: datetime
    signed_on: date
    paper: Paper | None = None
    acknowledgement: Acknowledgement | None = field(default=None, metadata={"since": 2})


def to_bytes(statement: Statement) -> bytes:
    """Return the RFC 8785 bytes of the statement; text is brought to NFC.

    Raises:
        InvalidInput: `signing.statement_refused` with every clause that is not met, or `signing.not_encodable`.
    """
    _require(statement)
    data = encode(statement)
    if len(data) > MAX_STATEMENT_BYTES:
        raise InvalidInput("signing.too_large", limit=MAX_STATEMENT_BYTES)
    return data


def from_bytes(data: bytes) -> Statement:
    """Read what `to_bytes` wrote, and nothing else.

    Raises:
        InvalidInput: for anything else: an unknown or doubled field, another type, other bytes for the same meaning,
            a clause not met.
    """
    statement = decode(Statement, data, limit=MAX_STATEMENT_BYTES)
    _require(statement)
    return statement


def _require(statement: Statement) -> None:
    if reasons := clauses(statement):
        raise InvalidInput("signing.statement_refused", reasons=tuple(reasons), record_id=statement.record_id)


def clauses(statement: Statement) -> list[Reason]:
    """Return every clause that the statement does not meet, by itself; see `agreement` for the certificate."""
    return [
        *_text_clauses(statement),
        *_identifier_clauses(statement),
        *_day_clauses(statement),
        *_result_clauses(statement),
        *_origin_clauses(statement),
    ]


def _texts(record: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield (path, text in NFC) for every text in the record."""
    if isinstance(record, str):
        yield path, unicodedata.normalize("NFC", record)
    elif isinstance(record, tuple):
        for number, item in enumerate(record):
            yield from _texts(item, f"{path}[{number}]")
    elif is_dataclass(record):
        kind: Any = type(record)
        for name in names_of(kind):
            yield from _texts(getattr(record, name), f"{path}.{name}" if path else name)


def _text_clauses(statement: Statement) -> Iterator[Reason]:
    for path, text in _texts(statement):
        yield from text_clauses(path, text)


def text_clauses(path: str, text: str) -> Iterator[Reason]:
    """Yield every clause that the text at `path` does not meet; `text` in NFC."""
    is_note = path.endswith("note")
    if not text.strip():
        yield Reason("signing.text_empty", {"part": path})
    if len(text) > (MAX_NOTE if is_note else MAX_TEXT):
        yield Reason("signing.text_long", {"part": path, "limit": MAX_NOTE if is_note else MAX_TEXT})
    if not _is_plain(text.replace("\n", "") if is_note else text):
        yield Reason("signing.text_character", {"part": path})
    # A NIK has 16 digits. Numbers of letters and certificates may have as many; names and notes have no reason to.
    if path.endswith(("name", "note", "_by", "venue")) and _SIXTEEN_DIGITS.search(text):
        yield Reason("signing.text_nik", {"part": path})


def _is_plain(text: str) -> bool:
    """No control, half, private and not yet assigned characters: the NFC of the last may differ between machines."""
    if text.isprintable():
        return True
    return not any(unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn") or char in _DIRECTION for char in text)


def _identifier_clauses(statement: Statement) -> Iterator[Reason]:
    shapes = (
        ("record_id", statement.record_id, _UUID),
        ("code", statement.code, _CODE),
        ("replaces", statement.replaces, _UUID),
        ("candidate.nisn", statement.candidate.nisn, _NISN),
        ("assessor.registration", statement.assessor.registration, REGISTRATION),
    )
    for part, value, shape in shapes:
        if value is not None and not shape.fullmatch(value):
            yield Reason("signing.identifier", {"part": part})
    for part, number in (("attempt", statement.attempt), ("part", statement.part)):
        if not 1 <= number <= MAX_COUNT:
            yield Reason("signing.identifier", {"part": part})
    if statement.version == 1 and statement.acknowledgement is not None:
        yield Reason("signing.identifier", {"part": "acknowledgement"})
    if statement.replaces == statement.record_id:
        yield Reason("signing.replaces_itself")
    results = {unit.result for unit in statement.units} | ({statement.recommendation} - {None})
    for part, given, known in (
        ("origin", {statement.origin}, get_args(Origin)),
        ("outcome", {statement.outcome}, get_args(Outcome)),
        ("acknowledgement", {statement.acknowledgement} - {None}, get_args(Acknowledgement)),
        ("result", results, get_args(Result)),
    ):
        if not given <= set(known):  # the type checker looks at our code, this at what reaches it
            yield Reason("signing.identifier", {"part": part})


def _day_clauses(statement: Statement) -> Iterator[Reason]:
    if statement.first_day > statement.last_day:
        yield Reason("signing.days_reversed", {"first_day": statement.first_day, "last_day": statement.last_day})
    if statement.signed_on < statement.last_day:
        yield Reason("signing.signed_before_end", {"last_day": statement.last_day, "signed_on": statement.signed_on})
    if statement.signed_at.tzinfo is None or not _is_day_of(statement.signed_on, statement.signed_at):
        yield Reason("signing.signed_on_differs", {"signed_on": statement.signed_on})


def _is_day_of(day: date, moment: datetime) -> bool:
    """Is `day` the calendar day of `moment` in some zone on earth (UTC−12 to UTC+14)?"""
    since_midnight = moment.astimezone(UTC) - datetime(day.year, day.month, day.day, tzinfo=UTC)
    return timedelta(hours=-14) <= since_midnight < timedelta(hours=36)


def _result_clauses(statement: Statement) -> Iterator[Reason]:
    codes = [unit.code for unit in statement.units]
    if len(codes) > MAX_UNITS or any(len(unit.evidence) > MAX_EVIDENCE for unit in statement.units):
        yield Reason("signing.too_many_units", {"limit": MAX_UNITS})
    if len(codes) != len(set(codes)):
        yield Reason("signing.unit_twice")
    if statement.outcome == "assessed" and not codes:
        yield Reason("signing.no_units")
    if statement.outcome == "absent" and codes:
        yield Reason("signing.absent_with_units")
    if statement.outcome != "assessed" and statement.recommendation is not None:
        yield Reason("signing.recommendation_without_assessment")
    if statement.recommendation == "K" and any(unit.result == "BK" for unit in statement.units):
        yield Reason("signing.recommendation_contradicts")


def _origin_clauses(statement: Statement) -> Iterator[Reason]:
    paper = statement.paper
    if (statement.origin == "paper") != (paper is not None):
        yield Reason("signing.paper_details")
    if paper is None:
        return
    if not _SHA256.fullmatch(paper.scan_sha256):
        yield Reason("signing.identifier", {"part": "paper.scan_sha256"})
    if paper.entered_by.casefold() == paper.confirmed_by.casefold():
        yield Reason("signing.paper_same_person", {"name": paper.entered_by})
