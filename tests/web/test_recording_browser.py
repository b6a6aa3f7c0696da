"""An assessor's phone, for real: 360 pixels, taps counted, the network cut in the middle."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.support.event import PASSPHRASE
from tests.support.live import chromium, follow, served, signed_in, too_wide, until_kept
from tests.support.site import Site
from tests.support.visit import CANDIDATES, Visit


class Finger:
    """Taps, and counts them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0

    def tap(self, target: Any) -> None:
        target.click()
        self.taps += 1

    def follow(self, link: Any) -> None:
        follow(self.page, link)
        self.taps += 1


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def no_overflow(page: Page) -> None:
    assert too_wide(page) <= 0, page.url


def test_ten_candidates_with_26_units_take_at_most_60_taps_and_one_passphrase(site: Site, browser: Browser) -> None:
    visit = Visit(site)
    with served(site) as address:
        page = signed_in(browser, address, visit.user)
        finger = Finger(page)
        no_overflow(page)
        finger.follow(page.get_by_role("link", name="Buka penilaian"))
        finger.tap(page.get_by_role("button", name="Sisanya hadir"))
        expect(page.locator("[data-saved]")).to_have_text("Semua tersimpan di server.")
        no_overflow(page)
        finger.follow(page.get_by_role("link", name="Nilai").first)
        for number in range(CANDIDATES):
            no_overflow(page)
            assert page.locator("[data-unit]:checked").count() == 0
            finger.tap(page.locator("label.bk").nth(3))
            finger.tap(page.locator("label.bk").nth(20))
            finger.tap(page.get_by_role("button", name="Sisanya K"))
            finger.tap(page.get_by_label("Catatan untuk unit BK"))
            page.keyboard.type("Belum rapi; latihan ulang dua pekan.")
            expect(page.locator("[data-saved]")).to_have_text("Semua tersimpan di server.")
            last = number == CANDIDATES - 1
            finger.follow(page.get_by_role("link", name="Periksa dan tanda tangani" if last else "Asesi berikutnya"))
        no_overflow(page)
        assert page.get_by_text("2 unit BK").count() == CANDIDATES
        assert page.locator("[data-one]:checked").count() == 0
        finger.tap(page.get_by_role("group", name="Samakan untuk semua").locator("label", has_text="kertas"))
        expect(page.locator("[data-one][value=paper]:checked")).to_have_count(CANDIDATES)
        finger.tap(page.get_by_label("Frasa sandi tanda tangan"))
        page.keyboard.type(PASSPHRASE)
        finger.follow(page.get_by_role("button", name=f"Tanda tangani {CANDIDATES} hasil"))
        expect(page.get_by_role("status")).to_contain_text(f"{CANDIDATES} hasil tersimpan")
        no_overflow(page)
        page.context.close()
    assert finger.taps <= 60
    records = visit.records()
    assert len(records) == CANDIDATES
    assert {record.recommendation for record in records} == {"BK"}
    assert {record.acknowledgement for record in records} == {"paper"}


def test_a_cut_network_loses_nothing_and_doubles_nothing(site: Site, browser: Browser) -> None:
    visit = Visit(site, units=5, candidates=2)
    with served(site) as address:
        page = signed_in(browser, address, visit.user)
        follow(page, page.get_by_role("link", name="Buka penilaian"))
        page.get_by_role("button", name="Sisanya hadir").click()
        expect(page.locator("[data-saved]")).to_have_text("Semua tersimpan di server.")
        until_kept(page, 3)
        follow(page, page.get_by_role("link", name="Nilai").first)
        page.locator("label.k").nth(0).click()
        expect(page.locator("[data-saved]")).to_have_text("Semua tersimpan di server.")

        page.context.set_offline(True)
        page.locator("label.bk").nth(1).click()
        page.get_by_role("button", name="Sisanya K").click()
        page.get_by_label("Catatan untuk unit BK").fill("Dicatat tanpa sinyal.")
        expect(page.locator("[data-saved]")).to_contain_text("masih di ponsel ini")
        expect(page.locator("[data-pending]")).to_have_count(4)
        page.reload()
        expect(page.locator("[data-unit]:checked")).to_have_count(5)
        follow(page, page.get_by_role("link", name="Asesi berikutnya"))
        page.get_by_role("button", name="Sisanya K").click()
        expect(page.locator("[data-saved]")).to_contain_text("2 isian masih di ponsel ini")
        assert [len(draft.units) for draft in visit.drafts()].count(5) == 0

        page.context.set_offline(False)
        expect(page.locator("[data-saved]")).to_have_text("Semua tersimpan di server.")
        page.context.close()
    drafts = visit.drafts()
    assert len(drafts) == 2
    assert sorted("".join(sorted(draft.units.values())) for draft in drafts) == ["BKKKKK", "KKKKK"]
    assert "Dicatat tanpa sinyal." in {draft.note for draft in drafts}


