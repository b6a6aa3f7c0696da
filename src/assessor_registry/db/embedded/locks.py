"""Advisory locks on files. The kernel drops them when the last holder dies, also by SIGKILL."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def acquire(path: Path, *, shared: bool = False) -> int:
    """Wait for the lock and return its descriptor; closing it gives the lock back."""
    descriptor = _open(path)
    fcntl.flock(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
    return descriptor


def try_acquire(path: Path) -> int | None:
    """Return the descriptor of the exclusive lock, or None when anybody else has it."""
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def give_back(descriptor: int) -> None:
    """Give the lock back now, even if a child that another thread is just starting still has the descriptor."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


@contextmanager
def held(path: Path) -> Iterator[int]:
    """Hold the exclusive lock."""
    descriptor = acquire(path)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
