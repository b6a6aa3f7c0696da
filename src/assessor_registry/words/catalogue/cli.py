"""What the command line says by itself."""

SENTENCES = {
    "cli.not_a_date": "{name}: “{value}” bukan tanggal. Contoh: 2026-11-21 atau 21/11/2026.",
    "cli.no_file": "Berkas tidak ada atau tidak dapat dibaca: {path}",
    "cli.no_assessor": "Tidak ada asesor dengan nomor registrasi {number}.",
    "cli.ambiguous_assessor": "Nomor {number} tanpa tahun cocok dengan beberapa asesor. Sebutkan tahunnya.",
    "cli.not_a_registration": "“{value}” bukan nomor registrasi. Contoh: MET.000.004772 2024",
    "cli.no_lsp": "Tidak ada LSP “{value}”.",
    "cli.no_region": "Tidak ada kabupaten/kota dengan kode {region}. Contoh: 64.72 untuk Kota Samarinda.",
    "cli.no_school": "Tidak ada sekolah dengan NPSN {npsn}.",
    "cli.no_record": "Tidak ada hasil dengan kode itu.",
    "cli.one_role": "Pilih tepat satu: --operator, atau --role dengan salah satu dari {roles}.",
    "cli.one_place": (
        "Satu peran mempunyai satu tempat: pilih salah satu dari --lsp, --school, --region. Operator dan asesor tidak"
        " memakainya, dan operator tidak memakai --assessor."
    ),
    "cli.place_missing": "Peran {role} memerlukan {option}.",
    "cli.no_account": "Tidak ada akun dengan nama masuk itu.",
    "cli.export_ending": "{path} tidak berakhiran .xlsx. Ekspor hanya ditulis sebagai buku kerja Excel.",
    "cli.export_exists": "{path} sudah ada. Ekspor selalu ditulis ke berkas baru.",
    "cli.unwritable": "{path} tidak dapat ditulis: {why}. Pilih folder yang dapat ditulis pengguna program ini.",
    "cli.is_folder": "{path} adalah folder. Sebutkan berkas di dalamnya.",
    "cli.not_a_status": "{path} bukan keterangan status dan bukan berkas bukti, jadi --status tidak dapat dipakai.",
    "cli.system_refused": "Sistem menolak {path}: {why}.",
    "cli.system_refused_this": "Sistem menolak perintah ini: {why}.",
    "cli.no_data_dir": "Folder data {path} tidak ada. Periksa --data-dir; register baru dibuat dengan migrate.",
    "cli.no_registry": "Di folder data {path} tidak ada register. Periksa --data-dir; register baru dibuat dengan migrate.",
    "cli.other_role": "psql hanya untuk peran {known}, bukan {role}.",
    "cli.usage_missing_argument": "{name} belum disebutkan.",
    "cli.usage_missing_option": "Opsi {name} belum diisi.",
    "cli.usage_no_command": "Perintah {name} tidak ada.",
    "cli.usage_no_option": "Opsi {name} tidak ada.",
    "cli.usage_option_needs_value": "Opsi {name} harus diikuti isinya.",
    "cli.usage_option_without_value": "Opsi {name} dipakai tanpa isi.",
    "cli.usage_range": "{name} harus bilangan {low} sampai {high}.",
    "cli.usage_value": "Isi {name} tidak dapat dipakai.",
    "cli.usage_too_many": "Terlalu banyak argumen: {name}.",
    "cli.usage": "Perintah ini tidak dapat dibaca.",
    "cli.not_loopback": "Demo hanya dilayani di mesin ini sendiri.",
}

# Why the system did not let a file be written, by the name of its error.
WHY = {
    "EACCES": "tidak ada izin",
    "EPERM": "tidak ada izin",
    "EISDIR": "itu folder",
    "ENOENT": "foldernya tidak ada, atau tidak menerima berkas baru",
    "ENOTDIR": "yang di depannya bukan folder",
    "EEXIST": "sudah ada yang bernama itu",
    "EROFS": "tempatnya hanya dapat dibaca",
    "ENOSPC": "ruang penyimpanan habis",
    "EDQUOT": "jatah penyimpanan habis",
    "ENAMETOOLONG": "namanya terlalu panjang",
    "ELOOP": "tautannya berputar",
}
