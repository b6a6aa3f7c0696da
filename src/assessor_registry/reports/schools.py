"""How much hangs on schools: assessors who serve there and pupils, for whoever has to tell which school was meant."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, bindparam, text

from assessor_registry.db.columns import UUIDS


@dataclass(frozen=True, slots=True)
class SchoolUse:
    """How many assessors serve at a school and how many pupils it has, as recorded."""

    assessors: int = 0
    pupils: int = 0


_USES = """
SELECT s.id,
       (SELECT count(DISTINCT e.assessor_id) FROM employment e WHERE e.school_id = s.id AND e.last_day IS NULL),
       (SELECT count(*) FROM student t WHERE t.school_id = s.id)
FROM unnest(:ids) AS s(id)
"""


def school_uses(conn: Connection, school_ids: Sequence[UUID]) -> dict[UUID, SchoolUse]:
    """Return school → what hangs on it; the caller has found the schools within a scope. One statement."""
    statement = text(_USES).bindparams(bindparam("ids", type_=UUIDS))
    rows = conn.execute(statement, {"ids": list(school_ids)})
    return {row[0]: SchoolUse(row[1], row[2]) for row in rows}
