"""Imports in tests: a register with what is shipped, workbooks made in a line, preview and apply."""

import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import xlsxwriter
from sqlalchemy import text

from assessor_registry.accounts.rules import Actor, system
from assessor_registry.db.engine import Database
from assessor_registry.institutions import actions as institutions
from assessor_registry.intake import actions
from assessor_registry.intake.assessor_rows import parse_assessors
from assessor_registry.intake.cells import Row, Sheet
from assessor_registry.intake.plan_rules import Plan, PlannedRow
from assessor_registry.intake.sources import Source
from assessor_registry.intake.student_plan import SchoolAsked
from assessor_registry.intake.student_rows import parse_students
from assessor_registry.intake.wire import pack, unpack
from assessor_registry.schemes import actions as schemes
from assessor_registry.secrecy import Secrecy

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
ACTOR = system("test")
HEADINGS = ("No", "Nama", "NIK", "Tanggal Lahir", "P/L", "Asal Sekolah", "NPSN", "Kota", "Telepon", "No. Reg. Met",
            "No. Sertifikat", "Tanggal Sertifikat", "Tanggal Expired", "Kompetensi Teknis", "Keterangan")  # fmt: skip
PUPIL_HEADINGS = ("No", "Nama", "NIPD", "JK", "NISN", "Tanggal Lahir", "NIK", "Alamat", "HP", "Rombel Saat Ini")


