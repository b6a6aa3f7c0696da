"""Signed results, and assessments without one, as lists: one statement per page, whatever the number of rows."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from assessor_registry.accounts.rules import Scope
from assessor_registry.assessments.rules import State, state
from assessor_registry.reports.schedules import like_words

PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One signed record in a list; names and NISN as signed."""

    code: str
    student: str = field(repr=False)
    nisn: str | None = field(repr=False)
    school: str
    rombel: str | None
    schedule_id: UUID
    schedule: str
    scheme: str
    lsp: str
    assessor: str = field(repr=False)
    first_day: date
    last_day: date
    signed_at: datetime
    attempt: int
    part: int
    outcome: str
    recommendation: str | None
    origin: str
    replaced_by: UUID | None
    contested_at: datetime | None
    upheld_at: datetime | None
    annulled_at: datetime | None

    @property
    def state(self) -> State:
        """What is true of it now."""
        return state(
            annulled=self.annulled_at, contested=self.contested_at, upheld=self.upheld_at, replaced_by=self.replaced_by
        )


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list and how long all of it is."""

    lines: tuple[Line, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for; each part narrows. `state` and `origin` None are all."""

    text: str = ""
    state: State | None = None
    origin: str | None = None
    schedule_id: UUID | None = None
    scheme_id: UUID | None = None
    records: tuple[UUID, ...] | None = None


_IN_STATE = {
    "annulled": "x.annulled_at IS NOT NULL",
    "contested": "x.annulled_at IS NULL AND x.contested_at IS NOT NULL AND x.upheld_at IS NULL",
    "replaced": (
        "x.annulled_at IS NULL AND (x.contested_at IS NULL OR x.upheld_at IS NOT NULL) AND x.replaced_by IS NOT NULL"
    ),
    "valid": "x.annulled_at IS NULL AND (x.contested_at IS NULL OR x.upheld_at IS NOT NULL) AND x.replaced_by IS NULL",
}
_SCOPES = {
    "province": "TRUE",
    "region": "l.region_code = :ref",
    "lsp": "r.lsp_id = CAST(:ref AS uuid)",
    "school": "a.school_id = CAST(:ref AS uuid)",
    "self": "r.assessor_id = CAST(:ref AS uuid)",
}
_LISTED = """
SELECT r.code, r.named ->> 'candidate' AS student, r.named ->> 'nisn' AS nisn, k.name AS school,
       p.rombel, s.id AS schedule_id, s.title AS schedule,
       r.named ->> 'scheme' AS scheme, r.named ->> 'lsp' AS lsp, r.named ->> 'assessor' AS assessor,
       r.first_day, r.last_day, r.signed_at,
       a.number AS attempt, r.part, r.outcome, r.recommendation, r.origin,
       x.replaced_by, x.contested_at, x.upheld_at, x.annulled_at, count(*) OVER () AS total
FROM record r
JOIN record_state x ON x.record_id = r.id
JOIN attempt a ON a.id = r.attempt_id
JOIN student p ON p.id = a.student_id
JOIN school k ON k.id = a.school_id
JOIN schedule s ON s.id = a.schedule_id
JOIN scheme_version sv ON sv.id = s.scheme_version_id
JOIN scheme c ON c.id = sv.scheme_id
JOIN lsp l ON l.id = r.lsp_id
JOIN assessor e ON e.id = r.assessor_id
WHERE {scope} AND {state}
  AND (CAST(:origin AS text) IS NULL OR r.origin = :origin)
  AND (CAST(:schedule AS uuid) IS NULL OR s.id = :schedule)
  AND (CAST(:scheme AS uuid) IS NULL OR c.id = :scheme)
  AND (CAST(:records AS uuid[]) IS NULL OR r.id = ANY(CAST(:records AS uuid[])))
  AND concat_ws(' ', r.named ->> 'candidate', r.named ->> 'nisn', r.named ->> 'scheme', r.named ->> 'assessor', p.name,
                p.nisn, c.title, e.name, s.title, k.name, p.rombel) ILIKE ALL (CAST(:words AS text[]))
ORDER BY r.last_day DESC, p.search_name, r.part, r.id
LIMIT :size OFFSET :start
"""


def listed(conn: Connection, scope: Scope, question: Question, *, page: int = 1, size: int = PAGE) -> Listing:
    """Return the signed records in `scope` that fit `question`, newest day first."""
    given: dict[str, Any] = {
        "ref": scope.ref, "origin": question.origin, "schedule": question.schedule_id, "scheme": question.scheme_id,
        "words": like_words(question.text), "records": None if question.records is None else list(question.records),
        "size": size, "start": (page - 1) * size,
    }  # fmt: skip
    query = _LISTED.format(
        scope=_SCOPES[scope.kind], state=_IN_STATE[question.state] if question.state else "TRUE"
    )  # fmt: skip
    rows = conn.execute(text(query), given).all()
    names = Line.__dataclass_fields__
    lines = tuple(Line(**{name: row._mapping[name] for name in names}) for row in rows)
    return Listing(lines, rows[0].total if rows else 0)


