"""The forms as a reader of the PDF finds them: what stands on paper, and that nothing typed is ever evaluated."""

import re
import subprocess
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.printed import (
    ASSESSOR,
    ATTENDANCE,
    BODY,
    CHECK,
    CODE,
    DAY,
    MINUTES,
    NOW,
    PAGE,
    RECORD,
    SCHEME,
    VENUE,
    minutes_row,
    page_count,
    pages_of,
    read_qr,
    text_of,
    units,
)

from assessor_registry.errors import InvalidInput
from assessor_registry.printing import pdf
from assessor_registry.printing.forms import (
    Activation,
    Assigned,
    ClusterRows,
    LetterForm,
    Official,
    RecordForm,
    StateMark,
    VenueHead,
)

HOSTILE = (
    '#eval("1+1")',
    "$x$",
    "[",
    "]",
    "\\",
    "*tebal* _miring_ `kode` <label> @acuan",
    "// komentar /* blok */",
    "#panic()",
    '"; #read("/etc/passwd")',
    "= Judul",
    "Ayu 😀 日本",
    "مرحبا שלום",
    "Nama " * 60,
    "N" * 300,
    "{} {{ }} % {form}",
)
CLUSTERS = (
    ClusterRows(title="Klaster Menulis", units=units(12, not_yet=(5,))),
    ClusterRows(title="Klaster Menguji", units=units(26, not_yet=(18,))[12:]),
)
LETTER = LetterForm(
    body=BODY,
    scheme=SCHEME,
    venue=VENUE,
    number="045/ST/XI/2026",
    letter_date=DAY,
    place="Samarinda",
    assigned=(Assigned(name="Siti", registration="MET.000.900001 2022", school=None, days=(DAY,)),),
    candidate_count=21,
    issuer=Official(name="Mulyadi", title="Ketua LSP", number="NIP. 1"),
    made_at=NOW,
)
PERSON = Activation(name="Siti", login="siti", role="Asesor", code="RK4T-9XQM", until=NOW)


def marked(**values: Any) -> RecordForm:
    """The sample record with a mark as of 5 January 2027."""
    return replace(RECORD, mark=StateMark(as_of=date(2027, 1, 5), **values))


def test_the_record_names_everything_of_the_head() -> None:
    text = text_of(pdf.record_form(RECORD))
    for said in (
        "FR.AK.02 Rekaman Asesmen Kompetensi", "LSP SMK Contoh Samarinda", "BNSP-LSP-0000-ID",
        "Okupasi Pemrogram Junior", "SKM-01/2024", "Lab Komputer", "Siti Rahmawati", "MET.000.900001 2022",
        "Bagas Pratama", "0061234567", "045/ST/XI/2026", "21 November 2026", "Halaman 1 dari 1",
    ):  # fmt: skip
        assert said in text, said


def test_a_record_signed_here_says_who_signed_and_of_which_kind_the_signature_is() -> None:
    text = text_of(pdf.record_form(RECORD))
    assert "Ditandatangani secara elektronik oleh Siti Rahmawati" in text
    assert "pada 21 November 2026 pukul 10.15 WITA" in text
    assert "Tanda tangan elektronik tidak tersertifikasi" in text
    assert CHECK in text
    assert f"Kode {CODE}" in text
    assert text.count("Tanda tangan dan tanggal") == 2


def test_a_record_from_paper_never_claims_an_electronic_signature_of_the_assessor() -> None:
    form = replace(RECORD, origin="paper", entered_by="Rina", confirmed_by="Agus", acknowledgement="paper")
    text = text_of(pdf.record_form(form))
    assert "Dari berkas kertas" in text
    assert "Dicatat oleh Rina pada 21 November 2026 pukul 10.15 WITA, diperiksa oleh Agus. Hasil pindai" in text
    assert "Ditandatangani secara elektronik" not in text


