"""Last days of licences and venues, for the to-dos that count to them: (subject_id, last_day, known_on)."""

from typing import Any

from sqlalchemy import Connection, Date, Select, Uuid, column, select, text

_LICENCES = """
SELECT l.lsp_id AS subject_id, l.last_day, min((l.known_at AT TIME ZONE 'Asia/Makassar')::date) AS known_on
FROM licence l
WHERE NOT EXISTS (SELECT FROM licence later WHERE later.lsp_id = l.lsp_id AND later.last_day > l.last_day)
GROUP BY l.lsp_id, l.last_day
"""
# A venue of kind sewaktu is verified for the occasion: its end needs nobody's attention.
_VENUES = """
SELECT v.id AS subject_id, v.verified_until AS last_day, CAST(NULL AS date) AS known_on
FROM venue v
WHERE v.verified_until IS NOT NULL AND v.kind <> 'sewaktu'
"""


def licence_ends() -> Select[Any]:
    """The last day of each LSP's licence that ends last (lisensi BNSP)."""
    return _ends(_LICENCES)


def venue_ends() -> Select[Any]:
    """The last day of the verification of each venue that is not set up for the occasion (verifikasi TUK)."""
    return _ends(_VENUES)


def fingerprint(conn: Connection) -> str:
    """Return what changes whenever one of these last days does; a sweep that finds the same has nothing to do."""
    each = " UNION ALL ".join(f"SELECT subject_id, last_day FROM ({part}) AS part" for part in (_LICENCES, _VENUES))
    query = f"SELECT md5(COALESCE(string_agg(concat(subject_id, last_day), ',' ORDER BY 1), '')) FROM ({each}) AS ends"
    return str(conn.execute(text(query)).scalar_one())


def _ends(statement: str) -> Select[Any]:
    columns = [column("subject_id", Uuid), column("last_day", Date), column("known_on", Date)]
    found = text(statement).columns(*columns).subquery()
    return select(found.c.subject_id, found.c.last_day, found.c.known_on)
