"""A school's list of pupils as Dapodik exports it: read and planned, imported ÷ COPY of the same rows.

Ours is everything that a user waits for: 66 columns read in the guarded child process, the needed ones parsed, planned,
written with the audit rows, committed. The floor is COPY of the rows that it wrote into an empty table with the same
keys and indexes. `read` (file → rows) and `plan` (what the import would do) are told apart, because they are what is
waited for before anything is shown. Both sides are measured in each round, on a database of their own.

`python benchmarks/import_students.py [pupils] [rounds]`
"""

import os
import platform
import statistics
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import psycopg
import xlsxwriter
from sqlalchemy import make_url

from assessor_registry.accounts.rules import system
from assessor_registry.db import migrations
from assessor_registry.db.embedded import PrivateServer
from assessor_registry.db.engine import Database
from assessor_registry.institutions import actions as institutions
from assessor_registry.intake import actions
from assessor_registry.intake.sources import Source
from assessor_registry.secrecy import Secrecy

NOW, TODAY = datetime(2026, 11, 21, 3, 0, tzinfo=UTC), date(2026, 11, 21)
SECRECY = Secrecy(b"k" * 32)
PARENT = ("Nama", "Tahun Lahir", "Jenjang Pendidikan", "Pekerjaan", "Penghasilan", "NIK")
BEFORE = ("No", "Nama", "NIPD", "JK", "NISN", "Tempat Lahir", "Tanggal Lahir", "NIK", "Agama", "Alamat", "RT", "RW",
          "Dusun", "Kelurahan", "Kecamatan", "Kode Pos", "Jenis Tinggal", "Alat Transportasi", "Telepon", "HP",
          "E-Mail", "SKHUN", "Penerima KPS", "No. KPS")  # fmt: skip
AFTER = ("Rombel Saat Ini", "No Peserta Ujian Nasional", "No Seri Ijazah", "Penerima KIP", "Nomor KIP", "Nama di KIP",
         "Nomor KKS", "No Registrasi Akta Lahir", "Bank", "Nomor Rekening Bank", "Rekening Atas Nama",
         "Layak PIP (usulan dari sekolah)", "Alasan Layak PIP", "Kebutuhan Khusus", "Sekolah Asal", "Anak ke-berapa",
         "Lintang", "Bujur", "No KK", "Berat Badan", "Tinggi Badan", "Lingkar Kepala", "Jml. Saudara Kandung",
         "Jarak Rumah ke Sekolah (KM)")  # fmt: skip


class Round(NamedTuple):
    """Seconds of one round."""

    read: float
    plan: float
    whole: float
    bare: float


def write_list(path: Path, pupils: int) -> None:
    """A list of made-up pupils in 36 to a class, about half of the 66 columns filled, texts inline as Dapodik does."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    page = book.add_worksheet("Daftar Peserta Didik")
    page.write_row(0, 0, ("Daftar Peserta Didik",))
    page.write_row(1, 0, ("SMK NEGERI CONTOH 9 SAMARINDA",))
    groups = [label for who in ("Ayah", "Ibu", "Wali") for label in (f"Data {who}", *[""] * 5)]
    page.write_row(4, 0, (*BEFORE, *groups, *AFTER))
    page.write_row(5, len(BEFORE), PARENT * 3)
    for i in range(1, pupils + 1):
        page.write_row(5 + i, 0, _pupil(i))
    book.close()


def _pupil(i: int) -> tuple[object, ...]:
    day, month = i % 28 + 1, i % 12 + 1
    nik = f"647201{day + 40 * (i % 2):02}{month:02}10{i % 10_000:04}"
    parents = ("Ayah Contoh", 1975, "SMA / sederajat", "Wiraswasta", "Rp. 2,000,000 - Rp. 4,999,999", "",
               "Ibu Contoh", 1978, "SMA / sederajat", "Tidak bekerja", "Tidak Berpenghasilan", "",
               *[""] * 6)  # fmt: skip
    return (
        i, f"PESERTA CONTOH {i}", f"{20_000 + i}", "LP"[i % 2], f"00{80_000_000 + i}", "SAMARINDA",
        f"2010-{month:02}-{day:02}", nik, "Islam", f"Jl. Contoh No. {i}", i % 30 + 1, i % 9 + 1, "", "Air Putih",
        "Kec. Samarinda Ulu", "75124", "Bersama orang tua", "Sepeda motor", "", f"0812{i:08}", "", "", "Tidak", "",
        *parents, f"XII RPL {i // 36 + 1}", "", "", "Tidak", "", "", "", "", "", "", "", "Tidak", "", "Tidak ada", "",
        1, "", "", "6401010101100002", "", "", "", "", "",
    )  # fmt: skip


def one_round(server: PrivateServer, path: Path, folder: Path, number: int) -> Round:
    """One round on a fresh database."""
    name = f"round_{number}"
    with psycopg.connect(libpq(server.url("postgres")), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    migrations.upgrade(server.url(name))
    database = Database(server.url(name), pool_size=2)
    try:
        with database.transaction() as tx:
            institutions.load_regions(tx)
        began = time.perf_counter()
        source = actions.read(database, "students", path, path.name, today=TODAY)
        read = time.perf_counter()
        _plan(database, source)
        planned = time.perf_counter()
        written = database.perform(
            lambda tx: actions.import_now(
                tx, system("benchmark"), source, uploads_dir=folder / "uploads", secrecy=SECRECY, now=NOW, today=TODAY
            )
        )
        done = time.perf_counter()
        assert len(written.plan.of("new")) == len(written.plan.rows)
        return Round(read - began, planned - read, done - planned + read - began, floor(libpq(server.url(name))))
    finally:
        database.close()


def _plan(database: Database, source: Source) -> None:
    with database.read() as conn:
        actions.make_plan(conn, system("benchmark"), source, actions.NOBODY, secrecy=SECRECY, today=TODAY)


def floor(url: str) -> float:
    """Seconds to COPY the pupils who are there once more, into an empty copy of their table, and commit."""
    with psycopg.connect(url) as connection:
        with connection.cursor().copy("COPY student TO STDOUT (FORMAT binary)") as out:
            kept = b"".join(bytes(part) for part in out)
        connection.execute("CREATE TABLE floor_student (LIKE student INCLUDING ALL)")
        connection.commit()
        began = time.perf_counter()
        with connection.cursor().copy("COPY floor_student FROM STDIN (FORMAT binary)") as into:
            into.write(kept)
        connection.commit()
        return time.perf_counter() - began


def main(pupils: int = 26_500, rounds: int = 5) -> None:
    """Print seconds of each part and the ratio: median and range."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        path = folder / "pupils.xlsx"
        write_list(path, pupils)
        server = PrivateServer.start(folder / "data")
        try:
            found = [one_round(server, path, folder, number) for number in range(rounds)]
        finally:
            server.release()
    print(f"{platform.machine()}, {platform.system()} {platform.release()}, Python {platform.python_version()}")
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(f"{pupils} pupils, {rounds} rounds: median (range)")
    rows = (
        ("read", [each.read for each in found]), ("plan", [each.plan for each in found]),
        ("both", [each.read + each.plan for each in found]), ("import", [each.whole for each in found]),
        ("COPY", [each.bare for each in found]),
    )  # fmt: skip
    for label, values in rows:
        print(f"  {label:7} {statistics.median(values):7.3f} s ({min(values):.3f} to {max(values):.3f})")
    ratios = [each.bare / each.whole for each in found]
    print(f"  COPY ÷ import, as throughput: {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})")


def libpq(url: str) -> str:
    """A SQLAlchemy URL as libpq writes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
