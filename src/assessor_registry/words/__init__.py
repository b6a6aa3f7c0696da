"""Catalogues: a reason is a code with parameters, and this room makes the sentence.

`gettext` has Indonesian as the source language, so Indonesian is complete by construction; other languages are
catalogues in `words/locale`. `sentence` turns a `Reason` into what page, API, log and command line say.
"""

from assessor_registry.words.dates import long_date, parse_date, said_moment, short_month
from assessor_registry.words.sentences import catalogue, sentence
from assessor_registry.words.translate import activate, gettext, ngettext

__all__ = [
    "activate",
    "catalogue",
    "gettext",
    "long_date",
    "ngettext",
    "parse_date",
    "said_moment",
    "sentence",
    "short_month",
]
