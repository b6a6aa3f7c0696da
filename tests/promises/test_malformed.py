"""Malformed input (G6): random bad input to every route. No 500, no stack trace in an answer, none slower than 2 s.

`schemathesis` reads the description of the API; every row of the matrix is sent its good body with something wrong in
it, as someone who is let in. A seeded sample as part of the tests, 100,000 requests and more in the campaign.
"""

import re
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, cast

import pytest
import requests as requests_library
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from litestar.testing import TestClient
from tests.support.campaign import full, size
from tests.support.fuzzing import HEADERS, Request, bodies, encoded, queries, texts
from tests.support.matrix import PARAMETER, Asking, Cell, Row, file_of, rows
from tests.support.province import Template

from assessor_registry.web.guards import SESSION_COOKIE
from assessor_registry.web.places import Places

ROWS = [row for row in rows() if " #" not in row.key]
PER_ROW = size(5, 600)
PER_OPERATION = size(6, 1_500)
TRACE = re.compile(r"Traceback \(most recent|File \"[^\"]+\", line \d+|site-packages|psycopg\.|sqlalchemy\.|litestar\.")
SLOW = 2.0
TRIED = settings(
    max_examples=PER_ROW, derandomize=not full(), database=None, deadline=None,
    phases=(Phase.generate,), suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture(scope="module")
def asking(filled: Template) -> Iterator[Asking]:
    with (
        filled.opened() as province,
        TestClient(app=province.site.app, raise_server_exceptions=False) as client,
    ):
        yield Asking(client, province)


@pytest.fixture
def asked(asking: Asking, filled: Template) -> Iterator[Asking]:
    """Each row has a registry of its own: what one request did is of no concern to the next row."""
    state = asking.province.site.app.state
    before = state.database, state.places
    with filled.copied() as database:
        state.database, state.places = database, Places(database)
        yield asking
    state.database, state.places = before


def answered(asking: Asking, request: Request) -> Any:
    """Send it; one that is slow is asked again. Another program may have had the processor: what counts is how long it
    was used here, and a fifth of the time that passed, for what waits without using it.
    """
    for _ in range(3):
        start, used = time.perf_counter(), time.process_time()
        answer = asking.client.request(
            request.method, request.path, headers=request.headers, content=request.content, follow_redirects=False
        )
        if max(time.process_time() - used, (time.perf_counter() - start) / 5) < SLOW:
            return answer
    pytest.fail(f"slower than {SLOW} s: {request!r}")


def complaint(request: Request, answer: Any) -> str | None:
    if answer.status_code >= 500 and answer.status_code != 503:
        return f"{answer.status_code} for {request!r}"
    if "text" in answer.headers.get("content-type", "") or "json" in answer.headers.get("content-type", ""):
        found = TRACE.search(answer.text)
        return f"shows {found[0]!r} for {request!r}" if found else None
    return None


@st.composite
def requests(draw: Any, asking: Asking, row: Row) -> Request:
    """One request to a row's route, as someone whom the row lets in."""
    side = draw(st.sampled_from(sorted(row.cells)))
    let_in = [column for column, mark in row.cells[side].items() if mark == "ok"] or ["anonymous"]
    column = draw(st.sampled_from(let_in))
    at = Cell(asking.province, side, column)
    spoiled = draw(st.integers(0, 9))
    path = PARAMETER.sub(lambda found: _place(draw, at, row, found[1], spoiled), row.path)
    headers = {name.encode(): value.encode() for name, value in asking.headers(row, column).items()}
    if spoiled == 8:
        headers[draw(st.sampled_from(HEADERS)).encode()] = (
            draw(texts).encode("utf-8", "replace").translate(None, b"\r\n\x00")
        )
    if spoiled == 9:
        cookie = f"formulir={secrets.token_hex(4)}; {SESSION_COOKIE}={encoded(draw(texts))}"
        headers[b"cookie"] = cookie.encode()
    content, media = _body(draw, at, row)
    if media:
        headers[b"content-type"] = media.encode()
    query = draw(queries()) if row.method == "GET" or spoiled == 0 else ""
    return Request(row.method, f"{path}?{query}" if query else path, headers, content)


def _place(draw: Any, at: Cell, row: Row, name: str, spoiled: int) -> str:
    return encoded(draw(texts)) if spoiled == 1 else encoded(at.value(row.names.get(name, f"${name}")))


def _body(draw: Any, at: Cell, row: Row) -> tuple[bytes | None, str | None]:
    if row.method in {"GET", "HEAD"}:
        return None, None
    kind = next((each for each in ("form", "json", "multipart") if each in row.body), None)
    good = at.filled(row.body[kind]) if kind else {}
    good = {name: file_of(value)[1] if str(value)[:5] == "file:" else value for name, value in good.items()}
    if kind in {"form", "multipart"}:
        good["_once"] = secrets.token_hex(8)
    made: tuple[bytes | None, str | None] = draw(bodies(kind, good))
    return made


# A form that breaks off leaves its parts to the collector: Litestar closes only those that it has handed on.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.timeout(0)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_bad_input_is_refused_and_nothing_breaks(asked: Asking, row: Row) -> None:
    complaints: list[str] = []

    @TRIED
    @given(st.data())
    def tried(data: st.DataObject) -> None:
        request = data.draw(requests(asked, row))
        found = complaint(request, answered(asked, request))
        if found:
            complaints.append(found)

    tried()
    assert complaints == []


@pytest.mark.parametrize("body", [b'{"a":' * 5_000, b"[" * 30_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000])
def test_a_body_that_is_nested_too_deep_is_unreadable(asking: Asking, body: bytes) -> None:
    answer = asking.client.post("/api/v1/session", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "web.unreadable")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("", b"\xff\xfe"),
        ("Content-Type: text/plain; charset=klingon\r\n", b"a"),
        ("Content-Type: a/b; charset=utf-16\r\n", b"a"),
    ],
    ids=["not UTF-8", "a charset that nobody knows", "not in its charset"],
)
def test_a_part_that_is_not_text_is_unreadable(asking: Asking, kind: str, value: bytes) -> None:
    row = next(row for row in ROWS if row.route == "POST /api/v1/imports/students")
    part = f'--x\r\nContent-Disposition: form-data; name="school"\r\n{kind}\r\n'.encode()
    headers = asking.headers(row, "division") | {"content-type": "multipart/form-data; boundary=x"}
    answer = asking.client.post(row.path, content=part + value + b"\r\n--x--\r\n", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "web.unreadable")


