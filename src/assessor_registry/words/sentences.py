"""From a reason to what page, API, log and command line say."""

import re
from datetime import date
from functools import cache

from assessor_registry.errors import Param, Reason
from assessor_registry.words.catalogue import collect
from assessor_registry.words.catalogue.signing import PARTED, PARTS
from assessor_registry.words.dates import long_date
from assessor_registry.words.translate import gettext

_TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")


@cache
def catalogue() -> dict[str, str]:
    """All sentences, code → Indonesian template."""
    return collect()


def sentence(reason: Reason) -> str:
    """Return the sentence of `reason` in the language in use; dates are written out.

    Raises:
        KeyError: the code has no sentence, or a parameter of its sentence is missing.
    """
    template = gettext(catalogue()[reason.code])
    said = {name: _shown(value) for name, value in reason.params.items()}
    if reason.code in PARTED and "part" in said:
        said["part"] = _part(said["part"])
    # A name may end in the full stop of a degree (S.Kom.): the sentence then has its own already.
    return _TWO_STOPS.sub(".", template.format(**said))


def _part(path: str) -> str:
    """What the part of a statement is called, units counted from one: `units[2].title` is unit 3."""
    name = PARTS.get(re.sub(r"\[\d+\]", "", path))
    number = re.search(r"\[(\d+)\]", path)
    if name is None:
        return path
    return f"{gettext(name)} {int(number[1]) + 1}" if number else gettext(name)


def _shown(value: Param) -> str:
    if isinstance(value, date):
        return long_date(value)
    return "–" if value is None else str(value)
