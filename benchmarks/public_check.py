"""Public check of a code ÷ a bare Litestar handler, over real HTTP on loopback, both in one interleaved run.

    python benchmarks/public_check.py [ROUNDS]

Two servers run in processes of their own (one uvicorn worker each); one client asks each in turn, a fixed number of
times per round over one kept-alive connection. Prints requests per second, the ratio per round, median and range.
"""

import json
import multiprocessing
import os
import platform
import socket
import statistics
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from litestar import Litestar, get

REQUESTS = 300


def serve_bare(port: int) -> None:
    """A handler that answers a constant object."""

    @get("/hello", sync_to_thread=False)
    def hello() -> dict[str, str]:
        return {"status": "ok"}

    app = Litestar([hello], openapi_config=None)
    uvicorn.run(app, port=port, log_level="error", access_log=False, timeout_keep_alive=120)


def serve_registry(port: int, folder: str) -> None:
    """The application over the sample province."""
    from assessor_registry.app import create_app
    from assessor_registry.db.opening import opened
    from assessor_registry.settings import Settings
    from assessor_registry.web import codes
    from assessor_registry.web.limiter import Limiter

    # One visitor asks thousands of times, and nothing that was read is kept: each answer costs its statements.
    codes.RECENT._looked_up = Limiter(burst=10**9, per_minute=10**9)
    codes.KEPT_SECONDS = 0.0
    settings = Settings(data_dir=Path(folder), jobs=False, demo=True)
    with opened(settings) as found:
        app = create_app(settings, found.database)
        uvicorn.run(app, port=port, log_level="error", access_log=False, timeout_keep_alive=120)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def wait_for(address: str) -> None:
    """Wait until a server answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            httpx.get(address)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit(f"no answer from {address}")


def rate(connection: HTTPConnection, path: str) -> float:
    """Requests per second; every answer must be 200."""
    begun = time.perf_counter()
    for _ in range(REQUESTS):
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} did not answer 200")
    return REQUESTS / (time.perf_counter() - begun)


def main(rounds: int) -> None:
    """Build the province, run both servers, measure."""
    import subprocess

    with tempfile.TemporaryDirectory() as folder:
        program = [sys.executable, "-c", "from assessor_registry.cli import main; main()"]
        made = subprocess.run(
            [*program, "demo", "--no-serve", "--json", "--data-dir", folder], capture_output=True, text=True, check=True
        )
        code = json.loads(made.stdout)["records"][0]
        bare, ours = free_port(), free_port()
        context = multiprocessing.get_context("spawn")
        servers: list[Any] = [
            context.Process(target=serve_bare, args=(bare,)),
            context.Process(target=serve_registry, args=(ours, folder)),
        ]
        for server in servers:
            server.start()
        try:
            path = f"/api/v1/verify/{code}"
            wait_for(f"http://127.0.0.1:{bare}/hello")
            wait_for(f"http://127.0.0.1:{ours}{path}")
            floor, check = HTTPConnection("127.0.0.1", bare), HTTPConnection("127.0.0.1", ours)
            rate(floor, "/hello"), rate(check, path)
            pairs = [(rate(check, path), rate(floor, "/hello")) for _ in range(rounds)]
        finally:
            for server in servers:
                server.terminate()
                server.join(20)
    ratios = sorted(check_rate / floor_rate for check_rate, floor_rate in pairs)
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for check_rate, floor_rate in pairs:
        print(f"check {check_rate:8.0f}/s   bare {floor_rate:8.0f}/s   ratio {check_rate / floor_rate:.2f}")
    print(f"ratio: median {statistics.median(ratios):.2f}, range {ratios[0]:.2f}–{ratios[-1]:.2f} ({rounds} rounds)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
