"""Look at an .xlsx before the reader does: streaming, nothing unpacked to disk, nothing kept but coordinates.

The reader (calamine) allocates every cell up to the farthest one, says nothing of formulas, and aborts the process
when the memory is not there. So the parts it will read are walked first with a parser that refuses entities, the
limits are checked with a sentence each, and the places of formulas are noted. Where a quick look (`plain_look`) finds
only plain cells well within the limits, the parser is spared calling back for each of a million elements.
"""

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Never
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType
from zipfile import ZipFile

from assessor_registry.errors import InvalidInput
from assessor_registry.intake.limits import Limits
from assessor_registry.intake.plain_look import SheetLook, TextLook

CHUNK = 1 << 16
WORKBOOK = "xl/workbook.xml"
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
        _check_workbook(archive, parts)
        relations = list(_relations(archive, parts, WORKBOOK))
        sheets = list(_sheets(archive, parts[WORKBOOK], relations))
        if len(sheets) > limits.sheets:
            raise InvalidInput("workbook.too_many_sheets", found=len(sheets), limit=limits.sheets)
        for _, kind, part in relations:
            if kind in ("styles", "sharedStrings") and part in parts:
                _texts(archive, parts[part], limits)
        scans: dict[str, SheetScan] = {}
        for name, part in sheets:
            if part in parts:
                cells_left = limits.cells - sum(scan.cells for scan in scans.values())
                scans[name] = _sheet(archive, parts[part], name, limits, cells_left)
    return scans


def _texts(archive: ZipFile, part: zipfile.ZipInfo, limits: Limits) -> None:
    if not _looks_plain(archive, part, TextLook(limits)):
        _walk(archive, part, _Walker(limits))


def _sheet(archive: ZipFile, part: zipfile.ZipInfo, name: str, limits: Limits, cells_left: int) -> SheetScan:
    look = SheetLook(limits, cells_left)
    if _looks_plain(archive, part, look):
        return SheetScan(name, cells=look.cells)
    walker = _SheetWalker(name, limits, cells_left)
    _walk(archive, part, walker)
    return walker.scan


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
    return parts


