"""A data directory that was misspelt is told; only who founds or restores a registry makes one."""

from pathlib import Path

import pytest
from tests.cli.conftest import Run

from assessor_registry.db.embedded import PrivateServer
from assessor_registry.errors import ConfigurationError

COMMANDS = (
    "check-config", "serve", "psql -c x", "sweep", "fsck", "account list", "account create ana --name A --operator",
    "standing MET.000.900001 --on 2026-11-21", "bundle KODE", "export {out}.xlsx", "backup {out}",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_makes_a_registry_where_there_is_none(program: Run, tmp_path: Path, command: str) -> None:
    missing, empty = tmp_path / "salah-ketik", tmp_path / "kosong"
    empty.mkdir()
    given = command.format(out=tmp_path / "keluar").split()
    code, out, error = program("--data-dir", str(missing), *given)
    assert (code, out, error.startswith(f"Folder data {missing} tidak ada.")) == (2, "", True), error
    code, out, error = program("--data-dir", str(empty), *given)
    assert (code, out, error.startswith(f"Di folder data {empty} tidak ada register.")) == (2, "", True), error
    assert [path.name for path in tmp_path.rglob("*")] == ["kosong"]


@pytest.mark.parametrize("kind", ["assessors", "students", "schemes", "schools"])
def test_no_import_makes_a_registry_where_there_is_none(program: Run, tmp_path: Path, kind: str) -> None:
    (tmp_path / "daftar.csv").write_text("Nama;NISN\n")
    code, _, error = program("--data-dir", str(tmp_path / "x"), "import", kind, str(tmp_path / "daftar.csv"))
    assert (code, f"{tmp_path}/x tidak ada" in error, (tmp_path / "x").exists()) == (2, True, False)


@pytest.mark.parametrize("command", ["migrate", "check-config", "sweep"])
def test_a_data_directory_that_can_not_be_is_told_with_its_path(program: Run, tmp_path: Path, command: str) -> None:
    file = tmp_path / "berkas"
    file.write_text("isi")
    for place in (file, file / "dalam", Path("/proc/register")):
        code, out, error = program("--data-dir", str(place), command)
        assert (code, out, f"Folder data {place} tidak " in error) == (2, "", True), error
        assert error.count("\n") == 1
    assert file.read_text() == "isi"


def test_who_asks_whether_there_is_a_server_makes_none(tmp_path: Path) -> None:
    assert not PrivateServer.is_in(tmp_path / "tidak-ada")
    (tmp_path / "postgresql" / "data").mkdir(parents=True)
    assert PrivateServer.is_in(tmp_path)


def test_a_folder_that_can_not_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "berkas").write_text("")
    with pytest.raises(ConfigurationError) as refused:
        PrivateServer.start(tmp_path / "berkas" / "data")
    assert refused.value.code == "embedded.no_folder"