@pytest.mark.parametrize(
    ("form", "mark", "sentence"),
    [
        (marked(state="contested", since=DAY, reason="Banding asesi."), "DIPERSOALKAN", "sejak 21 November 2026"),
        (marked(state="annulled", since=DAY, reason="Sanksi."), "DIBATALKAN", "Alasan: Sanksi. Keadaan per 5 Januari"),
        (marked(state="replaced", replaced_by="Z" * 26), "TELAH DIGANTI", f"rekaman pengganti: {'Z' * 26}."),
        (replace(RECORD, origin="draft", signed_at=None, code=None), "RANCANGAN", "Belum ditandatangani"),
    ],
)
def test_a_record_that_does_not_hold_says_so_on_every_page(form: RecordForm, mark: str, sentence: str) -> None:
    pages = pages_of(pdf.record_form(replace(form, clusters=CLUSTERS)))
    assert len(pages) > 1
    assert sentence in pages[0]
    valid = pages_of(pdf.record_form(replace(form, clusters=CLUSTERS, mark=None, origin="ink")))
    assert not any(mark in page for page in valid)
    assert all(f"· {mark} Halaman" in page for page in pages)


def test_a_record_in_force_carries_no_mark() -> None:
    text = text_of(pdf.record_form(marked(state="valid")))
    assert not re.search("DIBATALKAN|DIPERSOALKAN|DIGANTI|RANCANGAN|Keadaan per", text)


def test_a_form_for_ink_has_no_code_and_room_to_write() -> None:
    text = text_of(pdf.record_form(replace(RECORD, origin="ink", signed_at=None, code=None, recommendation=None)))
    assert "Cek keaslian" not in text
    assert "Coret yang tidak perlu" in text
    assert text.count("Tanda tangan dan tanggal") == 2


def test_26_units_repeat_the_heading_and_name_the_candidate_on_each_page() -> None:
    pages = pages_of(pdf.record_form(replace(RECORD, clusters=CLUSTERS, recommendation="BK")))
    assert len(pages) == 2
    for page in pages:
        assert "Unit kompetensi" in page
        assert "Klaster Menguji" in page
        assert "Bagas Pratama" in page
    text = " ".join(pages)
    assert [int(number) for number in re.findall(r"J\.620100\.(\d+)\.02", text)] == list(range(1, 27))
    assert "Halaman 2 dari 2" in pages[1]


@pytest.mark.parametrize(("evidence", "result", "ticks"), [((), None, 0), (("lisan",), "K", 2), (("x",), "BK", 1)])
def test_a_tick_stands_for_each_kind_of_evidence_and_for_the_result(evidence: Any, result: Any, ticks: int) -> None:
    unit = replace(units(1)[0], evidence=evidence, result=result)
    text = text_of(pdf.record_form(replace(RECORD, clusters=(ClusterRows(title=None, units=(unit,)),))))
    assert text.count("✓") == ticks


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"outcome": "absent", "recommendation": None}, "Asesi tidak hadir; tidak ada rekomendasi."),
        ({"outcome": "withdrew", "recommendation": None}, "Asesi mengundurkan diri; tidak ada rekomendasi."),
        ({"recommendation": None, "part": 1, "parts": 2}, "Diberikan oleh asesor yang menutup asesmen ini."),
        ({"recommendation": None}, "Diberikan oleh asesor yang menutup asesmen ini."),
        ({"part": 1, "parts": 2}, "Bagian 1 dari 2"),
        ({"attempt": 2, "replaces": "Y" * 26}, f"Asesmen ke-2 · Menggantikan rekaman {'Y' * 26}"),
        ({"follow_up": "Ulangi unit 2"}, "Ulangi unit 2"),
        ({"acknowledgement": "refused"}, "Asesi tidak bersedia membubuhkan tanda tangan."),
        ({"last_day": DAY + timedelta(days=1)}, "21 November 2026 – 22 November 2026"),
    ],
)
def test_the_record_says_how_it_ended(values: dict[str, Any], said: str) -> None:
    assert said in text_of(pdf.record_form(replace(RECORD, **values)))


def test_several_records_count_their_own_pages() -> None:
    short = replace(RECORD, candidate="Citra Lestari")
    pages = pages_of(pdf.record_forms([replace(RECORD, clusters=CLUSTERS), short]))
    assert [re.findall(r"Halaman \d dari \d", page) for page in pages] == [
        ["Halaman 1 dari 2"],
        ["Halaman 2 dari 2"],
        ["Halaman 1 dari 1"],
    ]
    assert "Bagas Pratama" not in pages[2]


