"""An import as one JSON object, for a program or a log: personal values are masked, row numbers are Excel's."""

from collections.abc import Iterable
from typing import Literal, NotRequired, TypedDict

from assessor_registry import words
from assessor_registry.audit.rules import mask
from assessor_registry.errors import Param, Reason
from assessor_registry.intake.findings import Finding
from assessor_registry.intake.plan_rules import Plan
from assessor_registry.intake.report import field_name
from assessor_registry.intake.scheme_plan import SchemeWork, works_of

# Fields whose values name nobody; all others are masked, those of columns that nobody knows too.
OPEN = frozenset(
    {"school_name", "npsn", "certificate_date", "expiry_date", "scheme", "technical_date", "technical_expiry", "lsp",
     "appointment_date", "appointment_until", "siapkerja", "province", "class_group",
     "scheme_number", "scheme_title", "kind", "level", "label", "source", "first_day", "complete", "cluster",
     "unit_code", "unit_title", "school_region"}
)  # fmt: skip
# Parameters of sentences that repeat what stands in the cell, or what the registry knows of the person.
_PERSONAL = frozenset({"value", "birth_date", "sex"})


class Pointed(TypedDict):
    """What is wrong or to be looked at: row as Excel shows it, column as the file has it, value masked if personal."""

    row: int
    column: str
    value: str
    code: str
    message: str


class Corrected(TypedDict):
    """A date of a known certificate that the file has otherwise."""

    row: int
    column: str
    old: str | None
    new: str | None


class SchemeTold(TypedDict):
    """What becomes of one scheme; `version` None: no new one is made. The others are codes of units."""

    row: int
    title: str
    outcome: Literal["new", "changed", "same"]
    version: str | None
    added: list[str]
    changed: list[str]
    removed: list[str]


class Told(TypedDict):
    """The answer to an import. The counts are of rows; `corrections` of dates that differ, each in `corrected`."""

    read: int
    new: int
    changed: int
    same: int
    corrections: int
    corrected: NotRequired[list[Corrected]]
    schemes: NotRequired[list[SchemeTold]]
    refused: list[Pointed]
    warned: list[Pointed]
    file: NotRequired[list[Pointed]]


def told(plan: Plan) -> Told:
    """{read, new, changed, same, corrections, refused: […], warned: […]}; warned leaves out rows that are refused.

    What is pointed out of the file as a whole, if anything, is in `file`, in the same form; row 0: of no row. Where a
    date of a known certificate differs, also `corrected`: each such date, {row, column, old, new}. Of a list of units
    also `schemes`: what becomes of each.
    """
    counts = plan.counts
    refused = [row for row in plan.rows if row.outcome == "refused"]
    others = [row for row in plan.rows if row.outcome != "refused"]
    answer: Told = {
        "read": counts["read"],
        "new": counts["new"],
        "changed": counts["changed"],
        "same": counts["same"],
        "corrections": counts["corrections"],
        "refused": _listed((each for row in refused for each in row.findings if each.level == "refused"), plan),
        "warned": _listed((each for row in others for each in row.findings), plan),
    }
    if counts["corrections"]:
        answer["corrected"] = _corrected(plan)
    if plan.kind == "schemes":
        answer["schemes"] = [_scheme(work) for work in works_of(plan)]
    if plan.findings:
        answer["file"] = _listed(plan.findings, plan)
    return answer


def _corrected(plan: Plan) -> list[Corrected]:
    return [
        {"row": row.row, "column": field_name(each.name), "old": each.old, "new": each.new}
        for row in plan.corrected
        for each in row.corrections
    ]


def _scheme(work: SchemeWork) -> SchemeTold:
    return {
        "row": work.row, "title": work.title, "outcome": work.outcome,
        "version": work.draft.label if work.draft else None,
        "added": list(work.added), "changed": list(work.changed), "removed": list(work.removed),
    }  # fmt: skip


def _listed(findings: Iterable[Finding], plan: Plan) -> list[Pointed]:
    fields = {label: field for field, label in plan.columns.items()}
    return [
        {
            "row": each.row,
            "column": each.column,
            "value": masked_value(each, fields.get(each.column, "")),
            "code": each.code,
            "message": words.sentence(masked_reason(each, fields.get(each.column, ""))),
        }
        for each in findings
    ]


def masked_value(finding: Finding, field: str) -> str:
    """The cell as shown, or its first letter."""
    return finding.value if field in OPEN else str(mask(finding.value) or "")


def masked_reason(finding: Finding, field: str) -> Reason:
    """The reason, for a sentence that repeats nothing personal."""
    if field in OPEN:
        return finding.reason
    params: dict[str, Param] = {
        name: str(mask(value) or "") if name in _PERSONAL else value for name, value in finding.params.items()
    }
    return Reason(finding.code, params)
