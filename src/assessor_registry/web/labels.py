"""Words of the field for the system's names."""

from assessor_registry.words import gettext as _


def role_name(role: str) -> str:
    """`lsp_admin` → `Admin LSP`."""
    names = {
        "division": _("Bidang Pembinaan SMK"),
        "lsp_admin": _("Admin LSP"),
        "assessor": _("Asesor"),
        "panel": _("Tim pleno"),
        "school": _("Sekolah"),
        "auditor": _("Auditor"),
        "operator": _("Operator"),
        "none": _("Tanpa peran"),
    }
    return names.get(role, role)


def band_name(band: str) -> str:
    """`ending` → `Segera berakhir`."""
    names = {
        "active": _("Aktif"),
        "ending": _("Segera berakhir"),
        "expired": _("Kedaluwarsa"),
        "suspended": _("Dibekukan"),
        "future": _("Belum mulai"),
        "none": _("Tanpa sertifikat"),
    }
    return names.get(band, band)


def result_name(result: str | None) -> str:
    """`K` → `Kompeten`."""
    return {"K": _("Kompeten"), "BK": _("Belum kompeten")}.get(result or "", "–")


def outcome_name(outcome: str | None) -> str:
    """`absent` → `Tidak hadir`."""
    names = {"assessed": _("Diases"), "absent": _("Tidak hadir"), "withdrew": _("Mengundurkan diri")}
    return names.get(outcome or "", _("Belum diisi"))


def acknowledgement_name(how: str | None) -> str:
    """`paper` → `Ditandatangani di kertas FR.AK.02`: how the candidate took note of the result."""
    names = {
        "paper": _("Ditandatangani di kertas FR.AK.02"),
        "phone": _("Menyetujui di ponsel asesor"),
        "refused": _("Menolak menandatangani"),
    }
    return names.get(how or "", _("Tidak ada"))


def origin_name(origin: str) -> str:
    """`paper` → `Dari berkas kertas`."""
    return {"signed": _("Ditandatangani di sini"), "paper": _("Dari berkas kertas")}.get(origin, origin)


def source_name(source: str) -> str:
    """`import` → `Impor register`; another source is what somebody wrote."""
    return _("Impor register") if source == "import" else source


def kind_name(kind: str) -> str:
    """`season_gap` → `Berakhir sebelum musim uji selesai`: kinds of to-dos."""
    names = {
        "season_gap": _("Berakhir sebelum musim uji selesai"),
        "certificate_ending": _("Sertifikat asesor berakhir"),
        "technical_ending": _("Kompetensi teknis berakhir"),
        "appointment_ending": _("Pengangkatan LSP berakhir"),
        "licence_ending": _("Lisensi LSP berakhir"),
        "venue_ending": _("Verifikasi TUK berakhir"),
        "needs_assessor": _("Jadwal memerlukan asesor"),
        "results_unsigned": _("Hasil belum ditandatangani"),
    }
    return names.get(kind, kind)


def stage_name(stage: int, kind: str = "") -> str:
    """`3` → `kurang dari 3 bulan`; 0 is past. What does not come from the calendar has no stage, but is pressing."""
    if kind in ("needs_assessor", "results_unsigned"):
        return _("segera")
    return _("sudah lewat") if stage == 0 else _("kurang dari {n} bulan").format(n=stage)


def sanction_name(kind: str) -> str:
    """`suspension` → `Pembekuan`."""
    names = {
        "suspension": _("Pembekuan"),
        "revocation": _("Pencabutan"),
        "reinstatement": _("Pemulihan"),
        "cancellation": _("Pembatalan sanksi"),
    }
    return names.get(kind, kind)


def venue_name(kind: str) -> str:
    """`tempat_kerja` → `TUK tempat kerja`."""
    names = {"sewaktu": _("TUK sewaktu"), "tempat_kerja": _("TUK tempat kerja"), "mandiri": _("TUK mandiri")}
    return names.get(kind, kind)


def state_name(state: str) -> str:
    """`contested` → `Dipersoalkan`."""
    names = {
        "valid": _("Berlaku"),
        "contested": _("Dipersoalkan"),
        "annulled": _("Dibatalkan"),
        "replaced": _("Sudah diganti"),
    }
    return names.get(state, state)


def reason_name(reason: str) -> str:
    """`retired` → `Pensiun`: why somebody assesses no longer."""
    names = {"retired": _("Pensiun"), "moved": _("Pindah ke luar wilayah"), "head": _("Menjadi kepala sekolah"),
             "died": _("Meninggal dunia"), "other": _("Lainnya")}  # fmt: skip
    return names.get(reason, reason)
