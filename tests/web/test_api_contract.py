"""What the API promises to whoever programs against it: addresses, names, and sentences that say what is wrong."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text as sql
from tests.support.event import Event
from tests.support.event_pages import events
from tests.support.site import Site
from tests.support.visit import Visit
from tests.web.test_api import Client

from assessor_registry import clock
from assessor_registry.accounts.rules import Scope


@pytest.fixture
def event(site: Site) -> Event:
    return Event(site.database, 2, founded=True)


def lsp_admin(site: Site, event: Event) -> Client:
    site.user("lsp_admin", Scope("lsp", str(event.lsp)), login="admin-lsp")
    return Client(site, "admin-lsp")


def test_a_standing_takes_days_names_and_numbers_and_says_who_and_whether_they_may_assess(
    site: Site, event: Event
) -> None:
    today = clock.today()
    ana = event.assessor(today + timedelta(days=300), competent=False)
    site.user("division", login="kabid")
    api = Client(site, "kabid")
    path = f"assessors/{ana.assessor_id}/standing"
    plain = api.get(path).json()
    assert (plain["name"], plain["active"]) == (ana.name, True)
    assert plain["registration"].startswith("MET.000.9")
    asked = [api.get(path, scheme=text).json() for text in ("SKM.90", str(event.scheme))]
    assert [(each["active"], [reason["code"] for reason in each["reasons"]]) for each in asked] == [
        (False, ["validity.technical_missing"])
    ] * 2
    assert asked[0]["periods"] == plain["periods"] != []
    for text in (str(event.lsp), "lsp smk negeri 90 contoh", "BNSP-LSP-9001-ID"):
        assert api.get(path, lsp=text).json()["active"] is True, text
    known = {"2024-01-01": False, today.isoformat(): True, f"{today.isoformat()}T23:00:00+08:00": True}
    assert {at: api.get(path, known_at=at).json()["active"] for at in known} == known


@pytest.mark.parametrize(
    ("query", "status", "code", "field"),
    [
        ({"known_at": "kemarin"}, 422, "reports.not_a_moment", "known_at"),
        ({"scheme": "tidak ada"}, 404, "schemes.unknown", "scheme"),
        ({"lsp": "tidak ada"}, 404, "institutions.no_lsp", "lsp"),
        ({"on": "21/13/2026"}, 400, "web.query_unfit", "on"),
        ({"tanggal": "2026-11-21"}, 422, "web.unknown_query", "tanggal"),
    ],
)
def test_a_question_that_can_not_be_read_names_its_field(
    site: Site, event: Event, query: dict[str, str], status: int, code: str, field: str
) -> None:
    ana = event.assessor()
    site.user("division", login="kabid")
    answer = Client(site, "kabid").get(f"assessors/{ana.assessor_id}/standing", **query)
    said = answer.json()
    assert (answer.status_code, said["code"], said["field"]) == (status, code, field)


def test_an_empty_filter_is_none_and_an_unfit_one_says_what_fits(site: Site) -> None:
    site.user("division", login="kabid")
    api = Client(site, "kabid")
    assert api.get("assessors", status="", on="", q="").status_code == 200
    unfit = api.get("assessors", status="hijau").json()
    assert unfit["field"] == "status"
    assert "active, ending, expired" in unfit["title"]
    assert "bilangan" in api.get("assessors", page="0").json()["title"]
    assert "halaman" in api.get("assessors", halaman="2").json()["title"]


def test_a_key_that_is_too_long_is_told_as_that(site: Site) -> None:
    visit = Visit(site, units=2, candidates=1)
    path = f"assessments/{visit.attempts[0]}/record"
    answer = Client(site, visit.user.login).send("PUT", path, {"outcome": "absent"}, key="x" * 201)
    assert (answer.status_code, answer.json()["code"]) == (422, "web.key_too_long")


def test_a_wrong_login_again_and_again_is_told_when_to_come_back(site: Site) -> None:
    site.user("division", login="kabid")
    client = site.browse().client
    for _ in range(30):
        answer = client.post("/api/v1/session", json={"login": "kabid", "password": "bukan kata sandinya"})
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


def test_everything_a_schedule_is_made_of_is_listed_and_its_candidates_are_given_out_with_the_assignment(
    site: Site, event: Event
) -> None:
    api, today = lsp_admin(site, event), clock.today()
    pupils, ana = event.students(3), event.assessor(today + timedelta(days=400))
    [lsp] = api.get("lsps").json()["items"]
    [venue] = api.get("venues", lsp=lsp["id"]).json()["items"]
    scheme = next(
        each for each in api.get("schemes", q="Jaringan Contoh").json()["items"] if each["number"] == "SKM.90"
    )
    listed = api.get("students", school=str(event.school)).json()
    assert {each["id"] for each in listed["items"]} == {str(each) for each in pupils}
    assert api.get("students", school=str(event.school), q="0001").json()["total"] <= 1
    day = (today + timedelta(days=7)).isoformat()
    made = api.send(
        "POST",
        "schedules",
        {
            "lsp": lsp["id"], "scheme_version": scheme["version"]["id"], "venue": venue["id"], "title": "UKK Contoh",
            "first_day": day, "last_day": day, "students": [each["id"] for each in listed["items"]],
        },
    )  # fmt: skip
    assert made.status_code == 201, made.text
    path = f"schedules/{made.json()['id']}/assignments"
    letter = {"days": [day], "letter_number": "01/ST", "letter_date": today.isoformat()}
    some = [str(each) for each in pupils[:2]]
    foreign = api.send("POST", path, {"assessor": str(ana.assessor_id), **letter, "students": [*some, str(uuid4())]})
    assert (foreign.status_code, foreign.json()["field"]) == (404, "students")
    [schedule] = api.get("schedules", first_day=day).json()["items"]
    assert (schedule["id"], schedule["unallocated"]) == (made.json()["id"], 3)
    assigned = api.send("POST", path, {"assessor": str(ana.assessor_id), **letter, "students": some})
    assert assigned.status_code == 201, assigned.text
    by_student = {each["student"]: each["assessment"] for each in made.json()["candidates"]}
    assert assigned.json()["assessments"] == [by_student[each] for each in some]
    assert api.get("schedules", first_day=day).json()["items"][0]["unallocated"] == 1


def test_another_s_assessment_is_told_like_one_that_is_not_there(site: Site) -> None:
    visit = Visit(site, units=2, candidates=1)
    here = events(site)
    other = here.world.lsp()
    plan = here.world.schedule(candidates=1, lsp=other)
    api = Client(site, visit.user.login)
    answers = [
        api.send("PUT", f"assessments/{one}/record", {"outcome": "absent"}) for one in (plan.attempts[0], uuid4())
    ]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [(404, "assessments.no_attempt")] * 2


def test_from_the_lists_alone_one_comes_to_what_a_record_needs(site: Site) -> None:
    visit = Visit(site, units=2, candidates=2)
    event, api = visit.event, Client(site, visit.user.login)
    [scheme] = [each for each in api.get("schemes").json()["items"] if each["number"] == "SKM.90"]
    one = api.get(f"schemes/{scheme['id']}").json()
    [version] = [each for each in one["versions"] if each["id"] == scheme["version"]["id"]]
    assert [each["code"] for each in version["units"]] == event.codes
    assert len(version["units"]) == scheme["version"]["units"]
    assert set(version["units"][0]) == {"code", "title", "cluster"}
    assert api.get(f"schemes/{uuid4()}").json()["code"] == "schemes.not_found"
    [listed] = api.get("schedules").json()["items"]
    schedule = api.get(f"schedules/{listed['id']}").json()
    assert {name: schedule[name] for name in listed} == listed
    assert {each["id"] for each in schedule["assessments"]} == {str(each) for each in visit.attempts}
    assert [each["code"] for each in schedule["units"]] == visit.event.codes
    for each in schedule["assessments"]:
        assert each["assessor"]["id"] == str(visit.actor.assessor_id)
        body = {"outcome": "assessed", "units": {unit["code"]: "K" for unit in schedule["units"]}}
        assert api.send("PUT", f"assessments/{each['id']}/record", body).status_code == 200
    site.user("school", Scope("school", str(uuid4())), login="sekolah-lain")
    foreign = Client(site, "sekolah-lain").get(f"schedules/{listed['id']}")
    assert (foreign.status_code, foreign.json()["code"]) == (404, "scheduling.no_schedule")


def test_a_school_sees_only_its_own_students_of_a_schedule(site: Site, event: Event) -> None:
    with site.database.transaction() as tx:
        other = event.new_school(tx, "SMK Negeri 91 Contoh")
    day = clock.today()
    schedule = event.schedule(day)
    event.add(schedule, event.students(2), day)
    with site.database.transaction() as tx:
        tx.execute(sql("UPDATE attempt SET school_id = :school WHERE number = 1 AND id = "
                        "(SELECT min(id::text)::uuid FROM attempt)"), {"school": other})  # fmt: skip
    site.user("school", Scope("school", str(event.school)), login="sekolah")
    found = Client(site, "sekolah").get(f"schedules/{schedule}").json()
    assert [each["school"]["id"] for each in found["assessments"]] == [str(event.school)]
