"""What `export` writes: a sheet for each list of the registry, in the words of the pages."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from assessor_registry.assessments.rules import state
from assessor_registry.db.engine import Connection
from assessor_registry.printing.workbook import Cell, Column, SheetOut
from assessor_registry.reports import export
from assessor_registry.web.labels import (
    band_name,
    kind_name,
    origin_name,
    outcome_name,
    reason_name,
    result_name,
    sanction_name,
    source_name,
    stage_name,
    state_name,
    venue_name,
)
from assessor_registry.words import gettext as _

Heads = Sequence[tuple[str, int]]
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Day:
    """The day whose statuses are told; `ending_until` as in `validity.rules.band`, `now` the moment of the export."""

    on: date
    ending_until: date
    now: datetime
    zone: str

    def local(self, moment: datetime | None) -> datetime | None:
        """An instant on the clocks of the registry's zone."""
        return moment and moment.astimezone(ZoneInfo(self.zone))


def sheets(tx: Connection, day: Day, counts: dict[str, int]) -> list[SheetOut]:
    """Return the sheets; `counts` has the number of rows of each list once it is written."""
    lists = [make(tx, day) for make in _LISTS]
    return [_about(day), *(_sheet(title, heads, _counted(title, rows, counts)) for title, heads, rows in lists)]


def _sheet(title: str, heads: Heads, rows: Iterable[Row]) -> SheetOut:
    return SheetOut(title, tuple(Column(heading, width) for heading, width in heads), rows)


def _counted(title: str, rows: Iterable[Row], counts: dict[str, int]) -> Iterator[Row]:
    counts[title] = 0
    for row in rows:
        counts[title] += 1
        yield row


def _about(day: Day) -> SheetOut:
    rows: list[Row] = [
        (_("Status, pengangkatan, lisensi, dan keadaan jadwal per"), day.on),
        (_("Selebihnya seperti tercatat"), day.local(day.now)),
        (_("Zona waktu"), day.zone),
        (_("Nama dan NISN pada lembar Hasil"), _("seperti ditandatangani")),
        (_("NIK"), _("tidak ada di berkas ini")),
    ]
    return _sheet(_("Keterangan"), ((_("Tentang berkas ini"), 48), (_("Isi"), 36)), rows)


Made = tuple[str, Heads, Iterator[Row]]


def _assessors(tx: Connection, day: Day) -> Made:
    heads = (
        (_("Nama"), 34), (_("No. Reg. MET"), 24), (_("No. Reg. MET sebelumnya"), 24), (_("Sekolah"), 30),
        (_("NPSN"), 12), (_("Kabupaten/kota"), 24), (_("LSP yang mengangkat"), 34), (_("Status"), 20),
        (_("Hari terakhir"), 20), (_("Tidak lagi menguji sejak"), 22), (_("Alasan"), 24),
    )  # fmt: skip
    rows = (
        (row.name, row.met, row.other_mets, row.school, row.npsn, row.region, row.lsps,
         _("Tidak lagi menguji") if row.ended_on and row.ended_on <= day.on else band_name(row.band), row.last_day,
         row.ended_on, reason_name(row.ended_reason or ""))
        for row in export.assessors(tx, day.on, day.ending_until)
    )  # fmt: skip
    return _("Asesor"), heads, rows


def _certificates(tx: Connection, _day: Day) -> Made:
    heads = (
        (_("No. Reg. MET"), 24), (_("Nama"), 34), (_("Nomor sertifikat"), 30), (_("Nomor blanko"), 18),
        (_("Tanggal terbit"), 20), (_("Berlaku mulai"), 20), (_("Berlaku sampai"), 20),
        (_("Hari terakhir dihitung"), 12), (_("Sumber"), 30),
    )  # fmt: skip
    rows = (
        (row.met, row.name, row.number, row.blanko_number, row.issued_on, row.first_day, row.last_day,
         row.last_day_computed, source_name(row.source))
        for row in export.rows(tx, "certificates")
    )  # fmt: skip
    return _("Sertifikat asesor"), heads, rows


