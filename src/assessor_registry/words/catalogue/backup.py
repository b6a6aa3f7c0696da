"""Backup and restore."""

SENTENCES = {
    "backup.exists": "{path} sudah ada. Cadangan selalu ditulis ke folder baru.",
    "backup.unreadable": "{path} bukan cadangan register ini.",
    "backup.damaged": "Cadangan rusak: berkas {name} hilang, berubah, atau tidak tercatat. Tidak ada yang dipulihkan.",
    "backup.database_not_empty": "Basis data tujuan tidak kosong. Pemulihan hanya ke basis data kosong.",
    "backup.newer": (
        "Cadangan ini dari program yang lebih baru (skema {found}; program ini {expected}). Perbarui program dahulu."
    ),
    "backup.program_failed": "{name} gagal: {detail}",
}
