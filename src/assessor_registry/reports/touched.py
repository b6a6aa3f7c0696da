"""What a decree touches, with names: assignments that would be withdrawn, records that would be contested."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, text

from assessor_registry.accounts.rules import Scope
from assessor_registry.db.columns import UUIDS


@dataclass(frozen=True, slots=True)
class TouchedDuty:
    """One assessor on one day of a schedule. `candidates`: of the schedule; `given`: those whom this assessor has."""

    schedule_id: UUID
    title: str
    lsp: str
    scheme: str
    held_on: date
    assessor_id: UUID
    assessor: str = field(repr=False)
    planned: bool
    candidates: int
    given: int


@dataclass(frozen=True, slots=True)
class TouchedRecord:
    """One signed record; names as signed."""

    code: str
    candidate: str = field(repr=False)
    scheme: str
    lsp: str
    assessor: str = field(repr=False)
    last_day: date


_DUTIES = """
SELECT s.id AS schedule_id, s.title, l.name AS lsp, c.title AS scheme, a.held_on, a.assessor_id, p.name AS assessor,
       a.confirmed_at IS NULL AS planned, n.candidates, n.given
FROM assignment a
JOIN schedule s ON s.id = a.schedule_id
JOIN lsp l ON l.id = s.lsp_id
JOIN scheme_version v ON v.id = s.scheme_version_id
JOIN scheme c ON c.id = v.scheme_id
JOIN assessor p ON p.id = a.assessor_id
CROSS JOIN LATERAL (
  SELECT count(*) AS candidates, count(*) FILTER (WHERE t.assessor_id = a.assessor_id) AS given
  FROM attempt t WHERE t.schedule_id = s.id AND t.removed_at IS NULL) n
WHERE a.id = ANY(:ids) AND {scope}
ORDER BY a.held_on, s.title, p.search_name, a.id
"""

_RECORDS = """
SELECT r.code, r.named ->> 'candidate' AS candidate, r.named ->> 'scheme' AS scheme, r.named ->> 'lsp' AS lsp,
       r.named ->> 'assessor' AS assessor, r.last_day
FROM record r
JOIN attempt t ON t.id = r.attempt_id
JOIN lsp l ON l.id = r.lsp_id
JOIN student st ON st.id = t.student_id
WHERE r.id = ANY(:ids) AND {scope}
ORDER BY r.last_day, st.search_name, r.id
"""

# Only who acts on assessors asks: the province, a region, an LSP.
_SCOPES = {"province": "TRUE", "region": "l.region_code = :ref", "lsp": "l.id = CAST(:ref AS uuid)"}


def touched_duties(conn: Connection, scope: Scope, assignment_ids: Sequence[UUID]) -> list[TouchedDuty]:
    """Return these assignments as far as `scope` sees them, by day; one statement."""
    return [TouchedDuty(**row._mapping) for row in _rows(conn, _DUTIES, scope, assignment_ids)]


def touched_records(conn: Connection, scope: Scope, record_ids: Sequence[UUID]) -> list[TouchedRecord]:
    """Return these records as far as `scope` sees them, by day; one statement."""
    return [TouchedRecord(**row._mapping) for row in _rows(conn, _RECORDS, scope, record_ids)]


def _rows(conn: Connection, query: str, scope: Scope, ids: Sequence[UUID]) -> list[Any]:
    if not ids:
        return []
    statement = text(query.format(scope=_SCOPES.get(scope.kind, "FALSE")))
    bound = [bindparam("ids", type_=UUIDS)]
    values: dict[str, object] = {"ids": list(ids)}
    if ":ref" in statement.text:
        values["ref"] = scope.ref
    return list(conn.execute(statement.bindparams(*bound), values))
