"""Of a signed record is shown who was assessed and by whom as it was signed, whatever the register says today."""

import io

from python_calamine import CalamineWorkbook
from sqlalchemy import text
from tests.support.event_pages import Events, text_of

from assessor_registry.accounts.rules import PROVINCE
from assessor_registry.assessments import store
from assessor_registry.assessments.rules import initials

PUPIL, ASSESSOR, NISN = "Bukan Dia", "Orang Lain Sama Sekali", "0011223344"


def renamed(here: Events) -> tuple[str, store.RecordRow]:
    """A signed record whose candidate and assessor have other names, and another NISN, in the register today."""
    code, _plan, _who = here.signed()
    with here.site.database.read() as conn:
        row = store.record(conn, PROVINCE, code)

    def act(tx: object) -> None:
        run = tx.execute  # type: ignore[attr-defined]
        run(text("UPDATE student SET name = :name, nisn = :nisn WHERE id = :id"),
            {"name": PUPIL, "nisn": NISN, "id": row.student_id})  # fmt: skip
        run(text("UPDATE assessor SET name = :name WHERE id = :id"), {"name": ASSESSOR, "id": row.assessor_id})

    here.site.perform(act)
    return code, row


def test_the_public_sees_what_was_signed_and_nothing_of_the_register_today(here: Events) -> None:
    code, row = renamed(here)
    anyone = here.site.browse()
    shown = anyone.get(f"/cek/{code}").text
    assert f"Ditandatangani secara elektronik oleh {row.assessor_name}" in text_of(shown)
    said = anyone.get(f"/api/v1/verify/{code}").json()
    assert (said["assessor"], said["candidate"]) == (row.assessor_name, initials(row.student_name))
    assert "10 angka" in shown
    assert "NISN tidak cocok" in text_of(anyone.post(f"/cek/{code}", {"nisn": NISN}).text)
    opened = anyone.post(f"/cek/{code}", {"nisn": row.nisn}).text
    assert row.student_name in opened
    for page in (shown, opened):
        assert "data induk" not in page
        assert not {name for name in (PUPIL, ASSESSOR, NISN) if name in page}


def test_a_party_sees_what_was_signed_and_apart_from_it_the_register_today(here: Events) -> None:
    code, row = renamed(here)
    admin = here.admin()
    for path in (f"/hasil/{code}", f"/cek/{code}"):
        shown = text_of(admin.get(path).text)
        assert f"Nama di data induk sekarang: {PUPIL}" in shown
        assert f"NISN di data induk sekarang: {NISN}" in shown
        assert f"Nama asesor di data induk sekarang: {ASSESSOR}" in shown
        assert row.student_name in shown
        assert f"Ditandatangani secara elektronik oleh {row.assessor_name}" in shown
    assert f"<h1>{row.student_name}</h1>" in admin.get(f"/hasil/{code}").text


def test_lists_and_forms_name_who_was_assessed_as_signed(here: Events) -> None:
    code, row = renamed(here)
    admin = here.admin()
    for path in ("/hasil", f"/jadwal/{row.schedule_id}", f"/siswa/{row.student_id}"):
        shown = admin.get(path).text
        assert row.assessor_name in shown or path.startswith("/jadwal")
        assert path != "/hasil" or (row.student_name in shown and PUPIL not in shown)
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(admin.get("/hasil.xlsx").content)).get_sheet_by_index(0).to_python()
    )
    cells = {cell for line in rows for cell in line}
    assert {row.student_name, row.nisn, row.assessor_name} <= cells
    assert not {PUPIL, NISN, ASSESSOR} & cells
    assert row.student_name in admin.get("/hasil", q="bukan dia").text
    assert row.student_name in admin.get("/hasil", q=row.student_name).text
    assert code


def test_a_record_that_nothing_has_changed_since_says_nothing_apart(here: Events) -> None:
    code, _plan, _who = here.signed()
    assert "data induk" not in here.admin().get(f"/hasil/{code}").text
