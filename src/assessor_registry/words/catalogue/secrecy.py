"""What is wrong with key files."""

SENTENCES = {
    "secrecy.wrong_key": "Data terenkripsi tidak dapat dibuka dengan kunci {name} yang ada. Kembalikan kunci dari cadangan.",
    "secrecy.readable_by_others": "Berkas kunci {path} dapat dibaca pengguna lain. Jalankan: chmod 600 {path}",
    "secrecy.wrong_length": "Berkas kunci {path} rusak: panjangnya harus 32 byte.",
}
