"""Schedules by page: planned, filled with candidates, given to assessors, moved, printed; and pupils by class."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import unquote
from uuid import UUID, uuid4

import pytest
from python_calamine import CalamineWorkbook
from tests.support.event_pages import FORBIDDEN, Events, text_of
from tests.support.printed import text_of as text_of_pdf
from tests.support.site import Browser

from assessor_registry.accounts.rules import PROVINCE, Role, Scope
from assessor_registry.assessors import store as assessors
from assessor_registry.scheduling import store
from assessor_registry.students import actions as students
from assessor_registry.validity import actions as validity
from assessor_registry.validity import store as validity_store
from assessor_registry.words import long_date

DAY = timedelta(days=1)


def plan_fields(here: Events, **more: Any) -> dict[str, Any]:
    lsp, today = here.world.home, here.world.today
    return {
        "title": "UKK TJKT gelombang 1", "scheme_version": str(lsp.schemes[0].version_id), "venue": str(lsp.venue_id),
        "season": "", "first_day": (today + 7 * DAY).isoformat(), "last_day": (today + 8 * DAY).isoformat(),
        "evidence_kinds": ["observasi", "lisan"], "bnsp_code": "", **more,
    }  # fmt: skip


def all_plans(here: Events) -> list[store.ScheduleRow]:
    with here.site.database.read() as conn:
        return store.schedules(conn, PROVINCE, cancelled=True)


def candidates(here: Events, plan: Any) -> list[store.Candidate]:
    with here.site.database.read() as conn:
        return store.candidates(conn, PROVINCE, plan if isinstance(plan, UUID) else plan.id)


def assignments(here: Events, plan: Any) -> list[store.AssignmentRow]:
    with here.site.database.read() as conn:
        return store.assignments(conn, PROVINCE, plan.id, withdrawn=True)


def test_an_administrator_makes_a_schedule_and_sees_what_it_still_needs(here: Events, admin: Browser) -> None:
    answer = admin.post("/jadwal/baru", plan_fields(here))
    assert answer.status_code == 303
    [plan] = all_plans(here)
    assert (plan.title, plan.evidence_kinds) == ("UKK TJKT gelombang 1", ("observasi", "lisan"))
    shown = text_of(admin.get(answer.headers["location"]).text)
    assert "Jadwal sudah dibuat" in shown
    assert "Belum ada asesi." in shown
    assert f"Perlu asesor pada {long_date(plan.first_day)}." in shown


def test_a_double_tap_makes_one_schedule(here: Events, admin: Browser) -> None:
    fields = plan_fields(here)
    first, second = (admin.post("/jadwal/baru", fields, once="satu-ketukan") for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert len(all_plans(here)) == 1


def test_days_in_the_wrong_order_are_refused_at_their_field_and_nothing_typed_is_lost(
    here: Events, admin: Browser
) -> None:
    fields = plan_fields(here, last_day=here.world.today.isoformat(), bnsp_code="B-123")
    answer = admin.post("/jadwal/baru", fields)
    assert answer.status_code == 422
    assert 'id="e-last_day"' in answer.text
    assert 'value="UKK TJKT gelombang 1"' in answer.text
    assert 'value="B-123"' in answer.text
    assert 'value="observasi" checked' in answer.text
    assert not all_plans(here)


def test_a_field_that_the_form_does_not_have_is_refused(here: Events, admin: Browser) -> None:
    assert admin.post("/jadwal/baru", plan_fields(here, lsp=str(uuid4()))).status_code == 422


def test_only_administrators_see_the_form_of_a_new_schedule(here: Events) -> None:
    for role in ("division", "auditor"):
        assert here.site.as_role(role).get("/jadwal/baru").status_code == 403


def test_a_list_has_coming_past_and_cancelled_schedules_apart_and_downloads_with_its_filter(
    here: Events, admin: Browser
) -> None:
    today = here.world.today
    coming, past = here.world.schedule(today + DAY), here.world.schedule(today - DAY)
    shown = admin.get("/jadwal").text
    assert f"/jadwal/{coming.id}" in shown
    assert f"/jadwal/{past.id}" not in shown
    assert f"/jadwal/{past.id}" in admin.get("/jadwal", kapan="past").text
    admin.post(f"/jadwal/{coming.id}/batal", reason="Listrik padam")
    assert f"/jadwal/{coming.id}" in admin.get("/jadwal", kapan="cancelled").text
    book = CalamineWorkbook.from_filelike(io.BytesIO(admin.get("/jadwal.xlsx", kapan="past").content))
    rows = book.get_sheet_by_index(0).to_python()
    assert len(rows) == 2


def test_the_list_of_another_lsp_is_not_seen(here: Events, admin: Browser) -> None:
    other = here.world.lsp()
    plan = here.world.schedule(lsp=other)
    assert f"/jadwal/{plan.id}" not in admin.get("/jadwal").text
    assert admin.get(f"/jadwal/{plan.id}").status_code == 404
    assert admin.post(f"/jadwal/{plan.id}/batal", reason="Bukan milik kami").status_code == 404
    assert f"/jadwal/{plan.id}" in here.site.as_role("division").get("/jadwal", lsp=str(other.id)).text


def test_what_like_reads_as_a_pattern_is_searched_as_it_is(here: Events, admin: Browser) -> None:
    here.world.schedule()
    assert "Tidak ada jadwal yang cocok" in admin.get("/jadwal", q="100%").text
    assert "Tidak ada jadwal yang cocok" in admin.get("/jadwal", q="U_K").text
    assert "1 jadwal" in admin.get("/jadwal", q="contoh ukk").text


# --- Candidates --------------------------------------------------------------------------------------------------


def test_a_class_mapped_to_the_scheme_is_added_as_a_whole(here: Events, admin: Browser) -> None:
    lsp = here.world.home
    here.world.students(4, rombel="XII TJKT 2")
    plan = here.world.schedule(candidates=0)
    mapped = admin.post(
        "/siswa/kelas",
        school=str(lsp.school_id), rombel="XII TJKT 2", scheme_version=str(lsp.schemes[0].version_id),
    )  # fmt: skip
    assert mapped.status_code == 303
    assert "Kelas untuk skema ini" in admin.get(f"/jadwal/{plan.id}/asesi").text
    added = admin.post(f"/jadwal/{plan.id}/asesi/kelas", school=str(lsp.school_id), rombel="XII TJKT 2")
    assert added.status_code == 303
    assert len(candidates(here, plan)) == 4


def test_single_students_are_found_by_name_and_who_can_not_be_added_is_named_with_the_reason(
    here: Events, admin: Browser
) -> None:
    busy, free = here.world.student(name="Sari Wulandari"), here.world.student(name="Sari Melati")
    here.world.schedule(candidates=[busy])
    plan = here.world.schedule(candidates=0)
    assert "Sari Melati" in admin.get(f"/jadwal/{plan.id}/asesi", q="sari").text
    answer = admin.post(f"/jadwal/{plan.id}/asesi", {"student": [str(busy), str(free)]})
    assert answer.status_code == 200
    assert "Sari Wulandari: Masih ada dalam jadwal" in text_of(answer.text)
    assert [row.student_id for row in candidates(here, plan)] == [free]


def test_a_student_of_a_foreign_school_is_not_found(here: Events, admin: Browser) -> None:
    stranger = here.world.student(school=here.world.school(), name="Orang Lain")
    plan = here.world.schedule(candidates=0)
    assert "Orang Lain" not in admin.get(f"/jadwal/{plan.id}/asesi", q="orang lain").text
    assert admin.post(f"/jadwal/{plan.id}/asesi", student=str(stranger)).status_code == 404
    assert not candidates(here, plan)


def test_a_candidate_is_taken_out_with_a_reason_only(here: Events, admin: Browser) -> None:
    plan = here.world.schedule(candidates=1)
    path = f"/jadwal/{plan.id}/asesi/{plan.attempts[0]}/keluar"
    assert admin.post(path, reason=" ").status_code == 422
    assert candidates(here, plan)
    assert admin.post(path, reason="Pindah sekolah").status_code == 303
    assert not candidates(here, plan)


def test_candidates_are_split_evenly_and_moved_by_hand(here: Events, admin: Browser) -> None:
    plan, ana = here.held(candidates=4)
    budi = here.world.assessor()
    here.world.assign(plan, budi)
    assert admin.post(f"/jadwal/{plan.id}/pembagian/rata").status_code == 303
    shared = [row.assessor_id for row in candidates(here, plan)]
    assert sorted(shared, key=str) == sorted([ana.id, ana.id, budi.id, budi.id], key=str)
    moved = admin.post(f"/jadwal/{plan.id}/pembagian", {"share": [f"{one}:{budi.id}" for one in plan.attempts]})
    assert moved.status_code == 303
    assert {row.assessor_id for row in candidates(here, plan)} == {budi.id}


def test_where_there_are_too_few_assessors_to_divide_it_is_said_how_many_more(here: Events, admin: Browser) -> None:
    plan, ana = here.held(candidates=13)
    answer = admin.post(f"/jadwal/{plan.id}/pembagian/rata")
    assert answer.status_code == 409
    assert "13 asesi belum dapat dibagi rata" in answer.text
    assert "Tugaskan paling sedikit 1 asesor lagi untuk semua hari jadwal" in answer.text
    assert "belum dapat ditugaskan" not in answer.text
    byhand = admin.post(f"/jadwal/{plan.id}/pembagian", {"share": [f"{one}:{ana.id}" for one in plan.attempts]})
    assert byhand.status_code == 409
    assert f"Beban {ana.actor.name} menjadi 13 asesi sehari" in byhand.text


def test_even_shares_go_to_who_is_confirmed_and_the_page_says_so(here: Events, admin: Browser) -> None:
    plan, ana = here.held(candidates=2)
    waiting = here.world.assessor(None, name="Wati Menunggu")
    here.world.assign(plan, waiting, planned=True)
    shown = text_of(admin.get(f"/jadwal/{plan.id}/pembagian").text)
    assert "Masih rencana: Wati Menunggu." in shown
    assert "Wati Menunggu (rencana)" in shown
    assert admin.post(f"/jadwal/{plan.id}/pembagian/rata").status_code == 303
    assert {row.assessor_id for row in candidates(here, plan)} == {ana.id}
    admin.post(f"/jadwal/{plan.id}/asesor/{ana.id}/cabut", reason="Sakit")
    answer = admin.post(f"/jadwal/{plan.id}/pembagian/rata")
    assert answer.status_code == 409
    assert "Belum ada asesor yang pasti bertugas" in answer.text


def test_a_share_that_is_no_share_is_refused(here: Events, admin: Browser) -> None:
    plan, _who = here.held()
    assert admin.post(f"/jadwal/{plan.id}/pembagian", share="bukan:pembagian").status_code == 422


# --- Assessors ---------------------------------------------------------------------------------------------------


def test_the_picker_names_who_may_and_for_the_others_every_reason(here: Events, admin: Browser) -> None:
    today = here.world.today
    able = here.world.assessor(name="Ana Dapat")
    ended = (today - 900 * DAY, today - DAY)
    here.world.assessor(ended, appointed=False, schemes=(), name="Budi Habis")
    plan = here.world.schedule()
    shown = text_of(admin.get(f"/jadwal/{plan.id}/asesor").text)
    assert f"Dapat mengases pada {long_date(today)} (1) Ana Dapat" in shown
    why = shown.split("Budi Habis")[1]
    assert "berakhir" in why
    assert "iangkat" in why
    answer = admin.post(
        f"/jadwal/{plan.id}/asesor",
        assessor=str(able.id), days=today.isoformat(), letter_number="001/ST/2026", letter_date=today.isoformat(),
        how="letter", day=today.isoformat(),
    )  # fmt: skip
    assert answer.status_code == 303
    [row] = assignments(here, plan)
    assert (row.assessor_id, row.state, row.letter_number) == (able.id, "confirmed", "001/ST/2026")


def test_two_assessors_of_one_name_are_told_apart_where_one_is_chosen(here: Events, admin: Browser) -> None:
    plan, ana = here.held()
    twins = [here.world.assessor(name="Siti Kembar") for _ in range(2)]
    with here.site.database.read() as conn:
        found = assessors.details(conn, PROVINCE, [each.id for each in twins], here.world.today)
    numbers = [each.registration.canonical for each in found.values() if each.registration]
    picker = text_of(admin.get(f"/jadwal/{plan.id}/asesor").text)
    replacing = text_of(admin.get(f"/jadwal/{plan.id}/asesor/{ana.id}/ganti").text)
    assert len(set(numbers)) == 2
    for number in numbers:
        assert f"Siti Kembar {number} · " in picker
        assert f"Siti Kembar · {number} · " in replacing


def test_the_chosen_day_of_the_picker_is_the_current_one_and_each_day_says_how_many_are_assigned(
    here: Events, admin: Browser
) -> None:
    today = here.world.today
    plan = here.world.schedule(today, today + DAY)
    for _each in range(2):
        here.world.assign(plan, here.world.assessor(), today)
    shown = admin.get(f"/jadwal/{plan.id}/asesor", hari=(today + DAY).isoformat()).text
    days = shown.split('<nav class="tabs"')[1].split("</nav>")[0]
    first, second = days.split("</a>")[:2]
    assert f"{long_date(today)} 2 asesor ditugaskan" in text_of(first)
    assert f"{long_date(today + DAY)} belum ada asesor" in text_of(second)
    assert ("aria-current" in first, "aria-current" in second) == (False, True)


def test_whom_another_lsp_has_booked_is_only_busy(here: Events, admin: Browser) -> None:
    shared = here.world.assessor(name="Citra Dipinjam")
    other = here.world.lsp(scheme=here.world.home.schemes[0])
    here.world.appoint(other, shared.id)
    elsewhere = here.world.schedule(lsp=other)
    here.world.assign(elsewhere, shared)
    plan = here.world.schedule()
    page = admin.get(f"/jadwal/{plan.id}/asesor").text
    with here.site.database.read() as conn:
        title = store.schedule(conn, PROVINCE, elsewhere.id).title
    assert "sibuk" in page
    assert title not in page
    assert str(elsewhere.id) not in page


def test_assigning_without_a_letter_is_refused_at_the_letter_and_the_choice_is_kept(
    here: Events, admin: Browser
) -> None:
    who = here.world.assessor()
    plan = here.world.schedule()
    day = here.world.today.isoformat()
    fields = {"assessor": str(who.id), "days": day, "letter_number": "", "letter_date": "", "how": "letter", "day": day}
    answer = admin.post(f"/jadwal/{plan.id}/asesor", fields)
    assert answer.status_code == 422
    assert 'id="e-letter_number"' in answer.text
    assert 'id="e-letter_date"' in answer.text
    assert f'value="{who.id}" checked' in answer.text
    assert "(boleh kosong)" not in answer.text
    nobody = admin.post(f"/jadwal/{plan.id}/asesor", {**fields, "assessor": "", "how": "planned"})
    assert nobody.status_code == 422
    assert '<p class="error" id="e-assessor">Pilih asesornya.</p>' in nobody.text
    assert 'id="e-letter_number"' not in nobody.text


def test_someone_without_a_certificate_is_planned_and_confirmed_when_it_has_come(here: Events, admin: Browser) -> None:
    waiting = here.world.assessor(None)
    plan = here.world.schedule()
    day = here.world.today.isoformat()
    fields = {"assessor": str(waiting.id), "days": day, "letter_number": "7/ST", "letter_date": day, "day": day}
    refused = admin.post(f"/jadwal/{plan.id}/asesor", {**fields, "how": "letter"})
    assert refused.status_code == 409
    assert "belum terpenuhi" in refused.text
    assert admin.post(f"/jadwal/{plan.id}/asesor", {**fields, "how": "planned"}).status_code == 303
    path = f"/jadwal/{plan.id}/asesor/{waiting.id}/pastikan"
    assert admin.post(path, letter_number="7/ST", letter_date=day).status_code == 409
    here.world.certify(waiting.id, here.world.today - DAY, here.world.today + DAY)
    assert admin.post(path, letter_number="7/ST", letter_date=day).status_code == 303
    [row] = assignments(here, plan)
    assert row.state == "confirmed"


def test_an_assessor_of_neither_appointment_nor_school_is_not_assigned(here: Events, admin: Browser) -> None:
    stranger = here.world.assessor(appointed_by=here.world.lsp())
    plan = here.world.schedule()
    day = here.world.today.isoformat()
    answer = admin.post(
        f"/jadwal/{plan.id}/asesor", assessor=str(stranger.id), days=day, letter_number="", letter_date="",
        how="planned", day=day,
    )  # fmt: skip
    assert answer.status_code == 404
    assert not assignments(here, plan)


def test_an_assessor_is_replaced_with_a_reason_and_a_new_letter(here: Events, admin: Browser) -> None:
    plan, ana = here.held(candidates=2)
    budi = here.world.assessor(name="Budi Pengganti")
    admin.post(f"/jadwal/{plan.id}/pembagian/rata")
    path = f"/jadwal/{plan.id}/asesor/{ana.id}/ganti"
    assert "Budi Pengganti" in admin.get(path).text
    day = here.world.today.isoformat()
    fields = {"assessor_id": str(budi.id), "letter_number": "9/ST", "letter_date": day}
    assert admin.post(path, {**fields, "reason": ""}).status_code == 422
    assert admin.post(path, {**fields, "reason": "Sakit"}).status_code == 303
    assert {row.assessor_id for row in candidates(here, plan)} == {budi.id}
    assert {(row.assessor_id, row.state) for row in assignments(here, plan)} == {
        (ana.id, "withdrawn"), (budi.id, "confirmed")
    }  # fmt: skip


def test_single_days_are_given_to_somebody_else_or_taken_back(here: Events, admin: Browser) -> None:
    world, today = here.world, here.world.today
    plan = world.schedule(today + DAY, today + 3 * DAY)
    ana, budi = world.assessor(name="Ana Bertugas"), world.assessor(name="Budi Pengganti")
    world.assign(plan, ana)
    world.assign(world.schedule(today + 2 * DAY), budi)
    path = f"/jadwal/{plan.id}/asesor/{ana.id}"
    shown = text_of(admin.get(f"{path}/ganti").text)
    assert f"Budi Pengganti (hanya {long_date(today + DAY)}; {long_date(today + 3 * DAY)})" in shown
    fields = {"assessor_id": str(budi.id), "reason": "Rapat", "letter_number": "9/ST", "letter_date": today.isoformat()}
    none = admin.post(f"{path}/ganti", fields)
    assert none.status_code == 422
    assert 'id="e-days"' in none.text
    one = {**fields, "days": (today + DAY).isoformat()}
    assert admin.post(f"{path}/ganti", one).status_code == 303
    assert admin.post(f"{path}/cabut", days=(today + 3 * DAY).isoformat(), reason="Sakit").status_code == 303
    assert [(row.held_on, row.assessor_id, row.letter_number) for row in assignments(here, plan)
            if row.state != "withdrawn"] == [
        (today + DAY, budi.id, "9/ST"), (today + 2 * DAY, ana.id, assignments(here, plan)[0].letter_number)
    ]  # fmt: skip


def test_an_assessor_is_withdrawn_with_a_reason(here: Events, admin: Browser) -> None:
    plan, ana = here.held()
    assert admin.post(f"/jadwal/{plan.id}/asesor/{ana.id}/cabut", reason="Tugas lain").status_code == 303
    assert "Tugas lain" in admin.get(f"/jadwal/{plan.id}").text


def test_an_assigned_assessor_whose_appointment_ends_before_the_day_is_pointed_out(
    here: Events, admin: Browser
) -> None:
    world = here.world
    soon = world.today + 3 * DAY
    plan = world.schedule(soon)
    who = world.assessor(name="Dewi Berakhir")
    world.assign(plan, who)
    shown = admin.get(f"/jadwal/{plan.id}").text
    assert "tidak dapat mengases pada harinya" not in shown
    with here.site.database.read() as conn:
        [held] = validity_store.appointments(conn, [who.id])
    here.site.perform(
        lambda tx: validity.end_appointment(
            tx, world.home.admin, held.id, ended_on=world.today + DAY, reason="Mutasi", now=world.now
        )
    )
    assert "tidak dapat mengases pada harinya" in admin.get(f"/jadwal/{plan.id}").text


# --- Moving, cancelling, printing --------------------------------------------------------------------------------


def test_moving_keeps_the_reason_in_the_trail_and_asks_for_a_new_letter(here: Events, admin: Browser) -> None:
    today = here.world.today
    plan = here.world.schedule(today + DAY)
    who = here.world.assessor()
    here.world.assign(plan, who)
    fields = {"first_day": (today + 5 * DAY).isoformat(), "last_day": (today + 5 * DAY).isoformat()}
    fields["reason"] = "Bengkel dipakai"
    asked = admin.post(f"/jadwal/{plan.id}/pindah", fields)
    assert asked.status_code == 200
    assert f"Menjadi rencana Direncanakan pada {long_date(today + 5 * DAY)}" in text_of(asked.text)
    assert [row.state for row in assignments(here, plan)] == ["confirmed"]
    seen = f"{today + 5 * DAY}/{today + 5 * DAY}"
    assert f'value="{seen}"' in asked.text
    assert admin.post(f"/jadwal/{plan.id}/pindah", {**fields, "seen": seen}).status_code == 303
    assert {(row.held_on, row.state) for row in assignments(here, plan)} == {
        (today + DAY, "withdrawn"), (today + 5 * DAY, "planned")
    }  # fmt: skip


def test_a_move_into_the_past_is_asked_about_before_it_is_done(here: Events, admin: Browser) -> None:
    today = here.world.today
    plan = here.world.schedule(today + DAY)
    path, day = f"/jadwal/{plan.id}/pindah", (today - 400 * DAY).isoformat()
    fields = {"first_day": day, "last_day": day, "reason": "Salah ketik tahun"}
    asked = admin.post(path, fields)
    assert asked.status_code == 200
    assert "Ya, tanggal itu memang sudah lewat" in text_of(asked.text)
    refused = admin.post(path, {**fields, "seen": f"{day}/{day}"})
    assert refused.status_code == 422
    assert 'id="e-past"' in refused.text
    assert all_plans(here)[0].first_day == plan.first_day
    # Other days than those that were shown are shown again.
    other = (today - 399 * DAY).isoformat()
    again = {**fields, "last_day": other, "seen": f"{day}/{day}", "past": "ya"}
    assert admin.post(path, again).status_code == 200
    assert admin.post(path, {**fields, "seen": f"{day}/{day}", "past": "ya"}).status_code == 303
    assert all_plans(here)[0].first_day.isoformat() == day


def test_a_move_says_who_stays_who_needs_a_new_letter_and_who_is_lost_and_why(here: Events, admin: Browser) -> None:
    world, today = here.world, here.world.today
    plan = world.schedule(today + DAY, today + 2 * DAY)
    stays, busy = world.assessor(name="Ana Tetap"), world.assessor(name="Budi Sibuk")
    short = world.assessor((today - 100 * DAY, today + 2 * DAY), name="Citra Berakhir")
    for who in (stays, busy, short):
        world.assign(plan, who, today + 2 * DAY if who is stays else today + DAY)
    world.assign(world.schedule(today + 2 * DAY), busy)
    days = {"first_day": (today + 2 * DAY).isoformat(), "last_day": (today + 3 * DAY).isoformat()}
    shown = text_of(admin.post(f"/jadwal/{plan.id}/pindah", {**days, "reason": "Libur"}).text)
    assert "Ana Tetap" in shown.split("Tetap Harinya tidak berubah")[0]
    assert "Dicabut Sudah bertugas pada jadwal" in shown.split("Budi Sibuk")[1].split("Citra")[0]
    assert "Menjadi rencana" in shown.split("Citra Berakhir")[1]


def test_dates_may_be_typed_as_offices_write_them(here: Events, admin: Browser) -> None:
    plan = here.world.schedule(date(here.world.today.year + 1, 3, 2))
    year = here.world.today.year + 1
    answer = admin.post(
        f"/jadwal/{plan.id}/pindah", first_day=f"4 Maret {year}", last_day=f"05/03/{year}", reason="Libur"
    )
    assert answer.status_code == 303
    [row] = all_plans(here)
    assert (row.first_day, row.last_day) == (date(year, 3, 4), date(year, 3, 5))


def test_a_cancelled_schedule_says_so_and_offers_nothing(here: Events, admin: Browser) -> None:
    plan = here.world.schedule()
    assert admin.post(f"/jadwal/{plan.id}/batal", reason="Listrik padam").status_code == 303
    shown = admin.get(f"/jadwal/{plan.id}").text
    assert "Listrik padam" in shown
    assert f"/jadwal/{plan.id}/pindah" not in shown


def test_the_kinds_of_evidence_are_changed(here: Events, admin: Browser) -> None:
    plan = here.world.schedule()
    assert admin.post(f"/jadwal/{plan.id}/bukti", {"evidence_kinds": ["portofolio"]}).status_code == 303
    assert "Portofolio" in admin.get(f"/jadwal/{plan.id}").text
    assert admin.post(f"/jadwal/{plan.id}/bukti", {"evidence_kinds": ["sulap"]}).status_code == 422


def test_attendance_list_and_minutes_are_printed_under_names_without_people(here: Events, admin: Browser) -> None:
    plan, _who = here.held(candidates=2)
    for path in (f"daftar-hadir.pdf?hari={here.world.today}", "berita-acara.pdf"):
        answer = admin.get(f"/jadwal/{plan.id}/{path}")
        assert answer.status_code == 200
        assert answer.content.startswith(b"%PDF-")
        assert "Siswa" not in unquote(answer.headers["content-disposition"])


def test_the_minutes_are_the_same_whoever_prints_them_and_nobody_is_present_without_a_result(here: Events) -> None:
    ana, budi = here.world.assessor(), here.world.assessor()
    plan = here.world.schedule(candidates=3)
    for who, attempt, units in ((ana, plan.attempts[0], "K"), (budi, plan.attempts[1], "BK")):
        here.world.assign(plan, who)
        here.world.sign(who, here.world.record(who, attempt, units))
    browsers = [here.as_actor(each) for each in (ana.actor, budi.actor, plan.lsp.admin)]
    texts = [text_of_pdf(each.get(f"/jadwal/{plan.id}/berita-acara.pdf").content) for each in browsers]
    tables = [text[text.index("dengan keikutsertaan") : text.index("Rekomendasi di atas")] for text in texts]
    assert tables[0] == tables[1] == tables[2]
    assert "3 orang 2 orang 0 orang 1 orang 1 orang 1 orang" in tables[0]
    page = browsers[0].get(f"/jadwal/{plan.id}").text
    assert "Belum kompeten" in page
    assert page.count('href="/hasil/') == 1  # a colleague's result is told, not opened


def test_an_assessor_sees_own_schedules_and_a_school_those_of_its_pupils(here: Events) -> None:
    plan, ana = here.held()
    budi = here.world.assessor()
    assert here.as_actor(ana.actor).get(f"/jadwal/{plan.id}").status_code == 200
    assert here.as_actor(budi.actor).get(f"/jadwal/{plan.id}").status_code == 404
    school = here.site.as_role("school", Scope("school", str(here.world.home.school_id)))
    assert school.get(f"/jadwal/{plan.id}").status_code == 200
    other = here.site.as_role("school", Scope("school", str(here.world.school())))
    assert other.get(f"/jadwal/{plan.id}").status_code == 404
    assert f"/jadwal/{plan.id}" not in other.get("/jadwal").text


# --- Pupils ------------------------------------------------------------------------------------------------------


def test_pupils_are_listed_searched_and_downloaded_without_nik(here: Events, admin: Browser) -> None:
    here.world.student(name="Rina Anggraini")
    here.world.student(name="Joko Susilo")
    assert "Rina Anggraini" in admin.get("/siswa").text
    assert "Rina Anggraini" not in admin.get("/siswa", q="joko").text
    book = CalamineWorkbook.from_filelike(io.BytesIO(admin.get("/siswa.xlsx", q="joko").content))
    rows = book.get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows] == ["Nama", "Joko Susilo"]
    assert "NIK" not in rows[0]


def test_a_pupil_has_every_attempt_with_its_result(here: Events, admin: Browser) -> None:
    code, plan, _who = here.signed()
    [row] = candidates(here, plan)
    shown = admin.get(f"/siswa/{row.student_id}").text
    assert f"/hasil/{code}" in shown
    assert "belum ada" in shown
    assert here.site.as_role("school", Scope("school", str(here.world.school()))).get(
        f"/siswa/{row.student_id}"
    ).status_code == 404  # fmt: skip


def test_a_pupil_missing_from_the_newest_list_is_marked_with_the_day(here: Events, admin: Browser) -> None:
    gone = here.world.student(name="Tono Hilang")
    here.site.perform(
        lambda tx: students.mark_missing(
            tx, here.world.home.admin, here.world.home.school_id, [], here.world.today, here.world.now
        )
    )
    assert f"tidak ada sejak {long_date(here.world.today)}" in admin.get("/siswa", hilang="1").text
    assert "Datanya tidak dihapus" in admin.get(f"/siswa/{gone}").text


def test_a_class_that_is_not_there_is_not_mapped(here: Events, admin: Browser) -> None:
    lsp = here.world.home
    answer = admin.post(
        "/siswa/kelas",
        school=str(lsp.school_id), rombel="XII TIDAK ADA", scheme_version=str(lsp.schemes[0].version_id),
    )  # fmt: skip
    assert answer.status_code == 404


@pytest.mark.parametrize("role", ["division", "lsp_admin", "panel", "auditor", "school", "assessor"])
def test_no_forbidden_word_reaches_a_page(here: Events, role: str) -> None:
    plan, ana = here.held(candidates=2)
    browsers: dict[str, Callable[[], Browser]] = {
        "lsp_admin": here.admin,
        "assessor": lambda: here.as_actor(ana.actor),
        "school": lambda: here.site.as_role("school", Scope("school", str(here.world.home.school_id))),
        "panel": lambda: here.site.as_role(Role.PANEL, Scope("lsp", str(here.world.home.id))),
    }
    browser = browsers.get(role, lambda: here.site.as_role(role))()
    own = [
        f"/jadwal/{plan.id}{part}" for part in ("", "/asesor", "/pembagian", "/asesi", "/pindah", "/batal", "/bukti")
    ]
    for path in (*own, "/jadwal", "/jadwal/baru", "/siswa", "/siswa/kelas", "/hasil", "/hasil/belum"):
        answer = browser.get(path)
        assert answer.status_code in {200, 403}, path
        assert not FORBIDDEN.search(text_of(answer.text)), path
