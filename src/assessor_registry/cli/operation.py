"""serve, migrate, psql, backup, restore, check-config, fsck: running a registry."""

import os
import subprocess
import sys
from pathlib import Path

import typer

from assessor_registry.cli import app
from assessor_registry.cli.common import AS_JSON, registry, show


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
    from sqlalchemy import make_url

    from assessor_registry.db.embedded import installation

    with registry(ready=False) as found:
        if found.opened.server:
            environment = found.opened.server.psql_environment()
            target: list[str] = []
        else:
            url = make_url(found.opened.owner_url).set(drivername="postgresql")
            environment = dict(os.environ) | ({"PGPASSWORD": str(url.password)} if url.password else {})
            target = [url.set(password=None).render_as_string()]
        program = [str(installation() / "bin" / "psql"), *target, *context.args]
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

    backups.check(folder)
    with registry(ready=False) as found:
        summary = backups.restore(found.settings, found.opened, folder)
    _report(as_json, folder, summary)


def _report(as_json: bool, folder: Path, summary: object) -> None:
    from dataclasses import asdict

    if as_json:
        show({"folder": str(folder), **asdict(summary)})  # type: ignore[call-overload]
    else:
        typer.echo(f"{folder}: {summary}")
