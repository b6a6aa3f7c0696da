"""The file comes back as a workbook: every row with what became of it, and the refused ones to be put right."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from assessor_registry import words
from assessor_registry.intake.cells import Cell as ReadCell
from assessor_registry.intake.cells import Kind, shown
from assessor_registry.intake.plan_rules import Change, Plan, PlannedRow, masked_nik
from assessor_registry.printing import workbook
from assessor_registry.printing.workbook import Cell, Column, SheetOut
from assessor_registry.words import gettext as _

_NIK = re.compile(r"(?<!\d)\d{16}(?!\d)")
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_NOT_READ = shown(ReadCell(Kind.MISSING))


def outcome_name(outcome: str) -> str:
    """`refused` → `Ditolak`."""
    names = {
        "new": _("Baru"),
        "changed": _("Berubah"),
        "same": _("Sama"),
        "correction": _("Koreksi tanggal"),
        "corrected": _("Dikoreksi"),
        "uncorrected": _("Koreksi tidak disimpan"),
        "refused": _("Ditolak"),
    }
    return names.get(outcome, outcome)


def kind_name(kind: str) -> str:
    """`schemes` → `Skema dan unit`."""
    names = {
        "assessors": _("Register asesor"),
        "students": _("Peserta didik"),
        "schemes": _("Skema dan unit"),
        "schools": _("Daftar sekolah"),
    }
    return names.get(kind, kind)


def field_name(name: str) -> str:
    """What a field of the registry is called on screen: `certificate.last_day` → `Tanggal akhir sertifikat`."""
    names = {
        "name": _("Nama"), "nik": "NIK", "nisn": "NISN", "nipd": "NIPD", "birth_place": _("Tempat lahir"),
        "birth_date": _("Tanggal lahir"), "sex": _("Jenis kelamin"), "address": _("Alamat"), "city": _("Kota"),
        "phone": _("Telepon"), "email": _("Email"), "siapkerja": "SIAPKerja", "remarks": _("Keterangan"),
        "region_code": _("Kabupaten/kota"), "registration": _("Nomor MET"), "school": _("Sekolah"),
        "rombel": _("Rombel"), "missing_since": _("Tidak ada di daftar sejak"),
        "certificate": _("Sertifikat baru"), "certificate.first_day": _("Tanggal sertifikat"),
        "certificate.last_day": _("Tanggal akhir sertifikat"), "certificate.number": _("Nomor sertifikat"),
        "certificate.blanko_number": _("Nomor blanko"),
        "certificate.last_day_printed": _("Tanggal akhir kini tercetak"), "technical": _("Kompetensi teknis"),
        "technical.number": _("Nomor sertifikat teknis"), "technical.first_day": _("Tanggal sertifikat teknis"),
        "technical.last_day": _("Tanggal akhir sertifikat teknis"), "technical.scheme": _("Skema dikenali"),
        "scheme_number": _("Nomor skema"), "kind": _("Jenis skema"), "level": _("Level"), "complete": _("Lengkap"),
        "source": _("Sumber"), "cluster": _("Klaster"), "unit_added": _("Unit baru"),
        "unit_removed": _("Unit tidak ada lagi"), "unit_title": _("Judul unit"), "npsn": "NPSN",
        "school_name": _("Nama sekolah"), "school_region": _("Kabupaten/kota"), "school_state": _("Keadaan"),
    }  # fmt: skip
    return names.get(name, name)


def as_read(value: str | None) -> str:
    """A value of a change with its dates written out: `2027-12-13` → `13 Desember 2027`."""
    return _DAY.sub(lambda found: words.long_date(date.fromisoformat(found[0])), value) if value else "–"


def report(plan: Plan, made_at: datetime, outcomes: Mapping[int, str] | None = None, *, masked: bool = False) -> bytes:
    """Return the workbook. `outcomes`: row → how it ended, for an import that was applied already.

    `masked`: it is for somebody else than the sender of the file, who sees no NIK.

    One sheet has all rows with their outcome and reasons; the other only the refused ones under the file's own
    headings, so that they can be put right there and the workbook sent again. Cells are text.
    """
    planned = [_masked(row, plan.columns.get("nik")) for row in plan.rows] if masked else plan.rows
    headings = headings_of(planned)
    ended = outcomes or {}
    about = [Column(_("Baris"), 7), Column(_("Hasil impor"), 16), Column(_("Alasan"), 70)]
    refused = [row for row in planned if ended.get(row.row, row.outcome) == "refused"]
    everything = SheetOut(_("Semua baris"), [*about, *map(Column, headings)], _all(planned, ended, headings))
    # First, so that it is the sheet that is read when the workbook is sent again.
    again = SheetOut(_("Ditolak"), list(map(Column, headings)), _raw(refused, headings))
    return workbook.write([again, everything] if refused else [everything], made_at=made_at)


def _masked(row: PlannedRow, nik: str | None) -> PlannedRow:
    """The row without any NIK, wherever it is written: under its heading, or as 16 digits in another cell."""
    raw = {label: masked_nik(cell) if label == nik else _NIK.sub(_hidden, cell) for label, cell in row.raw.items()}
    return replace(row, raw=raw)


def _hidden(found: re.Match[str]) -> str:
    return masked_nik(found[0])


def headings_of(rows: Iterable[PlannedRow]) -> list[str]:
    """The labels of the file in its order; a row leaves out the cells in which it has nothing."""
    order: list[str] = []
    for row in rows:
        place = 0
        for label in row.raw:
            if label in order:
                place = order.index(label) + 1
            else:
                order.insert(place, label)
                place += 1
    return order


def endings(plan: Plan, row_outcomes: Mapping[str, Sequence[int]] | None) -> dict[int, str]:
    """Row → how it ended, of what is kept of an import that was applied; a correction without its tick is told."""
    if row_outcomes is None:
        return {}
    ended = {row: name for name, rows in row_outcomes.items() for row in rows}
    return ended | {row.row: "uncorrected" for row in plan.corrected if ended.get(row.row) == "correction"}


def left_out(plan: Plan, row_outcomes: Mapping[str, Sequence[int]] | None) -> list[PlannedRow]:
    """The rows whose corrections were not ticked when the import was applied, and so were not saved."""
    saved = frozenset((row_outcomes or {}).get("corrected", ()))
    return [row for row in plan.corrected if row.row not in saved] if row_outcomes is not None else []


def reasons_of(row: PlannedRow, ended: str | None = None) -> str:
    """All that is said about a row, one sentence after the other; `ended`: how, when it was applied already."""
    said = [f"{each.column}: {words.sentence(each.reason)}" if each.column else words.sentence(each.reason)
            for each in row.findings]  # fmt: skip
    if row.outcome == "changed":
        said += [_difference(each) for each in row.changes]
    head = _("Koreksi") if ended in {None, "corrected"} else _("Koreksi yang tidak disimpan:")
    said += [f"{head} {_difference(each)}" for each in row.corrections]
    return " ".join(said)


def _difference(change: Change) -> str:
    return f"{field_name(change.name)}: {as_read(change.old)} → {as_read(change.new)}."


def _all(rows: Iterable[PlannedRow], ended: Mapping[int, str], headings: Sequence[str]) -> Iterator[list[Cell]]:
    for row in rows:
        status = outcome_name(ended.get(row.row, row.outcome))
        yield [row.row, status, reasons_of(row, ended.get(row.row)), *(row.raw.get(label) for label in headings)]


def _raw(rows: Iterable[PlannedRow], headings: Sequence[str]) -> Iterator[list[Cell]]:
    for row in rows:
        lost = {each.column for each in row.findings if each.code == "intake.nik_number_lost"}
        yield [_again(row.raw.get(label), label in lost) for label in headings]


def _again(cell: str | None, lost_digit: bool) -> Cell:
    """A formula without a value comes back empty, or its placeholder would go in as a name; a NIK whose last digit is
    lost stays a number, or it would go in as a whole one."""
    if cell == _NOT_READ:
        return None
    return int(cell) if cell and lost_digit and cell.isdecimal() else cell
