"""A backup comes back whole, or is refused; what is not empty is never written over."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlalchemy import text
from tests.conftest import Cluster
from tests.world import AUTHORITY_KEY, FIELD_KEY, World
from typer.testing import CliRunner, Result

from assessor_registry import backup, founding
from assessor_registry.accounts.rules import PROVINCE
from assessor_registry.app import create_app
from assessor_registry.assessments import actions as assessments
from assessor_registry.checking import check
from assessor_registry.cli import app, operation, proofs  # noqa: F401  they register the commands
from assessor_registry.db.engine import Database
from assessor_registry.db.opening import Opened, opened
from assessor_registry.errors import ConfigurationError, InvalidInput, Refusal
from assessor_registry.proof.verdict import verdict
from assessor_registry.settings import Settings
from assessor_registry.signing import actions as signing

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Source:
    """A registry with a result signed here, one from paper with its scan, a NIK, and its key files."""

    settings: Settings
    opened: Opened
    codes: list[str]
    nik_of: str


@pytest.fixture
def source(world: World, database: Database, owner_url: str, tmp_path: Path) -> Source:
    settings = Settings(data_dir=tmp_path, jobs=False)
    settings.secrets_dir.mkdir(mode=0o700)
    keys = {"field.key": FIELD_KEY, signing.AUTHORITY_KEY: AUTHORITY_KEY}
    for name in founding.KEY_FILES:
        (settings.secrets_dir / name).write_bytes(keys.get(name, bytes(32)))
        (settings.secrets_dir / name).chmod(0o600)
    ana = world.assessor(certificate=(date(2023, 11, 24), date(2026, 11, 23)), nik="9901014107850001")
    plan = world.schedule(candidates=2)
    world.assign(plan, ana)
    codes = world.sign(ana, world.record(ana, plan.attempts[0]))
    codes.append(world.paper(plan, ana, plan.attempts[1], world.today))
    return Source(settings, Opened(database, owner_url, None), codes, str(ana.id))


@pytest.fixture
def made(source: Source, tmp_path: Path) -> Path:
    folder = tmp_path / "cadangan"
    backup.make(source.settings, source.opened, folder, NOW)
    return folder


@pytest.fixture
def empty(cluster: Cluster, tmp_path: Path) -> Iterator[tuple[Settings, Opened]]:
    """A data directory without anything and a database without a table."""
    cluster.run("CREATE DATABASE empty_for_restore")
    url = cluster.server.url("empty_for_restore")
    database = Database(url, 2)
    yield Settings(data_dir=tmp_path / "pulih", jobs=False), Opened(database, url, None)
    database.close()
    cluster.drop("empty_for_restore")


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def tables(target: Opened) -> int:
    with target.database.read() as conn:
        return int(conn.execute(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).scalar_one())


def refused(act: Callable[[], object], kind: type[Refusal] = InvalidInput) -> Refusal:
    with pytest.raises(kind) as caught:
        act()
    return caught.value


def resigned(folder: Path, **changed: Any) -> None:
    """Write the manifest anew, so that only what is not a checksum can refuse."""
    manifest = json.loads((folder / "manifest.json").read_text())
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files(folder).items()}
    sums.pop("manifest.json")
    (folder / "manifest.json").write_text(json.dumps({**manifest, "files": sums, **changed}))


def test_a_backup_restored_to_another_machine_passes_every_check_and_serves(source: Source, made: Path) -> None:
    elsewhere = replace(source.settings, data_dir=source.settings.data_dir / "mesin lain")
    with opened(elsewhere) as target:
        summary = backup.restore(elsewhere, target, made)
        founding.publish_root(elsewhere, target)
        report = check(elsewhere, target.database)
        assert report.faults == ()
        assert (report.checked["records"], report.checked["files"]) == (2, 1)
        assert summary.files == len(files(made)) - 1
        assert files(elsewhere.secrets_dir) == files(source.settings.secrets_dir)
        assert files(elsewhere.uploads_dir) == files(source.settings.uploads_dir)
        with target.database.read() as conn:
            registry = signing.load_authority(conn, AUTHORITY_KEY)
            bundles = [assessments.bundle(conn, PROVINCE, registry, code, NOW) for code in source.codes]
        assert [verdict(each, elsewhere.root_certificate.read_bytes()).valid for each in bundles] == [True, True]
        with TestClient(app=create_app(elsewhere, target.database)) as client:
            assert client.get("/masuk").status_code == 200


def test_what_is_restored_is_what_was_backed_up(source: Source, made: Path, empty: tuple[Settings, Opened]) -> None:
    settings, target = empty
    backup.restore(settings, target, made)
    with source.opened.database.read() as before, target.database.read() as after:
        names = before.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")).scalars()
        for name in names.all():
            rows = text(f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{name}" t')
            assert before.execute(rows).scalar() == after.execute(rows).scalar(), name


def test_keys_are_for_their_owner_alone_in_the_backup_and_after_it(made: Path, empty: tuple[Settings, Opened]) -> None:
    settings, target = empty
    backup.restore(settings, target, made)
    for folder in (made, made / "secrets", settings.secrets_dir):
        assert folder.stat().st_mode & 0o077 == 0
    for name in founding.KEY_FILES:
        assert (settings.secrets_dir / name).stat().st_mode & 0o077 == 0
    founding.require_ready(settings, target)


def test_no_part_of_a_backup_or_of_the_uploads_may_be_read_by_others(source: Source, made: Path) -> None:
    found = [*made.rglob("*"), *source.settings.uploads_dir.rglob("*"), source.settings.uploads_dir]
    assert len(found) > 6
    assert [path.name for path in found if path.stat().st_mode & 0o077] == []


def test_a_damaged_backup_is_refused_by_the_name_of_the_file(
    made: Path, empty: tuple[Settings, Opened], tmp_path: Path
) -> None:
    whole = files(made)
    damages: list[tuple[str, bytes | None]] = [("secrets/more.key", bytes(32))]
    for part in ("database.dump", "secrets/authority.key", "uploads/"):
        name = next(each for each in whole if each.startswith(part))
        middle = len(whole[name]) // 2
        flipped = whole[name][:middle] + bytes([whole[name][middle] ^ 1]) + whole[name][middle + 1 :]
        damages += [(name, flipped), (name, whole[name][:-1]), (name, None)]
    for number, (name, content) in enumerate(damages):
        damaged = tmp_path / f"rusak-{number}"
        shutil.copytree(made, damaged)
        if content is None:
            (damaged / name).unlink()
        else:
            (damaged / name).write_bytes(content)
        refusal = refused(lambda folder=damaged: backup.restore(*empty, folder))  # type: ignore[misc]
        assert (refusal.code, refusal.params["name"]) == ("backup.damaged", name)
    assert tables(empty[1]) == 0
    assert not empty[0].data_dir.exists()


def test_a_folder_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    assert refused(lambda: backup.check(tmp_path)).code == "backup.unreadable"
    (tmp_path / "database.dump").write_bytes(b"")
    for manifest in ("", "[]", "{}", '{"format": 1', '{"files": 3}', '{"files": {}, "made_at": "", "revision": ""}'):
        (tmp_path / "manifest.json").write_text(manifest)
        assert refused(lambda: backup.check(tmp_path)).code == "backup.unreadable"


def test_a_backup_of_a_newer_program_is_refused(made: Path, empty: tuple[Settings, Opened]) -> None:
    resigned(made, revision="9999")
    assert refused(lambda: backup.restore(*empty, made), ConfigurationError).code == "backup.newer"
    assert tables(empty[1]) == 0


def test_a_dump_that_can_not_be_restored_leaves_the_target_empty(made: Path, empty: tuple[Settings, Opened]) -> None:
    content = (made / "database.dump").read_bytes()
    (made / "database.dump").write_bytes(content[: len(content) * 2 // 3])
    resigned(made)
    assert refused(lambda: backup.restore(*empty, made), ConfigurationError).code == "backup.program_failed"
    assert tables(empty[1]) == 0
    assert files(empty[0].data_dir) == {}


def test_a_database_that_is_not_empty_is_not_written_over(source: Source, made: Path, tmp_path: Path) -> None:
    settings = replace(source.settings, data_dir=tmp_path / "pulih")
    assert refused(lambda: backup.restore(settings, source.opened, made)).code == "backup.database_not_empty"
    assert not settings.data_dir.exists()


def test_a_data_directory_that_is_not_empty_is_not_written_over(made: Path, empty: tuple[Settings, Opened]) -> None:
    for folder in ("secrets", "uploads"):
        own = empty[0].data_dir / folder / "own.key"
        own.parent.mkdir(parents=True)
        own.write_bytes(b"mine")
        assert refused(lambda: backup.restore(*empty, made)).code == "db.not_empty"
        assert files(empty[0].data_dir) == {f"{folder}/own.key": b"mine"}
        own.unlink()
    assert tables(empty[1]) == 0


def test_a_backup_is_never_written_over(source: Source, made: Path) -> None:
    before = files(made)
    assert refused(lambda: backup.make(source.settings, source.opened, made, NOW)).code == "backup.exists"
    assert files(made) == before


def test_a_backup_that_fails_leaves_nothing_behind(source: Source, tmp_path: Path) -> None:
    broken = replace(source.opened, owner_url=source.opened.owner_url.replace("/test_", "/missing_"))
    target = tmp_path / "backups" / "monday"
    assert refused(lambda: backup.make(source.settings, broken, target, NOW), ConfigurationError).params["name"] == (
        "pg_dump"
    )
    assert list(target.parent.iterdir()) == []


def test_the_password_reaches_the_programs_by_the_environment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "elsewhere")
    given = "postgresql+psycopg://somebody:made-up%20secret@db.contoh.id:5433/register?sslmode=verify-full&passfile=/a+b/c%20d"
    address, environment = backup.libpq(given)
    assert "made-up" not in address
    assert (environment["PGPASSWORD"], "PGHOST" in environment) == ("made-up secret", False)
    assert address.startswith("postgresql://somebody@db.contoh.id:5433/register?")
    assert "sslmode=verify-full" in address
    assert "+" not in address
    assert "PGPASSWORD" not in backup.libpq("postgresql://somebody@db.contoh.id/register")[1]


def test_the_commands_back_up_and_restore(source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", source.opened.owner_url)
    folder, elsewhere = tmp_path / "minggu ini", tmp_path / "mesin lain"

    def run(data_dir: Path, *arguments: str) -> Result:
        monkeypatch.setenv("ASSESSOR_REGISTRY_DATA_DIR", str(data_dir))
        result = CliRunner().invoke(app, list(arguments))
        assert result.exit_code == 0, result.output + repr(result.exception)
        return result

    told = json.loads(run(source.settings.data_dir, "backup", str(folder), "--json").stdout)
    assert (told["folder"], told["files"]) == (str(folder), len(files(folder)) - 1)
    monkeypatch.delenv("DATABASE_URL")
    shutil.rmtree(source.settings.secrets_dir)
    assert json.loads(run(elsewhere, "restore", str(folder), "--json").stdout)["files"] == told["files"]
    assert json.loads(run(elsewhere, "fsck", "--json").stdout)["faults"] == []
    assert (elsewhere / "pki" / "root.pem").read_text().startswith("-----BEGIN CERTIFICATE")
