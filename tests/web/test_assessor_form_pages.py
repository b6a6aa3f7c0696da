"""What changes of an assessor from day to day is entered on their page: contact, a certificate, no longer assessing."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.support.event_pages import Events, events, text_of
from tests.support.site import Browser, Site

from assessor_registry import jobs
from assessor_registry.assessors import store as assessors
from assessor_registry.scheduling import store as scheduling
from assessor_registry.validity import actions as validity
from assessor_registry.validity import store


@pytest.fixture
def there(site: Site) -> Events:
    return events(site)


def person(there: Events, who: object) -> assessors.Assessor:
    with there.world.db.read() as conn:
        found = assessors.get(conn, there.world.system.scope, who.id, there.site.today)  # type: ignore[attr-defined]
    assert found is not None
    return found


def division(there: Events) -> Browser:
    return there.site.as_role("division")


def test_telephone_and_e_mail_are_changed_once_and_the_trail_does_not_tell_them(there: Events) -> None:
    who, admin = there.world.assessor(), there.admin()
    path, version = f"/asesor/{who.id}/kontak", str(person(there, who).version)
    assert f'href="{path}"' in admin.get(f"/asesor/{who.id}").text
    fields = {"phone": "0812-3456-7890", "email": "guru@sekolah.sch.id", "version": version}
    taps = [admin.post(path, fields, once="tap") for _ in range(2)]
    assert [tap.status_code for tap in taps] == [303, 303]
    assert person(there, who).email == "guru@sekolah.sch.id"
    stale = admin.post(path, {**fields, "email": "lain@sekolah.sch.id"})
    assert stale.status_code == 409
    assert 'value="lain@sekolah.sch.id"' in stale.text
    wrong = admin.post(path, {**fields, "email": "bukan surel", "version": str(int(version) + 1)})
    assert wrong.status_code == 422
    assert 'id="e-email"' in wrong.text
    with there.world.db.read() as conn:
        query = text("SELECT after::text FROM audit_entry WHERE act = 'assessors.change_assessor'")
        told = " ".join(conn.execute(query).scalars())
    assert "guru@sekolah.sch.id" not in told
    assert "81234567890" not in told


def test_a_certificate_by_hand_is_weighed_and_its_last_day_computed_when_none_is_printed(there: Events) -> None:
    who, browser = there.world.assessor(None, enrolled=False), there.admin()
    today = there.site.today.isoformat()
    fields = {"number": "85322 2411 9 0000123 2026", "first_day": today, "received_on": today, "source": "Asli"}
    shown = browser.post(f"/asesor/{who.id}/sertifikat", fields)
    assert "Hari aktif bertambah (1)" in text_of(shown.text)
    assert not there.world.standing(who).active
    assert browser.post(f"/asesor/{who.id}/sertifikat", {**fields, "step": "apply"}).status_code == 303
    assert there.world.standing(who).active
    assert "85322 2411 9 0000123 2026" in browser.get(f"/asesor/{who.id}").text
    assert "dihitung" in browser.get(f"/asesor/{who.id}").text


def test_who_assesses_no_longer_loses_coming_assignments_and_can_come_back(there: Events) -> None:
    world, who, browser = there.world, there.world.assessor(), division(there)
    world.assign(world.schedule(there.site.day(7)), who)
    path = f"/asesor/{who.id}/berhenti"
    fields = {"reason": "retired", "day": there.site.day(1).isoformat(), "version": str(person(there, who).version)}
    shown = browser.post(path, fields)
    assert "Hari jadwal kehilangan asesor (1)" in text_of(shown.text)
    assert browser.post(path, {**fields, "step": "apply"}).status_code == 303
    with world.db.read() as conn:
        assert scheduling.duties(conn, who.id, world.today, world.today + timedelta(days=30)) == []
    page = browser.get(f"/asesor/{who.id}").text
    assert "Tidak lagi menguji sejak" in page
    assert "Pensiun" in page
    back = {"version": str(person(there, who).version)}
    assert browser.post(f"/asesor/{who.id}/bertugas-lagi", back).status_code == 303
    assert person(there, who).ended_on is None


def test_a_sanction_is_entered_from_the_page_of_its_assessor_by_who_may(there: Events) -> None:
    who = there.world.assessor(enrolled=False)
    link = f'href="/surat/sanksi/baru/{who.id}"'
    assert link in division(there).get(f"/asesor/{who.id}").text
    assert link not in there.admin().get(f"/asesor/{who.id}").text
    other = there.as_actor(there.world.lsp(region="64.71").admin)
    assert other.get(f"/asesor/{who.id}/kontak").status_code == 404


def test_whom_an_lsp_only_appointed_it_sees_without_data_and_forms(there: Events) -> None:
    who, taker = there.world.assessor(nik="6472010101800001"), there.world.lsp()
    there.world.appoint(taker, who.id)
    browser = there.as_actor(taker.admin)
    shown = browser.get(f"/asesor/{who.id}").text
    assert "Anda angkat dari sekolah lain" in text_of(shown)
    for hidden in ("Lihat NIK", "Lahir", f"/asesor/{who.id}/kontak", f"/asesor/{who.id}/sertifikat"):
        assert hidden not in shown
    for form in ("kontak", "sertifikat", "berhenti", "bertugas-lagi"):
        assert browser.get(f"/asesor/{who.id}/{form}").status_code == 403
        assert browser.post(f"/asesor/{who.id}/{form}", version="1").status_code in {403, 422}
    refused = browser.post(f"/asesor/{who.id}/nik", reason="cek")
    assert refused.status_code == 403
    assert "LSP sekolahnya sendiri atau Bidang Pembinaan SMK" in text_of(refused.text)
    assert "Lihat NIK" in there.admin().get(f"/asesor/{who.id}").text


def technical(there: Events, **changed: object) -> dict[str, object]:
    scheme = there.world.home.schemes[0].id
    return {"scheme_id": str(scheme), "first_day": there.site.today.isoformat(), "source": "Sertifikat asli",
            "last_day": there.site.day(900).isoformat(), **changed}  # fmt: skip


def test_a_technical_competence_is_entered_with_its_scan_and_told_in_the_trail(there: Events) -> None:
    who, browser = there.world.assessor(schemes=()), there.admin()
    path = f"/asesor/{who.id}/kompetensi"
    assert f'href="{path}"' in browser.get(f"/asesor/{who.id}").text
    reversed_days = browser.post(path, technical(there, last_day=there.site.day(-1).isoformat()))
    assert reversed_days.status_code == 422
    assert 'id="e-last_day"' in reversed_days.text
    sent = browser.post(path, technical(there), files={"file": ("s.pdf", b"%PDF-1.4 sertifikat")})
    assert sent.status_code == 303
    page = browser.get(f"/asesor/{who.id}").text
    assert there.world.home.schemes[0].title in page
    scan = page.split(f'href="/asesor/{who.id}/berkas/')[1].split('"', 1)[0]
    assert browser.get(f"/asesor/{who.id}/berkas/{scan}").content.startswith(b"%PDF")
    assert browser.post(path, technical(there)).status_code == 409
    with there.world.db.read() as conn:
        acts = conn.execute(text("SELECT act FROM audit_entry WHERE subject_id = :who"), {"who": str(who.id)}).scalars()
        assert "validity.add_technical" in set(acts)
    other = there.as_actor(there.world.lsp(region="64.71").admin)
    assert other.get(f"/asesor/{who.id}/berkas/{scan}").status_code == 404
    assert other.post(path, technical(there)).status_code == 404


def test_a_competence_without_dates_gets_them_and_keeps_its_history(there: Events) -> None:
    world, who, scheme = there.world, there.world.assessor(schemes=()), there.world.home.schemes[0]
    new = validity.NewTechnical(who.id, scheme.title, "contoh", scheme.id, number="TEK-7")
    world.db.perform(lambda tx: validity.add_technical(tx, world.system, new, now=world.now))
    browser = there.admin()
    form = f"/asesor/{who.id}/kompetensi?skema={scheme.id}"
    assert f'href="{form}"' in browser.get(f"/asesor/{who.id}").text
    assert f'value="{scheme.id}" selected' in browser.get(form).text
    assert browser.post(f"/asesor/{who.id}/kompetensi", technical(there)).status_code == 303
    with world.db.read() as conn:
        [held] = store.technicals(conn, [who.id])
        assert (held.number, held.first_day, held.last_day) == ("TEK-7", there.site.today, there.site.day(900))
        assert len(store.technicals(conn, [who.id], history=True)) == 2
    later = technical(there, first_day=there.site.day(901).isoformat(), last_day=there.site.day(1900).isoformat())
    assert browser.post(f"/asesor/{who.id}/kompetensi", later).status_code == 303
    with world.db.read() as conn:
        assert len(store.technicals(conn, [who.id])) == 2


def test_a_to_do_of_a_competence_leads_to_its_form_and_ends_with_a_new_one(there: Events) -> None:
    world, who, scheme = there.world, there.world.assessor(schemes=()), there.world.home.schemes[0]
    world.competence(who.id, scheme, (there.site.day(-900), there.site.day(20)))
    browser = division(there)

    def todos() -> str:
        jobs.sweep(world.db, there.site.today, now=world.now, mail=True)
        return str(browser.get("/tindak-lanjut?kind=technical_ending").text)

    assert f'href="/asesor/{who.id}#kompetensi"' in todos()
    assert browser.post(f"/asesor/{who.id}/kompetensi", technical(there)).status_code == 303
    assert f"/asesor/{who.id}" not in todos()


def test_the_scan_of_a_certificate_stays_with_it(there: Events) -> None:
    who, browser = there.world.assessor(None, enrolled=False), there.admin()
    today = there.site.today.isoformat()
    fields = {"number": "85322", "first_day": today, "received_on": today, "source": "Asli"}
    shown = browser.post(f"/asesor/{who.id}/sertifikat", fields, files={"file": ("s.pdf", b"%PDF-1.4 asli")})
    kept = shown.text.split('name="file_id" value="')[1].split('"', 1)[0]
    done = browser.post(f"/asesor/{who.id}/sertifikat", {**fields, "file_id": kept, "step": "apply"})
    assert done.status_code == 303
    assert f'href="/asesor/{who.id}/berkas/{kept}"' in browser.get(f"/asesor/{who.id}").text


def test_an_assessor_finds_their_own_page_and_back(there: Events) -> None:
    world, who = there.world, there.world.assessor()
    browser = there.as_actor(who.actor)
    own = f'href="/asesor/{who.id}"'
    for path in ("/", "/akun"):
        page = browser.get(path).text
        assert "Sertifikat dan masa berlaku saya" in page
        assert own in page.split("</nav>")[1]
    page = browser.get(f"/asesor/{who.id}").text
    assert own in page.split("</nav>")[0], "the menu leads there"
    back = page.split('<p class="small"><a href="')[1].split('"', 1)[0]
    assert browser.get(back).status_code == 200
    lsp = there.site.app.state.places.of(world.home.admin.scope)
    assert f"<li>{lsp}, SK-" in page
    admin = there.admin().get(f"/asesor/{who.id}").text
    assert '<p class="small"><a href="/asesor">' in admin


def test_results_on_an_assessor_s_page_are_told_by_their_candidate(there: Events) -> None:
    code, plan, who = there.signed()
    with there.world.db.read() as conn:
        name = conn.execute(
            text("SELECT s.name FROM student s JOIN attempt a ON a.student_id = s.id WHERE a.id = :id"),
            {"id": plan.attempts[0]},
        ).scalar_one()
    page = there.admin().get(f"/asesor/{who.id}").text
    link = page.split(f'href="/hasil/{code}">')[1].split("</a>", 1)[0]
    assert link == name
