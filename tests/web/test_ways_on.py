"""After an act the page says what comes next, and offers nothing that is over."""

from datetime import timedelta

import pytest
from tests.support.event_pages import Events, events, text_of
from tests.support.importing import PUPIL_HEADINGS, pupil, workbook_bytes
from tests.support.site import Site


@pytest.fixture
def there(site: Site) -> Events:
    return events(site)


def test_after_pupils_an_administrator_is_led_to_the_schemes_of_their_classes(there: Events) -> None:
    admin, content = there.admin(), workbook_bytes(PUPIL_HEADINGS, [pupil(1)])
    fields = {"kind": "students", "school": str(there.world.home.school_id)}
    where = admin.post("/impor", fields, files={"file": ("siswa.xlsx", content)}).headers["location"]
    plan = admin.get(where).text.split('name="plan" value="')[1].split('"', 1)[0]
    admin.post(f"{where}/terapkan", {"plan": plan})
    assert 'href="/siswa/kelas"' in admin.get(where).text
    assert 'href="/siswa/kelas"' not in there.site.as_role("division").get(where).text


def test_after_a_licence_its_schemes_are_asked_for(there: Events) -> None:
    browser, lsp = there.site.as_role("division"), there.world.home.id
    today = there.site.today
    fields = {"decree_number": "KEP.9/BNSP", "number": "BNSP-LSP-9-ID", "first_day": today.isoformat(),
              "last_day": (today + timedelta(days=900)).isoformat()}  # fmt: skip
    answer = browser.post(f"/lembaga/lsp/{lsp}/lisensi", fields)
    assert answer.status_code == 303, text_of(answer.text)
    assert "Tambahkan skemanya di bawah" in browser.get(answer.headers["location"].split("#")[0]).text


def test_a_sanction_that_is_over_is_not_offered_to_be_lifted(there: Events) -> None:
    world, day = there.world, there.site.day
    running, over = world.assessor(enrolled=False), world.assessor(enrolled=False)
    world.suspend(running, day(-5))
    world.suspend(over, day(-50), day(-10))
    shown = there.site.as_role("division").get("/surat/sanksi").text
    assert shown.count("/pulihkan") == 1


@pytest.mark.parametrize("word", ["kadaluarsa", "kadaluwarsa", "kedaluwarsa"])
def test_a_status_is_sought_together_with_a_place(there: Events, word: str) -> None:
    gone = (there.site.day(-1400), there.site.day(-300))
    who = there.world.assessor(gone, enrolled=False)
    browser = there.site.as_role("division")
    assert f"/asesor/{who.id}" in browser.get("/asesor", q=f"{word} samarinda").text
    assert f"/asesor/{who.id}" not in browser.get("/asesor", q=f"{word} balikpapan").text
