"""Keeping an uploaded file, and clearing away what nothing refers to."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection

from assessor_registry.audit.actions import note
from assessor_registry.audit.rules import Author
from assessor_registry.errors import InvalidInput
from assessor_registry.files import rules, store

# A file that nothing refers to is that of an act that was refused: after this time nobody comes back for it.
ORPHAN = timedelta(days=1)


def keep(
    tx: Connection,
    uploads_dir: Path,
    *,
    content: bytes | Path,
    given_name: str,
    purpose: str,
    uploaded_by: Author,
    now: datetime,
    allowed: Collection[str] = frozenset(rules.KINDS),
    limit: int = rules.DEFAULT_LIMIT,
    seal: Callable[[bytes], bytes] | None = None,
) -> UUID:
    """Keep a file (berkas) of at most `limit` bytes; return its id.

    `content` is the bytes, or where they are. Their kind is told by themselves and must be `allowed`. `given_name` is
    the sender's name for it, personal data: it is stored and never becomes a path. `seal`: what is written of the
    bytes; whoever keeps them so opens them.

    1. The bytes are looked at. 2. They are on disk and synced. 3. The row is inserted: a row never names bytes that
    are not there; bytes whose transaction failed are cleared away later.

    Raises:
        InvalidInput: empty, too large, or of a kind that is not taken.
    """
    data = _bounded(content, limit)
    kind = rules.media_type(data)
    if kind is None or kind not in allowed:
        raise InvalidInput("files.kind_not_taken", field="file", kinds=rules.words_of(allowed))
    store.lock_for_keeping(tx)
    digest = store.write(uploads_dir, seal(data) if seal else data)
    row = {"sha256": digest, "size": len(data), "media_type": kind, "purpose": purpose,
           "given_name": rules.clean_name(given_name, kind)}  # fmt: skip
    file_id = store.add(tx, {**row, "uploaded_by": uploaded_by.account_id, "uploaded_at": now})
    shown = {**row, "sha256": digest.hex()}
    note(tx, uploaded_by, "files.keep", "file", file_id, now=now, after=shown)
    return file_id


def _bounded(content: bytes | Path, limit: int) -> bytes:
    # One byte more than the limit is enough to know; a file that grows meanwhile can not fill the memory.
    data = content
    if isinstance(data, Path):
        with data.open("rb") as file:
            data = file.read(limit + 1)
    if len(data) > limit:
        raise InvalidInput("files.too_large", field="file", limit_mib=max(1, limit // rules.MIB))
    if not data:
        raise InvalidInput("files.empty", field="file")
    return data


def purge_orphans(tx: Connection, now: datetime) -> int:
    """Forget the files that nothing refers to any more; return how many. `clear_unknown` then removes their bytes.

    In a transaction before that one: bytes are only removed once it is certain that no row names them.
    """
    return store.forget_orphans(tx, now - ORPHAN)


def clear_unknown(tx: Connection, uploads_dir: Path) -> int:
    """Remove bytes in the uploads folder that no row names; return how many.

    Whoever is keeping a file meanwhile is waited for: its bytes are written before its row can be seen.
    """
    store.lock_for_removing(tx)
    found = store.unknown(tx, uploads_dir)
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
