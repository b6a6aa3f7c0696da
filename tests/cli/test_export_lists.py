"""Every list that `export` writes holds exactly what is in the registry, in a fixed number of statements."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, event, text
from tests.support.exported import exported, values
from tests.world import LONG, ZONE, World

from assessor_registry import jobs
from assessor_registry.accounts.rules import PROVINCE
from assessor_registry.assessments import actions as assessments
from assessor_registry.assessors import actions as people
from assessor_registry.assessors import store as assessors
from assessor_registry.assessors.rules import Registration
from assessor_registry.cli.lists import Day, sheets
from assessor_registry.consequences import actions as consequences
from assessor_registry.institutions import actions as institutions
from assessor_registry.reports import export, register
from assessor_registry.reports.todo import open_todos
from assessor_registry.scheduling import actions as scheduling
from assessor_registry.schemes import actions as schemes
from assessor_registry.validity import actions as validity
from assessor_registry.validity import store as validity_store


def pairs(conn: Connection, query: str) -> dict[UUID, str]:
    """What a statement finds, first column → second."""
    return {key: value for key, value in conn.execute(text(query))}  # noqa: C416 (typed)


def version_of(world: World, who: UUID) -> int:
    """The version of somebody's data."""
    with world.db.read() as conn:
        found = assessors.get(conn, PROVINCE, who, world.today)
    assert found is not None
    return found.version


def test_people_are_listed_with_who_appoints_them_and_their_status_on_the_day(world: World) -> None:
    world.today = date(2026, 11, 23)
    lsp, other = world.home, world.lsp(region="64.71")
    ana = world.assessor((date(2023, 11, 24), date(2026, 11, 23)), name="Ana Contoh")
    world.appoint(other, ana.id, days=(date(2026, 11, 23), date(2026, 12, 31)))
    budi = world.assessor(None, name="Budi Contoh", appointed=False, schemes=())
    candra = world.assessor(name="Candra Contoh")
    world.db.perform(lambda tx: people.add_registration(
        tx, world.system, ana.id, Registration("000.123456", None), world.now, today=world.today
    ))  # fmt: skip
    world.db.perform(lambda tx: consequences.end_assessor(
        tx, world.system, candra.id, reason="retired", day=date(2026, 11, 1), version=version_of(world, candra.id),
        now=world.now, today=world.today,
    ))  # fmt: skip
    with world.db.read() as conn:
        names = pairs(conn, "SELECT id, name FROM lsp")
        school, npsn = conn.exec_driver_sql("SELECT name, npsn FROM school WHERE id = %s", (lsp.school_id,)).one()
        old = pairs(
            conn,
            "SELECT assessor_id, concat('MET.', series, '.', number, ' ', year) FROM registration_number "
            "WHERE year IS NOT NULL",
        )
        pages = register.listed(conn, PROVINCE, world.today, LONG[1], register.Question())
    found = exported(world)["Asesor"]
    place = {"Sekolah": school, "NPSN": npsn, "Kabupaten/kota": "Kota Samarinda", "Alasan": None,
             "No. Reg. MET sebelumnya": None, "Tidak lagi menguji sejak": None}  # fmt: skip
    assert found == [
        {**place, "Nama": "Ana Contoh", "No. Reg. MET": "MET.000.123456", "No. Reg. MET sebelumnya": old[ana.id],
         "LSP yang mengangkat": "; ".join(sorted(names.values())), "Status": "Segera berakhir",
         "Hari terakhir": date(2026, 11, 23)},
        {**place, "Nama": "Budi Contoh", "No. Reg. MET": old[budi.id], "LSP yang mengangkat": None,
         "Status": "Tanpa sertifikat", "Hari terakhir": None},
        {**place, "Nama": "Candra Contoh", "No. Reg. MET": old[candra.id], "LSP yang mengangkat": names[lsp.id],
         "Status": "Tidak lagi menguji", "Hari terakhir": LONG[1], "Tidak lagi menguji sejak": date(2026, 11, 1),
         "Alasan": "Pensiun"},
    ]  # fmt: skip
    assert {(line.name, line.registration, line.last_day) for line in pages.lines} == {
        (row["Nama"], row["No. Reg. MET"], row["Hari terakhir"]) for row in found[:2]
    }
    tomorrow, before = exported(world, date(2026, 11, 24))["Asesor"], exported(world, date(2026, 10, 31))["Asesor"]
    assert values(tomorrow, "Status") == [("Kedaluwarsa",), ("Tanpa sertifikat",), ("Tidak lagi menguji",)]
    assert exported(world, date(2026, 11, 1))["Asesor"][2]["Status"] == "Tidak lagi menguji"
    assert values(before, "Status", "LSP yang mengangkat") == [
        ("Segera berakhir", names[lsp.id]), ("Tanpa sertifikat", None), ("Aktif", names[lsp.id])
    ]  # fmt: skip


