"""The facts that make someone an active assessor, and what is derived from them.

Facts are inserted and never changed: a later row names the one that it supersedes. `known_at` is when the registry
learnt it, so that "what did we know then" has an answer.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import DATEMULTIRANGE
from sqlmodel import SQLModel

from assessor_registry.db.columns import days, in_order, instant, key, one_of, plain, text


class AssessorCertificate(SQLModel, table=True):
    """A certificate of an assessor (sertifikat asesor kompetensi); the last day is included."""

    __tablename__ = "assessor_certificate"
    __table_args__ = (
        UniqueConstraint("supersedes"),
        in_order("first_day", "last_day"),
        Index("ix_assessor_certificate_assessor_id", "assessor_id"),
        Index("ix_assessor_certificate_last_day", "last_day"),
    )

    id: UUID = key()
    assessor_id: UUID = plain(foreign_key="assessor.id")
    number: str | None = text(nullable=True)
    blanko_number: str | None = text(nullable=True)
    issued_on: date | None = plain(nullable=True)
    first_day: date = plain()
    last_day: date = plain()
    last_day_computed: bool = plain()
    received_on: date | None = plain(nullable=True)
    source: str = text()
    supersedes: UUID | None = plain(nullable=True, foreign_key="assessor_certificate.id")
    entered_by: UUID | None = plain(nullable=True)
    known_at: datetime = instant()
    file_id: UUID | None = plain(nullable=True, foreign_key="stored_file.id")


class TechnicalCertificate(SQLModel, table=True):
    """A technical competence of an assessor for a scheme (sertifikat kompetensi teknis).

    `scheme_id` is NULL while what the list says (`scheme_text`) has not been mapped to a scheme.
    """

    __tablename__ = "technical_certificate"
    __table_args__ = (
        UniqueConstraint("supersedes"),
        in_order("first_day", "last_day"),
        Index("ix_technical_certificate_assessor_id", "assessor_id"),
        Index("ix_technical_certificate_scheme_id", "scheme_id"),
        Index("ix_technical_certificate_last_day", "last_day"),
    )

    id: UUID = key()
    assessor_id: UUID = plain(foreign_key="assessor.id")
    scheme_id: UUID | None = plain(nullable=True, foreign_key="scheme.id")
    scheme_text: str = text()
    number: str | None = text(nullable=True)
    first_day: date | None = plain(nullable=True)
    last_day: date | None = plain(nullable=True)
    source: str = text()
    supersedes: UUID | None = plain(nullable=True, foreign_key="technical_certificate.id")
    entered_by: UUID | None = plain(nullable=True)
    known_at: datetime = instant()
    file_id: UUID | None = plain(nullable=True, foreign_key="stored_file.id")


class AppointmentDecree(SQLModel, table=True):
    """An LSP's decree that appoints assessors (SK pengangkatan asesor), for many people at once."""

    __tablename__ = "appointment_decree"
    __table_args__ = (
        UniqueConstraint("lsp_id", "number"),
        in_order("first_day", "last_day"),
        Index("ix_appointment_decree_last_day", "last_day"),
    )

    id: UUID = key()
    lsp_id: UUID = plain(foreign_key="lsp.id")
    number: str = text()
    decided_on: date = plain()
    first_day: date = plain()
    last_day: date = plain()
    file_id: UUID | None = plain(nullable=True, foreign_key="stored_file.id")
    entered_by: UUID | None = plain(nullable=True)
    known_at: datetime = instant()


class Appointment(SQLModel, table=True):
    """That a decree names an assessor; `ended_on` is the last day when it ends before the decree does."""

    __tablename__ = "appointment"
    __table_args__ = (
        UniqueConstraint("decree_id", "assessor_id"),
        Index("ix_appointment_assessor_id", "assessor_id"),
        CheckConstraint("(ended_on IS NULL) = (ended_known_at IS NULL)", name="ended_known"),
    )

    id: UUID = key()
    decree_id: UUID = plain(foreign_key="appointment_decree.id")
    assessor_id: UUID = plain(foreign_key="assessor.id")
    ended_on: date | None = plain(nullable=True)
    ended_reason: str | None = text(nullable=True)
    ended_known_at: datetime | None = instant(nullable=True)
    known_at: datetime = instant()


class Extension(SQLModel, table=True):
    """A circular that extends certificates (surat edaran perpanjangan): a predicate, evaluated in every rebuild."""

    __tablename__ = "extension"
    __table_args__ = (
        UniqueConstraint("supersedes"),
        in_order("ends_from", "ends_to"),
        CheckConstraint("until > ends_to OR cancelled", name="until_after_ends_to"),
    )

    id: UUID = key()
    ends_from: date = plain()
    ends_to: date = plain()
    until: date = plain()
    region_code: str | None = text(nullable=True, foreign_key="region.code")
    reference: str = text()
    issued_on: date = plain()
    received_on: date = plain()
    cancelled: bool = plain()
    supersedes: UUID | None = plain(nullable=True, foreign_key="extension.id")
    file_id: UUID | None = plain(nullable=True, foreign_key="stored_file.id")
    entered_by: UUID | None = plain(nullable=True)
    known_at: datetime = instant()


class Sanction(SQLModel, table=True):
    """A suspension, a revocation, a reinstatement, or the cancelling of one entered by mistake (sanksi)."""

    __tablename__ = "sanction"
    __table_args__ = (
        one_of("kind", "suspension", "revocation", "reinstatement", "cancellation"),
        in_order("first_day", "last_day"),
        CheckConstraint("(kind IN ('reinstatement', 'cancellation')) = (ends IS NOT NULL)", name="ends_named"),
        Index("ix_sanction_assessor_id", "assessor_id"),
    )

    id: UUID = key()
    assessor_id: UUID = plain(foreign_key="assessor.id")
    certificate_id: UUID | None = plain(nullable=True, foreign_key="assessor_certificate.id")
    kind: str = text()
    first_day: date = plain()
    last_day: date | None = plain(nullable=True)
    decree_number: str = text()
    decree_date: date = plain()
    received_on: date = plain()
    ends: UUID | None = plain(nullable=True, foreign_key="sanction.id")
    note: str | None = text(nullable=True)
    file_id: UUID | None = plain(nullable=True, foreign_key="stored_file.id")
    entered_by: UUID | None = plain(nullable=True)
    known_at: datetime = instant()


class ActivePeriod(SQLModel, table=True):
    """The days on which someone is an active assessor (masa aktif), derived; the database's own rule reads it."""

    __tablename__ = "active_period"

    assessor_id: UUID = plain(primary_key=True, foreign_key="assessor.id")
    during: object = days(primary_key=True)


class Coverage(SQLModel, table=True):
    """Certificate-and-extension coverage before sanctions, derived; `last_day` is what reminders count to.

    `covered` tells a suspended assessor (covered, not active) from one whose certificate has not begun or has ended.
    """

    __tablename__ = "coverage"
    __table_args__ = (Index("ix_coverage_last_day", "last_day", "assessor_id"),)

    assessor_id: UUID = plain(primary_key=True, foreign_key="assessor.id")
    last_day: date = plain()
    covered: object = plain(sa_type=DATEMULTIRANGE)


class EndsChanged(SQLModel, table=True):
    """That the last days of someone's certificates, competences or appointments may have changed on `known_on`.

    Read and emptied by the next sweep, which otherwise reads only what has come due since the last. No unique key:
    an act must never wait for a sweep.
    """

    __tablename__ = "ends_changed"

    id: UUID = key()
    assessor_id: UUID = plain(foreign_key="assessor.id")
    known_on: date = plain()
