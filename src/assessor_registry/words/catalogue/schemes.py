"""What is wrong with a scheme, a version of it, or a unit."""

SENTENCES = {
    "schemes.not_found": "Skema ini tidak ditemukan.",
    "schemes.text_unknown": "Teks ini sudah dicocokkan, atau tidak ada lagi dalam daftar.",
    "schemes.title_missing": "Nama skema belum diisi.",
    "schemes.title_taken": "Nama “{title}” sudah dipakai skema lain.",
    "schemes.kind_unknown": "Jenis skema harus KKNI, Okupasi, atau Klaster, bukan “{value}”.",
    "schemes.number_missing": "Nomor skema belum diisi.",
    "schemes.number_known": "Skema ini sudah bernomor {number}.",
    "schemes.number_taken": "Nomor skema {number} sudah dipakai skema lain.",
    "schemes.alias_taken": "Sebutan “{alias}” sudah dipakai skema lain.",
    "schemes.label_missing": "Nama versi belum diisi.",
    "schemes.label_taken": "Skema ini sudah punya versi “{label}”. Versi tidak pernah diubah: beri nama lain untuk versi baru.",
    "schemes.first_day_needed": "Skema ini punya versi yang bertanggal mulai; isi juga tanggal mulai versi baru.",
    "schemes.source_missing": "Sumber daftar unit belum diisi.",
    "schemes.no_units": "Daftar unit kosong.",
    "schemes.too_many_units": "Daftar unit lebih dari {limit} baris.",
    "schemes.code_missing": "Unit ke-{position} tanpa kode.",
    "schemes.unit_title_missing": "Unit {unit} tanpa judul.",
    "schemes.code_twice": "Kode unit {unit} muncul dua kali.",
    "schemes.code_shape_unknown": "Bentuk kode unit {unit} tidak lazim; periksa ejaannya.",
    "schemes.unknown": "Tidak ada skema “{value}”. Isi dengan id, nomor, atau judul skema.",
}
