"""Whose institution it is: a permission says what someone may do, this says where."""

from uuid import UUID

from assessor_registry.accounts.rules import Actor
from assessor_registry.errors import Forbidden, InvalidInput, NotFound


def require_province(actor: Actor) -> None:
    """Only who answers for the whole province.

    Raises:
        Forbidden: the actor works in a part of it.
    """
    if not actor.scope.everything:
        raise Forbidden("institutions.province_only")


def require_lsp(actor: Actor, lsp_id: UUID) -> None:
    """Only the province or the LSP itself; to others it does not exist.

    Raises:
        NotFound: the actor works elsewhere.
    """
    if not actor.scope.everything and not (actor.scope.kind == "lsp" and actor.scope.id == lsp_id):
        raise NotFound("institutions.not_found")


def required(text: str, field: str) -> str:
    """Return `text` with single blanks.

    Raises:
        InvalidInput: nothing is left.
    """
    clean = " ".join(text.split())
    if not clean:
        raise InvalidInput("institutions.missing", field=field)
    return clean


def optional(text: str | None) -> str | None:
    """Return `text` with single blanks, None when nothing is left."""
    return " ".join((text or "").split()) or None
