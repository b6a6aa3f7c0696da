"""What could not run here, and how to get what it needs. In continuous integration a skipped test is a failure."""

import os
from collections.abc import Iterable
from typing import Any

# What the reason of a skip names → how to get it on Debian.
REMEDIES = (
    ("chromium", "apt-get install -y chromium"),
    ("openssl", "apt-get install -y openssl"),
    ("root", "run the tests as root"),
    ("pdftotext", "apt-get install -y poppler-utils"),
    ("zbarimg", "apt-get install -y zbar-tools"),
    ("git", "apt-get install -y git"),
    ("make", "apt-get install -y make"),
)


def remedy(reason: str) -> str | None:
    """How to get what a skip's reason says is missing, when that is known."""
    plain = reason.casefold()
    return next((how for word, how in REMEDIES if word in plain), None)


def summary(reports: Iterable[Any]) -> list[str]:
    """A line for each test that was skipped: which, why, and what to do about it."""
    lines = []
    for report in reports:
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        how = remedy(reason)
        lines.append(f"{report.nodeid}: {reason.removeprefix('Skipped: ')}{f' -> {how}' if how else ''}")
    return lines


def forbidden() -> bool:
    """Whether a skip fails the run: `CI=true`."""
    return os.environ.get("CI", "").casefold() in {"true", "1"}
