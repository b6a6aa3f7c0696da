"""Second thoughts while recording: a correction is seen as one and can be given up; a waiting key is told."""

import re
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.support.event_pages import Events, text_of
from tests.support.signed import payload
from tests.support.site import Browser
from tests.world import DAY, PASSPHRASE

from assessor_registry.accounts.rules import PROVINCE
from assessor_registry.assessments import actions
from assessor_registry.assessments import store as records
from assessor_registry.assessments.rules import Content
from assessor_registry.words import long_date


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
    again = browser.get(path)
    assert "Hasil ini sudah ditandatangani, jadi tidak diisi lagi di sini." in again.text
    assert f'href="/hasil/{code}"' in again.text
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


def sign_as_shown(browser: Browser, schedule: UUID, acknowledgement: str = "paper") -> Any:
    """Type the passphrase under what the page shows."""
    path = f"/rekam/{schedule}/tanda-tangan"
    pins = re.findall(r'name="draft" value="([^"]+)"', browser.get(path).text)
    assert pins
    return browser.post(path, draft=pins, acknowledgement=acknowledgement, passphrase=PASSPHRASE)


def last_signed(here: Events, attempt: UUID) -> dict[str, Any]:
    with here.world.db.read() as conn:
        ((record, _state),) = records.heads(conn, [attempt]).values()
        code = records.codes(conn, [record])[record]
    return payload(here.world.db, code)


def test_a_schedule_recorded_on_its_first_day_is_signed_on_the_second_for_the_first(here: Events) -> None:
    world, who = here.world, here.world.assessor()
    today = world.today
    world.today = today - DAY
    plan = world.schedule(today - DAY, today, candidates=1)
    world.assign(plan, who)
    world.record(who, plan.attempts[0])
    world.today = today
    assert sign_as_shown(here.as_actor(who.actor), plan.id, acknowledgement="refused").status_code == 303
    said = last_signed(here, plan.attempts[0])
    assert said["first_day"] == said["last_day"] == (today - DAY).isoformat()


def test_the_page_shows_all_that_is_signed_and_signs_all_that_it_shows(here: Events) -> None:
    plan, who = here.held()
    world, attempt = here.world, plan.attempts[0]
    units = world.content(attempt).units
    own = Content("assessed", units, ("tertulis",), "BK", "Semua unit K, tetapi sikap kerja belum", "paper")
    world.db.perform(lambda tx: actions.save_draft(tx, who.actor, attempt, 1, own, 0, today=world.today, now=world.now))
    browser = here.as_actor(who.actor)
    shown = text_of(browser.get(f"/rekam/{plan.id}/tanda-tangan").text)
    assert sign_as_shown(browser, plan.id, acknowledgement="phone").status_code == 303
    said = last_signed(here, attempt)
    assert (said["recommendation"], said["note"]) == ("BK", own.note)
    assert said["units"][0]["evidence"] == ["Pertanyaan tertulis"]
    named = (
        said["candidate"]["name"], said["candidate"]["nisn"], said["venue"], said["assignment_letter"],
        said["lsp"]["licence"], said["assessor"]["certificate"], said["assessor"]["registration"],
        "Pertanyaan tertulis", "Belum kompeten", long_date(date.fromisoformat(said["assessor"]["last_active_day"])),
    )  # fmt: skip
    assert [each for each in named if each not in shown] == []


def test_a_name_that_changed_under_the_page_is_shown_before_it_is_signed(here: Events) -> None:
    plan, who = here.held()
    here.world.record(who, plan.attempts[0])
    browser = here.as_actor(who.actor)
    path = f"/rekam/{plan.id}/tanda-tangan"
    pins = re.findall(r'name="draft" value="([^"]+)"', browser.get(path).text)
    with here.world.db.transaction() as tx:
        tx.execute(text("UPDATE student SET name = 'Nama Yang Dibetulkan'"))
    answer = browser.post(path, draft=pins, acknowledgement="paper", passphrase=PASSPHRASE)
    assert answer.status_code == 409
    said = text_of(answer.text)
    assert "Nama Yang Dibetulkan: ada isi yang berubah" in said
    assert sign_as_shown(browser, plan.id).status_code == 303


@pytest.mark.parametrize("draft", ["", "x", "{id}:1", "{id}:x:y", "{id}:1:y:z"])
def test_a_form_that_does_not_say_what_it_showed_is_refused(here: Events, draft: str) -> None:
    plan, who = here.held()
    made = here.world.record(who, plan.attempts[0])
    answer = here.as_actor(who.actor).post(
        f"/rekam/{plan.id}/tanda-tangan", draft=draft.format(id=made), acknowledgement="paper", passphrase=PASSPHRASE
    )
    assert answer.status_code == 422


