"""The file of a decree comes with its form, is kept through the weighing, and is seen by whoever sees the decree."""

import re
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.support.event_pages import Events, events
from tests.support.site import Fields, Site

PDF = ("surat edaran.pdf", b"%PDF-1.4\n% surat contoh\n", "application/pdf")


@pytest.fixture
def there(site: Site) -> Events:
    return events(site)


def circular(there: Events, **more: object) -> Fields:
    today, day = there.site.today.isoformat(), there.site.day
    return {"reference": "SE.1/BNSP", "issued_on": today, "received_on": today, "ends_from": day(-60).isoformat(),
            "ends_to": day(-1).isoformat(), "until": day(90).isoformat(), "region_code": "", **more}  # fmt: skip


def files(there: Events) -> list[UUID]:
    with there.world.db.read() as conn:
        return list(conn.execute(text("SELECT id FROM stored_file WHERE purpose = 'decree'")).scalars())


def test_the_file_of_a_circular_is_kept_from_the_first_step_and_shown_to_all(there: Events) -> None:
    division = there.site.as_role("division")
    weighed = division.post("/surat/edaran/baru", circular(there), files={"file": PDF})
    assert weighed.status_code == 200
    assert "terlampir" in weighed.text
    (kept,) = re.findall(r'name="file_id" value="([0-9a-f-]{36})"', weighed.text)
    assert [str(each) for each in files(there)] == [kept]
    back = division.post("/surat/edaran/baru", circular(there, file_id=kept, step="change")).text
    assert f'name="file_id" value="{kept}"' in back
    assert "Berkas sudah diterima." in back
    assert 'enctype="multipart/form-data"' in back
    applied = division.post("/surat/edaran/baru", circular(there, file_id=kept, step="apply"))
    assert applied.status_code == 303
    (link,) = re.findall(r"/surat/edaran/[0-9a-f-]+/berkas", there.admin().get("/surat/edaran").text)
    answer = there.admin().get(link)
    assert answer.content == PDF[1]
    assert re.fullmatch(r'inline; filename="surat-[0-9a-f]{8}\.pdf"', answer.headers["content-disposition"])


def test_a_licence_is_sent_twice_with_its_file_and_entered_once(there: Events) -> None:
    division, lsp = there.site.as_role("division"), there.world.home.id
    fields = {"number": "BNSP-LSP-9999-ID", "decree_number": "KEP.77", "first_day": there.site.today.isoformat(),
              "last_day": there.site.day(365).isoformat()}  # fmt: skip
    taps = [
        division.post(f"/lembaga/lsp/{lsp}/lisensi", fields, once="tap", files={"file": PDF}) for _ in range(2)
    ]  # fmt: skip
    assert [tap.status_code for tap in taps] == [303, 303]
    (link,) = re.findall(r"/lembaga/lisensi/[0-9a-f-]+/berkas", there.admin().get(f"/lembaga/lsp/{lsp}").text)
    assert there.admin().get(link).content == PDF[1]
    other = there.as_actor(there.world.lsp(region="64.71").admin)
    assert other.get(link).status_code == 404


def test_what_is_no_scan_is_refused_at_its_field_and_another_s_file_is_not_there(there: Events) -> None:
    who, division = there.world.assessor(enrolled=False), there.site.as_role("division")
    today = there.site.today.isoformat()
    fields = {"kind": "suspension", "first_day": today, "decree_number": "SANKSI-7", "decree_date": today,
              "received_on": today}  # fmt: skip
    path = f"/surat/sanksi/baru/{who.id}"
    wrong = division.post(path, fields, files={"file": ("surat.docx", b"PK\x03\x04 bukan", "application/zip")})
    assert wrong.status_code == 422
    assert 'id="e-file"' in wrong.text
    assert "Yang diterima: PDF, JPEG, PNG." in wrong.text
    assert 'value="SANKSI-7"' in wrong.text
    foreign = division.post(path, {**fields, "file_id": str(there.world.scan()), "step": "apply"})
    assert foreign.status_code == 422
    assert "Berkas tidak ditemukan." in foreign.text
    assert division.post(path, {**fields, "step": "apply"}, files={"file": PDF}).status_code == 303
    (link,) = re.findall(r"/surat/sanksi/[0-9a-f-]+/berkas", division.get("/surat/sanksi").text)
    assert division.get(link).content == PDF[1]


def test_an_appointment_decree_shows_its_file(there: Events) -> None:
    who, admin = there.world.assessor(appointed=False, enrolled=False), there.admin()
    today = there.site.today.isoformat()
    fields = {"number": "SK.9", "decided_on": today, "first_day": today, "last_day": there.site.day(90).isoformat(),
              "assessor_ids": [str(who.id)], "step": "apply"}  # fmt: skip
    made = admin.post("/surat/pengangkatan/baru", fields, files={"file": PDF})
    assert made.status_code == 303
    page = admin.get(made.headers["location"].partition("?")[0]).text
    (link,) = re.findall(r"/surat/pengangkatan/[0-9a-f-]+/berkas", page)
    assert admin.get(link).content == PDF[1]
