"""serve, migrate, psql, backup, restore, check-config: running a registry."""

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from assessor_registry.cli import app
from assessor_registry.cli.common import AS_JSON, registry, show

if TYPE_CHECKING:
    from assessor_registry.backup import Summary


@app.command()
def migrate(as_json: bool = AS_JSON) -> None:
    """Buat atau perbarui skema basis data; pada pemakaian pertama juga membuat berkas kunci."""
    from assessor_registry import clock, founding
    from assessor_registry.db import migrations

    with registry(ready=False) as found:
        founding.found(found.settings, found.opened, clock.now())
        with found.database.read() as conn:
            revision = migrations.current_revision(conn)
    if as_json:
        show({"revision": revision})
    else:
        typer.echo(f"Skema basis data: {revision}")


@app.command()
def serve(
    host: str = typer.Option("127.0.0.1", help="Alamat; di depan server umum pakailah reverse proxy."),
    port: int = typer.Option(8000, min=0, max=65535),
) -> None:
    """Layani halaman dan API sampai dihentikan."""
    from assessor_registry.serving import serve as run

    with registry() as found:
        run(found.settings, found.opened, host, port)


@app.command("check-config")
def check_config(as_json: bool = AS_JSON) -> None:
    """Periksa pengaturan, basis data, skema, dan berkas kunci."""
    with registry() as found:
        report = {
            "data_dir": str(found.settings.data_dir),
            "database": "private" if found.opened.server else "server",
            "smtp": found.settings.smtp is not None,
            "public_url": found.settings.public_url,
        }
    if as_json:
        show(report)
        return
    for name, value in report.items():
        typer.echo(f"{name}: {value}")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def psql(context: typer.Context) -> None:
    """Buka psql pada basis data register; server pribadi tetap hidup selama psql dipakai."""
    from assessor_registry.backup import libpq
    from assessor_registry.db.embedded import installation

    with registry(ready=False) as found:
        address, environment = libpq(found.opened.owner_url)
        # Without `-d`, the first argument that is no option would be taken for the database.
        program = [str(installation() / "bin" / "psql"), "-d", address, *context.args]
        code = subprocess.run(program, env=environment, check=False).returncode
    sys.exit(code)


@app.command()
def backup(folder: Path, as_json: bool = AS_JSON) -> None:
    """Buat cadangan (basis data, berkas kunci, unggahan) ke folder baru."""
    from assessor_registry import backup as backups
    from assessor_registry import clock

    with registry() as found:
        summary = backups.make(found.settings, found.opened, folder.absolute(), clock.now())
    _report(as_json, folder, summary)


@app.command()
def restore(folder: Path, as_json: bool = AS_JSON) -> None:
    """Pulihkan cadangan ke folder data dan basis data yang kosong."""
    from assessor_registry import backup as backups
    from assessor_registry import founding

    backups.check(folder)
    with registry(ready=False) as found:
        summary = backups.restore(found.settings, found.opened, folder)
        founding.require_ready(found.settings, found.opened)
        founding.publish_root(found.settings, found.opened)
    _report(as_json, folder, summary)


def _report(as_json: bool, folder: Path, summary: "Summary") -> None:
    from dataclasses import asdict

    if as_json:
        show({"folder": str(folder), **asdict(summary)})
    else:
        size = f"{summary.size / 1_000_000:.1f} MB".replace(".", ",")
        typer.echo(f"{folder}: {summary.files} berkas, {size}, dibuat {summary.made_at}, skema {summary.revision}")
