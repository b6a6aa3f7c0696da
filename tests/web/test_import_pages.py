"""Import on the pages and by the API: looked at first, applied as seen, harmless when sent twice or when hostile."""

import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import text
from tests.support.importing import HEADINGS, PUPIL_HEADINGS, assessor, pupil, workbook_bytes
from tests.support.site import Browser, Site

from assessor_registry import clock
from assessor_registry.accounts.actions.sessions import open_credential
from assessor_registry.accounts.rules import Scope

DATA = Path(__file__).parent.parent / "data"


def register(*rows: dict[str, object]) -> bytes:
    """A register of assessors."""
    return workbook_bytes(HEADINGS, rows)


def send(browser: Browser, content: bytes, *, kind: str = "assessors", name: str = "daftar.xlsx", **fields: Any) -> Any:
    """Send a file with the form of the page."""
    return browser.post("/impor", {"kind": kind, **fields}, files={"file": (name, content)})


def count(site: Site, table: str) -> int:
    """How many rows a table has."""
    return int(site.perform(lambda tx: tx.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()))


def plan_of(page: str) -> str:
    """The digest that the preview carries."""
    return page.split('name="plan" value="')[1].split('"', maxsplit=1)[0]


@pytest.fixture
def division(site: Site) -> Browser:
    """Someone of the province's division, signed in."""
    return site.as_role("division")


def test_the_sample_is_looked_at_then_applied(site: Site, division: Browser) -> None:
    answer = send(division, (DATA / "asesor-smk-kaltim.xlsx").read_bytes())
    assert answer.status_code == 303
    where = answer.headers["location"]
    page = division.get(where)
    assert page.status_code == 200
    assert "<b>71</b>" in page.text
    assert "Ditolak" in page.text
    assert "Baris 74" in page.text
    assert count(site, "assessor") == 0
    done = division.post(f"{where}/terapkan", {"plan": plan_of(page.text)})
    assert (done.status_code, done.headers["location"]) == (303, where)
    after = division.get(where)
    assert "Hasil impor" in after.text
    assert count(site, "assessor") == 65
    report = division.get(f"{where}/laporan.xlsx")
    book = load_workbook(BytesIO(report.content))
    assert [sheet.title for sheet in book] == ["Ditolak", "Semua baris"]
    assert [row[1].value for row in book["Semua baris"].iter_rows(min_row=2)].count("Baru") == 65


def test_applying_twice_is_refused_and_a_double_tap_is_harmless(site: Site, division: Browser) -> None:
    where = send(division, register(assessor(1))).headers["location"]
    plan = plan_of(division.get(where).text)
    first = division.post(f"{where}/terapkan", {"plan": plan}, once="tap")
    again = division.post(f"{where}/terapkan", {"plan": plan}, once="tap")
    assert (first.status_code, again.status_code) == (303, 303)
    assert division.post(f"{where}/terapkan", {"plan": plan}).status_code == 409
    assert count(site, "assessor") == 1


def test_what_changed_since_the_preview_is_shown_again_instead_of_applied(site: Site, division: Browser) -> None:
    where = send(division, register(assessor(1, phone="081299990000"))).headers["location"]
    plan = plan_of(division.get(where).text)
    other = send(division, register(assessor(1))).headers["location"]
    division.post(f"{other}/terapkan", {"plan": plan_of(division.get(other).text)})
    answer = division.post(f"{where}/terapkan", {"plan": plan})
    assert answer.status_code == 409
    assert "sudah berubah sejak pratinjau" in answer.text
    assert "081299990000" in answer.text
    assert division.post(f"{where}/terapkan", {"plan": plan_of(answer.text)}).status_code == 303


def test_a_correction_needs_its_tick(site: Site, division: Browser) -> None:
    for changed in ({}, {"first": assessor(1)["Tanggal Sertifikat"].replace(day=20), "last": None}):  # type: ignore[attr-defined]
        where = send(division, register(assessor(1, **changed))).headers["location"]
        page = division.get(where).text
        if not changed:
            division.post(f"{where}/terapkan", {"plan": plan_of(page)})
    assert "Koreksi tanggal sertifikat" in page
    division.post(f"{where}/terapkan", {"plan": plan_of(page), "corrections": "4"})
    assert count(site, "assessor_certificate") == 2
    assert "1 koreksi tanggal disimpan" in division.get(where).text


