"""Running the server: the application, its jobs, and a clean end."""

import socket
from collections.abc import Callable

import uvicorn

from assessor_registry import jobs
from assessor_registry.app import create_app
from assessor_registry.db.opening import Opened
from assessor_registry.settings import Settings


def serve(
    settings: Settings, opened: Opened, host: str, port: int, *, announce: Callable[[str], None] = print
) -> None:
    """Serve until SIGINT or SIGTERM. `port` 0 takes a free one; `announce` is given the address once it is bound."""
    application = create_app(settings, opened.database)
    listener = socket.create_server((host, port), reuse_port=False)
    shown = f"http://{host}:{listener.getsockname()[1]}/"
    config = uvicorn.Config(
        application,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips="127.0.0.1",
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=64 * 1024,
    )
    scheduler = jobs.start(opened.database, settings) if settings.jobs else None
    try:
        announce(shown)
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        if scheduler:
            scheduler.shutdown(wait=True)
        listener.close()
