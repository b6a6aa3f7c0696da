"""A session that has ended: back to the page after signing in, what was typed is shown again, and nothing was done."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import text
from tests.support.event_pages import Events, text_of
from tests.support.live import PHONE, chromium, served, signed_in, too_wide
from tests.support.site import PASSWORD, Browser, Site, User

from assessor_registry import clock
from assessor_registry.accounts import actions as accounts
from assessor_registry.accounts.rules import Role, Scope, system
from assessor_registry.scheduling import store
from assessor_registry.web import guards, render, resuming


def admin_of(here: Events) -> User:
    return here.site.user("lsp_admin", Scope("lsp", str(here.world.home.id)))


def end_session(site: Site, browser: Browser) -> None:
    """The session ends on the server; the browser does not know."""
    secret = browser.client.cookies[guards.SESSION_COOKIE]
    site.perform(lambda tx: accounts.sign_out(tx, secret, clock.now()))


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found is not None, f"no {name} in the page"
    return found[1].replace("&amp;", "&")


def sign_in(browser: Browser, user: User, **more: str) -> Any:
    return browser.post("/masuk", {"login": user.login, "password": PASSWORD, **more})


def test_after_signing_in_one_is_on_the_page_that_was_asked_for(here: Events) -> None:
    plan, user = here.world.schedule(), admin_of(here)
    guest = here.site.browse()
    answer = guest.get(f"/jadwal/{plan.id}/asesor", hari=here.world.today.isoformat())
    target = f"/jadwal/{plan.id}/asesor?hari={here.world.today}"
    assert parse_qs(urlsplit(answer.headers["location"]).query) == {"ke": [target]}
    asked = hidden(guest.get(answer.headers["location"]).text, "ke")
    assert guest.post("/masuk", login=user.login, password="salah sekali", ke=asked).text.count(f'value="{target}"')
    assert sign_in(guest, user, ke=asked).headers["location"] == target


ELSEWHERE = [
    "https://contoh.invalid/", "//contoh.invalid/jadwal", "/\\contoh.invalid", "/%2Fcontoh.invalid", "jadwal",
    "/%5C/contoh.invalid", "javascript:alert(1)", "/jadwal\r\nSet-Cookie: a=b", "/\t/contoh.invalid", "/tidak-ada",
    "/keluar", "/masuk", "/api/v1/assessors", "http:/jadwal", "/" + "a" * 3000, "/jadwal/..%2F..%2F/contoh.invalid",
]  # fmt: skip


def test_signing_in_leads_nowhere_else(site: Site) -> None:
    user = site.user("operator")
    guest = site.browse()
    assert [sign_in(guest, user, ke=target).headers["location"] for target in ELSEWHERE] == ["/"] * len(ELSEWHERE)
    assert not any("value=" in line for each in ELSEWHERE for line in hidden_lines(guest, each))


def hidden_lines(browser: Browser, target: str) -> list[str]:
    """Where the sign-in page names a page to go to."""
    return [line for line in browser.get("/masuk", ke=target).text.splitlines() if 'name="ke"' in line]


def test_what_somebody_typed_does_not_enter_the_address(site: Site) -> None:
    answer = site.browse().get("/siswa", q="Sari Wulandari", kelas="XII", page="2")
    assert parse_qs(urlsplit(answer.headers["location"]).query) == {"ke": ["/siswa?page=2"]}
    assert site.browse().get("/").headers["location"] == "/masuk"


def test_a_file_that_was_asked_for_leads_to_the_page_that_offers_it(here: Events) -> None:
    plan = here.world.schedule()
    for path, page in (
        ("/jadwal.xlsx", "/jadwal"),
        (f"/jadwal/{plan.id}/berita-acara.pdf", f"/jadwal/{plan.id}"),
    ):
        answer = here.site.browse().get(path)
        assert parse_qs(urlsplit(answer.headers["location"]).query) == {"ke": [page]}


def test_one_comes_back_in_the_role_in_which_the_session_ended(here: Events) -> None:
    user = here.site.user("auditor")
    home = Scope("lsp", str(here.world.home.id))
    second = here.site.perform(
        lambda tx: accounts.give_grant(
            tx, system("test"), user.id, Role.LSP_ADMIN, home, here.site.day(-1), now=clock.now()
        )
    )
    browser = here.site.browse(user)
    assert browser.post("/akun/peran", grant=str(second)).status_code == 303
    end_session(here.site, browser)
    location = browser.get("/jadwal/baru").headers["location"]
    back = sign_in(browser, user, ke=hidden(browser.get(location).text, "ke"))
    assert back.headers["location"] == "/jadwal/baru"
    assert browser.get("/jadwal/baru").status_code == 200


# --- Forms -------------------------------------------------------------------------------------------------------


def lost(here: Events, path: str, fields: dict[str, Any], **more: Any) -> tuple[Browser, User, Any]:
    """Somebody sends a form after their session has ended."""
    user = admin_of(here)
    browser = here.site.browse(user)
    assert browser.token
    end_session(here.site, browser)
    return browser, user, browser.post(path, fields, **more)


def test_a_form_that_was_sent_too_late_is_shown_again_and_was_not_done(here: Events) -> None:
    plan = here.world.schedule(here.world.today + timedelta(days=3))
    path = f"/jadwal/{plan.id}/pindah"
    day = (here.world.today + timedelta(days=9)).isoformat()
    browser, user, answer = lost(here, path, {"first_day": day, "last_day": day, "reason": "Listrik padam <dua> hari"})
    assert answer.status_code == 401
    assert "Listrik" not in answer.text
    assert f'value="{user.login}"' in answer.text
    back = sign_in(browser, user, isian=hidden(answer.text, "isian"))
    assert urlsplit(back.headers["location"]).path == path
    page = browser.get(back.headers["location"])
    assert page.status_code == 200
    assert 'value="Listrik padam &lt;dua&gt; hari"' in page.text
    assert f'value="{day}"' in page.text
    assert "belum dikirim" in text_of(page.text)
    with here.site.database.read() as conn:
        assert store.schedule(conn, user.scope, plan.id).first_day == plan.first_day
    sent = browser.post(path, {"first_day": day, "last_day": day, "reason": "Listrik padam <dua> hari"})
    assert sent.status_code == 303
    assert "belum dikirim" not in text_of(browser.get(sent.headers["location"]).text)


def test_choices_that_were_made_are_made_again(here: Events) -> None:
    who, plan = here.world.assessor(), here.world.schedule()
    day = here.world.today.isoformat()
    fields = {
        "assessor": str(who.id),
        "days": day,
        "letter_number": "7/ST",
        "letter_date": "",
        "how": "letter",
        "day": day,
    }
    browser, user, answer = lost(here, f"/jadwal/{plan.id}/asesor", fields)
    page = browser.get(sign_in(browser, user, isian=hidden(answer.text, "isian")).headers["location"]).text
    assert f'value="{who.id}" checked' in page
    assert 'value="7/ST"' in page


def test_a_form_without_a_page_of_its_own_comes_back_where_it_was_filled_in(here: Events) -> None:
    plan = here.world.schedule(candidates=0)
    browser, user, answer = lost(here, f"/jadwal/{plan.id}/asesi/kelas", {"school": "x", "rombel": "XII"})
    back = sign_in(browser, user, isian=hidden(answer.text, "isian"))
    assert urlsplit(back.headers["location"]).path == f"/jadwal/{plan.id}/asesi"


def test_nobody_else_sees_what_was_typed(here: Events) -> None:
    path = "/jadwal/baru"
    browser, user, answer = lost(here, path, {"title": "Rahasia dapur"})
    other = admin_of(here)
    sealed = hidden(answer.text, "isian")
    assert "Rahasia dapur" not in sealed
    assert sign_in(browser, other, isian=sealed).headers["location"] == "/"
    own = here.site.browse()
    location = sign_in(own, user, isian=sealed).headers["location"]
    assert "Rahasia dapur" in own.get(location).text
    assert "Rahasia dapur" not in here.site.browse(other).get(location).text
    with here.site.database.read() as conn:
        assert b"Rahasia" not in conn.execute(text("SELECT sealed FROM waiting_form")).scalar_one()


def test_what_was_changed_on_the_way_is_not_taken(here: Events) -> None:
    browser, user, answer = lost(here, "/jadwal/baru", {"title": "UKK"})
    sealed = hidden(answer.text, "isian")
    for wrong in (sealed[:-6] + "AAAAA=", "bukan", ""):
        assert sign_in(browser, user, isian=wrong).headers["location"] == "/"


def test_after_a_day_the_form_is_gone(here: Events) -> None:
    browser, user, answer = lost(here, "/jadwal/baru", {"title": "Rahasia dapur"})
    location = sign_in(browser, user, isian=hidden(answer.text, "isian")).headers["location"]
    later = clock.now() + timedelta(hours=25)
    assert here.site.perform(lambda tx: accounts.purge_forms(tx, clock.now())) == 0
    assert here.site.perform(lambda tx: accounts.purge_forms(tx, later)) == 1
    assert "Rahasia dapur" not in browser.get(location).text


def test_passwords_and_passphrases_are_not_carried(here: Events) -> None:
    fields = {"old": "bukit soeharto teduh", "new": "kata baru sekali ini", "again": "kata baru sekali ini"}
    browser, user, answer = lost(here, "/akun/kata-sandi", fields)
    assert "harus diketik lagi" in text_of(answer.text)
    location = sign_in(browser, user, isian=hidden(answer.text, "isian")).headers["location"]
    assert urlsplit(location).path == "/akun"
    with here.site.database.read() as conn:
        kept = conn.execute(text("SELECT sealed FROM waiting_form")).scalar_one()
    assert "sekali" not in here.site.app.state.secrecy.open(kept, "form")


def test_every_field_that_hides_what_is_typed_is_left_out() -> None:
    templates = (Path(render.HERE) / "templates").rglob("*.html")
    names = {
        name
        for each in templates
        for call in re.findall(
            r"pieces\.field\([^{}]*?type=\"password\"|<input[^>]*type=\"password\"", each.read_text()
        )
        for name in re.findall(r"field\(\"(\w+)\"|name=\"(\w+)\"", call)[0]
        if name
    }
    assert {"password", "passphrase", "old", "new", "again"} <= names
    assert all(resuming._SECRET.search(name) for name in names)


def test_a_file_has_to_be_chosen_again_and_the_page_says_so(here: Events) -> None:
    plan, _who = here.held()
    path = "/hasil/kertas/baru"
    scan = {"file": ("scan.pdf", b"%PDF-1.4\n", "application/pdf")}
    browser, user, answer = lost(here, path, {"asesi": str(plan.attempts[0]), "note": "Catatan panjang"}, files=scan)
    assert answer.status_code == 401
    assert "Berkas harus dipilih lagi" in text_of(answer.text)
    location = sign_in(browser, user, isian=hidden(answer.text, "isian")).headers["location"]
    assert "Berkas harus dipilih lagi" in text_of(browser.get(location).text)


def test_a_strangers_form_is_never_shown_as_ones_own(site: Site) -> None:
    guest = site.browse()
    fields = {"title": "Dari luar", "_csrf_token": "palsu", "_as": str(site.user("division").grant_id)}
    for origin in ("cross-site", "same-site", "none"):
        answer = guest.client.post("/jadwal/baru", data=fields, headers={"sec-fetch-site": origin})
        assert answer.status_code == 403
    answer = guest.client.post("/jadwal/baru", data=fields, headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 401
    assert hidden(answer.text, "isian")


def test_what_was_shown_to_nobody_known_waits_for_nobody(site: Site) -> None:
    """Whoever signs in next on a shared machine does not see what somebody else typed."""
    guest = site.browse()
    answer = guest.client.post(
        "/jadwal/baru", data={"title": "Rahasia dapur", "_csrf_token": "palsu"},
        headers={"sec-fetch-site": "same-origin"},
    )  # fmt: skip
    assert answer.status_code == 401
    assert 'name="isian"' not in answer.text


def test_a_form_that_was_shown_to_another_role_or_account_is_not_acted_on(here: Events) -> None:
    user = admin_of(here)
    browser = here.site.browse(user)
    shown = hidden(browser.get("/jadwal/baru").text, "_as")
    assert shown == str(user.grant_id)
    other = here.site.perform(lambda tx: accounts.give_grant(
        tx, system("test"), user.id, Role.AUDITOR, Scope("lsp", str(here.world.home.id)), here.site.day(-1),
        now=clock.now(),
    ))  # fmt: skip
    assert browser.post("/akun/peran", grant=str(other), _as=shown).status_code == 303
    late = browser.post("/jadwal/baru", title="UKK", _as=shown)
    assert late.status_code == 409
    assert "peran atau akun lain" in text_of(late.text)
    assert browser.client.put("/rekam/x/isian", json={}, headers={"x-shown-to": shown}).status_code in {404, 403, 409}


@contextmanager
def forgetful(site: Site, user: User) -> Iterator[tuple[str, Any]]:
    with served(site) as address, chromium() as browser:
        yield address, signed_in(browser, address, user, viewport=PHONE)


def test_a_browser_that_lost_its_cookies_brings_back_what_was_typed(here: Events) -> None:
    user = admin_of(here)
    with forgetful(here.site, user) as (address, page):
        page.goto(f"{address}/jadwal/baru")
        page.get_by_label("Judul").fill("UKK yang panjang ceritanya")
        page.get_by_label("Observasi demonstrasi").check()
        page.locator("form[action='/jadwal/baru']").evaluate("form => form.noValidate = true")
        page.context.clear_cookies()
        page.get_by_role("button", name="Buat jadwal").click()
        page.get_by_label("Nama masuk").fill(user.login)
        page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Masuk").click()
        page.wait_for_url("**/jadwal/baru?lagi=*")
        assert page.get_by_label("Judul").input_value() == "UKK yang panjang ceritanya"
        assert page.get_by_label("Observasi demonstrasi").is_checked()
        assert too_wide(page) <= 0
