"""As whom the server runs, and how it gets at its files.

PostgreSQL refuses to run as root. So when root starts it, it runs as the user `assessor-registry`, which is made if
it can be, else as `postgres` or `nobody`; a cluster that exists is run by the user who owns it.

That user may be unable to reach the data directory: `/root`, a home, a clone made with umask 077. Opening up the
parents is not ours to do, and keeping the cluster elsewhere would lose it with the container whose volume is the data
directory. So root opens the cluster's folder and hands the server the open folder: the server is told
`-D /proc/self/fd/N`, which leads into it without a look at the folders above. PostgreSQL changes into its data
directory once and uses relative paths from then on. What is not data may live elsewhere: the socket (`sockets`) and
the programs (`programs`).
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from assessor_registry.errors import ConfigurationError

OWN_USER = "assessor-registry"
_FALLBACK_USERS = ("postgres", "nobody")
# Nothing of our own environment is for the server: it may hold secrets, and PG* variables would steer it.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the system; `switch` says that we are root and have to become it."""

    uid: int
    gid: int
    switch: bool

    def run(
        self,
        arguments: Sequence[str],
        *,
        fds: Sequence[int] = (),
        stdin: str = "",
        output: IO[str] | int = subprocess.DEVNULL,
    ) -> int:
        """Run a program as this user, away from our terminal and environment; return its exit code.

        `output` is a file, never a pipe: the server would inherit it, and it would not close.
        """
        who: dict[str, Any] = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}
        done = subprocess.run(
            list(arguments),
            input=stdin,
            text=True,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=tuple(fds),
            env=_ENVIRONMENT,
            cwd="/",
            umask=0o077,
            start_new_session=True,
            check=False,
            **who,
        )
        return done.returncode

    @contextmanager
    def view(self, folder: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Give the name by which this user reaches `folder`, and the descriptors to hand over for it."""
        if not self.switch:
            yield str(folder), ()
            return
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield f"/proc/self/fd/{descriptor}", (descriptor,)
        finally:
            os.close(descriptor)

    def own(self, path: Path) -> None:
        """Hand `path` and all below it to this user."""
        if self.switch:
            for each in (path, *path.rglob("*")):
                os.chown(each, self.uid, self.gid, follow_symlinks=False)

    def can_enter(self, folder: Path) -> bool:
        """Whether this user reaches `folder` by its name; asked of the system, for access lists count."""
        return not self.switch or self.run(["/bin/sh", "-c", 'test -x "$1"', "sh", str(folder)]) == 0


def account_for(cluster: Path) -> Account:
    """Return the user for the server of `cluster`, a folder that may not exist yet.

    Raises:
        ConfigurationError: we are root, and the system has no unprivileged user that would do.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    owner = cluster.stat() if cluster.exists() else None
    if owner is not None and owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid, switch=True)
    user = _unprivileged_user()
    account = Account(user.pw_uid, user.pw_gid, switch=True)
    if owner is not None:  # a copy that root made without keeping the owner
        account.own(cluster)
    return account


def _unprivileged_user() -> pwd.struct_passwd:
    _make_own_user()
    for name in (OWN_USER, *_FALLBACK_USERS):
        if (user := _lookup(name)) and user.pw_uid != 0:
            return user
    raise ConfigurationError("embedded.no_user", name=OWN_USER)


def _make_own_user() -> None:
    """Best effort: a read-only system or a second process that is doing the same must not stop us."""
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None or _lookup(OWN_USER):
        return
    subprocess.run(
        [program, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", OWN_USER],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )


def _lookup(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None
