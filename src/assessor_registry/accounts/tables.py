"""Accounts, their dated grants, sessions and tokens, one-time codes, and what makes a repeated request harmless."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import SQLModel

from assessor_registry.db.columns import blob, document, in_order, instant, key, one_of, plain, text


class Account(SQLModel, table=True):
    """Someone who can sign in (akun). `assessor_id` ties at most one account to an assessor."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("login"), UniqueConstraint("assessor_id"))

    id: UUID = key()
    login: str = text(private=True)
    name: str = text(private=True)
    email: str | None = text(private=True, nullable=True)
    language: str = text(sa_column_kwargs={"server_default": "id"})
    password_hash: str | None = text(private=True, nullable=True)
    password_changed_at: datetime | None = instant(nullable=True)
    assessor_id: UUID | None = plain(nullable=True, foreign_key="assessor.id")
    created_at: datetime = instant()
    disabled_at: datetime | None = instant(nullable=True)


class Grant(SQLModel, table=True):
    """A role in a scope for some days (hak akses). An account holds several; the session names the one in use."""

    __tablename__ = "access_grant"
    __table_args__ = (
        one_of("role", "division", "lsp_admin", "assessor", "panel", "school", "auditor", "operator"),
        one_of("scope_kind", "province", "region", "lsp", "school", "self"),
        in_order("first_day", "last_day"),
        Index("ix_access_grant_account_id", "account_id"),
    )

    id: UUID = key()
    account_id: UUID = plain(foreign_key="account.id")
    role: str = text()
    scope_kind: str = text()
    scope_ref: str | None = text(nullable=True)
    first_day: date = plain()
    last_day: date | None = plain(nullable=True)
    granted_at: datetime = instant()
    revoked_at: datetime | None = instant(nullable=True)


class Credential(SQLModel, table=True):
    """A session of a browser or an API token (`kind`), known by the SHA-256 of its secret only."""

    __tablename__ = "credential"
    __table_args__ = (
        one_of("kind", "session", "token"),
        UniqueConstraint("secret_sha256"),
        Index("ix_credential_account_id", "account_id"),
    )

    id: UUID = key()
    kind: str = text()
    account_id: UUID = plain(foreign_key="account.id")
    grant_id: UUID | None = plain(nullable=True, foreign_key="access_grant.id")
    secret_sha256: bytes = blob(private=True)
    label: str | None = text(nullable=True)
    created_at: datetime = instant()
    last_seen_at: datetime = instant()
    expires_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)


class OneTimeCode(SQLModel, table=True):
    """A code that lets an account be activated, or its password set anew, once (kode aktivasi)."""

    __tablename__ = "one_time_code"
    __table_args__ = (UniqueConstraint("code_sha256"), Index("ix_one_time_code_account_id", "account_id"))

    id: UUID = key()
    account_id: UUID = plain(foreign_key="account.id")
    code_sha256: bytes = blob(private=True)
    created_at: datetime = instant()
    expires_at: datetime = instant()
    used_at: datetime | None = instant(nullable=True)


class FailedAttempt(SQLModel, table=True):
    """A failed try at a password, a passphrase or a code; counted to slow down guessing."""

    __tablename__ = "failed_attempt"
    __table_args__ = (Index("ix_failed_attempt_subject_at", "subject", "at"),)

    id: UUID = key()
    subject: str = text()
    at: datetime = instant()


class IdempotencyKey(SQLModel, table=True):
    """The answer that was given to a request, kept for 24 hours so that the same request is not done twice."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: UUID = key()
    account_id: UUID = plain(foreign_key="account.id")
    key: str = text()
    fingerprint: bytes = blob()
    status: int | None = plain(nullable=True)
    answer: dict[str, object] | None = document(private=True, nullable=True)
    created_at: datetime = instant()


class WaitingForm(SQLModel, table=True):
    """What was typed when the session had ended: sealed, for its account alone, until it is looked at again."""

    __tablename__ = "waiting_form"
    __table_args__ = (Index("ix_waiting_form_account_id", "account_id"),)

    id: UUID = key()
    account_id: UUID = plain(foreign_key="account.id")
    path: str = text()
    sealed: bytes = blob(private=True)
    created_at: datetime = instant()
