"""The command line. Exit codes: 0 done; 1 done in part, or "no"; 2 unusable input or configuration.

Every command that reports takes `--json` and then prints one object; personal values in it are masked. Heavy imports
stand inside the commands, so that `--help` answers at once.
"""

import os
import sys

import typer

from assessor_registry.cli.common import fail
from assessor_registry.cli.files import why
from assessor_registry.cli.usage import PROGRAM, UsageError, told
from assessor_registry.errors import InvalidInput, Refusal

app = typer.Typer(
    name=PROGRAM,
    help="Register asesor LSP-P1 SMK: masa aktif, tindak lanjut, asesmen, hasil bertanda tangan.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def options(
    data_dir: str = typer.Option(
        "", "--data-dir", envvar="ASSESSOR_REGISTRY_DATA_DIR", help="Folder data; boleh di mana saja pada perintah."
    ),
) -> None:
    """Options of every command."""
    if data_dir:
        os.environ["ASSESSOR_REGISTRY_DATA_DIR"] = data_dir


def main() -> None:
    """Run the command line; a refusal becomes its sentence on standard error and exit code 2."""
    from assessor_registry.cli import accounts, demo, export, imports, operation, proofs, status  # noqa: F401  they register commands

    sys.argv[1:] = data_dir_first(sys.argv[1:])
    try:
        sys.exit(app(prog_name=PROGRAM, standalone_mode=False) or 0)
    except UsageError as error:
        told(error, typer.main.get_command(app), sys.argv[1:])
    except Refusal as refusal:
        fail(refusal)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    except BrokenPipeError:
        # The reader went away (`| head`); nothing is lost.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        # What no command foresaw: a full disk, a folder that went away. A sentence is more use than a traceback.
        if error.filename is None:
            fail(InvalidInput("cli.system_refused_this", why=why(error)))
        fail(InvalidInput("cli.system_refused", path=str(error.filename), why=why(error)))


def data_dir_first(arguments: list[str]) -> list[str]:
    """Move `--data-dir X` to the front, where it is read, so that it may be given after the command as well.

    What follows `--`, or the command `psql`, belongs to the other program.
    """
    for place, argument in enumerate(arguments):
        if argument == "--" or (argument == "psql" and (place == 0 or arguments[place - 1] != "--data-dir")):
            break
        if argument == "--data-dir" and place + 1 < len(arguments):
            return [*arguments[place : place + 2], *arguments[:place], *arguments[place + 2 :]]
        if argument.startswith("--data-dir="):
            return [argument, *arguments[:place], *arguments[place + 1 :]]
    return arguments
