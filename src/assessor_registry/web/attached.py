"""A file sent with its form (a decree, a certificate): kept at once, so that a form that comes back has not lost it."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request, Response
from litestar.datastructures import UploadFile

from assessor_registry import clock
from assessor_registry.db.engine import Connection
from assessor_registry.errors import InvalidInput, NotFound
from assessor_registry.files import actions as files
from assessor_registry.files import store
from assessor_registry.files.rules import KINDS, MIB, SCANS
from assessor_registry.web.download import file_answer

# The field of the file, and the hidden one that names what was kept before.
FILE, KEPT = "file", "file_id"
PURPOSE = "decree"


def attach(request: Request[Any, Any, Any], form: dict[str, Any]) -> None:
    """Keep the file that came with `form`, and let the form name it by its id instead, as a later step does.

    Raises:
        InvalidInput: it is too large or neither PDF, JPEG nor PNG; or the id is of a file that somebody else sent.
    """
    sent = form.pop(FILE, None)
    if isinstance(sent, UploadFile) and sent.filename:
        settings, name = request.app.state.settings, sent.filename
        limit = settings.upload_limit_mib * MIB
        content = sent.file.read(limit + 1)
        kept: UUID = request.app.state.database.perform(
            lambda tx: files.keep(
                tx, settings.uploads_dir, content=content, given_name=name, purpose=PURPOSE,
                uploaded_by=request.user.author, now=clock.now(), allowed=SCANS, limit=limit,
            )
        )  # fmt: skip
        form[KEPT] = str(kept)
    elif form.get(KEPT):
        _require_own(request, str(form[KEPT]))


def _require_own(request: Request[Any, Any, Any], text: str) -> None:
    try:
        with request.app.state.database.read() as conn:
            known = store.file(conn, UUID(text))
    except (ValueError, NotFound):
        raise InvalidInput("files.not_found", field=FILE) from None
    if known.purpose != PURPOSE or known.uploaded_by != request.user.account_id:
        raise InvalidInput("files.not_found", field=FILE)


def marked(form: Mapping[str, Any]) -> dict[str, Any]:
    """The form as it is told from another: a file by its digest, so that a double tap is the same request."""
    told = dict(form)
    sent = told.pop(FILE, None)
    if isinstance(sent, UploadFile) and sent.filename:
        told[FILE] = hashlib.file_digest(sent.file, "sha256").hexdigest()
        sent.file.seek(0)
    return told


def attached_file(
    request: Request[Any, Any, Any], conn: Connection, file_id: UUID | None, *, name: str = "surat"
) -> Response[bytes]:
    """The file of a decree, or what `name` says, that the asker may see, shown in the browser.

    Raises:
        NotFound: there is none.
    """
    if file_id is None:
        raise NotFound("files.not_found")
    known = store.file(conn, file_id)
    content = store.read(conn, request.app.state.settings.uploads_dir, file_id)
    name = f"{name}-{known.sha256.hex()[:8]}{KINDS[known.media_type][0]}"
    return file_answer(content, name, known.media_type, inline=True)