def _technicals(tx: Connection, _day: Day) -> Made:
    heads = (
        (_("No. Reg. MET"), 24), (_("Nama"), 34), (_("Skema"), 40), (_("Tertulis dalam daftar"), 40),
        (_("Nomor sertifikat"), 30), (_("Berlaku mulai"), 20), (_("Berlaku sampai"), 20), (_("Sumber"), 30),
    )  # fmt: skip
    rows = (
        (row.met, row.name, row.scheme, row.scheme_text, row.number, row.first_day, row.last_day,
         source_name(row.source))
        for row in export.rows(tx, "technicals")
    )  # fmt: skip
    return _("Kompetensi teknis"), heads, rows


def _appointments(tx: Connection, _day: Day) -> Made:
    heads = (
        (_("LSP"), 34), (_("Nomor surat keputusan"), 30), (_("Ditetapkan"), 20), (_("No. Reg. MET"), 24),
        (_("Nama"), 34), (_("Mulai"), 20), (_("Sampai dengan"), 20), (_("Diakhiri"), 20), (_("Alasan"), 30),
    )  # fmt: skip
    rows = (
        (row.lsp, row.number, row.decided_on, row.met, row.name, row.first_day, row.last_day, row.ended_on,
         row.ended_reason)
        for row in export.rows(tx, "appointments")
    )  # fmt: skip
    return _("SK pengangkatan"), heads, rows


def _sanctions(tx: Connection, _day: Day) -> Made:
    heads = (
        (_("No. Reg. MET"), 24), (_("Nama"), 34), (_("Jenis"), 20), (_("Yang dikenai"), 30),
        (_("Nomor surat keputusan"), 30), (_("Tanggal surat keputusan"), 20), (_("Diterima"), 20),
        (_("Mulai"), 20), (_("Sampai dengan"), 20), (_("Mengakhiri keputusan"), 30), (_("Catatan"), 30),
    )  # fmt: skip
    rows = (
        (row.met, row.name, sanction_name(row.kind),
         _("semua sertifikat") if row.whole_person else row.certificate or _("tanpa nomor"), row.decree_number,
         row.decree_date, row.received_on, row.first_day, row.last_day, row.ends, row.note)
        for row in export.rows(tx, "sanctions")
    )  # fmt: skip
    return _("Sanksi"), heads, rows


def _circulars(tx: Connection, _day: Day) -> Made:
    heads = (
        (_("Nomor"), 32), (_("Tanggal surat"), 20), (_("Diterima"), 20), (_("Sertifikat berakhir dari"), 22),
        (_("sampai dengan"), 20), (_("Diperpanjang sampai"), 20), (_("Wilayah"), 26), (_("Dicabut"), 10),
    )  # fmt: skip
    rows = (
        (row.reference, row.issued_on, row.received_on, row.ends_from, row.ends_to, row.until,
         row.region if row.region_code else _("Seluruh provinsi"), row.cancelled)
        for row in export.rows(tx, "circulars")
    )  # fmt: skip
    return _("Surat edaran"), heads, rows


def _lsps(tx: Connection, day: Day) -> Made:
    heads = (
        (_("LSP"), 40), (_("Sekolah induk"), 34), (_("Kabupaten/kota"), 24), (_("Nomor lisensi"), 24),
        (_("Nomor keputusan BNSP"), 30), (_("Lisensi mulai"), 20), (_("Lisensi sampai"), 20), (_("Skema"), 10),
        (_("Sekolah jejaring"), 16), (_("Asesor diangkat"), 16), (_("Ketua"), 28), (_("Surel"), 30), (_("Telepon"), 18),
    )  # fmt: skip
    rows = (
        (line.lsp.name, line.lsp.school, line.lsp.region,
         *((held.number, held.decree_number, held.first_day, held.last_day) if held else (None,) * 4),
         line.schemes, line.network, line.appointed, line.lsp.head_name, line.lsp.email, line.lsp.phone)
        for line, held in export.lsps(tx, day.on)
    )  # fmt: skip
    return _("LSP"), heads, rows


