"""The public check (cek keaslian): what anyone sees, what the NISN opens, what a repeated question costs."""

import re
from datetime import timedelta

import pytest
from cryptography import x509
from sqlalchemy import event
from tests.support.event_pages import FORBIDDEN, Events, events, text_of
from tests.support.site import Browser, Site

from assessor_registry.accounts.rules import PROVINCE, Scope
from assessor_registry.assessments import store
from assessor_registry.proof import verdict
from assessor_registry.web import codes
from assessor_registry.web.limiter import Limiter

DAY = timedelta(days=1)


@pytest.fixture
def here(site: Site, monkeypatch: pytest.MonkeyPatch) -> Events:
    # Each test begins with a full bucket, as every network address does.
    monkeypatch.setattr(codes.RECENT, "_looked_up", Limiter(burst=120, per_minute=120))
    return events(site)


@pytest.fixture
def anyone(here: Events) -> Browser:
    return here.site.browse()


def record(here: Events, code: str) -> store.RecordRow:
    with here.site.database.read() as conn:
        return store.record(conn, PROVINCE, code)


def test_anyone_with_the_code_sees_what_it_is_and_neither_name_nor_result(here: Events, anyone: Browser) -> None:
    code, plan, who = here.signed("BK")
    row = record(here, code)
    answer = anyone.get(f"/cek/{code}")
    shown = text_of(answer.text)
    assert "Asli dan berlaku" in shown
    assert f"Ditandatangani secara elektronik oleh {who.actor.name}" in shown
    assert "Tanda tangan elektronik tidak tersertifikasi" in shown
    assert plan.scheme.title in shown
    assert "S. C." in shown
    for hidden in (row.student_name, row.nisn, plan.scheme.codes[0], "Belum kompeten", str(row.attempt_id)):
        assert hidden not in answer.text
    assert '<meta name="robots" content="noindex' in answer.text
    assert "noindex" in answer.headers["x-robots-tag"]


@pytest.mark.parametrize("spelling", ["{0} {1}", "{0}-{1}", "  {0}{1}  "])
def test_a_code_is_taken_however_it_is_typed(here: Events, anyone: Browser, spelling: str) -> None:
    code, _plan, _who = here.signed()
    typed = spelling.format(code[:13], code[13:]).lower()
    assert anyone.get("/cek", kode=typed).headers["location"] == f"/cek/{code}"


def test_look_alikes_in_a_typed_code_are_read_as_letters() -> None:
    assert codes.spelled("0" + "A" * 24 + "1") == "O" + "A" * 24 + "I"


def test_what_can_not_be_a_code_is_said_at_the_field_with_what_was_typed(anyone: Browser) -> None:
    answer = anyone.get("/cek", kode="terlalu pendek")
    assert answer.status_code == 422
    assert 'id="e-kode"' in answer.text
    assert 'value="terlalu pendek"' in answer.text


def test_an_unknown_code_is_not_found_and_many_of_them_have_to_wait(here: Events, anyone: Browser) -> None:
    codes = [f"{'A' * 24}{first}{second}" for first in "BCDEFGHI" for second in "ABCDEFGH"]
    statuses = [anyone.get(f"/cek/{code}").status_code for code in codes]
    assert statuses[0] == 404
    assert statuses[-1] == 429
    assert "tidak dikenal" in anyone.get("/cek/kode-aneh").text


