"""What a page says after an act: a word in the address names the sentence, so that a reload never acts again."""

from typing import Any

from litestar import Request
from litestar.response import Redirect

from assessor_registry.words import gettext as _


def done(path: str, word: str) -> Redirect:
    """Go to `path` (without a query), which will say the sentence of `word`."""
    return Redirect(f"{path}?selesai={word}", status_code=303)


def said(request: Request[Any, Any, Any]) -> str | None:
    """The sentence of the act that led here; None for an unknown word."""
    sentences = {
        "dibuat": _("Jadwal sudah dibuat. Tambahkan asesi, lalu tugaskan asesor."),
        "asesi": _("Asesi sudah ditambahkan."),
        "keluar": _("Asesi sudah dikeluarkan dari jadwal."),
        "dibagi": _("Pembagian asesi sudah disimpan."),
        "ditugaskan": _("Asesor sudah ditugaskan."),
        "direncanakan": _("Penugasan disimpan sebagai rencana. Pastikan setelah sertifikatnya terbit."),
        "dipastikan": _("Rencana penugasan sudah dipastikan."),
        "diganti": _("Asesor sudah diganti."),
        "dilepas": _("Penugasan asesor sudah dicabut."),
        "bukti": _("Jenis bukti sudah disimpan."),
        "dipindah": _("Hari jadwal sudah dipindahkan. Periksa lagi penugasannya."),
        "dibatalkan": _("Jadwal sudah dibatalkan."),
        "dikuatkan": _("Hasil dinyatakan tetap berlaku."),
        "hasil-batal": _("Hasil sudah dibatalkan."),
        "kertas": _("Hasil kertas sudah dicatat dan menunggu pemeriksaan orang kedua."),
        "diperiksa": _("Hasil kertas sudah dikukuhkan."),
        "ditolak": _("Hasil kertas ditolak. Hasil dapat dicatat ulang."),
        "kunci": _("Kunci tanda tangan sudah dibuat."),
        "frasa": _("Frasa sandi tanda tangan sudah diganti. Frasa yang lama tidak berlaku lagi."),
        "hadir": _("Kehadiran sudah disimpan."),
        "dinilai": _("Penilaian sudah disimpan."),
        "dipetakan": _("Skema kelas sudah disimpan."),
    }
    return sentences.get(request.query_params.get("selesai", ""))
