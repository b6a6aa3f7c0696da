"""Decrees: what they touch is shown first, nothing is kept until it is applied, and then all of it."""

import re
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, text
from tests.support.people import add_lsp, add_person, add_school, employ
from tests.support.site import Browser, Fields, Site

from assessor_registry import clock
from assessor_registry.accounts.rules import Scope, system
from assessor_registry.validity import actions as validity
from assessor_registry.validity import store
from assessor_registry.words.dates import long_date


def a_person(site: Site, number: str = "900123", *, until: int = 400, school: UUID | None = None) -> UUID:
    """An assessor with a registration number and a certificate that ends in `until` days."""

    def act(tx: Connection) -> UUID:
        person = add_person(tx)
        tx.execute(
            text(
                "INSERT INTO registration_number (id, assessor_id, series, number, year, current, created_at) "
                "VALUES (gen_random_uuid(), :who, '000', :number, 2022, true, now())"
            ),
            {"who": person, "number": number},
        )
        if school:
            employ(tx, [person], school)
        days = (site.day(until - 1095), site.day(until))
        validity.add_certificate(
            tx, system("test"), validity.NewCertificate(person, *days, "contoh", number="S-1"), now=clock.now()
        )
        return person

    found: UUID = site.perform(act)
    return found


def an_lsp(site: Site) -> tuple[UUID, UUID, Browser]:
    """An LSP, its school, and a browser of its administrator."""

    def act(tx: Connection) -> tuple[UUID, UUID]:
        school = add_school(tx)
        return add_lsp(tx, school), school

    lsp, school = site.perform(act)
    return lsp, school, site.as_role("lsp_admin", Scope("lsp", str(lsp)))


def decree(site: Site, **more: object) -> Fields:
    return {"number": "SK.1/LSP/2026", "decided_on": site.day(-3).isoformat(), "first_day": site.day(-2).isoformat(),
            "last_day": site.day(300).isoformat(), **more}  # fmt: skip


def sanction(site: Site, **more: object) -> Fields:
    return {"kind": "suspension", "certificate_id": "", "first_day": site.day(-1).isoformat(), "last_day": "",
            "decree_number": "SANKSI-7", "decree_date": site.day(-1).isoformat(),
            "received_on": site.today.isoformat(), "note": "", **more}  # fmt: skip


def circular(site: Site, **more: object) -> Fields:
    return {"reference": "SE.1/BNSP", "issued_on": site.today.isoformat(), "received_on": site.today.isoformat(),
            "ends_from": site.day(-60).isoformat(), "ends_to": site.day(-1).isoformat(),
            "until": site.day(90).isoformat(), "region_code": "", **more}  # fmt: skip


def active(site: Site, who: UUID) -> bool:
    with site.database.read() as conn:
        return who in store.active_on(conn, [who], site.today)


# --- Appointments ------------------------------------------------------------------------------------------------


def test_one_decree_appoints_ticked_and_pasted_assessors(site: Site) -> None:
    lsp, school, browser = an_lsp(site)
    ticked, second = a_person(site, "900001", school=school), a_person(site, "900002", school=school)
    pasted = a_person(site, "900003", until=-5)
    form = browser.get("/surat/pengangkatan/baru").text
    assert str(ticked) in form
    assert str(pasted) not in form
    fields = decree(site, assessor_ids=[str(ticked), str(second)], numbers="met 000 900003-2022\n")
    weighed = browser.post("/surat/pengangkatan/baru", fields)
    assert re.search(r"Asesor diangkat</dt><dd><strong>3<", weighed.text)
    assert re.search(r"Tidak aktif pada hari pertama</dt><dd><strong>1<", weighed.text)
    with site.database.read() as conn:
        assert store.appointments(conn, lsp_id=lsp) == []
    taps = [browser.post("/surat/pengangkatan/baru", {**fields, "step": "apply"}, once="tap") for _ in range(2)]
    assert [tap.status_code for tap in taps] == [303, 303]
    with site.database.read() as conn:
        assert {row.assessor_id for row in store.appointments(conn, lsp_id=lsp)} == {ticked, second, pasted}
    page = browser.get(taps[1].headers["location"].partition("?")[0]).text
    assert "Asesor yang diangkat (3)" in page


def test_one_tick_alone_is_enough_and_none_is_said(site: Site) -> None:
    lsp, school, browser = an_lsp(site)
    who = a_person(site, school=school)
    nobody = browser.post("/surat/pengangkatan/baru", decree(site))
    assert nobody.status_code == 422
    assert "Pilih paling sedikit satu asesor." in nobody.text
    applied = browser.post("/surat/pengangkatan/baru", decree(site, assessor_ids=str(who), step="apply"))
    assert applied.status_code == 303
    with site.database.read() as conn:
        assert [row.assessor_id for row in store.appointments(conn, lsp_id=lsp)] == [who]


