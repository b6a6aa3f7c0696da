"""Who may assess on a day, for one or many assessors, in a number of statements that does not grow with them."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.errors import NotFound
from assessor_registry.institutions import store as institutions
from assessor_registry.validity import rules
from assessor_registry.validity.rules import (
    LspQuestion,
    Period,
    PersonFacts,
    Standing,
    TechnicalFact,
    TechnicalQuestion,
    Weight,
)
from assessor_registry.validity.store.facts import appointment_facts, person_facts_of, technical_facts
from assessor_registry.validity.store.periods import active_periods_of, people


def standing(
    conn: Connection,
    assessor_id: UUID,
    on: date,
    *,
    scheme_id: UUID | None = None,
    lsp_id: UUID | None = None,
    known_at: datetime | None = None,
    technical_missing: Weight = "block",
    technical_undated: Weight = "warn",
) -> Standing:
    """Return the status of one assessor on a day, with every reason; see `standings`.

    Raises:
        NotFound: no such assessor.
    """
    found = standings(
        conn, [assessor_id], on, scheme_id=scheme_id, lsp_id=lsp_id, known_at=known_at,
        technical_missing=technical_missing, technical_undated=technical_undated,
    )  # fmt: skip
    if assessor_id not in found:
        raise NotFound("validity.no_such_assessor")
    return found[assessor_id]


def standings(
    conn: Connection,
    ids: Sequence[UUID],
    on: date,
    *,
    scheme_id: UUID | None = None,
    lsp_id: UUID | None = None,
    known_at: datetime | None = None,
    technical_missing: Weight = "block",
    technical_undated: Weight = "warn",
) -> dict[UUID, Standing]:
    """Return the status of each of `ids` that exists, on a day.

    With `scheme_id` the technical competence is asked for, with `lsp_id` appointment and licence, with both also
    whether the licence covers the scheme. `known_at` answers from the facts known at that instant, not from the
    stored periods. `technical_missing` and `technical_undated` are policy's: does it block or warn. At most 10
    statements.
    """
    persons = people(conn, ids, known_at)
    stored = None if known_at else active_periods_of(conn, ids)
    facts = _facts_needed(conn, ids, on, stored, known_at)
    competences = technical_facts(conn, ids, known_at) if scheme_id else {}
    appointed = appointment_facts(conn, ids, lsp_id, known_at) if lsp_id else {}
    licensed = _licensed(conn, lsp_id, scheme_id, on, known_at) if lsp_id else LspQuestion((), ())

    def question(assessor_id: UUID) -> TechnicalQuestion | None:
        held: tuple[TechnicalFact, ...] = competences.get(assessor_id, ())
        return TechnicalQuestion(scheme_id, held, technical_missing, technical_undated) if scheme_id else None

    return {
        assessor_id: rules.standing(
            assessor_id,
            on,
            facts.get(assessor_id, PersonFacts()),
            periods=None if stored is None else stored.get(assessor_id, ()),
            ended_on=ended_on,
            technical=question(assessor_id),
            lsp=LspQuestion(appointed.get(assessor_id, ()), licensed.licences, licensed.schemes) if lsp_id else None,
        )
        for assessor_id, ended_on in persons.items()
    }


def _facts_needed(
    conn: Connection,
    ids: Sequence[UUID],
    on: date,
    stored: dict[UUID, list[Period]] | None,
    known_at: datetime | None,
) -> dict[UUID, PersonFacts]:
    """The facts behind the periods: of all when they are computed, else only of those who are not active."""
    if stored is None:
        return person_facts_of(conn, ids, known_at)
    inactive = [i for i in ids if not any(on in period for period in stored.get(i, ()))]
    return person_facts_of(conn, inactive) if inactive else {}


def _licensed(
    conn: Connection, lsp_id: UUID, scheme_id: UUID | None, on: date, known_at: datetime | None
) -> LspQuestion:
    """The LSP's part of the question: what holds on the day, else what explains that nothing does."""
    held = institutions.licence_on(conn, lsp_id, on, known_at=known_at)
    rows = [held] if held else institutions.licences_of(conn, lsp_id, known_at=known_at)
    periods = (Period(row.first_day, row.last_day) for row in rows)
    licences = tuple(period for period in periods if held or on not in period)
    if scheme_id is None:
        return LspQuestion((), licences)
    scheme = institutions.scheme_licensed_on(conn, lsp_id, scheme_id, on, known_at=known_at)
    return LspQuestion((), licences, () if scheme is None else (Period(scheme.first_day, scheme.last_day),))


def carried_by(conn: Connection, ids: Sequence[UUID]) -> dict[UUID, tuple[tuple[str | None, tuple[Period, ...]], ...]]:
    """Return the certificates of these assessors as (number, the days that each of them carries); four statements.

    Its own days with those that a circular adds, less the sanctions that hit it: together the active periods.
    """
    return {
        assessor_id: tuple(
            (held.number, tuple(rules.active_periods([held], facts.extensions, facts.sanctions)))
            for held in facts.certificates
        )
        for assessor_id, facts in person_facts_of(conn, ids).items()
    }
