"""Lists of units and of schools on the pages: the division looks first, others are refused."""

import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from tests.support.live import DESK, PHONE, chromium, served, signed_in, too_wide
from tests.support.reference import SCHOOL_HEADINGS, UNIT_HEADINGS, csv, school, unit
from tests.support.site import Browser, Site

from assessor_registry.accounts.rules import Scope

SHOTS = os.environ.get("SHOTS_DIR")


def send(browser: Browser, kind: str, content: bytes) -> Any:
    """Send a file with the form of the page."""
    return browser.post("/impor", {"kind": kind}, files={"file": ("daftar.csv", content)})


def count(site: Site, table: str) -> int:
    """How many rows a table has."""
    return int(site.perform(lambda tx: tx.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()))


def plan_of(page: str) -> str:
    """The digest that the preview carries."""
    return page.split('name="plan" value="')[1].split('"', maxsplit=1)[0]


def test_a_list_of_units_is_looked_at_then_applied(site: Site) -> None:
    division, before = site.as_role("division"), count(site, "scheme_version")
    content = csv(UNIT_HEADINGS, [unit(1), unit(2), unit(3, scheme="Skema Kedua", code=None)])
    where = send(division, "schemes", content).headers["location"]
    page = division.get(where)
    assert "Pratinjau skema" in page.text
    assert "Perakit Contoh" in page.text
    assert "Kode unit kosong." in page.text
    assert count(site, "scheme_version") == before
    assert division.post(f"{where}/terapkan", {"plan": plan_of(page.text)}).status_code == 303
    assert 'href="/skema"' in division.get(where).text
    assert count(site, "scheme_version") == before + 1
    again = division.get(send(division, "schemes", csv(UNIT_HEADINGS, [unit(1), unit(4)])).headers["location"])
    assert "1 ditambah, 0 diubah, 1 tidak ada lagi" in again.text
    assert "Skema dan unit" in division.get("/impor").text


def test_a_list_of_schools_is_looked_at_then_applied(site: Site) -> None:
    division, before = site.as_role("division"), count(site, "school")
    where = send(division, "schools", csv(SCHOOL_HEADINGS, [school(1), school(2, npsn="12")])).headers["location"]
    page = division.get(where)
    assert "Pratinjau sekolah" in page.text
    assert "NPSN harus 8 angka" in page.text
    assert division.post(f"{where}/terapkan", {"plan": plan_of(page.text)}).status_code == 303
    assert 'href="/lembaga/sekolah"' in division.get(where).text
    assert count(site, "school") == before + 1
    assert division.get(f"{where}/laporan.xlsx").content.startswith(b"PK")


@pytest.mark.parametrize("kind", ["schemes", "schools"])
def test_an_lsp_sees_no_such_form_and_is_refused(site: Site, kind: str) -> None:
    lsp = site.as_role("lsp_admin", Scope("lsp", str(uuid4())))
    page = lsp.get("/impor")
    assert (page.status_code, f'value="{kind}"' in page.text) == (200, False)
    content = csv(UNIT_HEADINGS, [unit(1)]) if kind == "schemes" else csv(SCHOOL_HEADINGS, [school(1)])
    assert send(lsp, kind, content).status_code == 403


def test_the_pages_of_these_imports_fit_a_phone_and_a_desk(site: Site) -> None:
    user = site.user("division")
    division = site.browse(user)
    long = "Melaksanakan Pemeliharaan Perangkat Lunak dan Pemrograman Terstruktur pada Perangkat Bergerak"
    units = [unit(1, title=long), unit(2, code="aneh-1"), unit(3, scheme="Skema Kedua", code=None)]
    schools = [school(1), school(2, npsn="12"), school(3, region="Kab. Jauh")]
    paths = [send(division, "schemes", csv(UNIT_HEADINGS, units)).headers["location"],
             send(division, "schools", csv(SCHOOL_HEADINGS, schools)).headers["location"], "/impor"]  # fmt: skip
    division.post(f"{paths[0]}/terapkan", {"plan": plan_of(division.get(paths[0]).text)})
    paths.append(send(division, "schemes", csv(UNIT_HEADINGS, [unit(1), unit(4)])).headers["location"])
    with served(site) as address, chromium() as browser:
        for size in (PHONE, DESK):
            page = signed_in(browser, address, user, viewport=size)
            for at, path in enumerate(paths):
                answer = page.goto(f"{address}{path}")
                assert answer is not None
                assert answer.status == 200
                wide = too_wide(page)
                assert wide <= 0, (size, path)
                if SHOTS:
                    page.screenshot(path=Path(SHOTS) / f"{at}-{size['width']}.png", full_page=True)
