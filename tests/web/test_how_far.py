"""An assessor sees how far they are: on the first page, and with the same numbers while signing as in the list."""

from datetime import timedelta

from tests.support.event_pages import Events, text_of

DAY = timedelta(days=1)


def test_a_finished_schedule_says_so_on_the_first_page_and_asks_for_nothing_more(here: Events) -> None:
    plan, ana = here.held(candidates=2)
    colleague = here.world.assessor()
    here.world.assign(plan, colleague)
    browser = here.as_actor(ana.actor)
    one, two = (here.world.record(ana, attempt) for attempt in plan.attempts)
    here.world.sign(ana, one)
    shown = text_of(browser.get("/").text)
    assert "1 dari 2 hasil ditandatangani" in shown
    assert "Buka penilaian" in shown
    here.world.sign(ana, two)
    shown = text_of(browser.get("/").text)
    assert "2 dari 2 hasil ditandatangani" in shown
    assert "Lihat penilaian" in shown
    assert "Buka penilaian" not in shown
    others = text_of(here.as_actor(colleague.actor).get("/").text)
    assert "hasil ditandatangani" not in others


def test_who_is_corrected_is_not_finished(here: Events) -> None:
    code, _plan, ana = here.signed()
    browser = here.as_actor(ana.actor)
    assert browser.post(f"/hasil/{code}/perbaiki", reason="Salah ketuk").status_code == 303
    shown = text_of(browser.get("/").text)
    assert "0 dari 1 hasil ditandatangani" in shown
    assert "Buka penilaian" in shown


def test_candidates_keep_the_numbers_of_the_list_where_some_are_not_ready(here: Events) -> None:
    world = here.world
    people = [world.student(name=f"Asesi {letter}") for letter in "ABC"]
    plan, ana = here.held(candidates=people)  # type: ignore[arg-type]
    world.record(ana, plan.attempts[0], {plan.scheme.codes[0]: "K"})
    world.record(ana, plan.attempts[1])
    shown = text_of(here.as_actor(ana.actor).get(f"/rekam/{plan.id}/tanda-tangan").text)
    assert "2. Asesi B" in shown
    assert "1. Asesi A :" in shown
    assert "3. Asesi C :" in shown
