"""From what was entered about a person to what is stored, and to what the trail may tell."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.assessors import store
from assessor_registry.assessors.rules import check_nik, normal_phone, search_name
from assessor_registry.errors import Conflict, Forbidden, InvalidInput, NotFound
from assessor_registry.secrecy import Secrecy

FIELDS = frozenset(
    {"name", "nik", "birth_place", "birth_date", "sex", "address", "city", "region_code", "phone", "email",
     "siapkerja", "remarks"}
)  # fmt: skip
_TEXTS = FIELDS - {"nik", "birth_date", "siapkerja", "remarks"}
STORED = (
    "name", "search_name", "nik_cipher", "nik_hash", "birth_place", "birth_date", "sex", "address", "city",
    "region_code", "phone", "email", "siapkerja", "remarks",
)  # fmt: skip


def stored(values: Mapping[str, Any], secrecy: Secrecy) -> dict[str, Any]:
    """Return the columns of what was entered (keys of `FIELDS`): blanks single, NIK sealed, name also for searching.

    Raises:
        InvalidInput: an unknown field; no name; a NIK that is not 16 digits; an unknown sex; no telephone number.
    """
    if unknown := sorted(set(values) - FIELDS):
        raise InvalidInput("assessors.field_unknown", field=unknown[0])
    row = {name: _clean(name, value) for name, value in values.items() if name != "nik"}
    if "name" in row:
        if not row["name"]:
            raise InvalidInput("assessors.name_missing", field="name")
        row["search_name"] = search_name(row["name"])
    if row.get("sex") not in {None, "L", "P"}:
        raise InvalidInput("assessors.sex_unknown", field="sex")
    if "nik" in values:
        row |= _sealed(values["nik"], secrecy)
    return row


def _clean(name: str, value: Any) -> Any:
    if name == "phone" and value:
        phone = normal_phone(str(value))
        if phone is None:
            raise InvalidInput("assessors.phone_unreadable", field="phone")
        return phone
    if name in _TEXTS:
        return " ".join(str(value).split()) or None if value is not None else None
    return (str(value).strip() or None if value is not None else None) if name == "remarks" else value


def _sealed(nik: str | None, secrecy: Secrecy) -> dict[str, Any]:
    digits = "".join((nik or "").split())
    if not digits:
        return {"nik_cipher": None, "nik_hash": None}
    if any(reason.code == "nik.length" for reason in check_nik(digits, None, None)):
        raise InvalidInput("nik.length", field="nik", found=len(digits))
    return {"nik_cipher": secrecy.seal(digits), "nik_hash": secrecy.digest(digits)}


def told(row: Mapping[str, Any]) -> dict[str, object]:
    """Return what the trail is given of a row: of NIK and sex only whether they are there; it masks the rest itself."""
    shown: dict[str, object] = {
        name: value for name, value in row.items() if name not in {"nik_cipher", "nik_hash", "search_name"}
    }
    for name, kept in (("nik", "nik_hash"), ("sex", "sex")):
        if kept in row:
            shown[name] = None if row[kept] is None else "•"
    return shown


def kept(tx: Connection, actor: Actor, assessor_id: UUID, today: date) -> store.Assessor:
    """Return the assessor, whose data the actor keeps: to be seen, because appointed, is not enough to act on them.

    Raises:
        NotFound: there is none whom the actor sees.
        Forbidden: the actor sees them, and others keep their data.
    """
    found = store.get(tx, actor.scope, assessor_id, today)
    if found is None:
        raise NotFound("assessors.not_found")
    if not store.keeps(tx, actor.scope, [assessor_id], today):
        raise Forbidden("assessors.not_kept")
    return found


def require_version(found: store.Assessor, version: int) -> None:
    """Refuse to write over what someone else has written since.

    Raises:
        Conflict: the assessor is at another version.
    """
    if found.version != version:
        raise Conflict("assessors.changed_meanwhile")