def test_the_attendance_list_has_a_row_for_each_person() -> None:
    text = text_of(pdf.attendance_list(ATTENDANCE))
    for said in ("Daftar Hadir", "Sabtu, 21 November 2026", "Bagas Pratama", "0061234567", "Citra Lestari",
                 "Tidak hadir", "Siti Rahmawati", "MET.000.900001 2022", "Tanda tangan"):  # fmt: skip
        assert said in text, said


@pytest.mark.parametrize("file", [lambda: pdf.attendance_list(ATTENDANCE), lambda: pdf.minutes(MINUTES)])
def test_papers_of_a_schedule_lead_by_qr_code_and_link_to_its_present_state(file: Any) -> None:
    made = file()
    text = text_of(made)
    assert f"Keadaan terkini jadwal ini tercatat di register: pindai kode QR, atau buka {PAGE}" in text
    assert re.search(rb"/URI\s*\(" + re.escape(PAGE.encode()) + rb"\)", made)
    assert read_qr(drawn(made)) == PAGE


def drawn(file: bytes) -> str:
    """The code that a page shows, as rendered, drawn anew module by module; it stands last, at the left margin."""
    done = subprocess.run(["pdftoppm", "-gray", "-r", "300", "-"], input=file, capture_output=True, check=True)
    _magic, size, _most, pixels = done.stdout.split(b"\n", 3)
    width, height = map(int, size.split())
    # Within its 24 mm only: 18 mm margin, 4 modules of white.
    rows = [pixels[at * width + 220 : at * width + 495] for at in range(height)]
    last = max(at for at, row in enumerate(rows[: height - 330]) if min(row) < 100)
    first = next(at for at in range(last, 0, -1) if all(min(row) >= 100 for row in rows[at - 20 : at]))
    left = min(row.index(min(row)) for row in rows[first : last + 1] if min(row) < 100)
    modules = 37  # version 5
    step = (last + 1 - first) / modules
    runs = [
        f"M{x} {y}h1v1h-1z"
        for y in range(modules) for x in range(modules)
        if rows[first + int((y + 0.5) * step)][left + int((x + 0.5) * step)] < 100
    ]  # fmt: skip
    return "".join(runs)


def test_the_minutes_spell_the_day_and_count_who_came() -> None:
    text = text_of(pdf.minutes(MINUTES))
    assert "Pada hari ini Sabtu, tanggal dua puluh satu bulan November tahun dua ribu dua puluh enam" in text
    assert "Samarinda, 21 November 2026" in text
    assert "6 orang 5 orang 1 orang 1 orang 2 orang 1 orang 1 orang" in text


def test_minutes_of_several_days_spell_the_last_day_too() -> None:
    text = text_of(pdf.minutes(replace(MINUTES, last_day=date(2026, 11, 22))))
    assert "sampai dengan hari Minggu, tanggal dua puluh dua bulan November" in text


@given(st.lists(st.sampled_from(["K", "BK", None, "absent", "withdrew", "no result"]), max_size=30))
def test_every_candidate_is_counted_once(results: list[str | None]) -> None:
    rows = [
        minutes_row({"no result": None}.get(result, result), None)
        if result in {"absent", "withdrew", "no result"}
        else minutes_row("assessed", result)
        for result in results
    ]
    found = pdf.counts(rows)
    without = results.count("no result")  # nobody knows whether they came
    assert found["listed"] == found["present"] + found["absent"] + without == len(results)
    assert found["present"] + without == found["withdrew"] + found["competent"] + found["not_yet"] + found["open"]
    assert (found["competent"], found["not_yet"]) == (results.count("K"), results.count("BK"))


def test_the_letter_names_the_days_and_spells_the_count() -> None:
    text = text_of(pdf.assignment_letter(LETTER))
    for said in ("Surat Tugas", "Nomor: 045/ST/XI/2026", "Sabtu, 21 November 2026", "21 (dua puluh satu) orang",
                 "Ketua LSP", "NIP. 1"):  # fmt: skip
        assert said in text, said


