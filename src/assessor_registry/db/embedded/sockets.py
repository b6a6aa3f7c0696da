"""Where the unix socket is: a folder of mode 0700 that the server's user owns.

For a user it is `run` in the server's folder. Three things forbid that: a path over 100 characters (the kernel takes
107, the socket's name is part of it), a character that libpq or SQLAlchemy reads as more than a path, and root, whose
server may be unable to reach the folder. Then it is a folder with a name that nobody else has, below /run, the user's
runtime folder or the folder of temporary files. Who joins reads the place from `postmaster.pid`.
"""

import hashlib
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

from assessor_registry.db.embedded.account import Account
from assessor_registry.errors import ConfigurationError

PORT = 5432  # only a part of the socket's name
_NAME = f".s.PGSQL.{PORT}"
_LONGEST = 100
_PLAIN = re.compile(r"/[A-Za-z0-9_./+-]*")


def socket_folder(folder: Path, account: Account, secret: bytes) -> Path:
    """Return the folder for the socket, made if need be and emptied of what a killed server left.

    To be called by whoever holds `server.lock`, so that no living server is in it.

    Raises:
        ConfigurationError: no folder will do.
    """
    # The secret is part of the name, so that a folder deleted and made again never meets its old server.
    key = hashlib.sha256(os.fsencode(folder.resolve()) + secret).hexdigest()[:12]
    elsewhere = [base / f"assessor-registry-{key}" for base in _bases()]
    for place in elsewhere if account.switch else [folder / "run", *elsewhere]:
        if _fits(place) and _made(place, account):
            for name in (_NAME, _NAME + ".lock"):
                (place / name).unlink(missing_ok=True)
            return place
    raise ConfigurationError("embedded.no_socket_folder", path=str(folder))


def remove_folder(place: Path) -> None:
    """Remove the folder of a server that has stopped; one in use, or of somebody else, stays."""
    with suppress(OSError):
        place.rmdir()


def _bases() -> list[Path]:
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    first = [Path("/run")] if os.geteuid() == 0 else [Path(runtime)] if runtime else []
    return [*first, Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108 the name is ours alone, see _made


def _fits(place: Path) -> bool:
    return len(os.fsencode(place / _NAME)) <= _LONGEST and _PLAIN.fullmatch(str(place)) is not None


def _made(place: Path, account: Account) -> bool:
    """Make `place`; one that exists must be a real folder of the account, for in /tmp a stranger may have made it."""
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        found = place.lstat()
        if found.st_uid == os.geteuid() != account.uid:
            os.chown(place, account.uid, account.gid, follow_symlinks=False)
            found = place.lstat()
    except OSError:
        return False
    return place.is_dir() and not place.is_symlink() and found.st_uid == account.uid and found.st_mode & 0o077 == 0
