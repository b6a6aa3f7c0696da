"""What an audit row says and what it hides. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

# Values of these names never reach an audit row in the clear, whichever room they come from.
MASKED = frozenset(
    {"name", "login", "email", "phone", "address", "birth_place", "birth_date", "nik", "nisn", "nipd", "city",
     "number", "remarks", "search_name", "recipient", "head_name", "given_name", "note"}
)  # fmt: skip
DROPPED = frozenset({"nik_cipher", "nik_hash", "password", "passphrase", "password_hash", "secret", "code", "wrapped"})


@dataclass(frozen=True, slots=True)
class Author:
    """Who an audit row names: an account (None for the registry itself), the role in use, and the way in.

    `scope_kind` and `scope_ref` say where the role in use is held: only who audits that place sees the row. None:
    whoever acted had no role yet.
    """

    account_id: UUID | None
    role: str
    origin: str
    scope_kind: str | None = None
    scope_ref: str | None = None


def masked(values: Mapping[str, object] | None) -> dict[str, object] | None:
    """Return `values` fit for an audit row: secrets dropped, personal data masked, dates and ids as text."""
    if values is None:
        return None
    return {
        name: mask(value) if name in MASKED else _plain(value) for name, value in values.items() if name not in DROPPED
    }


def mask(value: object) -> object:
    """`Sugeng Budi` → `S…`; an empty value stays empty, so that a change from nothing to something is seen."""
    if value is None or value == "":
        return None
    return f"{str(value)[:1]}…"


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return masked({str(name): item for name, item in value.items()})
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value if isinstance(value, int | float | bool) or value is None else str(value)
