"""What somebody means by a text: registration numbers, a scheme, an LSP, a moment; the same for command and API."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Scope
from assessor_registry.assessors.rules import parse_registration
from assessor_registry.assessors.store import holders
from assessor_registry.errors import InvalidInput, NotFound
from assessor_registry.institutions import store as institutions
from assessor_registry.schemes import store as schemes
from assessor_registry.words import parse_date


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


def scheme_meant(conn: Connection, text: str | None) -> UUID | None:
    """Return the scheme of this id, number, title or alias; None for an empty text.

    Raises:
        NotFound: none is called that.
    """
    sought = (text or "").replace("\x00", "").strip()
    if not sought:
        return None
    known = _id(sought)
    found = schemes.find_by_text(conn, sought) if known is None else known if schemes.get(conn, known) else None
    if found is None:
        raise NotFound("schemes.unknown", field="scheme", value=sought[:80])
    return found


def lsp_meant(conn: Connection, scope: Scope, text: str | None, on: date) -> UUID | None:
    """Return the LSP of this id, name or number of licence that `scope` sees; None for an empty text.

    Raises:
        NotFound: none is called that, or only others' is: the two are told alike.
    """
    sought = " ".join((text or "").replace("\x00", "").split()).casefold()
    if not sought:
        return None
    licensed = institutions.lsps_of_licence(conn, sought)
    for each in institutions.list_lsps(conn, scope, on):
        if sought in (str(each.id), each.name.casefold()) or each.id in licensed:
            return each.id
    raise NotFound("institutions.no_lsp", field="lsp", value=sought[:80])


def moment_meant(text: str | None, zone: str) -> datetime | None:
    """Return the instant: as ISO writes one, in `zone` unless it says which; of a day, its last moment there.

    Raises:
        InvalidInput: it is neither, or lies outside the calendar.
    """
    sought = (text or "").strip()
    if not sought:
        return None
    day = parse_date(sought)
    try:
        read = datetime.combine(day, time.max) if day else datetime.fromisoformat(sought)
    except ValueError:
        read = None
    if read is None or not 1950 <= read.year <= 2150:
        raise InvalidInput("reports.not_a_moment", field="known_at")
    return read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
