"""A private server for tests: quick, and of no use after a crash of the machine."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assessor_registry.db.embedded import PrivateServer

QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_MEMORY, _NAME = Path("/dev/shm"), "registry-tests"
_ROOM = 4 << 30


def start_test_cluster(folder: Path) -> PrivateServer:
    """Start or join the private server below `folder`; several test processes may share it. Call `release` at the end.

    In each database: btree_gist and pg_trgm. `registry_owner` may make and drop databases.
    """
    return PrivateServer.start(folder, options=QUICK)


@contextmanager
def quick_folder(otherwise: Path) -> Iterator[Path]:
    """A folder in memory where the machine has room there, else `otherwise`: copying a database per test is all files.

    It goes when the block ends; that of a run that was killed goes with the next one, which finds it unlocked.
    """
    if not os.access(_MEMORY, os.W_OK) or shutil.disk_usage(_MEMORY).free < _ROOM:
        yield otherwise
        return
    for left in _MEMORY.glob(f"{_NAME}-*.lock"):
        with left.open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            shutil.rmtree(left.with_suffix(""), ignore_errors=True)
            left.unlink(missing_ok=True)
    folder = _MEMORY / f"{_NAME}-{os.getpid()}"
    with folder.with_suffix(".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            folder.with_suffix(".lock").unlink(missing_ok=True)
