"""Where an assessor serves, and when they serve no longer."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Connection

from assessor_registry.accounts.rules import Actor
from assessor_registry.assessors import store
from assessor_registry.assessors.actions._values import kept, require_version
from assessor_registry.assessors.rules import ENDED_REASONS
from assessor_registry.audit.actions import Entry, note, note_all
from assessor_registry.errors import Conflict, InvalidInput, NotFound
from assessor_registry.institutions import store as institutions


def move_employment(
    tx: Connection,
    actor: Actor,
    assessor_id: UUID,
    school_id: UUID,
    first_day: date | None,
    now: datetime,
    *,
    today: date,
    status: str | None = None,
    letter: str | None = None,
) -> bool:
    """Let an assessor serve at a school from `first_day` on; return whether anything changed.

    The school before ends the day before. `first_day` None means that nobody knows since when: only for the first
    school of someone. The same school again changes nothing. The person's region follows the school's.

    Raises:
        NotFound: no such assessor whom the actor sees, or no such school.
        Forbidden: others keep their data.
        InvalidInput: no first day, or one that is not after that of the present school.
    """
    found = kept(tx, actor, assessor_id, today)
    school = institutions.school_row(tx, school_id)
    if school is None or school.state == "merged":
        raise NotFound("assessors.school_not_found", field="school")
    present = store.open_employment(tx, assessor_id)
    if present is not None:
        if present["school_id"] == school_id:
            return False
        store.close_employment(tx, present["id"], _day_before(first_day, present["first_day"]))
    store.add_employment(
        tx,
        {"id": uuid4(), "assessor_id": assessor_id, "school_id": school_id, "first_day": first_day, "last_day": None,
         "status": status, "letter": letter, "known_at": now},
    )  # fmt: skip
    if school.region_code is not None and school.region_code != found.region_code:
        store.change(tx, assessor_id, found.version, {"region_code": school.region_code})
    note(tx, actor.author, "assessors.move_employment", "assessor", assessor_id, now=now,
         before=None if present is None else {"school_id": present["school_id"], "region_code": found.region_code},
         after={"school_id": school_id, "first_day": first_day, "status": status, "letter": letter,
                "region_code": school.region_code or found.region_code})  # fmt: skip
    return True


def follow_schools(tx: Connection, actor: Actor, school_ids: Collection[UUID], now: datetime) -> list[UUID]:
    """Let the region of everyone who serves at these schools be the school's; return whose region changed.

    Whoever calls rebuilds what `validity` derives from it: circulars of a region reach other people now.
    """
    moved = store.follow_schools(tx, school_ids)
    entries = [Entry(who, {"region_code": before}, {"region_code": after}) for who, before, after in moved]
    note_all(tx, actor.author, "assessors.follow_school", "assessor", entries, now=now)
    return [who for who, _before, _after in moved]


def _day_before(first_day: date | None, began: date | None) -> date:
    if first_day is None:
        raise InvalidInput("assessors.first_day_missing", field="first_day")
    if began is not None and first_day <= began:
        raise InvalidInput("assessors.moved_before_present", field="first_day", first_day=began)
    return first_day - timedelta(days=1)


def end_assessor(
    tx: Connection,
    actor: Actor,
    assessor_id: UUID,
    reason: str,
    day: date,
    version: int,
    now: datetime,
    *,
    today: date,
) -> int:
    """Say that someone assesses no longer from `day` on (retired, moved, head, died, other); return the new version.

    Certificates stay as they are: reminders cease, history remains.

    Raises:
        NotFound: none whom the actor sees.
        Forbidden: others keep their data.
        InvalidInput: an unknown reason.
        Conflict: they have ended already, or someone else changed them meanwhile.
    """
    found = kept(tx, actor, assessor_id, today)
    require_version(found, version)
    if reason not in ENDED_REASONS:
        raise InvalidInput("assessors.ended_reason_unknown", field="reason")
    if found.ended_on is not None:
        raise Conflict("assessors.ended_already", ended_on=found.ended_on)
    _write_end(tx, actor, found, {"ended_on": day, "ended_reason": reason, "ended_known_at": now},
               "assessors.end_assessor", now)  # fmt: skip
    return version + 1


def undo_end(tx: Connection, actor: Actor, assessor_id: UUID, version: int, now: datetime, *, today: date) -> int:
    """Take back that someone has ended; return the new version.

    Raises:
        NotFound: none whom the actor sees.
        Forbidden: others keep their data.
        Conflict: they have not ended, or someone else changed them meanwhile.
    """
    found = kept(tx, actor, assessor_id, today)
    require_version(found, version)
    if found.ended_on is None:
        raise Conflict("assessors.not_ended")
    _write_end(tx, actor, found, {"ended_on": None, "ended_reason": None, "ended_known_at": None},
               "assessors.undo_end", now)  # fmt: skip
    return version + 1


def _write_end(
    tx: Connection, actor: Actor, found: store.Assessor, after: dict[str, object], act: str, now: datetime
) -> None:
    if not store.change(tx, found.id, found.version, after):
        raise Conflict("assessors.changed_meanwhile")
    before = {"ended_on": found.ended_on, "ended_reason": found.ended_reason}
    told = {name: value for name, value in after.items() if name != "ended_known_at"}
    note(tx, actor.author, act, "assessor", found.id, now=now, before=before, after=told)
