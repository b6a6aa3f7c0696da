"""What mails say."""

SENTENCES = {
    "notices.digest_subject": "Perlu tindak lanjut: {count} hal baru",
    "notices.digest_intro": "Yang perlu ditindaklanjuti, keadaan {day}:",
    "notices.digest_ends": "berakhir",
    "notices.digest_more": "dan {count} lagi di halaman Perlu tindak lanjut",
    "notices.summary_subject": "Keadaan awal: {count} hal sudah jatuh tempo",
    "notices.summary_intro": "Saat data dimuat ke registri, ini yang sudah jatuh tempo (keadaan {day}):",
    "notices.digest_link": "Nama dan rinciannya: {url}",
    "notices.digest_foot": "Surat ini dibuat otomatis oleh Registri Asesor dan tidak perlu dibalas.",
}
