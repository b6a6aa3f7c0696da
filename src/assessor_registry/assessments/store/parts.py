"""The parts of an attempt that colleagues have assessed: who, and what they noted."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection, select

from assessor_registry.assessments.store._names import DRAFT, PERSON, RECORD, STATE


@dataclass(frozen=True, slots=True)
class PartBefore:
    """A part (bagian) of an attempt: its assessor, their note, and whether it is signed."""

    part: int
    assessor: str
    signed: bool
    note: str | None = field(repr=False)


def parts_before(conn: Connection, attempt_id: UUID, part: int) -> list[PartBefore]:
    """Return the other parts than `part`, in order: the record in force, else the draft."""
    drafted = (
        select(DRAFT.c.part, PERSON.c.name, DRAFT.c.note)
        .join(PERSON, PERSON.c.id == DRAFT.c.assessor_id)
        .where(DRAFT.c.attempt_id == attempt_id, DRAFT.c.part != part, DRAFT.c.record_id.is_(None))
    )
    found = {row.part: PartBefore(row.part, row.name, False, row.note) for row in conn.execute(drafted)}
    signed = (
        select(RECORD.c.part, PERSON.c.name, RECORD.c.note)
        .join(STATE, STATE.c.record_id == RECORD.c.id)
        .join(PERSON, PERSON.c.id == RECORD.c.assessor_id)
        .where(
            RECORD.c.attempt_id == attempt_id,
            RECORD.c.part != part,
            STATE.c.replaced_by.is_(None),
            STATE.c.annulled_at.is_(None),
        )
    )
    found |= {row.part: PartBefore(row.part, row.name, True, row.note) for row in conn.execute(signed)}
    return [found[number] for number in sorted(found)]
