"""What needs doing (perlu tindak lanjut): a to-do for a person, never the truth."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import SQLModel

from assessor_registry.db.columns import instant, key, one_of, plain, text

KINDS = (
    "certificate_ending", "season_gap", "technical_ending", "appointment_ending", "licence_ending", "venue_ending",
    "needs_assessor", "results_unsigned",
)  # fmt: skip


class Flag(SQLModel, table=True):
    """One to-do per (subject kind, subject, kind, last day), with the stage it has reached.

    `stage` is a number of months before the last day (12, 6, 3, 1 from policy), 0 when expired; `told_stage` is the
    one that a digest has told of. `backlog`: it was due already when the registry learnt of it.
    """

    __tablename__ = "flag"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "kind", "last_day"),
        one_of("subject_kind", "assessor", "lsp", "venue", "schedule"),
        one_of("kind", *KINDS),
        Index("ix_flag_open", "kind", "stage", postgresql_where="cleared_at IS NULL"),
    )

    id: UUID = key()
    subject_kind: str = text()
    subject_id: UUID = plain()
    kind: str = text()
    last_day: date = plain()
    stage: int = plain()
    told_stage: int | None = plain(nullable=True)
    backlog: bool = plain()
    raised_at: datetime = instant()
    stage_at: datetime = instant()
    cleared_at: datetime | None = instant(nullable=True)
    acknowledged_at: datetime | None = instant(nullable=True)
    acknowledged_by: UUID | None = plain(nullable=True)
    note: str | None = text(nullable=True)


class JobRun(SQLModel, table=True):
    """That a job has been done for a period: written in the job's own transaction, so that it is done once."""

    __tablename__ = "job_run"

    job: str = text(primary_key=True)
    period: str = text(primary_key=True)
    finished_at: datetime = instant()
    summary: str | None = text(nullable=True)
