"""The students who are assessed."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import SQLModel

from assessor_registry.db.columns import blob, instant, key, one_of, personal, plain, text


class Student(SQLModel, table=True):
    """A student (peserta didik). Identity is NISN, else NIK, else school and NIPD."""

    __tablename__ = "student"
    __table_args__ = (
        UniqueConstraint("nisn"),
        UniqueConstraint("school_id", "nipd"),
        CheckConstraint("nisn ~ '^[0-9]{10}$'", name="nisn_is_10_digits"),
        one_of("sex", "L", "P"),
        CheckConstraint("(nik_cipher IS NULL) = (nik_hash IS NULL)", name="nik_whole"),
        Index("ix_student_nik_hash", "nik_hash"),
        Index("ix_student_school_rombel", "school_id", "rombel"),
        Index(
            "ix_student_search_name",
            "search_name",
            postgresql_using="gin",
            postgresql_ops={"search_name": "gin_trgm_ops"},
        ),
    )

    id: UUID = key()
    school_id: UUID = plain(foreign_key="school.id")
    name: str = text(private=True)
    search_name: str = text(private=True)
    nisn: str | None = text(private=True, nullable=True)
    nipd: str | None = text(private=True, nullable=True)
    nik_cipher: bytes | None = blob(private=True, nullable=True)
    nik_hash: bytes | None = blob(private=True, nullable=True)
    sex: str | None = text(private=True, nullable=True)
    birth_place: str | None = text(private=True, nullable=True)
    birth_date: date | None = personal(nullable=True)
    address: str | None = text(private=True, nullable=True)
    phone: str | None = text(private=True, nullable=True)
    email: str | None = text(private=True, nullable=True)
    rombel: str | None = text(nullable=True)
    missing_since: date | None = plain(nullable=True)
    version: int = plain()
    created_at: datetime = instant()
