"""What is refused about uploaded files."""

SENTENCES = {
    "files.empty": "Berkas ini kosong. Pilih berkas lain.",
    "files.too_large": "Berkas ini terlalu besar. Paling besar {limit_mib} MB.",
    "files.kind_not_taken": "Jenis berkas ini tidak diterima. Yang diterima: {kinds}.",
    "files.not_found": "Berkas tidak ditemukan.",
    "files.missing": "Isi berkas ini tidak ada lagi di server. Hubungi operator; kembalikan dari cadangan.",
    "files.damaged": "Isi berkas ini rusak di server. Hubungi operator; kembalikan dari cadangan.",
}
