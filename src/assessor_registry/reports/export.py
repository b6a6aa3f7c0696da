"""The registry's lists, to be taken along: a fixed number of statements, whatever the size.

Rows come as they are asked for, those that wait stay in the database; `of_one_moment` makes all lists those of one
moment. No NIK is read; of pupils only how many they are and what was signed. All of it is the whole province's.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, Date, Executable, Text, Uuid, column, select, text

from assessor_registry.accounts.rules import PROVINCE
from assessor_registry.reports.lsps import LspLine, lsp_lines
from assessor_registry.reports.todo import OPENED
from assessor_registry.validity.store import banded

AT_ONCE = 1_000

_MET = "concat('MET.', n.series, '.', n.number, ' ' || n.year)"
_CURRENT_MET = f"(SELECT {_MET} FROM registration_number n WHERE n.assessor_id = a.id AND n.current)"

_ASSESSORS = f"""
SELECT a.id, a.search_name, a.name, {_CURRENT_MET} AS met,
       (SELECT string_agg({_MET}, '; ' ORDER BY n.year, n.number) FROM registration_number n
        WHERE n.assessor_id = a.id AND NOT n.current) AS other_mets,
       c.name AS school, c.npsn, r.name AS region,
       (SELECT string_agg(DISTINCT l.name, '; ') FROM appointment p
        JOIN appointment_decree d ON d.id = p.decree_id JOIN lsp l ON l.id = d.lsp_id
        WHERE p.assessor_id = a.id AND d.first_day <= :on AND d.last_day >= :on
          AND (p.ended_on IS NULL OR p.ended_on >= :on)) AS lsps,
       a.ended_on, a.ended_reason
FROM assessor a
LEFT JOIN employment e ON e.assessor_id = a.id AND e.last_day IS NULL
LEFT JOIN school c ON c.id = e.school_id
LEFT JOIN region r ON r.code = a.region_code
"""

_CERTIFICATES = f"""
SELECT {_CURRENT_MET} AS met, a.name, c.number, c.blanko_number, c.issued_on, c.first_day, c.last_day,
       c.last_day_computed, c.source
FROM assessor_certificate c
JOIN assessor a ON a.id = c.assessor_id
WHERE NOT EXISTS (SELECT FROM assessor_certificate later WHERE later.supersedes = c.id)
ORDER BY a.search_name, a.id, c.first_day, c.id
"""

_TECHNICALS = f"""
SELECT {_CURRENT_MET} AS met, a.name, s.title AS scheme, t.scheme_text, t.number, t.first_day, t.last_day, t.source
FROM technical_certificate t
JOIN assessor a ON a.id = t.assessor_id
LEFT JOIN scheme s ON s.id = t.scheme_id
WHERE NOT EXISTS (SELECT FROM technical_certificate later WHERE later.supersedes = t.id)
ORDER BY a.search_name, a.id, t.scheme_text, t.id
"""

_APPOINTMENTS = f"""
SELECT l.name AS lsp, d.number, d.decided_on, {_CURRENT_MET} AS met, a.name, d.first_day, d.last_day, p.ended_on,
       p.ended_reason
FROM appointment_decree d
JOIN lsp l ON l.id = d.lsp_id
LEFT JOIN appointment p ON p.decree_id = d.id
LEFT JOIN assessor a ON a.id = p.assessor_id
ORDER BY l.name, d.first_day, d.number, a.search_name, a.id
"""

_SANCTIONS = f"""
SELECT {_CURRENT_MET} AS met, a.name, s.kind, c.number AS certificate, s.certificate_id IS NULL AS whole_person,
       s.decree_number, s.decree_date, s.received_on, s.first_day, s.last_day, e.decree_number AS ends, s.note
FROM sanction s
JOIN assessor a ON a.id = s.assessor_id
LEFT JOIN assessor_certificate c ON c.id = s.certificate_id
LEFT JOIN sanction e ON e.id = s.ends
ORDER BY s.decree_date, s.known_at, s.id
"""

_CIRCULARS = """
SELECT x.reference, x.issued_on, x.received_on, x.ends_from, x.ends_to, x.until, x.region_code, r.name AS region,
       x.cancelled
