"""An assessor's last day is D: what the pages take on D, and refuse from D + 1 on."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from tests.support.event import PASSPHRASE, Event, at
from tests.support.site import Browser, Site, User
from tests.web.test_api import site_user

from assessor_registry.accounts import store as accounts
from assessor_registry.accounts.rules import PROVINCE
from assessor_registry.assessments import actions, store

LAST = date(2026, 11, 25)


class Late:
    """Two candidates on the last day of an assessor; one result is recorded that evening and not signed."""

    def __init__(self, site: Site) -> None:
        self.site = site
        with time_machine.travel(at(LAST - timedelta(days=1), 9), tick=False):
            self.event = Event(site.database, 2, founded=True)
            self.actor, self.schedule, self.attempts = self.event.ready(2, LAST, first=LAST)
            login = site_user(site, self.actor)
        with site.database.read() as conn:
            account = accounts.account_by_login(conn, login)
            assert account is not None
            grant = accounts.grants_of(conn, account.id)[0]
        self.user = User(account.id, login, self.actor.name, "assessor", self.actor.scope, grant.id)

    def browser(self) -> Browser:
        return self.site.browse(self.user)

    def save(self, browser: Browser, attempt: Any, version: int = 0) -> Any:
        content = {"outcome": "assessed", "units": dict.fromkeys(self.event.codes, "K"), "note": None}
        item = {"draft": f"{attempt}:1", "version": version, "content": content, "key": "x"}
        answer = browser.client.put(
            f"/rekam/{self.schedule}/isian", json={"items": [item]}, headers={"x-csrftoken": browser.token}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["items"][0]

    def sign(self, browser: Browser) -> Any:
        with self.site.database.read() as conn:
            rows = store.drafts_of(conn, self.attempts)
            # On the last day the page shows them; after it somebody sends what the page of that day had shown.
            found = actions.preview_signing(conn, self.actor, [row.id for row in rows], now=at(LAST, 20))
        drafts = [f"{one.draft_id}:{one.version}:{one.digest}" for one in found]
        return browser.post(
            f"/rekam/{self.schedule}/tanda-tangan", draft=drafts, acknowledgement="paper", passphrase=PASSPHRASE
        )

    def signed(self) -> int:
        with self.site.database.read() as conn:
            return len(store.records(conn, PROVINCE, schedule_id=self.schedule))


@pytest.mark.parametrize(("days_late", "taken"), [(0, True), (1, False), (30, False)])
def test_the_pages_take_results_and_signatures_on_the_last_day_and_never_after(
    site: Site, days_late: int, taken: bool
) -> None:
    late = Late(site)
    with time_machine.travel(at(LAST, 20), tick=False):
        first = late.save(late.browser(), late.attempts[0])
    assert first["status"] == "saved"
    with time_machine.travel(at(LAST + timedelta(days=days_late), 23), tick=False):
        browser = late.browser()
        second = late.save(browser, late.attempts[1])
        page = browser.get(f"/rekam/{late.schedule}/tanda-tangan")
        answer = late.sign(browser)
        home = browser.get("/")
    assert page.status_code == home.status_code == 200
    if taken:
        assert second["status"] == "saved"
        assert answer.status_code == 303
        assert late.signed() == 2
    else:
        assert second["status"] == "refused"
        assert "berakhir" in second["message"]
        assert answer.status_code == 409
        assert late.signed() == 0
        assert "tidak aktif sebagai asesor" in home.text
