"""serve, migrate, psql, backup, restore, check-config: running a registry."""

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from assessor_registry.cli import app
from assessor_registry.cli.common import AS_JSON, Registry, registry, show
from assessor_registry.cli.files import written
from assessor_registry.errors import InvalidInput

if TYPE_CHECKING:
    from assessor_registry.backup import Summary

# The options of psql that take a value.
_LETTERS_TAKING = frozenset("cdfFhLopPRTUv")
_TAKING = frozenset({
    "command", "dbname", "file", "field-separator", "host", "log-file", "output", "port", "pset", "record-separator",
    "table-attr", "set", "variable",
})  # fmt: skip


@app.command()
def migrate(as_json: bool = AS_JSON) -> None:
    """Buat atau perbarui skema basis data; pada pemakaian pertama juga membuat berkas kunci."""
    from assessor_registry import clock, founding
    from assessor_registry.db import migrations

    with registry(ready=False, new=True) as found:
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
    database = "PostgreSQL pribadi di folder data" if found.opened.server else "server PostgreSQL"
    mail = "dikirim lewat SMTP" if report["smtp"] else "menunggu: SMTP belum diatur"
    typer.echo(f"Folder data: {report['data_dir']}\nBasis data: {database}")
    typer.echo(f"Surel: {mail}\nAlamat halaman: {report['public_url']}")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def psql(context: typer.Context) -> None:
    """Buka psql pada basis data register; server pribadi tetap hidup selama psql dipakai."""
    from assessor_registry.backup import libpq
    from assessor_registry.db.embedded import installation

    with registry(ready=False) as found:
        address, environment = libpq(_as_role(found, context.args))
        # Without `-d`, the first argument that is no option would be taken for the database.
        program = [str(installation() / "bin" / "psql"), "-d", address, *context.args]
        code = subprocess.run(program, env=environment, check=False).returncode
    sys.exit(code)


def _as_role(found: Registry, arguments: list[str]) -> str:
    """The address of the role that psql's `-U` asks for: the owner's without it. What the address says, psql heeds.

    Raises:
        InvalidInput: it is neither the owner nor the application's role.
    """
    from sqlalchemy import make_url

    from assessor_registry.db.opening import app_url

    owner, role = found.opened.owner_url, role_asked(arguments)
    known = {make_url(url).username or "": url for url in (app_url(found.settings, found.opened), owner)}
    if role is None or "" in known:  # an address without a name leaves it to `-U`
        return owner
    if role not in known:
        raise InvalidInput("cli.other_role", role=role, known=" dan ".join(sorted(known, reverse=True)))
    return known[role]


def role_asked(arguments: list[str]) -> str | None:
    """The role that `-U X`, `-UX`, `-AtU X`, `--username X` or `--username=X` names for psql; the last one counts."""
    role, rest = None, iter(arguments)
    for argument in rest:
        if argument == "--":
            break
        if argument.startswith("--"):
            name, mark, value = argument[2:].partition("=")
            if "username".startswith(name) and len(name) > 0:
                role = value if mark else next(rest, None)
            elif not mark and name in _TAKING:
                next(rest, None)
        elif argument.startswith("-"):
            letter = next((at for at, each in enumerate(argument) if each in _LETTERS_TAKING), None)
            if letter is not None:
                value = argument[letter + 1 :] or next(rest, "")
                role = value if argument[letter] == "U" else role
    return role


@app.command()
def backup(folder: Path, as_json: bool = AS_JSON) -> None:
    """Buat cadangan (basis data, berkas kunci, unggahan) ke folder baru."""
    from assessor_registry import backup as backups
    from assessor_registry import clock

    target = folder.absolute()
    with registry() as found, written(target):
        summary = backups.make(found.settings, found.opened, target, clock.now())
    _report(as_json, folder, summary)


@app.command()
def restore(folder: Path, as_json: bool = AS_JSON) -> None:
    """Pulihkan cadangan ke folder data dan basis data yang kosong."""
    from assessor_registry import backup as backups
    from assessor_registry import founding

    backups.check(folder)
    with registry(ready=False, new=True) as found:
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
