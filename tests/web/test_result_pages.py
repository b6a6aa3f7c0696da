"""Results by page: listed in scope, shown with origin and corrections, decided when contested, taken in on paper."""

import base64
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import event
from tests.support.event_pages import FORBIDDEN, PDF, Events, text_of
from tests.support.live import chromium, served, signed_in
from tests.support.province import Populous
from tests.support.refs import PersonRef, Plan
from tests.support.site import Browser

from assessor_registry.accounts.rules import PROVINCE, Scope
from assessor_registry.assessments import store
from assessor_registry.proof import verdict

DAY = timedelta(days=1)


def contested(world: Populous) -> str:
    """The code of a record whose assessor lost the day."""
    who = world.assessor()
    plan = world.schedule(world.today - DAY)
    world.assign(plan, who)
    code = world.paper(plan, who, plan.attempts[0], plan.first_day)
    world.suspend(who, world.today - 2 * DAY)
    return code


# --- The list ----------------------------------------------------------------------------------------------------


def test_results_are_listed_with_filters_and_downloaded_with_them(here: Events) -> None:
    good, plan, _who = here.signed()
    bad, _plan, _other = here.signed("BK")
    admin = here.admin()
    shown = admin.get("/hasil").text
    assert good in shown
    assert bad in shown
    assert "2 hasil" in text_of(shown)
    assert bad not in admin.get("/hasil", jadwal=str(plan.id)).text
    assert good not in admin.get("/hasil", keadaan="annulled").text
    assert good not in admin.get("/hasil", asal="paper").text
    book = CalamineWorkbook.from_filelike(io.BytesIO(admin.get("/hasil.xlsx", jadwal=str(plan.id)).content))
    rows = book.get_sheet_by_index(0).to_python()
    assert [row[-1] for row in rows] == ["Kode cek keaslian", good]


def test_a_list_takes_as_many_statements_whatever_its_length(here: Events) -> None:
    admin = here.admin()
    plan, who = here.held(candidates=6)
    statements: list[str] = []
    event.listen(here.site.database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))

    def asked(path: str) -> int:
        statements.clear()
        assert admin.get(path).status_code == 200
        return len(statements)

    paths = ("/hasil", "/hasil/belum", "/jadwal", f"/jadwal/{plan.id}", "/siswa")
    here.world.sign(who, here.world.record(who, plan.attempts[0]))
    asked("/hasil")  # the name of the LSP is read once and kept
    few = [asked(path) for path in paths]
    here.world.sign(who, *(here.world.record(who, one) for one in plan.attempts[1:5]))
    for _ in range(3):
        here.world.schedule(candidates=3)
    assert [asked(path) for path in paths] == few


def test_each_scope_sees_its_own_results(here: Events) -> None:
    code, _plan, who = here.signed()
    world = here.world
    other = world.assessor()
    school, foreign = (Scope("school", str(one)) for one in (world.home.school_id, world.school()))
    seeing = [here.as_actor(who.actor), here.site.as_role("division"), here.site.as_role("school", school)]
    blind = [
        here.as_actor(other.actor), here.as_actor(world.lsp().admin), here.site.as_role("school", foreign),
        here.site.as_role("auditor", Scope("region", "64.71")),
    ]  # fmt: skip
    for browser in seeing:
        assert browser.get(f"/hasil/{code}").status_code == 200
        assert code in browser.get("/hasil").text
    for browser in blind:
        for path in ("", "/bundle.json", "/fr-ak-02.pdf"):
            assert browser.get(f"/hasil/{code}{path}").status_code == 404
        assert code not in browser.get("/hasil").text


