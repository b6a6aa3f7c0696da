"""Lists of units and of schools in tests: rows in a line, previewed and applied as a file would be."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.support.importing import ACTOR, NOW, TODAY, Importing

from assessor_registry.accounts.rules import Actor
from assessor_registry.intake import actions
from assessor_registry.intake.plan_rules import Plan
from assessor_registry.intake.sources import Source

UNIT_HEADINGS = ("No", "Nomor Skema", "Judul Skema", "Jenis", "Level", "Klaster", "Kode Unit", "Judul Unit", "Edisi",
                 "Sumber", "Lengkap", "Mulai Berlaku")  # fmt: skip
SCHOOL_HEADINGS = ("No", "NPSN", "Nama Sekolah", "Kabupaten/Kota", "Status")
_UNIT_FIELDS = ("number", "scheme", "kind", "level", "cluster", "code", "title", "label", "source", "complete", "first")


def unit(serial: int = 1, /, **changed: object) -> dict[str, object]:
    """One unit of a made-up scheme; keywords replace or empty (None) single cells by field."""
    row: dict[str, object] = {
        "scheme": "Perakit Contoh", "code": f"J.620100.{serial:03d}.01", "title": f"Unit contoh {serial}",
    }  # fmt: skip
    row |= changed
    names = dict(zip(_UNIT_FIELDS, UNIT_HEADINGS[1:], strict=True))
    return {names[name]: value for name, value in row.items() if value is not None}


def school(serial: int = 1, /, **changed: object) -> dict[str, object]:
    """One school of a list."""
    row: dict[str, object] = {
        "npsn": f"990000{serial:02d}", "name": f"SMK Contoh {serial} Berau", "region": "Kab. Berau", "status": "Negeri",
    }  # fmt: skip
    row |= changed
    names = dict(zip(row, SCHOOL_HEADINGS[1:], strict=True))
    return {names[name]: value for name, value in row.items() if value is not None}


def csv(headings: Sequence[str], rows: Sequence[dict[str, object]]) -> bytes:
    """The rows as the text of a .csv: headings in row 1, the first of `rows` in row 2."""
    lines = [";".join(headings)]
    for at, row in enumerate(rows, 1):
        lines.append(";".join(str(cell) for cell in (at, *(row.get(name, "") for name in headings[1:]))))
    return "\n".join(lines).encode()


@dataclass
class Reference:
    """Imports lists of units (`schemes`) and of schools (`schools`) into a register."""

    into: Importing

    def read(self, kind: str, rows: Sequence[dict[str, object]]) -> Source:
        """Read the rows from a file, as a program that is sent one."""
        path = self.into.folder / f"{kind}.csv"
        path.write_bytes(csv(UNIT_HEADINGS if kind == "schemes" else SCHOOL_HEADINGS, rows))
        return actions.read(self.into.database, kind, path, path.name, today=TODAY)

    def put(self, kind: str, *rows: dict[str, object], actor: Actor = ACTOR) -> Plan:
        """Import rows at once."""
        source = self.read(kind, rows)
        return self.into.database.perform(
            lambda tx: actions.import_now(
                tx, actor, source, uploads_dir=self.into.uploads, secrecy=self.into.secrecy, now=NOW, today=TODAY
            )
        ).plan

    def preview(self, kind: str, *rows: dict[str, object], actor: Actor = ACTOR) -> actions.Preview:
        """Preview rows."""
        source = self.read(kind, rows)
        return self.into.database.perform(
            lambda tx: actions.preview(
                tx, actor, source, uploads_dir=self.into.uploads, secrecy=self.into.secrecy, now=NOW, today=TODAY
            )
        )
