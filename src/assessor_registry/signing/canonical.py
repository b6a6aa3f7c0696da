"""One strict form of JSON: RFC 8785 bytes, between frozen dataclasses and bytes.

Strings (NFC), integers, booleans and null only; keys are the ASCII names of dataclass fields. Every value has exactly
one form, so that a byte that was changed without changing the meaning (a space, an escape, a doubled key) is found by
comparing, not by thinking about it.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Never, TypeVar, Union, get_args, get_origin, get_type_hints

import rfc8785

from assessor_registry.errors import InvalidInput

T = TypeVar("T")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def clean(text: str, *, lines: bool = False) -> str:
    """Return `text` as it may stand in something signed: NFC, no invisible characters, single spaces, trimmed.

    With `lines` line breaks stay (as one newline each); without, they become spaces.
    """
    parts = text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if lines else [text]
    return "\n".join(_one_line(part) for part in parts).strip()


def _one_line(text: str) -> str:
    spaced = "".join(" " if char.isspace() else char for char in unicodedata.normalize("NFC", text))
    return " ".join("".join(char for char in spaced if unicodedata.category(char)[0] != "C").split())


def instant(value: datetime) -> str:
    """Return an aware instant as RFC 3339 in UTC with whole seconds; fractions are dropped.

    Raises:
        ValueError: the instant is naive.
    """
    if value.tzinfo is None:
        raise ValueError("an instant needs a zone")
    return value.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def encode(record: object) -> bytes:
    """Return the RFC 8785 bytes of a frozen dataclass; text is brought to NFC.

    Raises:
        InvalidInput: `signing.not_encodable` (a float, a number beyond 2⁵³, a naive instant, half a character).
    """
    try:
        return rfc8785.dumps(_plain(record))
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInput("signing.not_encodable") from error


def dump(value: Mapping[str, object]) -> bytes:
    """Return the RFC 8785 bytes of a mapping of plain values; raises as `encode`."""
    try:
        return rfc8785.dumps({key: _plain(item) for key, item in value.items()})
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInput("signing.not_encodable") from error


def decode(kind: type[T], data: bytes, *, limit: int) -> T:
    """Read the bytes that `encode` would write for a `kind`, and nothing else. `limit` is in bytes.

    Raises:
        InvalidInput: too large, not JSON, a field unknown or missing or of the wrong type, or not the canonical bytes.
    """
    record = _build(kind, load(data, limit=limit), "")
    if encode(record) != data:
        raise InvalidInput("signing.not_canonical")
    return record  # type: ignore[no-any-return]


def load(data: bytes, *, limit: int) -> Any:
    """Read JSON of at most `limit` bytes; no floats, no doubled keys, no lone surrogates are let through.

    Raises:
        InvalidInput: `signing.too_large` or `signing.not_json`.
    """
    if len(data) > limit:
        raise InvalidInput("signing.too_large", limit=limit)
    try:
        return json.loads(
            data.decode("utf-8"), object_pairs_hook=_no_doubles, parse_float=_refuse, parse_constant=_refuse
        )
    except (ValueError, RecursionError) as error:  # nesting as deep as the limit allows ends in RecursionError
        raise InvalidInput("signing.not_json") from error


def _refuse(text: str) -> Never:
    raise ValueError(text)


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _plain(value: object) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    raise TypeError(type(value).__name__)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _build(hint: Any, value: Any, path: str) -> Any:
    """Turn plain JSON into what the type `hint` says; exact types, so that `true` is no 1."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        inner = [arg for arg in get_args(hint) if arg is not NoneType]
        return None if value is None else _build(inner[0], value, path)
    if origin is Literal:
        if not any(type(value) is type(arg) and value == arg for arg in get_args(hint)):
            raise InvalidInput("signing.wrong_type", part=path)
        return value
    if origin is tuple:
        _expect(isinstance(value, list), path)
        return tuple(_build(get_args(hint)[0], item, f"{path}[{number}]") for number, item in enumerate(value))
    if is_dataclass(hint):
        return _build_record(hint, value, path)
    if hint in (date, datetime):
        return _build_time(hint, value, path)
    _expect(type(value) is hint, path)
    return value


def _build_record(kind: Any, value: Any, path: str) -> Any:
    _expect(isinstance(value, dict), path)
    hints = _hints(kind)
    if missing := sorted(hints.keys() - value.keys()):
        raise InvalidInput("signing.missing_field", part=_join(path, missing[0]))
    if value.keys() - hints.keys():
        raise InvalidInput("signing.unknown_field", part=path)
    return kind(**{name: _build(hint, value[name], _join(path, name)) for name, hint in hints.items()})


def _build_time(kind: Any, value: Any, path: str) -> date:
    _expect(isinstance(value, str) and bool((_DAY if kind is date else _INSTANT).fullmatch(value)), path)
    try:
        return kind.fromisoformat(value)  # type: ignore[no-any-return]
    except ValueError as error:
        raise InvalidInput("signing.wrong_type", part=path) from error


def _expect(true: bool, path: str) -> None:
    if not true:
        raise InvalidInput("signing.wrong_type", part=path)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
