"""The audit trail in words, filtered; the rules with their sources."""

import ast
import re
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from tests.support.people import add_lsp
from tests.support.site import Site

import assessor_registry
from assessor_registry import clock
from assessor_registry.accounts import actions as accounts
from assessor_registry.accounts.rules import Role, Scope, system
from assessor_registry.policy import actions as policy
from assessor_registry.policy.store import shipped
from assessor_registry.web.acts import ACTS, changes

ACT = re.compile(r"[a-z]+\.[a-z_]+")
FORBIDDEN = re.compile(r"\b(ledger|leaf|standing|flag|sweep|scope)\b", re.IGNORECASE)


def acts_in_the_code() -> set[str]:
    """Every act that is noted with its name written out."""
    found: set[str] = set()
    for path in Path(assessor_registry.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"note", "note_all", "audit"}:
                literals = (each.value for each in node.args[:4] if isinstance(each, ast.Constant))
                found |= {value for value in literals if isinstance(value, str) and ACT.fullmatch(value)}
    return found


def test_every_act_has_its_words() -> None:
    found = acts_in_the_code()
    assert len(found) > 50
    assert found - ACTS.keys() == set()


def shown_text(page: str) -> str:
    return re.sub(r"<[^>]+>", " ", page)


def test_the_trail_names_who_did_what_without_words_of_the_machinery(site: Site) -> None:
    division = site.user("division", name="Bidang Satu")
    site.browse(division).post("/lembaga/sekolah/baru", name="SMK Contoh Baru", npsn="30400055", region_code="64.72")
    page = site.as_role("auditor").get("/jejak", act="institutions").text
    assert "Menambah sekolah" in page
    assert "Bidang Satu" in page
    everything = site.as_role("operator").get("/jejak").text
    assert not FORBIDDEN.search(shown_text(everything))


def test_the_trail_is_filtered_by_act_subject_and_day(site: Site) -> None:
    auditor = site.as_role("auditor")
    user = site.user("division")
    site.browse(user).post("/keluar")

    def count(**query: str) -> int:
        (found,) = re.findall(r"([\d.]+) catatan", auditor.get("/jejak", **query).text)
        return int(found.replace(".", ""))

    assert count(act="accounts.sign_out") == 1
    assert count(act="accounts") > 1
    assert count(act="account") == 0
    assert count(kind="account", subject=str(user.id), act="accounts.give_grant") == 1
    assert count(day=site.today.isoformat()) > 0
    assert count(day=site.day(-400).isoformat()) == 0
    assert count(day="bukan tanggal", page="abc") > 0


def test_an_auditor_of_one_lsp_sees_what_its_people_did(site: Site) -> None:
    own, other = site.perform(lambda tx: (add_lsp(tx), add_lsp(tx)))
    for number, lsp in enumerate((own, other)):
        browser = site.as_role("lsp_admin", Scope("lsp", str(lsp)), name=f"Admin Nomor {number}")
        assert browser.post(f"/lembaga/lsp/{lsp}/tuk", name="Bengkel", kind="sewaktu").status_code == 303
    page = site.as_role("auditor", Scope("lsp", str(own))).get("/jejak").text
    assert "Admin Nomor 0" in page
    assert "Admin Nomor 1" not in page


def test_an_auditor_of_one_lsp_sees_nothing_of_what_the_same_people_do_elsewhere(site: Site) -> None:
    own, other = site.perform(lambda tx: (add_lsp(tx), add_lsp(tx)))
    user = site.user("lsp_admin", Scope("lsp", str(other)), name="Dua Lembaga")
    assert site.browse(user).post(f"/lembaga/lsp/{other}/tuk", name="Bengkel", kind="sewaktu").status_code == 303
    auditor = site.as_role("auditor", Scope("lsp", str(own)))
    grant = site.perform(
        lambda tx: accounts.give_grant(
            tx, system("test"), user.id, Role.PANEL, Scope("lsp", str(own)), site.day(-1), now=clock.now()
        )
    )
    assert "Dua Lembaga" not in auditor.get("/jejak").text
    panel = replace(user, role="panel", scope=Scope("lsp", str(own)), grant_id=grant)
    site.browse(panel).post("/akun/token", label="abc", days="2")
    page = auditor.get("/jejak").text
    assert "Dua Lembaga" in page
    assert "Dua Lembaga" not in auditor.get("/jejak", act="institutions").text
    site.perform(lambda tx: accounts.revoke_grant(tx, system("test"), grant, now=clock.now()))
    site.browse(user).post("/akun/token", label="def", days="2")
    assert len(re.findall("Dua Lembaga", auditor.get("/jejak").text)) == len(re.findall("Dua Lembaga", page))


@pytest.mark.parametrize("role", ["division", "lsp_admin", "assessor"])
def test_the_trail_is_not_for_those_who_act(site: Site, role: str) -> None:
    lsp = site.perform(add_lsp)
    scope = {"division": None, "lsp_admin": Scope("lsp", str(lsp)), "assessor": Scope("self", str(lsp))}[role]
    if role == "assessor":
        from tests.support.people import add_person

        person = site.perform(add_person)
        assert site.as_role(role, assessor_id=person).get("/jejak").status_code == 403
        return
    assert site.as_role(role, scope).get("/jejak").status_code == 403


def test_changes_show_only_what_differs() -> None:
    before = {"last_day": "2026-01-01", "state": "a", "orang": [1, 2, 3, 4]}
    told = changes(before, {"last_day": "2027-01-01", "state": "a", "orang": [1, 2, 3, 4]})
    assert told == [("sampai", "1 Januari 2026", "1 Januari 2027")]


def test_values_are_told_in_words_and_the_numbers_of_rows_are_not() -> None:
    told = changes({"outcome": "absent", "origin": "paper"}, {
        "outcome": "assessed", "origin": "paper", "attempt_id": str(uuid4()), "people": [str(uuid4())],
        "units": {str(uuid4()): "K"}, "evidence": ["lisan"],
    })  # fmt: skip
    assert told == [
        ("kehadiran", "tidak hadir", "diases"), ("asesi", "–", "tercatat"), ("orang", "–", "1 butir"),
        ("unit", "–", "1 butir"), ("bukti", "–", "lisan"),
    ]  # fmt: skip


def test_every_rule_is_listed_with_value_and_source(site: Site) -> None:
    page = site.as_role("division").get("/aturan").text
    for rule in shipped().values():
        assert rule.title in page
    assert "12, 6, 3, 1 bulan" in page
    assert not FORBIDDEN.search(shown_text(page))


def test_an_override_is_shown_with_its_reference(site: Site) -> None:
    site.perform(
        lambda tx: policy.override(
            tx,
            system("test"),
            "candidates_per_day",
            7,
            first_day=site.day(-1),
            reference="SK Kadis 12",
            now=clock.now(),
        )
    )
    page = site.as_role("division").get("/aturan").text
    assert "SK Kadis 12" in page
    assert "disesuaikan" in page
