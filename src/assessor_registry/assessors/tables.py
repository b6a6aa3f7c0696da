"""The people who assess: identity, registration numbers, employment."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import SQLModel

from assessor_registry.db.columns import blob, in_order, instant, key, one_of, personal, plain, text


class Assessor(SQLModel, table=True):
    """An assessor of competency (asesor kompetensi). The NIK is encrypted and found by a keyed hash."""

    __tablename__ = "assessor"
    __table_args__ = (
        one_of("sex", "L", "P"),
        one_of("ended_reason", "retired", "moved", "head", "died", "other"),
        CheckConstraint("(nik_cipher IS NULL) = (nik_hash IS NULL)", name="nik_whole"),
        Index("ix_assessor_nik_hash", "nik_hash"),
        Index(
            "ix_assessor_search_name",
            "search_name",
            postgresql_using="gin",
            postgresql_ops={"search_name": "gin_trgm_ops"},
        ),
        Index("ix_assessor_region_code", "region_code"),
        Index("ix_assessor_ended_on", "ended_on", postgresql_where="ended_on IS NOT NULL"),
    )

    id: UUID = key()
    name: str = text(private=True)
    search_name: str = text(private=True)
    nik_cipher: bytes | None = blob(private=True, nullable=True)
    nik_hash: bytes | None = blob(private=True, nullable=True)
    birth_place: str | None = text(private=True, nullable=True)
    birth_date: date | None = personal(nullable=True)
    sex: str | None = text(private=True, nullable=True)
    address: str | None = text(private=True, nullable=True)
    city: str | None = text(private=True, nullable=True)
    region_code: str | None = text(nullable=True, foreign_key="region.code")
    phone: str | None = text(private=True, nullable=True)
    email: str | None = text(private=True, nullable=True)
    siapkerja: bool | None = plain(nullable=True)
    remarks: str | None = text(private=True, nullable=True)
    ended_on: date | None = plain(nullable=True)
    ended_reason: str | None = text(nullable=True)
    ended_known_at: datetime | None = instant(nullable=True)
    version: int = plain()
    created_at: datetime = instant()


class RegistrationNumber(SQLModel, table=True):
    """A registration number (No. Reg. MET). Someone may hold several; (series, number, year) is one person."""

    __tablename__ = "registration_number"
    __table_args__ = (
        UniqueConstraint("series", "number", "year", postgresql_nulls_not_distinct=True),
        CheckConstraint("series ~ '^[0-9]{3}$' AND number ~ '^[0-9]{6}$'", name="shape"),
        CheckConstraint("year BETWEEN 1990 AND 2100", name="year_plausible"),
        Index("ix_registration_number_assessor_id", "assessor_id"),
    )

    id: UUID = key()
    assessor_id: UUID = plain(foreign_key="assessor.id")
    series: str = text(private=True)
    number: str = text(private=True)
    year: int | None = personal(nullable=True)
    current: bool = plain()
    created_at: datetime = instant()


class Employment(SQLModel, table=True):
    """Where an assessor is employed, from and until when (tempat tugas)."""

    __tablename__ = "employment"
    __table_args__ = (
        in_order("first_day", "last_day"),
        Index("ix_employment_assessor_id", "assessor_id"),
        Index("ix_employment_school_id", "school_id"),
        Index("uq_employment_current", "assessor_id", unique=True, postgresql_where="last_day IS NULL"),
    )

    id: UUID = key()
    assessor_id: UUID = plain(foreign_key="assessor.id")
    school_id: UUID = plain(foreign_key="school.id")
    first_day: date | None = plain(nullable=True)
    last_day: date | None = plain(nullable=True)
    status: str | None = text(nullable=True)
    letter: str | None = text(nullable=True)
    known_at: datetime = instant()