def test_who_appoints_holds_to_the_last_day_of_the_decree_and_of_the_appointment(world: World) -> None:
    ana, other = world.assessor(appointed=False, enrolled=False), world.lsp()
    for lsp in (world.home, other):
        world.appoint(lsp, ana.id, days=(date(2026, 1, 1), date(2026, 12, 31)))
    with world.db.read() as conn:
        ending = next(row for row in validity_store.appointments(conn, [ana.id]) if row.lsp_id == other.id)
        names = pairs(conn, "SELECT id, name FROM lsp")
    world.db.perform(lambda tx: validity.end_appointment(
        tx, world.system, ending.id, ended_on=date(2026, 11, 30), reason="Pindah", now=world.now
    ))  # fmt: skip

    def appointed_by(on: date) -> str | None:
        (row,) = exported(world, on)["Asesor"]
        return row["LSP yang mengangkat"]  # type: ignore[no-any-return]

    both, home = "; ".join(sorted(names.values())), names[world.home.id]
    days = (
        date(2025, 12, 31),
        date(2026, 1, 1),
        date(2026, 11, 30),
        date(2026, 12, 1),
        date(2026, 12, 31),
        date(2027, 1, 1),
    )
    assert [appointed_by(day) for day in days] == [None, both, both, home, home, None]
    ended = {row["LSP"]: (row["Diakhiri"], row["Alasan"]) for row in exported(world)["SK pengangkatan"]}
    assert ended == {home: (None, None), names[other.id]: (date(2026, 11, 30), "Pindah")}


