"""The wheel holds all that the program reads: migrations, shipped defaults, templates, static files."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

TOP = Path(__file__).parents[1]


def files(folder: Path, inside: str) -> set[str]:
    return {
        f"{inside}/{path.relative_to(folder)}"
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_a_wheel_holds_the_package_its_migrations_and_its_defaults(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", str(tmp_path), str(TOP)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    package = files(TOP / "src" / "assessor_registry", "assessor_registry")
    migrations = files(TOP / "alembic", "assessor_registry/_migrations")
    defaults = files(TOP / "config", "assessor_registry/_config")
    assert held == package | migrations | defaults
