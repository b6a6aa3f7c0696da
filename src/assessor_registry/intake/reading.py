"""The child process: reads one file that may be hostile and writes its rows as JSON lines to standard output.

`python -m assessor_registry.intake.reading FILE SUFFIX KEEP LIMITS`. Begins by limiting itself, so that whatever the
file does, this process ends and the one that asked lives. Lines: {"sheet": name}, [row number, [cells]], …; the last
is {"end": true} or {"refused": code, "params": {…}}. Nothing is written to standard error: a panic would show data.
"""

import gc
import json
import resource
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import msgspec

from assessor_registry.errors import InvalidInput
from assessor_registry.intake.cells import Row
from assessor_registry.intake.delimited import SHEET, read_delimited
from assessor_registry.intake.headings import SEARCH_ROWS, Vocabulary, locate
from assessor_registry.intake.limits import Limits
from assessor_registry.intake.prescan import SheetScan, prescan
from assessor_registry.intake.vocabulary import STUDENTS
from assessor_registry.intake.wire import MISSING_WIRE, Wire, pack, pack_formula, unpack_row

KEEP: dict[str, Vocabulary | None] = {"all": None, "students": STUDENTS}
ZIP, OLE = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm")
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")

PackedRow = tuple[int, list[Wire]]


def main(arguments: list[str]) -> None:
    """Read the file and print its rows, or why it can not be read."""
    path, suffix, keep, numbers = arguments
    limits = Limits(**json.loads(numbers))
    limit_process(limits)
    gc.disable()  # it lives for one file
    try:
        for name, rows in read_sheets(Path(path), suffix, limits):
            _print({"sheet": name})
            for row in reduced(name, rows, KEEP[keep]):
                _print(row)
        _print({"end": True})
    except InvalidInput as refusal:
        _print({"refused": refusal.code, "params": refusal.params})
    except MemoryError:
        _print({"refused": "workbook.too_heavy", "params": {}})
    except BaseException:  # also the reader's PanicException: a damaged file has a thousand ways to fail
        _print({"refused": "workbook.broken", "params": {}})


def limit_process(limits: Limits) -> None:
    """Limit memory, processor time, output and open files of this process; no core dump, which would hold data."""
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.output_bytes),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (most, most))


def read_sheets(path: Path, suffix: str, limits: Limits) -> Iterator[tuple[str, Iterable[PackedRow]]]:
    """Yield the name and rows of each visible worksheet, or the one of a text file.

    Raises:
        InvalidInput: the file is of no kind that can be read, or breaks a limit.
        Exception: the file is damaged.
    """
    if path.stat().st_size > limits.packed_bytes:
        raise InvalidInput("workbook.too_large", limit=limits.packed_bytes >> 20)
    with path.open("rb") as stream:
        head = stream.read(1024)
    if not head.strip():
        raise InvalidInput("workbook.empty_file")
    if head.startswith(OLE):
        raise InvalidInput("workbook.encrypted" if ENCRYPTED in path.read_bytes() else "workbook.old_format")
    if head.startswith(ZIP) and suffix not in TEXT_SUFFIXES:
        yield from _worksheets(path, limits)
    elif head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        raise InvalidInput("workbook.web_page")
    elif suffix in WORKBOOK_SUFFIXES or head.startswith(ZIP):
        raise InvalidInput("workbook.not_a_workbook")
    else:
        yield SHEET, read_delimited(path, limits)


def _worksheets(path: Path, limits: Limits) -> Iterator[tuple[str, Iterable[PackedRow]]]:
    scans = prescan(path, limits)
    from python_calamine import SheetTypeEnum, SheetVisibleEnum, load_workbook

    book = load_workbook(str(path))
    for about in book.sheets_metadata:
        if about.visible is SheetVisibleEnum.Visible and about.typ is SheetTypeEnum.WorkSheet:
            if about.name not in scans:
                raise InvalidInput("workbook.broken")
            sheet = book.get_sheet_by_name(about.name)
            yield about.name, _rows(sheet, scans[about.name], limits)


