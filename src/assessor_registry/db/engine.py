"""The engine: `transaction()` for acts, `read()` for reading, `perform()` for an act that may be tried once more.

Reads run in AUTOCOMMIT on the same pool: a BEGIN/ROLLBACK pair costs as much as the reading itself.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError

from assessor_registry.errors import Conflict, InvalidInput, Unavailable

__all__ = ["Connection", "DBAPIError", "Database", "constraint", "sqlstate", "translated"]

T = TypeVar("T")

# What an honest concurrent change can cause at commit; the same act, run again, sees the new state and says so.
RETRIED = {"23503": "foreign key", "23P01": "exclusion", "40001": "serialisation", "40P01": "deadlock"}
STATEMENT_TIMEOUT_MS = 30_000
LOCK_TIMEOUT_MS = 10_000


class Database:
    """One pool of connections to one database. `url` is a SQLAlchemy URL with the psycopg driver."""

    def __init__(self, url: str, pool_size: int = 6) -> None:
        self.engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=True,
            connect_args={
                "application_name": "assessor-registry",
                "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout={LOCK_TIMEOUT_MS} "
                "-c timezone=UTC -c idle_in_transaction_session_timeout=60000",
            },
            hide_parameters=True,
        )
        self._reader = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Begin; commit at the end of the block, roll back when it raises."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection on which each statement stands alone."""
        with self._reader.connect() as connection:
            yield connection

    def perform(self, act: Callable[[Connection], T]) -> T:
        """Run `act` in a transaction; when the commit collides with an honest concurrent change, run it once more.

        Raises:
            Conflict: it collides again; the constraint's name is in the parameters.
            Unavailable: the database did not answer.
        """
        try:
            return self._once(act)
        except DBAPIError as error:
            if sqlstate(error) not in RETRIED:
                raise translated(error) from error
        try:
            return self._once(act)
        except DBAPIError as error:
            raise translated(error) from error

    def rehearse(self, act: Callable[[Connection], T]) -> T:
        """Run `act` in a transaction that is rolled back, and return its answer: what would happen is what is shown."""
        with self.engine.connect() as connection:
            with connection.begin() as transaction:
                answer = act(connection)
                transaction.rollback()
            return answer

    def _once(self, act: Callable[[Connection], T]) -> T:
        with self.engine.begin() as connection:
            return act(connection)

    def close(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()


def sqlstate(error: DBAPIError) -> str:
    """Return the five-character SQLSTATE of a database error, or an empty string."""
    return str(getattr(error.orig, "sqlstate", None) or "")


def constraint(error: DBAPIError) -> str:
    """Return the name of the constraint that a database error names, or an empty string."""
    diagnosis = getattr(error.orig, "diag", None)
    return str(getattr(diagnosis, "constraint_name", None) or "")


def translated(error: DBAPIError) -> Exception:
    """Turn a database error into a refusal where it is one; any other comes back as it is (a bug, to be seen)."""
    if isinstance(error, IntegrityError):
        return Conflict("db.constraint", constraint=constraint(error))
    if sqlstate(error) in {"55P03", "57014", "40001", "40P01"}:
        return Conflict("db.busy")
    if isinstance(error, OperationalError) or error.connection_invalidated:
        return Unavailable("db.unavailable")
    if isinstance(error, DataError) and not sqlstate(error):  # not even sent: a text with a NUL in it
        return InvalidInput("db.unfit_text")
    return error
