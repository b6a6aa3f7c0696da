"""Certification schemes: scheme → pinned version → cluster → unit of competency; other names they go by."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import SQLModel

from assessor_registry.db.columns import instant, key, one_of, plain, text


class Scheme(SQLModel, table=True):
    """A certification scheme (skema sertifikasi). Number and kind are NULL while no source gives them."""

    __tablename__ = "scheme"
    __table_args__ = (
        UniqueConstraint("number"),
        one_of("kind", "KKNI", "Okupasi", "Klaster"),
    )

    id: UUID = key()
    number: str | None = text(nullable=True)
    title: str = text()
    field: str | None = text(nullable=True)
    kind: str | None = text(nullable=True)
    level: str | None = text(nullable=True)
    created_at: datetime = instant()


class SchemeVersion(SQLModel, table=True):
    """The units of a scheme as they were at a time (versi skema): an assessment pins one."""

    __tablename__ = "scheme_version"
    __table_args__ = (UniqueConstraint("scheme_id", "label"),)

    id: UUID = key()
    scheme_id: UUID = plain(foreign_key="scheme.id")
    label: str = text()
    first_day: date | None = plain(nullable=True)
    source: str = text()
    verified: bool = plain()
    complete: bool = plain()
    note: str | None = text(nullable=True)
    created_at: datetime = instant()


class Cluster(SQLModel, table=True):
    """A group of units that is assessed together (klaster, kelompok pekerjaan)."""

    __tablename__ = "cluster"
    __table_args__ = (UniqueConstraint("version_id", "position"),)

    id: UUID = key()
    version_id: UUID = plain(foreign_key="scheme_version.id")
    position: int = plain()
    title: str = text()


class Unit(SQLModel, table=True):
    """A unit of competency (unit kompetensi) in a version, with code and title as printed there."""

    __tablename__ = "unit_of_competency"
    __table_args__ = (UniqueConstraint("version_id", "code"), UniqueConstraint("version_id", "position"))

    id: UUID = key()
    version_id: UUID = plain(foreign_key="scheme_version.id")
    cluster_id: UUID | None = plain(nullable=True, foreign_key="cluster.id")
    position: int = plain()
    code: str = text()
    title: str = text()


class SchemeAlias(SQLModel, table=True):
    """Another way a scheme is written in lists (alias), normalised by `schemes.rules.search_title`."""

    __tablename__ = "scheme_alias"
    __table_args__ = (UniqueConstraint("search_title"), Index("ix_scheme_alias_scheme_id", "scheme_id"))

    id: UUID = key()
    scheme_id: UUID = plain(foreign_key="scheme.id")
    alias: str = text()
    search_title: str = text()
