"""The audit trail: append-only, personal data masked."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import SQLModel

from assessor_registry.db.columns import document, instant, key, plain, text


class AuditEntry(SQLModel, table=True):
    """Who, in which role, when, did what to what; before and after (jejak audit).

    `scope_kind` and `scope_ref`: where the role in use was held. NULL: no role, or entered before this was kept.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject", "subject_kind", "subject_id"),
        Index("ix_audit_entry_at", "at"),
        Index("ix_audit_entry_account_id", "account_id"),
        Index("ix_audit_entry_scope", "scope_kind", "scope_ref"),
    )

    id: UUID = key()
    at: datetime = instant()
    account_id: UUID | None = plain(nullable=True)
    role: str = text()
    origin: str = text()
    act: str = text()
    subject_kind: str = text()
    subject_id: str | None = text(nullable=True)
    before: dict[str, object] | None = document(nullable=True)
    after: dict[str, object] | None = document(nullable=True)
    reason: str | None = text(nullable=True)
    scope_kind: str | None = text(nullable=True)
    scope_ref: str | None = text(nullable=True)