@pytest.mark.parametrize("name", ["x" * 300, "a/" * 3_000, "app.css/x", "a%00b", "app.css%00", "%ED%A0%80", "..%5c"])
@pytest.mark.parametrize("folder", ["static", "vendor/htmx"])
def test_a_file_of_a_name_that_none_can_have_is_not_there(asking: Asking, folder: str, name: str) -> None:
    for method in ("GET", "HEAD"):
        assert asking.client.request(method, f"/{folder}/{name}").status_code == 404


def test_a_text_with_a_character_that_the_database_does_not_take_is_unknown(asking: Asking) -> None:
    for row in ROWS:
        if row.route in {"GET /skema/teks/cocokkan", "POST /skema/teks/cocokkan"}:
            headers = asking.headers(row, "division")
            sent: dict[str, Any] = (
                {"params": {"teks": "a\x00b"}} if row.method == "GET" else {"data": {"text": "a\x00b", "_once": "1"}}
            )
            answer = asking.client.request(row.method, row.path, headers=headers, **sent)
            assert answer.status_code in {404, 422}, row.key


@pytest.mark.timeout(0)
def test_what_the_description_of_the_api_allows_breaks_nothing(asked: Asking) -> None:
    """Every operation, with what its description allows and with what it does not, as an office-holder's token."""
    client = asked.client
    described = schemathesis.openapi.from_dict(client.get("/api/openapi.json").json())
    complaints: list[str] = []
    for found in described.get_all_operations():
        operation = cast("Any", found).ok()
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
            complaints += _operation(asked, operation, mode)
    assert complaints == []


def _operation(asked: Asking, operation: Any, mode: Any) -> list[str]:
    complaints: list[str] = []
    chance = secrets.SystemRandom() if full() else None

    @settings(TRIED, max_examples=PER_OPERATION)
    @given(st.data())
    def tried(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        who = chance.choice(WHO) if chance else data.draw(st.sampled_from(WHO))
        request = _sendable(case, asked.province.secret(who, "token"))
        found = complaint(request, answered(asked, request)) if request else None
        if found:
            complaints.append(found)

    with suppress(Unsatisfiable):  # an operation without anything to get wrong
        tried()
    return complaints


def _sendable(case: Any, token: str) -> Request | None:
    """A generated case as bytes; None for what no client can send."""
    given = case.as_transport_kwargs(base_url="http://testserver.local")
    given = {name: value for name, value in given.items() if name in KNOWN}
    try:
        made = requests_library.Request(**given).prepare()
    except (requests_library.RequestException, UnicodeError, ValueError):
        return None
    headers = {_bytes(name): _bytes(value) for name, value in made.headers.items()}
    for name in (b"content-length", b"Content-Length", b"Authorization"):
        headers.pop(name, None)
    headers |= {b"authorization": f"Bearer {token}".encode(), b"idempotency-key": secrets.token_hex(8).encode()}
    body = made.body.encode() if isinstance(made.body, str) else made.body
    return Request(str(made.method), made.path_url, headers, body if isinstance(body, bytes) else None)


def _bytes(text: str | bytes) -> bytes:
    return text.encode("utf-8", "replace") if isinstance(text, str) else text


KNOWN = frozenset({"method", "url", "headers", "files", "data", "params", "cookies", "json"})
WHO = ("division", "lsp_admin", "assessor", "school", "auditor", "operator")
