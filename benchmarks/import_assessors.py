"""Import of 5,000 assessors ÷ COPY of the same rows into the same tables.

Ours is everything that a user waits for: the guarded child process, parsing, planning, writing with certificates,
competences, active periods and audit rows, and the commit. The floor is COPY of the rows that it wrote (people,
numbers, employments, certificates, competences, periods) into empty tables with the same keys and indexes. Both sides
are measured in each round, one after the other, on a database of their own.

`python benchmarks/import_assessors.py [rows] [rounds]`
"""

import os
import platform
import statistics
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import xlsxwriter
from sqlalchemy import make_url

from assessor_registry.accounts.rules import system
from assessor_registry.db import migrations
from assessor_registry.db.embedded import PrivateServer
from assessor_registry.db.engine import Database
from assessor_registry.institutions import actions as institutions
from assessor_registry.intake import actions
from assessor_registry.schemes import actions as schemes
from assessor_registry.secrecy import Secrecy

NOW, TODAY = datetime(2026, 11, 21, 3, 0, tzinfo=UTC), date(2026, 11, 21)
SECRECY = Secrecy(b"k" * 32)
TABLES = ("assessor", "registration_number", "employment", "assessor_certificate", "technical_certificate",
          "active_period", "coverage")  # fmt: skip
HEADINGS = ("No", "Nama", "NIK", "Tempat Lahir", "Tanggal Lahir", "P/L", "Asal Sekolah", "Kota", "Telepon", "Email",
            "No. Reg. Met", "No. Blanko", "No. Reg. Sertifikat", "Tanggal Sertifikat", "Tanggal Expired",
            "Kompetensi Teknis", "Keterangan")  # fmt: skip


def write_register(path: Path, rows: int) -> None:
    """A register of made-up people at 200 schools."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    page = book.add_worksheet()
    page.write_row(0, 0, HEADINGS)
    for i in range(1, rows + 1):
        page.write_row(
            i, 0,
            (i, f"Asesor Contoh {i}", f"64720101018{i:05d}", "Samarinda", "1 Januari 1980", "L",
             f"SMK Contoh {i % 200}", "Kota Samarinda", f"0812{i:08d}", f"contoh{i}@contoh.example",
             f"MET.000.{900000 + i:06d} 2022",
             f"{5000000 + i}", f"Reg. {i}/2024", "13 Desember 2024", "13 Desember 2027",
             "Pemrogram Junior (Junior Coder)", ""),
        )  # fmt: skip
    book.close()


def ours(database: Database, path: Path, folder: Path) -> float:
    """Seconds from the file on disk to the commit."""
    began = time.perf_counter()
    source = actions.read(database, "assessors", path, path.name, today=TODAY)
    done = database.perform(
        lambda tx: actions.import_now(
            tx, system("benchmark"), source, uploads_dir=folder, secrecy=SECRECY, now=NOW, today=TODAY
        )
    )
    seconds = time.perf_counter() - began
    assert len(done.plan.of("new")) == len(done.plan.rows)
    return seconds


def floor(url: str) -> float:
    """Seconds to COPY the rows that are there once more, into empty copies of their tables, and commit."""
    with psycopg.connect(url) as connection:
        kept = {}
        for name in TABLES:
            with connection.cursor().copy(f"COPY {name} TO STDOUT (FORMAT binary)") as out:
                kept[name] = b"".join(bytes(part) for part in out)
            connection.execute(f"CREATE TABLE floor_{name} (LIKE {name} INCLUDING ALL)")
        connection.commit()
        began = time.perf_counter()
        for name in TABLES:
            with connection.cursor().copy(f"COPY floor_{name} FROM STDIN (FORMAT binary)") as into:
                into.write(kept[name])
        connection.commit()
        return time.perf_counter() - began


def main(rows: int = 5000, rounds: int = 5) -> None:
    """Print seconds of both sides and their ratio: median and range."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        path = folder / "register.xlsx"
        write_register(path, rows)
        server = PrivateServer.start(folder / "data")
        try:
            pairs = [round_of(server, path, folder, number) for number in range(rounds)]
        finally:
            server.release()
    ratios = [bare / whole for whole, bare in pairs]
    print(f"{platform.machine()}, {platform.system()} {platform.release()}, Python {platform.python_version()}")
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(f"{rows} assessors, {rounds} rounds: median (range)")
    for label, values in (("import", [whole for whole, _ in pairs]), ("COPY", [bare for _, bare in pairs])):
        print(f"  {label:7} {statistics.median(values):7.3f} s ({min(values):.3f} to {max(values):.3f})")
    print(f"  COPY ÷ import, as throughput: {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})")


def round_of(server: PrivateServer, path: Path, folder: Path, number: int) -> tuple[float, float]:
    """One round on a fresh database: (ours, floor) in seconds."""
    name = f"round_{number}"
    with psycopg.connect(libpq(server.url("postgres")), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    migrations.upgrade(server.url(name))
    database = Database(server.url(name), pool_size=2)
    try:
        with database.transaction() as tx:
            institutions.load_regions(tx)
            schemes.load_shipped(tx, NOW)
        return ours(database, path, folder / "uploads"), floor(libpq(server.url(name)))
    finally:
        database.close()


def libpq(url: str) -> str:
    """A SQLAlchemy URL as libpq writes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
