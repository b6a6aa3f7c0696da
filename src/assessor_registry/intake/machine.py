"""An import as one JSON object, for a program or a log: personal values are masked, row numbers are Excel's."""

from collections.abc import Iterable
from typing import Any

from assessor_registry import words
from assessor_registry.audit.rules import mask
from assessor_registry.errors import Param, Reason
from assessor_registry.intake.findings import Finding
from assessor_registry.intake.plan_rules import Plan

# Fields whose values name nobody; all others are masked, those of columns that nobody knows too.
OPEN = frozenset(
    {"school_name", "npsn", "certificate_date", "expiry_date", "scheme", "technical_date", "technical_expiry", "lsp",
     "appointment_date", "appointment_until", "siapkerja", "province", "class_group"}
)  # fmt: skip
# Parameters of sentences that repeat what stands in the cell, or what the registry knows of the person.
_PERSONAL = frozenset({"value", "birth_date", "sex"})


def told(plan: Plan) -> dict[str, Any]:
    """{read, new, changed, same, corrections, refused: […], warned: […]}; warned leaves out rows that are refused."""
    counts = plan.counts
    refused = [row for row in plan.rows if row.outcome == "refused"]
    others = [row for row in plan.rows if row.outcome != "refused"]
    return {
        **{name: counts[name] for name in ("read", "new", "changed", "same", "corrections")},
        "refused": _listed((each for row in refused for each in row.findings if each.level == "refused"), plan),
        "warned": _listed((*plan.findings, *(each for row in others for each in row.findings)), plan),
    }


def _listed(findings: Iterable[Finding], plan: Plan) -> list[dict[str, Any]]:
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
