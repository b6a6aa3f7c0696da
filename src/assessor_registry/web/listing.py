"""What the address of a list asks for: filters and the page. Unknown values are left out, never an error."""

from operator import itemgetter
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request

LAST_PAGE = 100_000


class Asked:
    """The query of a list's address."""

    def __init__(self, request: Request[Any, Any, Any]) -> None:
        self._query = request.query_params

    def one(self, name: str) -> str:
        """The first value of a filter, stripped; an empty text when there is none."""
        values = self.all(name)
        return values[0] if values else ""

    def all(self, name: str) -> list[str]:
        """All values of a filter that are not empty."""
        return [value.replace("\x00", "").strip() for value in self._query.getall(name, []) if value.strip()]

    def id(self, name: str) -> UUID | None:
        """A filter that is an id."""
        try:
            return UUID(self.one(name))
        except ValueError:
            return None

    @property
    def page(self) -> int:
        """The page asked for, from 1."""
        text = self.one("page")
        return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 9 else 1

    @property
    def query(self) -> str:
        """The filters without the page, and without what an act has just said, for links."""
        # In the order of the alphabet: litestar gives names in an order that changes from start to start.
        kept = [(name, value) for name, value in self._query.multi_items() if name not in {"page", "ok"} and value]
        return urlencode(sorted(kept, key=itemgetter(0)))