@pytest.mark.parametrize(("people", "pages"), [(1, 1), (2, 1), (3, 2)])
def test_two_slips_of_first_access_stand_on_a_page(people: int, pages: int) -> None:
    file = pdf.activation_sheet([PERSON] * people, "https://asesor.example.id/aktivasi", NOW)
    assert page_count(file) == pages
    text = text_of(file)
    assert text.count("RK4T-9XQM") == people
    assert text.count("https://asesor.example.id/aktivasi") == people


@pytest.mark.parametrize("kind", ["sewaktu", "tempat_kerja", "mandiri"])
def test_the_kinds_of_venue_not_meant_are_struck_out(kind: Any) -> None:
    forms = {
        other: pdf.record_form(replace(RECORD, venue=VenueHead(name="Lab", kind=other)))
        for other in ("sewaktu", "tempat_kerja", "mandiri")
    }
    assert [other for other, file in forms.items() if file == forms[kind]] == [kind]
    assert "Sewaktu / Tempat Kerja / Mandiri*" in text_of(forms[kind])


@pytest.mark.parametrize("text", HOSTILE)
def test_text_that_looks_like_markup_is_printed_as_it_was_typed(text: str) -> None:
    form = replace(RECORD, candidate=text, observations=text, assessor=replace(ASSESSOR, name=text))
    shown = text_of(pdf.record_form(form))
    if text.isascii():
        assert re.sub(r"\s", "", text) in re.sub(r"\s", "", shown)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_form_stumbles_over_hostile_text(text: str) -> None:
    pdf.attendance_list(replace(ATTENDANCE, title=text, assessors=(replace(ASSESSOR, name=text),)))
    pdf.minutes(replace(MINUTES, place=text, candidates=(minutes_row("assessed", "K", text),)))
    pdf.assignment_letter(replace(LETTER, place=text, basis=(text,)))
    pdf.activation_sheet([replace(PERSON, name=text, login=text)], "https://x", NOW)


@settings(max_examples=25)
@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_can_be_printed(name: str, note: str) -> None:
    form = replace(RECORD, candidate=name, observations=note, scheme=replace(SCHEME, title=note))
    assert pdf.record_form(form).startswith(b"%PDF-1.7")


@pytest.mark.parametrize(
    ("make", "title"),
    [
        (lambda: pdf.record_form(RECORD), b"FR.AK.02 Rekaman Asesmen Kompetensi"),
        (lambda: pdf.attendance_list(ATTENDANCE), b"Daftar Hadir Uji Kompetensi"),
        (lambda: pdf.minutes(MINUTES), b"Berita Acara Uji Kompetensi"),
        (lambda: pdf.assignment_letter(LETTER), b"Surat Tugas Asesor"),
        (lambda: pdf.activation_sheet([PERSON], "https://x", NOW), b"Lembar Akses Pertama"),
    ],
)
def test_the_file_is_archival_tagged_indonesian_and_the_same_each_time(make: Any, title: bytes) -> None:
    file = make()
    assert file == make()
    assert re.search(rb"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>", file)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in file
    assert re.search(rb"/Lang\s*\(id-ID\)", file)
    assert re.search(rb"<dc:title>.*" + re.escape(title) + rb"</rdf:li>", file)
    assert b"2026-11-21T02:15:00" in file
    metadata = file[file.index(b"<x:xmpmeta") : file.index(b"</x:xmpmeta>")]
    assert not re.search(rb"Bagas|Siti|0061234567", metadata)


def test_another_time_of_making_makes_another_file() -> None:
    assert pdf.record_form(RECORD) != pdf.record_form(replace(RECORD, made_at=NOW + timedelta(seconds=1)))


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(InvalidInput, match="nothing_to_print"):
        pdf.record_forms([])
    with pytest.raises(InvalidInput, match="nothing_to_print"):
        pdf.activation_sheet([], "https://x", NOW)


def test_an_instant_without_a_zone_is_not_printed() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        pdf.record_form(replace(RECORD, signed_at=NOW.replace(tzinfo=None)))