def test_a_stale_save_shows_both_sides_and_loses_neither(site: Site, browser: Browser) -> None:
    visit = Visit(site, units=3, candidates=1)
    with served(site) as address:
        first = signed_in(browser, address, visit.user)
        second = signed_in(browser, address, visit.user)
        for page in (first, second):
            page.goto(f"{address}/rekam/{visit.schedule}/{visit.attempts[0]}")
            expect(page.locator("[data-saved]")).to_have_text("Semua tersimpan di server.")
        first.locator("label.k").nth(0).click()
        expect(first.locator("[data-saved]")).to_have_text("Semua tersimpan di server.")
        second.locator("label.bk").nth(1).click()
        expect(second.get_by_role("alert")).to_contain_text("Siswa Contoh")
        expect(second.locator("[data-conflicts]")).to_be_focused()
        expect(second.locator("[data-conflicts]")).to_be_in_viewport()
        assert second.locator("[data-conflicts] li").all_inner_texts() == [
            "Memasang Perangkat Jaringan Contoh Nomor 1: di ponsel ini belum dinilai, di server K",
            "Memasang Perangkat Jaringan Contoh Nomor 2: di ponsel ini BK, di server belum dinilai",
        ]
        expect(second.locator("[data-saved]")).to_contain_text("1 isian belum diterima server")
        second.get_by_role("button", name="Pakai yang di ponsel ini").click()
        expect(second.locator("[data-saved]")).to_have_text("Semua tersimpan di server.")
        first.context.close()
        second.context.close()
    (draft,) = visit.drafts()
    assert dict(draft.units) == {visit.event.codes[1]: "BK"}


@pytest.mark.parametrize("path", ["", "/tanda-tangan", "/{attempt}"])
def test_a_page_of_the_phone_is_at_most_100_kilobytes_with_a_cold_cache(
    site: Site, browser: Browser, path: str
) -> None:
    visit = Visit(site)
    with served(site) as address:
        page = signed_in(browser, address, visit.user)
        target = f"{address}/rekam/{visit.schedule}{path.format(attempt=visit.attempts[0])}"
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.clearBrowserCache")
        session.send("Network.setBypassServiceWorker", {"bypass": True})
        received: list[float] = []
        session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
        page.goto(target, wait_until="networkidle")
        page.context.close()
    assert received
    assert sum(received) <= 100_000


def test_recording_works_without_script(site: Site, browser: Browser) -> None:
    visit = Visit(site, units=3, candidates=1)
    with served(site) as address:
        page = signed_in(browser, address, visit.user, java_script_enabled=False)
        page.goto(f"{address}/rekam/{visit.schedule}")
        page.locator("label", has_text="Hadir").first.click()
        page.get_by_role("button", name="Simpan kehadiran").click()
        expect(page.get_by_text("Kehadiran sudah disimpan.")).to_be_visible()
        follow(page, page.get_by_role("link", name="Nilai"))
        page.locator("label.k").nth(1).click()
        page.get_by_role("button", name="Simpan", exact=True).click()
        expect(page.get_by_text("Penilaian sudah disimpan.")).to_be_visible()
        expect(page.locator("[data-unit]:checked")).to_have_count(1)
        page.get_by_role("button", name="Simpan, yang kosong jadi K").click()
        expect(page.locator("[data-unit][value=K]:checked")).to_have_count(3)
        page.goto(f"{address}/rekam/{visit.schedule}/tanda-tangan")
        field = page.get_by_label("Frasa sandi tanda tangan")
        field.fill(PASSPHRASE)
        page.get_by_role("button", name="Tanda tangani 1 hasil").click()
        expect(page.get_by_text("Pilih dulu pernyataan asesi untuk: Siswa Contoh")).to_be_visible()
        expect(page.get_by_text("Periksa kartu ini.")).to_be_visible()
        page.locator("label", has_text="Setuju di ponsel ini").click()
        field.fill("bukan frasa ini sama sekali")
        page.get_by_role("button", name="Tanda tangani 1 hasil").click()
        expect(page.locator("#e-passphrase")).to_be_in_viewport()
        expect(field).to_be_focused()
        field.fill(PASSPHRASE)
        page.get_by_role("button", name="Tanda tangani 1 hasil").click()
        expect(page.get_by_role("status")).to_contain_text("1 hasil tersimpan")
        page.context.close()
    (record,) = visit.records()
    assert (record.recommendation, record.acknowledgement) == ("K", "phone")


