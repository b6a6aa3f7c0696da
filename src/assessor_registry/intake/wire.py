"""Cells as JSON, between the child process that reads a file and the one that asked for it."""

import math
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from assessor_registry.intake.cells import EMPTY, MISSING, Cell, Kind, number_text

Plain = str | float | int | bool | date | time | timedelta | None
Wire = str | float | bool | dict[str, Any] | None

MISSING_WIRE: Wire = {"f": None}
_TEXT = Kind.TEXT
_cell = partial(tuple.__new__, Cell)


def pack(value: Plain) -> Wire:
    """Return what a cell without formula holds, as JSON: the common kinds bare, a date as an object."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else str(value)
    if isinstance(value, date):
        return {"d": (value.date() if isinstance(value, datetime) else value).isoformat()}
    return None if value is None else str(value) or None


def pack_formula(value: Plain) -> Wire:
    """Return the cached value of a formula: from here on it is only text."""
    if isinstance(value, bool):
        return {"f": "TRUE" if value else "FALSE", "n": False}
    if isinstance(value, int | float) and math.isfinite(value):
        return {"f": number_text(value), "n": True}
    if isinstance(value, datetime):
        value = value.date()
    return MISSING_WIRE if value is None or value == "" else {"f": str(value), "n": False}


def unpack_row(cells: list[Wire]) -> tuple[Cell, ...]:
    """Return the cells of a row; the most common are made here, without asking further what they are."""
    return tuple(
        [
            _cell((_TEXT, wire, False)) if type(wire) is str else EMPTY if wire is None else unpack(wire)
            for wire in cells
        ]
    )


def unpack(wire: Wire) -> Cell:
    """Return the cell that `pack` or `pack_formula` wrote."""
    if wire is None:
        return EMPTY
    if isinstance(wire, str):
        return Cell(_TEXT, wire)
    if isinstance(wire, bool):
        return Cell(Kind.BOOL, wire)
    if isinstance(wire, float | int):
        return Cell(Kind.NUMBER, float(wire))
    if "d" in wire:
        return Cell(Kind.DATE, date.fromisoformat(wire["d"]))
    return MISSING if wire["f"] is None else Cell(Kind.FORMULA, wire["f"], bool(wire["n"]))
