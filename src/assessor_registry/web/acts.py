"""What the audit trail says, in words: acts, kinds of subjects, names of values, ways in."""

from collections.abc import Mapping
from typing import Any

from assessor_registry.words import gettext as _

ROOMS = {
    "accounts": "Akun dan hak akses", "assessments": "Hasil asesmen", "assessors": "Data asesor", "files": "Berkas",
    "flags": "Tindak lanjut", "institutions": "Lembaga", "intake": "Impor", "policy": "Aturan",
    "scheduling": "Jadwal", "schemes": "Skema", "signing": "Kunci tanda tangan", "students": "Peserta didik",
    "validity": "Surat dan keputusan",
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
    "record": "Hasil", "schedule": "Jadwal", "scheme": "Skema", "school": "Sekolah", "season": "Musim uji",
    "student": "Peserta didik", "venue": "TUK",
}  # fmt: skip

# Only names that would not be understood, or would show a word of the machinery.
VALUES = {
    "scope_kind": "wilayah kerja", "scope_ref": "untuk", "flag": "tindak lanjut", "first_day": "mulai",
    "last_day": "sampai", "role": "peran", "name": "nama", "number": "nomor", "reason": "alasan", "decree": "keputusan",
    "decree_number": "nomor keputusan", "decree_date": "tanggal keputusan", "people": "orang", "until": "sampai",
    "account_id": "akun", "assessor_id": "asesor", "lsp_id": "LSP", "school_id": "sekolah", "scheme_id": "skema",
    "state": "keadaan", "kind": "jenis", "expires_at": "berlaku sampai", "grant_id": "peran", "email": "surel",
    "login": "nama masuk", "days": "hari", "note": "catatan", "text": "teks",
}  # fmt: skip


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
    """Return (name, before, after) of every value that differs; long lists are counted."""
    old, new = before or {}, after or {}
    names = list(dict.fromkeys([*old, *new]))
    told = ((VALUES.get(name, name.replace("_", " ")), _shown(old.get(name)), _shown(new.get(name))) for name in names)
    return [(name, was, now) for name, was, now in told if was != now]


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) if len(value) <= 3 else _("{n} butir").format(n=len(value))
    if isinstance(value, dict):
        return "; ".join(f"{VALUES.get(name, name)}: {_shown(each)}" for name, each in value.items())
    return str(value)
