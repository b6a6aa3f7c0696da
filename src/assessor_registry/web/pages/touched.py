"""What a decree touches, in words: people and their days, schedules and who could take over, signed records."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request

from assessor_registry.accounts.rules import Scope
from assessor_registry.assessors import store as assessors
from assessor_registry.consequences.actions import Followed
from assessor_registry.db.engine import Connection
from assessor_registry.reports import touched
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.validity.rules import Period
from assessor_registry.web.sheets import Linked, Listed, Weighed
from assessor_registry.web.today import today_of
from assessor_registry.words import gettext as _
from assessor_registry.words import long_date

# Whoever could take over is looked for on so many days of schedules; of them so many are named.
LOOKED_FOR, NAMED = 40, 5


def followed_lines(followed: Followed) -> tuple[tuple[str, str], ...]:
    """What would follow, as (label, number)."""
    return (
        (_("Asesor yang kehilangan hari aktif"), str(len(followed.lost))),
        (_("Jadwal yang kehilangan asesor"), str(len(followed.schedules))),
        (_("Hasil bertanda tangan yang dipersoalkan"), str(len(followed.records))),
        *([(_("Hasil yang pernah dipertahankan, tinjau lagi"), str(len(followed.again)))] if followed.again else []),
    )


def followed_lists(conn: Connection, scope: Scope, followed: Followed, today: date) -> tuple[Listed, ...]:
    """Who and what it is, by name; a list of nothing is left out."""
    lost = {one.assessor_id: one.lost for one in followed.lost}
    gained = {one.assessor_id: one.gained for one in followed.gained}
    made = (
        _days(conn, scope, _("Hari aktif bertambah"), gained, today),
        _days(conn, scope, _("Hari aktif hilang"), lost, today),
        duties_list(conn, scope, followed.assignments, lost, today),
        records_list(conn, scope, followed.records),
        records_list(conn, scope, followed.again, _("Pernah dipertahankan dan tetap berlaku: tinjau lagi")),
    )
    return tuple(one for one in made if one.rows)


def _days(conn: Connection, scope: Scope, title: str, days: Mapping[UUID, Sequence[Period]], today: date) -> Listed:
    people = assessors.details(conn, scope, list(days), today)
    rows = [
        (Linked(who.name, f"/asesor/{who.id}"), who.registration.canonical if who.registration else "–",
         who.school or "–", "; ".join(said_period(one) for one in days[who.id]))
        for who in sorted(people.values(), key=lambda one: (one.name.casefold(), one.id))
    ]  # fmt: skip
    return Listed(title, ((_("Nama"), 34), (_("No. Reg. MET"), 24), (_("Sekolah"), 30), (_("Hari"), 44)), rows)


def said_period(period: Period) -> str:
    """`1 Maret 2026 – 3 Maret 2026`; one day is said once."""
    first, last = long_date(period.first_day), long_date(period.last_day)
    return first if first == last else f"{first} – {last}"


def duties_list(
    conn: Connection,
    scope: Scope,
    assignment_ids: Sequence[UUID],
    lost: Mapping[UUID, Collection[Period]],
    today: date,
) -> Listed:
    """Which days of schedules lose their assessor, and who could take over; `lost`: who may not, on which days."""
    found = touched.touched_duties(conn, scope, assignment_ids)
    days = list(dict.fromkeys((one.schedule_id, one.held_on) for one in found))[:LOOKED_FOR]
    able = {(plan, day): _able(conn, scope, plan, day, lost, today) for plan, day in days}
    rows = [
        (long_date(one.held_on), Linked(one.title, f"/jadwal/{one.schedule_id}"), one.lsp, one.scheme, one.assessor,
         one.candidates, able.get((one.schedule_id, one.held_on), _("lihat halaman jadwalnya")))
        for one in found
    ]  # fmt: skip
    heads = ((_("Hari"), 20), (_("Jadwal"), 36), (_("LSP"), 30), (_("Skema"), 36), (_("Asesor"), 30), (_("Asesi"), 8),
             (_("Dapat menggantikan"), 44))  # fmt: skip
    return Listed(_("Hari jadwal kehilangan asesor"), heads, rows)


def _able(
    conn: Connection, scope: Scope, plan: UUID, day: date, lost: Mapping[UUID, Collection[Period]], today: date
) -> str:
    if day < today:
        return _("harinya sudah lewat")
    choices = scheduling.picker(conn, scope, plan, day, today=today)
    names = [
        one.name for one in choices
        if one.may and not any(day in period for period in lost.get(one.assessor_id, ()))
    ]  # fmt: skip
    if not names:
        return _("belum ada yang memenuhi syarat")
    more = len(names) - NAMED
    text = ", ".join(names[:NAMED])
    return text if more <= 0 else _("{names}, dan {n} orang lagi").format(names=text, n=more)


def records_list(conn: Connection, scope: Scope, record_ids: Sequence[UUID], title: str = "") -> Listed:
    """Which signed records are contested, or what `title` says."""
    rows = [
        (Linked(one.candidate, f"/hasil/{one.code}"), one.scheme, long_date(one.last_day), one.assessor, one.lsp)
        for one in touched.touched_records(conn, scope, record_ids)
    ]
    heads = ((_("Asesi"), 32), (_("Skema"), 36), (_("Hari asesmen"), 20), (_("Asesor"), 30), (_("LSP"), 30))
    return Listed(title or _("Hasil yang dipersoalkan"), heads, rows)


def lapsed_shown(request: Request[Any, Any, Any], followed: Followed) -> Weighed:
    """What the end of an appointment or of a career would take with it."""
    with request.app.state.database.read() as conn:
        made = (
            duties_list(conn, request.user.scope, followed.assignments, {}, today_of(request)),
            records_list(conn, request.user.scope, followed.records),
        )
    told = (
        (followed.schedules, _("Penugasan itu dicabut dan jadwalnya masuk daftar yang perlu asesor.")),
        (followed.records, _("Hasil itu dipersoalkan sampai dikuatkan dengan surat, atau dibatalkan.")),
        (not followed.schedules and not followed.records, _("Tidak ada penugasan atau hasil sesudahnya.")),
    )
    counted = ((_("Hari penugasan sesudahnya"), str(len(followed.assignments))), *followed_lines(followed)[1:])
    return Weighed(counted, tuple(text for holds, text in told if holds), tuple(one for one in made if one.rows))