def test_what_is_not_signed_is_listed_until_it_is(here: Events) -> None:
    plan, who = here.held(candidates=2)
    draft = here.world.record(who, plan.attempts[0])
    browser = here.admin()
    shown = text_of(browser.get("/hasil/belum").text)
    assert "2 asesi yang harinya sudah tiba" in shown
    assert "sudah diisi, belum ditandatangani" in shown
    assert "belum diisi" in shown
    here.world.sign(who, draft)
    assert "1 asesi yang harinya sudah tiba" in text_of(browser.get("/hasil/belum").text)
    assert str(plan.attempts[1]) in browser.get("/hasil/belum").text


# --- One result --------------------------------------------------------------------------------------------------


def test_a_result_shows_units_origin_and_where_it_can_be_checked(here: Events) -> None:
    code, plan, who = here.signed("BK")
    shown = here.admin().get(f"/hasil/{code}").text
    text = text_of(shown)
    for unit in plan.scheme.codes:
        assert unit in text
    assert f"Ditandatangani secara elektronik oleh {who.actor.name}" in text
    assert "Tanda tangan elektronik tidak tersertifikasi" in text
    assert f"/cek/{code}" in shown
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="qr"' in shown


def test_fr_ak_02_is_printed_under_a_name_without_the_candidate(here: Events) -> None:
    code, _plan, _who = here.signed()
    answer = here.admin().get(f"/hasil/{code}/fr-ak-02.pdf")
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["content-disposition"] == f'inline; filename="fr-ak-02-{code}.pdf"'


def test_the_evidence_file_is_valid_under_the_published_root(here: Events) -> None:
    code, _plan, _who = here.signed()
    answer = here.admin().get(f"/hasil/{code.lower()}/bundle.json")
    root = here.site.browse().get("/pki/root.pem").content
    found = verdict.verdict(answer.content, root)
    assert found.valid, [check for check in found.checks if not check.ok]
    assert json.loads(answer.content)


def test_an_assessor_opens_a_correction_with_a_reason_and_goes_on_recording(here: Events) -> None:
    code, plan, who = here.signed()
    browser = here.as_actor(who.actor)
    assert "Betulkan hasil ini" in browser.get(f"/hasil/{code}").text
    refused = browser.post(f"/hasil/{code}/perbaiki", reason="  ")
    assert refused.status_code == 422
    assert 'id="e-reason"' in refused.text
    answer = browser.post(f"/hasil/{code}/perbaiki", reason="Salah ketuk")
    assert answer.headers["location"] == f"/rekam/{plan.id}/{plan.attempts[0]}"
    assert "Pembetulan hasil ini sudah dibuka" in browser.get(f"/hasil/{code}").text


def test_a_corrected_result_shows_its_chain_on_both_ends(here: Events) -> None:
    code, plan, who = here.signed()
    here.as_actor(who.actor).post(f"/hasil/{code}/perbaiki", reason="Salah ketuk")
    [newer] = here.world.sign(who, here.world.record(who, plan.attempts[0], "BK"))
    admin = here.admin()
    old, new = admin.get(f"/hasil/{code}").text, admin.get(f"/hasil/{newer}").text
    assert "Sudah diganti" in old
    assert f"/hasil/{newer}" in old
    assert "Salah ketuk" in new
    assert f"/hasil/{code}" in new
    assert "Betulkan hasil ini" not in here.as_actor(who.actor).get(f"/hasil/{code}").text


def test_somebody_elses_result_is_not_corrected(here: Events) -> None:
    code, _plan, _who = here.signed()
    assert here.as_actor(here.world.assessor().actor).post(f"/hasil/{code}/perbaiki", reason="x").status_code == 404
    assert here.admin().post(f"/hasil/{code}/perbaiki", reason="x").status_code == 403


def test_a_contested_result_is_upheld_by_a_letter(here: Events) -> None:
    code, admin = contested(here.world), here.admin()
    assert "Dipersoalkan sejak" in admin.get(f"/hasil/{code}").text
    assert admin.post(f"/hasil/{code}/kuatkan", reference="").status_code == 422
    assert here.world.found(code).state == "contested"
    assert admin.post(f"/hasil/{code}/kuatkan", reference="045/BNSP/2026").status_code == 303
    assert here.world.found(code).state == "valid"
    assert "045/BNSP/2026" in admin.get(f"/hasil/{code}").text
    assert admin.post(f"/hasil/{code}/kuatkan", reference="046/BNSP/2026").status_code == 409