FROM extension x
LEFT JOIN region r ON r.code = x.region_code
WHERE NOT EXISTS (SELECT FROM extension later WHERE later.supersedes = x.id)
ORDER BY x.issued_on, x.id
"""

_LATEST_LICENCES = """
SELECT DISTINCT ON (lsp_id) lsp_id, number, decree_number, first_day, last_day
FROM licence WHERE first_day <= :on
ORDER BY lsp_id, last_day DESC, id
"""

_LICENCES = """
SELECT l.name AS lsp, i.number, i.decree_number, i.first_day, i.last_day, i.ended_reason, s.title AS scheme,
       s.number AS scheme_number, x.first_day AS scheme_first_day, x.last_day AS scheme_last_day
FROM licence i
JOIN lsp l ON l.id = i.lsp_id
LEFT JOIN licensed_scheme x ON x.licence_id = i.id
LEFT JOIN scheme s ON s.id = x.scheme_id
ORDER BY l.name, i.first_day, i.id, s.title, x.first_day, x.id
"""

_NETWORKS = """
SELECT l.name AS lsp, c.npsn, c.name AS school, n.decree_number, n.decree_date, n.first_day, n.last_day,
       n.ended_reason
FROM network_school n
JOIN lsp l ON l.id = n.lsp_id
JOIN school c ON c.id = n.school_id
ORDER BY l.name, c.search_name, n.first_day, n.id
"""

_VENUES = """
SELECT l.name AS lsp, v.name, v.kind, v.code, v.capacity, v.address, v.decree_number, v.verified_from,
       v.verified_until
FROM venue v
JOIN lsp l ON l.id = v.lsp_id
ORDER BY l.name, v.name, v.id
"""

_SCHOOLS = """
SELECT c.npsn, c.name, r.name AS region, c.state, COALESCE(e.number, 0) AS assessors, COALESCE(p.number, 0) AS pupils
FROM school c
LEFT JOIN region r ON r.code = c.region_code
LEFT JOIN (SELECT school_id, count(*) AS number FROM employment WHERE last_day IS NULL GROUP BY school_id) e
  ON e.school_id = c.id
LEFT JOIN (SELECT school_id, count(*) AS number FROM student GROUP BY school_id) p ON p.school_id = c.id
WHERE c.state <> 'merged'
ORDER BY c.search_name, c.id
"""

_SCHEMES = """
SELECT s.title, s.number, s.kind, s.level, s.field, v.label, v.first_day, v.complete, v.verified, v.source,
       c.title AS cluster, u.code, u.title AS unit
FROM scheme s
LEFT JOIN scheme_version v ON v.scheme_id = s.id
LEFT JOIN unit_of_competency u ON u.version_id = v.id
LEFT JOIN cluster c ON c.id = u.cluster_id
ORDER BY s.title, s.id, v.first_day NULLS FIRST, v.created_at, v.id, u.position
"""

_SCHEDULES = """
SELECT s.title, l.name AS lsp, m.name AS season, c.title AS scheme, sv.label, s.first_day, s.last_day,
       v.name AS venue,
       (SELECT string_agg(p.name, '; ' ORDER BY p.search_name, p.id) FROM assessor p WHERE p.id IN (
          SELECT g.assessor_id FROM assignment g WHERE g.schedule_id = s.id AND g.withdrawn_at IS NULL)) AS assessors,
       t.candidates, t.recorded, s.bnsp_code, s.cancelled_at, s.cancelled_reason
FROM schedule s
JOIN lsp l ON l.id = s.lsp_id
JOIN venue v ON v.id = s.venue_id
JOIN scheme_version sv ON sv.id = s.scheme_version_id
JOIN scheme c ON c.id = sv.scheme_id
LEFT JOIN season m ON m.id = s.season_id
CROSS JOIN LATERAL (
  SELECT count(*) AS candidates, count(*) FILTER (WHERE t.recorded_at IS NOT NULL) AS recorded
  FROM attempt t WHERE t.schedule_id = s.id AND t.removed_at IS NULL) t
ORDER BY s.first_day, s.title, s.id
"""

_ASSIGNMENTS = f"""
SELECT s.title, l.name AS lsp, g.held_on, {_CURRENT_MET} AS met, a.name, g.letter_number, g.letter_date,
       g.confirmed_at, g.withdrawn_at, g.withdrawn_reason
