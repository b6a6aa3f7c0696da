"""Wet-signed results as entered by an LSP."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, false, insert, select, true, update

from assessor_registry.accounts.rules import Scope
from assessor_registry.accounts.tables import Account
from assessor_registry.assessments.rules import Content
from assessor_registry.assessments.store._names import ATTEMPT, FILE, LSP, PAPER, PERSON, SCHEDULE, STUDENT

_ACCOUNT: Any = Account.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper result (hasil kertas). `state` is waiting, confirmed or rejected."""

    id: UUID
    attempt_id: UUID
    part: int
    schedule_id: UUID
    lsp_id: UUID
    student_name: str = field(repr=False)
    assessor_id: UUID
    assessor_name: str = field(repr=False)
    first_day: date
    last_day: date
    outcome: str
    units: Mapping[str, str]
    recommendation: str | None
    note: str | None = field(repr=False)
    evidence: tuple[str, ...]
    acknowledgement: str | None
    replaces: UUID | None
    reason: str
    scan_id: UUID
    scan_sha256: bytes = field(repr=False)
    entered_by: UUID
    entered_name: str = field(repr=False)
    entered_at: datetime
    confirmed_by: UUID | None
    confirmed_at: datetime | None
    rejected_at: datetime | None
    rejected_reason: str | None

    @property
    def state(self) -> str:
        """Whether it waits, was confirmed or rejected."""
        if self.rejected_at is not None:
            return "rejected"
        return "waiting" if self.confirmed_at is None else "confirmed"

    @property
    def content(self) -> Content:
        """What the paper says."""
        handed_on = self.outcome == "assessed" and self.recommendation is None
        return Content(
            self.outcome, self.units, self.evidence, self.recommendation, self.note, self.acknowledgement, handed_on,
            (self.first_day, self.last_day),
        )  # fmt: skip


def papers_entered(
    conn: Connection,
    scope: Scope,
    *,
    paper_id: UUID | None = None,
    attempt_id: UUID | None = None,
    waiting: bool = False,
    lock: bool = False,
) -> list[PaperRow]:
    """Return paper results, oldest first."""
    names = (
        "id", "attempt_id", "part", "assessor_id", "first_day", "last_day", "outcome", "units", "recommendation",
        "note", "evidence", "acknowledgement", "replaces", "reason", "scan_id", "entered_by", "entered_at",
        "confirmed_by", "confirmed_at", "rejected_at", "rejected_reason",
    )  # fmt: skip
    query = (
        select(
            *(PAPER.c[name] for name in names), ATTEMPT.c.schedule_id, SCHEDULE.c.lsp_id,
            STUDENT.c.name.label("student_name"), PERSON.c.name.label("assessor_name"),
            FILE.c.sha256.label("scan_sha256"), _ACCOUNT.c.name.label("entered_name"),
        )
        .join(ATTEMPT, ATTEMPT.c.id == PAPER.c.attempt_id)
        .join(SCHEDULE, SCHEDULE.c.id == ATTEMPT.c.schedule_id)
        .join(LSP, LSP.c.id == SCHEDULE.c.lsp_id)
        .join(STUDENT, STUDENT.c.id == ATTEMPT.c.student_id)
        .join(PERSON, PERSON.c.id == PAPER.c.assessor_id)
        .join(FILE, FILE.c.id == PAPER.c.scan_id)
        .join(_ACCOUNT, _ACCOUNT.c.id == PAPER.c.entered_by)
        .where(_within(scope))
        .order_by(PAPER.c.entered_at, PAPER.c.id)
    )  # fmt: skip
    if paper_id is not None:
        query = query.where(PAPER.c.id == paper_id)
    if attempt_id is not None:
        query = query.where(PAPER.c.attempt_id == attempt_id)
    if waiting:
        query = query.where(PAPER.c.confirmed_at.is_(None), PAPER.c.rejected_at.is_(None))
    rows = conn.execute(query.with_for_update(of=PAPER) if lock else query)
    return [PaperRow(**{**row._mapping, "evidence": tuple(row.evidence)}) for row in rows]


def _within(scope: Scope) -> ColumnElement[bool]:
    if scope.everything:
        return true()
    if scope.kind == "region":
        return LSP.c.region_code == scope.ref  # type: ignore[no-any-return]
    columns = {"lsp": SCHEDULE.c.lsp_id, "school": ATTEMPT.c.school_id, "self": PAPER.c.assessor_id}
    return columns[scope.kind] == scope.id if scope.kind in columns else false()


def add_paper(tx: Connection, row: Mapping[str, Any]) -> None:
    """Insert a paper result."""
    tx.execute(insert(PAPER).values(**row))


def change_paper(tx: Connection, paper_id: UUID, **changes: Any) -> None:
    """Confirm or reject a paper result."""
    tx.execute(update(PAPER).where(PAPER.c.id == paper_id).values(**changes))


def has_file(conn: Connection, file_id: UUID) -> bool:
    """Whether there is such an uploaded file."""
    return conn.execute(select(1).where(FILE.c.id == file_id)).one_or_none() is not None
