"""The cluster's files: made whole or not at all, what `postmaster.pid` says, and the start of the server.

Everything here that changes the cluster is done while holding `server.lock`, and every program started here inherits
that lock. So it is free exactly when no process of the cluster is left: no initdb, no postmaster, none of its
children, whoever of us was killed. That holds between containers, too, where a process number says nothing.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from assessor_registry.db.embedded import sockets
from assessor_registry.db.embedded.account import Account
from assessor_registry.errors import Unavailable

_LOG_LIMIT = 10 * 1024 * 1024
_INITDB = (
    "--username=postgres",
    "--auth=reject",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
    "--no-sync",
    "--no-instructions",
)
_SETTINGS = {
    "listen_addresses": "",
    "port": str(sockets.PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    # What is logged must hold no personal data: no failed statement, no values of the row that was refused.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What `postmaster.pid` says; the number may be stale."""

    pid: int
    socket_folder: Path
    ready: bool


def read_postmaster(cluster: Path) -> Postmaster | None:
    """Return what `postmaster.pid` says, None when there is none or it is not yet written out."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").split("\n")
        return Postmaster(int(lines[0]), Path(lines[4]), len(lines) > 7 and lines[7].strip() == "ready")
    except (FileNotFoundError, ValueError, IndexError):
        return None


def initialise(
    folder: Path, account: Account, programs: Path, lock: int, *, statements: str, hba: str, sync: bool = True
) -> None:
    """Make the cluster `folder/data`, which appears only when whole.

    `statements` are run by the superuser in template1, each ended by a semicolon and an empty line; they may hold
    passwords, so they go in through stdin. `hba` is the text of pg_hba.conf.

    Raises:
        Unavailable: a program failed; the log says why.
    """
    # 1. Whatever a killed predecessor left is not a cluster.
    unfinished = folder / "data.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    account.own(unfinished)
    with account.view(unfinished) as (data, fds), open_log(folder) as log:

        def run(*arguments: str, stdin: str = "") -> None:
            if account.run(arguments, fds=(*fds, lock), stdin=stdin, output=log):
                raise not_started(folder)

        # 2. The bare cluster; nothing is synchronised until step 5, for nothing of it counts until then.
        run(str(programs / "bin" / "initdb"), "-D", data, *_INITDB)
        # 3. Who may sign in, and how.
        (unfinished / "pg_hba.conf").write_text(hba, encoding="utf-8")
        # 4. Roles, extensions and database, without a server and so without a superuser who could sign in.
        single = ["--single", "-j", "-F", "-c", "exit_on_error=on", "-c", "log_min_messages=fatal"]
        postgres = str(programs / "bin" / "postgres")
        run(postgres, *single, "-c", "log_min_error_statement=panic", "-D", data, "template1", stdin=statements)
        # 5. On disk.
        if sync:
            run(str(programs / "bin" / "initdb"), "-D", data, "--sync-only")
    # 6. From here on there is a cluster.
    unfinished.rename(folder / "data")
    _synchronise(folder)


def launch(folder: Path, account: Account, programs: Path, lock: int, settings: Mapping[str, str]) -> None:
    """Start the server of `folder/data` and return at once; it outlives us, and holds `lock`."""
    with account.view(folder / "data") as (data, fds), open_log(folder) as log:
        # The folder is named for whoever reads the list of processes: the descriptor says nothing.
        chosen = {**_SETTINGS, **settings, "assessor_registry.folder": str(folder)}
        arguments = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        # The shell ends at once, so that the server is nobody's child that would have to be waited for.
        command = ["/bin/sh", "-c", '"$@" </dev/null &', "sh", str(programs / "bin" / "postgres"), "-D", data]
        account.run([*command, *arguments], fds=(*fds, lock), output=log)


def runs_in(pid: int, cluster: Path) -> bool:
    """Whether process `pid` is a postmaster of `cluster`: its working directory is the cluster's folder."""
    process = Path("/proc") / str(pid)
    try:
        return (process / "cwd").samefile(cluster)
    except PermissionError:  # root without the right to look into other users' processes, as in many containers
        same_owner = process.stat().st_uid == cluster.stat().st_uid
        return same_owner and (process / "comm").read_text(encoding="utf-8").strip() == "postgres"
    except OSError:
        return False


def clear_stale_pid(cluster: Path) -> None:
    """Remove a `postmaster.pid` left by a killed server: PostgreSQL would not start if its number is in use again.

    Raises:
        Unavailable: somebody runs a server on this cluster by other means.
    """
    if (found := read_postmaster(cluster)) and runs_in(found.pid, cluster):
        raise Unavailable("embedded.foreign_server", pid=found.pid, path=str(cluster))
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def open_log(folder: Path) -> TextIO:
    """Open the server's log to append; one that has grown beyond 10 MiB is put aside once."""
    path = folder / "server.log"
    if path.exists() and path.stat().st_size > _LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w", encoding="utf-8")  # noqa: PTH123


def not_started(folder: Path) -> Unavailable:
    """Return the refusal with the last line of the log, which is PostgreSQL's own reason."""
    path = folder / "server.log"
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    reasons = [line for line in lines[-20:] if "FATAL" in line or "error" in line or "PANIC" in line]
    detail = (reasons or lines or ["–"])[-1]
    return Unavailable("embedded.not_started", detail=detail, log=str(path))


def _synchronise(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
