"""Schemes: shown with what is missing; other names; texts of lists mapped by hand."""

import re
from uuid import UUID

from tests.support.people import add_person, add_scheme
from tests.support.site import Site

from assessor_registry import clock
from assessor_registry.accounts.rules import system
from assessor_registry.schemes import store
from assessor_registry.validity import actions as validity
from assessor_registry.validity.store import technicals

TEXT = "Junior Programer & <basis data>"


def written(site: Site, text: str = TEXT) -> UUID:
    """An assessor whose list says `text`."""
    who = site.perform(add_person)
    new = validity.NewTechnical(who, text, "contoh")
    site.perform(lambda tx: validity.add_technical(tx, system("test"), new, now=clock.now()))
    found: UUID = who
    return found


def test_the_shipped_schemes_are_marked_as_not_verified(site: Site) -> None:
    page = site.as_role("division").get("/skema").text
    assert "belum diverifikasi" in page
    assert "belum lengkap" in page


def test_every_version_of_a_scheme_opens_with_its_source(site: Site) -> None:
    browser = site.as_role("division")
    with site.database.read() as conn:
        rows = store.list_schemes(conn)
    assert rows
    for row in rows:
        page = browser.get(f"/skema/{row.scheme.id}")
        assert page.status_code == 200
        assert "Sumber" in page.text


def test_a_scheme_is_found_by_another_name_that_was_added(site: Site) -> None:
    scheme, browser = site.perform(lambda tx: add_scheme(tx, "Skema Pemrogram")), site.as_role("division")
    assert browser.post(f"/skema/{scheme}/sebutan", alias="Jago Koding").status_code == 303
    assert "Jago Koding" in browser.get(f"/skema/{scheme}").text
    assert str(scheme) in browser.get("/skema", q="jago").text


def test_a_text_of_a_list_is_mapped_for_everyone_who_has_it(site: Site) -> None:
    people = [written(site), written(site)]
    scheme, browser = site.perform(lambda tx: add_scheme(tx, "Skema Pemrogram")), site.as_role("division")
    (link,) = re.findall(r'href="(/skema/teks/cocokkan[^"]+)"', browser.get("/skema/teks").text)
    form = browser.get(link.replace("&amp;", "&"))
    assert form.status_code == 200
    assert "Junior Programer &amp; &lt;basis data&gt;" in form.text
    taps = [
        browser.post("/skema/teks/cocokkan", text=TEXT, scheme_id=str(scheme), once="tap") for _ in range(2)
    ]  # fmt: skip
    assert [tap.status_code for tap in taps] == [303, 303]
    with site.database.read() as conn:
        assert {row.scheme_id for row in technicals(conn, people)} == {scheme}
        assert store.find_by_text(conn, TEXT) == scheme
    assert "Semua teks sudah dikenali." in browser.get("/skema/teks").text


def test_a_text_that_nobody_has_is_not_there(site: Site) -> None:
    assert site.as_role("division").get("/skema/teks/cocokkan", teks="tidak ada").status_code == 404


def test_a_text_without_a_scheme_chosen_is_asked_again(site: Site) -> None:
    written(site)
    answer = site.as_role("division").post("/skema/teks/cocokkan", text=TEXT, scheme_id="")
    assert answer.status_code == 422
    assert 'id="e-scheme_id"' in answer.text


def test_a_school_reads_schemes_and_maps_none(site: Site) -> None:
    from tests.support.people import add_school

    from assessor_registry.accounts.rules import Scope

    school = site.perform(add_school)
    browser = site.as_role("school", Scope("school", str(school)))
    assert browser.get("/skema").status_code == 200
    assert browser.get("/skema/teks").status_code == 403
