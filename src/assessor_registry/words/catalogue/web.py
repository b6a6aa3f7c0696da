"""What pages and API say by themselves."""

SENTENCES = {
    "web.not_open": "Halaman ini belum dibuka untuk siapa pun.",
    "web.sign_in_first": "Masuk dulu untuk membuka halaman ini.",
    "web.forbidden": "Peran yang sedang Anda pakai tidak boleh melakukan ini.",
    "web.not_found": "Halaman atau data ini tidak ada, atau di luar wilayah kerja Anda.",
    "web.method": "Permintaan ini tidak dikenal di alamat ini.",
    "web.form_expired": "Formulir ini sudah terlalu lama terbuka. Kembali, muat ulang halaman, lalu kirim lagi.",
    "web.too_large": "Berkas atau isian terlalu besar.",
    "web.unreadable": "Isian tidak dapat dibaca. {detail}",
    "web.unexpected": "Ada kesalahan pada sistem, bukan pada Anda. Sebutkan nomor {number} kepada operator.",
    "web.unknown_field": "Isian “{name}” tidak dikenal.",
    "web.missing": "Isian ini wajib diisi.",
    "web.not_a_date": "Tanggal ini tidak ada atau tidak terbaca. Contoh: 21 November 2026 atau 21/11/2026.",
    "web.not_a_number": "Isi dengan bilangan.",
    "web.not_an_id": "Pilihan ini tidak dikenal.",
    "web.not_a_choice": "Pilih salah satu yang tersedia.",
    "web.invalid": "Isian ini tidak dapat diterima.",
    "web.too_long": "Isian ini terlalu panjang (paling banyak {limit} huruf).",
    "web.not_the_same": "Kedua isian tidak sama.",
    "web.file_missing": "Pilih berkasnya dulu.",
    "web.key_missing": "Permintaan ini memerlukan kepala Idempotency-Key.",
}
