"""Who may do what, as a table: reads `tests/promises/authorisation.toml`, asks the running application, marks answers.

A row is a route (`GET /asesor/{assessor_id:uuid}`), or one more way to use it (`… # another's venue`). Its cells, one
for each column of `COLUMNS`, stand in `own` (everything named belongs to the one who asks) and in `foreign` (to
somebody else); a route that names nothing has `any` instead.

`in` asked to sign in · `no` refused · `404` not there for them · `ok` let in: answered, or refused only for what was
sent or for how things stand.
"""

import io
import re
import secrets
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import TestClient
from tests.support.importing import HEADINGS, PUPIL_HEADINGS, assessor, pupil, workbook_bytes
from tests.support.province import FOREIGN, Province
from tests.world import SCAN

from assessor_registry.accounts.rules import GRANTED, Permission, Role
from assessor_registry.web.guards import SESSION_COOKIE

TABLE = Path(__file__).parents[1] / "promises" / "authorisation.toml"
# `crossed`: the division's API token at a page, its session at the API. `expired`: an assessor whose certificate ended.
COLUMNS = ("anonymous", "disabled", "crossed", "roleless", "expired", "division", "lsp_admin", "assessor", "panel",
           "school", "auditor", "operator")  # fmt: skip
PLACED = frozenset({"expired", "lsp_admin", "assessor", "panel", "school", "auditor"})
MARKS = frozenset({"in", "no", "404", "ok"})
PARAMETER = re.compile(r"\{(\w+):\w+\}")


@dataclass(frozen=True)
class Row:
    """One row: `cells` is side → column → mark. `undone` says why nobody gets through
    with this body, `shows` why others' names are in the answer, `because` why a cell is not as the permissions tell;
    `fresh`: what one may do once, so each cell has a registry of its own."""

    key: str
    method: str
    path: str
    cells: dict[str, dict[str, str]]
    names: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    shows: str = ""
    undone: str = ""
    fresh: bool = False
    because: str = ""

    @property
    def route(self) -> str:
        """The route that the row is about."""
        return f"{self.method} {self.path}"


def rows() -> list[Row]:
    """The table.

    Raises:
        ValueError: a row that can not be read; says which and why.
    """
    return [_row(key, dict(values)) for key, values in tomllib.loads(TABLE.read_text()).items()]


def _row(key: str, values: dict[str, Any]) -> Row:
    method, path = key.split(" #", maxsplit=1)[0].split(" ", 1)
    sides = {"any": "own"} if "any" in values else {"own": "own", "foreign": "foreign"}
    try:
        cells = {side: _marks(values.pop(name)) for name, side in sides.items()}
        body: dict[str, Any] = {
            str(kind): values.pop(kind) for kind in ("form", "json", "multipart", "query") if kind in values
        }
        return Row(key, method, path.strip(), cells, values.pop("path", {}), body, **values)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{TABLE.name}: {key}: {error!r}") from None


def _marks(text: str) -> dict[str, str]:
    marks = text.replace("|", " ").split()
    if len(marks) != len(COLUMNS) or set(marks) - MARKS:
        raise ValueError(f"wanted {len(COLUMNS)} of {sorted(MARKS)}, in the order {' '.join(COLUMNS)}")
    return dict(zip(COLUMNS, marks, strict=True))


def routes(app: Litestar) -> dict[str, Any]:
    """Every route of an application with its method, and the handler's `opt`. OPTIONS is Litestar's own."""
    found = {}
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in sorted(handler.http_methods - {"OPTIONS"}):
                    found[f"{method} {route.path}"] = handler.opt
    return found


def suggested(route: str, opt: dict[str, Any]) -> str:
    """The row that a new route lacks, as far as its permission tells."""
    permission = opt.get("permission")
    cells = []
    for column in COLUMNS:
        if opt.get("public"):
            cells.append("ok")
        elif column in {"anonymous", "disabled", "crossed"}:
            cells.append("in")
        else:
            cells.append(_granted(column, permission))
    line = " ".join(cells)
    sides = [f'own     = "{line}"', f'foreign = "{line}"'] if "{" in route else [f'any     = "{line}"']
    return "\n".join([f'["{route}"]', *sides])


def _granted(column: str, permission: Permission | None) -> str:
    return "ok" if may(column, permission) else "no"


def may(column: str, permission: Permission | None) -> bool:
    """Whether the role of a column has a permission."""
    if column == "roleless":
        return permission == Permission.ACCOUNTS_SELF
    role = Role.ASSESSOR if column == "expired" else Role(column)
    return permission in GRANTED[role]


