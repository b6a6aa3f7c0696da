"""Answers that a browser keeps as a file. Their names never hold personal data."""

from collections.abc import Iterable, Sequence

from litestar import Response

from assessor_registry.errors import NotFound
from assessor_registry.files.rules import XLSX
from assessor_registry.printing import workbook

# More than the province has pupils; a longer list is cut.
MOST_IN_A_FILE = 200_000
# A browser shows a picture or a PDF in a small page of its own that it styles itself; nothing of the file may run.
_VIEWER = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def file_answer(content: bytes, name: str, media_type: str, *, inline: bool = False) -> Response[bytes]:
    """Hand out `content` under `name`; `inline` is shown in the browser where it can. Nobody on the way keeps it."""
    where = "inline" if inline else "attachment"
    return Response(
        content,
        media_type=media_type,
        headers={
            "content-disposition": f'{where}; filename="{name}"',
            "cache-control": "no-store",
            **({"content-security-policy": _VIEWER} if inline else {}),
        },
    )


def pdf_answer(content: bytes, name: str) -> Response[bytes]:
    """A form as PDF, shown in the browser."""
    return file_answer(content, name, "application/pdf", inline=True)


def sheet_answer(
    title: str, heads: Sequence[tuple[str, int]], rows: Iterable[Sequence[workbook.Cell]], name: str
) -> Response[bytes]:
    """A list as a workbook; `heads` are (heading, width in characters)."""
    columns = tuple(workbook.Column(heading, width) for heading, width in heads)
    return file_answer(workbook.write([workbook.SheetOut(title, columns, rows)]), name, XLSX)


def known_code(code: str) -> str:
    """Return a code that came in an address as a file name may hold it.

    Raises:
        NotFound: it has other characters than a code.
    """
    if not (code.isascii() and code.isalnum()):
        raise NotFound("assessments.no_code")
    return code
