"""The typesetter: a template of this room and a form become PDF bytes.

User text reaches the template only as JSON strings, never as markup, so nothing typed is ever evaluated. The
templates can read nothing outside their own folder, only the embedded fonts are used, and no network is asked.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import typst

from assessor_registry.printing.glyphs import MISSING, printable
from assessor_registry.words import long_date

if TYPE_CHECKING:
    from typst import PDFStandard

TEMPLATES = Path(__file__).parent / "templates"
# Archival and accessible: tagged, fonts embedded, language and title set.
STANDARDS: "list[PDFStandard]" = ["a-2a", "ua-1"]
_ZONES = {timedelta(hours=7): "WIB", timedelta(hours=8): "WITA", timedelta(hours=9): "WIT"}


class Verbatim(str):
    """Text that we made ourselves (an SVG) and that must reach the template as it is."""

    __slots__ = ()


def typeset(template: str, data: Mapping[str, object], made_at: datetime) -> bytes:
    """Return the PDF of `template` (`record` for record.typ) filled with `data`; the same input gives the same bytes.

    `data` may hold dataclasses, dates (written out), instants (with WIB, WITA or WIT), text, numbers and None.
    """
    text = json.dumps(shown(data), ensure_ascii=False)
    inputs = {"form": text, "missing": MISSING if MISSING in text else ""}
    try:
        return _compile(template, inputs, made_at, STANDARDS)
    except typst.TypstError as error:
        # A sequence for which no font has a joined form: better a plain PDF than none.
        if "could not be displayed" not in error.message:
            raise
        return _compile(template, inputs, made_at, [])


def shown(value: object) -> object:
    """Return `value` as the template gets it: text made printable, dates and instants in words, tuples as lists."""
    if isinstance(value, Verbatim):
        return value
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return long_date(value)
    if is_dataclass(value):
        return {item.name: shown(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): shown(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [shown(item) for item in value]
    return value


def instant(value: datetime) -> str:
    """`21 November 2026 pukul 10.15 WITA`; an offset outside Indonesia is written as such."""
    offset = value.utcoffset()
    if offset is None:
        raise ValueError("an instant without a zone can not be printed")
    return f"{long_date(value.date())} pukul {value:%H.%M} {_ZONES.get(offset, value.strftime('UTC%z'))}"


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)


def _compile(template: str, inputs: dict[str, str], made_at: datetime, standards: "list[PDFStandard]") -> bytes:
    pdf: bytes = typst.compile(
        str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        font_paths=_fonts(),
        sys_inputs=inputs,
        format="pdf",
        pdf_standards=standards,
        timestamp=int(made_at.timestamp()),
    )
    return pdf