def _licences(tx: Connection, _day: Day) -> Made:
    heads = (
        (_("LSP"), 40), (_("Nomor lisensi"), 24), (_("Nomor keputusan BNSP"), 30), (_("Mulai"), 20),
        (_("Sampai dengan"), 20), (_("Alasan diakhiri"), 30), (_("Skema"), 40), (_("Nomor skema"), 28),
        (_("Skema mulai"), 20), (_("Skema sampai"), 20),
    )  # fmt: skip
    rows = (
        (row.lsp, row.number, row.decree_number, row.first_day, row.last_day, row.ended_reason, row.scheme,
         row.scheme_number, row.scheme_first_day, row.scheme_last_day)
        for row in export.rows(tx, "licences")
    )  # fmt: skip
    return _("Lisensi dan skemanya"), heads, rows


def _networks(tx: Connection, _day: Day) -> Made:
    heads = (
        (_("LSP"), 40), (_("NPSN"), 12), (_("Sekolah"), 34), (_("Nomor keputusan"), 30), (_("Tanggal keputusan"), 20),
        (_("Mulai"), 20), (_("Sampai dengan"), 20), (_("Alasan diakhiri"), 30),
    )  # fmt: skip
    rows = (
        (row.lsp, row.npsn, row.school, row.decree_number, row.decree_date, row.first_day, row.last_day,
         row.ended_reason)
        for row in export.rows(tx, "networks")
    )  # fmt: skip
    return _("Sekolah jejaring"), heads, rows


def _venues(tx: Connection, _day: Day) -> Made:
    heads = (
        (_("LSP"), 40), (_("TUK"), 34), (_("Jenis"), 18), (_("Kode"), 16), (_("Kapasitas"), 10), (_("Alamat"), 40),
        (_("Nomor keputusan verifikasi"), 30), (_("Verifikasi mulai"), 20), (_("Verifikasi sampai"), 20),
    )  # fmt: skip
    rows = (
        (row.lsp, row.name, venue_name(row.kind), row.code, row.capacity, row.address, row.decree_number,
         row.verified_from, row.verified_until)
        for row in export.rows(tx, "venues")
    )  # fmt: skip
    return _("TUK"), heads, rows


def _schools(tx: Connection, _day: Day) -> Made:
    heads = (
        (_("NPSN"), 12), (_("Nama"), 44), (_("Kabupaten/kota"), 26), (_("Keadaan"), 20), (_("Asesor"), 10),
        (_("Peserta didik"), 12),
    )  # fmt: skip
    states = {"confirmed": _("dikonfirmasi"), "provisional": _("perlu dikonfirmasi")}
    rows = (
        (row.npsn, row.name, row.region, states[row.state], row.assessors, row.pupils)
        for row in export.rows(tx, "schools")
    )
    return _("Sekolah"), heads, rows


def _schemes(tx: Connection, _day: Day) -> Made:
    heads = (
        (_("Skema"), 50), (_("Nomor"), 28), (_("Jenis"), 16), (_("Jenjang"), 12), (_("Bidang"), 30), (_("Versi"), 20),
        (_("Berlaku mulai"), 20), (_("Lengkap"), 10), (_("Diverifikasi"), 12), (_("Sumber"), 30), (_("Klaster"), 34),
        (_("Kode unit"), 22), (_("Unit kompetensi"), 60),
    )  # fmt: skip
    rows = (
        (row.title, row.number, row.kind, row.level, row.field, row.label, row.first_day, row.complete, row.verified,
         row.source, row.cluster, row.code, row.unit)
        for row in export.rows(tx, "schemes")
    )  # fmt: skip
    return _("Skema dan unit"), heads, rows


def _schedules(tx: Connection, day: Day) -> Made:
    heads = (
        (_("Jadwal"), 40), (_("LSP"), 32), (_("Musim"), 24), (_("Skema"), 40), (_("Versi"), 20),
        (_("Hari pertama"), 20), (_("Hari terakhir"), 20), (_("TUK"), 28), (_("Asesor"), 40), (_("Asesi"), 10),
        (_("Hasil ditandatangani"), 14), (_("Kode BNSP"), 20), (_("Keadaan"), 18),
        (_("Alasan pembatalan"), 30),
    )  # fmt: skip

    def said(row: Any) -> str:
        if row.cancelled_at:
            return _("Dibatalkan")
        return _("Akan datang") if row.last_day >= day.on else _("Sudah lewat")

    rows = (
        (row.title, row.lsp, row.season, row.scheme, row.label, row.first_day, row.last_day, row.venue, row.assessors,
         row.candidates, row.recorded, row.bnsp_code, said(row), row.cancelled_reason)
        for row in export.rows(tx, "schedules")
    )  # fmt: skip
    return _("Jadwal"), heads, rows


