"""What a phone says when the server does not take a tap, without a signal, and when it is handed on."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import time_machine
from playwright.sync_api import Browser, Page, expect
from tests.support.event import DAY, at
from tests.support.live import chromium, follow, served, signed_in, until_kept
from tests.support.site import PASSWORD, Site, User
from tests.support.visit import Visit

from assessor_registry import clock
from assessor_registry.assessments.rules import Content

SAVED = "Semua tersimpan di server."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def sign_in_here(page: Page, user: User) -> None:
    page.get_by_label("Nama masuk").fill(user.login)
    page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()


def kept_pages(page: Page) -> list[str]:
    """The addresses of all that the browser keeps."""
    return page.evaluate(  # type: ignore[no-any-return]
        "async () => (await Promise.all((await caches.keys()).map(async (name) =>"
        " (await (await caches.open(name)).keys()).map((each) => each.url)))).flat()"
    )


def kept_names(page: Page) -> list[str]:
    return page.evaluate("() => caches.keys()")  # type: ignore[no-any-return]


def until_nothing_is_kept(page: Page) -> None:
    page.wait_for_function("async () => (await caches.keys()).length === 0")


def waiting(page: Page, account: object) -> int:
    """How many taps of an account wait in this browser."""
    return page.evaluate(  # type: ignore[no-any-return]
        "(name) => new Promise((done) => { const asked = indexedDB.open(name, 1); asked.onsuccess = () => {"
        " const rows = asked.result.transaction('waiting').objectStore('waiting').count();"
        " rows.onsuccess = () => { asked.result.close(); done(rows.result); }; }; })",
        f"asesmen-{account}",
    )


def test_a_session_that_has_ended_is_said_until_one_signs_in_again_and_the_tap_arrives(
    site: Site, browser: Browser
) -> None:
    visit = Visit(site, units=3, candidates=1)
    with served(site) as address:
        page = signed_in(browser, address, visit.user)
        path = f"{address}/rekam/{visit.schedule}/{visit.attempts[0]}"
        page.goto(path)
        saved = page.locator("[data-saved]")
        expect(saved).to_have_text(SAVED)
        page.context.clear_cookies(name="sesi")
        page.locator("label.k").first.click()
        expect(saved).to_contain_text("Sesi berakhir. 1 isian tetap ada di ponsel ini")
        with page.expect_response("**/isian"):
            page.locator("label.k").nth(1).click()
        expect(saved).to_contain_text("Sesi berakhir")
        follow(page, page.get_by_role("link", name="Masuk lagi"))
        sign_in_here(page, visit.user)
        page.wait_for_url(path)
        expect(saved).to_have_text(SAVED)
        page.context.close()
    (draft,) = visit.drafts()
    assert len(draft.units) == 2


def test_when_recording_is_closed_the_page_says_why_and_whom_to_ask_and_takes_no_more_taps(
    site: Site, browser: Browser
) -> None:
    last = clock.today(site.settings.zone)
    with ExitStack() as days:
        days.enter_context(time_machine.travel(at(last, 20)))
        visit = Visit(site, units=3, candidates=1, last_day=last)
        address = days.enter_context(served(site))
        page = signed_in(browser, address, visit.user)
        page.goto(f"{address}/rekam/{visit.schedule}/{visit.attempts[0]}")
        expect(page.locator("[data-saved]")).to_have_text(SAVED)
        days.enter_context(time_machine.travel(at(last + DAY, 1)))
        page.locator("label.bk").nth(2).click()
        for _ in range(2):
            banner = page.locator("[data-closed-why]")
            expect(banner).to_contain_text("Anda tidak aktif sebagai asesor")
            expect(banner).to_contain_text("mencatat hasilnya dari kertas FR.AK.02")
            open_still = "[data-draft] input:enabled:not([type=hidden]), [data-fill]:enabled"
            expect(page.locator(open_still)).to_have_count(0)
            expect(page.locator("[data-conflicts] li").last).to_contain_text(
                "di ponsel ini BK, di server belum dinilai"
            )
            expect(page.locator("[data-saved]")).to_contain_text("1 isian belum diterima server")
            page.reload()
        page.goto(f"{address}/rekam/{visit.schedule}")
        expect(page.locator("[data-closed-why]")).to_contain_text("kertas FR.AK.02")
        expect(page.get_by_role("button", name="Sisanya hadir")).to_be_disabled()
        page.context.close()
    assert visit.drafts() == []


def test_without_a_signal_every_way_leads_to_a_page_that_says_so_and_the_list_counts_what_is_on_the_phone(
    site: Site, browser: Browser
) -> None:
    visit = Visit(site, units=3, candidates=2)
    with served(site) as address:
        page = signed_in(browser, address, visit.user)
        listed = f"{address}/rekam/{visit.schedule}"
        page.goto(listed)
        page.get_by_role("button", name="Sisanya hadir").click()
        expect(page.locator("[data-saved]")).to_have_text(SAVED)
        until_kept(page, 3)
        page.context.set_offline(True)
        follow(page, page.get_by_role("link", name="Nilai").first)
        page.get_by_role("button", name="Sisanya K", exact=True).click()
        expect(page.locator("[data-saved]")).to_contain_text("menunggu sinyal")
        page.goto(listed)
        expect(page.locator("[data-progress]").nth(0)).to_have_text("Semua unit sudah dinilai")
        expect(page.locator("[data-progress]").nth(1)).to_have_text("Belum dinilai: 3")
        for way in (
            page.get_by_role("link", name="Periksa dan tanda tangani"),
            page.get_by_role("button", name="Keluar"),
            page.get_by_role("link", name="Register Asesor"),
        ):
            way.click()
            expect(page.get_by_role("heading", name="Tidak ada sinyal")).to_be_visible()
            expect(page.get_by_text("Isian Anda aman di ponsel ini")).to_be_visible()
            page.goto(listed)
        page.context.set_offline(False)
        expect(page.locator("[data-saved]")).to_have_text(SAVED)
        page.context.close()
    assert sorted(len(draft.units) for draft in visit.drafts()) == [0, 3]


def test_a_phone_that_is_handed_on_keeps_no_page_and_sends_no_tap_of_the_one_before(
    site: Site, browser: Browser
) -> None:
    visit = Visit(site, units=3, candidates=1)
    _actor, other = visit.colleague()
    with served(site) as address:
        page = signed_in(browser, address, visit.user)
        mine = f"{address}/rekam/{visit.schedule}/{visit.attempts[0]}"
        page.goto(mine)
        expect(page.locator("[data-saved]")).to_have_text(SAVED)
        until_kept(page, 1)

        # Somebody else signs in beside a page that still shows the first one's candidate.
        second = page.context.new_page()
        second.goto(f"{address}/akun")
        second.get_by_role("button", name="Keluar").click()
        expect(second.get_by_role("button", name="Masuk")).to_be_visible()
        until_nothing_is_kept(second)
        sign_in_here(second, other)
        expect(second.get_by_role("heading", name="Halo")).to_be_visible()
        page.locator("label.k").first.click()
        expect(page.locator("[data-saved]")).to_contain_text("akun atau peran lain")
        expect(page.locator("[data-saved]")).to_contain_text(visit.actor.name)
        assert waiting(second, visit.user.id) == 1
        assert visit.drafts() == []

        second.goto(f"{address}/rekam/{visit.schedule}")
        expect(second.locator("[data-saved]")).to_have_text(SAVED)
        until_kept(second, 1)
        assert all(f"asesmen-{other.id}" == name for name in kept_names(second))
        page.context.set_offline(True)
        second.goto(mine)
        expect(second.get_by_role("heading", name="Tidak ada sinyal")).to_be_visible()
        page.context.set_offline(False)
        assert waiting(second, visit.user.id) == 1
        assert visit.drafts() == []

        # The first one comes back: the tap is sent, once.
        page.goto(f"{address}/masuk?ke=/rekam/{visit.schedule}")
        until_nothing_is_kept(page)
        sign_in_here(page, visit.user)
        expect(page.locator("[data-saved]")).to_have_text(SAVED)
        page.context.close()
    (draft,) = visit.drafts()
    assert len(draft.units) == 1


def test_a_colleagues_bk_counts_on_the_phone_and_asks_for_the_note(site: Site, browser: Browser) -> None:
    visit = Visit(site, units=3, candidates=1)
    _actor, other = visit.colleague()
    codes, attempt = visit.event.codes, visit.attempts[0]
    today = clock.today(site.settings.zone)
    began = Content("assessed", {codes[1]: "BK"}, None, None, "Belum rapi", "paper", True)
    visit.event.save(visit.actor, attempt, began, today)
    with served(site) as address:
        page = signed_in(browser, address, other)
        page.goto(f"{address}/rekam/{visit.schedule}/{attempt}")
        expect(page.get_by_role("heading", name="Sudah dinilai rekan: bagian 1")).to_be_visible()
        expect(page.get_by_text("belum ditandatangani")).to_be_visible()
        page.get_by_role("button", name="Sisanya K", exact=True).click()
        expect(page.locator("[data-saved]")).to_have_text(SAVED)
        expect(page.locator("[data-recommendation]")).to_have_text("Belum kompeten")
        expect(page.get_by_label("Catatan untuk unit BK")).to_be_visible()
        page.context.close()
    assert {draft.part: draft.recommendation for draft in visit.drafts()} == {1: None, 2: "BK"}
