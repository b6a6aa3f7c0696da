"""What an assessor sees of a schedule while recording: the candidates, whose part is whose, how far each is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypedDict
from uuid import UUID

from assessor_registry.assessments import store
from assessor_registry.assessments.rules import Content, OtherPart, unassessed
from assessor_registry.db.engine import Connection
from assessor_registry.errors import InvalidInput
from assessor_registry.words import gettext as _

EMPTY = Content()


@dataclass(frozen=True, slots=True)
class Entry:
    """One candidate on the assessor's screen. `key` is attempt and part, as the phone's store names it."""

    attempt: store.AttemptFact
    part: int
    draft: store.DraftRow | None
    record_id: UUID | None
    code: str | None
    others: tuple[OtherPart, ...] = ()
    units: tuple[Any, ...] = field(default=(), repr=False)
    # The version of what somebody else began and left: the first save takes it over.
    left_at: int = 0

    @property
    def attempt_id(self) -> UUID:
        """The attempt."""
        return self.attempt.id

    @property
    def name(self) -> str:
        """The candidate's name."""
        return self.attempt.student_name

    @property
    def nisn(self) -> str | None:
        """The candidate's NISN."""
        return self.attempt.nisn

    @property
    def key(self) -> str:
        """What the phone calls this draft."""
        return f"{self.attempt.id}:{self.part}"

    @property
    def version(self) -> int:
        """The version that is shown; 0 while nothing is saved."""
        return self.draft.version if self.draft else self.left_at

    @property
    def signed(self) -> bool:
        """Whether this part is signed and no correction is open."""
        return self.record_id is not None

    @property
    def own_units(self) -> tuple[Any, ...]:
        """The units that are left for this part: those that no other part has assessed."""
        taken = {code for other in self.others for code in other.units}
        return tuple(unit for unit in self.units if unit.code not in taken)

    @property
    def elsewhere_bk(self) -> bool:
        """Whether a colleague's part has a unit that is not yet competent: the recommendation is about all units."""
        return any("BK" in other.units.values() for other in self.others)

    @property
    def content(self) -> "Shown":
        """What is filled in, as the page and the phone hold it."""
        return shown(self.draft.content if self.draft else EMPTY)

    @property
    def missing(self) -> int:
        """How many units nobody has assessed yet."""
        return unassessed(self.draft.content if self.draft else EMPTY, self.units, self.others)

    @property
    def progress(self) -> str:
        """`Belum dinilai: 3`."""
        if self.missing:
            return _("Belum dinilai: {n}").format(n=self.missing)
        return _("Semua unit sudah dinilai")


class Shown(TypedDict):
    """What an assessor sees and fills in."""

    outcome: str | None
    units: dict[str, str]
    note: str | None
    acknowledgement: str | None
    handed_on: bool


def shown(content: Content) -> Shown:
    """Content as JSON."""
    return {
        "outcome": content.outcome,
        "units": dict(content.units),
        "note": content.note,
        "acknowledgement": content.acknowledgement,
        "handed_on": content.handed_on,
    }


def marks_of(form: Mapping[str, Any]) -> dict[str, Any]:
    """The units of a form: `unit-<code>` is K or BK."""
    return {name.removeprefix("unit-"): value for name, value in form.items() if name.startswith("unit-")}


def content_of(given: Mapping[str, Any], entry: Entry) -> Content:
    """Read what a phone or a form sent; the overall recommendation follows from the units of all parts.

    What a phone does not show stays as it was saved: kinds of evidence of one's own.

    Raises:
        InvalidInput: it is not of this shape.
    """
    outcome, marks, note = given.get("outcome"), given.get("units") or {}, given.get("note")
    acknowledgement, handed_on = given.get("acknowledgement"), given.get("handed_on") or False
    texts = (outcome, note, acknowledgement)
    if (
        not isinstance(marks, Mapping)
        or not isinstance(handed_on, bool)
        or any(text is not None and not isinstance(text, str) for text in texts)
        or any(not isinstance(code, str) or not isinstance(mark, str) for code, mark in marks.items())
        or "\x00" in f"{outcome}{note}{acknowledgement}{marks}"
    ):
        raise InvalidInput("web.invalid")
    results = {str(code): str(mark) for code, mark in marks.items()}
    taken = [result for other in entry.others for result in other.units.values()]
    done = len(results) + len(taken) >= len(entry.units) > 0
    decided = "BK" if "BK" in [*results.values(), *taken] else "K"
    before = entry.draft.content if entry.draft else EMPTY
    return Content(
        outcome=outcome or None,
        units=results,
        evidence=before.evidence,
        recommendation=decided if done and outcome == "assessed" and not handed_on else None,
        note=note or None,
        acknowledgement=acknowledgement or None,
        handed_on=handed_on,
    )


def entries(conn: Connection, assessor_id: UUID, schedule_id: UUID) -> list[Entry]:
    """Return the candidates that are this assessor's to record, in the order of their names."""
    attempts = store.attempts_of_schedule(conn, schedule_id)
    ids = [attempt.id for attempt in attempts]
    drafts: dict[UUID, list[store.DraftRow]] = {}
    for row in store.drafts_of(conn, ids):
        drafts.setdefault(row.attempt_id, []).append(row)
    heads = store.heads(conn, ids)
    codes = store.codes(conn, [record for record, _state in heads.values()])
    units = store.units_of(conn, {attempt.version_id for attempt in attempts})
    others = store.other_parts(conn, ids)
    found = []
    for attempt in attempts:
        part = _part_of(assessor_id, attempt, drafts.get(attempt.id, []))
        if part is None:
            continue
        draft = next((row for row in drafts.get(attempt.id, []) if row.part == part), None)
        left = draft.version if draft is not None and draft.abandoned and draft.assessor_id != assessor_id else 0
        draft = None if left else draft
        record = None if draft is not None and draft.record_id is None else heads.get((attempt.id, part), (None,))[0]
        rest = tuple(store.without(others.get(attempt.id, {}), part))
        found.append(
            Entry(
                attempt, part, draft, record, codes.get(record) if record else None, rest, units[attempt.version_id],
                left,
            )
        )  # fmt: skip
    return found


def _part_of(assessor_id: UUID, attempt: store.AttemptFact, drafts: list[store.DraftRow]) -> int | None:
    """Which part of an attempt is this assessor's: one begun, the first when given to them, the rest when handed on."""
    drafts = [row for row in drafts if not row.abandoned]
    own = [row.part for row in drafts if row.assessor_id == assessor_id]
    if own:
        return max(own)
    if attempt.allocated_to in (None, assessor_id) and not drafts:
        return 1
    if drafts and all(row.handed_on for row in drafts):
        return max(row.part for row in drafts) + 1
    return None


def day_range(first: date, last: date) -> str:
    """`21 November 2026` or `21 November 2026 – 22 November 2026`."""
    from assessor_registry.words import long_date

    return long_date(first) if first == last else f"{long_date(first)} – {long_date(last)}"
