"""QR codes as SVG: inline in a page, and as a picture in print.

No `style` attribute and no script, so the strict content security policy of the pages lets them pass; the colours are
presentation attributes, because a code must be dark on light also in a dark theme and without a stylesheet.
"""

from itertools import groupby
from xml.sax.saxutils import quoteattr

import segno

from assessor_registry.errors import InvalidInput

QUIET = 4  # modules of white around the code, as ISO/IEC 18004 asks
MOST = 1000


def svg(text: str, *, label: str = "Kode QR") -> str:
    """Return the QR code (level M) of `text` as one `<svg class="qr">` element without size; CSS gives it one.

    `label` is what a screen reader says.

    Raises:
        InvalidInput: `printing.qr_too_long`: more than 1,000 characters, or than a code holds.
    """
    matrix = _matrix(text)
    side = len(matrix) + 2 * QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="qr" viewBox="0 0 {side} {side}" role="img" '
        f"aria-label={quoteattr(label)}>"
        f'<path class="qr-light" fill="#fff" d="M0 0h{side}v{side}h-{side}z"/>'
        f'<path class="qr-dark" fill="#000" shape-rendering="crispEdges" d="{_outline(matrix)}"/></svg>'
    )


def _matrix(text: str) -> tuple[bytearray, ...]:
    if len(text) > MOST:
        raise InvalidInput("printing.qr_too_long", most=MOST)
    try:
        return tuple(segno.make(text, error="m", micro=False, boost_error=False).matrix)
    except segno.DataOverflowError:
        raise InvalidInput("printing.qr_too_long", most=MOST) from None


def _outline(matrix: tuple[bytearray, ...]) -> str:
    """The dark modules as one path, a rectangle for each run in a row."""
    parts = []
    for y, row in enumerate(matrix, QUIET):
        x = QUIET
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                parts.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return "".join(parts)