def test_a_pasted_number_that_nobody_has_is_named_and_the_rest_kept(site: Site) -> None:
    _lsp, school, browser = an_lsp(site)
    who = a_person(site, school=school)
    fields = decree(site, assessor_ids=[str(who)], numbers="MET.000.999999 2020\nbukan nomor")
    answer = browser.post("/surat/pengangkatan/baru", fields)
    assert answer.status_code == 422
    assert "MET.000.999999 2020; bukan nomor" in answer.text
    assert re.search(rf'value="{who}" checked', answer.text)


def test_a_decree_that_would_be_refused_is_refused_when_it_is_checked(site: Site) -> None:
    _lsp, school, browser = an_lsp(site)
    first, second = a_person(site, "900001", school=school), a_person(site, "900002", school=school)
    reversed_days = decree(site, assessor_ids=[str(first)], first_day=site.day(9), last_day=site.day(3))
    answer = browser.post("/surat/pengangkatan/baru", reversed_days)
    assert answer.status_code == 422
    assert "lebih awal daripada hari pertama" in answer.text
    assert (
        browser.post("/surat/pengangkatan/baru", decree(site, assessor_ids=[str(first)], step="apply")).status_code
        == 303
    )
    again = decree(site, assessor_ids=[str(second)], last_day=site.day(700))
    assert browser.post("/surat/pengangkatan/baru", again).status_code == 409
    assert browser.post("/surat/pengangkatan/baru", decree(site, assessor_ids=[str(second)])).status_code == 200


def test_changing_what_was_weighed_brings_the_form_back(site: Site) -> None:
    _lsp, school, browser = an_lsp(site)
    who = a_person(site, school=school)
    answer = browser.post("/surat/pengangkatan/baru", decree(site, assessor_ids=[str(who)], step="change"))
    assert answer.status_code == 200
    assert 'value="SK.1/LSP/2026"' in answer.text
    assert re.search(rf'value="{who}" checked', answer.text)


def test_an_appointment_is_ended_by_its_own_lsp_only(site: Site) -> None:
    lsp, school, browser = an_lsp(site)
    who = a_person(site, school=school)
    browser.post("/surat/pengangkatan/baru", decree(site, assessor_ids=[str(who)], step="apply"))
    with site.database.read() as conn:
        (row,) = store.appointments(conn, lsp_id=lsp)
    path = f"/surat/pengangkatan/orang/{row.id}"
    fields = {"ended_on": site.today.isoformat(), "reason": "Pindah tugas", "step": "apply"}
    _other, _school, stranger = an_lsp(site)
    assert stranger.get(path).status_code == 404
    assert stranger.post(path, fields).status_code == 404
    assert stranger.get(f"/surat/pengangkatan/{row.decree_id}").status_code == 404
    assert browser.post(path, fields).status_code == 303
    assert "Pindah tugas" in browser.get(f"/surat/pengangkatan/{row.decree_id}").text


# --- Circulars ---------------------------------------------------------------------------------------------------


def test_a_circular_says_whom_it_covers_before_it_is_kept(site: Site) -> None:
    ended, browser = a_person(site, until=-10), site.as_role("division")
    a_person(site, "900124", until=100)
    weighed = browser.post("/surat/edaran/baru", circular(site))
    assert re.search(r"Asesor yang diperpanjang</dt><dd><strong>1<", weighed.text)
    assert re.search(r"Di antaranya aktif lagi hari ini</dt><dd><strong>1<", weighed.text)
    assert not active(site, ended)
    assert browser.post("/surat/edaran/baru", circular(site, step="apply")).status_code == 303
    assert active(site, ended)
    assert "SE.1/BNSP" in browser.get("/surat/edaran").text


def test_an_assessor_s_page_names_the_circular_that_carries_them(site: Site) -> None:
    ended, browser = a_person(site, until=-10), site.as_role("division")
    untouched = a_person(site, "900124", until=100)
    browser.post("/surat/edaran/baru", circular(site, step="apply"))
    said = f"Sertifikatnya diperpanjang sampai {long_date(site.day(90))} dengan surat edaran SE.1/BNSP."
    assert said in browser.get(f"/asesor/{ended}").text
    assert "SE.1/BNSP" not in browser.get(f"/asesor/{untouched}").text
    with site.database.read() as conn:
        (held,) = store.extensions(conn)
    back = {"reference": "SE.3", "issued_on": site.today.isoformat(), "received_on": site.today.isoformat()}
    assert browser.post(f"/surat/edaran/{held.id}/cabut", {**back, "step": "apply"}).status_code == 303
    assert "SE.1/BNSP" not in browser.get(f"/asesor/{ended}").text


