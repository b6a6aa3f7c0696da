"""Every page of the register's ground fits a phone and a desk, without a word of the machinery and without an error."""

import os
import re
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import ConsoleMessage, Page
from sqlalchemy import Connection, text
from tests.support.live import DESK, PHONE, chromium, served, signed_in, too_wide
from tests.support.people import add_licence, add_lsp, add_person, add_school, employ
from tests.support.site import Site

from assessor_registry import clock
from assessor_registry.accounts.rules import Scope, system
from assessor_registry.institutions import actions as institutions
from assessor_registry.schemes import store as schemes
from assessor_registry.validity import actions as validity

FORBIDDEN = re.compile(r"\b(ledger|leaf|standing|flag|sweep|scope)\b", re.IGNORECASE)
SHOTS = os.environ.get("SHOTS_DIR")
NAMES = ("Bernadetha Kusumawardhani Tanjungpura, S.Pd., M.Pd.", "Sugeng Contoh, S.T.", "Muhammad Rafli Contoh Panjang")


class Ground:
    """A little of everything, with names as long as real ones."""

    def __init__(self, site: Site) -> None:
        self.site, self.actor, self.now = site, system("test"), clock.now()
        self.school, self.lsp = site.perform(self.institutions)
        self.people = site.perform(self.assessors)
        self.decree = site.perform(self.decrees)

    def institutions(self, tx: Connection) -> tuple[UUID, UUID]:
        school = add_school(tx)
        tx.execute(
            text("UPDATE school SET name = 'SMK Negeri 17 Kutai Kartanegara Contoh' WHERE id = :id"), {"id": school}
        )
        lsp = add_lsp(tx, school)
        named = {"id": lsp, "name": "LSP SMK Negeri 17 Kutai Kartanegara Contoh", "head": "Drs. Contoh",
                 "email": "lsp.smkn17.kutaikartanegara@sekolah.contoh.sch.id"}  # fmt: skip
        tx.execute(text("UPDATE lsp SET name = :name, head_name = :head, email = :email WHERE id = :id"), named)
        known = [row.scheme.id for row in schemes.list_schemes(tx)][:3]
        add_licence(tx, lsp, self.site.day(-900), self.site.day(60), known)
        institutions.network_school(
            tx, self.actor, lsp, add_school(tx), self.site.day(-50), "421.5/K.420/2023", self.now
        )
        venue = institutions.add_venue(tx, self.actor, lsp, "TUK Sewaktu Bengkel TKJ", "sewaktu", self.now, capacity=20)
        institutions.add_venue(tx, self.actor, lsp, "TUK Mandiri Bengkel Otomotif", "mandiri", self.now)
        institutions.verify_venue(
            tx, self.actor, venue, self.site.day(-30), self.site.day(700), "SK.TUK.001/LSP-SMKN17/XI/2026", self.now
        )
        institutions.provisional_school(tx, self.actor, "SMKN 1 Tenggarong Sebrang", None, None, self.now)
        institutions.add_season(tx, self.actor, "UKK 2027", self.site.day(90), self.site.day(130), self.now)
        return school, lsp

    def assessors(self, tx: Connection) -> list[UUID]:
        people = []
        for number, name in enumerate(NAMES):
            who = add_person(tx)
            tx.execute(text("UPDATE assessor SET name = :name, search_name = lower(:name) WHERE id = :id"),
                       {"id": who, "name": name})  # fmt: skip
            tx.execute(
                text(
                    "INSERT INTO registration_number (id, assessor_id, series, number, year, current, created_at) "
                    "VALUES (gen_random_uuid(), :who, '000', :number, 2022, true, now())"
                ),
                {"who": who, "number": f"90000{number}"},
            )
            employ(tx, [who], self.school)
            last = self.site.day(400 if number else -10)
            new = validity.NewCertificate(who, self.site.day(-700), last, "contoh", number="85322 2411 9 0000123 2023")
            validity.add_certificate(tx, self.actor, new, now=self.now)
            listed = validity.NewTechnical(who, "Teknik Komputer & Jaringan (TKJ) lv II", "contoh")
            validity.add_technical(tx, self.actor, listed, now=self.now)
            people.append(who)
        tx.execute(
            text(
                "INSERT INTO signing_key (id, assessor_id, public_der, wrapped, created_at) "
                "VALUES (gen_random_uuid(), :who, '', '{}', :now)"
            ),
            {"who": people[0], "now": self.now},
        )
        return people

    def decrees(self, tx: Connection) -> UUID:
        today = self.site.today
        circular = validity.NewExtension(
            self.site.day(-90), self.site.day(-30), self.site.day(90), "SE.012/BNSP/XI/2026", today, today
        )
        validity.extend(tx, self.actor, circular, now=self.now)
        sanction = validity.NewSanction(
            self.people[1], "suspension", today, None,
            "KEP.077/BNSP/XI/2026", today, today,
        )  # fmt: skip
        validity.sanction(tx, self.actor, sanction, now=self.now)
        return validity.appoint(
            tx, self.actor, self.lsp, number="011/SK/LSP-SMKN17/XI/2026", decided_on=today, first_day=today,
            last_day=self.site.day(365), assessor_ids=self.people, now=self.now,
        )  # fmt: skip

    def paths(self, role: str, user: UUID, scheme: UUID) -> list[str]:
        """What each role opens."""
        lsp, person = f"/lembaga/lsp/{self.lsp}", self.people[2]
        common = ["/lembaga", lsp, "/lembaga/sekolah", "/lembaga/musim", "/skema", f"/skema/{scheme}", "/surat",
                  f"/surat/pengangkatan/{self.decree}", "/surat/edaran", "/surat/sanksi", "/aturan"]  # fmt: skip
        own = {
            "division": ["/lembaga/lsp/baru", f"{lsp}/lisensi", f"{lsp}/skema", f"{lsp}/jejaring", "/skema/teks",
                         "/surat/edaran/baru", "/surat/sanksi/baru?q=contoh", f"/surat/sanksi/baru/{person}",
                         "/pengguna", "/pengguna/baru", f"/pengguna/{user}", "/kunci"],
            "lsp_admin": ["/surat/pengangkatan/baru", f"{lsp}/tuk", "/kunci"],
            "auditor": ["/jejak", "/pengguna"],
        }  # fmt: skip
        return common + own[role]