def test_a_contested_result_is_annulled_with_a_reason_and_a_valid_one_is_not(here: Events) -> None:
    code, admin = contested(here.world), here.admin()
    assert admin.post(f"/hasil/{code}/batalkan", reason="Asesor dibekukan").status_code == 303
    assert here.world.found(code).state == "annulled"
    assert "Asesor dibekukan" in admin.get(f"/hasil/{code}").text
    valid, _plan, _who = here.signed()
    assert admin.post(f"/hasil/{valid}/batalkan", reason="Iseng").status_code == 409
    assert here.world.found(valid).state == "valid"


def test_only_administrators_decide_contested_results(here: Events) -> None:
    code = contested(here.world)
    for role in ("division", "auditor"):
        assert here.site.as_role(role).post(f"/hasil/{code}/batalkan", reason="x").status_code == 403


# --- Paper -------------------------------------------------------------------------------------------------------


def paper_fields(plan: Plan, who: PersonRef, **more: Any) -> dict[str, Any]:
    day = plan.first_day.isoformat()
    units = {f"unit-{code}": "K" for code in plan.scheme.codes}
    return {
        "asesi": str(plan.attempts[0]), "part": "1", "assessor": str(who.id), "first_day": day, "last_day": day,
        "outcome": "assessed", "recommendation": "K", "note": "", "evidence_kinds": ["observasi"],
        "acknowledgement": "paper", "reason": "Bengkel tanpa sinyal", **units, **more,
    }  # fmt: skip


def enter(browser: Browser, fields: dict[str, Any], content: bytes = PDF, **more: Any) -> Any:
    files = {"file": ("Rina Anggraini FR AK 02.pdf", content, "application/pdf")} if content else {}
    return browser.post("/hasil/kertas/baru", {**fields, **more}, files=files or None)


def waiting(here: Events) -> list[store.PaperRow]:
    with here.site.database.read() as conn:
        return store.papers_entered(conn, PROVINCE, waiting=True)


def test_what_is_wrong_with_a_paper_form_stands_at_its_field_and_the_only_choice_is_made(here: Events) -> None:
    plan, who = here.held()
    admin = here.admin()
    form = admin.get("/hasil/kertas/baru", asesi=str(plan.attempts[0])).text
    assert f'<option value="{who.id}" selected>' in form
    assert form.count(f'type="date" value="{plan.first_day.isoformat()}"') == 2
    assert "(wajib bila ada unit BK atau rekomendasi BK)" in text_of(form)
    first = f"unit-{plan.scheme.codes[0]}"
    back = enter(admin, {**paper_fields(plan, who), first: "BK", "recommendation": ""})
    assert back.status_code == 409
    note = back.text.split('id="e-note"')[1].split("</p>", 1)[0]
    assert "Catatan wajib diisi bila ada unit BK" in note
    assert 'aria-describedby="e-note"' in back.text
    days = {"first_day": here.site.day(1).isoformat(), "last_day": here.site.day(-1).isoformat()}
    assert 'id="e-last_day"' in enter(admin, {**paper_fields(plan, who), **days}).text


