"""What a result must have before it is signed, and what is in force afterwards. Pure.

Two words are never merged: the assessor's *recommendation* (FR.AK.02), decided here, and the LSP's *decision* (pleno).
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from assessor_registry.errors import Conflict, Reason
from assessor_registry.signing.canonical import clean
from assessor_registry.signing.statement import text_clauses

NOTE_MOST = 2000
PARTS_MOST = 9
OUTCOMES = ("assessed", "absent", "withdrew")
RESULTS = ("K", "BK")
ACKNOWLEDGEMENTS = ("paper", "phone", "refused")
State = Literal["valid", "replaced", "contested", "annulled"]


@dataclass(frozen=True, slots=True)
class UnitFact:
    """One unit of the pinned scheme version, in its order."""

    position: int
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Content:
    """What an assessor has filled in for a part of an attempt; nothing of it is preselected.

    `units` is code → K or BK, only those that were assessed. `evidence` None: that of the schedule. `handed_on`: a
    colleague assesses the other units and gives the recommendation. `days` None: as the assignment has them.
    """

    outcome: str | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    evidence: tuple[str, ...] | None = None
    recommendation: str | None = None
    note: str | None = field(default=None, repr=False)
    acknowledgement: str | None = None
    handed_on: bool = False
    days: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True)
class OtherPart:
    """What another part of the same attempt says; `signed` False while it is a draft."""

    part: int
    units: Mapping[str, str]
    recommendation: str | None
    signed: bool


class Stale(Conflict):
    """Someone has saved meanwhile. `server` is what is stored now, so that the page can show both: nothing is lost."""

    def __init__(self, version: int, server: Content | None) -> None:
        super().__init__("assessments.stale", version=version)
        self.server = server


def shape_reasons(content: Content, units: Sequence[UnitFact], evidence: Iterable[str]) -> tuple[Reason, ...]:
    """Return what makes content unfit to be *saved*: words that do not exist. An incomplete draft is fine."""
    known = {unit.code for unit in units}
    choices = (
        ("outcome", content.outcome, OUTCOMES),
        ("recommendation", content.recommendation, RESULTS),
        ("acknowledgement", content.acknowledgement, ACKNOWLEDGEMENTS),
    )
    found = [
        Reason("assessments.unknown_choice", {"part": part, "value": value}, part)
        for part, value, allowed in choices
        if value is not None and value not in allowed
    ]
    found += [
        Reason("assessments.unknown_unit", {"unit": code}, "units") for code in content.units if code not in known
    ]
    found += [
        Reason("assessments.unknown_choice", {"part": code, "value": value}, "units")
        for code, value in content.units.items()
        if value not in RESULTS
    ]
    kinds = set(evidence)
    found += [
        Reason("assessments.unknown_choice", {"part": "evidence", "value": kind}, "evidence")
        for kind in content.evidence or ()
        if kind not in kinds
    ]
    return (*found, *note_reasons(content.note))


def note_reasons(note: str | None) -> tuple[Reason, ...]:
    """Return why a note can not be kept: too long, or not fit to be signed one day (the number of an identity card)."""
    if len(note or "") > NOTE_MOST:
        return (Reason("assessments.note_long", {"most": NOTE_MOST}, "note"),)
    text = clean(note or "", lines=True)
    return tuple(replace(each, field="note") for each in text_clauses("note", text)) if text else ()


def ready(
    content: Content,
    units: Sequence[UnitFact],
    *,
    evidence: Iterable[str] = (),
    others: Sequence[OtherPart] = (),
    all_units: bool = True,
) -> tuple[Reason, ...]:
    """Return what is still missing before `content` can be signed; empty when nothing is.

    `evidence` are the kinds chosen for the schedule. `all_units`: overall K needs every unit K (policy; FR.AK.02).
    """
    if content.outcome is None:
        return (Reason("assessments.no_outcome"),)
    if content.outcome != "assessed":
        return _ready_unassessed(content)
    return (
        *_ready_units(content, units, others),
        *(() if content.evidence or (content.evidence is None and tuple(evidence)) else (_NO_EVIDENCE,)),
        *_ready_recommendation(content, others, all_units),
        *_ready_note(content),
    )


_NO_EVIDENCE = Reason("assessments.no_evidence")


def _ready_unassessed(content: Content) -> tuple[Reason, ...]:
    """Absent and withdrew are outcomes: without recommendation, and absent without units."""
    found = []
    if content.outcome == "absent" and content.units:
        found.append(Reason("assessments.absent_with_units", {"count": len(content.units)}))
    if content.recommendation is not None:
        found.append(Reason("assessments.recommendation_without_assessment"))
    return (*found, *_ready_note(content))


def _ready_units(content: Content, units: Sequence[UnitFact], others: Sequence[OtherPart]) -> list[Reason]:
    elsewhere = {code for other in others for code in other.units}
    found = [Reason("assessments.unit_twice", {"unit": code}) for code in content.units if code in elsewhere]
    missing = [unit for unit in units if unit.code not in content.units and unit.code not in elsewhere]
    if not content.units:
        found.append(Reason("assessments.nothing_assessed"))
    # Who has the last word has counted every unit: none is left to be handed on.
    if missing and (not content.handed_on or any(other.recommendation for other in others)):
        found.append(Reason("assessments.units_missing", {"count": len(missing)}))
    if content.handed_on and not missing and not any(other.recommendation for other in others):
        found.append(Reason("assessments.nothing_handed_on"))
    return found


def _ready_recommendation(content: Content, others: Sequence[OtherPart], all_units: bool) -> list[Reason]:
    """Who ends the attempt gives the overall recommendation; K only when every unit is K, over all parts."""
    not_yet = {result for other in others for result in other.units.values()} | set(content.units.values())
    if content.handed_on:
        found = [] if content.recommendation is None else [Reason("assessments.recommendation_handed_on")]
        if all_units and "BK" in content.units.values() and any(other.recommendation == "K" for other in others):
            found.append(Reason("assessments.other_part_contradicts"))
        return found
    found = [Reason("assessments.other_part_unsigned", {"part": one.part}) for one in others if not one.signed]
    if content.recommendation is None:
        found.append(Reason("assessments.no_recommendation"))
    if content.recommendation == "K" and all_units and "BK" in not_yet:
        found.append(Reason("assessments.recommendation_contradicts"))
    return found


def _ready_note(content: Content) -> list[Reason]:
    """A note says what is not yet competent, or why BK although every unit is K; one covers several units."""
    wanted = "BK" in content.units.values() or content.recommendation == "BK"
    return [Reason("assessments.note_missing")] if wanted and not (content.note or "").strip() else []


def unassessed(content: Content, units: Sequence[UnitFact], others: Sequence[OtherPart] = ()) -> int:
    """Return how many units nobody has assessed yet ("Belum dinilai: 3")."""
    done = set(content.units) | {code for other in others for code in other.units}
    return sum(unit.code not in done for unit in units)


def state(
    *,
    annulled: datetime | None,
    contested: datetime | None,
    upheld: datetime | None,
    replaced_by: UUID | None,
) -> State:
    """Return what is true of a record now: annulled before contested before replaced; an upheld one is in force."""
    if annulled is not None:
        return "annulled"
    if contested is not None and upheld is None:
        return "contested"
    return "replaced" if replaced_by is not None else "valid"


def new_code(random: bytes) -> str:
    """Spell 16 random bytes (128 bits) as the code of a record: 26 characters of base32."""
    return base64.b32encode(random[:16]).decode("ascii").rstrip("=")


def normal_code(code: str) -> str:
    """Return a typed code as it is stored: case, spaces and dashes do not matter."""
    return "".join(char for char in code.upper() if char.isalnum())


def initials(name: str) -> str:
    """`Siti Nur Aminah` → `S. N. A.`: what the public page shows of a candidate."""
    return " ".join(f"{part[0].upper()}." for part in name.split() if part[0].isalnum())


def paper_reasons(last_day: date, today: date, limit_days: int) -> tuple[Reason, ...]:
    """Paper is entered from the last day of assessment until `limit_days` days after it."""
    if today < last_day:
        return (Reason("assessments.paper_early", {"last_day": last_day}),)
    latest = last_day + timedelta(days=limit_days)
    return () if today <= latest else (Reason("assessments.paper_late", {"latest": latest}),)
