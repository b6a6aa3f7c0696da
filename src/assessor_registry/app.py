"""Puts the application together: one database, one set of settings, all routes behind one guard."""

import hashlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from copy import copy
from pathlib import Path
from typing import Any

import anyio.to_thread
from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import ResponseHeader, State
from litestar.enums import RequestEncodingType
from litestar.exceptions import HTTPException
from litestar.middleware import DefineMiddleware
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.static_files import create_static_files_router
from litestar.template.config import TemplateConfig
from sqlalchemy.exc import DBAPIError

import assessor_registry
from assessor_registry import secrecy
from assessor_registry.db.engine import Database
from assessor_registry.errors import Refusal
from assessor_registry.settings import Settings
from assessor_registry.signing import actions as signing
from assessor_registry.web import problems, render
from assessor_registry.web.guards import Authentication, permission_guard, public
from assessor_registry.web.places import Places
from assessor_registry.web.queries import strict
from assessor_registry.web.routes import API, ROUTES
from assessor_registry.web.shipped import ShippedFiles

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


# What is typed is never longer; only a handler that takes files (multipart) reads more.
_FORM_BYTES = 256 * 1024


def create_app(settings: Settings, database: Database, *, routes: Any = None) -> Litestar:
    """Return the application. The caller owns `database` and closes it.

    Raises:
        ConfigurationError: a key file is missing.
    """
    version = _static_version()

    @asynccontextmanager
    async def threads(_: Litestar) -> AsyncIterator[None]:
        # More threads than connections would only queue for the pool, out of sight of the server's own queue.
        anyio.to_thread.current_default_thread_limiter().total_tokens = settings.pool_size
        yield

    return Litestar(
        # In one router, registered once: a path whose methods are registered one after the other has its earlier
        # handlers registered again, and what runs in a thread is then wrapped twice (litestar 2.25).
        route_handlers=[
            Router("/", route_handlers=_sized(ROUTES if routes is None else routes, settings), include_in_schema=False),
            Router("/api/v1", route_handlers=_sized(API, settings), before_request=strict),
            *_static_routes(),
        ],
        guards=[permission_guard],
        middleware=[DefineMiddleware(Authentication, exclude=["^/static/", "^/vendor/"])],
        exception_handlers={
            Refusal: problems.refusal_handler,
            DBAPIError: problems.database_handler,
            HTTPException: problems.http_handler,
            Exception: problems.unexpected_handler,
        },
        template_config=TemplateConfig(instance=render.engine(version)),
        csrf_config=CSRFConfig(
            secret=secrecy.read_key(settings.secrets_dir, secrecy.CSRF_KEY).hex(),
            # With TLS the name itself keeps a neighbouring site from planting one.
            cookie_name="__Host-formulir" if settings.secure_cookies else "formulir",
            cookie_secure=settings.secure_cookies,
            cookie_httponly=True,
            cookie_samesite="lax",
            exclude=["^/api/"],
        ),
        compression_config=CompressionConfig(backend="gzip", gzip_compress_level=6, minimum_size=600),
        response_headers=[ResponseHeader(name=name, value=value) for name, value in _HEADERS.items()],
        openapi_config=OpenAPIConfig(
            title="assessor_registry",
            version=assessor_registry.__version__,
            use_handler_docstrings=True,
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
            openapi_router=Router("/api", route_handlers=[], opt=public()),
        ),
        state=State(state_of(settings, database)),
        request_max_body_size=_FORM_BYTES,
        lifespan=[threads],
        debug=False,
        logging_config=None,
    )


def state_of(settings: Settings, database: Database) -> dict[str, Any]:
    """Return what handlers find in the state of the application: everything that belongs to this registry alone.

    Raises:
        ConfigurationError: a key file is missing.
    """
    authority_key = secrecy.read_key(settings.secrets_dir, secrecy.AUTHORITY_KEY)
    with database.read() as conn:
        authority = signing.load_authority(conn, authority_key)
    return {
        "settings": settings,
        "database": database,
        "places": Places(database),
        "secrecy": secrecy.load(settings.secrets_dir),
        "authority": authority,
    }


def _sized(handlers: Iterable[Any], settings: Settings) -> list[Any]:
    """The handlers, those that take a file with room for one."""
    sized = []
    for handler in handlers:
        each = copy(handler)
        if _takes_files(each):
            each.request_max_body_size = (settings.upload_limit_mib + 1) * 1024 * 1024
        sized.append(each)
    return sized


def _takes_files(handler: Any) -> bool:
    data = getattr(getattr(handler, "fn", None), "__annotations__", {}).get("data")
    kinds = [getattr(each, "media_type", None) for each in getattr(data, "__metadata__", ())]
    return RequestEncodingType.MULTI_PART in kinds


def _static_routes() -> list[Any]:
    here = Path(render.__file__).parent / "static"
    return [
        create_static_files_router(
            path, [folder], file_system=ShippedFiles(), opt={"public": True}, include_in_schema=False
        )
        for path, folder in (("/static", here), ("/vendor/htmx", render.htmx_dir()))
    ]


def _static_version() -> str:
    """A name for the present static files, so that a browser may keep them until they change."""
    digest = hashlib.sha256()
    for path in sorted((Path(render.__file__).parent / "static").rglob("*")):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:10]
