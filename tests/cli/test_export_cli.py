"""`export`: the registry's lists in one workbook, for its owner alone, as text, without NIK, and in the trail."""

import errno
import json
import stat
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from openpyxl import load_workbook
from tests.cli.conftest import Run
from tests.support.exported import read, values
from tests.world import World

from assessor_registry.audit import store as audit
from assessor_registry.db.engine import Database
from assessor_registry.printing import workbook
from assessor_registry.students import actions as pupils
from assessor_registry.web import acts

NIK, PUPILS_NIK = "6472031202770001", "6472015508110002"
FORMULA, COMMAND = '=HYPERLINK("http://contoh.id","Asesor")', "+62811 Siswa"
LISTS = [
    "Asesor", "Sertifikat asesor", "Kompetensi teknis", "SK pengangkatan", "Sanksi", "Surat edaran", "LSP",
    "Lisensi dan skemanya", "Sekolah jejaring", "TUK", "Sekolah", "Skema dan unit", "Jadwal", "Penugasan", "Hasil",
    "Tindak lanjut",
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder to export into."""
    made = tmp_path / "keluar"
    made.mkdir()
    return made


def noted(database: Database) -> list[audit.Entry]:
    """The exports in the trail."""
    with database.read() as conn:
        return audit.latest(conn, act="reports.export")


def test_the_file_is_whole_its_owners_alone_and_in_the_trail(world: World, run: Run, folder: Path) -> None:
    world.assessor(name="Ana Contoh")
    target = folder / "register.xlsx"
    code, out, _ = run("export", str(target), "--on", "23/11/2026", "--json")
    told = json.loads(out)
    assert (code, told["file"], told["on"], list(told["sheets"])) == (0, str(target), "2026-11-23", LISTS)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(folder.iterdir()) == [target]
    found = read(target.read_bytes())
    assert list(found) == ["Keterangan", *LISTS]
    assert {name: len(found[name]) for name in LISTS} == told["sheets"]
    assert values(found["Asesor"], "Nama", "Status") == [("Ana Contoh", "Aktif")]
    assert values(found["Keterangan"], "Isi")[0] == (date(2026, 11, 23),)
    (entry,) = noted(world.db)
    assert (entry.role, entry.origin, entry.subject_kind, entry.scope_kind) == (
        "operator", "cli", "registry", "province"
    )  # fmt: skip
    assert entry.after == {"on": "2026-11-23", "rows": sum(told["sheets"].values())}
    assert acts.act_name(entry.act) == "Mengekspor daftar register"
    assert acts.subject_name(entry.subject_kind) == "Register"
    assert acts.changes(None, entry.after)[0] == ("keadaan pada", "–", "23 November 2026")


def test_without_a_day_the_statuses_are_those_of_today_in_the_registrys_zone(run: Run, folder: Path) -> None:
    with time_machine.travel("2026-11-22T16:30:00+00:00", tick=False):
        code, out, _ = run("export", str(folder / "register.xlsx"))
    assert code == 0
    assert out.startswith(f"{folder}/register.xlsx: keadaan 23 November 2026, 0 baris\n  Asesor: 0\n")
    told = read((folder / "register.xlsx").read_bytes())["Keterangan"]
    assert values(told, "Isi")[:3] == [(date(2026, 11, 23),), (datetime(2026, 11, 23, 0, 30),), ("Asia/Makassar",)]


def test_an_existing_file_is_refused_and_unchanged(database: Database, run: Run, folder: Path) -> None:
    target = folder / "register.xlsx"
    target.write_bytes(b"milik orang lain")
    code, out, error = run("export", str(target), "--json")
    assert (code, out, error) == (2, "", f"{target} sudah ada. Ekspor selalu ditulis ke berkas baru.\n")
    assert target.read_bytes() == b"milik orang lain"
    (folder / "tautan.xlsx").symlink_to(folder / "tidak-ada.xlsx")
    assert run("export", str(folder / "tautan.xlsx"))[0] == 2
    assert sorted(each.name for each in folder.iterdir()) == ["register.xlsx", "tautan.xlsx"]
    assert noted(database) == []


@pytest.mark.parametrize("name", ["register.csv", "register", "register.xlsx.pdf", "register.xls"])
def test_another_ending_is_refused(run: Run, folder: Path, name: str) -> None:
    code, _, error = run("export", str(folder / name))
    assert (code, "tidak berakhiran .xlsx" in error) == (2, True)
    assert list(folder.iterdir()) == []


def test_a_day_that_is_none_and_a_folder_that_is_not_there_are_refused(run: Run, folder: Path) -> None:
    assert run("export", str(folder / "a.xlsx"), "--on", "kemarin")[0] == 2
    code, _, error = run("export", str(folder / "tidak" / "a.xlsx"))
    assert (code, "tidak dapat ditulis" in error) == (2, True)
    assert list(folder.iterdir()) == []


def test_a_failure_leaves_nothing_behind_and_nothing_in_the_trail(
    database: Database, run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    code, _, error = run("export", str(folder / "a.xlsx"))
    assert (code, "ruang penyimpanan habis" in error) == (2, True)
    assert list(folder.iterdir()) == []
    assert noted(database) == []


def test_a_file_that_comes_meanwhile_is_kept(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, write = folder / "a.xlsx", workbook.write

    def meanwhile(*given: Any, **named: Any) -> bytes:
        target.write_bytes(b"lebih dahulu")
        return write(*given, **named)

    monkeypatch.setattr(workbook, "write", meanwhile)
    assert run("export", str(target))[0] == 2
    assert (list(folder.iterdir()), target.read_bytes()) == ([target], b"lebih dahulu")


def test_what_is_entered_while_it_is_written_is_in_none_of_its_lists(
    world: World, run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = workbook.write
    assert world.home

    def meanwhile(*given: Any, **named: Any) -> bytes:
        world.assessor(enrolled=False)
        return write(*given, **named)

    monkeypatch.setattr(workbook, "write", meanwhile)
    code, out, _ = run("export", str(folder / "a.xlsx"), "--json")
    told = json.loads(out)["sheets"]
    assert (code, told["Asesor"], told["Sertifikat asesor"], told["LSP"]) == (0, 0, 0, 1)


def test_no_nik_is_in_any_part_of_the_file_and_names_stay_text(world: World, run: Run, folder: Path) -> None:
    ana = world.assessor(name=FORMULA, nik=NIK)
    new = pupils.NewStudent(world.home.school_id, {"name": COMMAND, "nisn": "0091234567", "nik": PUPILS_NIK})
    who = world.db.perform(
        lambda tx: pupils.add_many(tx, world.system, world.secrecy, [new], world.now, today=world.today)
    )
    plan = world.schedule(candidates=who)
    world.assign(plan, ana)
    world.sign(ana, world.record(ana, plan.attempts[0]))
    assert run("export", str(folder / "a.xlsx"))[0] == 0
    with zipfile.ZipFile(folder / "a.xlsx") as parts:
        inside = b"".join(parts.read(name) for name in parts.namelist())
    assert b"0091234567" in inside
    assert [each for each in (NIK, PUPILS_NIK) if each.encode() in inside] == []
    assert b"<f>" not in inside
    found = load_workbook(folder / "a.xlsx")
    cells = [found["Asesor"]["A2"], found["Hasil"]["B2"], found["Hasil"]["C2"], found["Asesor"]["E2"]]
    assert [cell.value for cell in cells[:3]] == [FORMULA, COMMAND, "0091234567"]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.quotePrefix for cell in cells[:2]] == [True, True]
