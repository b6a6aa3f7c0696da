"""One question about one person, with the weights that policy gives to competences on that day."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.policy import store as policy
from assessor_registry.validity.rules import Standing, Weight
from assessor_registry.validity.store.standings import standing


def ask(
    conn: Connection,
    assessor_id: UUID,
    on: date,
    *,
    scheme_id: UUID | None = None,
    lsp_id: UUID | None = None,
    known_at: datetime | None = None,
) -> Standing:
    """Return the status of eligibility on a day; with `known_at`, by the facts and rules that were known then."""

    def weight(rule: str) -> Weight:
        found = policy.value(conn, rule, on, lsp_id=lsp_id, scheme_id=scheme_id, known_at=known_at)
        return "warn" if found.choice == "warn" else "block"

    return standing(
        conn,
        assessor_id,
        on,
        scheme_id=scheme_id,
        lsp_id=lsp_id,
        known_at=known_at,
        technical_missing=weight("technical_missing"),
        technical_undated=weight("technical_undated"),
    )
