"""The JSON API: the same acts as the pages, with a key for each request and reasons for each refusal."""

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from tests.support.event import PASSPHRASE, Event, at
from tests.support.site import PASSWORD, Site
from tests.support.visit import Visit

from assessor_registry import clock
from assessor_registry.accounts.rules import Scope
from assessor_registry.web.api.records import Recorded


class Client:
    """An account that talks to the API with a bearer token."""

    def __init__(self, site: Site, login: str) -> None:
        self.client = site.browse().client
        answer = self.client.post("/api/v1/session", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        self.headers = {"authorization": f"Bearer {answer.json()['token']}"}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", params=query, headers=self.headers)

    def send(self, method: str, path: str, body: Any, key: str | None = None) -> Any:
        headers = {**self.headers, "idempotency-key": key or str(uuid4())}
        return self.client.request(method, f"/api/v1/{path}", json=body, headers=headers)


def test_a_wrong_password_and_an_unknown_login_are_told_alike(site: Site) -> None:
    site.user("division", login="kabid")
    client = site.browse().client
    wrong = client.post("/api/v1/session", json={"login": "kabid", "password": "bukan kata sandinya"})
    nobody = client.post("/api/v1/session", json={"login": "tak-ada", "password": "bukan kata sandinya"})
    assert (wrong.status_code, wrong.json()) == (nobody.status_code, nobody.json())
    assert wrong.status_code == 401
    assert wrong.headers["content-type"].startswith("application/problem+json")


def test_the_cookie_of_a_page_opens_nothing_of_the_api(site: Site) -> None:
    browser = site.as_role("division")
    answer = browser.get("/api/v1/assessors")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_an_act_without_a_key_is_refused_and_with_a_used_key_for_another_act_too(site: Site) -> None:
    visit = Visit(site, units=2, candidates=1)
    api = Client(site, visit.user.login)
    path, body = f"assessments/{visit.attempts[0]}/record", {"outcome": "absent"}
    bare = api.client.put(f"/api/v1/{path}", json=body, headers=api.headers)
    assert (bare.status_code, bare.json()["code"]) == (422, "web.key_missing")
    first = api.send("PUT", path, body, key="satu")
    again = api.send("PUT", path, body, key="satu")
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert len(visit.drafts()) == 1
    other = api.send("PUT", path, {"outcome": "withdrew"}, key="satu")
    assert (other.status_code, other.json()["code"]) == (422, "accounts.idempotency_reused")


def test_a_stale_save_is_409_with_what_the_server_has(site: Site) -> None:
    visit = Visit(site, units=2, candidates=1)
    api = Client(site, visit.user.login)
    path = f"assessments/{visit.attempts[0]}/record"
    assert api.send("PUT", path, {"outcome": "assessed", "units": {visit.event.codes[0]: "K"}}).status_code == 200
    stale = api.send("PUT", path, {"outcome": "assessed", "units": {visit.event.codes[1]: "BK"}})
    assert stale.status_code == 409
    assert stale.json()["code"] == "assessments.stale"
    assert stale.json()["current"]["version"] == 1
    assert stale.json()["current"]["content"]["units"] == {visit.event.codes[0]: "K"}


def test_what_a_stale_save_is_told_can_be_merged_and_sent_again_without_losing_anything(site: Site) -> None:
    visit = Visit(site, units=2, candidates=1)
    api = Client(site, visit.user.login)
    path = f"assessments/{visit.attempts[0]}/record"
    full = {
        "outcome": "assessed", "units": dict.fromkeys(visit.event.codes, "BK"), "evidence": ["tertulis", "lisan"],
        "recommendation": "BK", "note": "Pengkabelan belum rapi", "acknowledgement": "phone", "handed_on": False,
    }  # fmt: skip
    assert api.send("PUT", path, full).status_code == 200
    current = api.send("PUT", path, {"outcome": "absent"}).json()["current"]
    assert current["content"] == full
    assert set(current["content"]) | {"version", "part"} == set(Recorded.model_fields)
    merged = api.send("PUT", path, {**current["content"], "note": "Sudah rapi", "version": current["version"]})
    assert merged.status_code == 200, merged.text
    [draft] = visit.drafts()
    assert (draft.evidence, draft.recommendation, draft.note) == (("tertulis", "lisan"), "BK", "Sudah rapi")


def record_all(api: Client, visit: Visit) -> list[str]:
    """Record every candidate as competent; return the records to be signed."""
    units = dict.fromkeys(visit.event.codes, "K")
    body = {"outcome": "assessed", "units": units, "recommendation": "K", "acknowledgement": "paper"}
    return [api.send("PUT", f"assessments/{each}/record", body).json()["record"] for each in visit.attempts]


def test_results_are_recorded_signed_proven_and_checked(site: Site, tmp_path: Any) -> None:
    visit = Visit(site, units=3, candidates=3)
    api = Client(site, visit.user.login)
    drafts = record_all(api, visit)
    wrong = api.send("POST", "records/sign", {"records": drafts, "passphrase": "bukan frasa sandinya"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "signing.passphrase_wrong")
    signed = api.send("POST", "records/sign", {"records": drafts, "passphrase": PASSPHRASE}, key="tanda-tangan")
    assert signed.status_code == 200, signed.text
    again = api.send("POST", "records/sign", {"records": drafts, "passphrase": PASSPHRASE}, key="tanda-tangan")
    assert again.json() == signed.json()
    codes = [each["code"] for each in signed.json()["records"]]
    assert len(set(codes)) == len(visit.records()) == 3

    shown = site.browse().client.get(f"/api/v1/verify/{codes[0].lower()}").json()
    assert shown["status"] == "valid"
    assert "Siswa" not in json.dumps(shown)
    bundle = api.get(f"records/{codes[0]}/bundle")
    assert bundle.status_code == 200
    by_id = api.get(f"records/{signed.json()['records'][0]['record']}/bundle")
    assert by_id.status_code == 200
    assert api.get(f"records/{uuid4()}/bundle").status_code == 404
    from assessor_registry.proof.verdict import verdict

    root = site.app.state.authority.root_pem.encode()
    assert verdict(bundle.content, root).valid
    assert verdict(by_id.content, root).valid
    assert not verdict(bundle.content.replace(b"jws", b"jwz", 1), root).valid


def test_one_record_that_is_not_ready_keeps_all_from_being_signed(site: Site) -> None:
    visit = Visit(site, units=2, candidates=2)
    api = Client(site, visit.user.login)
    full = {"outcome": "assessed", "units": dict.fromkeys(visit.event.codes, "K"), "recommendation": "K"}
    half = {"outcome": "assessed", "units": {visit.event.codes[0]: "K"}}
    drafts = [
        api.send("PUT", f"assessments/{attempt}/record", body).json()["record"]
        for attempt, body in zip(visit.attempts, (full, half), strict=True)
    ]
    refused = api.send("POST", "records/sign", {"records": drafts, "passphrase": PASSPHRASE})
    assert refused.status_code == 409
    missing = [each for each in refused.json()["reasons"] if each["code"] == "assessments.units_missing"]
    assert [each["record"] for each in missing] == [drafts[1]]
    assert {frozenset(each) for each in refused.json()["reasons"]} == {frozenset({"code", "message", "record"})}
    assert visit.records() == []


def test_a_schedule_is_made_and_an_assessor_assigned_or_refused_with_every_reason(site: Site) -> None:
    event = Event(site.database, 2, founded=True)
    today = clock.today()
    good, bad = event.assessor(today + timedelta(days=400)), event.assessor(today - timedelta(days=1))
    site.user("lsp_admin", Scope("lsp", str(event.lsp)), login="admin-lsp")
    api = Client(site, "admin-lsp")
    students = [str(each) for each in event.students(2)]
    day = today + timedelta(days=7)
    body = {
        "lsp": str(event.lsp),
        "scheme_version": str(event.version),
        "venue": str(event.venue),
        "title": "UKK Contoh",
        "first_day": day.isoformat(),
        "last_day": day.isoformat(),
        "evidence_kinds": ["observasi"],
        "students": students,
    }
    made = api.send("POST", "schedules", body)
    assert made.status_code == 201, made.text
    assert len(made.json()["candidates"]) == 2
    path = f"schedules/{made.json()['id']}/assignments"
    letter = {"days": [day.isoformat()], "letter_number": "01/ST/XI/2026", "letter_date": today.isoformat()}
    refused = api.send("POST", path, {"assessor": str(bad.assessor_id), **letter})
    assert refused.status_code == 409
    assert {"validity.expired", "scheduling.not_active_on"} <= {each["code"] for each in refused.json()["reasons"]}
    assert api.send("POST", path, {"assessor": str(good.assessor_id), **letter}).status_code == 201
    picked = api.get(f"schedules/{made.json()['id']}/picker", day=day.isoformat()).json()
    assert {each["assessor"]: each["may"] for each in picked["items"]}[str(bad.assessor_id)] is False


@pytest.mark.parametrize("day_after", [0, 1])
def test_on_the_last_day_one_records_and_signs_and_on_the_day_after_neither(site: Site, day_after: int) -> None:
    last = date(2026, 11, 25)
    with time_machine.travel(at(last - timedelta(days=1), 9), tick=False):
        event = Event(site.database, 2, founded=True)
        actor, schedule, attempts = event.ready(2, last, first=last)
        user = site_user(site, actor)
    with time_machine.travel(at(last, 20), tick=False):
        api = Client(site, user)
        content = {"outcome": "assessed", "units": dict.fromkeys(event.codes, "K"), "recommendation": "K"}
        saved = api.send("PUT", f"assessments/{attempts[0]}/record", content)
        assert saved.status_code == 200, saved.text
        assert api.get(f"assessors/{actor.assessor_id}/standing", on=last.isoformat()).json()["eligible"]
    with time_machine.travel(at(last + timedelta(days=day_after), 22), tick=False):
        api = Client(site, user)
        late = api.send("PUT", f"assessments/{attempts[1]}/record", content)
        signed = api.send("POST", "records/sign", {"records": [saved.json()["record"]], "passphrase": PASSPHRASE})
        page = site.browse().client
        asked = api.get(f"assessors/{actor.assessor_id}/standing", on=(last + timedelta(days=day_after)).isoformat())
    if day_after:
        assert late.status_code == signed.status_code == 409
        assert signed.json()["reasons"]
        assert not asked.json()["eligible"]
        assert asked.json()["reasons"]
    else:
        assert late.status_code == signed.status_code == 200
        assert asked.json()["eligible"]
    assert page.get(f"/rekam/{schedule}").status_code in (200, 302, 401)


def test_what_was_saved_is_read_back_with_the_version_to_go_on_from(site: Site) -> None:
    event = Event(site.database, 2, founded=True)
    today = clock.today()
    actor, _schedule, attempts = event.ready(1, today + timedelta(days=400), first=today)
    api, path = Client(site, site_user(site, actor)), f"assessments/{attempts[0]}/record"
    assert api.get(path).json() == {"parts": []}
    content = {"outcome": "assessed", "units": {event.codes[0]: "BK"}, "note": "Belum rapi"}
    saved = api.send("PUT", path, content).json()
    [part] = api.get(path).json()["parts"]
    assert {"part": 1, "signed": False, **saved, **content}.items() <= part.items()
    changed = api.send("PUT", path, {**content, "units": dict.fromkeys(event.codes, "K"), "version": part["version"]})
    assert changed.status_code == 200
    colleague = Client(site, site_user(site, event.assessor(today + timedelta(days=400))))
    assert colleague.get(path).status_code == 404


def site_user(site: Site, actor: Any) -> str:
    """Give an actor of an event a password and a grant; return the login."""
    from assessor_registry.accounts import actions, store
    from assessor_registry.accounts.actions.hashing import hash_of
    from assessor_registry.accounts.rules import Role, system

    account_id: UUID = actor.account_id

    def act(tx: Any) -> str:
        store.change_account(tx, account_id, password_hash=hash_of(PASSWORD))
        actions.give_grant(
            tx, system("test"), account_id, Role.ASSESSOR, actor.scope, date(2026, 1, 1), now=clock.now()
        )
        account = store.account(tx, account_id)
        assert account is not None
        return account.login

    return str(site.database.perform(act))


def test_the_api_describes_itself_on_a_page_that_fetches_nothing(site: Site) -> None:
    page = site.as_role("division").get("/dokumentasi-api")
    assert page.status_code == 200
    assert "/api/v1/records/sign" in page.text
    assert "http" not in page.text.replace("http-", "")


def test_health_says_whether_the_database_answers(site: Site) -> None:
    assert site.browse().get("/health").json() == {"status": "ok"}
