"""gettext with Indonesian message ids; the language in use is per context (one request, one command)."""

import gettext as _stdlib
from contextvars import ContextVar
from functools import cache
from pathlib import Path

SOURCE_LANGUAGE = "id"
_language: ContextVar[str] = ContextVar("language", default=SOURCE_LANGUAGE)


@cache
def _catalogue(language: str) -> _stdlib.NullTranslations:
    return _stdlib.translation("messages", Path(__file__).parent / "locale", [language], fallback=True)


def activate(language: str) -> None:
    """Choose the language of this context; an unknown one falls back to Indonesian."""
    _language.set(language)


def gettext(message: str) -> str:
    """Return `message` in the language in use."""
    language = _language.get()
    return message if language == SOURCE_LANGUAGE else _catalogue(language).gettext(message)


def ngettext(one: str, many: str, number: int) -> str:
    """Return the form for `number`. Indonesian has one form for all numbers: give it twice."""
    language = _language.get()
    if language == SOURCE_LANGUAGE:
        return one if number == 1 else many
    return _catalogue(language).ngettext(one, many, number)
