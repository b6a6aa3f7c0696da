"""From settings to an open database: a server's, when `DATABASE_URL` is set, else the private one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError

from assessor_registry.db.embedded import APP, PrivateServer
from assessor_registry.db.engine import Database
from assessor_registry.errors import ConfigurationError, Unavailable
from assessor_registry.settings import Settings

OLDEST_SERVER = 18


@dataclass(frozen=True, slots=True)
class Opened:
    """An open database. `owner_url` may change the schema; `server` is None when the server is not ours."""

    database: Database
    owner_url: str = field(repr=False)
    server: PrivateServer | None


@contextmanager
def opened(settings: Settings) -> Iterator[Opened]:
    """Open the registry's database, and leave it at the end; the private server stops with its last user.

    Raises:
        ConfigurationError: the URL can not be read, or the server is too old.
        Unavailable: the server does not answer.
    """
    server = None if settings.database_url else PrivateServer.start(settings.data_dir)
    try:
        url = server.url(user=APP) if server else driver_url(settings.database_url or "")
        owner = server.url() if server else driver_url(settings.migration_url or settings.database_url or "")
        database = Database(url, settings.pool_size)
        try:
            _require_version(database)
            yield Opened(database, owner, server)
        finally:
            database.close()
    finally:
        if server:
            server.release()


def app_url(settings: Settings, found: Opened) -> str:
    """The URL of the role under which the application works."""
    return found.server.url(user=APP) if found.server else driver_url(settings.database_url or "")


def driver_url(url: str) -> str:
    """Return a PostgreSQL URL with the driver that is used here.

    Raises:
        ConfigurationError: it is not a PostgreSQL URL.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigurationError("db.url_unreadable") from None
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise ConfigurationError("db.url_unreadable")
    return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def no_connection(error: OperationalError) -> Unavailable:
    """Return the refusal with libpq's own reason, for whoever runs the program; it names host and role only."""
    lines = str(error.orig).strip().splitlines() or ["–"]
    return Unavailable("db.no_connection", detail=lines[0][-300:])


def _require_version(database: Database) -> None:
    try:
        with database.read() as conn:
            number = int(conn.execute(text("SHOW server_version_num")).scalar_one())
    except OperationalError as error:
        raise no_connection(error) from None
    if number // 10_000 < OLDEST_SERVER:
        raise ConfigurationError("db.server_too_old", found=number // 10_000, oldest=OLDEST_SERVER)