def _assignments(tx: Connection, _day: Day) -> Made:
    heads = (
        (_("Jadwal"), 40), (_("LSP"), 32), (_("Hari"), 20), (_("No. Reg. MET"), 24), (_("Asesor"), 34),
        (_("Nomor surat tugas"), 28), (_("Tanggal surat tugas"), 20), (_("Keadaan"), 16), (_("Alasan pencabutan"), 30),
    )  # fmt: skip

    def said(row: Any) -> str:
        if row.withdrawn_at:
            return _("Dicabut")
        return _("Ditugaskan") if row.confirmed_at else _("Direncanakan")

    rows = (
        (row.title, row.lsp, row.held_on, row.met, row.name, row.letter_number, row.letter_date, said(row),
         row.withdrawn_reason)
        for row in export.rows(tx, "assignments")
    )  # fmt: skip
    return _("Penugasan"), heads, rows


def _records(tx: Connection, day: Day) -> Made:
    heads = (
        (_("Kode cek keaslian"), 30), (_("Nama"), 30), (_("NISN"), 14), (_("Sekolah"), 30), (_("Skema"), 36),
        (_("Jadwal"), 30), (_("LSP"), 28), (_("TUK"), 28), (_("Asesor"), 28), (_("No. Reg. MET"), 24),
        (_("Nomor surat tugas"), 28), (_("Hari pertama"), 18), (_("Hari terakhir"), 18), (_("Kehadiran"), 16),
        (_("Rekomendasi asesor"), 20), (_("Unit kompeten"), 40), (_("Unit belum kompeten"), 40), (_("Bagian"), 8),
        (_("Uji ke-"), 8), (_("Asal"), 24), (_("Ditandatangani"), 26), (_("Keadaan"), 16), (_("Keterangan"), 36),
        (_("Diganti oleh"), 30),
    )  # fmt: skip

    def said(row: Any) -> str:
        return state_name(
            state(annulled=row.annulled_at, contested=row.contested_at, upheld=row.upheld_at,
                  replaced_by=row.replaced_by)
        )  # fmt: skip

    rows = (
        (row.code, row.candidate, row.nisn, row.school, row.scheme, row.schedule, row.lsp, row.venue, row.assessor,
         row.met, row.letter_number, row.first_day, row.last_day, outcome_name(row.outcome),
         result_name(row.recommendation), row.competent, row.not_yet, row.part, row.attempt, origin_name(row.origin),
         day.local(row.signed_at), said(row), row.because, row.newer)
        for row in export.rows(tx, "records")
    )  # fmt: skip
    return _("Hasil"), heads, rows


def _todos(tx: Connection, day: Day) -> Made:
    heads = (
        (_("Hal"), 34), (_("Tentang"), 34), (_("No. Reg. MET"), 24), (_("Tempat"), 30), (_("Hari terakhir"), 20),
        (_("Tahap"), 22), (_("Sejak"), 26), (_("Ditangani"), 26), (_("Catatan"), 36),
    )  # fmt: skip
    rows = (
        (kind_name(row.kind), row.subject, row.met, row.place, row.last_day, stage_name(row.stage, row.kind),
         day.local(row.raised_at), day.local(row.acknowledged_at), row.note)
        for row in export.rows(tx, "todos")
    )  # fmt: skip
    return _("Tindak lanjut"), heads, rows


_LISTS: tuple[Callable[[Connection, Day], Made], ...] = (
    _assessors, _certificates, _technicals, _appointments, _sanctions, _circulars, _lsps, _licences, _networks, _venues,
    _schools, _schemes, _schedules, _assignments, _records, _todos,
)  # fmt: skip