FROM assignment g
JOIN schedule s ON s.id = g.schedule_id
JOIN lsp l ON l.id = s.lsp_id
JOIN assessor a ON a.id = g.assessor_id
ORDER BY g.held_on, s.title, s.id, a.search_name, g.created_at, g.id
"""

_RECORDS = """
SELECT r.code, r.named ->> 'candidate' AS candidate, r.named ->> 'nisn' AS nisn, k.name AS school,
       r.named ->> 'scheme' AS scheme, s.title AS schedule, r.named ->> 'lsp' AS lsp, r.named ->> 'venue' AS venue,
       r.named ->> 'assessor' AS assessor, r.named ->> 'registration' AS met, r.letter_number, r.first_day, r.last_day,
       r.outcome, r.recommendation,
       (SELECT string_agg(u.code, '; ' ORDER BY u.position) FROM record_unit u
        WHERE u.record_id = r.id AND u.result = 'K') AS competent,
       (SELECT string_agg(u.code, '; ' ORDER BY u.position) FROM record_unit u
        WHERE u.record_id = r.id AND u.result = 'BK') AS not_yet,
       r.part, t.number AS attempt, r.origin, r.signed_at, x.annulled_at, x.contested_at, x.upheld_at, x.replaced_by,
       CASE WHEN x.annulled_at IS NOT NULL THEN x.annulled_reason
            WHEN x.upheld_at IS NOT NULL THEN x.upheld_reference ELSE x.contested_reason END AS because,
       n.code AS newer
FROM record r
JOIN record_state x ON x.record_id = r.id
JOIN attempt t ON t.id = r.attempt_id
JOIN schedule s ON s.id = t.schedule_id
LEFT JOIN school k ON k.id = t.school_id
LEFT JOIN record n ON n.id = x.replaced_by
ORDER BY r.last_day DESC, r.named ->> 'candidate', r.part, r.signed_at, r.id
"""

_TODOS = f"""
SELECT f.kind, COALESCE(a.name, l.name, v.name, s.title) AS subject, {_CURRENT_MET} AS met,
       COALESCE(c.name, lv.name, ls.name) AS place, f.last_day, f.stage, f.raised_at, f.acknowledged_at, f.note
{OPENED}
ORDER BY f.last_day, f.kind, subject, f.id
"""

Name = Literal[
    "certificates", "technicals", "appointments", "sanctions", "circulars", "licences", "networks", "venues", "schools",
    "schemes", "schedules", "assignments", "records", "todos",
]  # fmt: skip
_STATEMENTS: dict[Name, str] = {
    "certificates": _CERTIFICATES, "technicals": _TECHNICALS, "appointments": _APPOINTMENTS, "sanctions": _SANCTIONS,
    "circulars": _CIRCULARS, "licences": _LICENCES, "networks": _NETWORKS, "venues": _VENUES, "schools": _SCHOOLS,
    "schemes": _SCHEMES, "schedules": _SCHEDULES, "assignments": _ASSIGNMENTS, "records": _RECORDS, "todos": _TODOS,
}  # fmt: skip


def of_one_moment(tx: Connection) -> None:
    """Let everything that is read in this transaction be as it is now; to be its first statement."""
    tx.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def rows(tx: Connection, name: Name) -> Iterator[Any]:
    """Yield the rows of a list that is the same on every day."""
    yield from _streamed(tx, text(_STATEMENTS[name]))


def assessors(tx: Connection, on: date, ending_until: date) -> Iterator[Any]:
    """Yield every assessor by name, those too who assess no longer: who appoints them, and their status, on a day."""
    columns = (
        column("id", Uuid), column("search_name", Text), column("name", Text), column("met", Text),
        column("other_mets", Text), column("school", Text), column("npsn", Text), column("region", Text),
        column("lsps", Text), column("ended_on", Date), column("ended_reason", Text),
    )  # fmt: skip
    people = text(_ASSESSORS).bindparams(on=on).columns(*columns).subquery("people")
    status = banded(on, ending_until, PROVINCE, with_ended=True).subquery("status")
    query = select(people, status.c.band, status.c.last_day).join(status, status.c.assessor_id == people.c.id)
    yield from _streamed(tx, query.order_by(people.c.search_name, people.c.id))


def lsps(tx: Connection, on: date) -> Iterator[tuple[LspLine, Any]]:
    """Yield every LSP by name as the page shows it, with the licence that ends last of those begun by a day, if any."""
    licences = {row.lsp_id: row for row in tx.execute(text(_LATEST_LICENCES), {"on": on})}
    for line in lsp_lines(tx, PROVINCE, on):
        yield line, licences.get(line.lsp.id)


def _streamed(tx: Connection, query: Executable) -> Iterator[Any]:
    yield from tx.execute(query, execution_options={"yield_per": AT_ONCE})
