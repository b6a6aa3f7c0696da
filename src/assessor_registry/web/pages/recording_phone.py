"""What a phone sends while recording: each item stands alone, and each gets its own answer."""

from typing import Any
from uuid import UUID

from litestar import Request, put
from litestar.params import FromPath, JSONBody

from assessor_registry import words
from assessor_registry.assessments.rules import Content, Stale
from assessor_registry.errors import InvalidInput, NotFound, Refusal
from assessor_registry.web.pages.recording import RECORD, open_schedule, save
from assessor_registry.web.phone import closing, current, differences
from assessor_registry.web.recording import Entry

ITEMS_MOST = 100


@put("/rekam/{schedule_id:uuid}/isian", opt=RECORD, sync_to_thread=True)
def save_items(
    request: Request[Any, Any, Any], schedule_id: FromPath[UUID], data: JSONBody[dict[str, Any]]
) -> dict[str, Any]:
    """Take in what a phone has kept: each item stands alone, and each gets its own answer.

    An item whose answer was lost may be sent again: the same content on the version before is no conflict.
    """
    items = data.get("items")
    if not isinstance(items, list) or len(items) > ITEMS_MOST or not all(isinstance(each, dict) for each in items):
        raise InvalidInput("web.invalid", field="items")
    with request.app.state.database.read() as conn:
        plan, found = open_schedule(request, conn, schedule_id)
    known = {entry.key: entry for entry in found}
    return {"items": [_settle(request, plan, known, item) for item in items]}


def _settle(
    request: Request[Any, Any, Any], plan: Any, known: dict[str, Entry], item: dict[str, Any]
) -> dict[str, Any]:
    key, version, content = item.get("draft"), item.get("version"), item.get("content")
    answer: dict[str, Any] = {"draft": key}
    entry = known.get(key) if isinstance(key, str) else None
    try:
        if entry is None:
            raise NotFound("assessments.no_attempt")
        if not isinstance(content, dict) or not isinstance(version, int) or isinstance(version, bool):
            raise InvalidInput("web.invalid")
        saved = save(request, entry, content, version)
        return answer | {"status": "saved", "version": saved.version}
    except Stale as stale:
        return answer | {"status": "stale"} | _undecided(entry, stale, content, stale.server, stale.params["version"])
    except Refusal as refusal:
        saved_now = entry.draft.content if entry and entry.draft else None
        answer |= {"status": "refused", "closed": closing(plan, refusal)}
        return answer | _undecided(entry, refusal, content, saved_now, entry.version if entry else 0)


def _undecided(
    entry: Entry | None, refusal: Refusal, sent: object, server: Content | None, version: Any
) -> dict[str, Any]:
    """Why, and both sides: the person decides."""
    told: dict[str, Any] = {"message": _who(entry, refusal), "current": None, "differences": []}
    if entry is not None:
        told |= {"current": current(server, version), "differences": differences(entry, sent, server)}
    return told


def _who(entry: Entry | None, refusal: Refusal) -> str:
    text = " ".join(words.sentence(each) for each in (refusal.reason, *refusal.reasons))
    return f"{entry.name}: {text}" if entry else text


HANDLERS = [save_items]
