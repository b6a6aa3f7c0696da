"""What is wrong with an assessor's data, or why they can not be changed now."""

SENTENCES = {
    "assessors.not_kept": "Asesor ini bukan asesor sekolah LSP Anda atau jejaringnya. Anda dapat menjadwalkannya; datanya dilihat dan diubah oleh LSP sekolahnya sendiri atau Bidang Pembinaan SMK.",
    "assessors.not_found": "Asesor ini tidak ditemukan.",
    "assessors.school_not_found": "Sekolah ini tidak ditemukan.",
    "assessors.field_unknown": "Isian ini tidak dapat diubah di sini.",
    "assessors.name_missing": "Nama belum diisi.",
    "assessors.sex_unknown": "Jenis kelamin diisi L atau P.",
    "assessors.phone_unreadable": "Nomor telepon tidak dapat dibaca. Tulis satu nomor, misalnya 081234567890.",
    "assessors.email_unreadable": "Surel tidak dapat dibaca. Tulis satu alamat, misalnya nama@sekolah.sch.id.",
    "assessors.reason_missing": "Alasan belum diisi.",
    "assessors.changed_meanwhile": "Data asesor ini sudah diubah orang lain. Muat ulang, lalu ulangi perubahan Anda.",
    "assessors.registration_taken": "No. Reg. MET ini sudah milik asesor lain.",
    "assessors.first_day_missing": "Tanggal mulai di sekolah baru belum diisi.",
    "assessors.moved_before_present": "Tanggal mulai harus sesudah tanggal mulai di sekolah sekarang ({first_day}).",
    "assessors.ended_reason_unknown": "Pilih alasan: pensiun, pindah, menjadi kepala sekolah, meninggal, atau lainnya.",
    "assessors.ended_already": "Asesor ini sudah tidak bertugas sejak {ended_on}.",
    "assessors.not_ended": "Asesor ini masih bertugas.",
}
