"""Workbooks for the tests of intake: the samples, sheets made in memory, packages written by hand."""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from assessor_registry.intake.cells import Row, Sheet
from assessor_registry.intake.wire import pack, unpack

DATA = Path(__file__).parent.parent / "data"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


@pytest.fixture(scope="session")
def assessor_sample() -> Path:
    """The register of assessors as a province keeps it."""
    return DATA / "asesor-smk-kaltim.xlsx"


@pytest.fixture(scope="session")
def student_sample() -> Path:
    """A Dapodik export of pupils."""
    return DATA / "daftar_pd-SMKN-contoh.xlsx"


@pytest.fixture
def sheet() -> Callable[..., Sheet]:
    """Make a sheet from rows of values; None is an empty cell, an empty row is left out as the reader does."""

    def make(*rows: Sequence[object], name: str = "Lembar1") -> Sheet:
        cells = [tuple(unpack(pack(value)) for value in row) for row in rows]  # type: ignore[arg-type]
        return Sheet(name, tuple(Row(number, row) for number, row in enumerate(cells, 1) if any(row)))

    return make


@pytest.fixture
def package(tmp_path: Path) -> Callable[..., Path]:
    """Write an .xlsx part by part: `sheet_data` is what stands inside <sheetData>."""

    def make(sheet_data: str, *, before: str = "", parts: Mapping[str, str | bytes] | None = None) -> Path:
        path = tmp_path / "buatan.xlsx"
        contents: dict[str, str | bytes] = {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
            "_rels/.rels": _relationship("officeDocument", "xl/workbook.xml"),
            "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            '<sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": _relationship("worksheet", "worksheets/sheet1.xml"),
            "xl/worksheets/sheet1.xml": f'{before}<worksheet xmlns="{_MAIN}">'
            f"<sheetData>{sheet_data}</sheetData></worksheet>",
        }
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in (contents | dict(parts or {})).items():
                archive.writestr(name, content)
        return path

    return make


def _relationship(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )
