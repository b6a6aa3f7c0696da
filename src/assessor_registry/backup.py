"""Backup and restore: the database, the key files and the uploaded files, with a checksum for each.

A backup is a folder: `database.dump` (pg_dump's custom format), `secrets/`, `uploads/` and `manifest.json` with the
SHA-256 of every file. It is written under another name and renamed at the end, so a folder with the right name is
whole. It holds key files: keep it as safe as the registry itself.
"""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from assessor_registry.db import migrations
from assessor_registry.db.embedded import installation
from assessor_registry.db.opening import Opened
from assessor_registry.errors import ConfigurationError, InvalidInput
from assessor_registry.settings import Settings

FORMAT = "assessor-registry-backup"
VERSION = 1
_DUMP = "database.dump"
_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a backup holds."""

    made_at: str
    revision: str
    files: int
    size: int


def make(settings: Settings, opened: Opened, target: Path, now: datetime) -> Summary:
    """Write a backup into the new folder `target`.

    Raises:
        InvalidInput: `target` exists.
        ConfigurationError: pg_dump failed; nothing is left behind.
    """
    if target.exists():
        raise InvalidInput("db.not_empty", path=str(target))
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    unfinished.mkdir(mode=0o700, parents=True)
    try:
        _program(opened, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={unfinished / _DUMP}")
        for folder in (settings.secrets_dir, settings.uploads_dir):
            if folder.is_dir():
                shutil.copytree(folder, unfinished / folder.name)
        with opened.database.read() as conn:
            revision = migrations.current_revision(conn)
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "made_at": now.isoformat(),
            "revision": revision,
            "files": {str(path.relative_to(unfinished)): _sha256(path) for path in _files(unfinished)},
        }
        (unfinished / _MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")
        size = sum(path.stat().st_size for path in _files(unfinished))
        _flush(unfinished)
        unfinished.rename(target)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return Summary(manifest["made_at"], revision, len(manifest["files"]), size)


def check(source: Path) -> Summary:
    """Compare a backup with its manifest.

    Raises:
        InvalidInput: it is not a backup, a file is missing, changed or too many.
    """
    try:
        manifest = json.loads((source / _MANIFEST).read_text(encoding="utf-8"))
        files, made_at, revision = dict(manifest["files"]), str(manifest["made_at"]), str(manifest["revision"])
        known = manifest["format"] == FORMAT and manifest["version"] == VERSION and _DUMP in files
    except (OSError, ValueError, KeyError, TypeError):
        raise InvalidInput("backup.unreadable", path=str(source)) from None
    if not known:
        raise InvalidInput("backup.unreadable", path=str(source))
    found = {str(path.relative_to(source)): path for path in _files(source) if path.name != _MANIFEST}
    for name in sorted(files.keys() | found.keys()):
        if name not in found or name not in files or _sha256(found[name]) != files[name]:
            raise InvalidInput("backup.damaged", name=name)
    return Summary(made_at, revision, len(files), sum(path.stat().st_size for path in found.values()))


def restore(settings: Settings, opened: Opened, source: Path) -> Summary:
    """Restore a backup into an empty database and a data directory without key files or uploads; then migrate.

    Raises:
        InvalidInput: the backup is damaged, or the target is not empty. Nothing was changed.
        ConfigurationError: pg_restore failed; it runs in one transaction, so the database is as empty as before.
    """
    summary = check(source)
    _require_empty(settings, opened)
    _program(
        opened,
        "pg_restore",
        "--exit-on-error",
        "--single-transaction",
        "--no-owner",
        "--no-privileges",
        "--no-comments",
        f"--dbname={make_url(opened.owner_url).database}",
        str(source / _DUMP),
    )
    for folder in (settings.secrets_dir, settings.uploads_dir):
        if (source / folder.name).is_dir():
            shutil.copytree(source / folder.name, folder, dirs_exist_ok=True)
            folder.chmod(0o700)
    migrations.upgrade(opened.owner_url)
    return summary


def _require_empty(settings: Settings, opened: Opened) -> None:
    for folder in (settings.secrets_dir, settings.uploads_dir):
        if folder.is_dir() and any(folder.iterdir()):
            raise InvalidInput("db.not_empty", path=str(folder))
    engine = create_engine(opened.owner_url)
    try:
        with engine.connect() as conn:
            tables = conn.execute(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).scalar_one()
    finally:
        engine.dispose()
    if tables:
        raise InvalidInput("backup.database_not_empty")


def _program(opened: Opened, name: str, *arguments: str) -> None:
    """Run a program of PostgreSQL as the owner; passwords go through the environment or a password file only."""
    if opened.server:
        environment = opened.server.psql_environment()
    else:
        url = make_url(opened.owner_url)
        chosen = {
            "PGHOST": url.host or str(url.query.get("host", "")),
            "PGPORT": str(url.port or url.query.get("port", "")),
            "PGUSER": url.username or "",
            "PGPASSWORD": url.password or "",
            "PGDATABASE": url.database or "",
        }
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        environment = kept | {key: value for key, value in chosen.items() if value}
    done = subprocess.run(
        [str(installation() / "bin" / name), *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ConfigurationError("backup.program_failed", name=name, detail=done.stderr.strip()[-300:])


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(folder: Path) -> None:
    for path in _files(folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
