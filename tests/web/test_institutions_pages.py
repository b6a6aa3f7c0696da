"""Institutions: the division keeps LSPs, licences, networks and schools; an LSP its venues; others read."""

import re
from uuid import UUID

import pytest
from sqlalchemy import Connection
from tests.support.people import add_licence, add_lsp, add_scheme, add_school
from tests.support.site import Site

from assessor_registry import clock
from assessor_registry.accounts.rules import PROVINCE, Scope, system
from assessor_registry.institutions import actions, store


def an_lsp(site: Site) -> UUID:
    found: UUID = site.perform(add_lsp)
    return found


def provisional(site: Site, name: str) -> UUID:
    def act(tx: Connection) -> UUID:
        return actions.provisional_school(tx, system("test"), name, None, None, clock.now())[0]

    found: UUID = site.perform(act)
    return found


def test_the_division_adds_an_lsp_with_licence_scheme_and_network(site: Site) -> None:
    school, other = site.perform(lambda tx: (add_school(tx), add_school(tx)))
    scheme = site.perform(lambda tx: add_scheme(tx, "Skema Contoh"))
    browser = site.as_role("division")
    made = browser.post("/lembaga/lsp/baru", name="LSP SMKN 91 Contoh", school_id=str(school))
    assert made.status_code == 303
    path = made.headers["location"].partition("?")[0]
    days = {"first_day": site.day(-30).isoformat(), "last_day": site.day(900).isoformat()}
    assert (
        browser.post(f"{path}/lisensi", {"number": "BNSP-LSP-9", "decree_number": "KEP.9", **days}).status_code == 303
    )
    with site.database.read() as conn:
        (licence,) = store.licences_of(conn, UUID(path.rpartition("/")[2]))
    given = {"licence_id": str(licence.id), "scheme_id": str(scheme), "first_day": "", "last_day": ""}
    assert browser.post(f"{path}/skema", given).status_code == 303
    decree = {"school_id": str(other), "decree_number": "K.420", "first_day": site.day(-1).isoformat()}
    assert browser.post(f"{path}/jejaring", decree).status_code == 303
    shown = browser.get(path).text
    for text in ("KEP.9", "Skema Contoh", "K.420"):
        assert text in shown
    listed = browser.get("/lembaga").text
    assert re.search(r'data-label="Skema" class="number">1<', listed)
    assert re.search(r'data-label="Jejaring" class="number">1<', listed)


