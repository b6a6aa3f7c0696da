"""On a phone of 360 pixels every link and button is 44 pixels high, so that a finger meets it."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import text
from tests.support.event_pages import Events, events
from tests.support.live import PHONE, chromium, served, signed_in
from tests.support.site import PASSWORD, Site, User

from assessor_registry import jobs
from assessor_registry.accounts import store as accounts
from assessor_registry.accounts.actions.hashing import hash_of
from assessor_registry.accounts.rules import Actor

SHOTS = os.environ.get("SHOTS_DIR")

# Visible links and buttons lower than 44 px (less one for rounding). A link within a sentence may be lower: one that
# shares its line with words of the same paragraph. The one that leads past the menu is seen by keyboards only.
LOW = """() => [...document.querySelectorAll('a[href], button, summary, label.choice, .verdict label')]
  .filter(e => e.offsetParent && !e.classList.contains('skip') && e.checkVisibility())
  .filter(e => Math.max(...[...e.getClientRects()].map(r => r.height)) < 43)
  .filter(e => {
    const said = [...(e.closest('p') || e).childNodes].filter(n => n.nodeType === 3).map(n => n.textContent).join('');
    return !/[a-z]{3,}/i.test(said) || e.closest('p') === null;
  })
  .map(e => `${Math.round(e.getBoundingClientRect().height)} px: ${e.outerHTML.slice(0, 90)}`)"""


@pytest.fixture
def there(site: Site) -> Events:
    return events(site)


def enters(there: Events, actor: Actor) -> User:
    """Someone of the world, with a password to sign in with."""

    def act(tx: object) -> str:
        accounts.change_account(tx, actor.account_id, password_hash=hash_of(PASSWORD))  # type: ignore[arg-type]
        found = accounts.account(tx, actor.account_id)  # type: ignore[arg-type]
        assert found is not None
        return found.login

    login = there.site.perform(act)
    assert actor.account_id is not None
    assert actor.grant_id is not None
    return User(actor.account_id, login, actor.name, actor.role, actor.scope, actor.grant_id, actor.assessor_id)


def low(page: Page, address: str, paths: list[str], who: str) -> list[str]:
    """What is too low on each of these pages."""
    found = []
    for path in paths:
        answer = page.goto(f"{address}{path}")
        assert answer is not None
        assert answer.status == 200, path
        page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true })")
        found += [f"{who} {path} {each}" for each in page.evaluate(LOW)]
        if SHOTS:
            name = re.sub(r"[^a-z]+", "-", re.sub(r"[0-9a-f-]{36}", "id", path)).strip("-") or "home"
            page.screenshot(path=Path(SHOTS) / f"{who}-{name}.png", full_page=True)
    return found


def test_every_link_and_button_of_a_phone_is_as_high_as_a_finger(there: Events) -> None:
    world, site = there.world, there.site
    plan, who = there.held(candidates=3)
    [code] = world.sign(who, world.record(who, plan.attempts[0]))
    world.record(who, plan.attempts[1])
    ending = world.assessor((site.day(-900), site.day(20)), enrolled=False)
    query = text("UPDATE assessor SET phone = '081234567890', email = 'guru@sekolah.contoh.sch.id' WHERE id = :id")
    site.perform(lambda tx: tx.execute(query, {"id": ending.id}))
    jobs.sweep(site.database, site.today, now=world.now, mail=True)
    student = world.students(1)[0]
    lists = ["/", "/asesor", f"/asesor/{who.id}", "/siswa", f"/siswa/{student}", "/hasil", f"/hasil/{code}",
             "/hasil/belum", "/jadwal", f"/jadwal/{plan.id}", "/tindak-lanjut", "/skema", "/lembaga",
             f"/lembaga/lsp/{world.home.id}", "/surat", "/akun", "/impor"]  # fmt: skip
    own = ["/", f"/asesor/{who.id}", "/hasil", "/jadwal", f"/jadwal/{plan.id}", f"/rekam/{plan.id}",
           f"/rekam/{plan.id}/tanda-tangan", f"/rekam/{plan.id}/selesai?n=1",
           f"/hasil/{code}", "/akun"]  # fmt: skip
    wrong: list[str] = []
    with served(site) as address, chromium() as browser:
        for name, user, paths in (
            ("division", site.user("division"), lists),
            ("lsp_admin", enters(there, world.home.admin), lists),
            ("assessor", enters(there, who.actor), own),
        ):
            wrong += low(signed_in(browser, address, user, viewport=PHONE), address, paths, name)
        anyone = browser.new_context(viewport=PHONE, locale="id-ID").new_page()  # type: ignore[arg-type]
        wrong += low(anyone, address, ["/cek", f"/cek/{code}", "/masuk"], "anyone")
    assert wrong == []
