"""A test that is skipped is listed with the way to run it; in continuous integration it fails the run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.skips import remedy

ROOT = Path(__file__).parents[2]
SKIPPING = """\
import pytest

def test_that_runs() -> None:
    assert True

{mark}
def test_that_needs_something() -> None:
    assert True
"""


def run(folder: Path, mark: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run two tests under the project's own conftest."""
    (folder / "test_made_up.py").write_text(SKIPPING.format(mark=mark))
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "--rootdir", str(ROOT), str(folder)],
        cwd=ROOT, env={**os.environ, "CI": "", **environment}, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize(("ci", "status"), [("true", 1), ("", 0)])
def test_a_skip_is_listed_and_fails_only_in_continuous_integration(tmp_path: Path, ci: str, status: int) -> None:
    done = run(tmp_path, '@pytest.mark.skip(reason="Chromium is not installed")', CI=ci)
    assert done.returncode == status, done.stdout + done.stderr
    assert "test_that_needs_something: Chromium is not installed -> apt-get install -y chromium" in done.stdout


def test_without_a_skip_continuous_integration_is_green(tmp_path: Path) -> None:
    done = run(tmp_path, "", CI="true")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped here" not in done.stdout


def test_what_is_not_known_gets_no_remedy() -> None:
    assert remedy("needs a quiet machine") is None
