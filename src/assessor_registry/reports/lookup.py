"""Many registration numbers, typed or pasted, to the people who hold them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.assessors.rules import parse_registration
from assessor_registry.assessors.store import holders


@dataclass(frozen=True, slots=True)
class Pasted:
    """Who was meant, in the order given; which lines are no number, unknown, or fit several people."""

    ids: tuple[UUID, ...]
    unclear: tuple[str, ...]


def by_numbers(conn: Connection, lines: Sequence[str]) -> Pasted:
    """Return the one holder of each number; not scoped, as a number names a person to whoever has it. One statement."""
    wanted = [(line, parse_registration(line)) for line in (" ".join(each.split()) for each in lines) if line]
    held = holders(conn, [number.number for _, number in wanted if number])
    ids: list[UUID] = []
    unclear: list[str] = []
    for line, number in wanted:
        known = held.get(number.number, []) if number else []
        fitting = {one.assessor_id for one in known if number and number.year in (None, one.year)}
        if len(fitting) == 1:
            ids.append(fitting.pop())
        else:
            unclear.append(line)
    return Pasted(tuple(dict.fromkeys(ids)), tuple(unclear))
