"""What the pages of schedules, results and the public check say by themselves."""

SENTENCES = {
    "web.too_many": "Terlalu banyak permintaan dari jaringan ini. Coba lagi dalam {wait_seconds} detik.",
    "web.nobody_chosen": "Pilih paling sedikit satu siswa.",
    "web.code_shape": "Kode terdiri atas 26 huruf dan angka. Periksa lagi; spasi dan tanda hubung tidak berpengaruh.",
    "web.nisn_shape": "NISN terdiri atas 10 angka.",
    "web.scan_missing": "Pilih pindaian FR.AK.02 (PDF, JPEG, atau PNG).",
    "web.not_duty_day": "Asesor ini tidak ditugaskan pada jadwal tersebut.",
}
