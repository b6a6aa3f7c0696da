"""Immediate revocation (G8): what is taken away is gone on the very next request of a session and a token already open.

No cache window: the request before is let in, the act happens elsewhere, the request after is refused.
"""

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from litestar.testing import TestClient
from sqlalchemy import text
from tests.support.province import Province, Template
from tests.support.site import PASSWORD
from tests.world import LONG

from assessor_registry import clock
from assessor_registry.accounts import actions as accounts
from assessor_registry.accounts.actions.sessions import open_credential
from assessor_registry.accounts.rules import SESSION_IDLE
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.validity import actions as validity
from assessor_registry.web.guards import SESSION_COOKIE

REGISTER = {"session": "/asesor", "token": "/api/v1/assessors"}


class Open:
    """A session or a token of someone, opened before anything happens."""

    def __init__(self, province: Province, client: TestClient[Any], who: str, kind: str) -> None:
        self.province, self.client, self.kind = province, client, kind
        # What the page had shown of the draft, before anything was taken away.
        self.pin = ""
        actor, now = province.actors[who], clock.now()
        values = {"kind": kind, "account_id": actor.account_id, "grant_id": actor.grant_id,
                  "expires_at": now + timedelta(days=7)}  # fmt: skip
        self.secret: str = province.site.database.perform(lambda tx: open_credential(tx, values, now))

    def ask(self, method: str, path: str, **body: Any) -> Any:
        headers = {"idempotency-key": secrets.token_hex(8)}
        if self.kind == "token":
            headers["authorization"] = f"Bearer {self.secret}"
        else:
            if "formulir" not in self.client.cookies:
                self.client.get("/masuk")
            token = str(self.client.cookies["formulir"])
            headers |= {"cookie": f"formulir={token}; {SESSION_COOKIE}={self.secret}", "x-csrftoken": token}
        return self.client.request(method, path, headers=headers, follow_redirects=False, **body)

    def status(self) -> int:
        """Of the register, which the division reads: 200, 403, or 401 (a page sends to the sign-in page)."""
        answer = self.ask("GET", REGISTER[self.kind])
        away = answer.status_code in {302, 303, 307} and answer.headers["location"].partition("?")[0] == "/masuk"
        return 401 if away else int(answer.status_code)

    def save(self, name: str = "today", place: int = 3) -> str:
        """`saved`, or why a result is not taken."""
        plan = self.province.own.plans[name]
        attempt = plan.attempts[place]
        if self.kind == "token":
            answer = self.ask("PUT", f"/api/v1/assessments/{attempt}/record", json={"version": self._version(attempt)})
            return "saved" if answer.status_code == 200 else f"{answer.status_code} {answer.json()['reasons']}"
        item = {"draft": f"{attempt}:1", "version": self._version(attempt), "content": {}}
        answer = self.ask("PUT", f"/rekam/{plan.id}/isian", json={"items": [item]})
        if answer.status_code != 200:
            return str(answer.status_code)
        found = answer.json()["items"][0]
        if not self.pin:
            shown = self.ask("GET", f"/rekam/{self.province.own.ids['schedule_id']}/tanda-tangan").text
            self.pin = re.findall(f'value="({self.province.own.ids["draft_id"]}:[^"]+)"', shown)[0]
        return "saved" if found["status"] == "saved" else f"{found['status']} {found['message']}"

    def sign(self) -> int:
        """The status of signing what is ready."""
        ids = self.province.own.ids
        if self.kind == "token":
            body: dict[str, Any] = {"json": {"records": [ids["draft_id"]], "passphrase": "kuda putih lari pagi"}}
            return int(self.ask("POST", "/api/v1/records/sign", **body).status_code)
        form = {"draft": self.pin, "acknowledgement": "paper", "passphrase": "kuda putih lari pagi"}
        return int(self.ask("POST", f"/rekam/{ids['schedule_id']}/tanda-tangan", data=form).status_code)

    def _version(self, attempt: Any) -> int:
        return int(self.province.ask("SELECT coalesce(max(version), 0) FROM draft WHERE attempt_id = :a", a=attempt))


@pytest.fixture
def province(filled: Template) -> Iterator[Province]:
    with filled.opened() as found:
        yield found


@pytest.fixture
def client(province: Province) -> Iterator[TestClient[Any]]:
    with TestClient(app=province.site.app) as opened:
        yield opened


Opening = Callable[..., Open]


@pytest.fixture(params=["session", "token"])
def opened(request: pytest.FixtureRequest, province: Province, client: TestClient[Any]) -> Opening:
    """Opens a session of someone, and a token: each test runs with both."""
    return lambda who: Open(province, client, who, request.param)


