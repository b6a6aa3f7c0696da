"""What the database refuses."""

SENTENCES = {
    "db.constraint": "Data ini bertentangan dengan data lain yang sudah tersimpan ({constraint}). Tidak ada yang diubah.",
    "db.unfit_text": "Isian berisi karakter yang tidak dapat disimpan. Hapus karakter itu, lalu kirim lagi.",
    "db.busy": "Data ini sedang diubah orang lain. Tidak ada yang diubah; coba lagi sebentar.",
    "db.unavailable": "Basis data tidak menjawab. Tidak ada yang diubah; coba lagi sebentar.",
    "db.no_connection": "Basis data tidak dapat dihubungi: {detail}",
    "db.no_rights": (
        "Peran basis data ini tidak boleh mengubah skema. Isi ASSESSOR_REGISTRY_MIGRATION_URL dengan peran pemiliknya."
    ),
    "db.schema_behind": "Skema basis data ({found}) belum sesuai dengan program ({expected}). Jalankan migrate.",
    "db.url_unreadable": "DATABASE_URL bukan alamat PostgreSQL. Contoh: postgresql://pengguna@host/basisdata",
    "db.server_too_old": "PostgreSQL di server ini versi {found}; yang diperlukan versi {oldest} atau lebih baru.",
    "db.not_empty": "Tempat tujuan tidak kosong: {path}. Pemulihan hanya ke tempat kosong.",
}
