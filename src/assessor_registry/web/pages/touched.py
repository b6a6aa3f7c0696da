"""What a decree touches, in words: people, schedules, signed records."""

from datetime import date

from assessor_registry.accounts.rules import Scope
from assessor_registry.assessors import store as assessors
from assessor_registry.consequences.actions import Followed
from assessor_registry.db.engine import Connection
from assessor_registry.words import gettext as _

NAMED = 200


def followed_lines(
    conn: Connection, scope: Scope, followed: Followed, today: date
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return what would follow as (label, number), and the names of those who lose active days."""
    lines = (
        (_("Asesor yang kehilangan hari aktif"), str(len(followed.people))),
        (_("Jadwal yang perlu asesor pengganti"), str(len(followed.schedules))),
        (_("Hasil bertanda tangan yang dipersoalkan"), str(len(followed.records))),
    )
    people = assessors.details(conn, scope, followed.people[:NAMED], today)
    return lines, tuple(sorted(person.name for person in people.values()))
