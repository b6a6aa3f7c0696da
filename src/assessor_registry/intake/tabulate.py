"""From sheets to the one table that is meant. Pure."""

from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from assessor_registry.errors import InvalidInput
from assessor_registry.intake.cells import Row, Sheet
from assessor_registry.intake.findings import Finding, RowReader, is_data, is_signature
from assessor_registry.intake.headings import FEWEST, Table, Vocabulary, locate

T = TypeVar("T")
_REPORTED = {(0, "Baris"), (1, "Hasil impor"), (2, "Alasan")}
"""How the sheet of all rows begins in a report that comes back: nobody wonders why that one is not read."""


def choose(sheets: Iterable[Sheet], vocabulary: Vocabulary) -> tuple[Sheet, Table, tuple[Finding, ...]]:
    """Return the sheet with the best headings, where they are, and what is to be said about the file as a whole.

    Raises:
        InvalidInput: `intake.no_headings`, or `intake.headings_missing` naming those found and those needed.
    """
    found = [(sheet, table) for sheet in sheets if (table := locate(sheet.name, sheet.rows, vocabulary))]
    if not found:
        raise InvalidInput("intake.no_headings", needed=", ".join(vocabulary.required.values()))
    sheet, table = max(found, key=lambda pair: pair[1].rank)
    if not table.complete:
        raise InvalidInput(
            "intake.headings_missing",
            sheet=sheet.name,
            row=table.heading_row,
            found=", ".join(table.found),
            needed=", ".join(vocabulary.required[field] for field in table.missing),
        )
    others = [its for other, its in found if other is not sheet and not its.labels.items() >= _REPORTED]
    return sheet, table, tuple(_about_file(table, others, vocabulary))


def _about_file(table: Table, others: list[Table], vocabulary: Vocabulary) -> Iterable[Finding]:
    for label, used in table.doubled:
        params = {"label": label, "used": used}
        yield Finding("warned", table.heading_row, label, label, "intake.heading_twice", params)
    if complete := [its.sheet_name for its in others if its.complete]:
        params = {"sheet": table.sheet_name, "others": ", ".join(complete)}
        yield Finding("warned", table.heading_row, "", "", "intake.other_sheets", params)
    for its in others:
        if its.missing and len(its.columns) > FEWEST:
            needed = ", ".join(vocabulary.required[field] for field in its.missing)
            params = {"other": its.sheet_name, "sheet": table.sheet_name, "needed": needed}
            yield Finding("warned", table.heading_row, "", "", "intake.other_sheet_incomplete", params)


def signature_lines(sheet: Sheet, table: Table, numbers: Collection[str]) -> tuple[Row, ...]:
    """Return the rows below the last one of the table that have words where a number should be."""
    labels = _folded(table)
    lines: list[Row] = []
    for row in reversed(sheet.rows):
        if row.number <= table.heading_row:
            return ()
        reader = RowReader(row, table)
        if is_data(reader, numbers, labels):
            if not is_signature(reader, numbers):
                break
            lines.append(row)
    return tuple(reversed(lines))


def said_of_lines(lines: Collection[Row], table: Table, numbers: Collection[str]) -> tuple[Finding, ...]:
    """They are told, not dropped: the last row of a table may have `menunggu` for its number."""
    if not lines:
        return ()
    label = table.label(next(name for name in numbers if name in table.columns))
    rows = ", ".join(str(line.number) for line in lines)
    params = {"rows": rows, "column": label}
    return (Finding("warned", table.heading_row, "", "", "intake.signature_lines", params),)


def _folded(table: Table) -> dict[str, str]:
    return {name: table.labels[column].casefold() for name, column in table.columns.items()}


def data_rows(
    sheet: Sheet,
    table: Table,
    numbers: Collection[str],
    read: Callable[[RowReader], T],
    *,
    below: Collection[Row] = (),
) -> tuple[list[T], tuple[int, ...]]:
    """Return what `read` makes of the rows of the table, and the numbers of rows with something in them that are none.

    A row has one of the fields `numbers`, or enough others (`is_data`), and is none of `below` the table.

    Raises:
        InvalidInput: there is no such row. An empty list of pupils would say that all of them are gone.
    """
    labels, lines = _folded(table), {each.number for each in below}
    rows: list[T] = []
    skipped: list[int] = []
    for row in sheet.rows:
        if row.number > table.heading_row:
            reader = RowReader(row, table)
            if row.number not in lines and is_data(reader, numbers, labels):
                rows.append(read(reader))
            else:
                skipped.append(row.number)
    if not rows:
        raise InvalidInput("intake.no_data", sheet=table.sheet_name, row=table.heading_row)
    return rows, tuple(skipped)
