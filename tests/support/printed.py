"""Forms to print, and independent eyes on what was printed: the text of a PDF, the content of a QR code."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone

import pytest

from assessor_registry.printing.forms import (
    AttendanceForm,
    AttendanceRow,
    Body,
    ClusterRows,
    MinutesForm,
    MinutesRow,
    RecordForm,
    SchemeHead,
    Signatory,
    UnitRow,
    VenueHead,
)

WITA = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 21, 10, 15, tzinfo=WITA)
DAY = date(2026, 11, 21)
CODE = "K7Q2M4ZP3XN5TB6RWA2YCDEFGH"
CHECK = f"https://asesor.example.id/cek/{CODE}"
PAGE = "https://asesor.example.id/jadwal/0192f7c4-7d2a-7c11-9a41-3f5b8c6d7e90"
EVIDENCE = (
    ("observasi", "Observasi demonstrasi"),
    ("portofolio", "Portofolio"),
    ("pihak_ketiga", "Pernyataan pihak ketiga"),
    ("lisan", "Pertanyaan lisan"),
    ("tertulis", "Pertanyaan tertulis"),
    ("proyek", "Proyek kerja"),
    ("lainnya", "Lainnya"),
)
BODY = Body(name="LSP SMK Contoh Samarinda", licence="BNSP-LSP-0000-ID", address="Jl. Contoh 1, Samarinda")
SCHEME = SchemeHead(title="Okupasi Pemrogram Junior", number="SKM-01/2024")
VENUE = VenueHead(name="Lab Komputer", kind="sewaktu")
ASSESSOR = Signatory(name="Siti Rahmawati", registration="MET.000.900001 2022")


def units(count: int, not_yet: tuple[int, ...] = ()) -> tuple[UnitRow, ...]:
    """`count` units numbered from 1, of which those named are BK."""
    return tuple(
        UnitRow(
            code=f"J.620100.{number:03d}.02",
            title=f"Unit kompetensi {number}",
            evidence=("observasi", "lisan"),
            result="BK" if number in not_yet else "K",
        )
        for number in range(1, count + 1)
    )


RECORD = RecordForm(
    body=BODY, scheme=SCHEME, venue=VENUE, assessor=ASSESSOR, candidate="Bagas Pratama", candidate_nisn="0061234567",
    letter_number="045/ST/XI/2026", first_day=DAY, last_day=DAY, evidence_columns=EVIDENCE,
    clusters=(ClusterRows(title=None, units=units(3)),), outcome="assessed", recommendation="K", follow_up=None,
    observations=None, acknowledgement="phone", origin="signed", signed_at=NOW, code=CODE, check_url=CHECK,
    made_at=NOW,
)  # fmt: skip
ATTENDANCE = AttendanceForm(
    body=BODY, scheme=SCHEME, venue=VENUE, title="Uji kompetensi gelombang 1", day=DAY,
    candidates=(
        AttendanceRow(name="Bagas Pratama", nisn="0061234567", school="SMK Contoh", klass="XII RPL 1"),
        AttendanceRow(name="Citra Lestari", nisn=None, school="SMK Contoh", klass=None, note="Tidak hadir"),
    ),
    assessors=(ASSESSOR,), page_url=PAGE, made_at=NOW,
)  # fmt: skip


def minutes_row(outcome: str | None, recommendation: str | None, name: str = "Bagas Pratama") -> MinutesRow:
    """A row of the minutes."""
    return MinutesRow(
        name=name,
        nisn="0061234567",
        school="SMK Contoh",
        klass="XII RPL 1",
        outcome=outcome,  # type: ignore[arg-type]
        recommendation=recommendation,  # type: ignore[arg-type]
    )


MINUTES = MinutesForm(
    body=BODY, scheme=SCHEME, venue=VENUE, number="012/BA/XI/2026", first_day=DAY, last_day=DAY, place="Samarinda",
    signed_on=DAY,
    candidates=(
        minutes_row("assessed", "K"), minutes_row("assessed", "K"), minutes_row("assessed", "BK"),
        minutes_row("absent", None), minutes_row("withdrew", None), minutes_row("assessed", None),
    ),
    assessors=(ASSESSOR,), page_url=PAGE, made_at=NOW,
)  # fmt: skip


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, blanks folded, as poppler reads it; skips where poppler is not installed."""
    if shutil.which("pdftotext") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("needs pdftotext: apt-get install poppler-utils")
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    pages = done.stdout.decode("utf-8").split("\f")[:-1]
    return [re.sub(r"\s+", " ", page.replace("\u200b", "")) for page in pages]


