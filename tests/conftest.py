"""One private PostgreSQL per test process, and one database per test, copied from a migrated template.

A test that rolls back a savepoint would never fire a deferred key: here every test commits.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url
from tests.support import skips
from tests.support.cluster import quick_folder, start_test_cluster
from tests.world import World

from assessor_registry.db import migrations
from assessor_registry.db.embedded import PrivateServer
from assessor_registry.db.engine import Database

settings.register_profile(
    "registry",
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("registry")

TEMPLATE = "registry_template"
_counter = itertools.count(1)


@dataclass(frozen=True)
class Cluster:
    """A server below `folder` with a migrated template; `new_database` copies it."""

    server: PrivateServer
    folder: Path

    def new_database(self) -> str:
        """Make a database from the template and return its name."""
        name = f"test_{next(_counter)}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE} STRATEGY FILE_COPY')
        return name

    def drop(self, name: str) -> None:
        """Drop a database and whoever is still connected to it."""
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def run(self, statement: str) -> None:
        """Run one statement outside a transaction, as the owner, in the maintenance database."""
        with psycopg.connect(libpq(self.server.url("postgres")), autocommit=True) as connection:
            connection.execute(statement.encode())


def libpq(url: str) -> str:
    """A SQLAlchemy URL as libpq writes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The server of this test process."""
    with quick_folder(tmp_path_factory.mktemp("cluster")) as folder:
        server = start_test_cluster(folder)
        found = Cluster(server, folder)
        found.run(f"CREATE DATABASE {TEMPLATE}")
        migrations.upgrade(server.url(TEMPLATE))
        yield found
        server.release()


@pytest.fixture
def database_name(cluster: Cluster) -> Iterator[str]:
    """A fresh migrated database, by name."""
    name = cluster.new_database()
    yield name
    cluster.drop(name)


@pytest.fixture
def owner_url(cluster: Cluster, database_name: str) -> str:
    """The owner's URL of this test's database: for raw attacks and migrations."""
    return cluster.server.url(database_name)


@pytest.fixture
def database(cluster: Cluster, database_name: str) -> Iterator[Database]:
    """This test's database, as the application's role reaches it."""
    opened = Database(cluster.server.url(database_name, "registry_app"), pool_size=4)
    yield opened
    opened.close()


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    """A registry to build in one-liners; every invariant is re-verified when the test has ended."""
    made = World(database, tmp_path / "uploads")
    yield made
    made.check()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """With CI=true a test that was skipped fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == pytest.ExitCode.OK and reporter and reporter.stats.get("skipped") and skips.forbidden():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what was skipped and how to get what it needs."""
    lines = skips.summary(terminalreporter.stats.get("skipped", []))
    if lines:
        terminalreporter.section("skipped here" + (" (with CI=true this fails)" if skips.forbidden() else ""))
        for line in lines:
            terminalreporter.line(line)
