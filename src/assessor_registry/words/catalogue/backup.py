"""Backup and restore."""

SENTENCES = {
    "backup.unreadable": "{path} bukan cadangan register ini.",
    "backup.damaged": "Cadangan rusak: berkas {name} hilang, berubah, atau tidak tercatat. Tidak ada yang dipulihkan.",
    "backup.database_not_empty": "Basis data tujuan tidak kosong. Pemulihan hanya ke basis data kosong.",
    "backup.program_failed": "{name} gagal: {detail}",
}
