"""Uploaded files: the bytes on disk under their SHA-256, what is known of them in the database."""

import hashlib
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, text

from assessor_registry.errors import NotFound, Unavailable
from assessor_registry.files import rules
from assessor_registry.files.tables import StoredFile

_T = StoredFile.__table__  # type: ignore[attr-defined]
_LOCK = "hashtextextended('files.uploads', 0)"


@dataclass(frozen=True, slots=True)
class FileRow:
    """What is known of one upload; several may have the same bytes."""

    id: UUID
    sha256: bytes
    size: int
    media_type: str
    given_name: str
    purpose: str
    uploaded_by: UUID | None
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class Fault:
    """An upload whose bytes are not what they were: `problem` is `missing` or `damaged`."""

    file_id: UUID
    path: Path
    problem: str


def file(conn: Connection, file_id: UUID) -> FileRow:
    """Return what is known of one upload.

    Raises:
        NotFound: there is none.
    """
    row = conn.execute(select(_T).where(_T.c.id == file_id)).one_or_none()
    if row is None:
        raise NotFound("files.not_found")
    return FileRow(**row._mapping)


def path_of(conn: Connection, uploads_dir: Path, file_id: UUID) -> Path:
    """Return where the bytes of an upload are.

    Raises:
        NotFound: there is none.
    """
    return _path(uploads_dir, file(conn, file_id).sha256)


def read(conn: Connection, uploads_dir: Path, file_id: UUID) -> bytes:
    """Return the bytes of an upload, checked against their SHA-256.

    Raises:
        NotFound: there is none.
        Unavailable: the bytes are gone or damaged.
    """
    known = file(conn, file_id)
    try:
        content = _path(uploads_dir, known.sha256).read_bytes()
    except OSError:
        raise Unavailable("files.missing") from None
    if hashlib.sha256(content).digest() != known.sha256:
        raise Unavailable("files.damaged")
    return content


def add(tx: Connection, values: Mapping[str, Any]) -> UUID:
    """Insert what is known of one upload."""
    row = StoredFile(**values)
    tx.execute(insert(_T).values(**row.model_dump()))
    return row.id


def write(uploads_dir: Path, content: bytes) -> bytes:
    """Write bytes (0600) and return their SHA-256; when this returns they survive a crash.

    1. A draft is written and synced. 2. It takes its final name, at once or not at all; the same bytes again replace
    the same bytes, so a damaged copy is healed. 3. The folders are synced, so that the name survives too.
    """
    digest = hashlib.sha256(content).digest()
    path = _path(uploads_dir, digest)
    for folder in (path.parent.parent, path.parent):  # a mode given with `parents` is not theirs
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.parent / f".{secrets.token_hex(8)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    for folder in (path.parent, uploads_dir):
        _sync(folder)
    return digest


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _path(uploads_dir: Path, digest: bytes) -> Path:
    folder, name = rules.place(digest)
    return uploads_dir / folder / name


def lock_for_keeping(tx: Connection) -> None:
    """Hold off the removal of unknown bytes until the transaction ends; many may keep at once."""
    tx.execute(text(f"SELECT pg_advisory_xact_lock_shared({_LOCK})"))


def lock_for_removing(tx: Connection) -> None:
    """Wait for everyone who is keeping a file, and hold off others, until the transaction ends."""
    tx.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))


def faults(conn: Connection, uploads_dir: Path) -> Iterator[Fault]:
    """Read every upload and yield those whose bytes are gone or not what they were."""
    query = select(_T.c.id, _T.c.sha256).order_by(_T.c.uploaded_at, _T.c.id)
    for row in conn.execute(query).all():
        path = _path(uploads_dir, row.sha256)
        if not path.is_file():
            yield Fault(row.id, path, "missing")
            continue
        with path.open("rb") as found:
            if hashlib.file_digest(found, "sha256").digest() != row.sha256:
                yield Fault(row.id, path, "damaged")


# Every column that names a file, as the database knows them: one that is added later is not forgotten here.
_REFERRING = text(
    "SELECT c.conrelid::regclass::text AS name, a.attname AS referring FROM pg_constraint c "
    "JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] "
    "WHERE c.contype = 'f' AND c.confrelid = 'stored_file'::regclass ORDER BY 1, 2"
)


def forget_orphans(tx: Connection, before: datetime) -> int:
    """Delete the rows of files uploaded before an instant to which no other row refers; return how many."""
    named = [
        f"NOT EXISTS (SELECT 1 FROM {row.name} r WHERE r.{row.referring} = f.id)" for row in tx.execute(_REFERRING)
    ]
    found = tx.execute(
        text(f"DELETE FROM stored_file f WHERE f.uploaded_at < :before AND {' AND '.join(named)}"), {"before": before}
    )
    return found.rowcount


def unknown(conn: Connection, uploads_dir: Path) -> list[Path]:
    """Return the files in the uploads folder that no row names: drafts of a crash, bytes whose transaction failed."""
    if not uploads_dir.is_dir():
        return []
    known = set(conn.execute(select(_T.c.sha256).distinct()).scalars())
    found = sorted(path for path in uploads_dir.glob("??/*") if path.is_file())
    return [path for path in found if rules.digest_of(path.parent.name, path.name) not in known]
