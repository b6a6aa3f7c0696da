"""What is told about a cell, and the reader of one row that collects it. Pure."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from assessor_registry.assessors.rules import NIK_LENGTH, Sex, check_nik, normal_phone
from assessor_registry.errors import Param, Reason
from assessor_registry.intake.cells import (
    EMPTY,
    Cell,
    Kind,
    Row,
    code_of_text,
    date_of,
    days_of,
    shown,
    squeeze,
    text_of,
)
from assessor_registry.intake.headings import Table, is_column_numbers, is_heading_again

Level = Literal["refused", "warned"]
FEWEST_FILLED = 3
"""Cells with a meaning that make a row without a number a row of the table and not part of a signature block."""

_SHORTENED = re.compile(r"^\d[,.]?\d*E\+?\d+$", re.IGNORECASE | re.ASCII)
"""A long number as a narrow column or a CSV shows it: `6,47201E+15`."""
_WORDS = re.compile(r"[A-Za-z]{2}")
_TOTALS = ("jumlah", "total", "subtotal", "sub total", "rekapitulasi", "rata-rata")
_SEXES: dict[str, Sex] = {"l": "L", "p": "P", "m": "L", "f": "P", "lk": "L", "pr": "P", "laki": "L", "pria": "L"}
_SEXES |= {"lakilaki": "L", "perempuan": "P", "wanita": "P", "male": "L", "female": "P"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about one cell, with the row number that Excel shows and the column's label as the file has it.

    `value` is the cell as shown and may be personal: mask it before it leaves for a log or a machine-readable report.
    """

    level: Level
    row: int
    column: str
    value: str
    code: str
    params: Mapping[str, Param] = field(default_factory=dict)

    @property
    def reason(self) -> Reason:
        """For `words.sentence`."""
        return Reason(self.code, self.params)


