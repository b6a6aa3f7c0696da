"""Cek keaslian: what each numbered check found."""

SENTENCES = {
    "proof.root_unreadable": "Sertifikat akar registri tidak dapat dibaca atau bukan sertifikat akar.",
    "proof.not_checked": "Tidak diperiksa karena pemeriksaan sebelumnya gagal.",
    "proof.ok_format": "Berkas bukti lengkap dan dalam bentuk aslinya.",
    "proof.ok_chain": "Penerbit sertifikat elektronik diakui oleh sertifikat akar registri.",
    "proof.ok_certificate_profile": "Sertifikat elektronik penanda tangan sah dan khusus untuk menandatangani dokumen.",
    "proof.ok_signature": "Tanda tangan elektronik cocok; isi tidak berubah sejak ditandatangani.",
    "proof.ok_statement": "Isi rekaman asesmen lengkap dan dapat dibaca.",
    "proof.ok_statement_paper": (
        "Isi rekaman asesmen lengkap dan dapat dibaca. Pernyataan asesi: ditandatangani di kertas FR.AK.02."
    ),
    "proof.ok_statement_phone": (
        "Isi rekaman asesmen lengkap dan dapat dibaca. Pernyataan asesi: menyetujui di ponsel asesor."
    ),
    "proof.ok_statement_refused": (
        "Isi rekaman asesmen lengkap dan dapat dibaca. Pernyataan asesi: menolak menandatangani."
    ),
    "proof.ok_statement_none": "Isi rekaman asesmen lengkap dan dapat dibaca. Pernyataan asesi: tidak ada.",
    "proof.ok_origin_signed": "Ditandatangani secara elektronik oleh {name}.",
    "proof.ok_origin_paper": (
        "Asal kertas: asesor menandatangani di atas kertas (FR.AK.02), bukan secara elektronik. "
        "Dicatat oleh {entered_by}, diperiksa oleh {confirmed_by}, lalu disegel oleh registri."
    ),
    "proof.ok_identity_signed": "Sertifikat elektronik atas nama asesor yang sama: {name}, {registration}.",
    "proof.ok_identity_paper": "Asesor menurut kertas: {name}, {registration}. Registri yang menyegel, atas nama LSP.",
    "proof.ok_dates_signed": (
        "Asesmen selesai {last_day} dan ditandatangani {signed_on}, dalam masa aktif asesor sampai {last_active_day}."
    ),
    "proof.ok_dates_paper": (
        "Asesmen selesai {last_day}, dalam masa aktif asesor sampai {last_active_day}; dicatat {signed_on}."
    ),
    "proof.ok_status_signature": "Keterangan status disegel oleh registri dan memang untuk rekaman ini.",
    "proof.ok_status_time": "Status per {as_of}. Untuk keadaan sesudahnya, minta status terbaru.",
    "proof.ok_state": "Berlaku: rekaman tidak diganti, tidak dipersoalkan, dan tidak dibatalkan per {as_of}.",
    "proof.state_replaced": "Tidak berlaku lagi: sudah diganti rekaman yang lebih baru, per {as_of}.",
    "proof.state_contested": "Sedang dipersoalkan: menunggu keputusan, per {as_of}.",
    "proof.state_annulled": "Dibatalkan, per {as_of}.",
    "proof.saved_again": (
        "Berkas ini disimpan ulang dengan tata letak lain, misalnya oleh penyunting teks. Isinya sama, tetapi yang "
        "dapat diperiksa hanya berkas aslinya. Pakai berkas asli atau unduh lagi."
    ),
    "proof.chain_differs": "Sertifikat elektronik dalam berkas berbeda dengan yang dipakai menandatangani.",
    "proof.other_root": "Berkas ini dari registri lain: sertifikat akarnya berbeda.",
    "proof.signature_wrong": "Tanda tangan elektronik tidak cocok: isi atau tanda tangannya telah berubah.",
    "proof.status_unreadable": "Keterangan status tidak dapat dibaca.",
    "proof.status_signature_wrong": "Segel pada keterangan status tidak cocok.",
    "proof.status_of_another": "Keterangan status bukan untuk rekaman ini.",
    "proof.status_before_record": "Keterangan status lebih tua daripada rekamannya.",
    "proof.status_from_future": "Keterangan status bertanggal {as_of}, yang belum tiba.",
}
