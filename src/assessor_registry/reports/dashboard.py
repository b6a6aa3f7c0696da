"""What the first page of the division and of an LSP shows. A fixed number of statements, whatever the size."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, text

from assessor_registry.accounts.rules import Scope
from assessor_registry.reports.holding import LICENCE_DAYS, VENUE_OPEN, unfit
from assessor_registry.validity.rules import BANDS, Band
from assessor_registry.validity.store import band_counts, band_counts_known

WEEK = timedelta(days=7)
AHEAD = timedelta(days=30)
Counted = dict[tuple[str | None, Band], int]


@dataclass(frozen=True, slots=True)
class Count:
    """How many are in a status today, and how many more (or fewer) than a week ago."""

    band: Band
    now: int
    change: int


@dataclass(frozen=True, slots=True)
class RegionLine:
    """One kabupaten/kota: how many assessors are in each status, and how many more (or fewer) than a week ago.

    `code` None: no region is known.
    """

    code: str | None
    name: str | None
    counts: dict[Band, int]
    changes: dict[Band, int]

    @property
    def total(self) -> int:
        """All assessors of the region."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Threatened:
    """A coming schedule that will not hold as it stands, how many candidates it has, and why."""

    schedule_id: UUID
    title: str
    lsp: str
    first_day: date
    students: int
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Confirmable:
    """Someone planned for a coming schedule whose certificate has arrived: active on every planned day."""

    schedule_id: UUID
    assessor_id: UUID
    title: str
    name: str
    first_day: date


@dataclass(frozen=True, slots=True)
class Coming:
    """A schedule of this week."""

    schedule_id: UUID
    title: str
    lsp: str
    first_day: date
    last_day: date
    students: int
    assessors: int


def statuses(
    conn: Connection, scope: Scope, on: date, ending_until: date, ending_until_before: date, *, known_at: datetime
) -> tuple[tuple[Count, ...], tuple[RegionLine, ...]]:
    """Return the counts per status and per region, each with the change since last week.

    A week ago is what was known then (`known_at`): the number that was on this page.
    """
    now = band_counts(conn, scope, on, ending_until)
    before = band_counts_known(conn, scope, on - WEEK, ending_until_before, known_at)
    counts = tuple(Count(band, _sum(now, band), _sum(now, band) - _sum(before, band)) for band in BANDS)
    names = {row.code: row.name for row in conn.execute(text("SELECT code, name FROM region ORDER BY code"))}
    codes = [code for code in names if scope.everything or any(key[0] == code for key in now)]
    if any(key[0] is None for key in now):
        codes.append(None)
    return counts, tuple(_line(code, names.get(code), now, before) for code in codes)


def _line(code: str | None, name: str | None, now: Counted, before: Counted) -> RegionLine:
    counts = {band: now.get((code, band), 0) for band in BANDS}
    return RegionLine(code, name, counts, {band: counts[band] - before.get((code, band), 0) for band in BANDS})


def _sum(counts: Counted, band: Band) -> int:
    return sum(number for (_, each), number in counts.items() if each == band)


