"""Running the server: the application, its jobs, and a clean end."""

import errno
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from types import FrameType

import uvicorn

from assessor_registry import jobs
from assessor_registry.app import create_app
from assessor_registry.db.embedded import PrivateServer
from assessor_registry.db.opening import Opened
from assessor_registry.errors import ConfigurationError, Refusal
from assessor_registry.settings import OWN_MACHINE, Settings

# At once, also into a pipe: whoever started the server waits for the address.
_say: Callable[[str], None] = partial(print, flush=True)
# Seconds between two looks at whether the private PostgreSQL still runs.
_LOOK_EVERY = 1.0
_NOT_BOUND = {
    errno.EADDRINUSE: "serving.port_in_use",
    errno.EACCES: "serving.port_reserved",
    errno.EADDRNOTAVAIL: "serving.not_this_machine",
    socket.EAI_NONAME: "serving.not_this_machine",
    socket.EAI_AGAIN: "serving.not_this_machine",
}


def serve(settings: Settings, opened: Opened, host: str, port: int, *, announce: Callable[[str], None] = _say) -> None:
    """Serve until SIGINT or SIGTERM, then return. `port` 0 takes a free one; `announce` is given the bound address.

    Raises:
        ConfigurationError: the address can not be bound.
    """
    with suppress(KeyboardInterrupt), _terminated_as_interrupted(), _listen(host, port) as listener:
        settings = addressed(settings, host, listener.getsockname()[1])
        application = create_app(settings, opened.database)
        shown = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/"
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
            with _kept_up(opened.server):
                announce(shown)
                uvicorn.Server(config).run(sockets=[listener])
        finally:
            if scheduler:
                scheduler.shutdown(wait=True)


def addressed(settings: Settings, host: str, port: int) -> Settings:
    """Say in mails and QR codes the port that is served where no address is set and only this machine is served."""
    own = settings.public_url == OWN_MACHINE and host in {"127.0.0.1", "localhost"}
    return replace(settings, public_url=f"http://{host}:{port}") if own else settings


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, reuse_port=False)
    except OSError as error:
        code = _NOT_BOUND.get(error.errno or 0, "serving.not_bound")
        detail = os.strerror(error.errno or 0)
        raise ConfigurationError(code, host=host, port=port, detail=detail) from None


@contextmanager
def _kept_up(server: PrivateServer | None) -> Iterator[None]:
    """Start the private PostgreSQL again should it die while we serve; a server's own is kept up by its keeper.

    Until it answers, requests are told that the database does not (503), and can be sent again.
    """
    if server is None:
        yield
        return
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_LOOK_EVERY):
            if not server.runs():
                with suppress(Refusal, OSError):
                    server.revive()

    watcher = threading.Thread(target=watch, name="private-postgresql", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Let SIGTERM end the block by KeyboardInterrupt, so that what was opened is left: jobs, pool, private database.

    uvicorn shuts down and then raises the signal once more; with the system's own handler that would end the process
    on the spot, and the private PostgreSQL would stay behind.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough; a second one must not cut the clean end short
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
