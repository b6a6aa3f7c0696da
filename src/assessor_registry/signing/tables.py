"""Keys of assessors, wrapped by their passphrase; certificates that were issued; the authority's own keys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import SQLModel

from assessor_registry.db.columns import blob, document, instant, key, one_of, plain, text


class SigningKey(SQLModel, table=True):
    """A P-256 key of an assessor (kunci tanda tangan); useless without the passphrase, which is not kept."""

    __tablename__ = "signing_key"
    __table_args__ = (
        Index("uq_signing_key_current", "assessor_id", unique=True, postgresql_where="retired_at IS NULL"),
        Index("ix_signing_key_assessor_id", "assessor_id"),
    )

    id: UUID = key()
    assessor_id: UUID = plain(foreign_key="assessor.id")
    public_der: bytes = blob()
    wrapped: dict[str, object] = document(private=True)
    created_at: datetime = instant()
    confirmed_at: datetime | None = instant(nullable=True)
    confirmed_by: UUID | None = plain(nullable=True)
    retired_at: datetime | None = instant(nullable=True)
    retired_reason: str | None = text(nullable=True)


class AuthorityKey(SQLModel, table=True):
    """The keys of the root, of the issuing authority and of the registry's seal, wrapped by a key file."""

    __tablename__ = "authority_key"
    __table_args__ = (one_of("kind", "root", "issuing", "seal"),)

    kind: str = text(primary_key=True)
    wrapped: dict[str, object] = document(private=True)
    created_at: datetime = instant()


class IssuedCertificate(SQLModel, table=True):
    """An X.509 certificate that the registry issued. Serial numbers are random, 159 bits, as hexadecimal."""

    __tablename__ = "issued_certificate"
    __table_args__ = (
        UniqueConstraint("serial"),
        one_of("kind", "root", "issuing", "seal", "leaf"),
        Index("ix_issued_certificate_key_id", "key_id", "issued_at"),
    )

    id: UUID = key()
    kind: str = text()
    serial: str = text()
    key_id: UUID | None = plain(nullable=True, foreign_key="signing_key.id")
    der: bytes = blob(private=True)
    not_before: datetime = instant()
    not_after: datetime = instant()
    issued_at: datetime = instant()
    revoked_at: datetime | None = instant(nullable=True)
