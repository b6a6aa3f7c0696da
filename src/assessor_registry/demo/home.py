"""Where the sample province lives: a folder of its own, told from a real registry by its marker.

`demo.building` stands there from before the first byte until the province is whole; `demo.json`, written last, says
that it is, and holds the accounts. A start that finds the first without the second begins anew; a folder with neither
and anything else in it is not ours, and is never touched.
"""

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

from assessor_registry import founding
from assessor_registry.db.embedded import PrivateServer, locks
from assessor_registry.db.opening import Opened, opened
from assessor_registry.demo.build import Made, build
from assessor_registry.errors import ConfigurationError, Conflict
from assessor_registry.settings import Settings

MARKER, BUILDING, LOCK = "demo.json", "demo.building", "demo.lock"
VERSION = 1
_STOPPED_WITHIN = 60.0


@contextmanager
def province(settings: Settings, *, fresh: bool, today: date, now: datetime) -> Iterator[tuple[Opened, dict[str, Any]]]:
    """Open the sample province in `settings.data_dir`, built if need be; give it and what its marker says.

    1. The folder is ours, or empty.
    2. `fresh`, or a build that was cut off: what is there is removed.
    3. It is built; only then the marker is written. A whole one is brought to this program's schema instead.

    Raises:
        ConfigurationError: the folder holds something else.
        Conflict: `fresh`, and another process is serving it.
    """
    folder = settings.data_dir
    require_ours(folder)
    folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    with ExitStack() as held, ExitStack() as stack:
        held.enter_context(locks.held(folder / LOCK))
        require_ours(folder)
        if fresh or not (folder / MARKER).exists():
            clear(folder)
        found = stack.enter_context(opened(settings))
        if (folder / MARKER).exists():
            founding.found(settings, found, now)
        else:
            _write(folder / MARKER, marker_of(build(found, settings, today, now), today))
        (folder / BUILDING).unlink(missing_ok=True)
        held.close()  # from here on the hold on its server says that it is in use
        yield found, json.loads((folder / MARKER).read_text(encoding="utf-8"))


def marker_of(made: Made, today: date) -> dict[str, Any]:
    """What the marker says."""
    return {
        "version": VERSION, "made_on": today.isoformat(), "root": str(made.root), "records": list(made.records),
        "accounts": [asdict(account) for account in made.accounts],
    }  # fmt: skip


def require_ours(folder: Path) -> None:
    """Refuse a folder that holds anything but the sample province.

    Raises:
        ConfigurationError: it does.
    """
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError("demo.not_a_demo", path=str(folder))
    if names - {LOCK} and not names & {MARKER, BUILDING}:
        raise ConfigurationError("demo.not_a_demo", path=str(folder))


def clear(folder: Path) -> None:
    """Leave nothing of a province but the word that one is being built.

    Raises:
        Conflict: another process uses it.
    """
    _stop(folder)
    if not (folder / BUILDING).exists():
        _write(folder / BUILDING, {"version": VERSION})
    (folder / MARKER).unlink(missing_ok=True)  # from here on it is one that was cut off
    for path in sorted(folder.iterdir()):
        if path.name in {LOCK, BUILDING}:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _stop(folder: Path) -> None:
    """Stop the server that a killed process has left behind; wait for whatever else it has left to end."""
    server = folder / "postgresql"
    if not server.is_dir():
        return
    alone = locks.try_acquire(server / "users.lock")
    if alone is None:
        raise Conflict("demo.in_use", path=str(folder))
    locks.give_back(alone)
    if (server / "data" / "postmaster.pid").exists():
        PrivateServer.start(folder).release()
    deadline = time.monotonic() + _STOPPED_WITHIN
    while (lock := locks.try_acquire(server / "server.lock")) is None:
        if time.monotonic() > deadline:
            raise Conflict("demo.in_use", path=str(folder))
        time.sleep(0.05)
    locks.give_back(lock)


def _write(path: Path, value: dict[str, Any]) -> None:
    """Write a file that only this user reads, whole or not at all."""
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
