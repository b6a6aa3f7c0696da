"""Forms that were sent after the session had ended wait for their sender, sealed by the caller."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts import rules, store


def keep_form(tx: Connection, account_id: UUID, path: str, sealed: bytes, *, now: datetime) -> UUID:
    """Keep what somebody typed on the page `path`; an account has one such form, the newest."""
    return store.keep_form(tx, account_id, path, sealed, now)


def kept_form(conn: Connection, account_id: UUID, form_id: UUID, *, now: datetime) -> store.KeptForm | None:
    """Return a form of one's own, for a day after it was kept."""
    return store.kept_form(conn, account_id, form_id, now - rules.FORM_KEPT)


def purge_forms(tx: Connection, now: datetime) -> int:
    """Delete the forms that nobody came back for; return how many."""
    return store.purge_forms(tx, now - rules.FORM_KEPT)
