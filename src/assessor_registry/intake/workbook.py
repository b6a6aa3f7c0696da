"""Read a workbook that may be hostile: in a child process with limits, so that the server outlives any file.

1. A fresh interpreter is started (never a fork of the threaded server) with an environment that holds no secret.
2. It limits itself, walks the file (`prescan`), reads it (calamine), and writes rows to an unlinked temporary file.
3. Only when it has written the last line do the rows become cells here. Killed, timed out, aborted or cut short:
   each is a refusal with a sentence, within `Limits.wall_seconds`.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from threading import BoundedSemaphore
from typing import IO, Any, Literal

import msgspec

from assessor_registry.errors import InvalidInput, Unavailable
from assessor_registry.intake.cells import Row, Sheet
from assessor_registry.intake.limits import DEFAULT, Limits
from assessor_registry.intake.wire import unpack_row

CHILD = "assessor_registry.intake.reading"
AT_ONCE = 2
"""Files read at the same time; each may take `Limits.memory_bytes`."""

_turn = BoundedSemaphore(AT_ONCE)


def read_workbook(
    path: Path, *, limits: Limits = DEFAULT, name: str | None = None, keep: Literal["all", "students"] = "all"
) -> tuple[Sheet, ...]:
    """Return the visible worksheets of an .xlsx, or the one sheet of a .csv, in the order of the tabs.

    `name` is the file name as the user knows it (an upload has another on disk): its ending tells text from
    workbook; `path` is used when it is not given. `keep="students"` leaves only the columns that a list of pupils
    needs: the others never leave the child process. Formulas are never evaluated.

    Raises:
        InvalidInput: the file can not be read; the code (`workbook.…`) says why.
        Unavailable: too many files are being read just now.
    """
    if not path.is_file():
        raise InvalidInput("workbook.no_file")
    if not _turn.acquire(timeout=limits.wall_seconds):
        raise Unavailable("workbook.busy")
    try:
        with tempfile.TemporaryFile() as output:
            code = _run_child(path, Path(name or path.name).suffix.lower(), keep, limits, output)
            output.seek(0)
            return _sheets(output, code)
    finally:
        _turn.release()


def _run_child(path: Path, suffix: str, keep: str, limits: Limits, output: IO[bytes]) -> int:
    arguments = [str(path.resolve()), suffix, keep, json.dumps(asdict(limits))]
    environment = {key: os.environ[key] for key in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH") if key in os.environ}
    child = subprocess.Popen(  # our own module, no shell; the path is one argument
        [sys.executable, "-P", "-m", CHILD, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.DEVNULL,
        env=environment | {"PYTHONIOENCODING": "utf-8"},
        cwd="/",
    )
    try:
        return child.wait(limits.wall_seconds)
    except subprocess.TimeoutExpired as error:
        raise InvalidInput("workbook.too_slow", seconds=int(limits.wall_seconds)) from error
    finally:
        child.kill()
        child.wait()


def _sheets(output: Iterable[bytes], code: int) -> tuple[Sheet, ...]:
    """Make sheets of the child's lines.

    Raises:
        InvalidInput: the child refused, or did not come to its end.
    """
    sheets: list[tuple[str, list[Row]]] = []
    decode = msgspec.json.Decoder().decode
    try:
        for line in output:
            message: Any = decode(line)
            if isinstance(message, list):
                sheets[-1][1].append(Row(message[0], unpack_row(message[1])))
            elif "sheet" in message:
                sheets.append((message["sheet"], []))
            elif "refused" in message:
                raise InvalidInput(message["refused"], **message["params"])
            else:
                return _not_empty(tuple(Sheet(name, tuple(rows)) for name, rows in sheets))
    except (msgspec.DecodeError, ValueError, LookupError, TypeError) as error:  # a line cut off where the child died
        raise InvalidInput("workbook.too_heavy") from error
    raise InvalidInput("workbook.too_heavy" if code else "workbook.broken")


def _not_empty(sheets: tuple[Sheet, ...]) -> tuple[Sheet, ...]:
    if not any(sheet.rows for sheet in sheets):
        raise InvalidInput("workbook.no_rows")
    return sheets
