"""Who may do what (G7): every route × method × role × {own, foreign} object against `authorisation.toml`.

The routes come from the running application: one without a row fails here, and so does a row without a route. Every
row is tried as every column. A permission that a role lacks is 403; what belongs to somebody else is 404, or is not
in the list; nobody is let in by the other kind of credential.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from litestar import get
from litestar.testing import TestClient
from tests.support.described import Description
from tests.support.matrix import (
    COLUMNS,
    PLACED,
    TABLE,
    Asking,
    Row,
    mark_of,
    may,
    routes,
    rows,
    signed_out,
    strangers,
    suggested,
)
from tests.support.province import Template

from assessor_registry.app import create_app
from assessor_registry.web.pages import entry
from assessor_registry.web.places import Places

ROWS = rows()
READS = frozenset({"GET", "HEAD"})


@pytest.fixture(scope="module")
def asking(filled: Template) -> Iterator[Asking]:
    with filled.opened() as province, TestClient(app=province.site.app) as client:
        yield Asking(client, province)


@pytest.fixture(scope="module")
def description(asking: Asking) -> Description:
    return Description(asking.province.site.app)


@pytest.fixture
def asked(asking: Asking, filled: Template, row: Row) -> Iterator[Asking]:
    """What reads shares one registry; what writes has one of its own, so that no row depends on another."""
    state = asking.province.site.app.state
    if row.method in READS:
        yield asking
        return
    before = state.database, state.places
    with filled.copied() as database:
        state.database, state.places = database, Places(database)
        yield asking
    state.database, state.places = before


def test_every_route_has_its_row_and_every_row_its_route(asking: Asking) -> None:
    known = routes(asking.province.site.app)
    stated = {row.route for row in ROWS}
    missing = "\n\n".join(suggested(route, known[route]) for route in known if route not in stated)
    assert not missing, (
        f"routes without a row; state who may, in {TABLE.name} (columns {' '.join(COLUMNS)}):\n\n{missing}"
    )
    assert stated - set(known) == set(), f"rows of {TABLE.name} without a route"


def test_a_route_that_names_an_object_states_own_and_foreign() -> None:
    assert [
        row.key
        for row in ROWS
        if "{" in row.path and "foreign" not in row.cells and not row.because and " #" not in row.key
    ] == []


def test_the_table_and_the_permissions_of_the_roles_agree(asking: Asking) -> None:
    """Two statements of the same thing, made apart: a cell is `no` exactly where the role lacks the permission."""
    known = routes(asking.province.site.app)
    wrong = []
    for row in ROWS:
        opt = known.get(row.route, {})
        for side, cells in row.cells.items():
            wrong += [f"{row.key} {side} {column}: {mark}" for column, mark in cells.items()
                      if not _agree(opt, row, column, mark)]  # fmt: skip
    assert wrong == []


def _agree(opt: dict[str, Any], row: Row, column: str, mark: str) -> bool:
    if opt.get("public"):
        return mark in {"ok", "404"} or bool(row.because)
    if column in {"anonymous", "disabled", "crossed"}:
        return mark == "in"
    granted = may(column, opt.get("permission"))
    return mark in {"ok", "404"} or (mark == "no" and bool(row.because)) if granted else mark == "no"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_each_cell_is_as_the_table_states(row: Row, asked: Asking, filled: Template, description: Description) -> None:
    wrong, done = [], False
    for side, cells in row.cells.items():
        for column, stated in cells.items():
            answer = _answer(asked, filled, row, side, column)
            if row.path.startswith("/api/v1/"):
                wrong += description.complaints(row.method, row.path, answer)
            found = "ok" if signed_out(row) and answer.status_code == 303 and stated == "ok" else mark_of(answer)
            if found != stated:
                wrong.append(f"{side} as {column}: {found} ({answer.status_code}), stated {stated}")
            if found == stated == "ok":
                done |= answer.status_code < 400
                shown = strangers(answer) if column in PLACED and not row.shows else set()
                wrong += [f"{side} as {column} shows what is not theirs: {each}" for each in shown]
    assert wrong == []
    assert done or row.undone or not any("ok" in cells.values() for cells in row.cells.values()), (
        "nobody gets through: the row needs a body that can be accepted, or says `undone = why not`"
    )


def _answer(asked: Asking, filled: Template, row: Row, side: str, column: str) -> Any:
    if not row.fresh or row.cells[side][column] != "ok":
        return asked.answer(row, side, column)
    state = asked.province.site.app.state
    before = state.database
    with filled.copied() as state.database:
        answer = asked.answer(row, side, column)
    state.database = before
    return answer


def test_what_is_foreign_is_never_answered_to_who_is_tied_to_a_place() -> None:
    """Read from the table alone: an exception says why (`shows` or `because`)."""
    assert [
        f"{row.key} {column}"
        for row in ROWS
        if not row.shows and not row.because
        for column, mark in row.cells.get("foreign", {}).items()
        if column in PLACED and mark == "ok"
    ] == []


def test_a_route_without_a_permission_is_closed_to_everybody(filled: Template, asking: Asking) -> None:
    @get("/baru", sync_to_thread=False)
    def forgotten() -> str:
        return "terbuka"

    row = Row("GET /baru", "GET", "/baru", {})
    with filled.copied() as database:
        app = create_app(asking.province.site.settings, database, routes=[forgotten, *entry.HANDLERS])
        with TestClient(app=app) as client:
            asked = Asking(client, asking.province)
            closed = {column: asked.answer(row, "own", column).status_code for column in COLUMNS}
    assert closed == dict.fromkeys(COLUMNS, 403)


def test_asking_what_a_path_offers_tells_a_stranger_nothing(asking: Asking) -> None:
    """OPTIONS is answered by the framework for every path: closed like a route without a permission."""
    known = routes(asking.province.site.app)
    answers = {route.split(" ")[1]: asking.client.options(route.split(" ")[1]) for route in known if "{" not in route}
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code not in {204, 403}} == {}
