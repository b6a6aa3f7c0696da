"""export: the registry's lists in one workbook."""

import os
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from assessor_registry.cli import app
from assessor_registry.cli.common import AS_JSON, Registry, day_option, registry, show
from assessor_registry.cli.files import new_file, require_free
from assessor_registry.errors import InvalidInput

if TYPE_CHECKING:
    from assessor_registry.db.engine import Connection

ENDING = ".xlsx"
FILE = typer.Argument(..., help="Buku kerja .xlsx yang akan ditulis; belum boleh ada.")


@app.command()
def export(
    file: Path = FILE,
    on: str = typer.Option("", "--on", help="Status pada hari itu, misalnya 2026-11-21; tanpa ini hari ini."),
    as_json: bool = AS_JSON,
) -> None:
    """Tulis daftar-daftar register ke satu buku kerja Excel: tanpa NIK, hanya dapat dibaca pemiliknya."""
    from assessor_registry import clock, words

    target = file.absolute()
    _require_usable(target)
    given = day_option(on, "--on") if on else None
    with registry() as found:
        now = clock.now()
        day = given or clock.day_of(now, found.settings.zone)
        with new_file(target) as unfinished:
            counts = _write(found, unfinished, day, now)
    if as_json:
        show({"file": str(target), "on": day.isoformat(), "sheets": counts})
        return
    typer.echo(f"{target}: keadaan {words.long_date(day)}, {sum(counts.values())} baris")
    for name, number in counts.items():
        typer.echo(f"  {name}: {number}")


def _write(found: Registry, unfinished: Path, on: date, now: datetime) -> dict[str, int]:
    """Fill the file and note it in the trail; return how many rows each list has.

    All lists are read at one moment. The trail has it before the file is in its place.
    """
    from assessor_registry.accounts.rules import system
    from assessor_registry.audit.actions import note
    from assessor_registry.cli.lists import Day, sheets
    from assessor_registry.printing import workbook
    from assessor_registry.reports.export import of_one_moment
    from assessor_registry.web.today import day_of

    def act(tx: "Connection") -> dict[str, int]:
        of_one_moment(tx)
        day = Day(on, day_of(tx, on).ending_until, now, found.settings.zone)
        counts: dict[str, int] = {}
        content = workbook.write(sheets(tx, day, counts), made_at=day.local(now))
        with unfinished.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        after = {"on": on, "rows": sum(counts.values())}
        note(tx, system("cli").author, "reports.export", "registry", None, now=now, after=after)
        return counts

    return found.database.perform(act)


def _require_usable(target: Path) -> None:
    if target.suffix.lower() != ENDING:
        raise InvalidInput("cli.export_ending", path=str(target))
    require_free(target)
