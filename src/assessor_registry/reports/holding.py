"""Whether a schedule that was made in good order still holds: venue, licence, and who was assigned. Read by lists."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Connection, text

from assessor_registry.scheduling import store as scheduling

# That the venue `v` is not verified on all days of the schedule `s`; an end that is not known is open, as in
# `scheduling.rules.venue_reasons`.
VENUE_OPEN = """NOT (COALESCE(v.verified_from, v.verified_until) IS NOT NULL
              AND COALESCE(v.verified_from <= s.first_day, TRUE)
              AND COALESCE(v.verified_until >= s.last_day, TRUE))"""

# How many days of the schedule `f` have no licence, and how many one that does not cover the scheme; day by day, so
# that a licence and the one that follows it count together.
LICENCE_DAYS = """
  SELECT count(*) FILTER (WHERE NOT held.any_scheme) AS licence_open,
         count(*) FILTER (WHERE held.any_scheme AND NOT held.this_scheme) AS scheme_open
  FROM generate_series(f.first_day, f.last_day, interval '1 day') AS d(day)
  CROSS JOIN LATERAL (
    SELECT count(n.id) > 0 AS any_scheme, COALESCE(bool_or(k.id IS NOT NULL), FALSE) AS this_scheme
    FROM licence n
    LEFT JOIN licensed_scheme k ON k.licence_id = n.id AND k.scheme_id = f.scheme_id
         AND CAST(d.day AS date) BETWEEN k.first_day AND k.last_day
    WHERE n.lsp_id = f.lsp_id AND CAST(d.day AS date) BETWEEN n.first_day AND n.last_day) held"""

# What `validity.rules.standing` asks of a person, of each confirmed assignment from a day on.
_ASSIGNED = """
SELECT g.id, g.schedule_id, g.held_on, s.lsp_id, sv.scheme_id,
       EXISTS (SELECT FROM active_period p WHERE p.assessor_id = g.assessor_id AND p.during @> g.held_on)
       AND NOT EXISTS (SELECT FROM assessor a WHERE a.id = g.assessor_id AND a.ended_on <= g.held_on)
       AND EXISTS (
           SELECT FROM appointment m JOIN appointment_decree d ON d.id = m.decree_id
           WHERE m.assessor_id = g.assessor_id AND d.lsp_id = s.lsp_id AND d.first_day <= g.held_on
             AND g.held_on <= LEAST(d.last_day, m.ended_on)) AS serves,
       count(t.id) > 0 AS named,
       COALESCE(bool_or(t.first_day IS NOT NULL AND t.last_day IS NOT NULL), FALSE) AS dated
FROM assignment g
JOIN schedule s ON s.id = g.schedule_id AND s.cancelled_at IS NULL
JOIN scheme_version sv ON sv.id = s.scheme_version_id
LEFT JOIN technical_certificate t ON t.assessor_id = g.assessor_id AND t.scheme_id = sv.scheme_id
     AND COALESCE(t.first_day <= g.held_on, TRUE) AND COALESCE(t.last_day >= g.held_on, TRUE)
     AND NOT EXISTS (SELECT FROM technical_certificate newer WHERE newer.supersedes = t.id)
WHERE g.confirmed_at IS NOT NULL AND g.withdrawn_at IS NULL AND g.held_on >= :today AND s.first_day <= :until
  AND (CAST(:lsp AS uuid) IS NULL OR s.lsp_id = :lsp)
  AND (CAST(:schedules AS uuid[]) IS NULL OR s.id = ANY(CAST(:schedules AS uuid[])))
GROUP BY g.id, g.schedule_id, g.held_on, s.lsp_id, sv.scheme_id
"""


def unfit(
    conn: Connection,
    today: date,
    *,
    until: date = date.max,
    lsp_id: UUID | None = None,
    schedule_ids: Sequence[UUID] | None = None,
) -> dict[UUID, UUID]:
    """Return assignment → schedule of those whose assessor may not assess on their day after all.

    Asked of confirmed assignments from `today` on, in schedules that begin by `until`; two statements.
    """
    rules = scheduling.policies(conn)
    schedules = None if schedule_ids is None else list(schedule_ids)
    given = {"today": today, "until": until, "lsp": lsp_id, "schedules": schedules}
    found = {}
    for row in conn.execute(text(_ASSIGNED), given):
        rule = None if row.dated else "technical_undated" if row.named else "technical_missing"
        where = {"scheme_id": row.scheme_id, "lsp_id": row.lsp_id}
        if not row.serves or (rule and rules.value(rule, row.held_on, **where).choice != "warn"):
            found[row.id] = row.schedule_id
    return found
