"""What several acts on results ask first."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.assessments import store
from assessor_registry.assessments.rules import OtherPart, UnitFact
from assessor_registry.errors import Forbidden, InvalidInput, NotFound, Reason
from assessor_registry.scheduling import store as scheduling
from assessor_registry.scheduling.rules import days_of
from assessor_registry.validity import store as validity
from assessor_registry.validity.rules import Standing


def own_assessor(actor: Actor) -> UUID:
    """Return the assessor that the actor is.

    Raises:
        Forbidden: the account is no assessor's.
    """
    if actor.assessor_id is None:
        raise Forbidden("assessments.not_assessor")
    return actor.assessor_id


def given_reason(reason: str) -> str:
    """Return a reason without spaces around.

    Raises:
        InvalidInput: it is empty.
    """
    if not reason.strip():
        raise InvalidInput("assessments.reason_missing", field="reason")
    return reason.strip()


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the results of some attempts rest on, read once for all of them."""

    attempts: Mapping[UUID, store.AttemptFact]
    units: Mapping[UUID, tuple[UnitFact, ...]]
    parts: Mapping[UUID, Mapping[int, OtherPart]]
    duties: Mapping[tuple[UUID, UUID], tuple[store.Duty, ...]]

    def attempt(self, attempt_id: UUID) -> store.AttemptFact:
        """The attempt with what is around it."""
        return self.attempts[attempt_id]

    def units_of(self, attempt_id: UUID) -> tuple[UnitFact, ...]:
        """The units of the scheme version that the attempt's schedule pins."""
        return self.units.get(self.attempts[attempt_id].version_id, ())

    def others(self, attempt_id: UUID, part: int) -> Sequence[OtherPart]:
        """The other parts of the attempt."""
        return store.without(self.parts.get(attempt_id, {}), part)

    def duties_of(self, attempt_id: UUID, assessor_id: UUID) -> tuple[store.Duty, ...]:
        """The confirmed days of an assessor in the attempt's schedule."""
        return self.duties.get((assessor_id, self.attempts[attempt_id].schedule_id), ())


def read_grounds(conn: Connection, attempt_ids: Collection[UUID], assessor_ids: Collection[UUID]) -> Grounds:
    """Read what results rest on; five statements, however many attempts there are.

    Raises:
        NotFound: there is no such attempt.
    """
    attempts = store.attempts(conn, attempt_ids)
    if len(attempts) < len(set(attempt_ids)):
        raise NotFound("assessments.no_attempt")
    versions = {attempt.version_id for attempt in attempts.values()}
    schedules = {attempt.schedule_id for attempt in attempts.values()}
    return Grounds(
        attempts,
        store.units_of(conn, versions),
        store.other_parts(conn, attempt_ids),
        store.duties(conn, assessor_ids, schedules),
    )


Asked = tuple[UUID, UUID, UUID, date]


def standings(conn: Connection, asked: Collection[Asked]) -> dict[Asked, Standing]:
    """Return the status for each (assessor, scheme, LSP, day); statements grow with days, not with records."""
    rules = scheduling.policies(conn)
    found: dict[Asked, Standing] = {}
    for scheme, lsp, day in sorted({one[1:] for one in asked}):
        people = [one[0] for one in asked if one[1:] == (scheme, lsp, day)]
        answers = scheduling.standings(conn, rules, people, day, scheme_id=scheme, lsp_id=lsp)
        found |= {(person, scheme, lsp, day): answer for person, answer in answers.items()}
    return found


def asked_of(attempt: store.AttemptFact, assessor_id: UUID, first_day: date, last_day: date) -> list[Asked]:
    """Return what has to be asked of an assessor for each day of an assessment."""
    return [(assessor_id, attempt.scheme_id, attempt.lsp_id, day) for day in days_of(first_day, last_day)]


def day_reasons(
    attempt: store.AttemptFact,
    assessor_id: UUID,
    span: tuple[date, date],
    duties: Sequence[store.Duty],
    answers: Mapping[Asked, Standing],
) -> list[Reason]:
    """Return why someone may not have assessed on these days: standing on each, and assigned on first and last."""
    reasons: list[Reason] = []
    for asked in asked_of(attempt, assessor_id, *span):
        answer = answers[asked]
        if not answer.active:
            reasons.append(Reason("assessments.not_active_on", {"day": asked[3]}))
        reasons += answer.reasons
    assigned = {duty.day for duty in duties}
    reasons += [
        Reason("assessments.days_not_assigned", {"day": day}) for day in dict.fromkeys(span) if day not in assigned
    ]
    return list(dict.fromkeys(reasons))


def standing_today(conn: Connection, assessor_id: UUID, today: date) -> Standing:
    """Return whether someone is an active assessor today, whatever the scheme."""
    return validity.standing(conn, assessor_id, today)
