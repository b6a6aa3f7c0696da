"""The passwords of the roles, in one file of libpq's own format, so that they are in no URL and no environment."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from assessor_registry.errors import ConfigurationError


def ensure_passwords(path: Path, roles: Sequence[str], *, may_make: bool) -> dict[str, str]:
    """Return the password of each role from `path`, made if it is missing and `may_make`.

    Raises:
        ConfigurationError: the file is missing for a cluster that exists, or holds no password for a role.
    """
    if not path.exists() and may_make:
        _write(path, "".join(f"*:*:*:{role}:{secrets.token_urlsafe(24)}\n" for role in roles))
    try:
        lines = [line.split(":") for line in path.read_text(encoding="ascii").splitlines()]
    except FileNotFoundError:
        lines = []
    known = {line[3]: line[4] for line in lines if len(line) == 5}
    if missing := [role for role in roles if role not in known]:
        raise ConfigurationError("embedded.secret_missing", path=str(path), roles=", ".join(missing))
    return known


def _write(path: Path, text: str) -> None:
    """The file appears whole; it is on disk before the cluster that depends on it is."""
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="ascii") as out:  # noqa: PTH123 a descriptor, for its mode
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    unfinished.rename(path)
