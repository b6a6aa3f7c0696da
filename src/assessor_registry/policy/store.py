"""The shipped rules from `config/policy.toml`, and what overrides them in the database."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, or_, select

from assessor_registry.accounts.rules import Scope
from assessor_registry.policy.rules import Override, Policy, PolicyValue, Rule, parse
from assessor_registry.policy.tables import PolicyOverride
from assessor_registry.settings import config_dir

_T = PolicyOverride.__table__  # type: ignore[attr-defined]
_COLUMNS = (
    _T.c.id,
    _T.c.rule,
    _T.c.scope_kind,
    _T.c.scope_id,
    _T.c.first_day,
    _T.c.value,
    _T.c.reference,
    _T.c.known_at,
)


@cache
def shipped() -> Mapping[str, Rule]:
    """Return the rules of `config/policy.toml`, read once.

    Raises:
        ConfigurationError: the file will not do.
    """
    with (config_dir() / "policy.toml").open("rb") as file:
        return parse(tomllib.load(file))


def load(conn: Connection, rules: Sequence[str] | None = None) -> Policy:
    """Return rules (None: all) with every override of theirs, in one statement: to ask for many days and scopes."""
    query = select(*_COLUMNS)
    if rules is not None:
        query = query.where(_T.c.rule.in_(rules))
    return Policy(shipped(), tuple(_override(row) for row in conn.execute(query)))


def value(
    conn: Connection,
    rule: str,
    on: date,
    *,
    lsp_id: UUID | None = None,
    scheme_id: UUID | None = None,
    known_at: datetime | None = None,
) -> PolicyValue:
    """Return what `rule` is on a day for a scheme at an LSP.

    Raises:
        KeyError: there is no such rule.
    """
    return values(conn, [rule], on, lsp_id=lsp_id, scheme_id=scheme_id, known_at=known_at)[rule]


def values(
    conn: Connection,
    rules: Sequence[str],
    on: date,
    *,
    lsp_id: UUID | None = None,
    scheme_id: UUID | None = None,
    known_at: datetime | None = None,
) -> dict[str, PolicyValue]:
    """Return what each of `rules` is on a day for a scheme at an LSP, in one statement.

    Raises:
        KeyError: there is no such rule.
    """
    policy = load(conn, rules)
    return {rule: policy.value(rule, on, lsp_id=lsp_id, scheme_id=scheme_id, known_at=known_at) for rule in rules}


def list_overrides(conn: Connection, scope: Scope, rule: str | None = None) -> list[Override]:
    """Return overrides, newest first: the province sees all, an LSP its own and the common ones, others the common."""
    query = select(*_COLUMNS).order_by(_T.c.rule, _T.c.first_day.desc(), _T.c.known_at.desc(), _T.c.id)
    if rule is not None:
        query = query.where(_T.c.rule == rule)
    if not scope.everything:
        own = scope.id if scope.kind == "lsp" else None
        query = query.where(or_(_T.c.scope_kind != "lsp", _T.c.scope_id == own))
    return [_override(row) for row in conn.execute(query)]


def add(tx: Connection, values: Mapping[str, Any]) -> UUID:
    """Insert one override."""
    row = PolicyOverride(**values)
    tx.execute(insert(_T).values(**row.model_dump()))
    return row.id


def _override(row: Any) -> Override:
    found = tuple(row.value) if isinstance(row.value, list) else row.value
    return Override(**{**row._mapping, "value": found})
