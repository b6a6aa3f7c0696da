"""What is wrong with a student's data, or why it can not be changed now."""

SENTENCES = {
    "students.moved_and_renamed": "Peserta didik yang pindah sekolah tidak sekaligus berganti nama. Betulkan namanya di sekolah lama dulu.",
    "students.school_not_found": "Sekolah ini tidak ditemukan.",
    "students.not_found": "Siswa ini tidak ada, atau di luar wilayah kerja Anda.",
    "students.reason_missing": "Tuliskan untuk apa NIK ini dilihat.",
    "students.field_unknown": "Isian ini tidak dapat diubah di sini.",
    "students.name_missing": "Nama siswa belum diisi.",
    "students.nisn_length": "NISN terdiri atas 10 angka.",
    "students.nik_length": "NIK terdiri atas 16 angka.",
    "students.sex_unknown": "Jenis kelamin diisi L atau P.",
    "students.changed_meanwhile": "Data siswa ini sudah diubah orang lain. Muat ulang, lalu ulangi perubahan Anda.",
    "students.nipd_taken": "NIPD ini sudah dipakai siswa lain di sekolah yang sama.",
    "students.nik_shared": "NIK ini dipunyai lebih dari satu siswa, jadi tidak dapat dipastikan siapa yang dimaksud.",
}
