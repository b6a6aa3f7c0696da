"""Regions, schools, LSPs with their licences, networks of schools, venues (TUK), seasons of assessment."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import SQLModel

from assessor_registry.db.columns import in_order, instant, key, one_of, plain, text


class Region(SQLModel, table=True):
    """A kabupaten or kota. The two code systems look alike and differ: Kemendagri's is used in the NIK."""

    __tablename__ = "region"
    __table_args__ = (UniqueConstraint("bps_code"), UniqueConstraint("name"))

    code: str = text(primary_key=True)
    bps_code: str = text()
    name: str = text()
    kind: str = text()


class School(SQLModel, table=True):
    """A vocational school (SMK). *provisional* until someone confirms it or merges it into another."""

    __tablename__ = "school"
    __table_args__ = (
        UniqueConstraint("npsn"),
        CheckConstraint("npsn ~ '^[0-9]{8}$'", name="npsn_is_8_digits"),
        one_of("state", "confirmed", "provisional", "merged"),
        CheckConstraint("(state = 'merged') = (merged_into IS NOT NULL)", name="merged_into_when_merged"),
        Index("ix_school_search_name", "search_name"),
    )

    id: UUID = key()
    npsn: str | None = text(nullable=True)
    name: str = text()
    search_name: str = text()
    region_code: str | None = text(nullable=True, foreign_key="region.code")
    state: str = text()
    merged_into: UUID | None = plain(nullable=True, foreign_key="school.id")
    created_at: datetime = instant()


class Lsp(SQLModel, table=True):
    """A certification body of a school (LSP-P1)."""

    __tablename__ = "lsp"
    __table_args__ = (UniqueConstraint("name"), one_of("signature_mode", "print", "internal"))

    id: UUID = key()
    name: str = text()
    school_id: UUID = plain(foreign_key="school.id")
    region_code: str = text(foreign_key="region.code")
    zone: str = text(sa_column_kwargs={"server_default": "Asia/Makassar"})
    email: str | None = text(nullable=True)
    phone: str | None = text(nullable=True)
    head_name: str | None = text(private=True, nullable=True)
    signature_mode: str = text(sa_column_kwargs={"server_default": "print"})
    created_at: datetime = instant()


class Licence(SQLModel, table=True):
    """A licence given by BNSP to an LSP (lisensi), last day included.

    `granted_until` is the last day that the decree names; `last_day` is the same, or earlier when the licence was ended
    (then `ended_reason` and `ended_known_at` say why and since when that is known). So every reader of `last_day` is
    right today, and what was known before the end can still be told.
    """

    __tablename__ = "licence"
    __table_args__ = (
        UniqueConstraint("lsp_id", "decree_number"),
        in_order("first_day", "last_day"),
        Index("ix_licence_last_day", "last_day"),
    )

    id: UUID = key()
    lsp_id: UUID = plain(foreign_key="lsp.id")
    number: str = text()
    decree_number: str = text()
    first_day: date = plain()
    last_day: date = plain()
    granted_until: date = plain()
    ended_reason: str | None = text(nullable=True)
    ended_known_at: datetime | None = instant(nullable=True)
    file_id: UUID | None = plain(nullable=True, foreign_key="stored_file.id")
    known_at: datetime = instant()


class LicensedScheme(SQLModel, table=True):
    """That a licence covers a scheme (ruang lingkup lisensi), with dates of its own; they end as a licence's do."""

    __tablename__ = "licensed_scheme"
    __table_args__ = (UniqueConstraint("licence_id", "scheme_id", "first_day"), in_order("first_day", "last_day"))

    id: UUID = key()
    licence_id: UUID = plain(foreign_key="licence.id")
    scheme_id: UUID = plain(foreign_key="scheme.id")
    first_day: date = plain()
    last_day: date = plain()
    granted_until: date = plain()
    ended_reason: str | None = text(nullable=True)
    ended_known_at: datetime | None = instant(nullable=True)
    known_at: datetime = instant()


class NetworkSchool(SQLModel, table=True):
    """That a school's students are assessed by an LSP (sekolah jejaring), by the province's decree."""

    __tablename__ = "network_school"
    __table_args__ = (
        UniqueConstraint("lsp_id", "school_id", "first_day"),
        in_order("first_day", "last_day"),
        Index("ix_network_school_school_id", "school_id"),
    )

    id: UUID = key()
    lsp_id: UUID = plain(foreign_key="lsp.id")
    school_id: UUID = plain(foreign_key="school.id")
    first_day: date = plain()
    last_day: date | None = plain(nullable=True)
    granted_until: date | None = plain(nullable=True)
    ended_reason: str | None = text(nullable=True)
    ended_known_at: datetime | None = instant(nullable=True)
    decree_number: str = text()
    decree_date: date | None = plain(nullable=True)
    known_at: datetime = instant()


class Venue(SQLModel, table=True):
    """A place of assessment (tempat uji kompetensi, TUK) and until when its verification holds."""

    __tablename__ = "venue"
    __table_args__ = (
        UniqueConstraint("lsp_id", "name"),
        one_of("kind", "sewaktu", "tempat_kerja", "mandiri"),
        in_order("verified_from", "verified_until"),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity_positive"),
    )

    id: UUID = key()
    lsp_id: UUID = plain(foreign_key="lsp.id")
    school_id: UUID | None = plain(nullable=True, foreign_key="school.id")
    name: str = text()
    kind: str = text()
    code: str | None = text(nullable=True)
    capacity: int | None = plain(nullable=True)
    address: str | None = text(nullable=True)
    verified_from: date | None = plain(nullable=True)
    verified_until: date | None = plain(nullable=True)
    decree_number: str | None = text(nullable=True)
    created_at: datetime = instant()


class Season(SQLModel, table=True):
    """The weeks in which a province assesses its students (musim uji kompetensi, UKK)."""

    __tablename__ = "season"
    __table_args__ = (UniqueConstraint("name"), in_order("first_day", "last_day"))

    id: UUID = key()
    name: str = text()
    first_day: date = plain()
    last_day: date = plain()
