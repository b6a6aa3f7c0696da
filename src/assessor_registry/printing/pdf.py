"""The forms as PDF: one function per form, tagged and archival (PDF/A-2a, PDF/UA-1), no personal data in the title."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from assessor_registry.errors import InvalidInput
from assessor_registry.printing import qr
from assessor_registry.printing.engine import Verbatim, typeset
from assessor_registry.printing.forms import (
    Activation,
    AttendanceForm,
    LetterForm,
    MinutesForm,
    MinutesRow,
    RecordForm,
)
from assessor_registry.words import long_date
from assessor_registry.words.spell import spell_date, spell_number


def record_form(form: RecordForm) -> bytes:
    """FR.AK.02 of one record, as PDF."""
    return record_forms([form])


def record_forms(forms: Sequence[RecordForm]) -> bytes:
    """FR.AK.02 of several records in one PDF, each beginning on its own page with its own page count.

    Raises:
        InvalidInput: `printing.nothing_to_print` for an empty list; `printing.qr_too_long`.
    """
    if not forms:
        raise InvalidInput("printing.nothing_to_print")
    return typeset("record", {"records": [_record(form) for form in forms]}, max(form.made_at for form in forms))


def attendance_list(form: AttendanceForm) -> bytes:
    """Daftar hadir of one day, as PDF."""
    return typeset("attendance", {"form": form, "day": _weekday(form.day), "qr": _page_qr(form.page_url)}, form.made_at)


def minutes(form: MinutesForm) -> bytes:
    """Berita acara uji kompetensi, as PDF; counts and the day in words are made here."""
    opening = f"Pada hari ini {spell_date(form.first_day).sentence}"
    if form.last_day != form.first_day:
        opening += f", sampai dengan hari {spell_date(form.last_day).sentence}"
    data = {"form": form, "opening": opening, "counts": counts(form.candidates), "qr": _page_qr(form.page_url)}
    return typeset("minutes", data, form.made_at)


def assignment_letter(form: LetterForm) -> bytes:
    """Surat tugas asesor, as PDF."""
    people = [{"person": one, "days": _days(one.days)} for one in form.assigned]
    count = f"{form.candidate_count} ({spell_number(form.candidate_count)})"
    return typeset("letter", {"form": form, "people": people, "count": count}, form.made_at)


def activation_sheet(people: Sequence[Activation], address: str, made_at: datetime) -> bytes:
    """Slips of first access, half a page per person with a line to cut along; `address` is where the code is typed.

    The QR holds the address only: a one-time code never stands in an address.

    Raises:
        InvalidInput: `printing.nothing_to_print` for an empty list.
    """
    if not people:
        raise InvalidInput("printing.nothing_to_print")
    data = {"people": list(people), "address": address, "qr": _qr(address)}
    return typeset("activation", data, made_at)


def counts(candidates: Sequence[MinutesRow]) -> dict[str, int]:
    """How many were listed, present, absent, withdrew, K, BK, and are without a result or a recommendation yet."""
    outcomes = Counter(row.outcome for row in candidates)
    results = Counter(row.recommendation for row in candidates if row.outcome == "assessed")
    return {
        "listed": len(candidates),
        "present": len(candidates) - outcomes["absent"] - outcomes[None],
        "absent": outcomes["absent"],
        "withdrew": outcomes["withdrew"],
        "competent": results["K"],
        "not_yet": results["BK"],
        "open": results[None] + outcomes[None],
    }


def _record(form: RecordForm) -> dict[str, object]:
    return {"form": form, "qr": _qr(form.check_url) if form.check_url and form.code else None}


def _qr(address: str) -> Verbatim:
    return Verbatim(qr.svg(address, label="Kode QR alamat cek keaslian"))


def _page_qr(address: str) -> Verbatim:
    return Verbatim(qr.svg(address, label="Kode QR alamat jadwal di register"))


def _weekday(day: date) -> str:
    return f"{spell_date(day).weekday}, {long_date(day)}"


def _days(days: Sequence[date]) -> str:
    return "; ".join(_weekday(day) for day in sorted(days))