def act(province: Province, verb: Any, *args: Any) -> None:
    province.site.database.perform(lambda tx: verb(tx, province.world.system, *args, now=clock.now()))


def test_a_disabled_account_is_refused_on_its_next_request(province: Province, opened: Opening) -> None:
    division = opened("division")
    assert division.status() == 200
    act(province, accounts.disable, province.actors["division"].account_id)
    assert division.status() == 401


def test_an_account_that_is_enabled_again_has_to_sign_in_again(province: Province, opened: Opening) -> None:
    division = opened("division")
    act(province, accounts.disable, province.actors["division"].account_id)
    act(province, accounts.enable, province.actors["division"].account_id)
    assert division.status() == 401


def test_a_role_that_is_taken_away_grants_nothing_on_the_next_request(province: Province, opened: Opening) -> None:
    division = opened("division")
    assert division.status() == 200
    act(province, accounts.revoke_grant, province.actors["division"].grant_id)
    assert division.status() in {401, 403}


def test_a_role_whose_last_day_was_yesterday_grants_nothing(province: Province, opened: Opening) -> None:
    division = opened("division")
    assert division.status() == 200
    with province.site.database.transaction() as tx:
        tx.execute(
            text("UPDATE access_grant SET last_day = :day WHERE id = :id"),
            {"day": province.site.day(-1), "id": province.actors["division"].grant_id},
        )
    assert division.status() in {401, 403}


def test_a_changed_password_ends_what_was_open_elsewhere(province: Province, opened: Opening) -> None:
    division, actor = opened("division"), province.actors["division"]
    assert division.status() == 200
    accounts.change_password(
        province.site.database, actor, PASSWORD, "sungai mahakam luas", now=clock.now(), keep_secret=None
    )
    assert division.status() == 401


def test_a_session_that_nobody_used_for_long_has_ended(province: Province, client: TestClient[Any]) -> None:
    division = Open(province, client, "division", "session")
    assert division.status() == 200
    with time_machine.travel(clock.now() + SESSION_IDLE + timedelta(minutes=6), tick=True):
        assert division.status() == 401


# --- Assessors: the right to record and to sign follows the days in which they are active ------------------------


def test_an_assessor_who_is_suspended_records_and_signs_nothing_more(province: Province, opened: Opening) -> None:
    assessor = opened("assessor")
    assert assessor.save() == "saved"
    new = validity.NewSanction(
        province.own.people["active"].id, "suspension", province.site.today, None, "S-1", province.site.today,
        province.site.today,
    )  # fmt: skip
    _suspend(province, new)
    assert assessor.save() != "saved"
    assert assessor.sign() in {403, 404, 409, 422}
    assert province.ask("SELECT count(*) FROM record WHERE attempt_id = :a", a=province.own.ids["attempt_id"]) == 0


def _suspend(province: Province, new: validity.NewSanction) -> None:
    world = province.world
    before, world.db = world.db, province.site.database
    try:
        world.suspend(province.own.people["active"], new.first_day)
    finally:
        world.db = before


@contextmanager
def around_midnight(province: Province) -> Iterator[tuple[datetime, datetime]]:
    """The last minute of today in the institution's zone (UTC+8), and the first one of tomorrow."""
    day = province.site.today
    midnight = datetime(day.year, day.month, day.day, 16, tzinfo=UTC)
    yield midnight - timedelta(seconds=50), midnight + timedelta(seconds=10)


def test_an_assessor_is_refused_from_the_first_minute_after_the_last_day(province: Province, client: Any) -> None:
    """The certificate is made to end today; the session is open across midnight and nothing else happens."""
    _ends_today(province)
    with around_midnight(province) as (before, after):
        for kind in ("session", "token"):
            with time_machine.travel(before, tick=True):
                assessor = Open(province, client, "assessor", kind)
                assert assessor.save(place=3 if kind == "session" else 4) == "saved"
            with time_machine.travel(after, tick=True):
                assert assessor.save(place=3 if kind == "session" else 4) != "saved"
                assert assessor.sign() in {409, 422}
    assert province.ask("SELECT count(*) FROM record WHERE attempt_id = :a", a=province.own.ids["attempt_id"]) == 0


def _ends_today(province: Province) -> None:
    """Correct the certificate: what stands on the days after it is withdrawn."""
    person, today, system, now = province.own.people["active"], province.site.today, province.world.system, clock.now()
    new = validity.NewCertificate(person.id, LONG[0], today, "contoh", number="SERT-1")
    with province.site.database.transaction() as tx:
        done = validity.correct_certificate(tx, system, person.certificates[0], new, reason="Salah ketik", now=now)
        scheduling.withdraw_lost(tx, system, done.shrunk, now=now)
