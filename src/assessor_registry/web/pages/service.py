"""For those who run and those who program: is the server well, and what does the API offer."""

from typing import Any

from litestar import Request, Response, get
from litestar.response import Redirect, Template

from assessor_registry.accounts.rules import Permission
from assessor_registry.db import migrations
from assessor_registry.errors import Refusal
from assessor_registry.web.api.described import fields_told, kind_of
from assessor_registry.web.guards import needs, public
from assessor_registry.web.render import page


@get("/health", opt=public(), sync_to_thread=True)
def health(request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
    """200 when the database answers and has this program's schema, else 503; says nothing else to strangers."""
    try:
        with request.app.state.database.read() as conn:
            migrations.require_current(conn)
    except (Refusal, OSError, migrations.DatabaseProblem):
        return Response({"status": "unavailable"}, status_code=503)
    return Response({"status": "ok"})


@get("/favicon.ico", opt=public(), sync_to_thread=False)
def icon() -> Redirect:
    """What a browser asks for by itself beside a file that it shows: a certificate, a PDF, a scan."""
    return Redirect("/static/icon.svg")


@get("/dokumentasi-api", opt=needs(Permission.ACCOUNTS_SELF), sync_to_thread=True)
def api_page(request: Request[Any, Any, Any]) -> Template:
    """The API on one page, made from its own description; nothing is fetched from elsewhere."""
    schema = request.app.openapi_schema.to_schema()
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, item in sorted(schema["paths"].items()):
        for method in ("get", "post", "put", "delete"):
            if operation := item.get(method):
                tag = (operation.get("tags") or ["–"])[0]
                groups.setdefault(tag, []).append(_operation(method, path, operation, schema["components"]["schemas"]))
    return page(request, "service/api.html", groups=groups, version=schema["info"]["version"])


def _operation(method: str, path: str, operation: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    return {
        "method": method.upper(),
        "path": path,
        "text": operation.get("description") or operation.get("summary") or "",
        "parameters": [
            {"name": each["name"], "where": each["in"], "required": each.get("required", False)}
            for each in operation.get("parameters", [])
        ],
        "body": [_body(each["schema"]) for each in operation.get("requestBody", {}).get("content", {}).values()],
        "answers": [
            field
            for status, each in operation["responses"].items()
            for content in (each.get("content") or {}).values()
            if status != "default"
            for field in fields_told(content["schema"], named)
        ],
        "needs_key": method in ("post", "put") and not path.endswith("/session"),
    }


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    required = schema.get("required", ())
    return {
        "text": schema.get("description", ""),
        "fields": [
            {"name": name, "kind": kind_of(field), "required": name in required, "text": field.get("description", "")}
            for name, field in schema["properties"].items()
        ],
    }


HANDLERS = [health, icon, api_page]