def test_an_address_that_asks_without_end_has_to_wait(
    here: Events, anyone: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _plan, _who = here.signed()
    monkeypatch.setattr(codes.RECENT, "_looked_up", Limiter(burst=3, per_minute=1))
    statuses = [anyone.get(f"/cek/{code}").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert "Coba lagi dalam" in anyone.get(f"/cek/{code}").text
    over_api = anyone.client.get(f"/api/v1/verify/{code}")
    assert over_api.status_code == 429
    assert int(over_api.headers["retry-after"]) > 0
    assert int(anyone.get(f"/cek/{code}").headers["retry-after"]) > 0


def test_codes_that_are_guessed_over_the_api_count_as_on_the_page(here: Events, anyone: Browser) -> None:
    guesses = [f"{'A' * 24}{first}{second}" for first in "ABCD" for second in "ABCDEFGHIJKLMNOP"]
    statuses = [anyone.client.get(f"/api/v1/verify/{guess}").status_code for guess in guesses]
    assert statuses[0] == 404
    assert statuses[-1] == 429
    assert anyone.get(f"/cek/{'B' * 26}").status_code == 429


def test_the_nisn_opens_units_result_and_evidence_file(here: Events, anyone: Browser) -> None:
    code, plan, _who = here.signed()
    row = record(here, code)
    assert row.nisn is not None
    typed = f"{row.nisn[:5]} {row.nisn[5:]}"
    answer = anyone.post(f"/cek/{code}", nisn=typed)
    assert answer.status_code == 200
    assert plan.scheme.codes[0] in answer.text
    assert row.student_name in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert row.nisn not in str(answer.url)
    bundle = anyone.post(f"/cek/{code}/bundle.json", nisn=row.nisn)
    assert verdict.verdict(bundle.content, anyone.get("/pki/root.pem").content).valid
    assert row.nisn not in bundle.headers["content-disposition"]
    assert "Pernyataan asesi" in answer.text
    said = verdict.verdict(bundle.content, anyone.get("/pki/root.pem").content).statement
    assert said is not None
    assert (said.version, said.acknowledgement) == (2, row.acknowledgement)


def test_another_nisn_opens_nothing_is_counted_and_never_shown_again(here: Events, anyone: Browser) -> None:
    code, plan, _who = here.signed()
    row = record(here, code)
    statuses = []
    for number in range(12):
        answer = anyone.post(f"/cek/{code}", nisn=f"00000000{number:02d}")
        statuses.append(answer.status_code)
        assert plan.scheme.codes[0] not in answer.text
        assert f"00000000{number:02d}" not in answer.text
    assert statuses[0] == 422
    assert statuses[-1] == 429
    assert anyone.post(f"/cek/{code}", nisn=row.nisn).status_code == 429
    assert anyone.post(f"/cek/{code}/bundle.json", nisn=row.nisn).status_code == 429


def test_an_impossible_nisn_is_not_counted(here: Events, anyone: Browser) -> None:
    code, _plan, _who = here.signed()
    for _ in range(15):
        assert anyone.post(f"/cek/{code}", nisn="123").status_code == 422


def test_a_right_nisn_does_not_use_up_the_tries(here: Events, anyone: Browser) -> None:
    code, _plan, _who = here.signed()
    nisn = record(here, code).nisn
    assert [anyone.post(f"/cek/{code}", nisn=nisn).status_code for _ in range(12)] == [200] * 12


def test_a_party_who_is_signed_in_sees_everything_and_a_stranger_does_not(here: Events) -> None:
    code, plan, who = here.signed()
    party = here.as_actor(who.actor).get(f"/cek/{code}")
    assert plan.scheme.codes[0] in party.text
    assert party.headers["cache-control"] == "no-store"
    stranger = here.site.as_role("school", Scope("school", str(here.world.school())))
    assert plan.scheme.codes[0] not in stranger.get(f"/cek/{code}").text


def test_a_replaced_result_names_the_newer_code(here: Events, anyone: Browser) -> None:
    code, plan, who = here.signed()
    here.as_actor(who.actor).post(f"/hasil/{code}/perbaiki", reason="Salah ketuk")
    [newer] = here.world.sign(who, here.world.record(who, plan.attempts[0], "BK"))
    shown = anyone.get(f"/cek/{code}").text
    assert "sudah diganti" in shown
    assert f"/cek/{newer}" in shown


def test_a_replaced_result_names_the_newer_code_when_both_are_contested_too(here: Events, anyone: Browser) -> None:
    code, plan, who = here.signed()
    here.as_actor(who.actor).post(f"/hasil/{code}/perbaiki", reason="Salah ketuk")
    [newer] = here.world.sign(who, here.world.record(who, plan.attempts[0], "BK"))
    here.world.suspend(who, here.world.today)
    shown = anyone.get(f"/cek/{code}").text
    assert "Dipersoalkan" in shown
    assert f"/cek/{newer}" in shown
    assert "pembetulan" not in anyone.get(f"/cek/{newer}").text


def test_a_paper_result_says_so_and_a_contested_one_too(here: Events, anyone: Browser) -> None:
    world = here.world
    who = world.assessor()
    plan = world.schedule(world.today - DAY)
    world.assign(plan, who)
    code = world.paper(plan, who, plan.attempts[0], plan.first_day)
    shown = text_of(anyone.get(f"/cek/{code}").text)
    assert "Dari berkas kertas" in shown
    assert "Ditandatangani secara elektronik" not in shown
    world.suspend(who, world.today - 2 * DAY)
    codes.RECENT._kept.clear()
    assert "Dipersoalkan" in anyone.get(f"/cek/{code}").text


def test_a_repeated_question_is_answered_without_a_statement(here: Events, anyone: Browser) -> None:
    code, _plan, _who = here.signed()
    anyone.get(f"/cek/{code}")  # brings the token of the form
    first = anyone.get(f"/cek/{code}")
    statements: list[str] = []
    event.listen(here.site.database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    again = anyone.client.get(f"/cek/{code}", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content, statements) == (304, b"", [])
    assert again.headers["etag"] == first.headers["etag"]


def test_what_another_visitor_keeps_is_not_taken_for_ones_own(here: Events, anyone: Browser) -> None:
    code, _plan, _who = here.signed()
    anyone.get(f"/cek/{code}")
    tag = anyone.get(f"/cek/{code}").headers["etag"]
    other = here.site.browse()
    assert other.client.get(f"/cek/{code}", headers={"if-none-match": tag}).status_code == 200


def test_a_change_of_state_changes_the_tag(here: Events, anyone: Browser) -> None:
    code, plan, who = here.signed()
    anyone.get(f"/cek/{code}")
    tag = anyone.get(f"/cek/{code}").headers["etag"]
    here.as_actor(who.actor).post(f"/hasil/{code}/perbaiki", reason="Salah ketuk")
    here.world.sign(who, here.world.record(who, plan.attempts[0], "BK"))
    codes.RECENT._kept.clear()
    assert anyone.client.get(f"/cek/{code}", headers={"if-none-match": tag}).status_code == 200


def test_root_and_revocations_are_public_and_readable(here: Events, anyone: Browser) -> None:
    root = x509.load_pem_x509_certificate(anyone.get("/pki/root.pem").content)
    assert root.issuer == root.subject
    answer = anyone.get("/pki/penerbit.crl")
    crl = x509.load_der_x509_crl(answer.content)
    assert answer.headers["content-type"] == "application/pkix-crl"
    assert crl.is_signature_valid(here.site.app.state.authority.certificate("issuing").public_key())


def test_no_forbidden_word_reaches_the_public_pages(here: Events, anyone: Browser) -> None:
    code, _plan, _who = here.signed()
    pages = [anyone.get(path).text for path in ("/cek", f"/cek/{code}", "/cek/tidak-ada")]
    pages.append(anyone.post(f"/cek/{code}", nisn=record(here, code).nisn).text)
    assert not [text for page in pages for text in re.findall(FORBIDDEN, text_of(page))]
