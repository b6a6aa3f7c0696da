"""Whether someone may assess on a day for a scheme at an LSP, with each unmet clause as its own reason. Pure.

Source of the clauses: the LSP practice that BNSP's administration follows; an unmet clause never hides another.
`reasons` keep someone from assessing, `warnings` do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from assessor_registry.errors import Param, Reason
from assessor_registry.validity.rules.facts import PersonFacts
from assessor_registry.validity.rules.periods import Period, SanctionFact, active_periods, coverage

Weight = Literal["block", "warn"]


@dataclass(frozen=True, slots=True)
class TechnicalFact:
    """A technical competence (sertifikat kompetensi teknis); `scheme_id` None while its text is not mapped."""

    id: UUID
    scheme_id: UUID | None
    scheme_text: str
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class AppointmentFact:
    """An appointment by an LSP (SK pengangkatan); `ended_on` is the last day when it ended before the decree does."""

    decree_number: str
    first_day: date
    last_day: date
    ended_on: date | None = None

    @property
    def until(self) -> date:
        """The last day, included."""
        return self.last_day if self.ended_on is None else min(self.last_day, self.ended_on)


@dataclass(frozen=True, slots=True)
class TechnicalQuestion:
    """The scheme asked about, its competences, and what policy makes of a missing and of an undated one."""

    scheme_id: UUID
    facts: tuple[TechnicalFact, ...]
    missing: Weight = "block"
    undated: Weight = "warn"


@dataclass(frozen=True, slots=True)
class LspQuestion:
    """The LSP asked about: the person's appointments there, its licences, and those of the scheme asked about.

    `schemes` None: no scheme is asked about.
    """

    appointments: tuple[AppointmentFact, ...]
    licences: tuple[Period, ...]
    schemes: tuple[Period, ...] | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The answer: `active` by the certificate alone, `eligible` when no clause is unmet.

    `periods` are the active periods, in order.
    """

    assessor_id: UUID
    on: date
    active: bool
    eligible: bool
    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...]
    periods: tuple[Period, ...]


def standing(
    assessor_id: UUID,
    on: date,
    facts: PersonFacts,
    *,
    periods: Sequence[Period] | None = None,
    ended_on: date | None = None,
    technical: TechnicalQuestion | None = None,
    lsp: LspQuestion | None = None,
) -> Standing:
    """Decide on a day. `periods` are those that are stored; None computes them from `facts`.

    `ended_on` is the day from which someone assesses no longer (retired, moved away, died).
    """
    held = active_periods(facts.certificates, facts.extensions, facts.sanctions) if periods is None else list(periods)
    active = any(on in period for period in held)
    reasons: list[Reason] = []
    warnings: list[Reason] = []
    if not active:
        reasons += why_inactive(on, facts)
    if ended_on is not None and on >= ended_on:
        reasons.append(Reason("validity.person_ended", {"first_day": ended_on}))
    if technical is not None:
        reason, weight = technical_clause(on, technical)
        if reason is not None:
            (reasons if weight == "block" else warnings).append(reason)
    if lsp is not None:
        reasons += lsp_clauses(on, lsp)
    return Standing(assessor_id, on, active, not reasons, tuple(reasons), tuple(warnings), tuple(held))


def why_inactive(on: date, facts: PersonFacts) -> list[Reason]:
    """Return each reason why someone is not active on a day: certificates first, then every sanction that hits."""
    covered = coverage(facts.certificates, facts.extensions)
    reasons = [] if any(on in period for period in covered) else [_not_covered(on, covered)]
    ids = {
        certificate.id
        for certificate in facts.certificates
        if any(on in period for period in coverage([certificate], facts.extensions))
    }
    hits = [s for s in facts.sanctions if on in s and (s.certificate_id is None or s.certificate_id in ids)]
    return reasons + [_sanctioned(s) for s in sorted(hits, key=lambda s: (s.first_day, s.decree_number, s.id))]