def test_what_makes_and_ends_an_active_assessor_is_listed_as_it_holds_now(world: World) -> None:
    ana = world.assessor((date(2024, 1, 10), date(2027, 1, 9)), name="Ana Contoh", enrolled=False)
    (held,) = ana.certificates
    new = validity.NewCertificate(ana.id, date(2024, 1, 10), date(2027, 1, 10), "BNSP", number="SERT-9",
                                  issued_on=date(2024, 1, 9))  # fmt: skip
    world.db.perform(lambda tx: validity.correct_certificate(
        tx, world.system, held, new, reason="Salah ketik", now=world.now
    ))  # fmt: skip
    written = validity.NewTechnical(ana.id, "Teks Register", "import")
    world.db.perform(lambda tx: validity.add_technical(tx, world.system, written, now=world.now))
    unmapped = values(exported(world)["Kompetensi teknis"], "Tertulis dalam daftar", "Skema", "Sumber")
    assert ("Teks Register", None, "Impor register") in unmapped
    mapped = world.scheme(title="Skema Kedua")
    world.db.perform(lambda tx: validity.map_technical(tx, world.system, "Teks Register", mapped.id, now=world.now))
    suspension = world.suspend(ana, date(2026, 12, 1), date(2026, 12, 31))
    back = validity.EndingDecree(date(2026, 12, 11), "PULIH-1", date(2026, 12, 10), date(2026, 12, 10))
    world.db.perform(lambda tx: validity.reinstate(tx, world.system, suspension, back, now=world.now))
    for reference, until in (("SE.1", date(2027, 6, 30)), ("SE.2", date(2027, 9, 30))):
        circular = validity.NewExtension(date(2027, 1, 1), date(2027, 1, 31), until, reference, date(2026, 11, 1),
                                         date(2026, 11, 2))  # fmt: skip
        done = world.db.perform(lambda tx, new=circular: validity.extend(tx, world.system, new, now=world.now))  # type: ignore[misc]
    world.db.perform(lambda tx: validity.cancel_extension(
        tx, world.system, done.id, reference="SE.3", issued_on=world.today, received_on=world.today, now=world.now
    ))  # fmt: skip
    found = exported(world)
    met = found["Asesor"][0]["No. Reg. MET"]
    assert values(found["Sertifikat asesor"], "No. Reg. MET", "Nama", "Nomor sertifikat", "Tanggal terbit",
                  "Berlaku mulai", "Berlaku sampai", "Hari terakhir dihitung", "Sumber") == [
        (met, "Ana Contoh", "SERT-9", date(2024, 1, 9), date(2024, 1, 10), date(2027, 1, 10), "Tidak", "BNSP")
    ]  # fmt: skip
    title = world.home.schemes[0].title
    assert values(found["Kompetensi teknis"], "No. Reg. MET", "Nama", "Skema", "Tertulis dalam daftar",
                  "Berlaku mulai", "Berlaku sampai") == [
        (met, "Ana Contoh", title, title, *LONG), (met, "Ana Contoh", "Skema Kedua", "Teks Register", None, None)
    ]  # fmt: skip
    (decree,) = found["SK pengangkatan"]
    assert (decree["LSP"], decree["Nama"], decree["Mulai"], decree["Sampai dengan"], decree["Diakhiri"]) == (
        found["LSP"][0]["LSP"], "Ana Contoh", *LONG, None
    )  # fmt: skip
    given, ended = sorted(found["Sanksi"], key=lambda row: row["Mulai"])
    assert values([given, ended], "No. Reg. MET", "Nama", "Jenis", "Yang dikenai", "Mulai", "Sampai dengan",
                  "Mengakhiri keputusan") == [
        (met, "Ana Contoh", "Pembekuan", "semua sertifikat", date(2026, 12, 1), date(2026, 12, 31), None),
        (met, "Ana Contoh", "Pemulihan", "semua sertifikat", date(2026, 12, 11), None, given["Nomor surat keputusan"]),
    ]  # fmt: skip
    assert sorted(values(found["Surat edaran"], "Diperpanjang sampai", "Nomor", "Wilayah", "Dicabut")) == [
        (date(2027, 6, 30), "SE.1", "Seluruh provinsi", "Tidak"), (date(2027, 9, 30), "SE.3", "Seluruh provinsi", "Ya")
    ]  # fmt: skip
    assert found["Asesor"][0]["Hari terakhir"] == date(2027, 6, 30)


