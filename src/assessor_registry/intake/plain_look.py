"""A quick look at a part of a workbook that is written as programs write it: nearly every one.

Walking each element of 26,500 pupils with 66 columns takes seconds. What Excel, LibreOffice, Dapodik and openpyxl write
is told from its bytes: UTF-8 without document type, comments, CDATA, processing instructions and prefixes, each cell
`<c r="B7" s="1" t="s">` with its reference first, no formula and no error. A quick look says *nothing here to be looked
at closely* or gives up; it never says what is wrong. Whatever is unusual, special, or near a limit is walked element by
element, and that decides (`prescan`).

Why it can be trusted: the XML parser reads the same bytes first, so they are well-formed. Then `<` begins a tag
wherever it stands (in texts and values it is escaped), and the bytes between two cells are at least as many as the
letters of the text between them.
"""

import re

from assessor_registry.intake.limits import Limits

_START = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?xml(?:\s+(?:version|encoding|standalone)=[\"'](?:1\.0|utf-8|yes|no)[\"'])*\s*\?>)?\s*<[a-z]",
    re.IGNORECASE,
)
_MARKED = re.compile(rb"<[!?]")
_UNUSUAL = re.compile(rb"<(?:[!?]|(?:c|row)[\t\r\n/>]|f[\t\r\n />])")
_PREFIXED = re.compile(rb":(?:c|row|f)[\t\r\n />]")
_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: s="[0-9]{1,9}"| t="(?:[sbnd]|str|inlineStr)")* ?/?>',
)
_ROW = re.compile(rb'<row r="([1-9][0-9]{0,6})"[^<>]*>')


class TextLook:
    """Whether no text between two marks is too long: `feed` the bytes in order, then ask `end`."""

    mark = b"<si>"

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._rest = b""
        self._begun = False

    def feed(self, chunk: bytes) -> bool:
        """Whether there is nothing unusual up to here. After False the look is over."""
        if not self._begun:
            start = _START.match(chunk)
            if start is None:
                return False
            self._begun, chunk = True, chunk[start.end() - 2 :]
        data = self._rest + chunk
        cut = max(data.rfind(self.mark), 0)
        self._rest = data[cut:]
        return len(self._rest) <= self.limits.text_length and self._usual(data[:cut])

    def end(self) -> bool:
        """Whether there was nothing unusual at all."""
        return self._begun and self._usual(self._rest)

    def _usual(self, data: bytes) -> bool:
        return self._short(data.split(self.mark)) and not _MARKED.search(data)

    def _short(self, pieces: list[bytes]) -> bool:
        return len(max(pieces, key=len)) <= self.limits.text_length


class SheetLook(TextLook):
    """Whether a worksheet holds only plain cells within the limits; then `cells` is how many."""

    mark = b"<c "

    def __init__(self, limits: Limits, cells_left: int) -> None:
        super().__init__(limits)
        self.cells = 0
        self._cells_left = cells_left
        self._row = 0
        self._columns: set[bytes] = set()

    def _usual(self, data: bytes) -> bool:
        pieces = data.split(self.mark)
        if not self._short(pieces) or _UNUSUAL.search(data) or _PREFIXED.search(data):
            return False
        cells, rows = _CELL.findall(data), _ROW.findall(data)
        if len(cells) != len(pieces) - 1 or len(rows) != data.count(b"<row "):
            return False
        self.cells += len(cells)
        if cells:
            letters, numbers = zip(*cells, strict=True)
            self._columns.update(letters)
            rows += set(numbers)
        self._row = max(self._row, *map(int, rows), 0)
        return self._within()

    def _within(self) -> bool:
        columns = max(map(_column, self._columns), default=0)
        limits = self.limits
        fits = self._row <= limits.farthest_row and columns <= limits.farthest_column
        return fits and self._row * columns <= limits.area and self.cells <= self._cells_left


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
