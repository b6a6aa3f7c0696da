"""From a result and what it rests on to the statement that is signed, and to the rows that are stored."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast
from uuid import UUID, uuid4

from assessor_registry import clock
from assessor_registry.assessments import store
from assessor_registry.assessments.rules import Content, UnitFact, new_code
from assessor_registry.errors import Reason
from assessor_registry.scheduling.rules import EVIDENCE
from assessor_registry.signing.canonical import clean, dump, names_of
from assessor_registry.signing.statement import (
    Acknowledgement,
    Assessor,
    Candidate,
    Lsp,
    Origin,
    Outcome,
    Paper,
    Result,
    Scheme,
    Statement,
    Unit,
)  # fmt: skip
from assessor_registry.validity.rules import Period


@dataclass(frozen=True, slots=True)
class Case:
    """One result on its way to becoming a record: of a draft, or of a paper result."""

    subject: UUID
    attempt: store.AttemptFact
    part: int
    assessor_id: UUID
    content: Content
    units: tuple[UnitFact, ...]
    letter: str
    replaces: UUID | None
    replaces_reason: str | None
    origin: Origin
    record_id: UUID
    code: str

    @property
    def span(self) -> tuple[date, date]:
        """First and last day of assessment."""
        days = self.content.days
        if days is None:
            raise ValueError("a result without days")
        return days


@dataclass(frozen=True, slots=True)
class Signing:
    """When, by whom on paper, and until when active: the same for all results of one act."""

    papers: store.Papers
    periods: Sequence[Period]
    licences: Mapping[UUID, Sequence[tuple[str, date, date]]]
    signed_at: datetime
    paper: Paper | None = None

    def signed_on(self, result: Case) -> date:
        """The day of signing where the LSP is."""
        return clock.day_of(self.signed_at, result.attempt.zone)

    def licence(self, result: Case) -> str | None:
        """The number of the LSP's licence on the first day of assessment."""
        first = result.span[0]
        held = [item for item in self.licences.get(result.attempt.lsp_id, ()) if item[1] <= first <= item[2]]
        return max(held, key=lambda item: item[2])[0] if held else None

    def last_active_day(self, result: Case) -> date | None:
        """The end of the active period: of the day of signing, or for paper of the last day of assessment."""
        day = self.signed_on(result) if result.origin == "signed" else result.span[1]
        return next((period.last_day for period in self.periods if day in period), None)


def fresh_names(random: bytes) -> tuple[UUID, str]:
    """Return a new record's id and code; `random` are 16 bytes."""
    return uuid4(), new_code(random)


def missing_reasons(result: Case, signing: Signing) -> list[Reason]:
    """Return what a statement must name and the registry does not know."""
    found = []
    if signing.licence(result) is None:
        found.append(Reason("assessments.no_licence", {"day": result.span[0]}))
    if signing.papers.registration is None:
        found.append(Reason("assessments.no_registration"))
    return found


def statement(result: Case, signing: Signing) -> Statement:
    """Return what is signed. `missing_reasons` is empty, and an active period covers the day."""
    attempt, content = result.attempt, result.content
    last_active = signing.last_active_day(result)
    registration, licence = signing.papers.registration, signing.licence(result)
    if last_active is None or registration is None or licence is None:
        raise ValueError("not checked before it is signed")
    first, last = result.span
    return Statement(
        origin=result.origin,
        record_id=str(result.record_id),
        code=result.code,
        replaces=None if result.replaces is None else str(result.replaces),
        attempt=attempt.number,
        part=result.part,
        lsp=Lsp(name=clean(attempt.lsp_name), licence=clean(licence)),
        scheme=Scheme(
            number=_optional(attempt.scheme_number),
            title=clean(attempt.scheme_title),
            version=_optional(attempt.version_label),
        ),
        candidate=Candidate(name=clean(attempt.student_name), nisn=attempt.nisn),
        assessor=Assessor(
            name=clean(signing.papers.name),
            registration=registration,
            certificate=_optional(signing.papers.certificate_on(last)),
            last_active_day=last_active,
        ),
        assignment_letter=clean(result.letter),
        venue=clean(attempt.venue_name),
        first_day=first,
        last_day=last,
        outcome=cast(Outcome, content.outcome),
        units=_units(result),
        recommendation=cast(Result, content.recommendation),
        note=_note(content),
        signed_at=signing.signed_at,
        signed_on=signing.signed_on(result),
        paper=signing.paper,
        acknowledgement=cast(Acknowledgement | None, content.acknowledgement),
    )


