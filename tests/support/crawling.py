"""Every page as each role sees it, and what of it a person can read."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from tests.support.matrix import COLUMNS, Asking, Row, rows

# Who has pages of their own: everyone who can sign in, and the public.
READERS = tuple(column for column in COLUMNS if column not in {"disabled", "crossed"})
_SHOWN_ATTRIBUTES = frozenset(
    {"alt", "aria-label", "aria-description", "content", "data-label", "placeholder", "title"}
)
_UNSEEN = frozenset({"script", "style", "template"})


class _Reader(HTMLParser):
    def __init__(self, without: frozenset[str]) -> None:
        super().__init__()
        self._without = _UNSEEN | without
        self._unseen = 0
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in self._without
        if tag == "meta" and ("name", "description") not in attrs:
            return
        self.texts += [value for name, value in attrs if name in _SHOWN_ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in self._without

    def handle_data(self, data: str) -> None:
        if not self._unseen and data.strip():
            self.texts.append(data.strip())


def readable(html: str, *, without: frozenset[str] = frozenset()) -> str:
    """What a page says, to the eye and to a screen reader; `without` leaves out the insides of these tags."""
    reader = _Reader(without)
    reader.feed(html)
    return "\n".join(reader.texts)


def reads(row: Row) -> bool:
    """Whether a row asks for something to read."""
    return row.method == "GET" and not row.path.startswith("/api/")


def visits(asking: Asking) -> Iterator[tuple[Row, str, Any]]:
    """Every page of the table as every reader who is let in: the row, who reads, the answer."""
    for row in rows():
        if reads(row):
            yield from _answers(asking, row)


def refused_forms(asking: Asking) -> Iterator[tuple[Row, str, Any]]:
    """Every form of the table, sent empty by who may send it: the page with its sentences."""
    for row in rows():
        if row.method == "POST" and not row.path.startswith("/api/") and " #" not in row.key:
            bare = Row(row.key, row.method, row.path, row.cells, row.names, {"form": {}})
            kind = "multipart" if "multipart" in row.body else "form"
            bare.body.clear()
            bare.body[kind] = {}
            yield from _answers(asking, bare)


def _answers(asking: Asking, row: Row) -> Iterator[tuple[Row, str, Any]]:
    for side, cells in row.cells.items():
        for column in READERS:
            if cells[column] == "ok" and (side == "own" or column in {"division", "operator"}):
                yield row, column, asking.answer(row, side, column)
