"""A body that is too large or has too many unknown fields is refused at once, with an answer shorter than itself."""

import asyncio
import json
import time
from typing import Any

import pytest
from tests.support.site import Browser, Site


def nobody(site: Site) -> Browser:
    return site.browse()


def test_many_unknown_fields_are_told_by_a_few_names(site: Site) -> None:
    body = json.dumps({f"x{number}": 1 for number in range(15_000)}).encode()
    began = time.process_time()
    answer = nobody(site).client.post("/api/v1/session", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert 1 < len(answer.json()["reasons"]) <= 10
    assert time.process_time() - began < 2
    told = nobody(site).post("/masuk", {f"x{number}": "1" for number in range(15_000)})
    assert told.status_code == 422
    assert len(told.text) < 20_000


def test_known_fields_are_judged_beside_unknown_ones(site: Site) -> None:
    answer = nobody(site).client.post("/api/v1/session", json={"login": "", "other": 1})
    codes = {each["code"] for each in answer.json()["reasons"]}
    assert codes == {"web.missing", "web.unknown_field"}


@pytest.mark.parametrize("path", ["/api/v1/session", "/masuk", "/cek/ABC"])
def test_what_is_typed_is_never_longer_than_a_quarter_of_a_mebibyte(site: Site, path: str) -> None:
    browser = nobody(site)
    if path.startswith("/api"):
        answer = browser.client.post(path, json={"login": "x" * 300_000, "password": "y"})
    else:
        answer = browser.post(path, {"login": "x" * 300_000, "kode": "y" * 300_000})
    assert answer.status_code == 413


def test_a_body_that_breaks_off_is_no_error_of_the_server(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    sent: list[Any] = []
    coming: list[Any] = [{"type": "http.request", "body": b'{"lo', "more_body": True}, {"type": "http.disconnect"}]
    path = "/api/v1/session"
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
             "headers": [(b"content-type", b"application/json")], "client": ("127.0.0.1", 1), "root_path": "",
             "scheme": "http", "server": ("127.0.0.1", 2), "http_version": "1.1", "extensions": {}}  # fmt: skip

    async def receive() -> Any:
        return coming.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(site.app(scope, receive, send))  # type: ignore[arg-type]
    assert sent[0]["status"] == 400
    assert [each.message for each in caplog.records if each.levelname == "ERROR"] == []


def test_a_file_may_be_longer(site: Site) -> None:
    division = site.as_role("division")
    answer = division.post("/impor", {"kind": "assessors"}, files={"file": ("daftar.csv", b"a;b\n" * 200_000)})
    assert answer.status_code == 422
    assert "judul kolom" in answer.text.lower()
