"""What is done with students: a school's list goes in, as a whole or not at all; nobody is ever removed by a list."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor, Scope
from assessor_registry.audit.actions import Entry, note, note_all
from assessor_registry.db.engine import Database
from assessor_registry.errors import Conflict, InvalidInput, NotFound
from assessor_registry.institutions import store as institutions
from assessor_registry.secrecy import Secrecy
from assessor_registry.students import store
from assessor_registry.students.rules import nik_fits, nisn_fits, search_name

FIELDS = frozenset(
    {"name", "nisn", "nipd", "nik", "sex", "birth_place", "birth_date", "address", "phone", "email", "rombel"}
)
STORED = (
    "school_id", "name", "search_name", "nisn", "nipd", "nik_cipher", "nik_hash", "sex", "birth_place", "birth_date",
    "address", "phone", "email", "rombel",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewStudent:
    """A student to be added to a school; `values` has a name and any other of `FIELDS` (`nik` is 16 digits)."""

    school_id: UUID
    values: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """What changes of a student who is still at `version`; a field that is not named stays as it is.

    `school_id`: the school that they are at now, None when it stays.
    """

    student_id: UUID
    version: int
    values: Mapping[str, Any] = field(repr=False)
    school_id: UUID | None = None


def add_many(
    tx: Connection, actor: Actor, secrecy: Secrecy, new: Sequence[NewStudent], now: datetime, *, today: date
) -> list[UUID]:
    """Add students by COPY, however many with as many statements; return their ids in order.

    Raises:
        NotFound: a school outside the actor's scope.
        InvalidInput: no name; a NISN, NIK or sex that can not be.
        db.constraint: someone has the NISN, or the NIPD at the school, already (see `store.match_many`).
    """
    _require_schools(tx, actor, {one.school_id for one in new}, today)
    ids = [uuid4() for _ in new]
    empty: dict[str, Any] = dict.fromkeys(STORED)
    rows = [empty | _stored({"name": "", **one.values}, secrecy) | {"school_id": one.school_id} for one in new]
    store.copy_students(
        tx,
        [{**row, "id": identity, "version": 1, "created_at": now} for identity, row in zip(ids, rows, strict=True)],
    )
    entries = [Entry(identity, after=_told(row)) for identity, row in zip(ids, rows, strict=True)]
    note_all(tx, actor.author, "students.add_student", "student", entries, now=now)
    return ids


def change_many(
    tx: Connection, actor: Actor, secrecy: Secrecy, changes: Sequence[Change], now: datetime, *, today: date
) -> int:
    """Change students with one statement; return how many really differ. All or none.

    A student whom another school had is moved only by naming the new school, which must be the actor's.

    Raises:
        NotFound: a student or new school outside the actor's scope.
        InvalidInput: a value that can not be; or one who moves would have another name.
        Conflict: one of them changed meanwhile, or is gone.
    """
    present = store.locked(tx, [change.student_id for change in changes])
    _require_schools(tx, actor, {change.school_id or _at(present, change) for change in changes}, today)
    rows: list[dict[str, Any]] = []
    entries: list[Entry] = []
    for change in changes:
        old = present[change.student_id]
        if old["version"] != change.version:
            raise Conflict("students.changed_meanwhile")
        after = _stored(change.values, secrecy)
        if after.get("nik_hash", old["nik_hash"]) == old["nik_hash"]:
            after.pop("nik_cipher", None)  # the same number sealed again is no change
        after |= {"school_id": change.school_id} if change.school_id else {}
        if after.get("school_id", old["school_id"]) != old["school_id"] and _renames(after, old):
            raise InvalidInput("students.moved_and_renamed", field="name")
        differing = {name: value for name, value in after.items() if value != old[name]}
        if differing.keys() - {"search_name"}:
            whole = {name: differing.get(name, old[name]) for name in STORED}
            rows.append({**whole, "id": change.student_id, "version": change.version + 1})
            before = {name: old[name] for name in differing}
            entries.append(Entry(change.student_id, _told(before), _told(differing)))
    store.update_students(tx, rows)
    note_all(tx, actor.author, "students.change_student", "student", entries, now=now)
    return len(rows)


def mark_missing(
    tx: Connection, actor: Actor, school_id: UUID, seen: Collection[UUID], day: date, now: datetime
) -> tuple[list[UUID], list[UUID]]:
    """After a school's newest list: return who is missing from it for the first time, and who is back.

    They are only marked, so that someone can look; nobody is removed.

    Raises:
        NotFound: the school is outside the actor's scope.
    """
    _require_schools(tx, actor, {school_id}, day)
    missing, back = store.mark_missing(tx, school_id, seen, day), store.mark_found(tx, seen)
    gone = [Entry(one, {"missing_since": None}, {"missing_since": day}) for one in missing]
    note_all(tx, actor.author, "students.mark_missing", "student", gone, now=now)
    found = [Entry(one, None, {"missing_since": None}) for one in back]
    note_all(tx, actor.author, "students.mark_found", "student", found, now=now)
    return missing, back


def _renames(after: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    return bool(after.get("search_name", old["search_name"]) != old["search_name"])


def _at(present: Mapping[UUID, Mapping[str, Any]], change: Change) -> UUID:
    if change.student_id not in present:
        raise Conflict("students.changed_meanwhile")
    return UUID(str(present[change.student_id]["school_id"]))


def _require_schools(tx: Connection, actor: Actor, schools: Collection[UUID], today: date) -> None:
    scope: Scope = actor.scope
    for school_id in schools:
        found = institutions.get_school(tx, scope, school_id, today)
        if found is None or found.state == "merged":
            raise NotFound("students.school_not_found", field="school")


def _stored(values: Mapping[str, Any], secrecy: Secrecy) -> dict[str, Any]:
    if unknown := sorted(set(values) - FIELDS):
        raise InvalidInput("students.field_unknown", field=unknown[0])
    row = {name: _clean(value) for name, value in values.items() if name != "nik"}
    if "name" in row:
        if not row["name"]:
            raise InvalidInput("students.name_missing", field="name")
        row["search_name"] = search_name(row["name"])
    if row.get("nisn") and not nisn_fits(row["nisn"]):
        raise InvalidInput("students.nisn_length", field="nisn")
    if row.get("sex") not in {None, "L", "P"}:
        raise InvalidInput("students.sex_unknown", field="sex")
    if "nik" in values:
        nik = "".join((values["nik"] or "").split())
        if nik and not nik_fits(nik):
            raise InvalidInput("students.nik_length", field="nik")
        row |= {"nik_cipher": secrecy.seal(nik) if nik else None, "nik_hash": secrecy.digest(nik) if nik else None}
    return row


def _clean(value: Any) -> Any:
    return " ".join(value.split()) or None if isinstance(value, str) else value


def _told(row: Mapping[str, Any]) -> dict[str, object]:
    """What the trail is given: of the NIK and the sex only whether they are there; it masks the rest itself."""
    shown: dict[str, object] = {
        name: value for name, value in row.items() if name not in {"nik_cipher", "nik_hash", "search_name"}
    }
    for name, kept in (("nik", "nik_hash"), ("sex", "sex")):
        if kept in row:
            shown[name] = None if row[kept] is None else "•"
    return shown


def reveal_nik(
    db: Database, actor: Actor, secrecy: Secrecy, student_id: UUID, reason: str, now: datetime, *, today: date
) -> str | None:
    """Return the NIK in the clear, None when there is none on file.

    1. Whom the actor does not see does not exist.
    2. The audit row is committed in its own transaction: from here on the reveal is on record, whatever happens.
    3. Only then is the number opened.

    Raises:
        InvalidInput: no reason is given.
        NotFound: none whom the actor sees.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise InvalidInput("students.reason_missing", field="reason")
    with db.transaction() as tx:
        if store.get(tx, actor.scope, student_id, today) is None:
            raise NotFound("students.not_found")
        note(tx, actor.author, "students.reveal_nik", "student", student_id, now=now, reason=reason)
    with db.read() as conn:
        sealed = store.nik_cipher(conn, student_id)
    return None if sealed is None else secrecy.open(sealed)
