"""What a decree would touch is named before it is applied: people and days, schedules, records, who takes over."""

import io
import re

import pytest
from openpyxl import load_workbook
from tests.support.event_pages import Events, events, text_of
from tests.support.site import Browser, Fields, Site


@pytest.fixture
def there(site: Site) -> Events:
    return events(site)


def suspension(there: Events, **more: object) -> Fields:
    today = there.site.today.isoformat()
    return {"kind": "suspension", "certificate_id": "", "first_day": today, "last_day": "", "decree_number": "SANKSI-7",
            "decree_date": today, "received_on": today, "note": "", **more}  # fmt: skip


def workbook_of(answer: object) -> dict[str, list[tuple[object, ...]]]:
    book = load_workbook(io.BytesIO(answer.content))  # type: ignore[attr-defined]
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def division(there: Events) -> Browser:
    return there.site.as_role("division")


def test_a_sanction_names_the_days_schedules_and_records_that_it_touches(there: Events) -> None:
    world = there.world
    code, _plan, who = there.signed()
    other, busy = world.assessor(name="Pengganti Siap"), world.assessor(name="Pengganti Sibuk")
    later = world.schedule(there.site.day(7), candidates=3)
    world.assign(later, who)
    world.assign(world.schedule(there.site.day(7)), busy)
    shown = division(there).post(f"/surat/sanksi/baru/{who.id}", suspension(there))
    text = text_of(shown.text)
    assert "Hari aktif hilang (1)" in text
    assert "Hari jadwal kehilangan asesor (2)" in text
    assert f'href="/jadwal/{later.id}"' in shown.text
    rows = re.findall(r"<tr>.*?</tr>", shown.text, re.DOTALL)
    (row,) = [one for one in rows if f"/jadwal/{later.id}" in one]
    assert "Pengganti Siap" in row
    assert "Pengganti Sibuk" not in row
    assert re.search(r"<span>3</span>", row)
    assert "Hasil yang dipersoalkan (1)" in text
    assert f'href="/hasil/{code}"' in shown.text
    assert world.found(code).state == "valid"
    assert world.standing(who).active
    assert world.standing(other).active


def test_what_is_shown_can_be_taken_along_as_a_workbook_and_nothing_is_done(there: Events) -> None:
    _code, _plan, who = there.signed()
    answer = division(there).post(f"/surat/sanksi/baru/{who.id}", suspension(there, step="file"))
    assert answer.status_code == 200
    assert "yang-akan-terkena.xlsx" in answer.headers["content-disposition"]
    sheets = workbook_of(answer)
    assert list(sheets) == [
        "Ringkasan", "Hari aktif hilang", "Hari jadwal kehilangan asesor", "Hasil yang dipersoalkan"
    ]  # fmt: skip
    assert there.world.standing(who).active


def test_a_circular_names_who_gains_which_days_and_folds_a_long_list(there: Events) -> None:
    world, last = there.world, there.site.day(-10)
    people = [
        world.assessor((there.site.day(-700), last), enrolled=False, name=f"Bertambah {number:02d}")
        for number in range(12)
    ]
    fields = {"reference": "SE.1/BNSP", "issued_on": there.site.today.isoformat(),
              "received_on": there.site.today.isoformat(), "ends_from": last.isoformat(), "ends_to": last.isoformat(),
              "until": there.site.day(30).isoformat(), "region_code": ""}  # fmt: skip
    shown = division(there).post("/surat/edaran/baru", fields)
    assert "Hari aktif bertambah (12)" in text_of(shown.text)
    assert '<details class="touched"><summary>' in shown.text
    assert all(f"/asesor/{who.id}" in shown.text for who in people)
    book = workbook_of(division(there).post("/surat/edaran/baru", {**fields, "step": "file"}))
    assert len(book["Hari aktif bertambah"]) == 13
    assert not world.standing(people[0]).active


def test_a_decree_that_appoints_is_shown_as_a_list_also_of_those_pasted_by_number(there: Events) -> None:
    world = there.world
    here = world.assessor(appointed=False, enrolled=False, name="Sudah Dekat")
    away = world.assessor(appointed_by=world.lsp(), enrolled=False, name="Dari Jauh")
    with world.db.read() as conn:
        number = conn.exec_driver_sql(
            "SELECT series || '.' || number || ' ' || year FROM registration_number WHERE assessor_id = %s", (away.id,)
        ).scalar_one()
    fields = {"number": "SK.9", "decided_on": there.site.today.isoformat(),
              "first_day": there.site.today.isoformat(), "last_day": there.site.day(300).isoformat(),
              "assessor_ids": [str(here.id)], "numbers": f"MET.{number}"}  # fmt: skip
    shown = there.admin().post("/surat/pengangkatan/baru", fields).text
    assert "Asesor yang diangkat (2)" in text_of(shown)
    assert re.search(r'<th scope="row">Dari Jauh</th>', shown)
    assert re.search(r"<dd><ul><li>Sudah Dekat", shown)


def test_the_end_of_an_appointment_names_what_comes_after_it_and_withdraws_it(there: Events) -> None:
    world, who, day = there.world, there.world.assessor(), there.site.day
    world.assessor(name="Pengganti Siap")
    coming = world.schedule(day(7), candidates=2)
    world.assign(coming, who)
    with world.db.read() as conn:
        row = conn.exec_driver_sql("SELECT id FROM appointment WHERE assessor_id = %s", (who.id,)).scalar_one()
    path, fields = f"/surat/pengangkatan/orang/{row}", {"ended_on": day(3).isoformat(), "reason": "Mutasi"}
    shown = there.admin().post(path, fields).text
    assert "Hari jadwal kehilangan asesor (1)" in text_of(shown)
    assert "Pengganti Siap" in shown
    assert f'href="/jadwal/{coming.id}"' in shown
    assert there.admin().post(path, {**fields, "step": "apply"}).status_code == 303
    assert "Jadwal memerlukan asesor" in there.admin().get("/tindak-lanjut").text
