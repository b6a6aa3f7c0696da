"""Look at an .xlsx before the reader does: streaming, nothing unpacked to disk, nothing kept but coordinates.

The reader (calamine) allocates every cell up to the farthest one, says nothing of formulas, and aborts the process
when the memory is not there. So the parts it will read are walked first with a parser that refuses entities, the
limits are checked with a sentence each, and the places of formulas are noted.
"""

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from assessor_registry.errors import InvalidInput
from assessor_registry.intake.limits import Limits

CHUNK = 1 << 16
_DIGITS = "0123456789"


@dataclass(slots=True)
class SheetScan:
    """Places (row, column), both 0-based: of formulas, of those whose cached value is an empty text, of errors."""

    name: str
    formulas: set[tuple[int, int]] = field(default_factory=set)
    empty_text: set[tuple[int, int]] = field(default_factory=set)
    errors: set[tuple[int, int]] = field(default_factory=set)
    cells: int = 0


def prescan(path: Path, limits: Limits) -> dict[str, SheetScan]:
    """Return what the worksheets hold besides values, by sheet name.

    Raises:
        InvalidInput: it is no .xlsx, or a limit is broken; the code says which.
        Exception: the file is damaged; whatever zipfile or the XML parser raise.
    """
    with ZipFile(path) as archive:
        parts = _parts(archive, limits)
        sheets = _sheets(archive, parts)
        if len(sheets) > limits.sheets:
            raise InvalidInput("workbook.too_many_sheets", found=len(sheets), limit=limits.sheets)
        for plain in ("xl/styles.xml", "xl/sharedstrings.xml"):
            if plain in parts:
                _walk(archive, parts[plain], _Walker(limits))
        scans: dict[str, SheetScan] = {}
        for name, part in sheets.items():
            if part in parts:
                walker = _SheetWalker(name, limits, sum(scan.cells for scan in scans.values()))
                _walk(archive, parts[part], walker)
                scans[name] = walker.scan
    return scans


def _parts(archive: ZipFile, limits: Limits) -> dict[str, zipfile.ZipInfo]:
    entries = archive.infolist()
    if len(entries) > limits.entries:
        raise InvalidInput("workbook.too_many_parts", found=len(entries), limit=limits.entries)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise InvalidInput("workbook.encrypted")
    _check_sizes(entries, limits)
    parts = {entry.filename.replace("\\", "/").lower(): entry for entry in entries}
    if len(parts) < len(entries):  # two parts of one name: readers disagree which of them counts
        raise InvalidInput("workbook.broken")
    if "xl/workbook.xml" not in parts:
        other = "xl/workbook.bin" in parts or "content.xml" in parts
        raise InvalidInput("workbook.other_format" if other else "workbook.not_a_workbook")
    return parts