@dataclass(frozen=True, slots=True)
class Open:
    """A candidate whose day has come and whose result is not signed (or whose correction is open).

    `last_day` is the last day of their assessor in the schedule, the schedule's while nobody is assigned.
    `last_active_day` None: the assessor is not active today. `drafted`: something is filled in. `partly`: a part is
    signed, the rest is not. `waiting`: a paper result waits for its second person.
    """

    attempt_id: UUID
    student: str = field(repr=False)
    school: str
    rombel: str | None
    schedule_id: UUID
    schedule: str
    last_day: date
    assessor_id: UUID | None
    assessor: str | None = field(repr=False)
    last_active_day: date | None
    drafted: bool
    partly: bool
    correcting: bool
    waiting: bool


_OPEN_SCOPES = _SCOPES | {
    "lsp": "s.lsp_id = CAST(:ref AS uuid)",
    "self": "CAST(:ref AS uuid) IN (a.assessor_id, d.assessor_id)",
}
_OPEN = """
SELECT a.id AS attempt_id, p.name AS student, k.name AS school, p.rombel, s.id AS schedule_id, s.title AS schedule,
       COALESCE(g.last_day, s.last_day) AS last_day, e.id AS assessor_id, e.name AS assessor,
       EXISTS (SELECT FROM record r JOIN record_state x ON x.record_id = r.id
               WHERE r.attempt_id = a.id AND x.annulled_at IS NULL AND x.replaced_by IS NULL) AS partly,
       d.id IS NOT NULL AS drafted, d.corrects IS NOT NULL AS correcting,
       (SELECT max(upper(q.during) - 1) FROM active_period q
        WHERE q.assessor_id = e.id AND q.during @> CAST(:today AS date)) AS last_active_day,
       EXISTS (SELECT 1 FROM paper_result w WHERE w.attempt_id = a.id AND w.confirmed_at IS NULL
               AND w.rejected_at IS NULL) AS waiting,
       count(*) OVER () AS total
FROM attempt a
JOIN schedule s ON s.id = a.schedule_id AND s.cancelled_at IS NULL AND s.first_day <= :today
JOIN lsp l ON l.id = s.lsp_id
JOIN student p ON p.id = a.student_id
JOIN school k ON k.id = a.school_id
LEFT JOIN LATERAL (SELECT * FROM draft f WHERE f.attempt_id = a.id AND f.record_id IS NULL
                   AND (CAST(:assessor AS uuid) IS NULL OR f.assessor_id = :assessor)
                   AND f.outcome IS NOT NULL ORDER BY f.part DESC LIMIT 1) d ON TRUE
LEFT JOIN assessor e ON e.id = COALESCE(d.assessor_id, a.assessor_id)
CROSS JOIN LATERAL (SELECT min(m.held_on) AS first_day, max(m.held_on) AS last_day FROM assignment m
                    WHERE m.schedule_id = s.id AND m.assessor_id = e.id AND m.withdrawn_at IS NULL) g
WHERE a.removed_at IS NULL AND {scope} AND (d.id IS NOT NULL OR COALESCE(g.first_day <= :today, TRUE))
  AND (CAST(:schedule AS uuid) IS NULL OR s.id = :schedule)
  AND (CAST(:assessor AS uuid) IS NULL OR d.id IS NOT NULL)
  AND (CAST(:lsp AS uuid) IS NULL OR s.lsp_id = :lsp)
  AND (CAST(:assessor AS uuid) IS NOT NULL OR d.corrects IS NOT NULL OR NOT EXISTS (
    SELECT 1 FROM record r JOIN record_state x ON x.record_id = r.id
    WHERE r.attempt_id = a.id AND x.annulled_at IS NULL AND x.replaced_by IS NULL
      AND (r.recommendation IS NOT NULL OR r.outcome <> 'assessed')))
ORDER BY COALESCE(g.last_day, s.last_day), s.title, s.id, p.search_name, a.id
LIMIT :size OFFSET :start
"""