def bomb() -> bytes:
    """A small archive whose sheet unpacks to a great many bytes."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 80_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "a.xlsx"), (b"bukan apa-apa", "a.xlsx"), (b"<html>", "a.csv"), (b"PK\x03\x04rusak", "a.xlsx"),
     (bomb(), "a.xlsx")],
    ids=["empty", "text", "page", "cut", "bomb"],
)  # fmt: skip
def test_a_hostile_file_is_refused_at_its_field_and_the_server_lives(
    site: Site, division: Browser, content: bytes, name: str
) -> None:
    answer = send(division, content, name=name)
    assert answer.status_code == 422
    assert "Register asesor" in answer.text
    assert count(site, "stored_file") == 0
    assert division.get("/impor").status_code == 200


def test_no_file_and_unknown_kinds_are_told(division: Browser) -> None:
    assert division.post("/impor", {"kind": "assessors"}).status_code in {400, 422}
    assert send(division, register(assessor(1)), kind="lain").status_code == 422


def test_others_can_not_see_or_apply_an_import(site: Site, division: Browser) -> None:
    where = send(division, register(assessor(1))).headers["location"]
    plan = plan_of(division.get(where).text)
    school = site.perform(
        lambda tx: tx.execute(
            text("INSERT INTO school (id, npsn, name, search_name, state, created_at) VALUES "
                 "(gen_random_uuid(), '99000091', 'SMK Contoh', 'smk contoh', 'confirmed', now()) RETURNING id")
        ).scalar_one()
    )  # fmt: skip

    clerk = site.as_role("school", Scope("school", str(school)))
    assert clerk.get(where).status_code == 404
    assert clerk.get(f"{where}/laporan.xlsx").status_code == 404
    assert clerk.post(f"{where}/terapkan", {"plan": plan}).status_code == 404
    assert send(clerk, register(assessor(2))).status_code == 403
    assert site.as_role("auditor").get("/impor").status_code == 403
    own = send(clerk, workbook_bytes(PUPIL_HEADINGS, [pupil(1)]), kind="students")
    assert own.status_code == 303
    assert "SMK Contoh" in clerk.get(own.headers["location"]).text


def test_pupils_come_and_go_with_their_list(site: Site, division: Browser) -> None:
    first = workbook_bytes(PUPIL_HEADINGS, [pupil(1), pupil(2)], title="SMK NEGERI 91 BONTANG")
    where = send(division, first, kind="students").headers["location"]
    division.post(f"{where}/terapkan", {"plan": plan_of(division.get(where).text)})
    second = workbook_bytes(PUPIL_HEADINGS, [pupil(1, rombel="XII TKJ 2")], title="SMK NEGERI 91 BONTANG")
    page = division.get(send(division, second, kind="students").headers["location"]).text
    assert "XII TKJ 2" in page
    assert "Tidak ada di daftar baru (1)" in page
    assert "Murid Contoh 2" in page


def by_api(site: Site, role: str, path: str, content: bytes, key: str = "satu", **fields: str) -> Any:
    """Send a file to the API with a token of a new account."""
    user = site.user(role)
    now = clock.now()
    values = {"kind": "token", "account_id": user.id, "grant_id": user.grant_id, "expires_at": now + timedelta(days=1)}
    secret = site.perform(lambda tx: open_credential(tx, values, now))
    headers = {"authorization": f"Bearer {secret}", "idempotency-key": key}
    client = site.browse().client

    def post() -> Any:
        return client.post(f"/api/v1/imports/{path}", data=fields, files={"file": ("a.xlsx", content)}, headers=headers)

    return post


def test_the_api_previews_applies_and_does_the_same_request_once(site: Site) -> None:
    content = register(assessor(1), assessor(2, met=None))
    seen = by_api(site, "division", "assessors", content, preview="true")()
    assert seen.status_code == 200, seen.text
    assert (seen.json()["applied"], seen.json()["new"], count(site, "assessor")) == (False, 1, 0)
    post = by_api(site, "division", "assessors", content)
    first, second = post(), post()
    assert first.json() == second.json()
    assert (first.json()["applied"], first.json()["new"], count(site, "assessor")) == (True, 1, 1)
    assert [each["code"] for each in first.json()["refused"]] == ["intake.no_registration"]
    assert "Asesor Contoh" not in first.text
    pupils = by_api(site, "division", "students", workbook_bytes(PUPIL_HEADINGS, [pupil(1)]), school="99000090")()
    assert (pupils.status_code, pupils.json()["new"]) == (200, 1)


def test_the_api_applies_only_what_was_looked_at(site: Site) -> None:
    content = register(assessor(1), assessor(2))
    plan = by_api(site, "division", "assessors", content, preview="true")().json()["plan"]
    by_api(site, "division", "assessors", register(assessor(1)), key="dua")()
    kept = count(site, "import_batch"), count(site, "stored_file")
    refused = by_api(site, "division", "assessors", content, key="tiga", plan=plan)()
    assert (refused.status_code, refused.json()["code"]) == (409, "intake.changed_since")
    assert (count(site, "import_batch"), count(site, "stored_file"), count(site, "assessor")) == (*kept, 1)
    now = refused.json()["current"]
    assert (now["applied"], now["new"], now["same"], now["plan"] == plan) == (False, 1, 1, False)
    done = by_api(site, "division", "assessors", content, key="empat", plan=now["plan"])()
    assert (done.status_code, done.json()["applied"], done.json()["plan"]) == (200, True, now["plan"])
    assert count(site, "assessor") == 2
    odd = by_api(site, "division", "assessors", content, key="lima", plan="bukan")()
    assert (odd.status_code, odd.json()["field"]) == (422, "plan")
    pupils = workbook_bytes(PUPIL_HEADINGS, [pupil(1)])
    seen = by_api(site, "division", "students", pupils, key="enam", school="99000090", preview="true")().json()["plan"]
    assert by_api(site, "division", "students", pupils, key="tujuh", school="99000090", plan=seen)().json()["applied"]


@pytest.mark.parametrize(
    ("role", "path", "content", "status"),
    [("auditor", "assessors", register(assessor(1)), 403), ("division", "assessors", b"bukan", 422),
     ("division", "students", register(assessor(1)), 422)],
    ids=["no permission", "no workbook", "no pupils"],
)  # fmt: skip
def test_the_api_refuses_with_a_problem(site: Site, role: str, path: str, content: bytes, status: int) -> None:
    answer = by_api(site, role, path, content)()
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["code"]


def said_of(browser: Browser, where: str) -> dict[int, str]:
    """Row → reason, as the workbook says."""
    book = load_workbook(BytesIO(browser.get(f"{where}/laporan.xlsx").content))
    return {row[0].value: row[2].value or "" for row in book["Semua baris"].iter_rows(min_row=2)}


def warned_on(page: str) -> list[str]:
    """The sentences of the rows that someone should look at."""
    table = page.split("Baris yang perlu diperiksa")[1].split("</table>", 1)[0]
    return [cell.split("</td>", 1)[0] for cell in table.split('data-label="Keterangan">')[1:]]


def test_an_applied_import_says_what_it_said_when_it_was_applied(site: Site, division: Browser) -> None:
    rows = [assessor(1, last=None), assessor(2, phone="x"), assessor(3, met=None), assessor(4)]
    where = send(division, register(*rows)).headers["location"]
    page = division.get(where).text
    before, warned = said_of(division, where), warned_on(page)
    assert any("dihitung" in said for said in before.values())
    assert len(warned) >= 2
    division.post(f"{where}/terapkan", {"plan": plan_of(page)})
    assert said_of(division, where) == before
    after = division.get(where).text
    assert warned_on(after) == warned
    kept = site.perform(lambda tx: tx.execute(text("SELECT told FROM import_batch")).scalar_one())
    assert kept is not None
    assert b"Asesor" not in kept


def test_a_correction_without_its_tick_is_told_as_not_saved(site: Site, division: Browser) -> None:
    for changed in ({}, {"last": assessor(1)["Tanggal Expired"].replace(day=20)}):  # type: ignore[attr-defined]
        where = send(division, register(assessor(1, **changed))).headers["location"]
        division.post(f"{where}/terapkan", {"plan": plan_of(division.get(where).text)})
    after = division.get(where).text
    assert "1 koreksi tanggal tidak disimpan" in after
    assert "kirim berkas yang sama sekali lagi" in after
    assert "20 Desember 2027" in after
    assert "Koreksi yang tidak disimpan: Tanggal akhir sertifikat" in said_of(division, where)[4]
    assert count(site, "assessor_certificate") == 1