def _check_sizes(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked_bytes:
        raise InvalidInput("workbook.bomb", megabytes=unpacked >> 20, limit=limits.unpacked_bytes >> 20)
    for entry in entries:
        if entry.file_size > limits.ratio_from_bytes and entry.file_size > limits.ratio * max(entry.compress_size, 1):
            raise InvalidInput("workbook.bomb", megabytes=unpacked >> 20, limit=limits.unpacked_bytes >> 20)


def _sheets(archive: ZipFile, parts: dict[str, zipfile.ZipInfo]) -> dict[str, str]:
    """Return sheet name → lower-case part name, in the order of the tabs."""
    targets: dict[str, str] = {}
    if "xl/_rels/workbook.xml.rels" in parts:
        for attributes in _elements(archive, parts["xl/_rels/workbook.xml.rels"], "Relationship"):
            target = attributes.get("Target", "")
            full = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
            targets[attributes.get("Id", "")] = posixpath.normpath(full).lower()
    sheets: dict[str, str] = {}
    for attributes in _elements(archive, parts["xl/workbook.xml"], "sheet"):
        reference = next((value for name, value in attributes.items() if name.endswith(":id")), "")
        sheets[attributes.get("name", "")] = targets.get(reference, "")
    return sheets


def _elements(archive: ZipFile, part: zipfile.ZipInfo, name: str) -> Iterator[dict[str, str]]:
    walker = _Collector(name)
    _walk(archive, part, walker)
    yield from walker.found


def _walk(archive: ZipFile, part: zipfile.ZipInfo, walker: DefusedExpatParser) -> None:
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(CHUNK):
                walker.feed(chunk)
        walker.close()
    except DefusedXmlException as error:
        raise InvalidInput("workbook.entities") from error


class _Collector(DefusedExpatParser):  # type: ignore[misc]
    """Collects the attributes of one kind of element."""

    def __init__(self, name: str) -> None:
        super().__init__(forbid_dtd=True)
        self.name = name
        self.found: list[dict[str, str]] = []

    def start_element(self, name: str, attrs: dict[str, str]) -> None:
        if name.rpartition(":")[2] == self.name:
            self.found.append(attrs)

    def end_element(self, name: str) -> None:
        pass

    def character_data(self, data: str) -> None:
        pass


class _Walker(DefusedExpatParser):  # type: ignore[misc]
    """Walks a part, measuring the text of each string."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(forbid_dtd=True)
        self.limits = limits
        self.length = 0
        self.local: dict[str, str] = {}
        """Element name as written → without its prefix: thousands of cells share a handful of names."""

    def start_element(self, name: str, attrs: dict[str, str]) -> None:
        local = self.local.get(name) or self.local.setdefault(name, name.rpartition(":")[2])
        if local in ("si", "c", "v", "f"):
            self.length = 0

    def end_element(self, name: str) -> None:
        pass

    def character_data(self, data: str) -> None:
        self.length += len(data)
        if self.length > self.limits.text_length:
            raise InvalidInput("workbook.text_too_long", limit=self.limits.text_length)


class _SheetWalker(_Walker):
    """Walks a worksheet: counts cells, watches the farthest, notes formulas."""

    def __init__(self, name: str, limits: Limits, cells_before: int) -> None:
        super().__init__(limits)
        self.scan = SheetScan(name)
        self.cells_left = limits.cells - cells_before
        self.row = self.column = -1
        self.farthest_row = self.farthest_column = 0
        self.kind = ""
        self.letters: dict[str, int] = {}

    def start_element(self, name: str, attrs: dict[str, str]) -> None:
        local = self.local.get(name) or self.local.setdefault(name, name.rpartition(":")[2])
        match local:
            case "c":
                self.length = 0
                self._cell(attrs)
            case "v":
                self.length = 0
                if self.kind == "str" and (self.row, self.column) in self.scan.formulas:
                    self.scan.empty_text.add((self.row, self.column))
            case "row":
                self.row = int(attrs["r"]) - 1 if "r" in attrs else self.row + 1
                self.column = -1
                self._reach()
            case "f":
                self.length = 0
                self.scan.formulas.add((self.row, self.column))

    def _cell(self, attributes: dict[str, Any]) -> None:
        reference = attributes.get("r")
        if reference is None:
            self.column += 1
        else:
            letters = reference.rstrip(_DIGITS)
            if letters not in self.letters:
                self.letters[letters] = _column(letters)
            self.column = self.letters[letters]
            self.row = int(reference[len(letters) :]) - 1
        self.kind = attributes.get("t", "")
        if self.kind == "e":
            self.scan.errors.add((self.row, self.column))
        self.scan.cells += 1
        if self.scan.cells > self.cells_left:
            raise InvalidInput("workbook.too_many_cells", limit=self.limits.cells)
        if self.column > self.farthest_column or self.row > self.farthest_row:
            self._reach()

    def _reach(self) -> None:
        """Refuse when the farthest cell or row is beyond the limits: rows × columns is what the reader allocates."""
        self.farthest_row = max(self.farthest_row, self.row)
        self.farthest_column = max(self.farthest_column, self.column)
        rows, columns = self.farthest_row + 1, self.farthest_column + 1
        if columns > self.limits.farthest_column:
            raise InvalidInput("workbook.too_wide", sheet=self.scan.name, limit=self.limits.farthest_column)
        if rows > self.limits.farthest_row or rows * columns > self.limits.area:
            raise InvalidInput("workbook.too_long", sheet=self.scan.name, found=rows, limit=self.limits.farthest_row)


def _column(letters: str) -> int:
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        raise InvalidInput("workbook.broken")
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1
