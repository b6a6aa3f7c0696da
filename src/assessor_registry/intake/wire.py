"""Cells as JSON, between the child process that reads a file and the one that asked for it."""

import math
from datetime import date, datetime, time, timedelta
from typing import Any

from assessor_registry.intake.cells import EMPTY, MISSING, Cell, Kind, number_text

Plain = str | float | int | bool | date | time | timedelta | None


def cell_from(value: Plain, *, formula: bool = False) -> Cell:
    """Return the cell for a value as the reader gives it. A cached value of a formula is only text from here on."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return _text("TRUE" if value else "FALSE") if formula else Cell(Kind.BOOL, value)
    if isinstance(value, int | float):
        if not math.isfinite(value):
            return _text(str(value))
        return Cell(Kind.FORMULA, number_text(value), True) if formula else Cell(Kind.NUMBER, float(value))
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return Cell(Kind.FORMULA, day.isoformat()) if formula else Cell(Kind.DATE, day)
    if formula:
        return Cell(Kind.FORMULA, str(value))
    return _text(str(value))


def _text(text: str) -> Cell:
    return Cell(Kind.TEXT, text)


def encode(cell: Cell) -> Any:
    """Return `cell` as something JSON can hold: the common kinds bare, the rare ones as an object."""
    match cell.kind:
        case Kind.DATE:
            return {"d": str(cell.value)}
        case Kind.FORMULA:
            return {"f": cell.value, "n": cell.numeric}
        case Kind.MISSING:
            return {"f": None}
    return cell.value


def decode(value: Any) -> Cell:
    """Return the cell that `encode` wrote."""
    if value is None:
        return EMPTY
    if isinstance(value, str):
        return Cell(Kind.TEXT, value)
    if isinstance(value, bool):
        return Cell(Kind.BOOL, value)
    if isinstance(value, float | int):
        return Cell(Kind.NUMBER, float(value))
    if "d" in value:
        return Cell(Kind.DATE, date.fromisoformat(value["d"]))
    return MISSING if value["f"] is None else Cell(Kind.FORMULA, value["f"], bool(value["n"]))