def test_a_note_that_may_not_be_signed_is_told_at_its_field_and_kept(here: Events) -> None:
    plan, who = here.held()
    answer = here.as_actor(who.actor).post(
        f"/rekam/{plan.id}/{plan.attempts[0]}", version="0", note="NIK orang tua 6472010101010001"
    )
    assert answer.status_code == 422
    assert 'id="e-note">Catatan memuat 16 angka berurutan' in answer.text
    assert "6472010101010001</textarea>" in answer.text


def test_the_phone_keeps_the_kinds_of_evidence_that_it_does_not_show(here: Events) -> None:
    plan, who = here.held()
    world, attempt = here.world, plan.attempts[0]
    own = Content("assessed", world.content(attempt).units, ("tertulis",), "K", None, "paper")
    world.db.perform(lambda tx: actions.save_draft(tx, who.actor, attempt, 1, own, 0, today=world.today, now=world.now))
    browser = here.as_actor(who.actor)
    form: dict[str, Any] = {"version": "1", "note": "Rapi", **{f"unit-{code}": "K" for code in own.units}}
    browser.post(f"/rekam/{plan.id}/{attempt}", form)
    with world.db.read() as conn:
        row = records.draft(conn, attempt, 1)
    assert row is not None
    assert (row.version, row.note, row.evidence) == (2, "Rapi", ("tertulis",))


def test_who_leaves_the_rest_to_a_colleague_sees_that_a_part_is_signed_and_where_to_go_without_the_passphrase(
    here: Events,
) -> None:
    plan, who = here.held(candidates=1)
    attempt, browser = plan.attempts[0], here.as_actor(who.actor)
    code = next(iter(here.world.content(attempt).units))
    browser.post(f"/rekam/{plan.id}/{attempt}", {f"unit-{code}": "K"}, version="0", handed_on="yes")
    page = browser.get(f"/rekam/{plan.id}/tanda-tangan").text
    assert "Hasil Sebagian unit; sisanya dinilai rekan asesor" in text_of(page)
    way = f"/akun?kembali=/rekam/{plan.id}/tanda-tangan"
    assert f'href="{way}#frasa">Lupa frasa sandi?' in page
    assert "Lupa frasa sandi? Buat kunci baru" in browser.get(way).text


def two_parts(here: Events) -> tuple[UUID, UUID, Browser, str]:
    """A first part with one BK is signed by a colleague; schedule, attempt, the second assessor's browser, a note."""
    world, plan = here.world, here.world.schedule(candidates=1)
    first, second = world.assessor(), world.assessor()
    attempt = plan.attempts[0]
    for who in (first, second):
        world.assign(plan, who)
    codes = list(world.content(attempt).units)
    note = "Pengkabelan belum rapi"
    began = Content("assessed", {codes[0]: "BK"}, None, None, note, "paper", True)
    made = world.db.perform(
        lambda tx: actions.save_draft(tx, first.actor, attempt, 1, began, 0, today=world.today, now=world.now)
    )
    world.sign(first, made.draft_id)
    return plan.id, attempt, here.as_actor(second.actor), note


def test_the_second_assessor_of_a_candidate_sees_the_first_part_and_its_bk_counts(here: Events) -> None:
    schedule, attempt, browser, note = two_parts(here)
    path = f"/rekam/{schedule}/{attempt}"
    page = browser.get(path).text
    said = text_of(page)
    assert "Sudah dinilai rekan: bagian 1" in said
    assert "sudah ditandatangani" in said
    assert f"Catatan: {note}" in said
    assert 'name="note"' in page
    assert "data-needs-note hidden" not in page
    assert "data-elsewhere-bk" in page
    browser.post(path, version="0", fill="K", note="Lihat bagian pertama")
    assert "Rekomendasi asesor: Belum kompeten" in text_of(browser.get(path).text)
    assert sign_as_shown(browser, schedule).status_code == 303