class Asking:
    """Asks an application as each column would."""

    def __init__(self, client: TestClient[Litestar], province: Province) -> None:
        self.client = client
        self.province = province
        client.get("/masuk")
        self._token = str(client.cookies["formulir"])
        client.cookies.clear()

    def answer(self, row: Row, side: str, column: str) -> Any:
        """What the application says."""
        at = Cell(self.province, side, column)
        path = PARAMETER.sub(lambda found: at.value(row.names.get(found[1], f"${found[1]}")), row.path)
        headers = self.headers(row, column)
        return self.client.request(row.method, path, headers=headers, follow_redirects=False, **_sent(row.body, at))

    def headers(self, row: Row, column: str) -> dict[str, str]:
        """The headers of a column's request: credential, token against forged forms, a key of its own."""
        headers = {"cookie": f"formulir={self._token}", "x-csrftoken": self._token,
                   "idempotency-key": secrets.token_hex(8)}  # fmt: skip
        return headers | self._credential(column, row.path.startswith("/api/"), headers["cookie"])

    def _credential(self, column: str, is_api: bool, cookie: str) -> dict[str, str]:
        if column == "anonymous":
            return {}
        crossed = column == "crossed"
        kind = "token" if is_api != crossed else "session"
        secret = self.province.secret("division" if crossed else column, kind)
        return {"authorization": f"Bearer {secret}"} if is_api else {"cookie": f"{cookie}; {SESSION_COOKIE}={secret}"}


@dataclass(frozen=True)
class Cell:
    """What `$names` of a row stand for in one cell."""

    province: Province
    side: str
    column: str

    def filled(self, value: Any) -> Any:
        """A body with every `$name` replaced, in keys too."""
        if isinstance(value, dict):
            return {self.value(name): self.filled(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.filled(each) for each in value]
        return self.value(value) if isinstance(value, str) else value

    def value(self, text: str) -> str:
        """A text with every `$name` replaced."""
        return re.sub(r"\$([a-z_.]+\w)", lambda found: self._named(found[1]), text)

    def _named(self, name: str) -> str:
        if name in DAYS:
            return (self.province.site.today + timedelta(days=DAYS[name])).isoformat()
        whose, _dot, rest = name.rpartition(".")
        if whose in {"me", "someone"}:
            return self._of_account(rest, self.column if whose == "me" else "operator")
        if whose == "other":
            whose = "foreign" if self.side == "own" else "own"
        found: dict[str, str] = getattr(self.province, whose or self.side).ids
        if rest not in found:
            raise LookupError(f"${name}: say in the row what it is (path = {{…}}); known are {sorted(found)}")
        return found[rest]

    def _of_account(self, what: str, who: str) -> str:
        actor = self.province.actors.get(who, self.province.actors["division"])
        if what == "grant":
            return str(actor.grant_id)
        query = "SELECT id FROM credential WHERE account_id = :account AND kind = 'token' LIMIT 1"
        return str(self.province.ask(query, account=actor.account_id))


DAYS = {"today": 0, "yesterday": -1, "next_week": 7, "next_month": 30, "next_year": 365, "long_ago": -400}


def _sent(body: dict[str, Any], at: Cell) -> dict[str, Any]:
    filled = at.filled(body)
    sent: dict[str, Any] = {}
    if "query" in filled:
        sent["params"] = filled["query"]
    if "form" in filled:
        sent["data"] = {"_once": secrets.token_hex(8), **filled["form"]}
    if "json" in filled:
        sent["json"] = filled["json"]
    if "multipart" in filled:
        fields = {"_once": secrets.token_hex(8), **filled["multipart"]}
        sent["files"] = {name: file_of(fields.pop(name)) for name in [*fields] if str(fields[name])[:5] == "file:"}
        sent["data"] = fields
    return sent


def file_of(named: str) -> tuple[str, bytes, str]:
    number = secrets.randbelow(9000) + 1000
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    made: dict[str, Callable[[], tuple[str, bytes, str]]] = {
        "file:scan": lambda: ("scan.pdf", SCAN + secrets.token_bytes(4), "application/pdf"),
        "file:pupils": lambda: ("siswa.xlsx", workbook_bytes(PUPIL_HEADINGS, [pupil(number)]), sheet),
        "file:assessors": lambda: ("asesor.xlsx", workbook_bytes(HEADINGS, [assessor(number)]), sheet),
    }
    return made[named]()


def mark_of(answer: Any) -> str:
    """The mark of an answer; one that fits none is told as its status."""
    status = answer.status_code
    if status == 401 or (status in {302, 303, 307} and answer.headers["location"].partition("?")[0] == "/masuk"):
        return "in"
    if status == 403:
        return "no"
    if status == 404:
        return "404"
    if status in {400, 409, 413, 422} or 200 <= status < 400:
        return "ok"
    return str(status)


def signed_out(row: Row) -> bool:
    """Whether going to the sign-in page is what the route is for."""
    return row.path == "/keluar"


def texts(answer: Any) -> Iterator[str]:
    """Everything readable in an answer; the parts of a workbook too."""
    if answer.content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            yield from (book.read(name).decode(errors="replace") for name in book.namelist())
    else:
        yield answer.text


def strangers(answer: Any) -> set[str]:
    """What an answer shows of the other side."""
    return {found[0] for text in texts(answer) for found in FOREIGN.finditer(text)}
