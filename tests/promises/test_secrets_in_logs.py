"""Secrets and personal data (G16): planted in a long scenario, searched for in every log, address, file name and table.

A real server is used as people use it: wrong and right passwords and passphrases, a NIK imported and revealed, tokens,
codes, cookies. Then all that was logged (our code and uvicorn at DEBUG with its access log on, PostgreSQL's own log),
every address that was asked for, every file name, and every row of every table is searched for what was planted.
"""

import base64
import io
import json
import logging
import re
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn
from litestar import get
from litestar.testing import TestClient
from sqlalchemy import text
from tests.conftest import Cluster
from tests.support.importing import HEADINGS, PUPIL_HEADINGS, assessor, pupil, workbook_bytes
from tests.support.province import Province, Template
from tests.support.site import PASSWORD
from tests.world import PASSPHRASE

from assessor_registry import clock
from assessor_registry.accounts import actions as accounts
from assessor_registry.app import create_app
from assessor_registry.web.guards import public

LOGGERS = ("assessor_registry", "uvicorn", "uvicorn.error", "uvicorn.access", "litestar", "psycopg", "psycopg.pool",
           "asyncio", "apscheduler", "multipart", "python_multipart", "httpx", "httpcore.connection")  # fmt: skip


@dataclass
class Planted:
    """What must not come out, by what it is."""

    values: dict[str, str] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)

    def __call__(self, what: str, value: str) -> str:
        self.values[what] = value
        return value

    def found_in(self, text: str) -> list[str]:
        """Which of it is there: as it is, percent-encoded, in hex or in base 64."""
        return [what for what, value in self.values.items() if any(shape in text for shape in _shapes(value))]


def _shapes(value: str) -> set[str]:
    raw = value.encode()
    return {value, httpx.QueryParams({"x": value}).__str__()[2:], raw.hex(), base64.b64encode(raw).decode().rstrip("=")}


@contextmanager
def everything_logged() -> Iterator[io.StringIO]:
    """All that these loggers say at DEBUG."""
    kept = io.StringIO()
    handler = logging.StreamHandler(kept)
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    found = [logging.getLogger(name) for name in LOGGERS]
    before = [(each.level, each.propagate) for each in found]
    for each in found:
        each.setLevel(logging.DEBUG)
        each.propagate = False
        each.addHandler(handler)
    try:
        yield kept
    finally:
        for each, (level, propagate) in zip(found, before, strict=True):
            each.removeHandler(handler)
            each.setLevel(level)
            each.propagate = propagate


