"""Who may assess on a day under the policies of that day: what `validity` answers, asked the way scheduling asks it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.policy import store as policy
from assessor_registry.policy.rules import Policy
from assessor_registry.validity import store as validity
from assessor_registry.validity.rules import Standing, Weight

LOAD = "candidates_per_day"
WEIGHTS = ("technical_missing", "technical_undated")


def policies(conn: Connection) -> Policy:
    """Return the rules that decide here, to be asked for many days; one statement."""
    return policy.load(conn, [LOAD, *WEIGHTS])


def load_limit(rules: Policy, day: date, *, scheme_id: UUID, lsp_id: UUID) -> int:
    """Return how many candidates an assessor may have on `day`."""
    return rules.value(LOAD, day, scheme_id=scheme_id, lsp_id=lsp_id).integer


def standings(
    conn: Connection, rules: Policy, assessor_ids: Sequence[UUID], day: date, *, scheme_id: UUID, lsp_id: UUID
) -> dict[UUID, Standing]:
    """Return the status of each assessor on a day for a scheme at an LSP, with every reason."""
    missing, undated = (_weight(rules.value(name, day, scheme_id=scheme_id, lsp_id=lsp_id).choice) for name in WEIGHTS)
    return validity.standings(
        conn, assessor_ids, day, scheme_id=scheme_id, lsp_id=lsp_id,
        technical_missing=missing, technical_undated=undated,
    )  # fmt: skip


def _weight(choice: str) -> Weight:
    return "warn" if choice == "warn" else "block"
