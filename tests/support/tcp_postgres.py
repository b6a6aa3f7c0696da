"""A PostgreSQL on a TCP port of the loopback, made of the wheel's programs: stands for a server that is not ours."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from tests.support.cluster import QUICK

from assessor_registry.db.embedded import cluster, locks, programs
from assessor_registry.db.embedded.account import account_for

_PASSWORD = "made-up-for-a-test"
_STATEMENTS = f"""\
CREATE ROLE somebody LOGIN CREATEDB CREATEROLE PASSWORD '{_PASSWORD}';

CREATE DATABASE elsewhere OWNER somebody;

"""


@dataclass(frozen=True)
class TcpServer:
    """A running server with the role `somebody` (may make roles and databases) and its database `elsewhere`."""

    folder: Path
    port: int

    def url(self, database: str = "elsewhere") -> str:
        """SQLAlchemy URL with the password in it, as an administrator would write `DATABASE_URL`."""
        return f"postgresql+psycopg://somebody:{_PASSWORD}@127.0.0.1:{self.port}/{database}"

    def answers(self) -> bool:
        """Whether `somebody` is let in."""
        found = cluster.read_postmaster(self.folder / "data")
        if found is None or not found.ready:
            return False
        psycopg.connect(
            host="127.0.0.1", port=self.port, user="somebody", password=_PASSWORD, dbname="elsewhere"
        ).close()
        return True

    def stop(self) -> None:
        """Stop it and wait until no process of it is left."""
        if found := cluster.read_postmaster(self.folder / "data"):
            os.kill(found.pid, signal.SIGINT)
        os.close(locks.acquire(self.folder / "server.lock"))


def start_tcp_server(folder: Path, port: int) -> TcpServer:
    """Make a cluster in `folder`, which must not have one, and start it on `port`, which must be free."""
    folder.mkdir(parents=True, exist_ok=True)
    account = account_for(folder / "data")
    installation = programs.installation_for(account, folder)
    settings = {**QUICK, "listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": ""}
    hba = "host all all 127.0.0.1/32 scram-sha-256\n"
    with locks.held(folder / "server.lock") as lock:
        cluster.initialise(folder, account, installation, lock, statements=_STATEMENTS, hba=hba, sync=False)
        cluster.launch(folder, account, installation, lock, settings)
    server = TcpServer(folder, port)
    deadline = time.monotonic() + 30
    while not server.answers():
        gone = locks.try_acquire(folder / "server.lock")
        if gone is not None:
            os.close(gone)
        if gone is not None or time.monotonic() > deadline:
            raise cluster.not_started(folder)
        time.sleep(0.01)
    return server


@contextmanager
def tcp_server(folder: Path, port: int) -> Iterator[TcpServer]:
    """Run such a server for the length of a `with` block."""
    server = start_tcp_server(folder, port)
    try:
        yield server
    finally:
        server.stop()
