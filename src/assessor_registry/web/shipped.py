"""The files that come with the program, as the browser asks for them."""

from typing import Any

from litestar.file_system import BaseLocalFileSystem
from litestar.types import PathType
from litestar.types.file_types import FileInfo


class ShippedFiles(BaseLocalFileSystem):
    """A name that the system can not even look up – too long, a file taken for a folder, with a NUL – is no file's."""

    async def info(self, path: PathType, **kwargs: Any) -> FileInfo:
        """What there is to know of a file.

        Raises:
            FileNotFoundError: there is none of this name.
        """
        try:
            return await super().info(path, **kwargs)
        except (OSError, ValueError):
            raise FileNotFoundError(path) from None
