"""What needs doing: the name of each kind, and how near it is."""

SENTENCES = {
    "flags.unknown": "Tindak lanjut ini tidak ditemukan atau sudah selesai.",
    "flags.season_gap": "Berakhir sebelum musim uji kompetensi selesai",
    "flags.certificate_ending": "Sertifikat asesor",
    "flags.technical_ending": "Sertifikat kompetensi teknis",
    "flags.appointment_ending": "Pengangkatan oleh LSP",
    "flags.licence_ending": "Lisensi LSP",
    "flags.venue_ending": "Verifikasi TUK",
    "flags.needs_assessor": "Jadwal tanpa asesor",
    "flags.results_unsigned": "Hasil asesmen belum ditandatangani",
    "flags.stage_expired": "sudah berakhir",
    "flags.stage_months": "berakhir dalam {months} bulan",
}