def workbook_bytes(headings: Sequence[str], rows: Sequence[dict[str, object]], *, title: str | None = None) -> bytes:
    """A workbook with the headings in row 3 and the data below; what a row does not name is empty."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    page = book.add_worksheet("Data")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    page.write_string(0, 0, title or "REGISTER ASESOR")
    for column, heading in enumerate(headings):
        page.write_string(2, column, heading)
    for at, row in enumerate(rows, 3):
        page.write_number(at, 0, at - 2)
        for name, value in row.items():
            column = headings.index(name)
            if isinstance(value, date):
                page.write_datetime(at, column, value, day)
            elif isinstance(value, str):
                page.write_string(at, column, value)
            elif value is not None:
                page.write(at, column, value)
    book.close()
    return out.getvalue()


def assessor(serial: int = 1, /, **changed: object) -> dict[str, object]:
    """One row of a register, all of it made up; keywords replace or empty (None) single cells by field."""
    row: dict[str, object] = {
        "name": f"Asesor Contoh {serial}", "nik": f"647201010180{serial:04d}", "born": date(1980, 1, 1), "sex": "L",
        "school": "SMK Negeri 90 Samarinda", "npsn": "99000090", "city": "Kota Samarinda",
        "phone": f"08120000{serial:04d}", "met": f"MET.000.{900000 + serial:06d} 2022", "number": f"Reg. {serial}/2024",
        "first": date(2024, 12, 13), "last": date(2027, 12, 13), "scheme": "Pemrogram Junior (Junior Coder)",
        "remarks": None,
    }  # fmt: skip
    row |= changed
    names = dict(zip(row, HEADINGS[1:], strict=True))
    return {names[field_name]: value for field_name, value in row.items() if value is not None}


def pupil(serial: int = 1, /, **changed: object) -> dict[str, object]:
    """One row of a list of pupils."""
    row: dict[str, object] = {
        "name": f"Murid Contoh {serial}", "nipd": f"{1000 + serial}", "sex": "L", "nisn": f"00990{serial:05d}",
        "born": date(2009, 3, 4), "nik": f"647201040309{serial:04d}", "address": "Jl. Contoh 1",
        "phone": f"08130000{serial:04d}", "rombel": "XII TKJ 1",
    }  # fmt: skip
    row |= changed
    names = dict(zip(row, PUPIL_HEADINGS[1:], strict=True))
    return {names[field_name]: value for field_name, value in row.items() if value is not None}


@dataclass
class Importing:
    """A register to import into; `register` and `pupils` take rows, a path or bytes."""

    database: Database
    folder: Path
    secrecy: Secrecy = field(default_factory=lambda: Secrecy(b"k" * 32))
    _files: int = 0

    def __post_init__(self) -> None:
        """Load what is shipped."""

        def load(tx: Any) -> None:
            institutions.load_regions(tx)
            schemes.load_shipped(tx, NOW)

        self.database.perform(load)

    @property
    def uploads(self) -> Path:
        """Where files are kept."""
        return self.folder / "uploads"

    def read(self, kind: str, given: Path | bytes | Sequence[dict[str, object]]) -> Any:
        """Read and parse."""
        if isinstance(given, Path):
            return actions.read(self.database, kind, given, given.name, today=TODAY)
        headings = HEADINGS if kind == "assessors" else PUPIL_HEADINGS
        self._files += 1
        path = self.folder / f"{self._files}.xlsx"
        path.write_bytes(given if isinstance(given, bytes) else workbook_bytes(headings, given))
        return actions.read(self.database, kind, path, path.name, today=TODAY)

    def direct(self, kind: str, rows: Sequence[dict[str, object]]) -> Source:
        """The same without a file and without a child process: for what is not about files."""
        headings = HEADINGS if kind == "assessors" else PUPIL_HEADINGS
        table = [(1, ["REGISTER"]), (3, list(headings))]
        table += [(at, [at - 3, *(row.get(name) for name in headings[1:])]) for at, row in enumerate(rows, 4)]  # type: ignore[list-item]
        cells = [Row(number, tuple(unpack(pack(value)) for value in values)) for number, values in table]
        sheets = [Sheet("Data", tuple(cells))]
        file = parse_assessors(sheets, today=TODAY, validity_years=3) if kind == "assessors" else parse_students(sheets)
        return Source(kind, "daftar.csv", b"a;b\n", file)

    def plan(
        self,
        rows: Sequence[dict[str, object]],
        *,
        kind: str = "assessors",
        actor: Actor = ACTOR,
        npsn: str | None = None,
    ) -> Plan:
        """What importing rows would do."""
        source, asked = self.direct(kind, rows), SchoolAsked(npsn)
        with self.database.read() as conn:
            return actions.make_plan(conn, actor, source, asked, secrecy=self.secrecy, today=TODAY)

    def put(
        self,
        rows: Sequence[dict[str, object]],
        *,
        kind: str = "assessors",
        actor: Actor = ACTOR,
        npsn: str | None = None,
        corrections: bool = False,
    ) -> Plan:
        """Import rows at once."""
        source, asked = self.direct(kind, rows), SchoolAsked(npsn)
        return self.database.perform(
            lambda tx: actions.import_now(
                tx, actor, source, uploads_dir=self.uploads, secrecy=self.secrecy, now=NOW, today=TODAY, asked=asked,
                corrections=corrections,
            )
        ).plan  # fmt: skip

    def preview(
        self, given: Any, *, kind: str = "assessors", actor: Actor = ACTOR, npsn: str | None = None
    ) -> actions.Preview:
        """Preview."""
        source = self.read(kind, given)
        return self.database.perform(
            lambda tx: actions.preview(
                tx, actor, source, uploads_dir=self.uploads, secrecy=self.secrecy, now=NOW, today=TODAY,
                asked=SchoolAsked(npsn),
            )
        )  # fmt: skip

    def apply(
        self,
        batch_id: UUID,
        *,
        actor: Actor = ACTOR,
        corrections: bool | Collection[int] = False,
        seen: bytes | None = None,
        now: datetime = NOW,
    ) -> actions.Applied:
        """Read the kept file again and apply."""
        with self.database.read() as conn:
            batch = actions.find(conn, actor, batch_id)
        source = actions.reread(self.database, self.uploads, batch, secrecy=self.secrecy, today=TODAY)
        return self.database.perform(
            lambda tx: actions.apply(
                tx, actor, batch_id, source, secrecy=self.secrecy, now=now, today=TODAY, corrections=corrections,
                seen=seen,
            )
        )  # fmt: skip

    def register(self, given: Any, *, actor: Actor = ACTOR, corrections: bool | Collection[int] = False) -> Plan:
        """Preview and apply a register of assessors."""
        return self.apply(self.preview(given, actor=actor).batch_id, actor=actor, corrections=corrections).plan

    def pupils(self, given: Any, *, npsn: str | None = "99000090", actor: Actor = ACTOR) -> Plan:
        """Preview and apply a list of pupils."""
        made = self.preview(given, kind="students", actor=actor, npsn=npsn)
        return self.apply(made.batch_id, actor=actor).plan

    def ask(self, query: str, **values: object) -> list[Any]:
        """Rows of a query."""
        with self.database.read() as conn:
            return list(conn.execute(text(query), values).all())

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(self.ask(f"SELECT count(*) FROM {table}")[0][0])


def outcomes(plan: Plan) -> list[str]:
    """What would become of each row, in the order of the file."""
    return [row.outcome for row in plan.rows]


def codes(row: PlannedRow, level: str) -> set[str]:
    """What is said about a row."""
    return {finding.code for finding in row.findings if finding.level == level}