def _check_sizes(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked_bytes:
        raise InvalidInput("workbook.bomb", megabytes=unpacked >> 20, limit=limits.unpacked_bytes >> 20)
    for entry in entries:
        if entry.file_size > limits.ratio_from_bytes and entry.file_size > limits.ratio * max(entry.compress_size, 1):
            raise InvalidInput("workbook.bomb", megabytes=unpacked >> 20, limit=limits.unpacked_bytes >> 20)


def _check_workbook(archive: ZipFile, parts: dict[str, zipfile.ZipInfo]) -> None:
    """Refuse a package whose workbook is elsewhere: the reader knows one place for what the workbook points to."""
    named = [part for _, kind, part in _relations(archive, parts, "") if kind == "officeDocument"]
    if WORKBOOK not in parts or named not in ([], [WORKBOOK]):
        office = bool(named) or "content.xml" in parts or "mimetype" in parts
        raise InvalidInput("workbook.other_format" if office else "workbook.not_a_workbook")


def _relations(archive: ZipFile, parts: dict[str, zipfile.ZipInfo], part: str) -> Iterator[tuple[str, str, str]]:
    """Yield (id, last word of the type, lower-case part name) of what `part` points to; "" is the package itself."""
    folder, base = posixpath.split(part)
    relations = posixpath.join(folder, "_rels", f"{base}.rels")
    if relations not in parts:
        return
    for attributes in _elements(archive, parts[relations], "Relationship"):
        target = attributes.get("Target", "").replace("\\", "/")
        full = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
        yield attributes.get("Id", ""), attributes.get("Type", "").rpartition("/")[2], posixpath.normpath(full).lower()


def _sheets(
    archive: ZipFile, workbook: zipfile.ZipInfo, relations: list[tuple[str, str, str]]
) -> Iterator[tuple[str, str]]:
    """Yield (sheet name, lower-case part name) in the order of the tabs."""
    targets = {reference: part for reference, _, part in relations}
    for attributes in _elements(archive, workbook, "sheet"):
        reference = next((value for name, value in attributes.items() if name.endswith(":id")), "")
        yield attributes.get("name", ""), targets.get(reference, "")


def _elements(archive: ZipFile, part: zipfile.ZipInfo, name: str) -> Iterator[dict[str, str]]:
    walker = _Collector(name)
    _walk(archive, part, walker)
    yield from walker.found


def _looks_plain(archive: ZipFile, part: zipfile.ZipInfo, look: TextLook) -> bool:
    """Whether a part is well-formed, without document type, and a quick look finds nothing to be looked at closely."""
    parser = _parser()
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(CHUNK):
                if (left := look.feed(chunk)) is None:
                    return False
                parser.Parse(left, False)
        if (left := look.end()) is None:
            return False
        parser.Parse(left, True)
    except ExpatError:  # the walk says what is wrong
        return False
    return True


def _walk(archive: ZipFile, part: zipfile.ZipInfo, walker: "_Collector | _Walker") -> None:
    parser = _parser()
    parser.StartElementHandler = walker.start_element
    if isinstance(walker, _Walker):
        parser.CharacterDataHandler = walker.characters
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _parser() -> XMLParserType:
    """Return a parser that refuses a document type: with none of it there are no entities, and nothing from outside."""
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_entities
    parser.EntityDeclHandler = _refuse_entities
    parser.UnparsedEntityDeclHandler = _refuse_entities
    parser.ExternalEntityRefHandler = _refuse_entities
    return parser


def _refuse_entities(*_: object) -> Never:
    raise InvalidInput("workbook.entities")


class _Collector:
    """Collects the attributes of one kind of element."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[dict[str, str]] = []

    def start_element(self, name: str, attrs: dict[str, str]) -> None:
        if name.rpartition(":")[2] == self.name:
            self.found.append(attrs)


class _Walker:
    """Walks a part, measuring the text of each string: `length` is set back where a string begins."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.length = 0

    def characters(self, content: str) -> None:
        self.length += len(content)
        if self.length > self.limits.text_length:
            raise InvalidInput("workbook.text_too_long", limit=self.limits.text_length)

    def start_element(self, name: str, attrs: dict[str, str]) -> None:
        if name == "si" or name.endswith(":si"):
            self.length = 0


class _SheetWalker(_Walker):
    """Walks a worksheet: counts cells, watches the farthest, notes formulas."""

    def __init__(self, name: str, limits: Limits, cells_left: int) -> None:
        super().__init__(limits)
        self.scan = SheetScan(name)
        self.cells_left = cells_left
        self.row = self.column = -1
        self.farthest_row = self.farthest_column = 0
        self.kind = ""
        self.local: dict[str, str] = {}
        self.letters: dict[str, int] = {}

    def start_element(self, name: str, attrs: dict[str, str]) -> None:
        """Called for each of millions of elements: the frequent ones first, a prefix (`x:c`) is cut once per name."""
        local = self.local.get(name) or self.local.setdefault(name, name.rpartition(":")[2])
        if local == "c":
            self._cell(attrs)
        elif local == "v":
            self.length = 0
            if self.kind == "str" and (self.row, self.column) in self.scan.formulas:
                self.scan.empty_text.add((self.row, self.column))
        elif local == "row":
            self.row = int(attrs["r"]) - 1 if "r" in attrs else self.row + 1
            self.column = -1
            self._reach()
        elif local == "f":
            self.length = 0
            self.scan.formulas.add((self.row, self.column))

    def _cell(self, attributes: dict[str, str]) -> None:
        self.length = 0
        reference = attributes.get("r")
        if reference is None:
            self.column += 1
        else:
            letters = reference.rstrip(_DIGITS)
            column = self.letters.get(letters)
            self.column = self.letters.setdefault(letters, _column(letters)) if column is None else column
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
