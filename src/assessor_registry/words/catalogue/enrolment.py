"""Keys of assessors: making, confirming and unlocking them; the registry's authority."""

SENTENCES = {
    "signing.no_authority": "Kunci penerbit registri belum dibuat. Jalankan migrate, atau pulihkan basis data lengkap dari cadangan.",
    "signing.not_your_key": "Kunci tanda tangan hanya dapat dibuat oleh asesor itu sendiri.",
    "signing.passphrase_refused": "Frasa sandi ini tidak dapat dipakai.",
    "signing.own_key": "Kunci sendiri harus dipastikan oleh orang lain.",
    "signing.nothing_to_confirm": "Tidak ada kunci tanda tangan yang menunggu kepastian.",
    "signing.no_key": "Asesor ini belum membuat kunci tanda tangan. Buat frasa sandi dahulu.",
    "signing.key_retired": "Kunci tanda tangan Anda baru saja diganti, jadi belum ada yang ditandatangani. Pakai frasa sandi yang baru setelah kuncinya disahkan admin LSP.",
    "signing.key_unconfirmed": "Kunci tanda tangan yang baru masih menunggu kepastian dari admin LSP.",
    "signing.too_many_attempts": "Frasa sandi terlalu sering salah. Coba lagi setelah {wait_seconds} detik.",
}
