"""Schools that only a list has named are settled together: confirmed or merged, shown first, all or nothing."""

import re
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.support.event_pages import Events, events, text_of
from tests.support.site import Browser, Site

from assessor_registry.institutions import actions as institutions

PATH = "/lembaga/sekolah/konfirmasi"


@pytest.fixture
def there(site: Site) -> Events:
    return events(site)


def provisional(there: Events, name: str, npsn: str | None = None, region: str | None = "64.72") -> UUID:
    world = there.world
    return world.db.perform(
        lambda tx: institutions.provisional_school(tx, world.system, name, npsn, region, world.now)
    )[0]


def states(there: Events) -> dict[UUID, tuple[str, UUID | None]]:
    with there.world.db.read() as conn:
        return {row.id: (row.state, row.merged_into) for row in conn.execute(text("SELECT * FROM school"))}


def division(there: Events) -> Browser:
    return there.site.as_role("division")


def card(page: str, school: UUID) -> str:
    own = f'name="confirm" value="{school}"'
    (found,) = (one for one in re.findall(r'<li class="card">.*?</li>', page, re.DOTALL) if own in one)
    return str(found)


def test_all_that_wait_are_on_one_page_with_the_schools_they_may_be(there: Events) -> None:
    meant = there.world.school("SMK Negeri 7 Rimba Raya")
    there.world.school("SMK Negeri 8 Rimba Raya")
    misspelt, new = provisional(there, "SMKN 7 Rimba Raia"), provisional(there, "SMK Bahari Nusantara")
    page = division(there).get(PATH).text
    assert f'value="{meant}"' in card(page, misspelt)
    assert "SMK Negeri 8" not in card(page, misspelt)
    assert "Tidak ada sekolah yang mirip." in card(page, new)
    ticked = division(there).get(PATH, centang="baru").text
    assert "checked" in card(ticked, new)
    assert "checked" not in card(ticked, misspelt)


def test_what_is_chosen_is_shown_first_and_then_done_once_as_a_whole(there: Events) -> None:
    meant = there.world.school("SMK Negeri 7 Rimba Raya")
    misspelt, new = provisional(there, "SMKN 7 Rimba Raia"), provisional(there, "SMK Bahari Nusantara")
    waits = provisional(there, "SMK Tetap Menunggu")
    there.world.students(3, school=misspelt)
    browser, fields = division(there), {"confirm": str(new), f"into-{misspelt}": str(meant)}
    shown = browser.post(PATH, fields)
    said = text_of(shown.text)
    assert "Dikonfirmasi (1)" in said
    assert re.search(r"SMKN 7 Rimba Raia\s+SMK Negeri 7 Rimba Raya .*? 0\s+3\s+3", said)
    assert states(there)[new][0] == "provisional"
    back = browser.post(PATH, {**fields, "step": "change"}).text
    assert "checked" in card(back, new)
    assert f'value="{meant}" selected' in card(back, misspelt)
    taps = [browser.post(PATH, {**fields, "step": "apply"}, once="tap") for _ in range(2)]
    assert [tap.status_code for tap in taps] == [303, 303]
    after = states(there)
    assert after[new] == ("confirmed", None)
    assert after[misspelt] == ("merged", meant)
    assert after[waits][0] == "provisional"


def test_one_that_can_not_be_done_leaves_all_as_it_was_and_says_at_its_row_why(there: Events) -> None:
    one, other = provisional(there, "SMKN 7 Rimba Raia"), provisional(there, "SMKN 7 Rimba Raja")
    fine, browser = provisional(there, "SMK Bahari Nusantara"), division(there)
    both = browser.post(PATH, {"confirm": [str(fine), str(one)], f"into-{one}": str(other), "step": "apply"})
    assert both.status_code == 422
    assert "Pilih salah satu untuk SMKN 7 Rimba Raia" in card(both.text, one)
    assert 'role="alert"' in both.text
    assert "checked" in card(both.text, fine)
    circle = browser.post(PATH, {"confirm": str(fine), f"into-{one}": str(other), f"into-{other}": str(one)})
    assert circle.status_code == 422
    assert "ikut digabungkan" in circle.text
    assert "Belum ada yang dipilih." in browser.post(PATH, {}).text
    assert {state for state, _into in (states(there)[each] for each in (one, other, fine))} == {"provisional"}
