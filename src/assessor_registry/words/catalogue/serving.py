"""What keeps the server from being reached."""

SENTENCES = {
    "serving.not_bound": "Alamat {host} port {port} tidak dapat dipakai: {detail}. Pilih port lain dengan --port.",
}
