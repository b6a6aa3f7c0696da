"""Places to which nothing can be written: one sentence with the path, exit code 2, and nothing was done."""

import errno
import io
import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import text
from tests.cli.conftest import Run
from tests.world import World

from assessor_registry import cli
from assessor_registry.accounts.rules import PROVINCE
from assessor_registry.assessments import actions as assessments
from assessor_registry.cli import files
from assessor_registry.db.engine import Database
from assessor_registry.errors import InvalidInput

REGISTER = "Nama;No. Reg. MET;Tanggal Sertifikat\nAsesor Contoh;MET.000.900001 2022;13 Desember 2024\n"


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """A register with one assessor."""
    path = tmp_path / "bersih.csv"
    path.write_text(REGISTER)
    return path


@pytest.fixture
def code(world: World) -> str:
    """A result that was signed."""
    plan = world.schedule()
    ana = world.assessor()
    world.assign(plan, ana)
    (made,) = world.sign(ana, world.record(ana, plan.attempts[0]))
    return made


def places(tmp_path: Path) -> list[Path]:
    """A folder, what takes no files, a folder that is not there, something below a file."""
    folder, file = tmp_path / "folder", tmp_path / "berkas"
    folder.mkdir(exist_ok=True)
    file.write_text("isi")
    return [folder, Path("/proc/b.xlsx"), tmp_path / "tidak" / "ada.xlsx", file / "x.xlsx"]


def assert_refused(done: tuple[int, str, str], place: Path) -> None:
    code, out, error = done
    assert (code, out) == (2, "")
    assert error.startswith(f"{place} tidak dapat ditulis: ")
    assert error.count("\n") == 1


def people(database: Database) -> int:
    with database.read() as conn:
        return int(conn.execute(text("SELECT count(*) FROM assessor")).scalar_one())


def test_a_report_that_can_not_be_written_is_told_before_anything_is_applied(
    database: Database, run: Run, register: Path, tmp_path: Path
) -> None:
    for place in places(tmp_path):
        assert_refused(run("import", "assessors", str(register), "--report", str(place)), place)
    assert people(database) == 0
    assert list((tmp_path / "folder").iterdir()) == []


def test_a_report_replaces_the_one_of_before_and_is_its_owners_alone(
    database: Database, run: Run, register: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "laporan"
    folder.mkdir()
    target, link = folder / "hasil.xlsx", tmp_path / "tautan.xlsx"
    target.write_bytes(b"yang lama")
    link.symlink_to(target)
    assert run("import", "assessors", str(register), "--report", str(link))[0] == 0
    assert (people(database), link.is_symlink(), list(folder.iterdir())) == (1, True, [target])
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert openpyxl.load_workbook(io.BytesIO(target.read_bytes())).sheetnames


def test_an_import_that_is_refused_leaves_the_report_of_before(run: Run, tmp_path: Path) -> None:
    broken, target = tmp_path / "rusak.xlsx", tmp_path / "hasil.xlsx"
    broken.write_bytes(b"bukan buku kerja")
    target.write_bytes(b"yang lama")
    assert run("import", "assessors", str(broken), "--report", str(target))[0] == 2
    assert target.read_bytes() == b"yang lama"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_bundle_that_can_not_be_written_is_told(run: Run, code: str, tmp_path: Path) -> None:
    for place in places(tmp_path):
        assert_refused(run("bundle", code, "-o", str(place)), place)
    target = tmp_path / "bundle.json"
    target.write_text("yang lama")
    assert run("bundle", "tidak-ada", "-o", str(target))[0] == 2
    assert target.read_text() == "yang lama"
    assert run("bundle", code, "-o", str(target)) == (0, "", "")
    assert json.loads(target.read_bytes())["format"] == "assessment-bundle"
    assert run("bundle", code)[1].startswith('{"chain"')


def test_a_bundle_may_go_into_a_pipe_which_stays_one(run: Run, code: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipa"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert run("bundle", code, "-o", str(pipe)) == (0, "", "")
        assert os.read(reader, 1 << 16).startswith(b'{"chain"')
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_backup_that_can_not_be_written_is_told(run: Run, world: World, tmp_path: Path) -> None:
    assert world.home
    file = tmp_path / "berkas"
    file.write_text("isi")
    for place in (file / "x", Path("/proc/x"), Path("/proc/x/y/z")):
        assert_refused(run("backup", str(place)), place)


def test_what_no_command_foresaw_is_still_a_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_given: object, **_named: object) -> None:
        Path("/proc/tidak/ada").read_bytes()

    monkeypatch.setattr("assessor_registry.checking.check", gone)
    assert run("fsck") == (
        2, "", "Sistem menolak /proc/tidak/ada: foldernya tidak ada, atau tidak menerima berkas baru.\n"
    )  # fmt: skip


def test_a_failure_without_a_path_is_a_sentence_too(program: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_given: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("assessor_registry.settings.load", full)
    assert program("fsck") == (2, "", "Sistem menolak perintah ini: ruang penyimpanan habis.\n")


def test_a_failure_elsewhere_is_not_blamed_on_the_file_that_is_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="elsewhere"), files.new_file(tmp_path / "a"):
        raise OSError(13, "elsewhere", "/somewhere/else")
    with pytest.raises(InvalidInput), files.new_file(tmp_path / "a"):
        raise OSError(28, "full")
    with pytest.raises(OSError, match="elsewhere"), files.written(tmp_path / "a"):
        raise OSError(13, "elsewhere", "/somewhere/else")
    assert list(tmp_path.iterdir()) == []


def test_verify_takes_a_newer_bundle_for_the_status_and_blames_the_file_that_is_wrong(
    run: Run, world: World, code: str, tmp_path: Path
) -> None:
    def bundle(now: datetime) -> bytes:
        with world.db.read() as conn:
            return assessments.bundle(conn, PROVINCE, world.registry, code, now)

    root, old, newer, wrong = (tmp_path / name for name in ("root.pem", "lama.json", "baru.json", "catatan.txt"))
    root.write_bytes(world.registry.root_pem.encode())
    old.write_bytes(bundle(world.now))
    newer.write_bytes(bundle(datetime(2027, 1, 2, 4, tzinfo=UTC)))
    wrong.write_text("bukan apa-apa")
    shown = ["verify", str(old), "--root", str(root)]
    done, out, _ = run(*shown, "--status", str(newer))
    assert (done, "2 Januari 2027 pukul 12.00 WITA" in out) == (0, True), out
    status = tmp_path / "status.jws"
    status.write_text(json.loads(newer.read_bytes())["status"] + "\n")
    assert run(*shown, "--status", str(status))[1] == out
    done, out, error = run(*shown, "--status", str(wrong))
    assert (done, out, error.splitlines()[0]) == (
        2, "", f"{wrong} bukan keterangan status dan bukan berkas bukti, jadi --status tidak dapat dipakai."
    )  # fmt: skip
    newer.write_bytes(json.dumps(json.loads(newer.read_bytes()), indent=2).encode())
    assert run(*shown, "--status", str(newer))[0] == 2
    assert run(*shown, "--status", str(tmp_path))[2] == f"{tmp_path} adalah folder. Sebutkan berkas di dalamnya.\n"
    assert cli.app.info.name == "assessor-registry"
