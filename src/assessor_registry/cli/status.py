"""standing and sweep: who may assess on a day, and what the reminders have reached."""

import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from assessor_registry.cli import app
from assessor_registry.cli.common import AS_JSON, day_option, registry, show
from assessor_registry.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from assessor_registry.db.engine import Connection


@app.command()
def standing(
    number: str = typer.Argument(metavar="MET", help="Nomor registrasi, misalnya “MET.000.004772 2024”."),
    on: str = typer.Option(..., "--on", help="Tanggal, misalnya 2026-11-21."),
    known_at: str = typer.Option("", "--known-at", help="Menurut yang diketahui saat itu, misalnya 2026-11-01."),
    scheme: str = typer.Option("", "--scheme", help="Id, nomor, judul, atau nama lain skema."),
    lsp: str = typer.Option("", "--lsp", help="Id, nama, atau nomor lisensi LSP."),
    as_json: bool = AS_JSON,
) -> None:
    """Status kelayakan seorang asesor pada suatu hari, dengan semua alasannya. Kode keluar 1: tidak aktif."""
    from assessor_registry import words
    from assessor_registry.accounts.rules import PROVINCE
    from assessor_registry.reports.lookup import lsp_meant, moment_meant, scheme_meant
    from assessor_registry.validity.store import ask

    day = day_option(on, "--on")
    with registry() as found, found.database.read() as conn:
        assessor_id, name, canonical = assessor_of(conn, number, day)
        answer = ask(
            conn,
            assessor_id,
            day,
            scheme_id=scheme_meant(conn, scheme),
            lsp_id=lsp_meant(conn, PROVINCE, lsp, day),
            known_at=moment_meant(known_at, found.settings.zone),
        )
    report: dict[str, Any] = {
        "registration": canonical,
        "name": name,
        "on": day.isoformat(),
        "active": answer.eligible,
        "reasons": [{"code": each.code, "message": words.sentence(each)} for each in answer.reasons],
        "warnings": [{"code": each.code, "message": words.sentence(each)} for each in answer.warnings],
        "periods": [
            {"first_day": each.first_day.isoformat(), "last_day": each.last_day.isoformat()} for each in answer.periods
        ],
    }
    if as_json:
        show(report)
    else:
        typer.echo(f"{name} ({canonical}), {words.long_date(day)}: {'aktif' if report['active'] else 'TIDAK aktif'}")
        for each in [*answer.reasons, *answer.warnings]:
            typer.echo(f"  - {words.sentence(each)}")
        for period in answer.periods:
            typer.echo(f"  Masa aktif {words.long_date(period.first_day)} – {words.long_date(period.last_day)}")
    sys.exit(0 if report["active"] else 1)


def assessor_of(conn: "Connection", text: str, on: date) -> tuple["UUID", str, str]:
    """Return (id, name, canonical number) of the one assessor that a registration number means.

    Raises:
        InvalidInput: it is no registration number, or without a year means several.
        NotFound: nobody has it.
    """
    from assessor_registry.accounts.rules import PROVINCE
    from assessor_registry.assessors import rules, store

    read = rules.parse_registration(text)
    if read is None:
        raise InvalidInput("cli.not_a_registration", value=text)
    series, _, digits = read.number.partition(".")
    rows = store.find_registration(conn, series, digits)
    fitting = [row for row in rows if read.year is None or row.year in (None, read.year)]
    people = {row.assessor_id for row in fitting}
    if not people:
        raise NotFound("cli.no_assessor", number=read.canonical)
    if len(people) > 1:
        exact = [row for row in fitting if row.year == read.year]
        people = {row.assessor_id for row in exact}
        if len(people) != 1 or read.year is None:
            raise InvalidInput("cli.ambiguous_assessor", number=read.canonical)
    assessor_id = next(iter(people))
    person = store.get(conn, PROVINCE, assessor_id, on)
    best = max((row for row in fitting if row.assessor_id == assessor_id), key=lambda row: row.year or 0)
    canonical = rules.Registration(read.number, best.year).canonical
    return assessor_id, person.name if person else "", canonical


@app.command()
def sweep(
    today: str = typer.Option("", "--today", help="Hari lain dari hari ini: menulis pengingat, tidak mengirim surel."),
    as_json: bool = AS_JSON,
) -> None:
    """Hitung pengingat: siapa yang berakhir dan akan berakhir."""
    from assessor_registry import clock, jobs

    with registry() as found:
        present = clock.today(found.settings.zone)
        day = day_option(today, "--today") if today else present
        done = jobs.sweep(found.database, day, now=clock.now(), mail=day == present)
    report = {
        "on": done.on.isoformat(),
        "new_flags": done.new_flags,
        "expired": done.expired,
        "expiring": dict(done.expiring),
    }
    if as_json:
        show(report)
        return
    typer.echo(f"{report['on']}: {done.new_flags} pengingat baru, {done.expired} kedaluwarsa")
    for months, number in done.expiring.items():
        typer.echo(f"  berakhir dalam {months} bulan: {number}")
