"""How much of a stranger's file is read before it is refused. Bytes, seconds, rows and columns counted from 1."""

from dataclasses import dataclass

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one read. The defaults hold 26,500 pupils in 66 columns and refuse what no office ever typed.

    The first group is checked by the pre-scan and has a sentence of its own each; the second is set on the child
    process and holds even where the pre-scan was fooled.
    """

    packed_bytes: int = 20 * _MIB
    unpacked_bytes: int = 256 * _MIB
    ratio: int = 200
    """Unpacked ÷ packed of one part; not looked at below `ratio_from_bytes`, where repetition is honest."""
    ratio_from_bytes: int = 8 * _MIB
    entries: int = 500
    sheets: int = 30
    cells: int = 2_000_000
    farthest_row: int = 100_000
    farthest_column: int = 256
    area: int = 8_000_000
    """Rows × columns up to the farthest cell of a sheet: the reader allocates all of it, 32 bytes each."""
    text_length: int = 32_767
    """Characters in one cell: what Excel itself can hold."""

    output_bytes: int = 128 * _MIB
    memory_bytes: int = 1024 * _MIB
    cpu_seconds: int = 15
    wall_seconds: float = 25.0


DEFAULT = Limits()
