"""Printing: what can not be printed or written into a workbook."""

SENTENCES = {
    "printing.qr_too_long": "Teks terlalu panjang untuk kode QR (paling banyak {most} karakter).",
    "printing.too_many_rows": "Daftar “{sheet}” lebih panjang daripada satu lembar kerja Excel ({most} baris). Persempit dengan saringan.",
    "printing.nothing_to_print": "Tidak ada yang dicetak: daftarnya kosong.",
}
