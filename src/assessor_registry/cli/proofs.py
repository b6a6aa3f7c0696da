"""bundle, verify, fsck: proofs of signed records, checked without a database, and the registry checked as a whole."""

import sys
from contextlib import nullcontext
from pathlib import Path

import typer

from assessor_registry.cli import app
from assessor_registry.cli.common import AS_JSON, registry, show
from assessor_registry.cli.files import content, new_file
from assessor_registry.errors import InvalidInput


@app.command()
def bundle(
    code: str = typer.Argument(help="Kode hasil, seperti pada cetakan."),
    output: str = typer.Option("", "-o", "--output", help="Berkas tujuan; tanpa ini dicetak."),
) -> None:
    """Berkas bukti sebuah hasil bertanda tangan."""
    from assessor_registry import clock, secrecy
    from assessor_registry.accounts.rules import PROVINCE
    from assessor_registry.assessments import actions
    from assessor_registry.signing import actions as signing

    with new_file(Path(output).absolute(), replace=True) if output else nullcontext() as unfinished:
        with registry() as found, found.database.read() as conn:
            key = secrecy.read_key(found.settings.secrets_dir, signing.AUTHORITY_KEY)
            body = actions.bundle(conn, PROVINCE, signing.load_authority(conn, key), code, clock.now())
        if unfinished is None:
            sys.stdout.buffer.write(body)
        else:
            unfinished.write_bytes(body)


@app.command()
def verify(
    file: str = typer.Argument(help="bundle.json"),
    root: str = typer.Option("", "--root", help="Sertifikat akar (PEM); tanpa ini pki/root.pem di folder data."),
    status: str = typer.Option("", "--status", help="Berkas bukti atau keterangan status yang lebih baru, bila ada."),
    as_json: bool = AS_JSON,
) -> None:
    """Periksa berkas bukti, tanpa basis data dan tanpa jaringan. Kode keluar 1: tidak sah."""
    from assessor_registry import settings as configuration
    from assessor_registry.proof.verdict import verdict

    settings = configuration.load()
    anchor = Path(root) if root else settings.root_certificate
    found = verdict(content(file), content(str(anchor)), _status(status), zone=settings.zone)
    if as_json:
        show(
            {
                "valid": found.valid,
                "checks": [{"name": each.name, "ok": each.ok, "detail": each.detail} for each in found.checks],
            }
        )
    else:
        for each in found.checks:
            typer.echo(f"{each.number:2}. {'ya   ' if each.ok else 'TIDAK'} {each.name}: {each.detail}")
        typer.echo("SAH" if found.valid else "TIDAK SAH")
    sys.exit(0 if found.valid else 1)


def _status(name: str) -> bytes | None:
    """What the file of a newer status holds: a status, or a newer bundle.

    Raises:
        InvalidInput: it can not be read, or is neither; it names the file.
    """
    from assessor_registry.proof.bundle import newer_status

    if not name:
        return None
    data = content(name)
    try:
        newer_status(data)
    except InvalidInput as refusal:
        raise InvalidInput("cli.not_a_status", path=name, reasons=(refusal.reason,)) from refusal
    return data


@app.command()
def fsck(as_json: bool = AS_JSON) -> None:
    """Periksa keutuhan register: masa aktif, tanda tangan, berkas. Kode keluar 1: ada yang salah."""
    from assessor_registry.checking import check

    with registry() as found:
        report = check(found.settings, found.database)
    if as_json:
        show({"ok": not report.faults, "checked": report.checked, "faults": list(report.faults)})
    else:
        for name, number in report.checked.items():
            typer.echo(f"{name}: {number}")
        for fault in report.faults:
            typer.echo(f"SALAH: {fault}", err=True)
        typer.echo("Tidak ada yang salah." if not report.faults else f"{len(report.faults)} kesalahan.")
    sys.exit(1 if report.faults else 0)