def test_each_candidate_has_a_word_of_their_own_and_who_was_absent_is_not_asked(here: Events) -> None:
    world = here.world
    plan, who = here.held(candidates=3)
    browser, sign = here.as_actor(who.actor), f"/rekam/{plan.id}/tanda-tangan"
    made = [world.record(who, attempt) for attempt in plan.attempts[:2]]
    browser.post(f"/rekam/{plan.id}/hadir", {f"outcome-{plan.attempts[2]}:1": "absent"})
    page = browser.get(sign).text
    assert page.count(" data-one") == 6
    assert " checked" not in page
    pins = re.findall(r'name="draft" value="([^"]+)"', page)
    sent = {"draft": pins, f"acknowledgement-{made[1]}": "refused", "passphrase": PASSPHRASE}
    refused = browser.post(sign, sent)
    assert refused.status_code == 422
    assert "Pilih dulu pernyataan asesi untuk:" in refused.text
    assert refused.text.count("Periksa kartu ini.") == 1
    assert refused.text.count(" checked") == 1
    answer = browser.post(sign, {**sent, "acknowledgement": "phone"})
    assert answer.headers["location"] == f"/rekam/{plan.id}/selesai?n=3"
    said = [last_signed(here, attempt)["acknowledgement"] for attempt in plan.attempts]
    assert said == ["phone", "refused", None]
    shown = browser.get(f"/rekam/{plan.id}").text
    assert "Sisanya hadir" not in shown
    assert "tanda-tangan" not in shown
    code = re.findall(r"/hasil/([A-Z0-9]+)", shown)[1]
    result = text_of(browser.get(f"/hasil/{code}").text)
    assert "Menolak menandatangani" in result
    assert "Jenis bukti" in result


def test_what_is_signed_later_is_counted_apart_from_what_was_signed_before(here: Events) -> None:
    plan, who = here.held(candidates=2)
    browser = here.as_actor(who.actor)
    here.world.sign(who, here.world.record(who, plan.attempts[0]))
    here.world.record(who, plan.attempts[1])
    said = text_of(browser.get(sign_as_shown(browser, plan.id).headers["location"]).text)
    assert "1 hasil tersimpan dan bertanda tangan. 1 hasil lain sudah ditandatangani sebelumnya." in said


def test_who_has_no_key_is_led_to_make_one_instead_of_asked_for_a_passphrase(here: Events) -> None:
    who = here.world.assessor(enrolled=False)
    plan = here.world.schedule(candidates=1)
    here.world.assign(plan, who)
    here.world.record(who, plan.attempts[0])
    page = here.as_actor(who.actor).get(f"/rekam/{plan.id}/tanda-tangan").text
    assert "Buat kunci tanda tangan dahulu." in page
    assert f'href="/akun?kembali=/rekam/{plan.id}/tanda-tangan#frasa"' in page
    assert 'name="passphrase"' not in page


def test_the_card_that_changed_under_the_page_is_marked(here: Events) -> None:
    plan, who = here.held(candidates=2)
    browser, sign = here.as_actor(who.actor), f"/rekam/{plan.id}/tanda-tangan"
    for attempt in plan.attempts:
        here.world.record(who, attempt)
    pins = re.findall(r'name="draft" value="([^"]+)"', browser.get(sign).text)
    browser.post(f"/rekam/{plan.id}/{plan.attempts[1]}", version="1", fill="K", note="Diubah di ponsel lain")
    answer = browser.post(sign, draft=pins, acknowledgement="paper", passphrase=PASSPHRASE)
    assert answer.status_code == 409
    marked = re.findall(r'class="card wrong".*?</h2>', answer.text, re.DOTALL)
    assert len(marked) == 1
    assert "Siswa Contoh" in marked[0]


def test_recording_makes_up_no_word_of_the_candidate(here: Events) -> None:
    plan, who = here.held()
    browser = here.as_actor(who.actor)
    browser.post(f"/rekam/{plan.id}/{plan.attempts[0]}", version="0", fill="K")
    with here.world.db.read() as conn:
        row = records.draft(conn, plan.attempts[0], 1)
    assert row is not None
    assert (row.recommendation, row.acknowledgement) == ("K", None)


def test_who_makes_a_key_on_the_way_to_signing_is_led_back(here: Events) -> None:
    who = here.world.assessor(enrolled=False)
    plan = here.world.schedule(candidates=1)
    here.world.assign(plan, who)
    here.world.record(who, plan.attempts[0])
    browser, path = here.as_actor(who.actor), f"/rekam/{plan.id}/tanda-tangan"
    assert f'href="/akun?kembali={path}#frasa"' in browser.get(path).text
    assert f'name="kembali" value="{path}"' in browser.get("/akun", kembali=path).text
    words = {"passphrase": "sampan kecil melaju", "again": "sampan kecil melaju"}
    unlike = browser.post("/akun/frasa", {**words, "again": "lain sekali", "kembali": path})
    assert f'name="kembali" value="{path}"' in unlike.text
    done = browser.post("/akun/frasa", {**words, "kembali": path})
    assert done.headers["location"].split("?")[0] == path
    assert "Kunci tanda tangan sudah dibuat." in browser.get(done.headers["location"]).text
    for elsewhere in ("https://contoh.id", "//contoh.id", "/keluar", f"{path}/../../.."):
        assert 'name="kembali"' not in browser.get("/akun", kembali=elsewhere).text
        away = browser.post("/akun/frasa", {**words, "kembali": elsewhere})
        assert away.headers["location"].split("?")[0] == "/akun"