# One row per coming schedule and cause that would stop it: nobody confirmed for a candidate, a planned assessor who
# will not be active, a confirmed one who may not assess on a day after all, a venue or licence that does not hold on
# every day. Who has a result is assessed and threatened by nothing; where only an assessor is missing or may not, those
# without another are counted.
_THREATENED = f"""
WITH coming AS (
    SELECT s.*, sv.scheme_id, {VENUE_OPEN} AS venue_open
    FROM schedule s JOIN scheme_version sv ON sv.id = s.scheme_version_id JOIN venue v ON v.id = s.venue_id
    WHERE s.cancelled_at IS NULL AND s.last_day >= :today AND s.first_day <= :until
      AND (CAST(:lsp AS uuid) IS NULL OR s.lsp_id = :lsp)
),
held AS (
    SELECT g.schedule_id, g.assessor_id, g.held_on, g.confirmed_at, g.id = ANY(CAST(:unfit AS uuid[])) AS unfit
    FROM assignment g JOIN coming c ON c.id = g.schedule_id WHERE g.withdrawn_at IS NULL
),
open AS (
    SELECT a.schedule_id, g.given, COALESCE(g.given AND NOT g.unfit, FALSE) AS safe
    FROM attempt a JOIN coming c ON c.id = a.schedule_id
    LEFT JOIN LATERAL (
        SELECT bool_or(h.confirmed_at IS NOT NULL) AS given, bool_or(h.unfit) AS unfit
        FROM held h WHERE h.schedule_id = a.schedule_id AND h.assessor_id = a.assessor_id) g ON TRUE
    WHERE a.removed_at IS NULL AND NOT EXISTS (
        SELECT FROM record r JOIN record_state x ON x.record_id = r.id
        WHERE r.attempt_id = a.id AND x.annulled_at IS NULL AND x.replaced_by IS NULL
          AND (r.recommendation IS NOT NULL OR r.outcome <> 'assessed'))
),
counted AS (
    SELECT c.id, count(o) AS students, count(o) FILTER (WHERE NOT o.safe) AS without,
           count(o) FILTER (WHERE o.given IS NOT TRUE) AS alone,
           EXISTS (SELECT FROM attempt a WHERE a.schedule_id = c.id AND a.removed_at IS NULL) AS has_any
    FROM coming c LEFT JOIN open o ON o.schedule_id = c.id GROUP BY c.id
),
causes AS (
    SELECT n.id, 'no_assessor' AS cause FROM counted n WHERE n.alone > 0
    UNION
    SELECT h.schedule_id, 'assessor' FROM held h
    WHERE NOT EXISTS (SELECT FROM active_period p WHERE p.assessor_id = h.assessor_id AND p.during @> h.held_on)
    UNION
    SELECT h.schedule_id, 'unfit' FROM held h WHERE h.unfit
    UNION
    SELECT c.id, 'venue' FROM coming c WHERE c.venue_open
    UNION
    SELECT f.id, unnest(CASE WHEN w.licence_open > 0 THEN ARRAY['licence'] ELSE '{{}}' END
                        || CASE WHEN w.scheme_open > 0 THEN ARRAY['scheme'] ELSE '{{}}' END)
    FROM coming f CROSS JOIN LATERAL ({LICENCE_DAYS}) w
),
threatened AS (
    SELECT c.id, c.title, l.name AS lsp, c.first_day, array_agg(DISTINCT x.cause ORDER BY x.cause) AS causes, n.has_any,
           CASE WHEN bool_and(x.cause IN ('no_assessor', 'assessor', 'unfit')) THEN n.without ELSE n.students END
               AS students
    FROM coming c JOIN causes x ON x.id = c.id JOIN counted n ON n.id = c.id JOIN lsp l ON l.id = c.lsp_id
    GROUP BY c.id, c.title, l.name, c.first_day, n.students, n.without, n.has_any
)
SELECT id, title, lsp, first_day, causes, students FROM threatened
WHERE students > 0 OR NOT has_any ORDER BY first_day, title
"""

_COMING = """
SELECT s.id, s.title, l.name AS lsp, s.first_day, s.last_day,
       (SELECT count(*) FROM attempt a WHERE a.schedule_id = s.id AND a.removed_at IS NULL) AS students,
       (SELECT count(DISTINCT assessor_id) FROM assignment g WHERE g.schedule_id = s.id AND g.withdrawn_at IS NULL)
           AS assessors
FROM schedule s JOIN lsp l ON l.id = s.lsp_id
WHERE s.cancelled_at IS NULL AND s.last_day >= :today AND s.first_day <= :until
  AND (CAST(:lsp AS uuid) IS NULL OR s.lsp_id = :lsp)
ORDER BY s.first_day, s.title
"""


_CONFIRMABLE = """
SELECT s.id AS schedule_id, a.id AS assessor_id, s.title, a.name, min(g.held_on) AS first_day
FROM assignment g JOIN schedule s ON s.id = g.schedule_id JOIN assessor a ON a.id = g.assessor_id
WHERE g.confirmed_at IS NULL AND g.withdrawn_at IS NULL AND s.cancelled_at IS NULL
  AND (CAST(:lsp AS uuid) IS NULL OR s.lsp_id = :lsp)
GROUP BY s.id, a.id, s.title, a.name
HAVING min(g.held_on) >= :today AND bool_and(EXISTS (
    SELECT FROM active_period p WHERE p.assessor_id = g.assessor_id AND p.during @> g.held_on))
ORDER BY first_day, s.title, a.name
"""


def _lsp(scope: Scope) -> UUID | None:
    if scope.everything:
        return None
    if scope.kind != "lsp":
        raise ValueError("schedules are counted for the province or one LSP")
    return scope.id


def threatened(conn: Connection, scope: Scope, today: date) -> list[Threatened]:
    """Return the schedules of the next 30 days that will not hold: the target is none."""
    until, lsp = today + AHEAD, _lsp(scope)
    failing = list(unfit(conn, today, until=until, lsp_id=lsp))
    rows = conn.execute(text(_THREATENED), {"today": today, "until": until, "lsp": lsp, "unfit": failing})
    return [Threatened(row.id, row.title, row.lsp, row.first_day, row.students, tuple(row.causes)) for row in rows]


def confirmable(conn: Connection, scope: Scope, today: date) -> list[Confirmable]:
    """Return whom an LSP planned while their certificate was awaited and may confirm now."""
    rows = conn.execute(text(_CONFIRMABLE), {"today": today, "lsp": _lsp(scope)})
    return [Confirmable(**row._mapping) for row in rows]


def this_week(conn: Connection, scope: Scope, today: date) -> list[Coming]:
    """Return the schedules of the seven days from today."""
    rows = conn.execute(text(_COMING), {"today": today, "until": today + WEEK - timedelta(days=1), "lsp": _lsp(scope)})
    return [
        Coming(row.id, row.title, row.lsp, row.first_day, row.last_day, row.students, row.assessors) for row in rows
    ]
