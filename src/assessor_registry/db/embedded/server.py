"""The private server as its users see it: start or join, address, leave.

start    share users.lock → hold start.lock → server.lock free? make the cluster, launch → wait until it answers
release  give users.lock back → is it free for us alone? then nobody else is here: stop the server
"""

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from assessor_registry.db.embedded import cluster as files
from assessor_registry.db.embedded import locks, programs, sockets
from assessor_registry.db.embedded.account import account_for
from assessor_registry.db.embedded.passwords import ensure_passwords
from assessor_registry.errors import ConfigurationError, Unavailable

DATABASE = "registry"
OWNER = "registry_owner"
APP = "registry_app"

_HBA = "local all all scram-sha-256\n"
# template1 has the extensions, so every database made later has them too.
_BOOTSTRAP = """\
CREATE EXTENSION btree_gist;

CREATE EXTENSION pg_trgm;

CREATE ROLE {owner} LOGIN CREATEDB PASSWORD '{owner_password}' IN ROLE pg_signal_backend;

CREATE ROLE {app} LOGIN PASSWORD '{app_password}';

CREATE DATABASE {database} OWNER {owner};

"""
_PAUSE = 0.01
_FAST, _IMMEDIATE = signal.SIGINT, signal.SIGQUIT


class PrivateServer:
    """A hold on the private server; the server runs at least until `release`, or until this process ends.

    A process that ends without `release` leaves the server running; the next one to leave stops it. Not for use in a
    forked child: start your own there.
    """

    @staticmethod
    def is_in(data_dir: Path) -> bool:
        """Whether a server's cluster was made there.

        Raises:
            ConfigurationError: the folder is another user's.
        """
        try:
            return (data_dir / "postgresql" / "data").is_dir()
        except PermissionError as error:
            raise ConfigurationError("embedded.not_yours", path=str(data_dir)) from error

    def __init__(self, folder: Path, options: Mapping[str, str], timeout: float) -> None:
        self._folder = folder
        self._cluster = folder / "data"
        self._passfile = folder / "pgpass"
        self._options = dict(options)
        self._timeout = timeout
        self._pid = os.getpid()
        self._hold: int | None = locks.acquire(folder / "users.lock", shared=True)

    @classmethod
    def start(cls, data_dir: Path, *, options: Mapping[str, str] | None = None, timeout: float = 120.0) -> Self:
        """Make the server's cluster if there is none, start it if it does not run, and join it.

        `options` are settings of PostgreSQL; they count for whoever finds the server stopped. `timeout` is in
        seconds, and long, because recovery after a crash reads the log of all since the last checkpoint.

        Raises:
            ConfigurationError: the folder, the system or the environment does not allow it.
            Unavailable: the server does not start or does not answer; its log says why.
        """
        if "PGPASSWORD" in os.environ:  # libpq takes it before the password file
            raise ConfigurationError("embedded.password_in_environment")
        folder = data_dir.absolute() / "postgresql"
        try:
            data_dir.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
            folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
            server = cls(folder, options or {}, timeout)
        except PermissionError as error:
            raise ConfigurationError("embedded.not_yours", path=str(folder)) from error
        except OSError as error:  # a file has its name, or the place takes no folders
            raise ConfigurationError("embedded.no_folder", path=str(data_dir), why=str(error.strerror)) from error
        try:
            server.revive()
        except OSError as error:  # a full disk, a read-only volume, a container that lets root become nobody else
            server._let_go()
            raise Unavailable("embedded.system_refused", detail=str(error)) from error
        except BaseException:
            server._let_go()
            raise
        return server

    def revive(self) -> None:
        """Start the server again if it has died; do nothing if it answers.

        Raises:
            Unavailable: as `start`.
        """
        with locks.held(self._folder / "start.lock"):
            deadline = time.monotonic() + self._timeout
            socket: Path | None = None
            while True:
                # Free means that no process of the cluster is left, see `cluster`.
                if (lock := locks.try_acquire(self._folder / "server.lock")) is not None:
                    try:
                        if socket is not None:  # launched, and gone again
                            sockets.remove_folder(socket)
                            raise files.not_started(self._folder)
                        socket = self._launch(lock)
                    finally:
                        os.close(lock)
                elif self.answers():
                    return
                if time.monotonic() > deadline:
                    raise Unavailable("embedded.no_answer", log=str(self._folder / "server.log"))
                time.sleep(_PAUSE)

    def _launch(self, lock: int) -> Path:
        """Return the folder of the socket."""
        account = account_for(self._cluster)
        installation = programs.installation_for(account, self._folder)
        new = not self._cluster.exists()
        known = ensure_passwords(self._passfile, (OWNER, APP), may_make=new)
        if new:
            statements = _BOOTSTRAP.format(
                owner=OWNER, owner_password=known[OWNER], app=APP, app_password=known[APP], database=DATABASE
            )
            sync = self._options.get("fsync") != "off"
            files.initialise(self._folder, account, installation, lock, statements=statements, hba=_HBA, sync=sync)
        files.clear_stale_pid(self._cluster)
        socket = sockets.socket_folder(self._folder, account, self._passfile.read_bytes())
        settings = {**self._options, "unix_socket_directories": str(socket)}
        files.launch(self._folder, account, installation, lock, settings)
        return socket

    def runs(self) -> bool:
        """Whether the server's first process is there; cheap, and says nothing of whether it lets anyone in."""
        found = files.read_postmaster(self._cluster)
        return found is not None and files.runs_in(found.pid, self._cluster)

    def answers(self) -> bool:
        """Whether the server runs and lets the owner in.

        Raises:
            ConfigurationError: it does not know the password in the file.
        """
        import psycopg

        found = files.read_postmaster(self._cluster)
        if found is None or not found.ready:
            return False
        try:
            psycopg.connect(self._conninfo(found.socket_folder), connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if "password" in str(error):  # no use waiting for that to pass
                raise ConfigurationError("embedded.secret_wrong", path=str(self._passfile)) from None
            return False
        return True

    @property
    def postmaster_pid(self) -> int:
        """Number of the server's first process."""
        return self._running().pid

    @property
    def socket_folder(self) -> Path:
        """Folder of the unix socket."""
        return self._running().socket_folder

    def url(self, database: str = DATABASE, user: str = OWNER) -> str:
        """SQLAlchemy URL. It names the password file and holds no password, so it may be printed."""
        from sqlalchemy import URL

        query = self._address(self.socket_folder)
        return URL.create("postgresql+psycopg", user, database=database, query=query).render_as_string()

    def psql_environment(self, database: str = DATABASE, user: str = OWNER) -> dict[str, str]:
        """Environment in which psql, pg_dump and pg_restore find the server; PG* variables of ours are left out."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        address = self._address(self.socket_folder)
        chosen = {"PGHOST": address["host"], "PGPORT": address["port"], "PGPASSFILE": address["passfile"]}
        return {**kept, **chosen, "PGDATABASE": database, "PGUSER": user}

    def binary(self, name: str) -> Path:
        """Return the path of a program of PostgreSQL, such as `psql` or `pg_dump`."""
        return programs.installation() / "bin" / name

    def release(self) -> None:
        """Leave. If nobody else uses the server, it is stopped cleanly before this returns."""
        if self._hold is None or os.getpid() != self._pid:
            return
        self._let_go()
        alone = locks.try_acquire(self._folder / "users.lock")
        if alone is None:
            return
        try:
            self._stop()
        finally:
            os.close(alone)

    def _let_go(self) -> None:
        if self._hold is not None:
            locks.give_back(self._hold)
            self._hold = None

    def _stop(self) -> None:
        """Ask the server to end its sessions and write everything out; if it can not, the next start recovers."""
        last = files.read_postmaster(self._cluster)
        for how, seconds in ((_FAST, 60.0), (_IMMEDIATE, 10.0)):
            found = files.read_postmaster(self._cluster)
            if found is not None and files.runs_in(found.pid, self._cluster):
                os.kill(found.pid, how)
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                if (lock := locks.try_acquire(self._folder / "server.lock")) is not None:
                    if last is not None:
                        sockets.remove_folder(last.socket_folder)
                    os.close(lock)
                    return
                time.sleep(_PAUSE)

    def _running(self) -> files.Postmaster:
        found = files.read_postmaster(self._cluster)
        if found is None:
            raise Unavailable("embedded.no_answer", log=str(self._folder / "server.log"))
        return found

    def _address(self, socket: Path) -> dict[str, str]:
        return {"host": str(socket), "port": str(sockets.PORT), "passfile": str(self._passfile)}

    def _conninfo(self, socket: Path) -> str:
        from psycopg.conninfo import make_conninfo

        return make_conninfo("", dbname=DATABASE, user=OWNER, **self._address(socket))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def __repr__(self) -> str:
        return f"<PrivateServer {self._folder}>"
