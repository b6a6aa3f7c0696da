"""The file of an import while it is kept: sealed on disk, so in backups too, and forgotten after a while."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from assessor_registry.intake import store
from assessor_registry.secrecy import Secrecy

# After an import was applied, or abandoned at its preview: long enough to look at the report and to put rows right.
KEPT = timedelta(days=14)
# What was kept before files were sealed begins otherwise: as a workbook (PK) or as text.
_MARK = b"\x00sealed import 1\n"


def sealed(secrecy: Secrecy, content: bytes) -> bytes:
    """Return what is written of a file."""
    return _MARK + secrecy.seal_bytes(content, "import")


def opened(secrecy: Secrecy, kept: bytes) -> bytes:
    """Return a file from what was written of it.

    Raises:
        ConfigurationError: the key is another one.
    """
    return secrecy.open_bytes(kept.removeprefix(_MARK), "import") if kept.startswith(_MARK) else kept


def purge_files(tx: Connection, now: datetime) -> int:
    """Let imports forget files that were kept for their time; `files.purge_orphans` then removes them."""
    return store.forget_files(tx, now - KEPT)
