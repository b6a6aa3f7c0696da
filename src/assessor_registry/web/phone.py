"""What a phone is told of what it has kept: whether recording is closed, and how its marks differ from the server's."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from assessor_registry import words
from assessor_registry.assessments import store
from assessor_registry.assessments.rules import Content
from assessor_registry.db.engine import Connection
from assessor_registry.errors import Reason, Refusal
from assessor_registry.validity import store as validity
from assessor_registry.web.labels import outcome_name
from assessor_registry.web.recording import EMPTY, Entry, shown
from assessor_registry.words import gettext as _

# Refusals that the next tap would meet as well: recording is over, or not yet open, for this person and schedule.
_INACTIVE = "assessments.not_active_to_record"
_CLOSING = frozenset(
    {
        _INACTIVE,
        "assessments.not_assigned",
        "assessments.other_assessor",
        "assessments.cancelled",
        "assessments.not_yet",
    }
)


def closed(conn: Connection, assessor_id: UUID, plan: Any, today: date) -> str | None:
    """Why nothing can be recorded in this schedule today, and whom to ask; None while it can."""
    if plan.cancelled_at is not None:
        return _said(plan, (Reason("assessments.cancelled"),))
    duties = store.duties(conn, [assessor_id], [plan.id]).get((assessor_id, plan.id), ())
    if not duties:
        return _said(plan, (Reason("assessments.not_assigned"),))
    if today < duties[0].day:
        return _said(plan, (Reason("assessments.not_yet", {"first_day": duties[0].day}),))
    answer = validity.standing(conn, assessor_id, today)
    return None if answer.eligible else _said(plan, (Reason(_INACTIVE, {"day": today}), *answer.reasons))


def closing(plan: Any, refusal: Refusal) -> str | None:
    """The same for a save that was refused; None when only this one was."""
    return _said(plan, (refusal.reason, *refusal.reasons)) if refusal.code in _CLOSING else None


def _said(plan: Any, reasons: tuple[Reason, ...]) -> str:
    text = " ".join(words.sentence(each) for each in reasons)
    code = reasons[0].code
    if code == "assessments.not_yet":
        return text
    if code == "assessments.cancelled":
        return " ".join((text, _("Tanyakan kepada {lsp}.").format(lsp=plan.lsp_name)))
    return " ".join((
        text,
        _("Yang sudah tersimpan tidak hilang. Minta {lsp} mencatat hasilnya dari kertas FR.AK.02.").format(
            lsp=plan.lsp_name
        ),
    ))  # fmt: skip


def current(content: Content | None, version: int) -> dict[str, Any]:
    """What the server has, as the phone keeps it."""
    return {"version": version, "content": shown(content or EMPTY)}


def differences(entry: Entry, sent: object, server: Content | None) -> list[dict[str, str]]:
    """Return what differs between phone and server, each in words: the mark of each unit, attendance, note."""
    if not isinstance(sent, Mapping):
        return []
    here, marks = server or EMPTY, sent.get("units")
    mine: Mapping[str, Any] = marks if isinstance(marks, Mapping) else {}
    rows = [(_("Kehadiran"), _outcome(sent.get("outcome")), _outcome(here.outcome))]
    rows += [(unit.title, _mark(mine.get(unit.code)), _mark(here.units.get(unit.code))) for unit in entry.units]
    rows.append((_("Catatan"), _quoted(sent.get("note")), _quoted(here.note)))
    handed = (_("tidak"), _("ya"))
    rows.append((_("Sisa unit dinilai rekan"), handed[bool(sent.get("handed_on"))], handed[here.handed_on]))
    return [{"what": what, "phone": phone, "server": there} for what, phone, there in rows if phone != there]


def _outcome(outcome: object) -> str:
    return outcome_name(outcome) if isinstance(outcome, str) and outcome else _("belum diisi")


def _mark(mark: object) -> str:
    return mark if isinstance(mark, str) and mark in {"K", "BK"} else _("belum dinilai")


def _quoted(note: object) -> str:
    return f"“{note.strip()}”" if isinstance(note, str) and note.strip() else _("kosong")
