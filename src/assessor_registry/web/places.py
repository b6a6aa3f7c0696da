"""The name of where someone works, for the frame of a page: read once, kept for a minute."""

from assessor_registry import clock
from assessor_registry.accounts.rules import Actor, Scope
from assessor_registry.db.engine import Database
from assessor_registry.institutions import store as institutions

_KEPT_SECONDS = 60.0


class Places:
    """Names of scopes. A renamed LSP shows its new name within a minute."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[Scope, tuple[float, str | None]] = {}

    def name(self, actor: Actor) -> str | None:
        """Return the name of the LSP, school or region that `actor` works in, or None."""
        return self.of(actor.scope)

    def of(self, scope: Scope) -> str | None:
        """Return the name of the LSP, school or region that a scope is, or None."""
        if scope.kind not in {"lsp", "school", "region"}:
            return None
        now = clock.monotonic()
        found = self._kept.get(scope)
        if found is None or now - found[0] > _KEPT_SECONDS:
            with self._database.read() as conn:
                found = (now, institutions.scope_name(conn, scope))
            self._kept[scope] = found
        return found[1]
