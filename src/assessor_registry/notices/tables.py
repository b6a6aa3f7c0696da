"""The outbox: mail waits here until a server has taken it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import SQLModel

from assessor_registry.db.columns import instant, key, plain, text


class Outgoing(SQLModel, table=True):
    """One mail (surat keluar): one digest per person, kind and day."""

    __tablename__ = "outgoing_mail"
    __table_args__ = (
        UniqueConstraint("recipient", "kind", "day"),
        Index("ix_outgoing_mail_waiting", "next_try_at", postgresql_where="sent_at IS NULL AND given_up_at IS NULL"),
    )

    id: UUID = key()
    recipient: str = text(private=True)
    kind: str = text()
    day: date = plain()
    subject: str = text()
    body: str = text(private=True)
    created_at: datetime = instant()
    next_try_at: datetime = instant()
    tries: int = plain()
    last_error: str | None = text(nullable=True)
    sent_at: datetime | None = instant(nullable=True)
    given_up_at: datetime | None = instant(nullable=True)
