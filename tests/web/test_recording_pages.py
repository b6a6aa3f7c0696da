"""Second thoughts while recording: a correction is seen as one and can be given up; a waiting key is told."""

import re

import pytest
from tests.support.event_pages import Events, events, text_of
from tests.support.site import Site
from tests.world import PASSPHRASE

from assessor_registry.accounts.rules import PROVINCE
from assessor_registry.assessments import store as records


@pytest.fixture
def here(site: Site) -> Events:
    return events(site)


def test_a_correction_says_what_it_replaces_and_why_until_it_is_given_up(here: Events) -> None:
    code, plan, who = here.signed()
    browser = here.as_actor(who.actor)
    path = f"/rekam/{plan.id}/{plan.attempts[0]}"
    browser.post(f"/hasil/{code}/perbaiki", reason="Unit pertama salah ketuk")
    for page in (browser.get(path).text, browser.get(f"/rekam/{plan.id}/tanda-tangan").text):
        assert "Pembetulan" in page
        assert "Unit pertama salah ketuk" in page
    assert "Sedang dibetulkan" in browser.get(f"/rekam/{plan.id}").text
    answer = browser.post(path, step="drop")
    assert answer.headers["location"] == f"/hasil/{code}"
    assert browser.get(path).status_code == 404
    assert "Semua hasil pada jadwal ini sudah ditandatangani." in browser.get(f"/rekam/{plan.id}/tanda-tangan").text


def test_what_is_no_correction_can_not_be_given_up(here: Events) -> None:
    plan, who = here.held()
    here.world.record(who, plan.attempts[0])
    answer = here.as_actor(who.actor).post(f"/rekam/{plan.id}/{plan.attempts[0]}", step="drop")
    assert answer.status_code == 409


def test_a_note_without_a_refused_unit_is_in_view_because_it_would_be_signed(here: Events) -> None:
    plan, who = here.held()
    browser = here.as_actor(who.actor)
    path = f"/rekam/{plan.id}/{plan.attempts[0]}"
    assert "data-needs-note hidden" in browser.get(path).text
    browser.post(path, version="0", note="Pengkabelan belum rapi")
    assert "Pengkabelan belum rapi" in browser.get(path).text
    assert "data-needs-note hidden" not in browser.get(path).text


def test_a_key_that_waits_is_told_to_the_assessor_and_on_the_first_page_of_the_lsp(here: Events) -> None:
    who = here.world.assessor(enrolled=False)
    browser, admin = here.as_actor(who.actor), here.admin()
    for _ in range(2):
        browser.post("/akun/frasa", passphrase="sampan kecil melaju", again="sampan kecil melaju")
    assert "menunggu pengesahan admin LSP" in browser.get("/").text
    assert "1 kunci tanda tangan perlu disahkan" in text_of(admin.get("/").text)


def test_a_refused_passphrase_says_why_at_its_field(here: Events) -> None:
    browser = here.as_actor(here.world.assessor().actor)
    refused = browser.post("/akun/frasa", passphrase="abc", again="abc")
    assert "paling sedikit 8 karakter" in refused.text
    other = browser.post("/akun/kata-sandi", old=PASSPHRASE, new="kata sandi baru", again="yang lain")
    assert other.text.count('id="e-again"') == 1
    assert other.text.index('id="f-again2"') < other.text.index('id="e-again"')


def test_who_knows_the_passphrase_changes_it_and_signs_with_the_new_one(here: Events) -> None:
    who, new = here.world.assessor(), "perahu layar biru muda"
    browser, path = here.as_actor(who.actor), "/akun/frasa/ganti"
    fields = {"old_passphrase": PASSPHRASE, "new_passphrase": new, "new_passphrase_again": new}
    for wrong, field in (
        ({"old_passphrase": "bukan yang ini"}, "old_passphrase"),
        ({"new_passphrase_again": "lain lagi"}, "new_passphrase_again"),
        ({"new_passphrase": "abc", "new_passphrase_again": "abc"}, "new_passphrase"),
    ):
        refused = browser.post(path, {**fields, **wrong})
        assert refused.status_code == 422
        assert f'id="e-{field}"' in refused.text
        assert PASSPHRASE not in refused.text
    done = browser.post(path, fields)
    assert "Frasa yang lama tidak berlaku lagi" in browser.get(done.headers["location"]).text
    plan = here.world.schedule(candidates=1)
    here.world.assign(plan, who)
    here.world.record(who, plan.attempts[0])
    sign = f"/rekam/{plan.id}/tanda-tangan"
    page = browser.get(sign).text
    shown = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    chosen = {name: value for name, value in shown.items() if not name.startswith("_")}
    chosen["acknowledgement"] = "paper"
    assert browser.post(sign, {**chosen, "passphrase": PASSPHRASE}).status_code == 422
    assert browser.post(sign, {**chosen, "passphrase": new}).status_code in {200, 303}
    with here.site.database.read() as conn:
        assert records.records(conn, PROVINCE, schedule_id=plan.id)
