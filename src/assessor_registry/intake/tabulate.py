"""From sheets to the one table that is meant. Pure."""

from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from assessor_registry.errors import InvalidInput
from assessor_registry.intake.cells import Sheet
from assessor_registry.intake.findings import Finding, RowReader, is_data
from assessor_registry.intake.headings import Table, Vocabulary, locate

T = TypeVar("T")


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
    others = [other.name for other, its in found if other is not sheet and its.complete]
    return sheet, table, tuple(_about_file(table, others))


def _about_file(table: Table, others: list[str]) -> Iterable[Finding]:
    for label in table.doubled:
        yield Finding("warned", table.heading_row, label, label, "intake.heading_twice", {"label": label})
    if others:
        params = {"sheet": table.sheet_name, "others": ", ".join(others)}
        yield Finding("warned", table.heading_row, "", "", "intake.other_sheets", params)


def data_rows(
    sheet: Sheet, table: Table, numbers: Collection[str], read: Callable[[RowReader], T]
) -> tuple[list[T], tuple[int, ...]]:
    """Return what `read` makes of the rows of the table, and the numbers of rows with something in them that are none.

    A row has one of the fields `numbers`, or enough others (`is_data`).
    """
    labels = {name: table.labels[column].casefold() for name, column in table.columns.items()}
    rows: list[T] = []
    skipped: list[int] = []
    for row in sheet.rows:
        if row.number > table.heading_row:
            reader = RowReader(row, table)
            if is_data(reader, numbers, labels):
                rows.append(read(reader))
            else:
                skipped.append(row.number)
    return rows, tuple(skipped)
