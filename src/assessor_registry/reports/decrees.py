"""Appointment decrees and sanctions as lists, within a scope."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Select,
    Text,
    Uuid,
    column,
    false,
    func,
    select,
    table,
    true,
)

from assessor_registry.accounts.rules import Scope
from assessor_registry.validity.store import in_scope

_DECREE = table(
    "appointment_decree", column("id", Uuid), column("lsp_id", Uuid), column("number", Text),
    column("decided_on", Date), column("first_day", Date), column("last_day", Date), column("file_id", Uuid),
)  # fmt: skip
_APPOINTMENT = table(
    "appointment", column("id", Uuid), column("decree_id", Uuid), column("assessor_id", Uuid), column("ended_on", Date)
)
_LSP = table("lsp", column("id", Uuid), column("name", Text), column("region_code", Text))
_PERSON = table("assessor", column("id", Uuid), column("name", Text))
_SANCTION = table(
    "sanction", column("id", Uuid), column("assessor_id", Uuid), column("certificate_id", Uuid), column("kind", Text),
    column("first_day", Date), column("last_day", Date), column("decree_number", Text), column("decree_date", Date),
    column("ends", Uuid), column("file_id", Uuid), column("known_at", DateTime(timezone=True)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DecreeLine:
    """One appointment decree: how many people it names, and how many of them ended before it does."""

    id: UUID
    lsp_id: UUID
    lsp: str
    number: str
    decided_on: date
    first_day: date
    last_day: date
    file_id: UUID | None
    people: int
    ended: int


@dataclass(frozen=True, slots=True)
class SanctionLine:
    """One suspension or revocation. `lifted_from`: reinstated from that day; `cancelled`: it counts as never given."""

    id: UUID
    assessor_id: UUID
    name: str = field(repr=False)
    whole_person: bool
    kind: str
    first_day: date
    last_day: date | None
    decree_number: str
    decree_date: date
    file_id: UUID | None
    known_at: datetime
    lifted_from: date | None
    lifted_by: UUID | None
    cancelled: bool

    def holds_on(self, day: date) -> bool:
        """Whether it takes effect on a day."""
        ended = (self.last_day is not None and self.last_day < day) or (
            self.lifted_from is not None and self.lifted_from <= day
        )
        return not self.cancelled and self.first_day <= day and not ended


def appointment_decrees(
    conn: Connection, scope: Scope, *, lsp_id: UUID | None = None, decree_id: UUID | None = None
) -> list[DecreeLine]:
    """Return appointment decrees, those that end last on top: the province's, a region's, or an LSP's own."""
    query = (
        select(
            _DECREE.c.id, _DECREE.c.lsp_id, _LSP.c.name.label("lsp"), _DECREE.c.number, _DECREE.c.decided_on,
            _DECREE.c.first_day, _DECREE.c.last_day, _DECREE.c.file_id, func.count(_APPOINTMENT.c.id).label("people"),
            func.count(_APPOINTMENT.c.ended_on).label("ended"),
        )
        .select_from(
            _DECREE.join(_LSP, _LSP.c.id == _DECREE.c.lsp_id)
            .outerjoin(_APPOINTMENT, _APPOINTMENT.c.decree_id == _DECREE.c.id)
        )
        .where(_lsp_in(scope), true() if lsp_id is None else _DECREE.c.lsp_id == lsp_id)
        .where(true() if decree_id is None else _DECREE.c.id == decree_id)
        .group_by(_DECREE.c.id, _DECREE.c.lsp_id, _LSP.c.name, _DECREE.c.number, _DECREE.c.decided_on,
                  _DECREE.c.first_day, _DECREE.c.last_day, _DECREE.c.file_id)
        .order_by(_DECREE.c.last_day.desc(), _LSP.c.name, _DECREE.c.number)
    )  # fmt: skip
    return [DecreeLine(**row._mapping) for row in conn.execute(query)]


def _lsp_in(scope: Scope) -> ColumnElement[bool]:
    if scope.everything:
        return true()
    if scope.kind == "region":
        return _LSP.c.region_code == scope.ref
    return _LSP.c.id == scope.id if scope.kind == "lsp" else false()


def sanction_lines(
    conn: Connection, scope: Scope, today: date, *, sanction_id: UUID | None = None, limit: int = 50, offset: int = 0
) -> tuple[list[SanctionLine], int]:
    """Return suspensions and revocations of the assessors whom `scope` sees, newest first, and how many there are."""
    given = _given(scope, today)
    if sanction_id is not None:
        given = given.where(_SANCTION.c.id == sanction_id)
    total = conn.execute(select(func.count()).select_from(given.subquery())).scalar_one()
    rows = conn.execute(given.order_by(_SANCTION.c.known_at.desc(), _SANCTION.c.id).limit(limit).offset(offset)).all()
    lifted = _lifted(conn, [row.id for row in rows])
    return [SanctionLine(**row._mapping, **lifted.get(row.id, _NOTHING)) for row in rows], total


_NOTHING: dict[str, Any] = {"lifted_from": None, "lifted_by": None, "cancelled": False}


def _given(scope: Scope, today: date) -> Select[Any]:
    query = (
        select(
            _SANCTION.c.id, _SANCTION.c.assessor_id, _PERSON.c.name,
            _SANCTION.c.certificate_id.is_(None).label("whole_person"), _SANCTION.c.kind, _SANCTION.c.first_day,
            _SANCTION.c.last_day, _SANCTION.c.decree_number, _SANCTION.c.decree_date, _SANCTION.c.file_id,
            _SANCTION.c.known_at,
        )
        .join(_PERSON, _PERSON.c.id == _SANCTION.c.assessor_id)
        .where(_SANCTION.c.ends.is_(None))
    )  # fmt: skip
    seen = in_scope(scope, today)
    return query if seen is None else query.where(_SANCTION.c.assessor_id.in_(seen))


def _lifted(conn: Connection, ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """What became of sanctions: a reinstatement that was itself taken back does not count."""
    later = _SANCTION.alias()
    ending = select(_SANCTION.c.id, _SANCTION.c.ends, _SANCTION.c.kind, _SANCTION.c.first_day).where(
        _SANCTION.c.ends.in_(ids),
        ~select(later.c.id).where(later.c.ends == _SANCTION.c.id, later.c.kind == "cancellation").exists(),
    )
    found: dict[UUID, dict[str, Any]] = {}
    for row in conn.execute(ending.order_by(_SANCTION.c.first_day.desc(), _SANCTION.c.id)):
        entry = found.setdefault(row.ends, dict(_NOTHING))
        if row.kind == "cancellation":
            entry["cancelled"] = True
        else:
            entry |= {"lifted_from": row.first_day, "lifted_by": row.id}
    return found
