"""Whom an actor may act on: those whose data the scope in use keeps."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.assessors.store import keeps
from assessor_registry.clock import day_of
from assessor_registry.errors import Forbidden, NotFound
from assessor_registry.validity.store.neighbours import visible


def require_in_scope(tx: Connection, actor: Actor, assessor_ids: Collection[UUID], now: datetime) -> None:
    """Refuse when one of `assessor_ids` is not kept by `actor` on the day of `now`.

    Raises:
        NotFound: one does not exist or is outside the scope: the two are told alike.
        Forbidden: one is seen, because appointed, and others keep their data.
    """
    today = day_of(now)
    if set(assessor_ids) - visible(tx, actor.scope, assessor_ids, today):
        raise NotFound("validity.no_such_assessor")
    if set(assessor_ids) - keeps(tx, actor.scope, assessor_ids, today):
        raise Forbidden("assessors.not_kept")


def require_lsp(actor: Actor, lsp_id: UUID) -> None:
    """Refuse to act for another LSP than one's own.

    Raises:
        NotFound: `actor` is not the province and the LSP is not theirs.
    """
    if not actor.scope.everything and (actor.scope.kind, actor.scope.ref) != ("lsp", str(lsp_id)):
        raise NotFound("validity.no_such_lsp")