def test_a_double_tap_enters_one_licence(site: Site) -> None:
    lsp, browser = an_lsp(site), site.as_role("division")
    fields = {"number": "N", "decree_number": "KEP.1", "first_day": "1 Januari 2024", "last_day": "1 Januari 2029"}
    first, second = (browser.post(f"/lembaga/lsp/{lsp}/lisensi", fields, once="tap") for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    with site.database.read() as conn:
        assert len(store.licences_of(conn, lsp)) == 1


def test_what_was_typed_comes_back_with_the_sentence_at_its_field(site: Site) -> None:
    lsp, browser = an_lsp(site), site.as_role("division")
    fields = {"number": "BNSP-1", "decree_number": "KEP.7", "first_day": "2026-05-02", "last_day": "2026-05-01"}
    answer = browser.post(f"/lembaga/lsp/{lsp}/lisensi", fields)
    assert answer.status_code == 422
    assert 'value="KEP.7"' in answer.text
    assert re.search(r'id="e-last_day">Hari terakhir \(1 Mei 2026\) mendahului', answer.text)


def test_a_day_that_does_not_exist_is_said_at_its_field(site: Site) -> None:
    lsp, browser = an_lsp(site), site.as_role("division")
    fields = {"number": "N", "decree_number": "K", "first_day": "31 Februari 2026", "last_day": "2027-01-01"}
    answer = browser.post(f"/lembaga/lsp/{lsp}/lisensi", fields)
    assert answer.status_code == 422
    assert re.search(r'id="e-first_day">Tanggal ini tidak ada', answer.text)


def test_a_licence_that_has_ended_is_marked_in_the_list(site: Site) -> None:
    site.perform(lambda tx: add_licence(tx, add_lsp(tx), site.day(-900), site.day(-1)))
    site.perform(lambda tx: add_licence(tx, add_lsp(tx), site.day(-900), site.day(30)))
    site.perform(lambda tx: add_licence(tx, add_lsp(tx), site.day(-900), site.day(2000)))
    page = site.as_role("division").get("/lembaga").text
    assert page.count("sudah berakhir") == 1
    assert page.count("segera berakhir") == 1


def test_a_licence_is_ended_with_its_reason(site: Site) -> None:
    lsp = an_lsp(site)
    licence = site.perform(lambda tx: add_licence(tx, lsp, site.day(-900), site.day(900)))
    browser = site.as_role("division")
    fields = {"last_day": site.day(10).isoformat(), "reason": "Dicabut BNSP dengan KEP.5"}
    assert browser.post(f"/lembaga/akhiri/lisensi/{licence}", fields).status_code == 303
    assert "Dicabut BNSP dengan KEP.5" in browser.get(f"/lembaga/lsp/{lsp}").text


@pytest.mark.parametrize("kind", ["lisensi", "jejaring", "skema", "lain"])
def test_nothing_is_ended_that_is_not_there(site: Site, kind: str) -> None:
    assert site.as_role("division").get(f"/lembaga/akhiri/{kind}/{UUID(int=1)}").status_code == 404


def test_an_lsp_keeps_its_own_venues_and_no_others(site: Site) -> None:
    own, other = an_lsp(site), an_lsp(site)
    browser = site.as_role("lsp_admin", Scope("lsp", str(own)))
    fields = {"name": "Bengkel TKJ", "kind": "sewaktu", "code": "", "capacity": "10", "address": ""}
    assert browser.post(f"/lembaga/lsp/{own}/tuk", fields).status_code == 303
    assert browser.post(f"/lembaga/lsp/{other}/tuk", fields).status_code == 404
    assert browser.get(f"/lembaga/lsp/{other}").status_code == 404
    with site.database.read() as conn:
        (venue,) = store.list_venues(conn, PROVINCE, site.today)
    decree = {"decree_number": "SK.TUK.1", "verified_from": site.day(-1).isoformat(), "verified_until": ""}
    assert "belum diverifikasi" in browser.get(f"/lembaga/lsp/{own}").text
    assert browser.post(f"/lembaga/tuk/{venue.id}/verifikasi", decree).status_code == 303
    assert "SK.TUK.1" in browser.get(f"/lembaga/lsp/{own}").text


@pytest.mark.parametrize("capacity", ["0", "99999", "9" * 30, "-3", "dua"])
def test_an_impossible_capacity_is_said_at_its_field(site: Site, capacity: str) -> None:
    own = an_lsp(site)
    fields = {"name": "Bengkel", "kind": "sewaktu", "capacity": capacity}
    answer = site.as_role("lsp_admin", Scope("lsp", str(own))).post(f"/lembaga/lsp/{own}/tuk", fields)
    assert answer.status_code == 422
    assert 'id="e-capacity"' in answer.text


def test_an_lsp_administrator_gives_no_licence(site: Site) -> None:
    own = an_lsp(site)
    browser = site.as_role("lsp_admin", Scope("lsp", str(own)))
    assert browser.get(f"/lembaga/lsp/{own}/lisensi").status_code == 403
    assert browser.post(f"/lembaga/lsp/{own}/lisensi", number="N").status_code == 403


def test_a_provisional_school_is_confirmed_with_its_number(site: Site) -> None:
    school, browser = provisional(site, "SMK Negeri 77 Contoh"), site.as_role("division")
    assert "Perlu dikonfirmasi (1)" in browser.get("/lembaga/sekolah").text
    fields = {"name": "SMK Negeri 77 Contoh", "npsn": "30400077", "region_code": "64.72"}
    assert browser.post(f"/lembaga/sekolah/{school}", fields).status_code == 303
    page = browser.get("/lembaga/sekolah", q="30400077").text
    assert "SMK Negeri 77 Contoh" in page
    assert "Perlu dikonfirmasi" not in page


def test_a_provisional_school_is_merged_and_a_second_tap_is_harmless(site: Site) -> None:
    school, right = provisional(site, "SMKN 4 Contho"), site.perform(add_school)
    browser = site.as_role("division")
    taps = [browser.post(f"/lembaga/sekolah/{school}/gabung", into_id=str(right), once="tap") for _ in range(2)]
    assert [tap.status_code for tap in taps] == [303, 303]
    assert "SMKN 4 Contho" not in browser.get("/lembaga/sekolah").text


def test_a_number_of_another_school_is_refused_at_its_field(site: Site) -> None:
    school = provisional(site, "SMK Negeri 78 Contoh")
    site.perform(lambda tx: actions.add_school(tx, system("test"), "SMK Lain", "30400001", None, clock.now()))
    fields = {"name": "SMK Negeri 78 Contoh", "npsn": "30400001", "region_code": ""}
    answer = site.as_role("division").post(f"/lembaga/sekolah/{school}", fields)
    assert answer.status_code == 409
    assert re.search(r'id="e-npsn">NPSN ini sudah dipakai SMK Lain', answer.text)


def test_a_season_is_planned_and_moved(site: Site) -> None:
    browser = site.as_role("division")
    days = {"first_day": site.day(60).isoformat(), "last_day": site.day(80).isoformat()}
    assert browser.post("/lembaga/musim/baru", {"name": "UKK Contoh", **days}).status_code == 303
    with site.database.read() as conn:
        (season,) = store.list_seasons(conn)
    moved = {"first_day": site.day(70).isoformat(), "last_day": site.day(90).isoformat()}
    assert browser.post(f"/lembaga/musim/{season.id}", moved).status_code == 303
    with site.database.read() as conn:
        assert store.list_seasons(conn)[0].last_day == site.day(90)


def test_an_unknown_field_is_said_on_top(site: Site) -> None:
    answer = site.as_role("division").post("/lembaga/sekolah/baru", name="SMK Baru", state="confirmed")
    assert answer.status_code == 422
    assert "Isian “state” tidak dikenal." in answer.text
