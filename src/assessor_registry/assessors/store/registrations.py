"""Registration numbers and NIK hashes: who holds them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Connection, LargeBinary, Select, Text, any_, bindparam, select

from assessor_registry.assessors.rules import Holder
from assessor_registry.assessors.store.people import NUMBER, PERSON, RegistrationNumber


def find_registration(conn: Connection, series: str, number: str) -> list[Holder]:
    """Return everyone who holds a number (`000`, `004772`), whatever its year, those with a year first.

    Not scoped: whose number it is must be known before anyone can be said to see them. Never shown as it is.
    """
    rows = conn.execute(_holders().where(NUMBER.c.series == series, NUMBER.c.number == number).order_by(NUMBER.c.year))
    return [Holder(*row[2:]) for row in rows]


def holders(conn: Connection, numbers: Collection[str]) -> dict[str, list[Holder]]:
    """Return the holders of many numbers (`000.004772`, as `Registration.number`) with one query; not scoped."""
    six = sorted({number.partition(".")[2] for number in numbers})
    found: dict[str, list[Holder]] = {}
    query = _holders().where(NUMBER.c.number == any_(bindparam("numbers", six, ARRAY(Text))))
    for series, number, *holder in conn.execute(query.order_by(NUMBER.c.year, NUMBER.c.id)):
        found.setdefault(f"{series}.{number}", []).append(Holder(*holder))
    wanted = set(numbers)
    return {number: held for number, held in found.items() if number in wanted}


def by_nik(conn: Connection, hashes: Collection[bytes]) -> dict[bytes, list[UUID]]:
    """Return NIK hash → who has it, for many at once; not unique (a mistyped one may be on two), not scoped."""
    found: dict[bytes, list[UUID]] = {}
    rows = conn.execute(
        select(PERSON.c.nik_hash, PERSON.c.id)
        .where(PERSON.c.nik_hash == any_(bindparam("hashes", list(hashes), ARRAY(LargeBinary))))
        .order_by(PERSON.c.created_at, PERSON.c.id)
    )
    for digest, assessor_id in rows:
        found.setdefault(bytes(digest), []).append(assessor_id)
    return found


def registrations_of(conn: Connection, assessor_id: UUID) -> list[RegistrationNumber]:
    """Return all numbers of one person; for acts that have checked who sees them."""
    columns = (NUMBER.c[name] for name in RegistrationNumber.__dataclass_fields__)
    rows = conn.execute(select(*columns).where(NUMBER.c.assessor_id == assessor_id).order_by(NUMBER.c.created_at))
    return [RegistrationNumber(*row) for row in rows]


def _holders() -> Select[Any]:
    return select(
        NUMBER.c.series,
        NUMBER.c.number,
        PERSON.c.id,
        NUMBER.c.year,
        PERSON.c.search_name,
        PERSON.c.birth_date,
        PERSON.c.nik_hash,
    ).join(PERSON, PERSON.c.id == NUMBER.c.assessor_id)