class RowReader:
    """Takes the fields of one row and collects what is to be said about them."""

    def __init__(self, row: Row, table: Table) -> None:
        self.row = row
        self.table = table
        self.findings: list[Finding] = []
        cells, width = row.cells, len(row.cells)
        self.cells = {
            name: cell
            for name, column in table.columns.items()
            if column < width and (cell := cells[column]) is not EMPTY
        }
        self.texts = {name: text_of(cell) for name, cell in self.cells.items()}
        """Of the fields with a cell; each is read once."""

    def cell(self, name: str) -> Cell:
        """Return the cell of the field `name`; EMPTY when the file has no such column."""
        return self.cells.get(name, EMPTY)

    def refuse(self, name: str, code: str, **params: Param) -> None:
        """The row can not go in."""
        self._add("refused", name, code, params)

    def warn(self, name: str, code: str, **params: Param) -> None:
        """The row goes in; a person should look at this."""
        self._add("warned", name, code, params)

    def _add(self, level: Level, name: str, code: str, params: Mapping[str, Param]) -> None:
        value = shown(self.cell(name))
        self.findings.append(Finding(level, self.row.number, self.table.label(name), value, code, params))

    def text(self, name: str) -> str | None:
        """Return the text of an optional field; a formula without a value is warned about."""
        text = self.texts.get(name)
        if text is None and self.cell(name).kind is Kind.MISSING:
            self.warn(name, "intake.formula_without_value")
        return text

    def needed(self, name: str, code: str) -> str | None:
        """Return the text of a field that a row can not do without; refused with `code`, or because of its formula."""
        text = self.texts.get(name)
        if text is None:
            self.refuse(name, f"{code}_formula" if self.cell(name).kind is Kind.MISSING else code)
        return text

    def day(self, name: str) -> date | None:
        """Return the day; what is there and is no day is refused."""
        cell = self.cell(name)
        if cell is EMPTY:
            return None
        if cell.kind is Kind.MISSING:
            self.warn(name, "intake.formula_without_value")
        try:
            return date_of(cell)
        except ValueError:
            self.refuse(name, "intake.impossible_date", value=squeeze(shown(cell))[:40])
            return None

    def span(self, first: str, last: str) -> tuple[date | None, date | None]:
        """Return first and last day of two columns; a cell that holds both stands for the other where that is empty."""
        begins, ends = self._both(first), self._both(last)
        first_day = begins[0] if begins else self.day(first)
        last_day = ends[1] if ends else self.day(last)
        return first_day or (ends[0] if ends else None), last_day or (begins[1] if begins else None)

    def _both(self, name: str) -> tuple[date, date] | None:
        if name not in self.cells:
            return None
        try:
            return days_of(self.cells[name])
        except ValueError:  # said where the cell is read as one day
            return None

    def code(self, name: str) -> str | None:
        """Return a number that is a name, without blanks, dots, dashes and apostrophes."""
        return code_of_text(self.text(name))

    def sex(self) -> Sex | None:
        """Return L or P."""
        text = self.text("sex")
        if text is None:
            return None
        sex = _SEXES.get("".join(letter for letter in text.lower() if letter.isalpha()))
        if sex is None:
            self.warn("sex", "intake.sex_unreadable")
        return sex

    def birth(self) -> tuple[str | None, date | None]:
        """Return place and day of birth, from two columns or from one (`Balikpapan, 1 Februari 1976`)."""
        if "birth_date" in self.table.columns or "birth_place_and_date" not in self.table.columns:
            return self.text("birth_place"), self.day("birth_date")
        text = self.text("birth_place_and_date")
        if text is None:
            return None, None
        start = next((index for index, letter in enumerate(text) if letter.isdigit()), len(text))
        try:
            day = date_of(Cell(Kind.TEXT, text[start:]))
        except ValueError:
            self.refuse("birth_place_and_date", "intake.impossible_date", value=text[start:][:40])
            day = None
        return text[:start].strip(" ,/-") or None, day

    def nik(self, birth_date: date | None, sex: Sex | None) -> str | None:
        """Return the NIK that may be stored. Of a number Excel keeps 15 digits: one that ends in 0 has lost its last.

        Wrong length is refused; a disagreement with birth date or sex is warned about.
        """
        cell = self.cell("nik")
        nik = self.code("nik")
        if nik is None:
            return None
        typed = cell.kind is Kind.NUMBER or cell.numeric
        if typed and len(nik) == NIK_LENGTH:
            lost = nik.endswith("0")
            self.warn("nik", "intake.nik_number_lost" if lost else "intake.nik_number")
        else:
            lost = False
        if _SHORTENED.match(nik):
            self.refuse("nik", "intake.nik_shortened")
            return None
        for reason in check_nik(nik, birth_date, sex):
            if reason.code == "nik.length":
                self.refuse("nik", reason.code, **reason.params)
                return None
            self.warn("nik", reason.code, **reason.params)
        return None if lost else nik

    def phone(self) -> str | None:
        """Return the mobile number, else the telephone."""
        for name in ("mobile", "phone"):
            if (text := self.text(name)) is not None:
                if number := normal_phone(text):
                    return number
                self.warn(name, "intake.phone_unreadable")
        return None

    def email(self) -> str | None:
        """Return the address in lower case."""
        text = self.text("email")
        if text is None:
            return None
        user, at, host = text.lower().rpartition("@")
        if not (user and at and "." in host) or " " in text or "@" in user:
            self.warn("email", "intake.email_unreadable")
            return None
        return text.lower()

    def raw(self) -> dict[str, str]:
        """Return what the row shows, by label; empty cells left out."""
        cells, width = self.row.cells, len(self.row.cells)
        labels = self.table.labels.items()
        return {
            label: shown(cell) for column, label in labels if column < width and (cell := cells[column]) is not EMPTY
        }


def is_data(reader: RowReader, numbers: Collection[str], labels: Mapping[str, str]) -> bool:
    """Whether a row below the headings is one of the table.

    It is when one of the fields `numbers` is filled, when it is numbered and has any other field, or when at least
    FEWEST_FILLED fields are filled: so a row that lost its number is refused, not overlooked, and a signature block
    is left out. Headings printed again, a row that numbers the columns, and totals are left out too.

    `labels`: field → its heading, folded.
    """
    texts = reader.texts
    filled = {name for name, text in texts.items() if text is not None or reader.cells[name].kind is Kind.MISSING}
    if filled <= {"ordinal"} or is_column_numbers(reader.row.cells):
        return False
    if is_heading_again((text, labels[name]) for name, text in texts.items() if text):
        return False
    if not filled.isdisjoint(numbers):
        return True
    first = next((text for cell in reader.row.cells if (text := text_of(cell))), "")
    if first.lower().startswith(_TOTALS):
        return False
    return _counted(texts) or len(filled) >= FEWEST_FILLED


def is_signature(reader: RowReader, numbers: Collection[str]) -> bool:
    """Whether a row is a line of a signature block that stands under a number: words, and little beside them."""
    texts = {name: text for name, text in reader.texts.items() if text}
    written = [text for name, text in texts.items() if name in numbers]
    few = len(texts) < FEWEST_FILLED and not _counted(reader.texts)
    return few and bool(written) and all(_WORDS.search(text) and "MET" not in text.upper() for text in written)


def _counted(texts: Mapping[str, str | None]) -> bool:
    return (texts.get("ordinal") or "").rstrip(".)").isdigit()
