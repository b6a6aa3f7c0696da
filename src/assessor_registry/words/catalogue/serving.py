"""What keeps the server from being reached."""

SENTENCES = {
    "serving.port_in_use": "Port {port} di {host} sudah dipakai program lain. Pilih port lain dengan --port.",
    "serving.port_reserved": "Port {port} hanya boleh dibuka oleh administrator mesin. Pilih port di atas 1023 dengan --port.",
    "serving.not_this_machine": "Mesin ini tidak memiliki alamat {host}. Pilih alamat lain dengan --host.",
    "serving.not_bound": "Alamat {host} port {port} tidak dapat dipakai: {detail}. Pilih port lain dengan --port.",
}