def test_institutions_and_schemes_are_listed_with_all_that_hangs_on_them(world: World) -> None:
    lsp, near = world.home, world.school("SMK Jejaring Contoh", region="64.71")
    world.students(3)
    bare = world.lsp(region="64.71", licence=(date(2030, 1, 1), date(2030, 12, 31)))

    def act(tx: Any) -> None:
        institutions.provisional_school(tx, world.system, "SMK Baru", None, None, world.now)
        double, _ = institutions.provisional_school(tx, world.system, "SMK Salah Tulis", None, None, world.now)
        institutions.merge_school(tx, world.system, double, near, world.now)
        schemes.add_scheme(tx, world.system, title="Skema tanpa unit", now=world.now)
        institutions.network_school(
            tx, world.system, lsp.id, near, date(2026, 1, 1), "SK-J", world.now, decree_date=date(2025, 12, 31)
        )  # fmt: skip
        institutions.change_lsp(tx, world.system, lsp.id, {"head_name": "Ketua Contoh"}, world.now)

    world.db.perform(act)
    world.assessor(enrolled=False)
    found = exported(world)
    own, second = sorted(found["LSP"], key=lambda row: row["Skema"], reverse=True)
    assert values([own, second], "Lisensi mulai", "Lisensi sampai", "Skema", "Sekolah jejaring", "Asesor diangkat",
                  "Ketua") == [(*LONG, 1, 1, 1, "Ketua Contoh"), (None, None, 0, 0, 0, None)]  # fmt: skip
    assert set(values(found["Lisensi dan skemanya"], "LSP", "Mulai", "Sampai dengan", "Skema")) == {
        (own["LSP"], *LONG, lsp.schemes[0].title),
        (second["LSP"], date(2030, 1, 1), date(2030, 12, 31), bare.schemes[0].title),
    }
    assert own["Nomor lisensi"] in {row["Nomor lisensi"] for row in found["Lisensi dan skemanya"]}
    assert values(found["Sekolah jejaring"], "LSP", "Sekolah", "Nomor keputusan", "Tanggal keputusan", "Mulai",
                  "Sampai dengan") == [
        (own["LSP"], "SMK Jejaring Contoh", "SK-J", date(2025, 12, 31), date(2026, 1, 1), None)
    ]  # fmt: skip
    assert values(found["TUK"], "LSP", "Jenis", "Verifikasi mulai", "Verifikasi sampai") == [
        (row["LSP"], "TUK mandiri", *LONG) for row in found["LSP"]
    ]
    schools = {row["Nama"]: row for row in found["Sekolah"]}
    assert len(schools) == len(found["Sekolah"]) == 4
    assert schools["SMK Baru"] == {"NPSN": None, "Nama": "SMK Baru", "Kabupaten/kota": None, "Asesor": 0,
                                   "Keadaan": "perlu dikonfirmasi", "Peserta didik": 0}  # fmt: skip
    home = schools[own["Sekolah induk"]]
    assert (home["Keadaan"], home["Asesor"], home["Peserta didik"], len(home["NPSN"])) == ("dikonfirmasi", 1, 3, 8)
    units = [row for row in found["Skema dan unit"] if row["Skema"] == lsp.schemes[0].title]
    assert values(units, "Versi", "Lengkap", "Diverifikasi", "Klaster", "Kode unit") == [
        ("Edisi 1", "Ya", "Tidak", "Pekerjaan Contoh", code) for code in lsp.schemes[0].codes
    ]
    with world.db.read() as conn:
        assert set(values(found["Skema dan unit"], "Skema")) == set(conn.exec_driver_sql("SELECT title FROM scheme"))


