"""What the audit trail says, in words: acts, kinds of subjects, names of values, ways in."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from assessor_registry.words import gettext as _
from assessor_registry.words import long_date

ROOMS = {
    "accounts": "Akun dan hak akses", "assessments": "Hasil asesmen", "assessors": "Data asesor", "files": "Berkas",
    "flags": "Tindak lanjut", "institutions": "Lembaga", "intake": "Impor", "policy": "Aturan",
    "reports": "Ekspor", "scheduling": "Jadwal", "schemes": "Skema", "signing": "Kunci tanda tangan",
    "students": "Peserta didik", "validity": "Surat dan keputusan",
}  # fmt: skip

ACTS = {
    "accounts.activate": "Mengaktifkan akun",
    "accounts.activate_refused": "Kode aktivasi ditolak",
    "accounts.change_password": "Mengganti kata sandi",
    "accounts.change_password_refused": "Penggantian kata sandi ditolak",
    "accounts.choose_grant": "Berganti peran",
    "accounts.create_account": "Membuat akun",
    "accounts.disable": "Menonaktifkan akun",
    "accounts.enable": "Mengaktifkan lagi akun",
    "accounts.end_credential": "Mengakhiri sesi atau token",
    "accounts.give_grant": "Memberi peran",
    "accounts.issue_code": "Menerbitkan kode aktivasi",
    "accounts.make_token": "Membuat token API",
    "accounts.revoke_grant": "Mencabut peran",
    "accounts.sign_in": "Masuk",
    "accounts.sign_in_refused": "Gagal masuk",
    "accounts.sign_out": "Keluar",
    "assessments.annul": "Membatalkan hasil",
    "assessments.confirm_paper": "Mengesahkan hasil dari berkas kertas",
    "assessments.contest": "Mempersoalkan hasil",
    "assessments.correct": "Memulai perbaikan hasil",
    "assessments.drop_correction": "Membatalkan perbaikan hasil",
    "assessments.enter_paper": "Mencatat hasil dari berkas kertas",
    "assessments.reject_paper": "Menolak hasil dari berkas kertas",
    "assessments.take_over": "Mengambil alih penilaian yang dimulai asesor lain",
    "assessments.save_attendance": "Mencatat kehadiran",
    "assessments.save_draft": "Menyimpan hasil sementara",
    "assessments.sign": "Menandatangani hasil",
    "assessments.uphold": "Menguatkan hasil",
    "assessors.add_assessor": "Menambah asesor",
    "assessors.add_registration": "Menambah nomor MET",
    "assessors.change_assessor": "Mengubah data asesor",
    "assessors.end_assessor": "Mencatat asesor berhenti",
    "assessors.follow_school": "Wilayah asesor mengikuti sekolahnya",
    "assessors.move_employment": "Memindahkan tempat tugas",
    "assessors.reveal_nik": "Melihat NIK",
    "students.reveal_nik": "Melihat NIK peserta didik",
    "assessors.undo_end": "Membatalkan catatan berhenti",
    "files.keep": "Menyimpan berkas",
    "flags.acknowledge": "Menindaklanjuti",
    "institutions.add_lsp": "Menambah LSP",
    "institutions.add_school": "Menambah sekolah",
    "institutions.add_season": "Menambah musim uji",
    "institutions.add_venue": "Menambah TUK",
    "institutions.change_lsp": "Mengubah data LSP",
    "institutions.change_season": "Memindahkan musim uji",
    "institutions.change_venue": "Mengubah TUK",
    "institutions.confirm_school": "Mengonfirmasi sekolah",
    "institutions.end_licence": "Mengakhiri lisensi",
    "institutions.end_licensed_scheme": "Mengeluarkan skema dari ruang lingkup",
    "institutions.end_network_school": "Mengeluarkan sekolah dari jejaring",
    "institutions.gain_npsn": "Melengkapi NPSN",
    "institutions.give_licence": "Mencatat lisensi",
    "institutions.license_scheme": "Menambah skema berlisensi",
    "institutions.merge_school": "Menggabungkan sekolah",
    "institutions.network_school": "Menambah sekolah jejaring",
    "institutions.provisional_school": "Mencatat sekolah dari daftar",
    "institutions.verify_venue": "Mencatat verifikasi TUK",
    "intake.apply": "Menerapkan impor",
    "intake.report": "Mengunduh laporan impor dengan NIK",
    "intake.preview": "Memeriksa berkas impor",
    "policy.override": "Menyesuaikan aturan",
    "reports.export": "Mengekspor daftar register",
    "scheduling.add_candidates": "Menambah asesi",
    "scheduling.free_candidates": "Mengambil asesi dari asesor yang tidak bertugas lagi",
    "scheduling.allocate": "Membagi asesi",
    "scheduling.assign": "Menugaskan asesor",
    "scheduling.cancel_schedule": "Membatalkan jadwal",
    "scheduling.confirm_planned": "Memastikan penugasan",
    "scheduling.create_schedule": "Membuat jadwal",
    "scheduling.map_class": "Memasangkan rombel dengan skema",
    "scheduling.move_schedule": "Memindahkan jadwal",
    "scheduling.remove_candidate": "Mengeluarkan asesi",
    "scheduling.set_evidence": "Memilih jenis bukti",
    "scheduling.withdraw": "Menarik penugasan",
    "scheduling.withdraw_lapsed": "Penugasan gugur karena asesor tidak bertugas lagi",
    "scheduling.withdraw_lost": "Penugasan gugur karena masa aktif",
    "schemes.add_alias": "Menambah sebutan skema",
    "schemes.add_scheme": "Menambah skema",
    "schemes.add_version": "Menambah versi skema",
    "schemes.fill_in": "Melengkapi jenis atau jenjang skema",
    "schemes.load_shipped": "Memuat skema bawaan",
    "schemes.set_number": "Mengisi nomor skema",
    "signing.change_passphrase": "Mengganti frasa sandi tanda tangan",
    "signing.change_passphrase_refused": "Gagal mengganti frasa sandi (frasa lama salah)",
    "signing.confirm_key": "Mengesahkan kunci tanda tangan",
    "signing.enrol": "Membuat kunci tanda tangan",
    "signing.found_authority": "Mendirikan penerbit sertifikat",
    "signing.passphrase_wrong": "Frasa sandi salah",
    "signing.report_compromised": "Menarik kunci yang bocor",
    "students.add_student": "Menambah peserta didik",
    "students.change_student": "Mengubah data peserta didik",
    "students.mark_found": "Peserta didik ada lagi dalam daftar",
    "students.mark_missing": "Peserta didik tidak ada dalam daftar",
    "students.import": "Mengimpor peserta didik",
    "validity.add_certificate": "Mencatat sertifikat asesor",
    "validity.add_technical": "Mencatat kompetensi teknis",
    "validity.amend_extension": "Mengubah surat edaran",
    "validity.appoint": "Mencatat SK pengangkatan",
    "validity.cancel_extension": "Mencabut surat edaran",
    "validity.cancel_sanction": "Membatalkan sanksi",
    "validity.correct_certificate": "Memperbaiki sertifikat asesor",
    "validity.correct_technical": "Memperbaiki kompetensi teknis",
    "validity.end_appointment": "Mengakhiri pengangkatan",
    "validity.extend": "Mencatat surat edaran",
    "validity.import": "Mengimpor sertifikat",
    "validity.made_active": "Menjadikan asesor aktif oleh LSP",
    "validity.map_technical": "Mencocokkan teks skema",
    "validity.reinstate": "Memulihkan asesor",
    "validity.revocation": "Mencabut sertifikat",
    "validity.suspension": "Membekukan asesor",
}

SUBJECTS = {
    "account": "Akun", "assessor": "Asesor", "attempt": "Asesi", "authority": "Penerbit sertifikat",
    "extension": "Surat edaran", "file": "Berkas", "import": "Impor", "licence": "Lisensi",
    "licensed_scheme": "Skema berlisensi", "lsp": "LSP", "network_school": "Sekolah jejaring", "policy": "Aturan",
    "record": "Hasil", "registry": "Register", "schedule": "Jadwal", "scheme": "Skema", "school": "Sekolah",
    "season": "Musim uji", "student": "Peserta didik", "venue": "TUK",
}  # fmt: skip

# Every name of a value that an act writes; a test finds one that is missing.
VALUES = {
    "account_id": "akun", "acknowledgement": "tanggapan asesi", "added": "ditambahkan", "address": "alamat",
    "alias": "nama lain", "assessor_id": "asesor", "attempt_id": "asesi", "attempts": "asesi",
    "birth_date": "tanggal lahir", "birth_place": "tempat lahir", "blanko_number": "nomor blanko",
    "bnsp_code": "kode BNSP", "cancelled": "dibatalkan", "candidates": "asesi", "capacity": "kapasitas",
    "certificate_id": "sertifikat", "certificates": "sertifikat", "city": "kota", "complete": "lengkap",
    "confirmed": "dikonfirmasi", "corrections": "pembetulan", "created_at": "dibuat", "days": "hari",
    "decided_on": "ditetapkan", "decree": "keputusan", "decree_date": "tanggal keputusan",
    "decree_number": "nomor keputusan", "email": "surel", "ended_on": "berakhir", "ended_reason": "sebab berakhir",
    "ends": "mengakhiri", "ends_from": "berakhir sejak", "ends_to": "berakhir sampai", "entered_at": "dicatat",
    "entered_by": "dicatat oleh", "evidence": "bukti", "evidence_kinds": "jenis bukti",
    "expires_at": "berlaku sampai", "file_id": "berkas", "first_day": "mulai", "flag": "tindak lanjut",
    "given_name": "nama berkas", "grant_id": "peran", "granted_until": "diberikan sampai", "head_name": "nama ketua",
    "id": "data", "import_id": "impor", "issued_on": "terbit", "key_id": "kunci", "kind": "jenis", "kinds": "jenis",
    "known_at": "diketahui", "label": "edisi", "last_day": "sampai", "last_day_computed": "hari terakhir dihitung",
    "letter": "surat tugas", "letter_number": "nomor surat tugas", "licence": "lisensi", "licence_id": "lisensi",
    "login": "nama masuk", "lsp": "LSP", "lsp_id": "LSP", "media_type": "jenis berkas", "merged_into": "digabung ke",
    "moved": "dipindahkan", "name": "nama", "nik": "NIK", "nipd": "NIPD", "nisn": "NISN", "note": "catatan",
    "npsn": "NPSN", "number": "nomor", "on": "keadaan pada", "origin": "asal", "outcome": "kehadiran", "part": "bagian",
    "people": "orang", "phone": "telepon", "planned": "rencana", "purpose": "keperluan", "reason": "alasan",
    "received_on": "diterima", "recommendation": "rekomendasi", "reference": "surat", "refused": "ditolak",
    "region_code": "kode kabupaten/kota", "remarks": "keterangan", "replaces": "menggantikan",
    "retired": "kunci lama diganti", "role": "peran", "rombel": "kelas", "rows": "baris", "scan_id": "pindaian",
    "schedule_id": "jadwal", "scheme_id": "skema",
    "scheme_number": "nomor skema", "scheme_text": "teks skema", "scheme_version_id": "edisi skema",
    "school": "sekolah", "school_id": "sekolah", "scope_kind": "wilayah kerja", "scope_ref": "untuk",
    "season": "musim uji", "season_id": "musim uji", "sex": "L/P", "sha256": "sidik berkas", "siapkerja": "SIAPkerja",
    "signature_mode": "cara tanda tangan", "size": "ukuran", "source": "sumber", "state": "keadaan",
    "status": "status", "student_id": "peserta didik", "supersedes": "menggantikan",
    "technical_corrections": "pembetulan kompetensi", "technicals": "kompetensi teknis", "text": "teks",
    "title": "judul", "units": "unit", "until": "sampai", "value": "nilai", "venue": "TUK", "venue_id": "TUK",
    "verified": "terverifikasi", "verified_from": "verifikasi mulai", "verified_until": "verifikasi sampai",
    "version": "versi", "year": "tahun", "zone": "zona waktu",
}  # fmt: skip

# What a value is called, of those that are names of the system.
MEANINGS = {
    "absent": "tidak hadir", "assessed": "diases", "assessor": "asesor", "auditor": "auditor",
    "confirmed": "terkonfirmasi", "died": "meninggal", "division": "bidang", "electronic": "elektronik",
    "head": "menjadi kepala sekolah", "import": "impor", "issuing": "penerbit", "left": "berhenti", "lisan": "lisan",
    "lsp": "LSP", "lsp_admin": "admin LSP", "mandiri": "mandiri", "moved": "pindah", "observasi": "observasi",
    "operator": "operator", "panel": "tim pleno", "paper": "kertas", "phone": "ponsel asesor", "print": "cetak",
    "province": "provinsi", "provisional": "sementara", "refused": "menolak", "region": "kabupaten/kota",
    "retired": "pensiun", "root": "akar", "school": "sekolah", "seal": "segel", "self": "diri sendiri",
    "sewaktu": "sewaktu", "signed": "ditandatangani di sini", "tempat_kerja": "tempat kerja",
    "withdrew": "mengundurkan diri",
}  # fmt: skip
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def act_name(act: str) -> str:
    """`validity.suspension` → `Membekukan asesor`."""
    return _(ACTS[act]) if act in ACTS else _(ROOMS.get(act.partition(".")[0], "Tindakan lain"))


def room_name(room: str) -> str:
    """`validity` → `Surat dan keputusan`."""
    return _(ROOMS.get(room, room))


def subject_name(kind: str) -> str:
    """`lsp` → `LSP`."""
    return _(SUBJECTS.get(kind, kind.replace("_", " ")))


def origin_of(origin: str) -> str:
    """`page` → `halaman`: the way in."""
    names = {"page": _("halaman"), "api": _("API"), "cli": _("baris perintah"), "job": _("terjadwal")}
    return names.get(origin, origin)


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[tuple[str, str, str]]:
    """Return (name, before, after) of every value that differs; long lists are counted, numbers of rows left out."""
    old, new = before or {}, after or {}
    names = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
    told = ((_named(name), _shown(old.get(name)), _shown(new.get(name))) for name in names)
    return [(name, was, now) for name, was, now in told if was != now]


def _named(name: str) -> str:
    return _(VALUES[name]) if name in VALUES else name.replace("_", " ")


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    if isinstance(value, list):
        short = len(value) <= 3 and not any(_ID.fullmatch(str(each)) for each in value)
        return ", ".join(map(_shown, value)) if short else _("{n} butir").format(n=len(value))
    if isinstance(value, dict):
        if any(map(_ID.fullmatch, value)) or len(value) > 5:
            return _("{n} butir").format(n=len(value))
        return "; ".join(f"{_named(name)}: {_shown(each)}" for name, each in value.items())
    return _said(str(value))


def _said(text: str) -> str:
    """A word of the system in the field's own, a day as it is written; of a row's number only that there is one."""
    if _ID.fullmatch(text):
        return _("tercatat")
    if _DAY.fullmatch(text):
        return long_date(date.fromisoformat(text))
    return _(MEANINGS[text]) if text in MEANINGS else text
