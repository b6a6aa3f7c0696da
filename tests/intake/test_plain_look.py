"""The quick look at a worksheet never says *plain* where the walk element by element would say anything else."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from assessor_registry.errors import InvalidInput
from assessor_registry.intake import prescan
from assessor_registry.intake.limits import DEFAULT, Limits
from assessor_registry.intake.plain_look import SheetLook, TextLook
from assessor_registry.intake.workbook import read_workbook

SMALL = Limits(text_length=90, cells=6, farthest_row=40, farthest_column=30, area=200)
HEADS = ("", '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n', "\ufeff", '<?xml version="1.0"?>',
         '<?xml version="1.0" encoding="latin-1"?>', "<!-- x -->", "<!DOCTYPE worksheet>", " \n")  # fmt: skip
CELLS = ('<c r="B2"/>', '<c r="B2" s="1" t="s"><v>1</v></c>', '<c r="A1" t="inlineStr"><is><t>ab</t></is></c>',
         '<c r="AD5"><v>2</v></c>', '<c r="AE5"/>', '<c r="A41"/>', '<c r="Z30"/>', '<c r="A1" t="e"><v>#N/A</v></c>',
         '<c r="A1"><f>1+1</f><v>2</v></c>', '<c r="A1" t="str"><f/><v></v></c>', "<c/>", "<c><v>1</v></c>",
         "<c r='C3'/>", '<c t="s" r="C3"/>', '<x:c r="A1"/>', '<x:row r="99"/>', '<c r="b2"/>', '<c r="B02"/>',
         '<c\tr="B2"/>', '<c r="&#65;1"/>', "<!-- <c r='A1'/> -->", '<![CDATA[<c r="A1">]]>', '<?x <c r="A1"?>',
         f"<t>{'x' * 50}</t>", f"<t>{'x' * 91}</t>", '<cols><col/></cols>', "<f>9</f>",
         "teks:c dan ini :f ya")  # fmt: skip
ROWS = ("<row>", '<row r="1">', '<row r="39" spans="1:9">', '<row r="40" ht="2">', '<row r="41">', "<row\nr='3'>")


def _part(content: bytes, folder: Path) -> tuple[ZipFile, zipfile.ZipInfo]:
    path = folder / "bagian.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("a.xml", content)
    archive = ZipFile(path)
    return archive, archive.infolist()[0]


def _walked(content: bytes, limits: Limits, folder: Path) -> prescan.SheetScan | str:
    archive, part = _part(content, folder)
    walker = prescan._SheetWalker("a", limits, limits.cells)
    with archive:
        try:
            prescan._walk(archive, part, walker)
        except InvalidInput as refusal:
            return refusal.code
    return walker.scan


def _looked(content: bytes, limits: Limits, folder: Path) -> int | None:
    archive, part = _part(content, folder)
    look = SheetLook(limits, limits.cells)
    with archive:
        return look.cells if prescan._looks_plain(archive, part, look) else None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    head=some.sampled_from(HEADS),
    rows=some.lists(some.tuples(some.sampled_from(ROWS), some.lists(some.sampled_from(CELLS), max_size=4)), max_size=4),
    utf16=some.booleans(),
)
def test_what_looks_plain_is_plain_when_it_is_walked(
    tmp_path: Path, head: str, rows: list[tuple[str, list[str]]], utf16: bool
) -> None:
    body = "".join(f"{row}{''.join(cells)}</row>" for row, cells in rows)
    text = f"{head}<worksheet><sheetData>{body}</sheetData></worksheet>"
    content = text.encode("utf-16" if utf16 else "utf-8")
    cells = _looked(content, SMALL, tmp_path)
    if cells is not None:
        assert _walked(content, SMALL, tmp_path) == prescan.SheetScan("a", cells=cells)


# Of these some make a worksheet and most do not: tags cut in two by a cell, values, texts and letters cut in two.
PIECES = ('<c r="B2" s="1" t="s"><v>1</v></c>', '<c r="C3"/>', '<c r="D4" />',
          '<c r="A1" t="inlineStr"><is><t>ab</t></is></c>',
          '<c r="A9" t="inlineStr"><is><t xml:space="preserve"> a\xe9 </t></is></c>', '<c r="A1"><v>]]></v></c>',
          '<c r="A1"><v>\x01</v></c>', '<c r="A1"><v>\ufffe</v></c>', '<c r="A1"><v>&lt;</v></c>',
          '<c r="A1"><v>a<v></c>', '<c r="A1" t="e"><v>1</v></c>', '<c r="AE1"/>', f'<c r="A1"><v>{"x" * 11}</v></c>',
          f'<c r="A1"><v>{"x" * 12}</v></c>', '<row r="1">', "</row>", '<row r="2"', ">", "/>", '<row r="', '"', '">',
          "='", "<", "</", "</row", "<row ", "x", "&", "amp;", "]]", "\xe9", " ", "\n", "<x>", "</x>", '<x a="',
          "<c ", "<c", '<c r="A1">', "</c>", "<!--", "-->", "<?x", "?>", ":c ", "<f/>", "</sheetData></worksheet>",
          "<worksheet>", " " * 75)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(
    pieces=some.lists(some.sampled_from(PIECES), max_size=9),
    whole=some.booleans(),
    cut=some.integers(0, 9),
    chunk=some.sampled_from((60, 80, 1 << 16)),
)
@example(["&", PIECES[0], "amp;"], True, 0, 1 << 16)
@example(['<row r="1"', PIECES[0], ">", "</row>"], True, 0, 1 << 16)
@example(['<c r="A1"><v>\ufffe</v></c>'], True, 0, 1 << 16)
@example(['<c r="A1"><v>]]></v></c>'], True, 0, 1 << 16)
@example([PIECES[1], "<x>", "</x>"], False, 0, 1 << 16)
@example(["<x>", "</x>", PIECES[1], " "], False, 0, 1 << 16)
def test_what_looks_plain_is_well_formed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pieces: list[str], whole: bool, cut: int, chunk: int
) -> None:
    """The parser is spared the plainest cells; it refuses all the same what it would have refused with them."""
    monkeypatch.setattr(prescan, "CHUNK", chunk)
    inside = "".join(pieces).encode()
    inside = inside[:-cut] if cut > 6 else inside
    content = b"<worksheet><sheetData>" * whole + inside + b"</sheetData></worksheet>" * whole
    cells = _looked(content, SMALL, tmp_path)
    if cells is not None:
        assert _walked(content, SMALL, tmp_path) == prescan.SheetScan("a", cells=cells)


def test_the_parser_reads_what_is_left_of_plain_cells(student_sample: Path) -> None:
    """Else nobody would notice that it reads them all."""
    with ZipFile(student_sample) as archive:
        content = archive.read("xl/worksheets/sheet1.xml")
    look = SheetLook(DEFAULT, DEFAULT.cells)
    left = (look.feed(content) or b"") + (look.end() or b"")
    assert 0 < 5 * len(left) < len(content)


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.startswith('<c r="')][:4])
def test_the_usual_spelling_looks_plain(tmp_path: Path, cell: str) -> None:
    content = f'<worksheet><sheetData><row r="5">{cell}</row></sheetData></worksheet>'.encode()
    assert _looked(content, SMALL, tmp_path) == 1


def test_the_sample_of_pupils_looks_plain(student_sample: Path) -> None:
    """Else nobody would notice that every file takes the long way."""
    with ZipFile(student_sample) as archive:
        look = SheetLook(DEFAULT, DEFAULT.cells)
        assert prescan._looks_plain(archive, archive.getinfo("xl/worksheets/sheet1.xml"), look)
        assert look.cells > 3000


@pytest.mark.parametrize(
    ("inside", "plain"),
    [
        ("<si><t>{}</t></si>".format("x" * 30) * 3, True),
        ("<si><t>{}</t></si>".format("x" * 95), False),
        ("<si><t>x</t></si><!-- <si> -->", False),
        ("<x:si><t>{}</t></x:si>".format("x" * 20) * 3, False),
    ],
)
def test_shared_strings_look_plain_when_each_is_short(tmp_path: Path, inside: str, plain: bool) -> None:
    archive, part = _part(f"<sst>{inside}</sst>".encode(), tmp_path)
    with archive:
        assert prescan._looks_plain(archive, part, TextLook(SMALL)) == plain


@pytest.mark.parametrize("text", ["x" * 31_000, "&amp;" * 6_000])
def test_a_long_cell_is_read_either_way(package: Callable[..., Path], text: str) -> None:
    """The quick look counts bytes, the walk counts letters: what only the first finds too long is let through."""
    cell = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}é</t></is></c></row>'
    (sheet,) = read_workbook(package(cell))
    assert len(str(sheet.rows[0].cells[0].value)) == len(text.replace("&amp;", "&")) + 1
