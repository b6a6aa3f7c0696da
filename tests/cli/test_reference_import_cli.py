"""Lists of units and of schools from the command line: the same object, the same exit codes as other imports."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.reference import SCHOOL_HEADINGS, UNIT_HEADINGS, csv, school, unit

from assessor_registry import secrecy
from assessor_registry.founding import KEY_FILES

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

    assert act("migrate").returncode == 0
    return act


def test_schemes_are_looked_at_then_imported_and_twice_changes_nothing(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "skema.csv"
    file.write_bytes(csv(UNIT_HEADINGS, [unit(1), unit(2), unit(3, scheme="Skema Kedua", code=None)]))
    seen = run("import", "schemes", str(file), "--preview", "--json")
    assert seen.returncode == 1, seen.stderr
    out = tmp_path / "laporan.xlsx"
    done = run("import", "schemes", str(file), "--json", "--report", str(out))
    first = json.loads(done.stdout)
    assert first == json.loads(seen.stdout), "the preview changed nothing"
    assert out.read_bytes().startswith(b"PK")
    assert (first["read"], first["new"], first["changed"], first["same"]) == (3, 2, 0, 0)
    (refused,) = first["refused"]
    assert refused == {
        "row": 4, "column": "Kode Unit", "value": "", "code": "intake.no_unit_code", "message": "Kode unit kosong."
    }  # fmt: skip
    (scheme,) = first["schemes"]
    assert (scheme["title"], scheme["outcome"], len(scheme["added"])) == ("Perakit Contoh", "new", 2)
    again = json.loads(run("import", "schemes", str(file), "--json").stdout)
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 2)
    file.write_bytes(csv(UNIT_HEADINGS, [unit(1), unit(4)]))
    plain = run("import", "schemes", str(file))
    assert (plain.returncode, plain.stderr) == (0, "")
    assert "Skema Perakit Contoh: berubah, versi “Impor " in plain.stdout
    assert "(1 unit ditambah; 1 unit tidak ada lagi)" in plain.stdout


def test_schools_are_imported_and_twice_changes_nothing(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "sekolah.csv"
    file.write_bytes(csv(SCHOOL_HEADINGS, [school(1), school(2, npsn="123")]))
    done = run("import", "schools", str(file), "--json")
    first = json.loads(done.stdout)
    assert (done.returncode, first["read"], first["new"]) == (1, 2, 1)
    assert [(each["row"], each["value"], each["code"]) for each in first["refused"]] == [
        (3, "123", "intake.npsn_length")
    ]
    again = json.loads(run("import", "schools", str(file), "--json").stdout)
    assert (again["new"], again["same"]) == (0, 1)
    file.write_bytes(b"No;Nama\n1;Sekolah\n")
    missing = run("import", "schools", str(file))
    assert missing.returncode == 2
    assert "NPSN" in missing.stderr
