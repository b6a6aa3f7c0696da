"""Files that were parsed lately: looking at a preview again does not read the file again.

What a file holds depends on its bytes, its kind, the ending of its name, the day and the policy alone, so these are
the key; whose import it is and what it would do now is asked each time. Only in memory, only small files, few of them,
and of today: nothing more of anybody is on disk because of it, and the memory stays flat.
"""

from collections import OrderedDict
from datetime import date
from threading import Lock
from typing import NamedTuple

from assessor_registry.intake.assessor_rows import AssessorFile
from assessor_registry.intake.scheme_rows import SchemeFile
from assessor_registry.intake.school_rows import SchoolFile
from assessor_registry.intake.student_rows import StudentFile

Parsed = AssessorFile | StudentFile | SchemeFile | SchoolFile
ROWS = 5_000
"""Rows of all remembered files together: about 15 MB."""


class Key(NamedTuple):
    """All that a parsed file depends on."""

    today: date
    sha256: bytes
    kind: str
    suffix: str
    validity_years: int


class Memory:
    """The parsed files used last, until their rows are more than `rows` together."""

    def __init__(self, rows: int = ROWS) -> None:
        self._most = rows
        self._lock = Lock()
        self._files: OrderedDict[Key, Parsed] = OrderedDict()

    def find(self, key: Key) -> Parsed | None:
        """Return what was remembered, None: it is to be parsed."""
        with self._lock:
            if key not in self._files:
                return None
            self._files.move_to_end(key)
            return self._files[key]

    def keep(self, key: Key, parsed: Parsed) -> None:
        """Remember a file; forget those of another day, and those not used for longest."""
        if len(parsed.rows) > self._most:
            return
        with self._lock:
            for old in [each for each in self._files if each.today != key.today]:
                del self._files[old]
            self._files[key] = parsed
            self._files.move_to_end(key)
            while sum(len(each.rows) for each in self._files.values()) > self._most:
                self._files.popitem(last=False)


MEMORY = Memory()
