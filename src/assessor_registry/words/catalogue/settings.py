"""What is wrong with the configuration."""

SENTENCES = {
    "settings.unknown": "Pengaturan tidak dikenal: {names}. Periksa ejaannya atau hapus.",
    "settings.missing": "Pengaturan belum diisi: {names}.",
    "settings.secret_missing": "Berkas rahasia untuk {name} tidak ada: {path}.",
    "settings.not_a_number": "{name} harus bilangan {low} sampai {high}, bukan “{value}”.",
    "settings.not_a_boolean": "{name} harus true atau false, bukan “{value}”.",
    "settings.not_an_address": "{name} harus alamat tanpa jalur, misalnya https://asesor.contoh.id, bukan “{value}”.",
    "settings.plain_http": "{name}: “{value}” tanpa TLS. Selain di mesin ini sendiri, alamatnya harus https://.",
    "settings.unknown_zone": "{name}: zona waktu “{value}” tidak dikenal.",
}
