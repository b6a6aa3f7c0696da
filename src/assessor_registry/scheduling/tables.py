"""Schedules of assessment, who is assessed, and who assesses on which day."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import DATERANGE
from sqlmodel import Field, SQLModel

from assessor_registry.db.columns import in_order, instant, key, plain, text, texts

HELD = (
    "CASE WHEN confirmed_at IS NOT NULL AND withdrawn_at IS NULL THEN daterange(held_on, held_on, '[]') "
    "ELSE NULL::daterange END"
)


class ClassScheme(SQLModel, table=True):
    """Which scheme a class (rombel) of a school is assessed on, as an LSP has mapped it."""

    __tablename__ = "class_scheme"
    __table_args__ = (UniqueConstraint("lsp_id", "school_id", "rombel"),)

    id: UUID = key()
    lsp_id: UUID = plain(foreign_key="lsp.id")
    school_id: UUID = plain(foreign_key="school.id")
    rombel: str = text()
    scheme_version_id: UUID = plain(foreign_key="scheme_version.id")


class Schedule(SQLModel, table=True):
    """One assessment event (jadwal uji kompetensi): scheme version, venue, first to last day."""

    __tablename__ = "schedule"
    __table_args__ = (
        in_order("first_day", "last_day"),
        CheckConstraint("last_day - first_day < 60", name="at_most_60_days"),
        CheckConstraint("(cancelled_at IS NULL) = (cancelled_reason IS NULL)", name="cancelled_with_reason"),
        Index("ix_schedule_lsp_id_first_day", "lsp_id", "first_day"),
        Index("ix_schedule_first_day", "first_day"),
    )

    id: UUID = key()
    lsp_id: UUID = plain(foreign_key="lsp.id")
    season_id: UUID | None = plain(nullable=True, foreign_key="season.id")
    scheme_version_id: UUID = plain(foreign_key="scheme_version.id")
    venue_id: UUID = plain(foreign_key="venue.id")
    title: str = text()
    first_day: date = plain()
    last_day: date = plain()
    evidence_kinds: list[str] = texts()
    bnsp_code: str | None = text(nullable=True)
    cancelled_at: datetime | None = instant(nullable=True)
    cancelled_reason: str | None = text(nullable=True)
    version: int = plain()
    created_at: datetime = instant()


class Attempt(SQLModel, table=True):
    """A candidate (asesi) in a schedule: this student's n-th attempt at the scheme, and whom they are assessed by.

    `recorded_at`: a result was signed; from then on the candidate stays in this schedule. `school_id`: the school that
    the student was at when added (the database fills it in): who moves later leaves their attempts to that school.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("schedule_id", "student_id"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("(removed_at IS NULL) = (removed_reason IS NULL)", name="removed_with_reason"),
        CheckConstraint("removed_at IS NULL OR recorded_at IS NULL", name="recorded_stays"),
        Index("ix_attempt_student_id", "student_id"),
        Index("ix_attempt_assessor_id", "assessor_id"),
        Index("ix_attempt_school_id", "school_id"),
    )

    id: UUID = key()
    schedule_id: UUID = plain(foreign_key="schedule.id")
    student_id: UUID = plain(foreign_key="student.id")
    school_id: UUID | None = plain(nullable=True, foreign_key="school.id")
    number: int = plain()
    assessor_id: UUID | None = plain(nullable=True, foreign_key="assessor.id")
    removed_at: datetime | None = instant(nullable=True)
    removed_reason: str | None = text(nullable=True)
    recorded_at: datetime | None = instant(nullable=True)


class Assignment(SQLModel, table=True):
    """That an assessor assesses in a schedule on a day (penugasan), one row per assessor and day.

    *Planned* until `confirmed_at`; *withdrawn* from `withdrawn_at`. `held` is the day while it is confirmed, else
    NULL: it references `active_period`, so no row can say that someone who is not active assesses on that day.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint("confirmed_at IS NULL OR letter_number IS NOT NULL", name="confirmed_with_letter"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)", name="withdrawn_with_reason"),
        Index("ix_assignment_schedule_id", "schedule_id"),
        Index(
            "uq_assignment_assessor_day",
            "assessor_id",
            "held_on",
            unique=True,
            postgresql_where="withdrawn_at IS NULL",
        ),
        Index("ix_assignment_held", "assessor_id", "held", postgresql_using="gist"),
    )

    id: UUID = key()
    schedule_id: UUID = plain(foreign_key="schedule.id")
    assessor_id: UUID = plain(foreign_key="assessor.id")
    held_on: date = plain()
    letter_number: str | None = text(nullable=True)
    letter_date: date | None = plain(nullable=True)
    confirmed_at: datetime | None = instant(nullable=True)
    withdrawn_at: datetime | None = instant(nullable=True)
    withdrawn_reason: str | None = text(nullable=True)
    replaces: UUID | None = plain(nullable=True, foreign_key="assignment.id")
    created_at: datetime = instant()
    held: object = Field(
        sa_type=DATERANGE,
        nullable=True,
        sa_column_args=(Computed(HELD, persisted=True),),
        sa_column_kwargs={"info": {"personal": False}},
    )
