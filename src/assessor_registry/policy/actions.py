"""Overriding a rule, from a day on, with its reference."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.audit.actions import note
from assessor_registry.errors import Forbidden, InvalidInput
from assessor_registry.policy import store
from assessor_registry.policy.rules import checked, rule_of


def override(
    tx: Connection,
    actor: Actor,
    rule: str,
    value: object,
    *,
    first_day: date,
    reference: str,
    scope_kind: str = "province",
    scope_id: UUID | None = None,
    now: datetime,
) -> UUID:
    """From `first_day` on let `rule` have `value` in a scope (penyesuaian aturan); return the row.

    Nothing is overwritten: a later row supersedes, and a day before `first_day` keeps its value. `reference` names the
    decree or letter that says so.

    Raises:
        NotFound: there is no such rule.
        InvalidInput: the value, the scope or the reference will not do.
        Forbidden: the scope is not the actor's.
    """
    found = rule_of(store.shipped(), rule)
    kept = checked(found, value)
    reference = " ".join(reference.split())
    if not 1 <= len(reference) <= 300 or not reference.isprintable():
        raise InvalidInput("policy.reference_missing", field="reference")
    if scope_kind not in found.scopes or (scope_id is None) != (scope_kind == "province"):
        raise InvalidInput("policy.not_in_this_scope", field="scope")
    own = scope_kind == "lsp" and actor.scope.kind == "lsp" and actor.scope.ref == str(scope_id)
    if not actor.scope.everything and not own:
        raise Forbidden("policy.not_yours")
    stored = list(kept) if isinstance(kept, tuple) else kept
    row = {"rule": rule, "scope_kind": scope_kind, "scope_id": scope_id, "first_day": first_day, "value": stored,
           "reference": reference}  # fmt: skip
    row_id = store.add(tx, {**row, "entered_by": actor.account_id, "known_at": now})
    note(tx, actor.author, "policy.override", "policy", rule, now=now, after={"id": row_id, **row})
    return row_id
