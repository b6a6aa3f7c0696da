"""Every page for everybody: axe-core finds nothing, by day and by night, on a phone; nothing is cut off; keys suffice.

A real Chromium visits each page of the matrix as somebody who may see it. Besides what axe-core knows, no page is
wider than a small phone, writes an error to the console or asks for what the content policy forbids.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page
from tests.support.campaign import full
from tests.support.crawling import reads
from tests.support.live import DESK, PHONE, chromium, served, too_wide
from tests.support.matrix import PARAMETER, Cell, Row, rows
from tests.support.province import Province, Template

from assessor_registry.web.guards import SESSION_COOKIE

# Who visits a page that several may see: the one who uses it most.
VISITORS = ("assessor", "lsp_admin", "division", "operator", "school", "auditor", "panel", "anonymous")
FILES = (
    ".xlsx",
    ".pdf",
    ".json",
    ".pem",
    ".crl",
    ".js",
    "/pindaian",
    "/berkas",
    "/berkas/{scan_id:uuid}",
    "/health",
    "/api",
)
PAGES = [
    row
    for row in rows()
    if reads(row) and " #" not in row.key and not row.path.endswith(FILES) and "{file_path" not in row.path
]
HOMES = ("division", "lsp_admin", "assessor", "panel", "school", "auditor", "operator")


@dataclass
class House:
    """A served province and a browser: a context for each visitor."""

    province: Province
    address: str
    browser: Browser
    contexts: dict[str, BrowserContext]

    def page(self, who: str) -> Page:
        if who not in self.contexts:
            context = self.browser.new_context(viewport=PHONE, locale="id-ID")  # type: ignore[arg-type]
            if who != "anonymous":
                secret = self.province.secret(who, "session")
                context.add_cookies([{"name": SESSION_COOKIE, "value": secret, "url": self.address}])
            self.contexts[who] = context
        return self.contexts[who].new_page()

    def where(self, row: Row, who: str) -> str:
        at = Cell(self.province, "own", who)
        path = PARAMETER.sub(lambda found: at.value(row.names.get(found[1], f"${found[1]}")), row.path)
        query = "&".join(f"{name}={at.value(value)}" for name, value in row.body.get("query", {}).items())
        return f"{self.address}{path}{'?' if query else ''}{query}"


@pytest.fixture(scope="module")
def house(filled: Template) -> Iterator[House]:
    with filled.opened() as province, served(province.site) as address, chromium() as browser:
        yield House(province, address, browser, {})


def violations(page: Page, *rules: str) -> list[str]:
    """What axe-core finds; with `rules` only of those."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{each['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for each in found
        for node in each["nodes"]
    ]


def overflow(page: Page) -> list[str]:
    """How many pixels a page is wider than the screen, and what sticks out."""
    wide = too_wide(page)
    if not wide:
        return []
    script = """() => [...document.querySelectorAll('main *')].filter(each =>
        each.getBoundingClientRect().right > document.documentElement.clientWidth + 1).slice(0, 3)
        .map(each => each.outerHTML.slice(0, 120))"""
    return [f"{wide} px too wide: {page.evaluate(script)}"]


def who_visits(row: Row) -> str:
    return next(who for who in VISITORS if row.cells["own"][who] == "ok")


@pytest.mark.timeout(120)
@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.key)
def test_each_page_is_for_everybody(house: House, row: Row) -> None:
    who = who_visits(row)
    page, wrong = house.page(who), []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    try:
        answer = page.goto(house.where(row, who))
        assert answer is not None
        assert answer.status < 400, f"{answer.status} as {who}"
        page.emulate_media(color_scheme="light")
        wrong += violations(page)
        wrong += overflow(page)
        page.emulate_media(color_scheme="dark")
        wrong += [f"dark: {each}" for each in violations(page, "color-contrast", "link-in-text-block")]
        if full():
            page.set_viewport_size(DESK)  # type: ignore[arg-type]
            wrong += [f"wide: {each}" for each in violations(page)]
    finally:
        page.close()
    assert wrong == []


@pytest.mark.timeout(120)
@pytest.mark.parametrize("who", HOMES)
def test_the_first_page_of_each_role_is_used_with_keys_alone(house: House, who: str) -> None:
    page = house.page(who)
    try:
        page.goto(f"{house.address}/")
        page.keyboard.press("Tab")
        first = page.evaluate("({text: document.activeElement.textContent.trim(), href: document.activeElement.hash})")
        assert first["href"], f"the first key leads to {first['text']!r}, not past the menu"
        assert page.evaluate(VISIBLE), "the link past the menu is not seen when it has the focus"
        page.keyboard.press("Enter")
        page.wait_for_function("hash => location.hash === hash", arg=first["href"])
        page.goto(f"{house.address}/")
        unseen = []
        for _ in range(25):
            page.keyboard.press("Tab")
            if not page.evaluate(MARKED):
                unseen.append(page.evaluate("document.activeElement.outerHTML.slice(0, 160)"))
        assert unseen == []
    finally:
        page.close()


# The element with the focus is on the screen; and something about it changes when it has the focus.
VISIBLE = """(() => { const box = document.activeElement.getBoundingClientRect();
    return box.width > 10 && box.height > 10 && box.left >= 0 && box.top >= 0; })()"""
MARKED = """(() => { const at = document.activeElement; if (at === document.body) return true;
    const style = getComputedStyle(at);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none'; })()"""
