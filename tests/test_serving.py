"""Serving begins with an address and ends, when asked to, with nothing left running."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from assessor_registry import words
from assessor_registry.db.embedded import locks
from assessor_registry.errors import ConfigurationError
from assessor_registry.serving import _listen, addressed
from assessor_registry.settings import Settings

PROGRAM = [sys.executable, "-c", "from assessor_registry.cli import main; main()"]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A founded registry on its private server, which is stopped."""
    folder = tmp_path_factory.mktemp("served") / "data"
    subprocess.run([*PROGRAM, "migrate"], env=environment(folder), check=True, stdout=subprocess.DEVNULL)
    return folder


def environment(folder: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(folder.parent), "ASSESSOR_REGISTRY_DATA_DIR": str(folder)}


@pytest.fixture
def served(data_dir: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`serve` as a process of its own, and its address as it says it into a pipe."""
    process = subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0"], env=environment(data_dir), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_it_ends_well_and_its_private_server_with_it(
    served: tuple[subprocess.Popen[str], str], data_dir: Path, how: signal.Signals
) -> None:
    process, address = served
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", address)
    with urllib.request.urlopen(address + "masuk", timeout=20) as answer:
        assert answer.status == 200
    assert locks.try_acquire(data_dir / "postgresql" / "server.lock") is None
    process.send_signal(how)
    assert process.wait(30) == 0
    free = locks.try_acquire(data_dir / "postgresql" / "server.lock")
    assert free is not None
    os.close(free)


def test_an_address_in_use_is_told_with_its_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError) as caught:
            _listen("127.0.0.1", port)
    assert words.sentence(caught.value.reason) == (
        f"Port {port} di 127.0.0.1 sudah dipakai program lain. Pilih port lain dengan --port."
    )


@pytest.mark.parametrize("host", ["192.0.2.1", "bukan-alamat.invalid"])
def test_an_address_of_another_machine_is_told_in_the_users_words(host: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        _listen(host, 0)
    assert words.sentence(caught.value.reason) == (
        f"Mesin ini tidak memiliki alamat {host}. Pilih alamat lain dengan --host."
    )


@pytest.mark.parametrize(
    ("host", "said"), [("127.0.0.1", "http://127.0.0.1:8123"), ("localhost", "http://localhost:8123"),
                       ("0.0.0.0", "http://127.0.0.1:8000")],
)  # fmt: skip
def test_mails_and_codes_name_the_port_that_is_served_where_no_address_is_set(host: str, said: str) -> None:
    assert addressed(Settings(data_dir=Path("/nowhere")), host, 8123).public_url == said


def test_an_address_that_is_set_stays() -> None:
    given = Settings(data_dir=Path("/nowhere"), public_url="https://asesor.contoh.id")
    assert addressed(given, "127.0.0.1", 8123) is given
