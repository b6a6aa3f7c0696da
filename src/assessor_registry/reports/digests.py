"""Who is to be told by mail, and of what."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import Connection, text

from assessor_registry.accounts.rules import Scope
from assessor_registry.reports.todo import ToDo, open_todos

# More than anyone reads in a mail: the page shows the rest.
MOST = 5_000

_RECIPIENTS = """
SELECT lower(a.email) AS email, g.scope_kind, g.scope_ref
FROM account a JOIN access_grant g ON g.account_id = a.id
WHERE a.email <> '' AND a.disabled_at IS NULL AND g.revoked_at IS NULL
  AND g.role IN ('division', 'lsp_admin', 'assessor')
  AND g.first_day <= :on AND (g.last_day IS NULL OR g.last_day >= :on)
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Recipient:
    """An address and all that its holder sees: a person with several roles gets one mail."""

    email: str = field(repr=False)
    scopes: tuple[Scope, ...]

    @property
    def own_only(self) -> bool:
        """Whether it is an assessor who is told of nothing but their own."""
        return all(scope.kind == "self" for scope in self.scopes)


def recipients(conn: Connection, on: date) -> list[Recipient]:
    """Return whom digests go to on a day: the division, administrators of LSPs, assessors, who have an address."""
    scopes: dict[str, list[Scope]] = defaultdict(list)
    for row in conn.execute(text(_RECIPIENTS), {"on": on}):
        scopes[row.email].append(Scope(row.scope_kind, row.scope_ref))
    return [Recipient(email, tuple(found)) for email, found in scopes.items()]


def news_for(
    conn: Connection, recipient: Recipient, today: date, news: Collection[UUID], subjects: Collection[UUID]
) -> list[ToDo]:
    """Return which of the open to-dos `news` a recipient sees, each once; `subjects` are those that `news` is about."""
    found: dict[UUID, ToDo] = {}
    for scope in recipient.scopes:
        if scope.kind == "self" and scope.id not in subjects:
            continue
        todos, _ = open_todos(conn, scope, today, size=MOST)
        found |= {todo.id: todo for todo in todos if todo.id in news}
    return list(found.values())