def test_a_circular_is_amended_and_taken_back_once(site: Site) -> None:
    ended, browser = a_person(site, until=-10), site.as_role("division")
    browser.post("/surat/edaran/baru", circular(site, step="apply"))
    with site.database.read() as conn:
        (first,) = store.extensions(conn)
    shorter = circular(site, reference="SE.2", until=(site.day(-1) + timedelta(days=5)).isoformat(), step="apply")
    taps = [browser.post(f"/surat/edaran/{first.id}/ubah", shorter, once="tap") for _ in range(2)]
    assert [tap.status_code for tap in taps] == [303, 303]
    with site.database.read() as conn:
        (second,) = store.extensions(conn)
    back = {"reference": "SE.3", "issued_on": site.today.isoformat(), "received_on": site.today.isoformat()}
    weighed = browser.post(f"/surat/edaran/{second.id}/cabut", back)
    assert re.search(r"Asesor yang kehilangan hari aktif</dt><dd><strong>1<", weighed.text)
    assert active(site, ended)
    assert browser.post(f"/surat/edaran/{second.id}/cabut", {**back, "step": "apply"}).status_code == 303
    assert not active(site, ended)
    assert browser.get(f"/surat/edaran/{first.id}/ubah").status_code == 404


def test_a_circular_that_extends_nothing_is_refused_at_its_field(site: Site) -> None:
    answer = site.as_role("division").post("/surat/edaran/baru", circular(site, until=site.day(-1).isoformat()))
    assert answer.status_code == 422
    assert 'id="e-until"' in answer.text


# --- Sanctions ---------------------------------------------------------------------------------------------------


def test_a_sanction_is_weighed_applied_and_lifted(site: Site) -> None:
    who, browser = a_person(site), site.as_role("division")
    assert str(who) in browser.get("/surat/sanksi/baru", q="MET.000.900123").text
    path = f"/surat/sanksi/baru/{who}"
    weighed = browser.post(path, sanction(site))
    assert "Jadwal yang kehilangan asesor" in weighed.text
    assert active(site, who)
    assert browser.post(path, sanction(site, step="apply")).status_code == 303
    assert not active(site, who)
    listed = browser.get("/surat/sanksi").text
    assert "berlaku hari ini" in listed
    (lift,) = re.findall(r"/surat/sanksi/[0-9a-f-]+/pulihkan", listed)
    ending = {"first_day": site.today.isoformat(), "decree_number": "PULIH-1",
              "decree_date": site.today.isoformat(), "received_on": site.today.isoformat(), "note": ""}  # fmt: skip
    assert browser.post(lift, {**ending, "step": "apply"}).status_code == 303
    assert active(site, who)
    assert "Dipulihkan mulai" in browser.get("/surat/sanksi").text


def test_a_sanction_entered_by_mistake_is_taken_back(site: Site) -> None:
    who, browser = a_person(site), site.as_role("division")
    browser.post(f"/surat/sanksi/baru/{who}", sanction(site, step="apply"))
    (cancel,) = re.findall(r"/surat/sanksi/[0-9a-f-]+/batalkan", browser.get("/surat/sanksi").text)
    ending = {"first_day": site.today.isoformat(), "decree_number": "RALAT-1",
              "decree_date": site.today.isoformat(), "received_on": site.today.isoformat(), "note": ""}  # fmt: skip
    assert browser.post(cancel, {**ending, "step": "apply"}).status_code == 303
    assert active(site, who)
    assert "dibatalkan, salah catat" in browser.get("/surat/sanksi").text


def test_an_lsp_sees_sanctions_of_its_assessors_and_enters_none(site: Site) -> None:
    _lsp, school, browser = an_lsp(site)
    ours, theirs = a_person(site, "900001", school=school), a_person(site, "900002")
    division = site.as_role("division")
    for number, who in enumerate((ours, theirs)):
        division.post(f"/surat/sanksi/baru/{who}", sanction(site, decree_number=f"SANKSI-{number}", step="apply"))
    page = browser.get("/surat/sanksi").text
    assert "SANKSI-0" in page
    assert "SANKSI-1" not in page
    assert browser.get(f"/surat/sanksi/baru/{ours}").status_code == 403