def unsigned(
    conn: Connection,
    scope: Scope,
    today: date,
    *,
    schedule_id: UUID | None = None,
    drafted_by: UUID | None = None,
    lsp_id: UUID | None = None,
    page: int = 1,
    size: int = PAGE,
) -> tuple[list[Open], int]:
    """Return one page of the candidates in `scope` without a signed result, those of the oldest day first; and all.

    `drafted_by`: only those for whom this assessor has filled in something that is not signed.
    """
    given: dict[str, Any] = {
        "ref": scope.ref, "today": today, "schedule": schedule_id, "size": size, "start": (page - 1) * size,
        "assessor": drafted_by, "lsp": lsp_id,
    }  # fmt: skip
    rows = conn.execute(text(_OPEN.format(scope=_OPEN_SCOPES[scope.kind])), given).all()
    names = Open.__dataclass_fields__
    return [Open(**{name: row._mapping[name] for name in names}) for row in rows], rows[0].total if rows else 0


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt of a student at a scheme, with the newest record of each part; `code` None: nothing is signed."""

    schedule_id: UUID
    schedule: str
    scheme: str
    lsp: str
    first_day: date
    last_day: date
    cancelled: bool
    number: int
    part: int | None
    code: str | None
    outcome: str | None
    recommendation: str | None
    origin: str | None
    assessor: str | None = field(repr=False)
    replaced_by: UUID | None
    contested_at: datetime | None
    upheld_at: datetime | None
    annulled_at: datetime | None


_TRIES = """
SELECT s.id AS schedule_id, s.title AS schedule, COALESCE(r.named ->> 'scheme', c.title) AS scheme,
       COALESCE(r.named ->> 'lsp', l.name) AS lsp, s.first_day, s.last_day,
       s.cancelled_at IS NOT NULL AS cancelled, a.number, r.part, r.code, r.outcome, r.recommendation, r.origin,
       COALESCE(r.named ->> 'assessor', e.name) AS assessor, x.replaced_by, x.contested_at, x.upheld_at, x.annulled_at
FROM attempt a
JOIN student p ON p.id = a.student_id
JOIN schedule s ON s.id = a.schedule_id
JOIN lsp l ON l.id = s.lsp_id
JOIN scheme_version sv ON sv.id = s.scheme_version_id
JOIN scheme c ON c.id = sv.scheme_id
LEFT JOIN (record r JOIN record_state x ON x.record_id = r.id AND x.replaced_by IS NULL) ON r.attempt_id = a.id
LEFT JOIN assessor e ON e.id = COALESCE(r.assessor_id, a.assessor_id)
WHERE a.student_id = :student AND a.removed_at IS NULL AND {scope}
ORDER BY s.first_day DESC, a.number DESC, r.part
"""


def tries(conn: Connection, scope: Scope, student_id: UUID) -> list[Try]:
    """Return the attempts of a student that `scope` sees, newest first."""
    scoped = _OPEN_SCOPES | {"self": "CAST(:ref AS uuid) IN (a.assessor_id, r.assessor_id)"}
    query = text(_TRIES.format(scope=scoped[scope.kind]))
    return [Try(**row._mapping) for row in conn.execute(query, {"ref": scope.ref, "student": student_id})]


@dataclass(frozen=True, slots=True)
class Progress:
    """How many candidates of a schedule are one assessor's to assess, and of how many they have signed the result."""

    candidates: int
    signed: int

    @property
    def finished(self) -> bool:
        """Whether nothing is left to record or to sign."""
        return self.candidates > 0 and self.signed == self.candidates


_PROGRESS = """
SELECT o.schedule_id, count(*) AS candidates, count(*) FILTER (WHERE o.own AND NOT o.correcting) AS signed
FROM (
  SELECT a.schedule_id, a.assessor_id, a.recorded_at IS NULL AND NOT EXISTS (
           SELECT 1 FROM draft f WHERE f.attempt_id = a.id AND f.assessor_id <> :assessor) AS free,
         EXISTS (SELECT 1 FROM record r JOIN record_state x ON x.record_id = r.id
                 WHERE r.attempt_id = a.id AND r.assessor_id = :assessor AND x.annulled_at IS NULL
                   AND x.replaced_by IS NULL) AS own,
         EXISTS (SELECT 1 FROM draft f WHERE f.attempt_id = a.id AND f.assessor_id = :assessor
                 AND f.corrects IS NOT NULL AND f.record_id IS NULL) AS correcting
  FROM attempt a
  WHERE a.schedule_id = ANY(CAST(:schedules AS uuid[])) AND a.removed_at IS NULL) o
WHERE o.own OR o.assessor_id = :assessor OR (o.assessor_id IS NULL AND o.free)
GROUP BY o.schedule_id
"""


def progress(conn: Connection, assessor_id: UUID, schedule_ids: Collection[UUID]) -> dict[UUID, Progress]:
    """Return schedule → how far this assessor is; left out are schedules in which nobody is theirs to assess."""
    given = {"assessor": assessor_id, "schedules": list(schedule_ids)}
    return {row[0]: Progress(row[1], row[2]) for row in conn.execute(text(_PROGRESS), given)}