def test_schedules_assignments_and_results_are_listed_with_names_as_signed(world: World) -> None:
    ana, budi = world.assessor(name="Ana Contoh"), world.assessor(name="Budi Contoh")
    siti, joko, rina = (world.student(name=name) for name in ("Siti Contoh", "Joko Contoh", "Rina Contoh"))
    plan = world.schedule(candidates=[siti, joko, rina])
    world.assign(plan, ana)
    world.assign(plan, budi)
    world.db.perform(lambda tx: scheduling.withdraw(
        tx, plan.lsp.admin, plan.id, budi.id, reason="Sakit", now=world.now
    ))  # fmt: skip
    mixed = dict(zip(plan.scheme.codes, ("K", "BK", "K"), strict=True))
    (first,) = world.sign(ana, world.record(ana, plan.attempts[0]))
    (second,) = world.sign(ana, world.record(ana, plan.attempts[1], mixed))
    world.paper(plan, ana, plan.attempts[2], world.today)
    world.db.perform(lambda tx: people.change_assessor(
        tx, world.system, world.secrecy, ana.id, {"name": "Ana Lain"}, version_of(world, ana.id), world.now,
        today=world.today,
    ))  # fmt: skip
    later, last = world.schedule(world.today + timedelta(days=7), candidates=0), world.today + timedelta(days=14)
    coming = world.schedule(last, candidates=3)
    world.db.perform(lambda tx: scheduling.remove_candidate(
        tx, plan.lsp.admin, coming.attempts[0], reason="Pindah", now=world.now
    ))  # fmt: skip
    world.assign(coming, budi)
    world.assign(coming, world.assessor(name="Citra Contoh"), planned=True)
    world.db.perform(
        lambda tx: scheduling.cancel_schedule(tx, plan.lsp.admin, later.id, reason="Ditunda", now=world.now)
    )
    world.suspend(ana, world.today)
    world.db.perform(lambda tx: assessments.annul(tx, world.system, second, reason="Tidak sah", now=world.now))
    world.db.perform(lambda tx: assessments.uphold(tx, world.system, first, reference="SURAT-1", now=world.now))
    found = exported(world)
    here, cancelled, open_one = found["Jadwal"]
    assert (here["Asesor"], here["Asesi"], here["Hasil ditandatangani"], here["Keadaan"]) == (
        None, 3, 3, "Akan datang"
    )  # fmt: skip
    assert (cancelled["Hari pertama"], cancelled["Keadaan"], cancelled["Alasan pembatalan"]) == (
        later.first_day, "Dibatalkan", "Ditunda"
    )  # fmt: skip
    assert (open_one["Asesor"], open_one["Asesi"], open_one["Hasil ditandatangani"]) == (
        "Budi Contoh; Citra Contoh", 2, 0
    )  # fmt: skip
    tomorrow = exported(world, world.today + timedelta(days=1))["Jadwal"]
    assert [row["Keadaan"] for row in tomorrow] == ["Sudah lewat", "Dibatalkan", "Akan datang"]
    assert values(found["Penugasan"], "Asesor", "Hari", "Keadaan", "Alasan pencabutan") == [
        ("Ana Lain", world.today, "Dicabut", "Masa aktif asesor tidak lagi mencakup hari ini"),
        ("Budi Contoh", world.today, "Dicabut", "Sakit"),
        ("Budi Contoh", last, "Ditugaskan", None), ("Citra Contoh", last, "Direncanakan", None),
    ]  # fmt: skip
    assert [bool(row["Nomor surat tugas"]) for row in found["Penugasan"][2:]] == [True, False]
    codes = plan.scheme.codes
    results = {row["Nama"]: row for row in found["Hasil"]}
    assert len(found["Hasil"]) == 3
    assert values(found["Hasil"], "Nama", "Asesor", "Rekomendasi asesor", "Asal", "Keadaan", "Keterangan") == [
        ("Joko Contoh", "Ana Contoh", "Belum kompeten", "Ditandatangani di sini", "Dibatalkan", "Tidak sah"),
        ("Rina Contoh", "Ana Contoh", "Kompeten", "Dari berkas kertas", "Dipersoalkan", "Asesor dibekukan"),
        ("Siti Contoh", "Ana Contoh", "Kompeten", "Ditandatangani di sini", "Berlaku", "SURAT-1"),
    ]
    joko_row, signed = results["Joko Contoh"], world.found(second)
    assert (joko_row["Unit kompeten"], joko_row["Unit belum kompeten"]) == (f"{codes[0]}; {codes[2]}", codes[1])
    assert (joko_row["Kode cek keaslian"], joko_row["NISN"], joko_row["Skema"], joko_row["LSP"], joko_row["TUK"]) == (
        second, signed.nisn, signed.scheme_title, signed.lsp_name, signed.venue_name
    )  # fmt: skip
    assert joko_row["Ditandatangani"] == signed.signed_at.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)
    assert (joko_row["Bagian"], joko_row["Uji ke-"], joko_row["Hari terakhir"]) == (1, 1, world.today)
    assert (results["Siti Contoh"]["Unit belum kompeten"], results["Siti Contoh"]["Diganti oleh"]) == (None, None)