def test_marks_of_someone_who_turns_out_to_be_absent_can_be_taken_back(site: Site, browser: Browser) -> None:
    visit = Visit(site, units=3, candidates=1)
    with served(site) as address:
        page = signed_in(browser, address, visit.user)
        page.goto(f"{address}/rekam/{visit.schedule}")
        saved = page.locator("[data-saved]")
        follow(page, page.get_by_role("link", name="Nilai"))
        expect(page.get_by_role("button", name="Kosongkan nilai")).to_be_hidden()
        page.get_by_role("button", name="Sisanya K").click()
        expect(saved).to_have_text("Semua tersimpan di server.")
        page.goto(f"{address}/rekam/{visit.schedule}")
        page.locator("label", has_text="Tidak hadir").click()
        expect(saved).to_have_text("Semua tersimpan di server.")
        follow(page, page.get_by_role("link", name="Nilai"))
        expect(page.get_by_text("Ditandai: Tidak hadir.")).to_be_visible()
        page.get_by_role("button", name="Kosongkan nilai").click()
        expect(page.locator("[data-missing]").first).to_have_text("Belum dinilai: 3")
        expect(saved).to_have_text("Semua tersimpan di server.")
        page.goto(f"{address}/rekam/{visit.schedule}/tanda-tangan")
        expect(page.get_by_role("button", name="Tanda tangani 1 hasil")).to_be_visible()
        page.context.close()
    (draft,) = visit.drafts()
    assert (draft.outcome, dict(draft.units)) == ("absent", {})


# The phone's store opens late, as it does on a slow phone; or never, as where a browser keeps nothing; or is full.
LATE = """() => { const open = IDBFactory.prototype.open; IDBFactory.prototype.open = function (...names) {
  const real = open.apply(this, names);
  return { get result() { return real.result; }, set onerror(f) { real.onerror = f; },
    set onupgradeneeded(f) { real.onupgradeneeded = f; },
    set onsuccess(f) { real.onsuccess = () => { window.openStore = f; }; } }; }; }"""
FULL = "() => { IDBObjectStore.prototype.put = () => { throw new Error('full'); }; }"
NEVER = "() => { IDBFactory.prototype.open = () => { throw new Error('keeps nothing'); }; }"


def test_a_tap_before_the_phones_store_has_opened_is_kept(site: Site, browser: Browser) -> None:
    visit = Visit(site, units=3, candidates=1)
    with served(site) as address:
        page = signed_in(browser, address, visit.user)
        page.add_init_script(f"({LATE})()")
        page.goto(f"{address}/rekam/{visit.schedule}/{visit.attempts[0]}")
        page.wait_for_function("window.openStore !== undefined")
        page.locator("label.k").nth(0).click()
        page.locator("label.bk").nth(1).click()
        page.locator("label.bk").nth(2).click()
        page.locator("label.k").nth(2).click()
        expect(page.locator("[data-saved]")).to_have_text("Menyimpan …")
        page.evaluate("window.openStore()")
        expect(page.locator("[data-saved]")).to_have_text("Semua tersimpan di server.")
        expect(page.locator("[data-unit]:checked")).to_have_count(3)
        page.context.close()
    (draft,) = visit.drafts()
    assert [draft.units[code] for code in visit.event.codes] == ["K", "BK", "K"]


@pytest.mark.parametrize("script", [NEVER, FULL], ids=["never", "full"])
def test_where_the_browser_keeps_nothing_the_page_says_so_and_saves_by_its_button(
    site: Site, browser: Browser, script: str
) -> None:
    visit = Visit(site, units=3, candidates=1)
    with served(site) as address:
        page = signed_in(browser, address, visit.user)
        page.add_init_script(f"({script})()")
        page.goto(f"{address}/rekam/{visit.schedule}/{visit.attempts[0]}")
        expect(page.locator("[data-saved]")).not_to_be_empty()
        page.locator("label.bk").nth(0).click()
        said = expect(page.locator("[data-saved]"))
        said.to_contain_text("Tekan Simpan sebelum pindah halaman")
        no_overflow(page)
        page.get_by_label("Catatan untuk unit BK").fill("Belum rapi")
        page.evaluate("() => { document.dispatchEvent(new Event('visibilitychange')); }")
        page.wait_for_timeout(600)
        said.to_contain_text("Tekan Simpan sebelum pindah halaman")
        follow(page, page.get_by_role("button", name="Simpan, yang kosong jadi K"))
        expect(page.get_by_text("Penilaian sudah disimpan.")).to_be_visible()
        page.context.close()
    (draft,) = visit.drafts()
    assert [draft.units[code] for code in visit.event.codes] == ["BK", "K", "K"]
    assert draft.note == "Belum rapi"
