"""What the API says of itself: the fields of each body, the codes they take, and which field a refusal is about."""

import inspect
import re
from typing import Any

import pytest
from tests.support.described import Description
from tests.support.event import Event
from tests.support.site import Site
from tests.support.visit import Visit
from tests.web.test_api import Client

from assessor_registry import clock
from assessor_registry.accounts.rules import Scope
from assessor_registry.scheduling.rules import EVIDENCE
from assessor_registry.web.api.described import Body, Described
from assessor_registry.web.routes import API

BODIES = [each for each in API if "data" in inspect.signature(each.fn).parameters]


@pytest.fixture
def event(site: Site) -> Event:
    return Event(site.database, 2, founded=True)


def lsp_admin(site: Site, event: Event) -> Client:
    site.user("lsp_admin", Scope("lsp", str(event.lsp)), login="admin-lsp")
    return Client(site, "admin-lsp")


def new_schedule(event: Event, **other: Any) -> dict[str, Any]:
    day = clock.today().isoformat()
    return {
        "lsp": str(event.lsp), "scheme_version": str(event.version), "venue": str(event.venue), "title": "UKK Contoh",
        "first_day": day, "last_day": day, **other,
    }  # fmt: skip


def test_whatever_takes_a_body_is_looked_at_here() -> None:
    assert {method for each in API for method in each.http_methods if each in BODIES} == {"POST", "PUT"}
    assert [
        each.fn.__name__ for each in API if each.http_methods & {"POST", "PUT", "PATCH"} and each not in BODIES
    ] == []


@pytest.mark.parametrize("handler", BODIES, ids=lambda each: each.fn.__name__)
def test_a_body_is_described_by_the_model_that_reads_it(site: Site, handler: Any) -> None:
    described = handler.operation_class
    assert issubclass(described, Body), f"{handler.fn.__name__} lacks operation_class=body(…)"
    assert re.findall(r"\bread\((\w+), ", inspect.getsource(handler.fn)) == [described.reads.__name__]
    paths = site.app.openapi_schema.to_schema()["paths"]
    [path] = [f"/api/v1{each}" for each in handler.paths]
    [method] = handler.http_methods
    content = paths[re.sub(r":\w+}", "}", path)][method.lower()]["requestBody"]["content"]
    [schema] = [each["schema"] for each in content.values()]
    file = {"file"} if "multipart/form-data" in content else set()
    fields = described.reads.model_fields
    assert set(schema["properties"]) == set(fields) | file
    assert set(schema.get("required", ())) == {name for name, each in fields.items() if each.is_required()} | file
    assert schema["additionalProperties"] is False
    assert schema["description"]
    assert "$ref" not in str(schema)


@pytest.mark.parametrize("handler", API, ids=lambda each: each.fn.__name__)
def test_an_answer_is_described_field_by_field_and_a_refusal_too(site: Site, handler: Any) -> None:
    assert issubclass(handler.operation_class, Described)
    [path], [method] = [f"/api/v1{each}" for each in handler.paths], handler.http_methods
    description = Description(site.app)
    told = description.told(method, path, handler.status_code)
    assert told is not None or handler.status_code == 204
    if told:
        media, schema = told
        assert (media, set(schema)) == ("application/json", {"$ref"})
    refused = description.told(method, path, 409)
    assert refused is not None
    assert refused[0] == "application/problem+json"
    assert {"code", "title", "status", "reasons"} < set(refused[1]["required"])


def test_the_fields_and_the_codes_that_they_take_stand_on_the_page_of_the_api(site: Site) -> None:
    page = site.as_role("division").get("/dokumentasi-api").text
    assert "evidence_kinds: [string]" in page
    assert "first_day: date" in page
    assert "outcome: assessed | absent | withdrew | null" in page
    assert (
        "<code>items: [{id: uuid, name: string, school: string | null, region: string | null, zone: string}]</code>"
        in page
    )
    for code, printed in EVIDENCE.items():
        assert f"{code} ({printed})" in page


def test_each_reason_says_which_field_it_is_about(site: Site, event: Event) -> None:
    api = lsp_admin(site, event)
    answer = api.send("POST", "schedules", {"bukan": 1})
    wanted = {"lsp", "scheme_version", "venue", "title", "first_day", "last_day"}
    found = {each["field"]: each["code"] for each in answer.json()["reasons"]}
    assert (answer.status_code, found) == (422, dict.fromkeys(wanted, "web.missing") | {"bukan": "web.unknown_field"})
    long = new_schedule(event, title="x" * 300, last_day="2020-01-01", evidence_kinds=["ramalan"])
    refused = api.send("POST", "schedules", long).json()
    assert refused["code"] == "scheduling.plan_refused"
    assert [each["field"] for each in refused["reasons"]] == ["title", "last_day", "evidence_kinds"]
    elsewhere = api.send("POST", "schedules", new_schedule(event, venue=str(event.lsp))).json()
    assert (elsewhere["code"], elsewhere["field"]) == ("scheduling.no_venue", "venue")


def test_a_record_that_is_unfit_says_at_which_field(site: Site) -> None:
    visit = Visit(site, units=2, candidates=1)
    body = {"outcome": "assessed", "units": {"TIDAK.ADA": "K"}, "evidence": ["ramalan"], "note": "x" * 2001}
    answer = Client(site, visit.user.login).send("PUT", f"assessments/{visit.attempts[0]}/record", body)
    assert [each["field"] for each in answer.json()["reasons"]] == ["units", "evidence", "note"]


@pytest.mark.parametrize("body", [[], "teks", 1, None])
def test_a_body_that_is_no_object_is_told_as_that(site: Site, event: Event, body: Any) -> None:
    answer = lsp_admin(site, event).send("POST", "schedules", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "web.not_an_object")
    assert "objek JSON" in answer.json()["title"]


def test_a_body_that_can_not_be_read_is_told_without_a_trailing_blank(site: Site, event: Event) -> None:
    api = lsp_admin(site, event)
    headers = {**api.headers, "content-type": "application/json", "idempotency-key": "satu"}
    answer = api.client.post("/api/v1/schedules", content=b"{", headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (400, "Isian tidak dapat dibaca.")


def test_kinds_of_evidence_are_taken_by_code_and_as_printed(site: Site, event: Event) -> None:
    api = lsp_admin(site, event)
    body = new_schedule(event, evidence_kinds=["Observasi demonstrasi", "lisan", "pertanyaan  TERTULIS", "observasi"])
    made = api.send("POST", "schedules", body)
    assert made.status_code == 201, made.text
    one = api.get(f"schedules/{made.json()['id']}").json()
    assert one["evidence_kinds"] == ["observasi", "lisan", "tertulis"]
    [reason] = api.send("POST", "schedules", new_schedule(event, evidence_kinds=["ramalan"])).json()["reasons"]
    for part in ("ramalan", "observasi (Observasi demonstrasi)", "pihak_ketiga"):
        assert part in reason["message"]


def test_kinds_of_evidence_of_a_record_are_taken_as_printed_too(site: Site) -> None:
    visit = Visit(site, units=1, candidates=1)
    path = f"assessments/{visit.attempts[0]}/record"
    assert Client(site, visit.user.login).send("PUT", path, {"evidence": ["Portofolio"]}).status_code == 200
    assert visit.drafts()[0].evidence == ("portofolio",)
