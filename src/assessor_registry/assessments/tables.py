"""What one assessor saw of one attempt: the draft while it is worked on, the signed record, and its state."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import DATERANGE
from sqlmodel import Field, SQLModel

from assessor_registry.db.columns import blob, document, in_order, instant, key, one_of, plain, text, texts

ASSESSED = (
    "CASE WHEN contested_at IS NULL AND annulled_at IS NULL THEN daterange(first_day, last_day, '[]') "
    "ELSE NULL::daterange END"
)
SIGNED = (
    "CASE WHEN origin = 'signed' AND contested_at IS NULL AND annulled_at IS NULL "
    "THEN daterange(signed_on, signed_on, '[]') ELSE NULL::daterange END"
)


class Draft(SQLModel, table=True):
    """The results being recorded for a part of an attempt; `version` grows with each save.

    `units` is code → 'K' or 'BK'; `note` is needed where a unit is BK. `handed_on`: a colleague assesses the other
    units. `record_id`: the record it was signed into; from then on it does not change. `corrects`: the record that it
    will replace when it is signed.
    """

    __tablename__ = "draft"
    __table_args__ = (
        UniqueConstraint("attempt_id", "part"),
        one_of("outcome", "assessed", "absent", "withdrew"),
        one_of("recommendation", "K", "BK"),
        one_of("acknowledgement", "paper", "phone", "refused"),
        in_order("first_day", "last_day"),
        CheckConstraint("part > 0 AND version > 0", name="counts_positive"),
        CheckConstraint("(corrects IS NULL) = (correction_reason IS NULL)", name="corrects_with_reason"),
        Index("ix_draft_assessor_id", "assessor_id"),
    )

    id: UUID = key()
    attempt_id: UUID = plain(foreign_key="attempt.id")
    part: int = plain()
    assessor_id: UUID = plain(foreign_key="assessor.id")
    first_day: date = plain()
    last_day: date = plain()
    outcome: str | None = text(nullable=True)
    units: dict[str, str] = document()
    evidence: list[str] | None = texts(nullable=True)
    recommendation: str | None = text(nullable=True)
    note: str | None = text(private=True, nullable=True)
    acknowledgement: str | None = text(nullable=True)
    handed_on: bool = plain()
    version: int = plain()
    saved_at: datetime = instant()
    record_id: UUID | None = plain(nullable=True, foreign_key="record.id")
    corrects: UUID | None = plain(nullable=True, foreign_key="record.id")
    correction_reason: str | None = text(nullable=True)


class PaperResult(SQLModel, table=True):
    """A wet-signed FR.AK.02 as entered by the LSP with its scan, until a second office-holder confirms it.

    `replaces` is the id of the record that it corrects; no foreign key, as `record` already refers to this table.
    """

    __tablename__ = "paper_result"
    __table_args__ = (
        one_of("outcome", "assessed", "absent", "withdrew"),
        one_of("recommendation", "K", "BK"),
        in_order("first_day", "last_day"),
        CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed_by_someone"),
        CheckConstraint("(rejected_at IS NULL) = (rejected_reason IS NULL)", name="rejected_with_reason"),
        CheckConstraint("confirmed_at IS NULL OR rejected_at IS NULL", name="one_decision"),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> entered_by", name="two_people"),
        Index("ix_paper_result_attempt_id", "attempt_id"),
    )

    id: UUID = key()
    attempt_id: UUID = plain(foreign_key="attempt.id")
    part: int = plain()
    assessor_id: UUID = plain(foreign_key="assessor.id")
    first_day: date = plain()
    last_day: date = plain()
    outcome: str = text()
    units: dict[str, str] = document()
    recommendation: str | None = text(nullable=True)
    note: str | None = text(private=True, nullable=True)
    evidence: list[str] = texts()
    acknowledgement: str | None = text(nullable=True)
    replaces: UUID | None = plain(nullable=True)
    reason: str = text()
    scan_id: UUID = plain(foreign_key="stored_file.id")
    entered_by: UUID = plain(foreign_key="account.id")
    entered_at: datetime = instant()
    confirmed_by: UUID | None = plain(nullable=True, foreign_key="account.id")
    confirmed_at: datetime | None = instant(nullable=True)
    rejected_at: datetime | None = instant(nullable=True)
    rejected_reason: str | None = text(nullable=True)


class Record(SQLModel, table=True):
    """The signed record (rekaman asesmen, FR.AK.02): inserted once, never changed.

    `code` is 128 random bits in base32, for the public check. `jws` is the signed statement; for a paper origin it
    is sealed by the registry and names who entered and confirmed it. `named` is what the statement names (candidate,
    nisn, assessor, registration, lsp, scheme, venue), read out of it by the database: shown is what was signed.
    """

    __tablename__ = "record"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("replaces"),
        UniqueConstraint("id", "assessor_id", "first_day", "last_day", "signed_on", "origin"),
        one_of("origin", "signed", "paper"),
        one_of("outcome", "assessed", "absent", "withdrew"),
        one_of("recommendation", "K", "BK"),
        in_order("first_day", "last_day"),
        CheckConstraint("signed_on >= last_day", name="signed_after_assessed"),
        # In some zone on earth it was that day; that it was so where the LSP is, a trigger asks.
        CheckConstraint(
            "signed_on BETWEEN CAST(signed_at AT TIME ZONE 'UTC' AS date) - 1 "
            "AND CAST(signed_at AT TIME ZONE 'UTC' AS date) + 1",
            name="signed_on_that_day",
        ),
        # A record without its state would not be held to the active days: asked at the commit.
        ForeignKeyConstraint(
            ["id"],
            ["record_state.record_id"],
            name="fk_record_has_state",
            deferrable=True,
            initially="DEFERRED",
            use_alter=True,
        ),
        CheckConstraint("(origin = 'paper') = (paper_result_id IS NOT NULL)", name="paper_named"),
        Index("ix_record_attempt_id", "attempt_id"),
        Index("ix_record_assessor_id", "assessor_id"),
        Index("uq_record_first_of_part", "attempt_id", "part", unique=True, postgresql_where="replaces IS NULL"),
    )

    id: UUID = key()
    code: str = text()
    attempt_id: UUID = plain(foreign_key="attempt.id")
    part: int = plain()
    assessor_id: UUID = plain(foreign_key="assessor.id")
    lsp_id: UUID = plain(foreign_key="lsp.id")
    origin: str = text()
    outcome: str = text()
    recommendation: str | None = text(nullable=True)
    note: str | None = text(private=True, nullable=True)
    first_day: date = plain()
    last_day: date = plain()
    signed_on: date = plain()
    signed_at: datetime = instant()
    letter_number: str | None = text(nullable=True)
    acknowledgement: str | None = text(nullable=True)
    jws: str = text(private=True)
    jws_sha256: bytes = blob()
    certificate_id: UUID = plain(foreign_key="issued_certificate.id")
    paper_result_id: UUID | None = plain(nullable=True, foreign_key="paper_result.id")
    replaces: UUID | None = plain(nullable=True, foreign_key="record.id")
    replaces_reason: str | None = text(nullable=True)
    created_at: datetime = instant()
    named: dict[str, str] | None = document(private=True, nullable=True)


class RecordUnit(SQLModel, table=True):
    """One unit of a signed record, as signed: for lists and reports."""

    __tablename__ = "record_unit"
    __table_args__ = (one_of("result", "K", "BK"),)

    record_id: UUID = plain(primary_key=True, foreign_key="record.id")
    position: int = plain(primary_key=True)
    code: str = text()
    title: str = text()
    result: str = text()


class RecordState(SQLModel, table=True):
    """What became of a record since: each column goes from NULL to a value once and never back.

    The days are copies held to the record by a foreign key; from them come the two ranges that reference
    `active_period`. They are NULL when the record is contested or annulled.
    """

    __tablename__ = "record_state"
    __table_args__ = (
        ForeignKeyConstraint(
            ["record_id", "assessor_id", "first_day", "last_day", "signed_on", "origin"],
            [
                "record.id",
                "record.assessor_id",
                "record.first_day",
                "record.last_day",
                "record.signed_on",
                "record.origin",
            ],
            name="fk_record_state_record",
        ),
        CheckConstraint("(contested_at IS NULL) = (contested_reason IS NULL)", name="contested_with_reason"),
        CheckConstraint("upheld_at IS NULL OR contested_at IS NOT NULL", name="upheld_after_contested"),
        CheckConstraint("(annulled_at IS NULL) = (annulled_reason IS NULL)", name="annulled_with_reason"),
        Index("ix_record_state_assessed", "assessor_id", "assessed", postgresql_using="gist"),
        Index("ix_record_state_signed", "assessor_id", "signed", postgresql_using="gist"),
    )

    record_id: UUID = plain(primary_key=True)
    assessor_id: UUID = plain()
    first_day: date = plain()
    last_day: date = plain()
    signed_on: date = plain()
    origin: str = text()
    replaced_by: UUID | None = plain(nullable=True, foreign_key="record.id")
    contested_at: datetime | None = instant(nullable=True)
    contested_reason: str | None = text(nullable=True)
    upheld_at: datetime | None = instant(nullable=True)
    upheld_reference: str | None = text(nullable=True)
    annulled_at: datetime | None = instant(nullable=True)
    annulled_reason: str | None = text(nullable=True)
    erased_at: datetime | None = instant(nullable=True)
    assessed: object = Field(
        sa_type=DATERANGE,
        nullable=True,
        sa_column_args=(Computed(ASSESSED, persisted=True),),
        sa_column_kwargs={"info": {"personal": False}},
    )
    signed: object = Field(
        sa_type=DATERANGE,
        nullable=True,
        sa_column_args=(Computed(SIGNED, persisted=True),),
        sa_column_kwargs={"info": {"personal": False}},
    )
