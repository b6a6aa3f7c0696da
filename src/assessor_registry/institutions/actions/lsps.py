"""LSPs, their licences and networks. What a decree gave is never overwritten: it is ended, with the reason."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry.accounts.rules import PROVINCE, Actor
from assessor_registry.audit.actions import note
from assessor_registry.errors import Conflict, InvalidInput, NotFound
from assessor_registry.institutions import store
from assessor_registry.institutions.actions._rights import optional, require_lsp, require_province, required
from assessor_registry.institutions.rules import SIGNATURE_MODES, require_order
from assessor_registry.institutions.store import Licence, LicensedScheme, NetworkSchool

CHANGEABLE = ("name", "zone", "email", "phone", "head_name", "signature_mode")


def add_lsp(
    tx: Connection,
    actor: Actor,
    name: str,
    school_id: UUID,
    now: datetime,
    *,
    region_code: str | None = None,
    zone: str = "Asia/Makassar",
    email: str | None = None,
    phone: str | None = None,
    head_name: str | None = None,
    signature_mode: str = "print",
) -> UUID:
    """Add the LSP-P1 of a school; its region is the school's unless given. Return its id.

    Raises:
        Forbidden: the actor does not answer for the province.
        NotFound: no such school.
        InvalidInput: no name, no region known, an unknown signature mode.
    """
    require_province(actor)
    school = store.school_row(tx, school_id)
    if school is None or school.state == "merged":
        raise NotFound("institutions.not_found")
    region_code = region_code or school.region_code
    if region_code is None:
        raise InvalidInput("institutions.region_missing", field="region")
    row = {"name": required(name, "name"), "zone": zone, "email": optional(email), "phone": optional(phone),
           "head_name": optional(head_name), "signature_mode": _mode(signature_mode), "school_id": school_id,
           "region_code": region_code}  # fmt: skip
    identity = uuid4()
    store.insert(tx, "lsp", {**row, "id": identity, "created_at": now})
    note(tx, actor.author, "institutions.add_lsp", "lsp", identity, now=now, after={**row, "lsp": row["name"]})
    return identity


def change_lsp(tx: Connection, actor: Actor, lsp_id: UUID, changes: Mapping[str, str | None], now: datetime) -> None:
    """Change how an LSP is named and reached, its zone, its signature mode (`CHANGEABLE`).

    Raises:
        NotFound: no such LSP, or another's.
        InvalidInput: an unknown field or mode; no name.
    """
    require_lsp(actor, lsp_id)
    found = store.get_lsp(tx, PROVINCE, lsp_id, now.date())
    if found is None:
        raise NotFound("institutions.not_found")
    if unknown := sorted(set(changes) - set(CHANGEABLE)):
        raise InvalidInput("institutions.field_unknown", field=unknown[0])
    clean = {name: optional(value) for name, value in changes.items()}
    for name in ("name", "zone"):
        if name in clean:
            clean[name] = required(clean[name] or "", name)
    if "signature_mode" in clean:
        _mode(clean["signature_mode"] or "")
    store.change(tx, "lsp", lsp_id, clean)
    before = {name: getattr(found, name) for name in clean}
    note(tx, actor.author, "institutions.change_lsp", "lsp", lsp_id, now=now, before=before, after=clean)


def give_licence(
    tx: Connection,
    actor: Actor,
    lsp_id: UUID,
    number: str,
    decree_number: str,
    first_day: date,
    last_day: date,
    now: datetime,
    *,
    file_id: UUID | None = None,
) -> UUID:
    """Enter a licence that BNSP gave; the days are those of the decree, both included. Return its id.

    Raises:
        Forbidden: the actor does not answer for the province.
        NotFound: no such LSP.
        InvalidInput: no number, or days in reverse.
        Conflict: this decree is entered already.
    """
    require_province(actor)
    require_order(first_day, last_day)
    decree_number = required(decree_number, "decree_number")
    if store.get_lsp(tx, PROVINCE, lsp_id, first_day) is None:
        raise NotFound("institutions.not_found")
    if any(known.decree_number == decree_number for known in store.licences_of(tx, lsp_id)):
        raise Conflict("institutions.decree_known", field="decree_number", decree=decree_number)
    row = {"lsp_id": lsp_id, "decree_number": decree_number, "first_day": first_day, "last_day": last_day,
           "granted_until": last_day, "file_id": file_id}  # fmt: skip
    number = required(number, "number")
    identity = uuid4()
    store.insert(tx, "licence", {**row, "number": number, "id": identity, "known_at": now})
    note(tx, actor.author, "institutions.give_licence", "licence", identity, now=now, after={**row, "licence": number})
    return identity


def license_scheme(
    tx: Connection,
    actor: Actor,
    licence_id: UUID,
    scheme_id: UUID,
    now: datetime,
    *,
    first_day: date | None = None,
    last_day: date | None = None,
) -> UUID:
    """Let a licence cover a scheme, on the licence's days unless others are given. Return the row's id.

    Raises:
        Forbidden: the actor does not answer for the province.
        NotFound: no such licence.
        InvalidInput: days in reverse.
    """
    require_province(actor)
    licence = _licence(tx, licence_id)
    first_day, last_day = first_day or licence.first_day, last_day or licence.granted_until
    require_order(first_day, last_day)
    row = {"licence_id": licence_id, "scheme_id": scheme_id, "first_day": first_day, "last_day": last_day,
           "granted_until": last_day}  # fmt: skip
    identity = uuid4()
    store.insert(tx, "licensed_scheme", {**row, "id": identity, "known_at": now})
    note(tx, actor.author, "institutions.license_scheme", "licensed_scheme", identity, now=now, after=row)
    return identity


def network_school(
    tx: Connection,
    actor: Actor,
    lsp_id: UUID,
    school_id: UUID,
    first_day: date,
    decree_number: str,
    now: datetime,
    *,
    last_day: date | None = None,
    decree_date: date | None = None,
) -> UUID:
    """Put a school into an LSP's network, as the province decreed; without a last day until it is ended.

    Raises:
        Forbidden: the actor does not answer for the province.
        NotFound: no such LSP or school.
        InvalidInput: it is the LSP's own school; days in reverse; no decree.
    """
    require_province(actor)
    require_order(first_day, last_day)
    lsp, school = store.get_lsp(tx, PROVINCE, lsp_id, first_day), store.school_row(tx, school_id)
    if lsp is None or school is None or school.state == "merged":
        raise NotFound("institutions.not_found")
    if lsp.school_id == school_id:
        raise InvalidInput("institutions.own_school", field="school", name=school.name)
    row = {"lsp_id": lsp_id, "school_id": school_id, "first_day": first_day, "last_day": last_day,
           "granted_until": last_day, "decree_number": required(decree_number, "decree_number"),
           "decree_date": decree_date}  # fmt: skip
    identity = uuid4()
    store.insert(tx, "network_school", {**row, "id": identity, "known_at": now})
    note(tx, actor.author, "institutions.network_school", "network_school", identity, now=now, after=row)
    return identity


def end_licence(tx: Connection, actor: Actor, licence_id: UUID, last_day: date, reason: str, now: datetime) -> None:
    """End a licence before its time (dicabut, dikembalikan): `last_day` is its last; what the decree gave is kept.

    Raises:
        Forbidden: the actor does not answer for the province.
        NotFound: no such licence.
        InvalidInput: no reason; a day outside the licence's days.
    """
    _end(tx, actor, "licence", _licence(tx, licence_id), last_day, reason, now)


def end_licensed_scheme(
    tx: Connection, actor: Actor, licensed_id: UUID, last_day: date, reason: str, now: datetime
) -> None:
    """Take a scheme out of a licence before its time; as `end_licence`."""
    found = store.get_licensed_scheme(tx, licensed_id)
    if found is None:
        raise NotFound("institutions.not_found")
    _end(tx, actor, "licensed_scheme", found, last_day, reason, now)


def end_network_school(
    tx: Connection, actor: Actor, network_id: UUID, last_day: date, reason: str, now: datetime
) -> None:
    """Take a school out of a network; as `end_licence`."""
    found = store.get_network_school(tx, network_id)
    if found is None:
        raise NotFound("institutions.not_found")
    _end(tx, actor, "network_school", found, last_day, reason, now)


def _end(
    tx: Connection,
    actor: Actor,
    kind: str,
    found: Licence | LicensedScheme | NetworkSchool,
    last_day: date,
    reason: str,
    now: datetime,
) -> None:
    require_province(actor)
    reason = required(reason, "reason")
    require_order(found.first_day, last_day)
    if found.last_day is not None and last_day >= found.last_day:
        raise InvalidInput("institutions.ends_no_earlier", field="last_day", last_day=found.last_day)
    store.change(tx, kind, found.id, {"last_day": last_day, "ended_reason": reason, "ended_known_at": now})
    note(tx, actor.author, f"institutions.end_{kind}", kind, found.id, now=now, reason=reason,
         before={"last_day": found.last_day}, after={"last_day": last_day})  # fmt: skip


def _licence(tx: Connection, licence_id: UUID) -> Licence:
    found = store.get_licence(tx, licence_id)
    if found is None:
        raise NotFound("institutions.not_found")
    return found


def _mode(mode: str) -> str:
    if mode not in SIGNATURE_MODES:
        raise InvalidInput("institutions.signature_mode_unknown", field="signature_mode", value=mode)
    return mode
