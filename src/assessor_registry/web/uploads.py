"""A file that came with a form: its bytes, what its sender calls it, and a short life on disk for who reads paths."""

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from litestar.datastructures import UploadFile

from assessor_registry.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Upload:
    """One file. The name is its sender's and may say who they are."""

    name: str = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 in hex: for telling two requests to be the same."""
        return hashlib.sha256(self.content).hexdigest()

    @contextmanager
    def on_disk(self) -> Iterator[Path]:
        """The bytes in a file that only this process may read, gone afterwards."""
        with tempfile.NamedTemporaryFile(prefix="upload-") as copy:
            copy.write(self.content)
            copy.flush()
            yield Path(copy.name)


def uploaded(form: Mapping[str, Any], name: str, limit: int) -> Upload:
    """Return the file of the field `name`, at most `limit` bytes.

    Raises:
        InvalidInput: there is none, or it is too large.
    """
    given = form.get(name)
    if not isinstance(given, UploadFile) or not given.filename:
        raise InvalidInput("intake.no_file", field=name)
    content = given.file.read(limit + 1)
    if len(content) > limit:
        raise InvalidInput("workbook.too_large", field=name, limit=limit >> 20)
    return Upload(given.filename, content)


def fields(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed, without the files."""
    return {name: value for name, value in form.items() if not isinstance(value, UploadFile)}
