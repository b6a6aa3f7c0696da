"""Backup and restore: the database, the key files and the uploaded files, with a checksum for each.

A backup is a folder: `database.dump` (pg_dump's custom format), `secrets/`, `uploads/` and `manifest.json` with the
SHA-256 of every file. It is written under another name and renamed at the end, so a folder with the right name is
whole. It holds key files: keep it as safe as the registry itself.

Not in it: the private server's own passwords (another cluster makes its own), settings, and a certificate of the web
server.
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
        raise InvalidInput("backup.exists", path=str(target))
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    unfinished.mkdir(mode=0o700, parents=True)
    try:
        _program(opened, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={unfinished / _DUMP}")
        for folder in _folders(settings):
            if folder.is_dir():
                shutil.copytree(folder, unfinished / folder.name)
        with opened.database.read() as conn:
            revision = migrations.current_revision(conn)
        sums = {str(path.relative_to(unfinished)): _sha256(path) for path in _files(unfinished)}
        made_at = now.isoformat()
        manifest = {"format": FORMAT, "version": VERSION, "made_at": made_at, "revision": revision, "files": sums}
        (unfinished / _MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")
        size = sum(path.stat().st_size for path in _files(unfinished))
        _for_its_owner_alone(unfinished)
        _flush(unfinished)
        unfinished.rename(target)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return Summary(made_at, revision, len(sums), size)


def _for_its_owner_alone(folder: Path) -> None:
    """Wherever a backup is copied to, its parts say by themselves that nobody else may read them."""
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)


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

    1. The backup is whole, and not newer than this program. 2. The target is empty. 3. Files are copied beside their
    places. 4. The database, in one transaction. 5. The files appear in their places. 6. The schema is brought up to
    this program's. A restore that fails before step 5 leaves the target as empty as it was.

    Raises:
        InvalidInput: the backup is damaged, or the target is not empty. Nothing was changed.
        ConfigurationError: the backup is a newer program's, or pg_restore failed.
    """
    summary = check(source)
    if not migrations.is_known(summary.revision):
        raise ConfigurationError("backup.newer", found=summary.revision, expected=migrations.expected_revision())
    _require_empty(settings, opened)
    copies = {folder: folder.with_name(f".{folder.name}.{os.getpid()}") for folder in _folders(settings)}
    try:
        for folder, copy in copies.items():
            if (source / folder.name).is_dir():
                shutil.copytree(source / folder.name, copy)
                copy.chmod(0o700)
                _for_its_owner_alone(copy)  # a copy that was packed or sent has forgotten it
                _flush(copy)
        _make_extensions(opened)
        _program(
            opened,
            "pg_restore",
            "--exit-on-error",
            "--single-transaction",
            "--no-owner",
            "--no-privileges",
            "--no-comments",
            str(source / _DUMP),
        )
        for folder, copy in copies.items():
            if copy.is_dir():
                if folder.is_dir():
                    folder.rmdir()
                copy.rename(folder)
    finally:
        for copy in copies.values():
            shutil.rmtree(copy, ignore_errors=True)
    migrations.upgrade(opened.owner_url)
    return summary


def _make_extensions(opened: Opened) -> None:
    """A private cluster has them from the beginning, so that pg_dump leaves them out of its dumps."""
    engine = create_engine(opened.owner_url)
    try:
        with engine.begin() as tx:
            for name in ("btree_gist", "pg_trgm"):
                tx.execute(text(f"CREATE EXTENSION IF NOT EXISTS {name}"))
    finally:
        engine.dispose()


def _folders(settings: Settings) -> tuple[Path, ...]:
    return settings.secrets_dir, settings.uploads_dir


def _require_empty(settings: Settings, opened: Opened) -> None:
    for folder in _folders(settings):
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


def libpq(url: str) -> tuple[str, dict[str, str]]:
    """Return a URL as PostgreSQL's programs take it, and the environment for them: it has the password, the URL not.

    All else that the URL says (sslmode, host, passfile) stays in it. Other PG* variables are left out.
    """
    parsed = make_url(url).set(drivername="postgresql")
    password = parsed.password or parsed.query.get("password")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    if password:
        environment["PGPASSWORD"] = str(password)
    rendered = parsed._replace(password=None).difference_update_query(["password"]).render_as_string()
    address, mark, query = rendered.partition("?")
    # SQLAlchemy writes a space as "+", which libpq takes for a plus.
    return address + mark + query.replace("+", "%20"), environment


def _program(opened: Opened, name: str, *arguments: str) -> None:
    """Run a program of PostgreSQL as the owner."""
    address, environment = libpq(opened.owner_url)
    done = subprocess.run(
        [str(installation() / "bin" / name), f"--dbname={address}", *arguments],
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
