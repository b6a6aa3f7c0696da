"""A quick look at a part of a workbook that is written as programs write it: nearly every one.

Walking each element of 26,500 pupils with 66 columns takes seconds. What Excel, LibreOffice, Dapodik and openpyxl write
is told from its bytes: UTF-8 without document type, comments, CDATA, processing instructions and prefixes, each cell
`<c r="B7" s="1" t="s">` with its reference first, no formula and no error. A quick look says *nothing here to be looked
at closely* or gives up; it never says what is wrong. Whatever is unusual, special, or near a limit is walked element by
element, and that decides (`prescan`).

Why it can be trusted: the XML parser reads what the look leaves of the bytes, so they are well-formed. Then `<` begins
a tag wherever it stands (in texts and values it is escaped), and the bytes between two cells are at least as many as
the letters of the text between them. What is not left are the plainest cells: each is well-formed by itself, and what
stands behind it begins with a tag, so it stood between tags: inside one, the parser refuses the `<` that follows.
"""

import re

from assessor_registry.intake.limits import Limits

_START = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?xml(?:\s+(?:version|encoding|standalone)=[\"'](?:1\.0|utf-8|yes|no)[\"'])*\s*\?>)?\s*"
    rb"<(?!c )[a-z]",
    re.IGNORECASE,
)
_MARKED = re.compile(rb"<[!?]")
_UNUSUAL = re.compile(rb"<(?:[!?]|(?:c|row)[\t\r\n/>]|f[\t\r\n />])")
_PREFIXED = re.compile(rb":(?:c|row|f)[\t\r\n />]")
_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: s="[0-9]{1,9}"| t="(?:[sbnd]|str|inlineStr)")* ?/?>',
)
_ROW = re.compile(rb'<row r="([1-9][0-9]{0,6})"[^<>]*>')
# A whole cell with a value or one text, without references to be resolved and what XML does not allow. %d: its length.
_PLAIN = (
    rb'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: s="[0-9]{1,9}")?(?: ?/>|(?: t="(?:[sn]|str)")?><v>#</v></c>'
    rb'| t="inlineStr"><is><t(?: xml:space="preserve")?>#</t></is></c>)'
).replace(b"#", rb"[^<&\]\x00-\x08\x0b\x0c\x0e-\x1f]{0,%d}+")
_NO_TEXT = re.compile(rb"\xef\xbf[\xbe\xbf]")
_BLANKS = b" \t\r\n"


class TextLook:
    """Whether no text between two marks is too long: `feed` the bytes in order, then ask `end`.

    Both return what the XML parser is still to read, or None: there is something unusual, and the look is over.
    """

    mark = b"<si>"

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._rest = b""
        self._begun = False

    def feed(self, chunk: bytes) -> bytes | None:
        """Look at the next bytes."""
        head = b""
        if not self._begun:
            start = _START.match(chunk)
            if start is None:
                return None
            self._begun, head, chunk = True, chunk[: start.end() - 2], chunk[start.end() - 2 :]
        data = self._rest + chunk
        cut = max(data.rfind(self.mark), 0)
        self._rest = data[cut:]
        left = self._left(data[:cut]) if len(self._rest) <= self.limits.text_length else None
        return None if left is None else head + left

    def end(self) -> bytes | None:
        """Look at what is left: the last mark and what stands behind it."""
        return self._left(self._rest) if self._begun else None

    def _left(self, data: bytes) -> bytes | None:
        usual = _longest(data.split(self.mark)) <= self.limits.text_length and not _MARKED.search(data)
        return data if usual else None


class SheetLook(TextLook):
    """Whether a worksheet holds only plain cells within the limits; then `cells` is how many."""

    mark = b"<c "

    def __init__(self, limits: Limits, cells_left: int) -> None:
        super().__init__(limits)
        self.cells = 0
        self._cells_left = cells_left
        self._row = 0
        self._columns: set[bytes] = set()
        shortest = limits.text_length // 8
        self._plain = re.compile(_PLAIN % (shortest, shortest))
        self._between = limits.text_length - shortest

    def end(self) -> bytes | None:
        """Look at what is left; behind the last cell there is a tag."""
        left = super().end()
        return left if left and left.strip(_BLANKS) else None

    def _left(self, data: bytes) -> bytes | None:
        if not (data.isascii() or _is_text(data)):
            return None
        parts = self._plain.split(data)
        rests, letters, numbers = parts[::3], parts[1::3], parts[2::3]
        if any(not _begins_with_tag(rest) for rest in rests[1:] if rest):
            return None
        left = b"".join(rests)
        pieces = self.mark.join(rests).split(self.mark)
        if _longest(pieces) > self._between or _UNUSUAL.search(left) or _PREFIXED.search(left):
            return None
        cells, rows = _CELL.findall(left), _ROW.findall(left)
        if len(cells) + len(letters) != len(pieces) - 1 or len(rows) != left.count(b"<row "):
            return None
        self.cells += len(pieces) - 1
        self._columns.update(letters, (each for each, _ in cells))
        self._row = max(self._row, *map(int, {*rows, *numbers, *(each for _, each in cells)}), 0)
        return left if self._within() else None

    def _within(self) -> bool:
        columns = max(map(_column, self._columns), default=0)
        limits = self.limits
        fits = self._row <= limits.farthest_row and columns <= limits.farthest_column
        return fits and self._row * columns <= limits.area and self.cells <= self._cells_left


def _longest(pieces: list[bytes]) -> int:
    return len(max(pieces, key=len))


def _begins_with_tag(rest: bytes) -> bool:
    return rest.lstrip(_BLANKS)[:1] in {b"<", b""}


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return not _NO_TEXT.search(data)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
