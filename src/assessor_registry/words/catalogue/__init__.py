"""The sentences of reasons, one module per room, each with `SENTENCES`: code → template with `{parameter}` fields."""

from importlib import import_module
from pkgutil import iter_modules


def collect() -> dict[str, str]:
    """Return all sentences.

    Raises:
        ValueError: two modules give the same code.
    """
    found: dict[str, str] = {}
    for module in sorted(iter_modules(__path__), key=lambda item: item.name):
        sentences: dict[str, str] = import_module(f"{__name__}.{module.name}").SENTENCES
        if twice := found.keys() & sentences.keys():
            raise ValueError(f"sentences given twice: {sorted(twice)}")
        found |= sentences
    return found