def test_paper_is_entered_by_one_and_confirmed_by_another(here: Events) -> None:
    plan, who = here.held()
    admin, second = here.admin(), here.as_actor(here.world.home.second)
    assert "Catat dari kertas" in admin.get("/hasil/belum").text
    assert admin.get("/hasil/kertas/baru", asesi=str(plan.attempts[0])).status_code == 200
    assert enter(admin, paper_fields(plan, who)).status_code == 303
    [row] = waiting(here)
    path = f"/hasil/kertas/{row.id}"
    alone = text_of(admin.get(path).text)
    assert "Anda yang mencatat hasil ini, jadi orang lain yang harus" in alone
    assert "belum ada orang lain yang dapat mengukuhkan" in alone
    home = Scope("lsp", str(here.world.home.id))
    here.site.user("lsp_admin", home, name="Wakil Admin")
    here.site.user("lsp_admin", Scope("lsp", str(here.world.lsp().id)), name="Admin Lain")
    here.site.user("panel", home, name="Anggota Pleno")
    told = text_of(admin.get(path).text)
    assert "Yang dapat mengukuhkan di LSP ini: Wakil Admin." in told
    assert "Admin Lain" not in told
    assert "Anggota Pleno" not in told
    assert admin.post(f"{path}/kukuhkan").status_code == 403
    assert second.get(f"{path}/pindaian").content == PDF
    answer = second.post(f"{path}/kukuhkan")
    assert answer.status_code == 303
    shown = text_of(second.get(answer.headers["location"]).text)
    assert "Dari berkas kertas" in shown
    assert "Dicatat LSP dari FR.AK.02 yang ditandatangani basah" in shown
    assert not waiting(here)


def test_the_name_of_the_scan_never_names_a_person(here: Events) -> None:
    plan, who = here.held()
    admin = here.admin()
    enter(admin, paper_fields(plan, who))
    [row] = waiting(here)
    assert "Rina" not in admin.get(f"/hasil/kertas/{row.id}/pindaian").headers["content-disposition"]


def test_a_refused_form_keeps_everything_also_the_scan(here: Events) -> None:
    plan, who = here.held()
    admin = here.admin()
    answer = enter(admin, paper_fields(plan, who), reason="", note="Catatan panjang")
    assert answer.status_code == 422
    assert 'id="e-reason"' in answer.text
    assert "Catatan panjang" in answer.text
    assert "Pindaian sudah diterima" in answer.text
    assert f'name="unit-{plan.scheme.codes[0]}" value="K" checked' in answer.text
    scan = answer.text.split('name="scan" value="')[1].split('"')[0]
    again = enter(admin, paper_fields(plan, who), b"", scan=scan)
    assert again.status_code == 303
    assert len(waiting(here)) == 1


def test_a_scan_that_someone_else_uploaded_is_not_taken(here: Events) -> None:
    plan, who = here.held()
    refused = enter(here.admin(), paper_fields(plan, who), reason="")
    scan = refused.text.split('name="scan" value="')[1].split('"')[0]
    second = here.as_actor(here.world.home.second)
    assert enter(second, paper_fields(plan, who), b"", scan=scan).status_code == 422
    assert not waiting(here)


def test_what_is_no_scan_is_refused_at_the_file(here: Events) -> None:
    plan, who = here.held()
    for content in (b"MZ this is a program", b""):
        answer = enter(here.admin(), paper_fields(plan, who), content)
        assert answer.status_code == 422
        assert 'id="e-file"' in answer.text


def test_paper_that_is_not_complete_is_refused_with_every_reason(here: Events) -> None:
    plan, who = here.held()
    fields = paper_fields(plan, who)
    del fields[f"unit-{plan.scheme.codes[0]}"]
    answer = enter(here.admin(), fields, evidence_kinds=[])
    assert answer.status_code == 409
    shown = text_of(answer.text)
    assert "Belum dinilai: 1 unit" in shown
    assert "Jenis bukti belum dipilih" in shown
    assert not waiting(here)


def test_a_double_tap_enters_paper_once(here: Events) -> None:
    plan, who = here.held()
    admin = here.admin()
    for _ in range(2):
        files = {"file": ("a.pdf", PDF, "application/pdf")}
        answer = admin.post("/hasil/kertas/baru", paper_fields(plan, who), once="ketuk", files=files)
        assert answer.status_code == 303
    assert len(waiting(here)) == 1


