"""The file of an import is sealed while it is kept, goes after its time, and shows its NIKs to its sender only."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import text
from tests.support.importing import NOW, TODAY, Importing, assessor, pupil

from assessor_registry.accounts.rules import system
from assessor_registry.audit.rules import Author
from assessor_registry.db.engine import Database
from assessor_registry.errors import NotFound
from assessor_registry.files import actions as files
from assessor_registry.intake import actions, sealing
from assessor_registry.intake.report import report
from assessor_registry.jobs import purge
from assessor_registry.secrecy import Secrecy

NIK = "6472010101800001"
DAY = timedelta(days=1)


@pytest.fixture
def into(database: Database, tmp_path: Path) -> Importing:
    """A register with what is shipped and nobody in it."""
    return Importing(database, tmp_path)


def on_disk(into: Importing) -> list[bytes]:
    """What is kept, and what is packed in it where it is a workbook."""
    kept = [path.read_bytes() for path in into.uploads.glob("??/*")]
    packed = [io.BytesIO(content) for content in kept if zipfile.is_zipfile(io.BytesIO(content))]
    return kept + [zipfile.ZipFile(each).read(name) for each in packed for name in zipfile.ZipFile(each).namelist()]


@pytest.mark.parametrize("kind", ["assessors", "students"])
def test_no_nik_is_on_disk_and_what_was_kept_is_read_again(into: Importing, kind: str) -> None:
    row = assessor(1, nik=NIK) if kind == "assessors" else pupil(1, nik=NIK, born=None)
    made = into.preview([row], kind=kind, npsn=None if kind == "assessors" else "99000090")
    assert len(on_disk(into)) == 1
    assert NIK.encode() not in b"".join(on_disk(into))
    assert into.apply(made.batch_id).plan.counts["new"] == 1
    assert into.secrecy.open(into.ask(f"SELECT nik_cipher FROM {kind[:-1]}")[0].nik_cipher) == NIK


def test_a_file_that_was_kept_before_is_still_read(into: Importing) -> None:
    secrecy = Secrecy(b"k" * 32)
    assert sealing.opened(secrecy, b"PK\x03\x04") == b"PK\x03\x04"
    assert sealing.opened(secrecy, sealing.sealed(secrecy, b"")) == b""
    assert into


def test_files_of_imports_go_after_their_time_and_the_import_stays(into: Importing) -> None:
    applied, left = into.preview([assessor(1)]), into.preview([assessor(2)])
    into.apply(applied.batch_id, now=NOW + 3 * DAY)
    assert len(into.ask("SELECT id FROM import_batch WHERE told IS NOT NULL")) == 1

    def night(days: int) -> int:
        into.database.perform(lambda tx: purge(tx, NOW + days * DAY))
        into.database.perform(lambda tx: files.clear_unknown(tx, into.uploads))
        return len(on_disk_files(into))

    assert [night(14), night(15), night(17), night(18)] == [2, 1, 1, 0]
    assert into.count("stored_file") == 0
    assert into.ask("SELECT id FROM import_batch WHERE told IS NOT NULL") == []
    assert into.count("import_batch") == 2
    with into.database.read() as conn:
        batch = actions.find(conn, system("test"), left.batch_id)
    with pytest.raises(NotFound, match="file_purged"):
        actions.reread(into.database, into.uploads, batch, secrecy=into.secrecy, today=TODAY)


def on_disk_files(into: Importing) -> list[Path]:
    return list(into.uploads.glob("??/*"))


def test_a_scan_that_nothing_refers_to_goes_after_a_day(into: Importing) -> None:
    made = into.preview([assessor(1)])

    def keep(tx: object) -> object:
        return files.keep(
            tx, into.uploads, content=b"%PDF-1.4 pindaian", given_name="a.pdf", purpose="paper",  # type: ignore[arg-type]
            uploaded_by=Author(None, "system", "test"), now=NOW,
        )  # fmt: skip

    into.database.perform(keep)
    into.database.perform(lambda tx: purge(tx, NOW + timedelta(hours=23)))
    assert into.count("stored_file") == 2
    into.database.perform(lambda tx: purge(tx, NOW + timedelta(hours=25)))
    assert [row.purpose for row in into.ask("SELECT purpose FROM stored_file")] == ["import.assessors"]
    assert into.database.perform(lambda tx: files.clear_unknown(tx, into.uploads)) == 1
    assert into.apply(made.batch_id)


def test_a_report_for_others_shows_no_nik(into: Importing) -> None:
    rows = [assessor(1, nik=NIK, remarks=f"NIK {NIK}"), assessor(2, nik="64720101018", met=None)]
    plan = into.plan(rows)
    for masked in (False, True):
        book = openpyxl.load_workbook(io.BytesIO(report(plan, NOW, masked=masked)))
        said = " ".join(str(cell.value) for page in book for line in page.iter_rows() for cell in line)
        assert (NIK in said, "64720101018" in said) == (not masked, not masked)
        assert "Asesor Contoh 1" in said


def test_the_database_knows_every_column_that_names_a_file(database: Database) -> None:
    with database.read() as conn:
        named = conn.execute(
            text("SELECT table_name FROM information_schema.columns WHERE column_name IN ('file_id', 'scan_id')")
        ).scalars()
        referring = conn.execute(
            text("SELECT conrelid::regclass::text FROM pg_constraint WHERE confrelid = 'stored_file'::regclass")
        ).scalars()
        assert set(named) == set(referring)
