"""What is refused about rules that may be adjusted, and what is wrong with their file."""

SENTENCES = {
    "policy.unknown_rule": "Aturan ini tidak ada atau tidak dapat disesuaikan.",
    "policy.not_an_integer": "Isi dengan bilangan bulat {low} sampai {high} ({unit}).",
    "policy.not_integers": "Isi dengan satu sampai {most} bilangan bulat.",
    "policy.not_descending": "Urutkan dari yang terbesar ke yang terkecil, tanpa pengulangan.",
    "policy.not_a_choice": "Pilih salah satu: {choices}.",
    "policy.reference_missing": "Sebutkan dasar penyesuaian ini, misalnya nomor surat atau keputusan.",
    "policy.not_in_this_scope": "Aturan ini tidak dapat disesuaikan untuk lingkup tersebut.",
    "policy.not_yours": "Anda tidak berwenang menyesuaikan aturan untuk lingkup tersebut.",
    "policy.file_unknown_name": "policy.toml: nama tidak dikenal di {where}: {names}.",
    "policy.file_missing_name": "policy.toml: belum diisi di {where}: {names}.",
    "policy.file_bad_value": "policy.toml: nilai {where} tidak dapat dipakai.",
}
