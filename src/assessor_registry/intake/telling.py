"""What an import said of its rows when it was applied, so that its page and its workbook say the same ever after.

A plan that is made anew afterwards knows nothing of it: the rows are then all the same as the registry. What is kept
quotes cells of the file, so it is sealed as the file is, and goes when the file goes.
"""

import json
import zlib
from dataclasses import replace
from datetime import date
from typing import Any, get_args

from assessor_registry.errors import Param
from assessor_registry.intake.findings import Finding, Level
from assessor_registry.intake.plan_rules import OUTCOMES, Change, Plan, PlannedRow
from assessor_registry.secrecy import Secrecy

_LEVELS: tuple[Level, ...] = get_args(Level)


def kept(secrecy: Secrecy, plan: Plan) -> bytes:
    """Return what is kept of a plan that is applied now: outcomes, findings, changes and corrections."""
    rows = [
        [row.row, OUTCOMES.index(row.outcome), [_told(each) for each in row.findings], _pairs(row.changes),
         _pairs(row.corrections)]
        for row in plan.rows
    ]  # fmt: skip
    told = {"rows": rows, "findings": [_told(each) for each in plan.findings]}
    return secrecy.seal_bytes(zlib.compress(json.dumps(told, ensure_ascii=False).encode()), "import")


def as_applied(secrecy: Secrecy, told: bytes, plan: Plan) -> Plan:
    """Return `plan`, made anew of the same file, saying of every row what was said when it was applied.

    Raises:
        ConfigurationError: the key is another one.
    """
    read = json.loads(zlib.decompress(secrecy.open_bytes(told, "import")))
    known = {row[0]: row for row in read["rows"]}
    rows = tuple(_again(row, known[row.row]) if row.row in known else row for row in plan.rows)
    return replace(plan, rows=rows, findings=tuple(_finding(each) for each in read["findings"]))


def _again(row: PlannedRow, told: list[Any]) -> PlannedRow:
    _row, outcome, findings, changes, corrections = told
    return replace(
        row,
        outcome=OUTCOMES[outcome],
        findings=tuple(_finding(each) for each in findings),
        changes=tuple(Change(*each) for each in changes),
        corrections=tuple(Change(*each) for each in corrections),
    )


def _pairs(changes: tuple[Change, ...]) -> list[list[str | None]]:
    return [[each.name, each.old, each.new] for each in changes]


def _told(each: Finding) -> list[Any]:
    params = {name: _param(value) for name, value in each.params.items()}
    return [_LEVELS.index(each.level), each.row, each.column, each.value, each.code, params]


def _finding(told: list[Any]) -> Finding:
    level, row, column, value, code, params = told
    read: dict[str, Param] = {
        name: date.fromisoformat(value["d"]) if isinstance(value, dict) else value for name, value in params.items()
    }
    return Finding(_LEVELS[level], row, column, value, code, read)


def _param(value: Param) -> object:
    return {"d": value.isoformat()} if isinstance(value, date) else value