# Made when it is signed, and how the candidate took it, which is chosen on the page that shows the rest.
_NOT_SHOWN: Final = frozenset({"record_id", "code", "signed_at", "signed_on", "acknowledgement"})


def digest_of(shown: Statement) -> str:
    """Return what pins a statement between the page that shows it and the passphrase: all that can be known by then."""
    known = {name: getattr(shown, name) for name in names_of(Statement) if name not in _NOT_SHOWN}
    return hashlib.sha256(dump(known)).hexdigest()


def says(said: Statement, content: Content) -> bool:
    """Whether what was signed is what is filled in."""
    units = {unit.code: unit.result for unit in said.units}
    kinds = None if content.evidence is None else _evidence(content.evidence)
    return (said.outcome, said.recommendation, said.note, (said.first_day, said.last_day), units) == (
        content.outcome, content.recommendation, _note(content), content.days, dict(content.units),
    ) and (kinds is None or all(unit.evidence == kinds for unit in said.units))  # fmt: skip


def _note(content: Content) -> str | None:
    return clean(content.note or "", lines=True) or None


def _evidence(kinds: Sequence[str]) -> tuple[str, ...]:
    return tuple(EVIDENCE[kind] for kind in EVIDENCE if kind in kinds)


def _optional(text: str | None) -> str | None:
    return clean(text or "") or None


def assessed_units(result: Case) -> list[UnitFact]:
    """The units that were assessed, in the order of the scheme version."""
    return [unit for unit in result.units if unit.code in result.content.units]


def _units(result: Case) -> tuple[Unit, ...]:
    kinds = result.content.evidence or result.attempt.evidence_kinds
    evidence = _evidence(kinds)
    return tuple(
        Unit(
            code=unit.code, title=unit.title, evidence=evidence,
            result=cast(Result, result.content.units[unit.code]),
        )
        for unit in assessed_units(result)
    )  # fmt: skip


def record_row(result: Case, signing: Signing, jws: str, digest: bytes, certificate_id: UUID) -> dict[str, Any]:
    """The row of a record, as inserted."""
    first, last = result.span
    content = result.content
    return {
        "id": result.record_id, "code": result.code, "attempt_id": result.attempt.id, "part": result.part,
        "assessor_id": result.assessor_id, "lsp_id": result.attempt.lsp_id, "origin": result.origin,
        "outcome": content.outcome, "recommendation": content.recommendation,
        "note": _note(content), "first_day": first, "last_day": last,
        "signed_on": signing.signed_on(result), "signed_at": signing.signed_at, "letter_number": result.letter,
        "acknowledgement": content.acknowledgement, "jws": jws, "jws_sha256": digest,
        "certificate_id": certificate_id, "paper_result_id": result.subject if result.origin == "paper" else None,
        "replaces": result.replaces, "replaces_reason": result.replaces_reason, "created_at": signing.signed_at,
    }  # fmt: skip


def unit_rows(result: Case) -> list[dict[str, Any]]:
    """The rows of a record's units, as inserted."""
    return [
        {"record_id": result.record_id, "position": number, "code": unit.code, "title": unit.title,
         "result": result.content.units[unit.code]}
        for number, unit in enumerate(assessed_units(result), 1)
    ]  # fmt: skip
