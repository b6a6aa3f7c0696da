"""Uploaded files: bytes on disk under their SHA-256, what is known of them here."""

from datetime import datetime
from uuid import UUID

from sqlmodel import SQLModel

from assessor_registry.db.columns import blob, instant, key, plain, text


class StoredFile(SQLModel, table=True):
    """A file that someone sent (berkas): a decree, a scan, a workbook. The name given by its sender is personal."""

    __tablename__ = "stored_file"

    id: UUID = key()
    sha256: bytes = blob()
    size: int = plain()
    media_type: str = text()
    given_name: str = text(private=True)
    purpose: str = text()
    uploaded_by: UUID | None = plain(nullable=True)
    uploaded_at: datetime = instant()
