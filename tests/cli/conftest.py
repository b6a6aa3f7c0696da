"""The program in this process, on this test's database."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Cluster
from tests.world import AUTHORITY_KEY

from assessor_registry import cli, secrecy
from assessor_registry.founding import KEY_FILES
from assessor_registry.signing import actions as signing

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, capfd: Any) -> Run:
    """Run the program as its user's shell does; its exit code and what it prints."""
    for name in ("DATABASE_URL", "ASSESSOR_REGISTRY_DATABASE_URL", "ASSESSOR_REGISTRY_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)

    def act(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["assessor-registry", *arguments])
        monkeypatch.setenv("ASSESSOR_REGISTRY_DATA_DIR", "")  # what `--data-dir` leaves behind ends with the test
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capfd.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return act


@pytest.fixture
def run(
    program: Run, cluster: Cluster, database_name: str, owner_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Run the program on this test's database as the application's role."""
    monkeypatch.setenv("DATABASE_URL", cluster.server.url(database_name, "registry_app"))
    monkeypatch.setenv("ASSESSOR_REGISTRY_MIGRATION_URL", owner_url)
    for name in KEY_FILES:
        secrecy.make_key(tmp_path / "data" / "secrets", name)
    (tmp_path / "data" / "secrets" / signing.AUTHORITY_KEY).write_bytes(AUTHORITY_KEY)
    return lambda *arguments: program("--data-dir", str(tmp_path / "data"), *arguments)
