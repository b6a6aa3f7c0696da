"""Imports that were previewed or applied: which file, what the plan was, how it ended."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import SQLModel

from assessor_registry.db.columns import blob, document, instant, key, one_of, plain, text


class ImportBatch(SQLModel, table=True):
    """One workbook on its way in (impor). `plan_sha256` is what was previewed; applying another plan is refused.

    `file_id` None: the file was kept for its time (`sealing.KEPT`).
    `told` is what was said of its rows when it was applied, sealed (`telling`); it goes with the file.
    `npsn` is the school that its sender named. `row_outcomes` says, once it is applied, which rows ended how.
    """

    __tablename__ = "import_batch"
    __table_args__ = (
        one_of("kind", "assessors", "students", "schemes", "schools"),
        Index("ix_import_batch_created_at", "created_at"),
    )

    id: UUID = key()
    kind: str = text()
    file_id: UUID | None = plain(nullable=True, foreign_key="stored_file.id")
    school_id: UUID | None = plain(nullable=True, foreign_key="school.id")
    plan_sha256: bytes = blob()
    npsn: str | None = text(nullable=True)
    counts: dict[str, int] = document()
    created_by: UUID | None = plain(nullable=True, foreign_key="account.id")
    created_at: datetime = instant()
    applied_at: datetime | None = instant(nullable=True)
    outcome: dict[str, int] | None = document(nullable=True)
    row_outcomes: dict[str, list[int]] | None = document(nullable=True)
    told: bytes | None = blob(private=True, nullable=True)
