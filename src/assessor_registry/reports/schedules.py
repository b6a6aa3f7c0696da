"""Schedules as a list: one statement per page, whatever the number of rows."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, text

from assessor_registry.accounts.rules import Scope
from assessor_registry.reports.holding import LICENCE_DAYS, VENUE_OPEN

PAGE = 50
When = Literal["coming", "past", "cancelled"]


@dataclass(frozen=True, slots=True)
class Line:
    """One schedule in a list. `days_open`: days that nobody is assigned on; `planned`: assignments without a letter.

    `venue_open`: the venue's verification does not hold on all days; `licence_open`, `scheme_open`: days without a
    licence, and days with one that does not cover the scheme; `evidence_open`: no kind of evidence is chosen.
    """

    id: UUID
    title: str
    lsp: str
    scheme: str
    venue: str
    first_day: date
    last_day: date
    cancelled: bool
    candidates: int
    unallocated: int
    recorded: int
    assessors: int
    planned: int
    days_open: int
    venue_open: bool
    licence_open: int
    scheme_open: int
    evidence_open: bool

    @property
    def ready(self) -> bool:
        """Whether nothing is missing any more, as the schedule's own page counts it."""
        return self.candidates > 0 and self.days_open <= 0 and not (
            self.unallocated or self.planned or self.venue_open or self.licence_open or self.scheme_open
            or self.evidence_open
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list and how long all of it is."""

    lines: tuple[Line, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for; each part narrows. `text` is what someone typed."""

    text: str = ""
    when: When = "coming"
    lsp_id: UUID | None = None
    scheme_id: UUID | None = None


_LISTED = f"""
WITH found AS (
  SELECT s.id, s.title, l.name AS lsp, c.title AS scheme, v.name AS venue, s.first_day, s.last_day,
         s.cancelled_at IS NOT NULL AS cancelled, s.lsp_id, sv.scheme_id,
         cardinality(s.evidence_kinds) = 0 AS evidence_open,
         {VENUE_OPEN} AS venue_open, count(*) OVER () AS total
  FROM schedule s
  JOIN lsp l ON l.id = s.lsp_id
  JOIN venue v ON v.id = s.venue_id
  JOIN scheme_version sv ON sv.id = s.scheme_version_id
  JOIN scheme c ON c.id = sv.scheme_id
  WHERE {{scope}}
    AND (s.cancelled_at IS NOT NULL) = (:kind = 'cancelled')
    AND CASE :kind WHEN 'coming' THEN s.last_day >= :today WHEN 'past' THEN s.last_day < :today ELSE TRUE END
    AND (CAST(:lsp AS uuid) IS NULL OR s.lsp_id = :lsp)
    AND (CAST(:scheme AS uuid) IS NULL OR c.id = :scheme)
    AND concat_ws(' ', s.title, c.title, v.name, l.name) ILIKE ALL (CAST(:words AS text[]))
  ORDER BY s.first_day {{order}}, s.title, s.id
  LIMIT :size OFFSET :start
)
SELECT f.*, a.candidates, a.unallocated, a.recorded, g.assessors, g.planned,
       f.last_day - f.first_day + 1 - g.days AS days_open,
       w.licence_open, w.scheme_open
FROM found f
CROSS JOIN LATERAL (
  SELECT count(*) AS candidates, count(*) FILTER (WHERE assessor_id IS NULL AND recorded_at IS NULL) AS unallocated,
         count(*) FILTER (WHERE recorded_at IS NOT NULL) AS recorded
  FROM attempt WHERE schedule_id = f.id AND removed_at IS NULL) a
CROSS JOIN LATERAL (
  SELECT count(DISTINCT assessor_id) AS assessors, count(*) FILTER (WHERE confirmed_at IS NULL) AS planned,
         count(DISTINCT held_on) FILTER (WHERE held_on BETWEEN f.first_day AND f.last_day) AS days
  FROM assignment WHERE schedule_id = f.id AND withdrawn_at IS NULL) g
CROSS JOIN LATERAL ({LICENCE_DAYS}) w
ORDER BY f.first_day {{order}}, f.title, f.id
"""

_SCOPES = {
    "province": "TRUE",
    "region": "l.region_code = :ref",
    "lsp": "s.lsp_id = CAST(:ref AS uuid)",
    "school": ("EXISTS (SELECT 1 FROM attempt t WHERE t.schedule_id = s.id AND t.school_id = CAST(:ref AS uuid))"),
    "self": "EXISTS (SELECT 1 FROM assignment m WHERE m.schedule_id = s.id AND m.assessor_id = CAST(:ref AS uuid))",
}


def listed(
    conn: Connection, scope: Scope, today: date, question: Question, *, page: int = 1, size: int = PAGE
) -> Listing:
    """Return the schedules in `scope` who fit `question`: coming ones earliest first, the others latest first."""
    given: dict[str, Any] = {
        "ref": scope.ref, "kind": question.when, "today": today, "lsp": question.lsp_id, "scheme": question.scheme_id,
        "words": like_words(question.text), "size": size, "start": (page - 1) * size,
    }  # fmt: skip
    order = "ASC" if question.when == "coming" else "DESC"
    rows = conn.execute(text(_LISTED.format(scope=_SCOPES[scope.kind], order=order)), given).all()
    names = Line.__dataclass_fields__
    lines = tuple(Line(**{name: row._mapping[name] for name in names}) for row in rows)
    return Listing(lines, rows[0].total if rows else 0)


def like_words(typed: str) -> list[str]:
    """Return a LIKE pattern for each word that was typed; what LIKE would read as a pattern is taken as it is."""
    escaped = typed.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return [f"%{word}%" for word in escaped.split()]