def _rows(sheet: Any, scan: SheetScan, limits: Limits) -> Iterator[PackedRow]:
    if sheet.start is None and not scan.formulas and not scan.errors:
        return
    special: dict[int, list[int]] = {}
    for row, column in scan.formulas | scan.errors:
        special.setdefault(row, []).append(column)
    merged = _merged_down(sheet, limits)
    carried: dict[int, Wire] = {}
    for index, values in enumerate(_values(sheet, max(special, default=-1))):
        cells: list[Wire] = [(value or None) if type(value) is str else pack(value) for value in values]
        for column in special.get(index, ()):
            _mark(cells, index, column, scan, values)
        for column, first in merged.get(index, ()):
            if first:
                carried[column] = cells[column] if column < len(cells) else None
            elif column < len(cells) and cells[column] is None:
                cells[column] = carried.get(column)
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            yield index + 1, cells


def _values(sheet: Any, last_special: int) -> Iterator[list[Any]]:
    """Yield the rows from row 1 and column A; a formula without a value may stand below the last value.

    The reader gives the empty rows before the first value, but not the empty columns.
    """
    count = 0
    if sheet.start is not None:
        for values in sheet.iter_rows():
            count += 1
            yield [""] * (sheet.end[1] + 1 - len(values)) + values
    for _ in range(count, last_special + 1):
        yield []


def _mark(cells: list[Wire], row: int, column: int, scan: SheetScan, values: list[Any]) -> None:
    """Make the cell a formula: with its cached value, as an honest empty text, or as missing."""
    cells.extend([None] * (column + 1 - len(cells)))
    if (row, column) in scan.errors:
        cells[column] = MISSING_WIRE
    elif (value := values[column] if column < len(values) else None) in (None, ""):
        cells[column] = None if (row, column) in scan.empty_text else MISSING_WIRE
    else:
        cells[column] = pack_formula(value)


def _merged_down(sheet: Any, limits: Limits) -> dict[int, list[tuple[int, bool]]]:
    """Return row → [(column, is it the first row)] of cells merged over several rows: all show the first's value."""
    merged: dict[int, list[tuple[int, bool]]] = {}
    for (first, column), (last, _) in sheet.merged_cell_ranges or ():
        for row in range(first, min(last, limits.farthest_row) + 1) if last > first else ():
            merged.setdefault(row, []).append((column, row == first))
    return merged


def reduced(name: str, rows: Iterable[PackedRow], vocabulary: Vocabulary | None) -> Iterable[PackedRow]:
    """Drop what the registry has no use for before it leaves this process.

    With a vocabulary only its columns stay below the headings; of a sheet without such headings only the row that
    looks most like headings stays, so that the refusal can say what was found.
    """
    if vocabulary is None:
        return rows
    source = iter(rows)
    first = list(islice(source, SEARCH_ROWS))
    sample = tuple(Row(number, unpack_row(cells)) for number, cells in first)
    table = locate(name, sample, vocabulary)
    if table is None:
        return []
    if not table.complete:
        return [row for row in first if row[0] == table.heading_row]
    kept = sorted(table.columns.values())
    return (row if row[0] <= table.heading_row else (row[0], _only(row[1], kept)) for row in chain(first, source))


def _only(cells: list[Wire], kept: list[int]) -> list[Wire]:
    """Return the cells of the columns `kept`, from left to right, where they were."""
    filled = [column for column in kept if column < len(cells) and cells[column] is not None]
    only: list[Wire] = [None] * (filled[-1] + 1 if filled else 0)
    for column in filled:
        only[column] = cells[column]
    return only


def _print(line: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")


if __name__ == "__main__":
    main(sys.argv[1:])
    try:
        sys.stdout.flush()
    except OSError:  # the output is over its limit: the missing end says so
        sys.stderr = None
        raise SystemExit(3) from None