def test_a_corrected_result_names_the_one_that_replaces_it(world: World) -> None:
    ana, plan = world.assessor(), world.schedule()
    world.assign(plan, ana)
    (first,) = world.sign(ana, world.record(ana, plan.attempts[0]))
    world.db.perform(lambda tx: assessments.correct(
        tx, ana.actor, first, reason="Salah ketuk", now=world.now
    ))  # fmt: skip
    (second,) = world.sign(ana, world.record(ana, plan.attempts[0], "BK"))
    rows = {row["Kode cek keaslian"]: row for row in exported(world)["Hasil"]}
    assert {code: (row["Keadaan"], row["Diganti oleh"]) for code, row in rows.items()} == {
        first: ("Sudah diganti", second), second: ("Berlaku", None)
    }  # fmt: skip


def test_open_to_dos_are_those_of_the_page(world: World) -> None:
    world.lsp(licence=(LONG[0], date(2026, 12, 31)), venue=(LONG[0], date(2026, 12, 20)))
    ana = world.assessor((date(2023, 12, 1), date(2026, 12, 15)), name="Ana Contoh", enrolled=False)
    jobs.sweep(world.db, world.today, now=world.now, mail=True)
    with world.db.read() as conn:
        open_ones, total = open_todos(conn, PROVINCE, world.today)
    found = exported(world)["Tindak lanjut"]
    assert total == len(found) == 3
    assert {(row["Tentang"], row["Tempat"], row["Hari terakhir"]) for row in found} == {
        (one.subject, one.place, one.last_day) for one in open_ones
    }
    (ending,) = (row for row in found if row["Hal"] == "Sertifikat asesor berakhir")
    world.certify(ana.id, date(2026, 11, 1), date(2029, 10, 31))
    jobs.sweep(world.db, world.today, now=world.now, mail=True)
    assert "Ana Contoh" not in {row["Tentang"] for row in exported(world)["Tindak lanjut"]}
    assert (ending["Tentang"], ending["Tahap"], ending["Ditangani"]) == ("Ana Contoh", "kurang dari 1 bulan", None)


@pytest.fixture
def statements(world: World) -> Iterator[list[str]]:
    """Every statement that the world's database is sent."""
    seen: list[str] = []

    def note(*given: Any) -> None:
        seen.append(given[2])

    event.listen(world.db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(world.db.engine, "before_cursor_execute", note)


def test_twenty_assessors_cost_as_many_statements_as_two(
    world: World, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "AT_ONCE", 7)

    def filled(number: int) -> int:
        for _ in range(number):
            ana, plan = world.assessor(), world.schedule(world.today, scheme=world.home.schemes[0])
            world.assign(plan, ana)
            world.sign(ana, world.record(ana, plan.attempts[0]))
        statements.clear()
        found = exported(world)
        assert len(found["Asesor"]) == len(found["Hasil"]) == len(found["Jadwal"])
        return len(statements)

    assert filled(2) == filled(18)
    assert len(exported(world)["Asesor"]) == 20
    assert not [each for each in statements if "nik" in each.lower()]


def test_all_lists_are_of_one_moment(world: World) -> None:
    world.assessor(enrolled=False)
    with world.db.transaction() as tx:
        export.of_one_moment(tx)
        made = sheets(tx, Day(world.today, world.today, world.now, ZONE), {})
        people_then = list(next(each for each in made if each.title == "Asesor").rows)
        world.assessor(enrolled=False)
        certificates = list(next(each for each in made if each.title == "Sertifikat asesor").rows)
    assert len(people_then) == len(certificates) == 1
