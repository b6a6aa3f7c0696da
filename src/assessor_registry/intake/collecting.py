"""No garbage collection while an import builds its rows: they are many, live till the end, and hold no cycles.

Python's collector walks all of them again and again as they grow, which took a quarter of the time of a large import.
What others leave behind in the meantime is collected as soon as it is over.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class _Pause:
    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0

    def begin(self) -> None:
        with self._lock:
            self._inside += 1
            gc.disable()

    def end(self) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                gc.enable()


_pause = _Pause()


@contextmanager
def without_collecting() -> Iterator[None]:
    """Pause the collector; several threads may be inside, the last one out lets it run again."""
    _pause.begin()
    try:
        yield
    finally:
        _pause.end()
