"""The query of an address of the API: names that nobody knows are refused, an empty value asks for nothing."""

from datetime import date, datetime
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from litestar import Request
from litestar.enums import RequestEncodingType
from litestar.exceptions import HTTPException
from litestar.types import Empty
from litestar.utils.scope.state import ScopeState

from assessor_registry.errors import InvalidInput
from assessor_registry.words import gettext as _


def _known(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Name → annotation of what the route takes; its body and its path among them, which no query names."""
    handler = request.scope.get("route_handler")
    parsed = getattr(handler, "parsed_fn_signature", None)
    return {name: each.annotation for name, each in parsed.parameters.items()} if parsed else {}


def _takes_json(request: Request[Any, Any, Any]) -> bool:
    body = request.route_handler.parsed_fn_signature.parameters["data"].kwarg_definition
    return getattr(body, "media_type", None) == RequestEncodingType.JSON


def strict(request: Request[Any, Any, Any]) -> None:
    """Refuse a query that the route does not know, and take out what is empty; before the query is read.

    Raises:
        InvalidInput: `web.unknown_query`.
    """
    given = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    if not given:
        return
    known = set(_known(request)) - {"request", "data"} - set(request.path_params)
    for name, _value in given:
        if name not in known:
            told = ", ".join(sorted(known)) or "–"
            raise InvalidInput("web.unknown_query", field=name[:60], name=name[:60], known=told)
    request.scope["query_string"] = urlencode([(name, value) for name, value in given if value.strip()]).encode()
    ScopeState.from_scope(request.scope).parsed_query = Empty


def unfit(request: Request[Any, Any, Any], error: HTTPException) -> InvalidInput | None:
    """Say which value of the query does not fit and what is expected, or that the body does not; else None."""
    extra = error.extra if isinstance(error.extra, list) else []
    key = next((str(each["key"]) for each in extra if isinstance(each, dict) and each.get("key")), None)
    annotation = _known(request).get(key or "")
    if key is None or annotation is None:
        return None
    if key == "data":
        return InvalidInput("web.not_an_object") if _takes_json(request) else None
    return InvalidInput("web.query_unfit", field=key, name=key, expected=expected(annotation))


def expected(annotation: Any) -> str:
    """What a parameter takes, in words."""
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    inner = [each for each in get_args(annotation) if each is not type(None)]
    if get_origin(annotation) in (Union, UnionType) and inner:
        return expected(inner[0])
    if get_origin(annotation) is Literal:
        return _("salah satu dari {choices}").format(choices=", ".join(map(str, inner)))
    named = {
        date: _("tanggal, misalnya 2026-11-21"),
        datetime: _("tanggal dan jam, misalnya 2026-11-21T08:00:00+08:00"),
        int: _("bilangan bulat dari 1"),
        UUID: _("id, misalnya 6f1c0d5e-4a53-4d0f-9a55-0c3d7a2b8e11"),
    }
    return named.get(annotation, _("teks"))
