"""import assessors, students, schemes, schools: workbooks into the registry, from the command line."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from assessor_registry.cli import app
from assessor_registry.cli.common import AS_JSON, registry, show
from assessor_registry.cli.files import new_file, require_file

if TYPE_CHECKING:
    from assessor_registry.intake.plan_rules import Plan
    from assessor_registry.intake.student_plan import SchoolAsked

imports = typer.Typer(help="Impor asesor, peserta didik, skema, atau sekolah dari buku kerja.", no_args_is_help=True)
app.add_typer(imports, name="import")

FILE = typer.Argument(..., help="Buku kerja .xlsx atau .csv.")
PREVIEW = typer.Option(False, "--preview", help="Hanya periksa; tidak ada yang diubah.")
REPORT = typer.Option(None, "--report", help="Tulis laporan semua baris ke berkas .xlsx ini.")


@imports.command("assessors")
def import_assessors(
    file: Path = FILE,
    preview: bool = PREVIEW,
    corrections: bool = typer.Option(False, "--corrections", help="Terapkan juga koreksi tanggal sertifikat."),
    report: Path | None = REPORT,
    as_json: bool = AS_JSON,
) -> None:
    """Impor register asesor. Kode keluar 1 bila ada baris yang ditolak, atau koreksi tanpa --corrections."""
    from assessor_registry.intake.actions import NOBODY

    _run("assessors", file, NOBODY, preview, corrections, report, as_json)


@imports.command("students")
def import_students(
    file: Path = FILE,
    school: str = typer.Option("", "--school", help="NPSN sekolah; boleh kosong bila berkas menyebutnya."),
    preview: bool = PREVIEW,
    report: Path | None = REPORT,
    as_json: bool = AS_JSON,
) -> None:
    """Impor daftar peserta didik satu sekolah (ekspor Dapodik). Kode keluar 1 bila ada baris yang ditolak."""
    from assessor_registry.intake.student_plan import SchoolAsked

    _run("students", file, SchoolAsked(school or None), preview, False, report, as_json)


@imports.command("schemes")
def import_schemes(
    file: Path = FILE, preview: bool = PREVIEW, report: Path | None = REPORT, as_json: bool = AS_JSON
) -> None:
    """Impor daftar unit kompetensi: skema baru, atau versi baru skema yang ada. Kode keluar 1 bila ada yang ditolak."""
    from assessor_registry.intake.actions import NOBODY

    _run("schemes", file, NOBODY, preview, False, report, as_json)


@imports.command("schools")
def import_schools(
    file: Path = FILE, preview: bool = PREVIEW, report: Path | None = REPORT, as_json: bool = AS_JSON
) -> None:
    """Impor daftar sekolah dengan NPSN; yang sementara dipastikan. Kode keluar 1 bila ada baris yang ditolak."""
    from assessor_registry.intake.actions import NOBODY

    _run("schools", file, NOBODY, preview, False, report, as_json)


def _run(
    kind: str, file: Path, asked: "SchoolAsked", preview: bool, corrections: bool, out: Path | None, as_json: bool
) -> None:
    from assessor_registry import clock, secrecy
    from assessor_registry.accounts.rules import system
    from assessor_registry.intake import actions, machine
    from assessor_registry.intake.report import report as make_report

    require_file(file)
    now, actor = clock.now(), system("cli")
    with (
        new_file(out.absolute(), replace=True) if out is not None else nullcontext() as unfinished,
        registry() as found,
        _steps(as_json) as step,
    ):
        db, settings = found.database, found.settings
        given: dict[str, Any] = {
            "secrecy": secrecy.load(settings.secrets_dir),
            "today": clock.day_of(now, settings.zone),
        }
        step("Membaca berkas")
        source = actions.read(db, kind, file, file.name, today=given["today"])
        step("Memeriksa tiap baris")
        if preview:
            with db.read() as conn:
                plan = actions.make_plan(conn, actor, source, asked, **given)
        else:
            step("Menyimpan")
            plan = db.perform(
                lambda tx: actions.import_now(
                    tx, actor, source, asked=asked, corrections=corrections, now=now,
                    uploads_dir=settings.uploads_dir, **given,
                )
            ).plan  # fmt: skip
        if unfinished is not None:
            step("Menulis laporan")
            unfinished.write_bytes(make_report(plan, now))
    summary = machine.told(plan)
    if as_json:
        show(summary)
    else:
        _print(plan, summary, preview, corrections)
    left = summary["corrections"] and not corrections
    sys.exit(1 if summary["refused"] or left else 0)


@contextmanager
def _steps(as_json: bool) -> Iterator[Any]:
    """Say what is being done: as a moving line on a terminal, else not at all."""
    if as_json or not sys.stderr.isatty():
        yield lambda _text: None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield lambda text: status.update(f"{text} …")


def _print(plan: "Plan", summary: Mapping[str, Any], preview: bool, corrections: bool) -> None:
    head = "Pratinjau; tidak ada yang diubah." if preview else "Impor selesai."
    typer.echo(head)
    names = {"read": "dibaca", "new": "baru", "changed": "berubah", "same": "sama"}
    if plan.kind == "assessors":
        names["corrections"] = "koreksi tanggal"
    typer.echo("  " + " · ".join(f"{label} {summary[name]}" for name, label in names.items()))
    if summary["corrections"] and not corrections:
        typer.echo("  Koreksi tanggal belum diterapkan. Ulangi dengan --corrections untuk menerapkannya:")
        for each in summary["corrected"]:
            typer.echo(f"    baris {each['row']}, {each['column']}: {each['old'] or '–'} → {each['new'] or '–'}")
    for each in summary.get("schemes", ()):
        typer.echo(f"  {_scheme_line(each)}")
    for school in plan.schools:
        rows = ", ".join(map(str, school.rows[:10])) + (" …" if len(school.rows) > 10 else "")
        typer.echo(f"  Sekolah baru dikenal, dicatat sementara: {school.name}{f' (baris {rows})' if rows else ''}")
    if plan.missing:
        typer.echo(f"  Tidak ada di daftar baru: {len(plan.missing)} peserta didik (ditandai, tidak dihapus).")
    for each in summary.get("file", ()):
        typer.echo(f"  Tentang berkas ini: {each['message']}")
    for title, key in (("Ditolak", "refused"), ("Perlu diperiksa", "warned")):
        if summary[key]:
            typer.echo(f"{title}:")
        for each in summary[key]:
            typer.echo(f"  baris {each['row']}, {each['column'] or '–'}: {each['message']}")


def _scheme_line(each: dict[str, Any]) -> str:
    """One scheme: what becomes of it, and its units."""
    outcome = {"new": "baru", "changed": "berubah", "same": "sama"}[each["outcome"]]
    version = f", versi “{each['version']}”" if each["version"] else ""
    units = {"added": "ditambah", "changed": "diubah", "removed": "tidak ada lagi"}
    told = "; ".join(f"{len(each[name])} unit {label}" for name, label in units.items() if each[name])
    return f"Skema {each['title']}: {outcome}{version}{f' ({told})' if told else ''}"