def fits(page: Page, path: str) -> list[str]:
    """What is wrong with the page that is shown."""
    wide = too_wide(page)
    small = page.evaluate(
        """[...document.querySelectorAll('main button, main .button, main select, main input:not([type=hidden])')]
        .filter(e => e.offsetParent && !['checkbox','radio'].includes(e.type) && !e.classList.contains('link')
                && e.getBoundingClientRect().height < 43).map(e => e.outerHTML.slice(0, 80))"""
    )
    unlabelled = page.evaluate(
        """[...document.querySelectorAll('main input:not([type=hidden]), main select, main textarea')]
        .filter(e => !e.labels || !e.labels.length).map(e => e.outerHTML.slice(0, 80))"""
    )
    found = [f"{path}: {wide} px too wide"] if wide > 0 else []
    found += [f"{path}: small {each}" for each in small] + [f"{path}: no label {each}" for each in unlabelled]
    words = FORBIDDEN.findall(page.inner_text("body"))
    return found + [f"{path}: says {word}" for word in words]


@pytest.mark.parametrize("role", ["division", "lsp_admin", "auditor"])
def test_the_pages_of_a_role_fit_a_phone_and_a_desk(site: Site, role: str) -> None:
    ground = Ground(site)
    user = site.user(role, Scope("lsp", str(ground.lsp)) if role == "lsp_admin" else None, name=NAMES[0])
    with site.database.read() as conn:
        scheme = max(schemes.list_schemes(conn), key=lambda row: row.units).scheme.id
    wrong: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            wrong.append(f"console: {message.text[:200]}")

    with served(site) as address, chromium() as browser:
        for size in (PHONE, DESK):
            page = signed_in(browser, address, user, viewport=size)
            page.on("console", said)
            for path in ground.paths(role, user.id, scheme):
                answer = page.goto(f"{address}{path}")
                assert answer is not None
                assert answer.status == 200, path
                wrong += fits(page, f"{size['width']} {path}")
                if SHOTS:
                    name = f"{role}-{size['width']}-" + re.sub(r"[0-9a-f-]{36}", "id", path).strip("/").replace(
                        "/", "_"
                    )
                    page.screenshot(path=Path(SHOTS) / f"{name.replace('?', '_')}.png", full_page=True)
    assert wrong == []


def test_what_a_sanction_touches_and_a_new_code_fit_a_phone(site: Site) -> None:
    ground, user = Ground(site), site.user("division")
    other = site.user("auditor", name=NAMES[0])
    wrong: list[str] = []
    with served(site) as address, chromium() as browser:
        page = signed_in(browser, address, user, viewport=PHONE)
        page.goto(f"{address}/surat/sanksi/baru/{ground.people[2]}")
        page.get_by_label("Berlaku mulai").fill(site.today.isoformat())
        page.get_by_label("Nomor surat keputusan").fill("KEP.099/BNSP/XI/2026")
        page.get_by_label("Tanggal surat keputusan").fill(site.today.isoformat())
        page.get_by_label("Diterima tanggal").fill(site.today.isoformat())
        page.get_by_role("button", name="Periksa").click()
        page.get_by_role("heading", name="Yang akan terkena").wait_for()
        wrong += fits(page, "weighed")
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / "weighed.png", full_page=True)
        page.get_by_role("button", name="Terapkan").click()
        page.get_by_text("Keputusan sudah disimpan dan diterapkan.").wait_for()
        page.goto(f"{address}/pengguna/{other.id}")
        page.get_by_role("button", name="Terbitkan kode").click()
        page.get_by_role("heading", name="Kode aktivasi").first.wait_for()
        wrong += fits(page, "code")
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / "code.png", full_page=True)
            page.emulate_media(media="print")
            page.screenshot(path=Path(SHOTS) / "code-print.png", full_page=True)
    assert wrong == []
