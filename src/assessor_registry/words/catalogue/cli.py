"""What the command line says by itself."""

SENTENCES = {
    "cli.not_a_date": "{name}: “{value}” bukan tanggal. Contoh: 2026-11-21 atau 21/11/2026.",
    "cli.no_file": "Berkas tidak ada atau tidak dapat dibaca: {path}",
    "cli.no_assessor": "Tidak ada asesor dengan nomor registrasi {number}.",
    "cli.ambiguous_assessor": "Nomor {number} tanpa tahun cocok dengan beberapa asesor. Sebutkan tahunnya.",
    "cli.not_a_registration": "“{value}” bukan nomor registrasi. Contoh: MET.000.004772 2024",
    "cli.no_lsp": "Tidak ada LSP “{value}”.",
    "cli.no_school": "Tidak ada sekolah dengan NPSN {npsn}.",
    "cli.no_record": "Tidak ada hasil dengan kode itu.",
    "cli.one_role": "Pilih tepat satu: --operator, atau --role dengan salah satu dari {roles}.",
    "cli.place_missing": "Peran {role} memerlukan {option}.",
    "cli.no_account": "Tidak ada akun dengan nama masuk itu.",
    "cli.export_ending": "{path} tidak berakhiran .xlsx. Ekspor hanya ditulis sebagai buku kerja Excel.",
    "cli.export_exists": "{path} sudah ada. Ekspor selalu ditulis ke berkas baru.",
    "cli.export_unwritable": "{path} tidak dapat ditulis: {why}. Pilih folder yang dapat ditulis pengguna program ini.",
    "cli.not_loopback": "Demo hanya dilayani di mesin ini sendiri.",
}
