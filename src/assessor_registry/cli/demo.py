"""demo: the sample province, built at the first start, served to this machine only."""

import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from assessor_registry.cli import app
from assessor_registry.cli.common import AS_JSON, show

if TYPE_CHECKING:
    from assessor_registry.settings import Settings

HOST = "127.0.0.1"
SHOWN = ("login", "password", "role", "name", "passphrase")
HEADINGS = ("Nama masuk", "Kata sandi", "Peran", "Nama", "Frasa sandi tanda tangan")


@app.command()
def demo(
    no_serve: bool = typer.Option(False, "--no-serve", help="Siapkan dan cetak saja, tanpa melayani."),
    port: int = typer.Option(8000, min=0, max=65535, help="0: port bebas mana saja."),
    fresh: bool = typer.Option(False, "--fresh", help="Hapus provinsi contoh yang ada dan buat yang baru."),
    as_json: bool = AS_JSON,
) -> None:
    """Layani provinsi contoh dengan orang-orang rekaan, hanya untuk mesin ini."""
    from assessor_registry import clock
    from assessor_registry.demo import home
    from assessor_registry.serving import serve

    chosen_port = port if no_serve else _free(port)
    settings = demo_settings(chosen_port)
    if not (settings.data_dir / home.MARKER).exists() or fresh:
        typer.echo("Menyiapkan provinsi contoh…", err=True)
    with home.province(settings, fresh=fresh, today=clock.today(settings.zone), now=clock.now()) as (found, said):

        def announce(url: str) -> None:
            shown = {"url": url, "data_dir": str(settings.data_dir),
                     **{name: said[name] for name in ("root", "records", "accounts")}}  # fmt: skip
            show(shown) if as_json else _print(shown)
            sys.stdout.flush()

        if no_serve:
            announce(f"{settings.public_url}/")
        else:
            serve(settings, found, HOST, chosen_port, announce=announce)


def demo_settings(port: int) -> "Settings":
    """The settings of the sample province: never the real registry's database, never mail, a folder of its own."""
    from dataclasses import replace

    from assessor_registry import settings as configuration

    given = configuration.load()
    folder = given.data_dir if os.environ.get("ASSESSOR_REGISTRY_DATA_DIR") else default_folder()
    return replace(
        given, data_dir=folder, database_url=None, migration_url=None, smtp=None, demo=True,
        public_url=f"http://{HOST}:{port}",
    )  # fmt: skip


def default_folder() -> Path:
    """Beside the folder of a real registry: `assessor-registry-demo`."""
    from assessor_registry.settings import default_data_dir

    real = default_data_dir()
    return real.with_name(f"{real.name}-demo")


def _free(port: int) -> int:
    """Return the port, or a free one for 0; better to learn that it is taken before building than after.

    Raises:
        Conflict: another program has it.
    """
    from assessor_registry.errors import Conflict

    try:
        with socket.create_server((HOST, port)) as tried:
            return int(tried.getsockname()[1])
    except OSError:
        raise Conflict("demo.port_taken", port=port) from None


def _print(shown: dict[str, Any]) -> None:
    from assessor_registry.web.labels import role_name

    rows = [[str(account[name] or "") for name in SHOWN] for account in shown["accounts"]]
    for row in rows:
        row[2] = role_name(row[2])
    widths = [max(len(row[place]) for row in (list(HEADINGS), *rows)) for place in range(len(HEADINGS))]
    typer.echo(f"\nAlamat: {shown['url']}\nFolder data: {shown['data_dir']}\n")
    for row in (list(HEADINGS), ["-" * width for width in widths], *rows):
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    typer.echo("\nSemua nama dan data adalah rekaan. Tekan Ctrl+C untuk berhenti.")
