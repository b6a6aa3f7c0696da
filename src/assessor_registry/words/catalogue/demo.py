"""What keeps the sample province from starting."""

SENTENCES = {
    "demo.not_a_demo": "Folder {path} berisi data lain, bukan provinsi contoh. Pilih folder lain dengan --data-dir.",
    "demo.in_use": "Provinsi contoh di {path} sedang dipakai proses lain. Hentikan dahulu, lalu jalankan lagi.",
    "demo.port_taken": "Port {port} sedang dipakai program lain. Pilih yang lain, misalnya: make demo PORT=8080",
}
