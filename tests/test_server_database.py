"""The second way to keep the registry: on a PostgreSQL server that is not ours, with an owner and a lesser role."""

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from litestar.testing import TestClient
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from tests.support.tcp_postgres import TcpServer, tcp_server
from typer.testing import CliRunner, Result

from assessor_registry import settings as configuration
from assessor_registry import words
from assessor_registry.app import create_app
from assessor_registry.cli import accounts, app, operation, proofs  # noqa: F401  they register the commands
from assessor_registry.db.opening import opened
from assessor_registry.errors import ConfigurationError, Refusal, Unavailable

SECRET = "made-up-for-an-owner"
# What the README tells the server's administrator to run.
SETUP = (
    f"CREATE ROLE registry_owner LOGIN PASSWORD '{SECRET}'",
    f"CREATE ROLE registry_app LOGIN PASSWORD '{SECRET}'",
)
DATABASE = (
    "CREATE DATABASE {name} OWNER registry_owner TEMPLATE template0 ENCODING 'UTF8' "
    "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TcpServer]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with tcp_server(Path(tmp_path_factory.mktemp("elsewhere")), port) as found:
        administer(found, *SETUP, "GRANT registry_owner TO somebody")
        yield found


def administer(server: TcpServer, *statements: str) -> None:
    url = make_url(server.url()).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


@pytest.fixture
def urls(server: TcpServer) -> Iterator[Callable[..., str]]:
    """An empty database of the owner; gives the URL of a role, as an administrator would write it."""
    administer(server, DATABASE.format(name="register"))

    def url(role: str, name: str = "register") -> str:
        return f"postgresql://{role}:{SECRET}@127.0.0.1:{server.port}/{name}"

    yield url
    administer(server, "DROP DATABASE register WITH (FORCE)")


@pytest.fixture
def run(urls: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("DATABASE_URL", urls("registry_app"))
    monkeypatch.setenv("ASSESSOR_REGISTRY_MIGRATION_URL", urls("registry_owner"))
    monkeypatch.setenv("ASSESSOR_REGISTRY_DATA_DIR", str(tmp_path / "data"))

    def command(*arguments: str) -> Result:
        result = CliRunner().invoke(app, list(arguments))
        assert result.exit_code == 0, result.output + repr(result.exception)
        return result

    return command


def refusal(kind: type[Refusal], *arguments: str) -> Refusal:
    result = CliRunner().invoke(app, list(arguments))
    assert isinstance(result.exception, kind), result.output
    return result.exception


def test_a_registry_is_founded_used_backed_up_and_restored_on_a_server(
    run: Any, server: TcpServer, urls: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert json.loads(run("migrate", "--json").stdout) == json.loads(run("migrate", "--json").stdout)
    assert json.loads(run("check-config", "--json").stdout)["database"] == "server"
    assert "Surel: menunggu: SMTP belum diatur" in run("check-config").stdout
    run("account", "create", "rani", "--name", "Rani Contoh", "--operator", "--json")
    chosen = configuration.load()
    with opened(chosen) as found, TestClient(app=create_app(chosen, found.database)) as client:
        assert client.get("/masuk").status_code == 200
    assert not (tmp_path / "data" / "postgresql").exists()

    run("backup", str(tmp_path / "cadangan"))
    administer(server, DATABASE.format(name="baru"))
    try:
        monkeypatch.setenv("DATABASE_URL", urls("registry_app", "baru"))
        monkeypatch.setenv("ASSESSOR_REGISTRY_MIGRATION_URL", urls("registry_owner", "baru"))
        monkeypatch.setenv("ASSESSOR_REGISTRY_DATA_DIR", str(tmp_path / "baru"))
        run("restore", str(tmp_path / "cadangan"))
        assert json.loads(run("fsck", "--json").stdout)["ok"]
        assert [each["login"] for each in json.loads(run("account", "list", "--json").stdout)["accounts"]] == ["rani"]
    finally:
        administer(server, "DROP DATABASE baru WITH (FORCE)")


def test_a_registry_moves_from_its_private_database_to_a_server(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as private:
        private.delenv("DATABASE_URL")
        private.delenv("ASSESSOR_REGISTRY_MIGRATION_URL")
        private.setenv("ASSESSOR_REGISTRY_DATA_DIR", str(tmp_path / "sendiri"))
        run("migrate")
        run("account", "create", "rani", "--name", "Rani Contoh", "--operator")
        run("backup", str(tmp_path / "cadangan"))
    run("restore", str(tmp_path / "cadangan"))
    assert json.loads(run("fsck", "--json").stdout)["ok"]
    assert [each["login"] for each in json.loads(run("account", "list", "--json").stdout)["accounts"]] == ["rani"]


def test_the_application_role_can_not_change_the_schema_of_a_server(run: Any) -> None:
    run("migrate")
    with opened(configuration.load()) as found:
        with pytest.raises(DBAPIError, match="permission denied"), found.database.transaction() as tx:
            tx.execute(text("CREATE TABLE intruder (id int)"))
        with pytest.raises(DBAPIError, match="must be owner"), found.database.transaction() as tx:
            tx.execute(text("DROP TABLE flag"))


def test_migrating_without_the_owner_is_refused_and_says_what_to_set(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSESSOR_REGISTRY_MIGRATION_URL")
    refused = refusal(ConfigurationError, "migrate")
    assert refused.code == "db.no_rights"
    assert "ASSESSOR_REGISTRY_MIGRATION_URL" in words.sentence(refused.reason)


def test_serving_before_migrating_is_refused_and_says_what_to_run(run: Any) -> None:
    refused = refusal(ConfigurationError, "check-config")
    assert refused.code == "db.schema_behind"
    assert "migrate" in words.sentence(refused.reason)


@pytest.mark.parametrize("wrong", ["password", "port", "owner"])
def test_a_server_that_does_not_let_us_in_is_told_with_its_reason_and_without_the_password(
    run: Any, urls: Callable[..., str], wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = urls("registry_app")
    if wrong == "port":
        with socket.create_server(("127.0.0.1", 0)) as probe:
            url = str(make_url(url).set(port=probe.getsockname()[1]).render_as_string(hide_password=False))
    elif wrong == "password":
        url = url.replace(SECRET, "not-the-password")
    else:
        wrong_owner = urls("registry_owner").replace(SECRET, "not-the-password")
        monkeypatch.setenv("ASSESSOR_REGISTRY_MIGRATION_URL", wrong_owner)
    monkeypatch.setenv("DATABASE_URL", url)
    refused = refusal(Unavailable, "migrate")
    said = words.sentence(refused.reason)
    assert refused.code == "db.no_connection"
    assert ("refused" if wrong == "port" else "authentication failed") in said
    assert "not-the-password" not in said
    assert SECRET not in said


@pytest.mark.parametrize("url", ["mysql://a@b/c", "registry", "sqlite:///x.db"])
def test_an_address_that_is_not_of_postgresql_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert refusal(ConfigurationError, "check-config").code == "db.url_unreadable"