@contextmanager
def loud_server(province: Province) -> Iterator[str]:
    """The application behind uvicorn with all that it can be made to log, but for the raw messages of TRACE."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(province.site.app, log_level="debug", access_log=True, log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


class Visitor:
    """A browser that notes each address it asks for."""

    def __init__(self, address: str, planted: Planted) -> None:
        self.client = httpx.Client(base_url=address, follow_redirects=False, timeout=60)
        self.planted = planted
        self.get("/masuk")

    def _noted(self, answer: httpx.Response) -> httpx.Response:
        self.planted.addresses += [str(answer.request.url), answer.headers.get("location", "")]
        return answer

    def get(self, path: str) -> httpx.Response:
        return self._noted(self.client.get(path))

    def post(self, path: str, files: Any = None, **fields: str) -> httpx.Response:
        token = self.client.cookies["formulir"]
        body = {"_csrf_token": token, "_once": secrets.token_hex(8), **fields}
        return self._noted(self.client.post(path, data=body, files=files))

    def api(self, method: str, path: str, token: str | None = None, **body: Any) -> httpx.Response:
        headers = {"idempotency-key": secrets.token_hex(8)} | ({"authorization": f"Bearer {token}"} if token else {})
        return self._noted(self.client.request(method, f"/api/v1/{path}", headers=headers, **body))

    def sign_in(self, login: str, password: str = PASSWORD) -> httpx.Response:
        answer = self.post("/masuk", login=login, password=password)
        if "sesi" in self.client.cookies:
            self.planted(f"session of {login}", self.client.cookies["sesi"])
        return answer


@dataclass(frozen=True)
class Aftermath:
    """What is left when the scenario has been played."""

    province: Province
    planted: Planted
    logged: str


@pytest.fixture(scope="module")
def played(filled: Template) -> Iterator[Aftermath]:
    planted = Planted()
    with filled.opened() as province, everything_logged() as kept:
        with loud_server(province) as address:
            _play(province, planted, address)
        yield Aftermath(province, planted, kept.getvalue())


def _login(province: Province, who: str) -> str:
    query = "SELECT login FROM account WHERE id = :id"
    return str(province.ask(query, id=province.actors[who].account_id))


def _play(province: Province, planted: Planted, address: str) -> None:
    planted("password", PASSWORD)
    planted("passphrase", PASSPHRASE)
    for part in (_coming_in, _importing, _signing, _programs):
        visitor = Visitor(address, planted)
        try:
            part(province, planted, visitor)
        finally:
            visitor.client.close()


def _coming_in(province: Province, planted: Planted, visitor: Visitor) -> None:
    login = _login(province, "panel")
    assert visitor.sign_in(login, planted("wrong password", "salah besar sekali 77")).status_code == 401
    assert visitor.sign_in(planted("password as login", "rahasiaku.disini"), "apa saja boleh").status_code in {401, 422}
    assert visitor.sign_in(login).status_code == 303
    new = planted("new password", "danau semayang tenang")
    assert visitor.post("/akun/kata-sandi", old="salah besar sekali 77", new=new, again=new).status_code in {
        401,
        403,
        422,
    }
    assert visitor.post("/akun/kata-sandi", old=PASSWORD, new=new, again=new).status_code == 303
    planted("renewed session", visitor.client.cookies["sesi"])
    made = visitor.post("/akun/token", label="Laporan", days="30")
    shown = re.search(r"<code[^>]*>([A-Za-z0-9_-]{43})</code>", made.text)
    assert shown
    planted("token of a page", shown[1])
    code = _code(province, planted)
    word = planted("password of a new account", "hutan wehea rimbun")
    wrong = planted("wrong code", "7K2M-QX4D-90FA-TR3B")
    assert visitor.post("/aktivasi", code=wrong, password=word, again=word).status_code in {401, 404, 422}
    assert visitor.post("/aktivasi", code=code, password=word, again=word).status_code == 200
    assert visitor.post("/keluar").status_code == 303


def _code(province: Province, planted: Planted) -> str:
    system, database = province.world.system, province.site.database

    def make(tx: Any) -> str:
        made = accounts.create_account(tx, system, login="baru.sekali", name="Contoh Baru", now=clock.now())
        return accounts.issue_code(tx, system, made, now=clock.now())

    return planted("code", database.perform(make))


def _importing(province: Province, planted: Planted, visitor: Visitor) -> None:
    assert visitor.sign_in(_login(province, "division")).status_code == 303
    niks = [planted(f"NIK {number}", f"647201010180{number}") for number in (7771, 7772, 7773)]
    register = workbook_bytes(HEADINGS, [assessor(71, nik=niks[0]), assessor(72, nik=niks[1][:11])])
    sent = visitor.post("/impor", files={"file": ("daftar.xlsx", register)}, kind="assessors")
    assert sent.status_code == 303
    shown = visitor.get(sent.headers["location"])
    plan = shown.text.split('name="plan" value="')[1].split('"', maxsplit=1)[0]
    assert visitor.post(f"{sent.headers['location']}/terapkan", plan=plan).status_code == 303
    assert visitor.get(f"{sent.headers['location']}/laporan.xlsx").status_code == 200
    pupils = workbook_bytes(PUPIL_HEADINGS, [pupil(71, nik=niks[2])])
    sent = visitor.post(
        "/impor", files={"file": ("siswa.xlsx", pupils)}, kind="students", school=province.own.ids["npsn"]
    )
    assert sent.status_code == 303
    assert visitor.get(sent.headers["location"]).status_code == 200
    person = province.ask("SELECT id FROM assessor WHERE name = 'Asesor Contoh 71'")
    revealed = visitor.post(f"/asesor/{person}/nik", reason="Menyiapkan berkas RCC")
    assert niks[0] in revealed.text
    own = province.own.ids["assessor_id"]
    planted("NIK of an assessor", "6472010101805001")
    assert "6472010101805001" in visitor.post(f"/asesor/{own}/nik", reason="Menyiapkan berkas RCC").text


def _signing(province: Province, planted: Planted, visitor: Visitor) -> None:
    ids = province.own.ids
    assert visitor.sign_in(_login(province, "assessor")).status_code == 303
    where = f"/rekam/{ids['schedule_id']}/tanda-tangan"
    draft = re.findall(r'name="draft" value="([^"]+)"', visitor.get(where).text)[0]
    wrong = planted("wrong passphrase", "sapi hitam duduk siang")
    assert visitor.post(where, draft=draft, acknowledgement="paper", passphrase=wrong).status_code >= 400
    assert visitor.post(where, draft=draft, acknowledgement="paper", passphrase=PASSPHRASE).status_code == 303
    other = planted("second passphrase", "ikan pesut berenang jauh")
    assert visitor.post("/akun/frasa", passphrase=other, again=other).status_code == 303
    visitor.post(f"/cek/{ids['code']}", nisn=planted("wrong NISN", "0099887766"))


def _programs(province: Province, planted: Planted, visitor: Visitor) -> None:
    login = _login(province, "division")
    refused = visitor.api("POST", "session", json={"login": login, "password": "salah besar sekali 77"})
    assert refused.status_code == 401
    opened = visitor.api("POST", "session", json={"login": login, "password": PASSWORD})
    token = planted("token", opened.json()["token"])
    assert visitor.api("GET", "assessors", token).status_code == 200
    assert visitor.api("GET", "assessors", planted("made-up token", secrets.token_urlsafe(32))).status_code == 401
    half = b'{"passphrase": "' + PASSPHRASE.encode()
    assert visitor.api("POST", "records/sign", token, content=half).status_code in {400, 403}
    assert visitor.api("DELETE", "session", token).status_code == 204


def test_no_log_holds_a_secret_or_a_number_of_a_person(played: Aftermath, cluster: Cluster) -> None:
    assert "/masuk" in played.logged, "the log was not captured"
    assert len(played.planted.values) > 15
    assert played.planted.found_in(f"x {PASSPHRASE} {PASSPHRASE.encode().hex()}") == ["passphrase"]
    assert played.planted.found_in(played.logged) == []
    logs = list(cluster.folder.rglob("server.log*"))
    assert logs
    assert {str(path): played.planted.found_in(path.read_text(errors="replace")) for path in logs} == {
        str(path): [] for path in logs
    }


def test_no_address_and_no_file_name_holds_one(played: Aftermath) -> None:
    assert len(played.planted.addresses) > 40
    assert played.planted.found_in("\n".join(played.planted.addresses)) == []
    folder = played.province.site.settings.data_dir
    names = [str(path.relative_to(folder)) for path in folder.rglob("*")]
    assert names
    assert played.planted.found_in("\n".join(names)) == []


def test_no_table_holds_one_in_the_clear(played: Aftermath) -> None:
    """Not the trail, not the idempotency keys, not the imports: hashed, encrypted or masked."""
    found: dict[str, list[str]] = {}
    with played.province.site.database.read() as conn:
        tables = conn.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        for table in tables:
            rows = "\n".join(conn.execute(text(f'SELECT t::text FROM "{table}" t')).scalars())
            if hits := played.planted.found_in(rows):
                found[table] = hits
    assert len(tables) > 30
    assert found == {}


def test_what_an_unexpected_error_says_of_a_person_is_not_logged(filled: Template) -> None:
    nik = "6472" + "010101807779"  # apart, for a log may show lines of source

    @get("/ledak", opt=public(), sync_to_thread=True)
    def broken() -> str:
        raise RuntimeError(nik)

    with filled.copied() as database, everything_logged() as kept:
        app = create_app(filled.filled.site.settings, database, routes=[broken])
        with TestClient(app=app, raise_server_exceptions=False) as client:
            answer = client.get("/ledak")
    assert answer.status_code == 500
    assert "RuntimeError" in kept.getvalue()
    assert nik not in kept.getvalue() + answer.text
    assert json.dumps("Traceback")[1:-1] not in answer.text
