"""Overrides of the shipped rules, as dated rows with their reference."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import SQLModel

from assessor_registry.db.columns import document, instant, key, one_of, plain, text


class PolicyOverride(SQLModel, table=True):
    """From `first_day` on, `rule` has `value` in a scope (penyesuaian aturan); a later row supersedes it."""

    __tablename__ = "policy_override"
    __table_args__ = (
        one_of("scope_kind", "province", "lsp", "scheme"),
        Index("ix_policy_override_rule", "rule", "first_day"),
    )

    id: UUID = key()
    rule: str = text()
    scope_kind: str = text()
    scope_id: UUID | None = plain(nullable=True)
    first_day: date = plain()
    value: object = document(nullable=False)
    reference: str = text()
    entered_by: UUID | None = plain(nullable=True)
    known_at: datetime = instant()
