"""The command line imports: one JSON object, exit codes, a report; nothing is changed by a preview."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assessor_registry import secrecy
from assessor_registry.founding import KEY_FILES

DATA = Path(__file__).parent.parent / "data"
Run = Callable[..., subprocess.CompletedProcess[str]]
STARTED = "import sys; from assessor_registry.cli import main; main()"


@pytest.fixture
def run(owner_url: str, tmp_path: Path) -> Run:
    """Run the command line on this test's database; with what is shipped, and its own data directory."""
    folder = tmp_path / "data"
    for name in KEY_FILES:
        secrecy.make_key(folder / "secrets", name)
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= {"ASSESSOR_REGISTRY_DATA_DIR": str(folder), "DATABASE_URL": owner_url}

    def act(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", STARTED, *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)

    return act


def told(done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    """The one object on standard output."""
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def test_the_sample_register_from_the_command_line(run: Run, tmp_path: Path) -> None:
    sample, out = str(DATA / "asesor-smk-kaltim.xlsx"), tmp_path / "laporan.xlsx"
    seen = run("import", "assessors", sample, "--preview", "--json")
    assert seen.returncode == 1, seen.stderr
    done = run("import", "assessors", sample, "--report", str(out), "--json")
    assert (done.returncode, told(done)) == (1, told(seen)), "the preview changed nothing"
    first = told(done)
    assert (first["read"], first["new"], first["same"], first["corrections"]) == (71, 65, 0, 0)
    assert sorted({each["row"] for each in first["refused"]}) == [71, 72, 73, 74, 75, 77]  # type: ignore[attr-defined]
    assert 76 in {each["row"] for each in first["warned"]}  # type: ignore[attr-defined]
    assert out.read_bytes().startswith(b"PK")
    again = told(run("import", "assessors", sample, "--json"))
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 65)


def test_the_sample_of_pupils_from_the_command_line(run: Run) -> None:
    sample = str(DATA / "daftar_pd-SMKN-contoh.xlsx")
    done = run("import", "students", sample, "--school", "30499999", "--json")
    first = told(done)
    assert (done.returncode, first["read"], first["new"]) == (1, 108, 103)
    assert sorted({each["row"] for each in first["refused"]}) == [26, 46, 56, 66, 87]  # type: ignore[attr-defined]
    assert sorted({each["row"] for each in first["warned"]}) == [16, 36, 76, 101]  # type: ignore[attr-defined]
    plain = run("import", "students", sample, "--school", "30499999")
    assert "sama 103" in plain.stdout


def test_a_clean_file_ends_with_0_and_an_unusable_one_with_2(run: Run, tmp_path: Path) -> None:
    clean, broken = tmp_path / "bersih.csv", tmp_path / "rusak.xlsx"
    clean.write_text("Nama;No. Reg. MET;Tanggal Sertifikat\nAsesor Contoh;MET.000.900001 2022;13 Desember 2024\n")
    broken.write_bytes(b"bukan buku kerja")
    assert run("import", "assessors", str(clean)).returncode == 0
    refused = run("import", "assessors", str(broken), "--json")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "bukan buku kerja Excel" in refused.stderr
    assert run("import", "assessors", str(tmp_path / "tidak-ada.xlsx")).returncode == 2
    assert run("import", "assessors", str(clean), "--report", str(tmp_path / "tidak" / "ada.xlsx")).returncode == 2
    assert run("import", "students", str(clean), "--school", "12").returncode == 2


def test_corrections_that_are_left_out_are_listed_and_end_with_1_and_with_their_flag_with_0(
    run: Run, tmp_path: Path
) -> None:
    head = "Nama;No. Reg. MET;Nomor Sertifikat;Tanggal Sertifikat;Tanggal Kadaluarsa\n"
    row = "Asesor Contoh;MET.000.900001 2022;74909 2421 3 0000001 2024;14 Desember 2024;{}\n"
    first, second = tmp_path / "satu.csv", tmp_path / "dua.csv"
    first.write_text(head + row.format("13 Desember 2027"))
    second.write_text(head + row.format("13 Desember 2028"))
    assert run("import", "assessors", str(first)).returncode == 0
    left = run("import", "assessors", str(second), "--json")
    assert (left.returncode, told(left)["corrections"]) == (1, 1), left.stdout
    assert told(left)["corrected"] == [
        {"row": 2, "column": "Tanggal akhir sertifikat", "old": "2027-12-13", "new": "2028-12-13"}
    ]
    plain = run("import", "assessors", str(second))
    assert (plain.returncode, "2027-12-13 → 2028-12-13" in plain.stdout) == (1, True)
    assert run("import", "assessors", str(second), "--corrections").returncode == 0
    assert run("import", "assessors", str(second)).returncode == 0
