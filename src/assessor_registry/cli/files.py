"""Files that a command writes and reads: what can not be is told with its path, before anything is done."""

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assessor_registry.errors import InvalidInput
from assessor_registry.words.catalogue.cli import WHY


def why(error: OSError) -> str:
    """Why the system refused, in the words of whoever reads it; its own words for what is rare."""
    name = errno.errorcode.get(error.errno or 0, "")
    return WHY.get(name) or error.strerror or str(error)


def unwritable(path: Path, error: OSError) -> InvalidInput:
    """The refusal of a place to which nothing can be written."""
    return InvalidInput("cli.unwritable", path=str(path), why=why(error))


@contextmanager
def written(target: Path) -> Iterator[None]:
    """Do what writes to `target`; a failure of the system there is told as one of that place.

    Raises:
        InvalidInput: it can not be written there.
    """
    try:
        yield
    except OSError as error:
        where = str(target if error.filename is None else error.filename)
        if where.startswith(str(target.parent)) or str(target).startswith(where):
            raise unwritable(target, error) from error
        raise


def require_free(target: Path) -> None:
    """Refuse a name that something has.

    Raises:
        InvalidInput: it has.
    """
    if os.path.lexists(target):
        raise InvalidInput("cli.export_exists", path=str(target))


@contextmanager
def new_file(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """A file beside `target`, for its owner alone, that takes its place at the end; after a failure nothing is left.

    The place is tried at the beginning. With `replace` a file that is there is replaced; a link is followed, and what
    is no file (a pipe) is written into.

    Raises:
        InvalidInput: it can not be written there, or meanwhile something else has the name.
    """
    place = Path(os.path.realpath(target)) if replace else target
    unfinished: Path | None = None
    try:
        through = replace and place.exists() and not _is_file(place)
        unfinished = _made(None if through else place.parent, target)
        yield unfinished
        if through:
            place.write_bytes(unfinished.read_bytes())
            unfinished.unlink()
            return
        if not replace:
            require_free(place)
        unfinished.replace(place)
    except BaseException as error:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename in {None, str(unfinished), str(place)}:
            raise unwritable(target, error) from error
        raise


def _made(folder: Path | None, target: Path) -> Path:
    """A file of mode 0600 in a folder, or where temporary files are.

    Raises:
        InvalidInput: there can be none.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=".unfinished-", suffix=target.suffix, dir=folder)
    except OSError as error:
        raise unwritable(target, error) from error
    os.close(handle)
    return Path(name)


def _is_file(place: Path) -> bool:
    """Whether it is an ordinary file.

    Raises:
        IsADirectoryError: it is a folder.
    """
    mode = place.stat().st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    return stat.S_ISREG(mode)


def require_file(path: Path) -> None:
    """Refuse what is no file that can be read.

    Raises:
        InvalidInput: it names the path, and says when it is a folder.
    """
    try:
        if path.is_dir():
            raise InvalidInput("cli.is_folder", path=str(path))
        if not path.is_file():
            raise InvalidInput("cli.no_file", path=str(path))
        path.open("rb").close()
    except OSError:
        raise InvalidInput("cli.no_file", path=str(path)) from None


def content(name: str) -> bytes:
    """Return what a file holds.

    Raises:
        InvalidInput: it can not be read; it names the path.
    """
    try:
        return Path(name).read_bytes()
    except IsADirectoryError:
        raise InvalidInput("cli.is_folder", path=name) from None
    except OSError:
        raise InvalidInput("cli.no_file", path=name) from None
