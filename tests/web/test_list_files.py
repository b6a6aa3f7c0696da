"""Lists of institutions, schemes, decrees and users are taken along as workbooks: their filters, their scope."""

import io

from openpyxl import load_workbook
from tests.support.event_pages import Events, events
from tests.support.site import Browser, Site

from assessor_registry.institutions import actions as institutions
from assessor_registry.validity import actions as validity

Rows = list[tuple[object, ...]]


def rows_of(browser: Browser, path: str, **query: str) -> Rows:
    answer = browser.get(path, **query)
    assert answer.status_code == 200, path
    assert answer.headers["content-disposition"].endswith('.xlsx"')
    return list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))[1:]


def ground(there: Events) -> None:
    """A second LSP, a sanction in each, a circular."""
    world = there.world
    other = world.lsp(region="64.71")
    for lsp in (world.home, other):
        world.suspend(world.assessor(appointed_by=lsp, enrolled=False), world.today)
    day = there.site.day
    circular = validity.NewExtension(day(-90), day(-60), day(90), "SE.1", world.today, world.today)
    world.db.perform(lambda tx: validity.extend(tx, world.system, circular, now=world.now))


def test_a_list_as_a_workbook_holds_what_its_reader_sees(site: Site) -> None:
    there = events(site)
    ground(there)
    division, admin = site.as_role("division"), there.admin()
    assert [len(rows_of(each, "/lembaga.xlsx")) for each in (division, admin)] == [2, 1]
    assert [len(rows_of(each, "/surat.xlsx")) for each in (division, admin)] == [2, 1]
    assert [len(rows_of(each, "/surat/sanksi.xlsx")) for each in (division, admin)] == [2, 1]
    assert [row[0] for row in rows_of(admin, "/surat/edaran.xlsx")] == ["SE.1"]
    assert [len(rows_of(each, "/lembaga/sekolah.xlsx")) for each in (division, admin)] == [2, 1]


def test_a_list_as_a_workbook_keeps_its_filters(site: Site) -> None:
    there = events(site)
    there.world.school("SMK Bahari Nusantara", region="64.71")
    division = site.as_role("division", name="Rahma Contoh")
    page = division.get("/lembaga/sekolah", q="bahari", region="64.71").text
    assert 'href="/lembaga/sekolah.xlsx?q=bahari&amp;region=64.71"' in page
    assert [row[0] for row in rows_of(division, "/lembaga/sekolah.xlsx", q="bahari")] == ["SMK Bahari Nusantara"]
    assert rows_of(division, "/lembaga/sekolah.xlsx", q="bahari", region="64.72") == []
    assert [row[0] for row in rows_of(division, "/pengguna.xlsx", role="division")] == ["Rahma Contoh"]
    assert rows_of(division, "/pengguna.xlsx", q="tidak ada orangnya") == []
    title = there.world.home.schemes[0].title
    assert title in [row[0] for row in rows_of(division, "/skema.xlsx", q=title)]
    assert rows_of(division, "/skema.xlsx", q="tidak ada skemanya") == []


def test_who_may_import_is_led_there_from_the_list(site: Site) -> None:
    there = events(site)
    there.world.db.perform(
        lambda tx: institutions.provisional_school(tx, there.world.system, "SMK Baru", None, None, there.world.now)
    )
    division, admin = site.as_role("division"), there.admin()
    assert 'href="/impor#t-schemes"' in division.get("/skema").text
    assert 'href="/impor#t-schools"' in division.get("/lembaga/sekolah").text
    start = division.get("/impor").text
    assert 'id="t-schemes"' in start
    assert 'id="t-schools"' in start
    assert "/impor#" not in admin.get("/skema").text + admin.get("/lembaga/sekolah").text