def text_of(pdf: bytes) -> str:
    """The text of all pages."""
    return " ".join(pages_of(pdf))


def page_count(pdf: bytes) -> int:
    """How many page objects the file has."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


# Level M, by version: data codewords per block, blocks, correction codewords per block, centre of the alignment mark.
_LEVEL_M = {1: (16, 1, 10, 0), 2: (28, 1, 16, 18), 3: (44, 1, 26, 22), 4: (32, 2, 18, 26), 5: (43, 2, 24, 30),
            6: (27, 4, 16, 34)}  # fmt: skip
_MASKS: tuple[Callable[[int, int], int], ...] = (
    lambda y, x: (y + x) % 2, lambda y, x: y % 2, lambda y, x: x % 3, lambda y, x: (y + x) % 3,
    lambda y, x: (y // 2 + x // 3) % 2, lambda y, x: y * x % 2 + y * x % 3, lambda y, x: (y * x % 2 + y * x % 3) % 2,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2,
)  # fmt: skip


def read_qr(svg: str) -> str:
    """Read the byte-mode QR code (level M, versions 1 to 6) that an SVG of runs draws, after ISO/IEC 18004."""
    dark = {
        (int(y), int(x) + step)
        for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", svg)
        for step in range(int(length))
    }
    top = min(y for y, _ in dark)
    side = max(y for y, _ in dark) - top + 1
    grid = [[(y + top, x + top) in dark for x in range(side)] for y in range(side)]
    version = (side - 17) // 4
    data, blocks, _, _ = _LEVEL_M[version]
    words = _codewords(grid, side, version)
    # Blocks are written word by word in turn.
    message = [words[at * blocks + block] for block in range(blocks) for at in range(data)]
    bits = "".join(f"{word:08b}" for word in message)
    assert bits[:4] == "0100", "byte mode"
    length = int(bits[4:12], 2)
    return bytes(int(bits[12 + 8 * at : 20 + 8 * at], 2) for at in range(length)).decode("utf-8")


def _codewords(grid: list[list[bool]], side: int, version: int) -> list[int]:
    """Take the masked modules off in zigzag, two columns at a time from the right."""
    mask_bits = "".join("1" if grid[8][x] else "0" for x in (2, 3, 4))
    mask = _MASKS[int(mask_bits, 2) ^ 0b101]
    centre = _LEVEL_M[version][3]
    bits = []
    upward = True
    for right in (x for x in range(side - 1, 0, -2)):
        column = right if right > 6 else right - 1
        for step in range(side):
            y = side - 1 - step if upward else step
            for x in (column, column - 1):
                if not _reserved(y, x, side, centre):
                    bits.append("1" if grid[y][x] ^ (mask(y, x) == 0) else "0")
        upward = not upward
    text = "".join(bits)
    return [int(text[at : at + 8], 2) for at in range(0, len(text) - 7, 8)]


def _reserved(y: int, x: int, side: int, centre: int) -> bool:
    finder = (y < 9 and x < 9) or (y < 9 and x >= side - 8) or (y >= side - 8 and x < 9)
    return finder or 6 in (y, x) or (centre > 0 and abs(y - centre) <= 2 and abs(x - centre) <= 2)