def test_rejected_paper_may_be_entered_again(here: Events) -> None:
    plan, who = here.held()
    admin, second = here.admin(), here.as_actor(here.world.home.second)
    enter(admin, paper_fields(plan, who))
    [row] = waiting(here)
    assert second.post(f"/hasil/kertas/{row.id}/tolak", reason="").status_code == 422
    assert second.post(f"/hasil/kertas/{row.id}/tolak", reason="Tidak terbaca").status_code == 303
    assert "Tidak terbaca" in admin.get("/hasil/kertas").text
    assert enter(admin, paper_fields(plan, who)).status_code == 303


def test_paper_of_another_lsp_is_not_seen(here: Events) -> None:
    plan, who = here.held()
    enter(here.admin(), paper_fields(plan, who))
    [row] = waiting(here)
    stranger = here.as_actor(here.world.lsp().admin)
    for path in ("", "/pindaian"):
        assert stranger.get(f"/hasil/kertas/{row.id}{path}").status_code == 404
    assert stranger.post(f"/hasil/kertas/{row.id}/kukuhkan").status_code == 404
    assert stranger.get("/hasil/kertas/baru", asesi=str(plan.attempts[0])).status_code == 404
    assert enter(stranger, paper_fields(plan, who)).status_code == 404


def test_a_signed_result_is_corrected_by_paper(here: Events) -> None:
    code, plan, who = here.signed()
    admin, second = here.admin(), here.as_actor(here.world.home.second)
    assert "Membetulkan hasil" in admin.get("/hasil/kertas/baru", asesi=str(plan.attempts[0]), ganti=code).text
    fields = paper_fields(plan, who, replaces=code, recommendation="BK", note="Belum rapi")
    fields[f"unit-{plan.scheme.codes[0]}"] = "BK"
    assert enter(admin, fields).status_code == 303
    [row] = waiting(here)
    newer = second.post(f"/hasil/kertas/{row.id}/kukuhkan").headers["location"]
    assert "Riwayat pembetulan" in second.get(newer).text
    assert here.world.found(code).state == "replaced"


@pytest.mark.parametrize("path", ["/hasil/kertas", "/hasil/belum", "/hasil"])
def test_no_forbidden_word_reaches_the_lists(here: Events, path: str) -> None:
    plan, who = here.held()
    admin = here.admin()
    enter(admin, paper_fields(plan, who))
    assert not FORBIDDEN.search(text_of(admin.get(path).text))


def test_the_rest_of_a_paper_form_is_k_when_it_says_so(here: Events) -> None:
    plan, who = here.held()
    fields = paper_fields(plan, who, recommendation="BK", note="Belum rapi")
    first, *others = plan.scheme.codes
    for code in others:
        del fields[f"unit-{code}"]
    assert enter(here.admin(), fields | {f"unit-{first}": "BK", "rest": "K"}).status_code == 303
    [row] = waiting(here)
    assert dict(row.content.units) == {first: "BK"} | dict.fromkeys(others, "K")


def test_a_scan_is_shown_by_the_browser_without_a_complaint(here: Events) -> None:
    plan, who = here.held()
    png = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    admin = here.site.user("lsp_admin", Scope("lsp", str(here.world.home.id)))
    files = {"file": ("scan.png", png, "image/png")}
    browser = here.site.browse(admin)
    assert browser.post("/hasil/kertas/baru", paper_fields(plan, who), files=files).status_code == 303
    [row] = waiting(here)
    said: list[str] = []
    with served(here.site) as address, chromium() as program:
        page = signed_in(program, address, admin)
        page.on("console", lambda message: said.append(message.text))
        for path in (f"/hasil/kertas/{row.id}", f"/hasil/kertas/{row.id}/pindaian"):
            answer = page.goto(f"{address}{path}", wait_until="networkidle")
            assert answer is not None
            assert answer.status == 200
    assert said == []
