"""The workbook of `export`, read back by another library."""

from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from tests.world import ZONE, World

from assessor_registry.cli.lists import Day, sheets
from assessor_registry.printing import workbook
from assessor_registry.reports import export

Rows = list[dict[str, Any]]


def read(content: bytes) -> dict[str, Rows]:
    """The rows of each sheet, heading → value; a day is a date."""
    found: dict[str, Rows] = {}
    for sheet in load_workbook(BytesIO(content)):
        heads, *lines = ([_plain(cell) for cell in row] for row in sheet.iter_rows(values_only=True))
        assert len(set(heads)) == len(heads), f"two columns of one name in {sheet.title}"
        found[sheet.title] = [dict(zip(heads, line, strict=True)) for line in lines]
    return found


def _plain(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) and value.time() == datetime.min.time() else value


def exported(world: World, on: date | None = None) -> dict[str, Rows]:
    """The workbook of a world, read back; who ends within a year of the day is ending."""
    on = on or world.today
    with world.db.transaction() as tx:
        export.of_one_moment(tx)
        return read(workbook.write(sheets(tx, Day(on, on + timedelta(days=365), world.now, ZONE), {})))


def values(rows: Rows, *names: str) -> list[tuple[Any, ...]]:
    """Some columns of a list."""
    return [tuple(row[name] for name in names) for row in rows]
