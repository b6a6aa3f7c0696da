"""What needs doing, with whom it is about and where: flags joined with the names of their subjects."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection, text

from assessor_registry.accounts.rules import Scope
from assessor_registry.validity.store import in_scope


@dataclass(frozen=True, slots=True)
class ToDo:
    """One open to-do. `stage` is months before the last day, 0 when it has passed."""

    id: UUID
    kind: str
    subject_kind: str
    subject_id: UUID
    subject: str
    place: str | None
    last_day: date
    stage: int
    raised_at: datetime
    acknowledged_at: datetime | None
    note: str | None
    email: str | None
    phone: str | None


# Open to-dos with whom they are about and where; every list of them stands on it. Who has expired is no longer someone
# who *will end before the season*: another to-do says so, that of the certificate.
OPENED = """FROM flag f
LEFT JOIN assessor a ON f.subject_kind = 'assessor' AND a.id = f.subject_id
LEFT JOIN employment e ON e.assessor_id = a.id AND e.last_day IS NULL
LEFT JOIN school c ON c.id = e.school_id
LEFT JOIN lsp l ON f.subject_kind = 'lsp' AND l.id = f.subject_id
LEFT JOIN venue v ON f.subject_kind = 'venue' AND v.id = f.subject_id
LEFT JOIN lsp lv ON lv.id = v.lsp_id
LEFT JOIN schedule s ON f.subject_kind = 'schedule' AND s.id = f.subject_id
LEFT JOIN lsp ls ON ls.id = s.lsp_id
WHERE f.cleared_at IS NULL AND NOT (f.kind = 'season_gap' AND f.stage = 0)"""

_OPEN = f"""
SELECT f.id, f.kind, f.subject_kind, f.subject_id, f.last_day, f.stage, f.raised_at, f.acknowledged_at, f.note,
       COALESCE(a.name, l.name, v.name, s.title) AS subject,
       COALESCE(c.name, lv.name, ls.name) AS place,
       a.email, a.phone, count(*) OVER () AS total
{OPENED}
  AND (CAST(:kind AS text) IS NULL OR f.kind = :kind)
  AND (CAST(:subject AS uuid) IS NULL OR f.subject_id = CAST(:subject AS uuid))
  AND {{scope}}
ORDER BY (f.acknowledged_at IS NOT NULL), (f.kind NOT IN ('needs_assessor', 'results_unsigned')), f.stage, f.last_day,
         subject, f.id
LIMIT :size OFFSET :start
"""

# Of LSPs, their venues and schedules; of assessors the room of the people decides, see `_seen`.
_SCOPES = {
    "province": "TRUE",
    "region": "COALESCE(l.region_code, lv.region_code, ls.region_code) = :ref",
    "lsp": "(l.id = CAST(:ref AS uuid) OR v.lsp_id = CAST(:ref AS uuid) OR s.lsp_id = CAST(:ref AS uuid))",
    "school": "FALSE",
    "self": "FALSE",
}


def _clause(conn: Connection, scope: Scope, today: date) -> tuple[str, dict[str, object]]:
    """The condition of a scope and its parameters: one statement finds the assessors, whoever asks."""
    if scope.everything:
        return "TRUE", {"ref": None}
    seen = [] if (query := in_scope(scope, today)) is None else conn.execute(query).scalars().all()
    return f"({_SCOPES[scope.kind]} OR a.id = ANY(:seen))", {"ref": scope.ref, "seen": list(seen)}


def open_todos(
    conn: Connection,
    scope: Scope,
    today: date,
    *,
    kind: str | None = None,
    subject_id: UUID | None = None,
    page: int = 1,
    size: int = 50,
) -> tuple[list[ToDo], int]:
    """Return one page of the open to-dos in `scope`, those nobody has taken up and that end first on top; and all.

    `kind`, and `subject_id` (an assessor, LSP, venue or schedule), narrow the list.
    """
    clause, given = _clause(conn, scope, today)
    given |= {"kind": kind, "subject": subject_id, "size": size, "start": (page - 1) * size}
    rows = conn.execute(text(_OPEN.format(scope=clause)), given).all()
    fields = ToDo.__dataclass_fields__
    found = [ToDo(**{name: row._mapping[name] for name in fields}) for row in rows]
    return found, rows[0].total if rows else 0


def count_by_kind(conn: Connection, scope: Scope, today: date) -> dict[tuple[str, int], int]:
    """Return how many open to-dos there are per (kind, stage)."""
    clause, given = _clause(conn, scope, today)
    inner = _OPEN.format(scope=clause)
    query = f"SELECT kind, stage, count(*) AS number FROM ({inner}) AS t GROUP BY kind, stage"
    given |= {"kind": None, "subject": None, "size": None, "start": 0}
    return {(row.kind, row.stage): row.number for row in conn.execute(text(query), given)}


def is_in_scope(conn: Connection, scope: Scope, today: date, flag_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of `flag_ids` that are open and seen by `scope`."""
    clause, given = _clause(conn, scope, today)
    query = f"SELECT id FROM ({_OPEN.format(scope=clause)}) AS t WHERE id = ANY(:ids)"
    given |= {"kind": None, "subject": None, "size": None, "start": 0, "ids": list(flag_ids)}
    return {row.id for row in conn.execute(text(query), given)}
