"""What the commands share: opening the registry, printing an object or a table, ending with a sentence."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from assessor_registry import words
from assessor_registry.errors import ConfigurationError, InvalidInput, Refusal

if TYPE_CHECKING:
    from assessor_registry.db.engine import Database
    from assessor_registry.db.opening import Opened
    from assessor_registry.settings import Settings

AS_JSON = typer.Option(False, "--json", help="Cetak satu objek JSON.")


@dataclass(frozen=True, slots=True)
class Registry:
    """An open registry that is ready to be worked on."""

    settings: "Settings"
    opened: "Opened"

    @property
    def database(self) -> "Database":
        """The database as the application reaches it."""
        return self.opened.database


@contextmanager
def registry(*, ready: bool = True, new: bool = False) -> Iterator[Registry]:
    """Open the registry that the environment names; with `ready`, its schema and keys must be this program's.

    Only with `new` a private server is made where there is none: a folder that was misspelt stays as it is.

    Raises:
        ConfigurationError: a setting, a key or the schema is not as it must be; there is no registry.
        Unavailable: the database does not answer.
    """
    from assessor_registry import settings as configuration
    from assessor_registry.db.opening import opened
    from assessor_registry.readiness import require_ready

    chosen = configuration.load()
    if not new and chosen.database_url is None:
        _require_registry(chosen.data_dir)
    with opened(chosen) as found:
        if ready:
            require_ready(chosen, found)
        yield Registry(chosen, found)


def _require_registry(data_dir: Path) -> None:
    from assessor_registry.db.embedded import PrivateServer

    if not PrivateServer.is_in(data_dir):
        code = "cli.no_registry" if data_dir.is_dir() else "cli.no_data_dir"
        raise ConfigurationError(code, path=str(data_dir))


def show(value: Mapping[str, Any]) -> None:
    """Print one JSON object."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def fail(refusal: Refusal) -> NoReturn:
    """Print the sentence of a refusal and its reasons on standard error, nothing twice; exit 2."""
    told = words.sentence(refusal.reason)
    typer.echo(told, err=True)
    for why in map(words.sentence, refusal.reasons):
        if why != told:
            typer.echo(f"  - {why}", err=True)
    sys.exit(2)


def day_option(text: str, name: str) -> date:
    """Read a day given on the command line.

    Raises:
        InvalidInput: it is not a date.
    """
    found = words.parse_date(text)
    if found is None:
        raise InvalidInput("cli.not_a_date", name=name, value=text)
    return found