def _not_covered(on: date, covered: Sequence[Period]) -> Reason:
    if not covered:
        return Reason("validity.no_certificate")
    ended = [period.last_day for period in covered if period.last_day < on]
    coming = [period.first_day for period in covered if period.first_day > on]
    if not ended:
        return Reason("validity.not_yet", {"first_day": min(coming)})
    if coming:
        return Reason("validity.between", {"last_day": max(ended), "first_day": min(coming)})
    return Reason("validity.expired", {"last_day": max(ended)})


def _sanctioned(sanction: SanctionFact) -> Reason:
    params: dict[str, Param] = {"first_day": sanction.first_day, "decree": sanction.decree_number}
    if sanction.kind == "revocation":
        return Reason("validity.revoked", params)
    if sanction.last_day is None:
        return Reason("validity.suspended", params)
    return Reason("validity.suspended_until", {**params, "last_day": sanction.last_day})


def technical_clause(on: date, asked: TechnicalQuestion) -> tuple[Reason | None, Weight]:
    """Return what is wrong with the technical competence for a scheme, if anything, and whether it blocks."""
    mapped = [fact for fact in asked.facts if fact.scheme_id == asked.scheme_id]
    holding = [fact for fact in mapped if _dated_in(fact, on)]
    if any(fact.first_day is not None and fact.last_day is not None for fact in holding):
        return None, asked.missing
    if holding:
        # A list often names a competence without its dates: it counts, and says so.
        return Reason("validity.technical_undated", {"scheme": holding[0].scheme_text}), asked.undated
    return _no_competence(on, asked, mapped), asked.missing


def _dated_in(fact: TechnicalFact, on: date) -> bool:
    return (fact.first_day or on) <= on <= (fact.last_day or on)


def _no_competence(on: date, asked: TechnicalQuestion, mapped: Sequence[TechnicalFact]) -> Reason:
    ended = [fact.last_day for fact in mapped if fact.last_day is not None and fact.last_day < on]
    if ended:
        return Reason("validity.technical_expired", {"last_day": max(ended)})
    coming = [fact.first_day for fact in mapped if fact.first_day is not None]
    if coming:
        return Reason("validity.technical_not_yet", {"first_day": min(coming)})
    unmapped = sorted(fact.scheme_text for fact in asked.facts if fact.scheme_id is None)
    if unmapped:
        return Reason("validity.technical_unmapped", {"text": "; ".join(unmapped)})
    return Reason("validity.technical_missing")


def lsp_clauses(on: date, asked: LspQuestion) -> list[Reason]:
    """Return the unmet clauses of appointment and licence."""
    found = (_appointment(on, asked.appointments), _licence(on, asked.licences))
    reasons = [reason for reason in found if reason is not None]
    if asked.schemes is not None and not any(on in period for period in asked.schemes):
        reasons.append(Reason("validity.scheme_not_licensed"))
    return reasons


def _appointment(on: date, facts: Sequence[AppointmentFact]) -> Reason | None:
    if any(fact.first_day <= on <= fact.until for fact in facts):
        return None
    past = [fact for fact in facts if fact.until < on]
    if past:
        latest = max(past, key=lambda fact: (fact.until, fact.decree_number))
        return Reason("validity.appointment_ended", {"last_day": latest.until, "decree": latest.decree_number})
    if facts:
        first = min(facts, key=lambda fact: (fact.first_day, fact.decree_number))
        return Reason("validity.appointment_not_yet", {"first_day": first.first_day, "decree": first.decree_number})
    return Reason("validity.not_appointed")


def _licence(on: date, licences: Sequence[Period]) -> Reason | None:
    if any(on in period for period in licences):
        return None
    past = [period.last_day for period in licences if period.last_day < on]
    if past:
        return Reason("validity.licence_expired", {"last_day": max(past)})
    if licences:
        return Reason("validity.licence_not_yet", {"first_day": min(period.first_day for period in licences)})
    return Reason("validity.licence_none")
