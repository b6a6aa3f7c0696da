"""A real server on loopback over a test's site, and a real Chromium that visits it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import uvicorn
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from tests.support.site import PASSWORD, Site, User, application

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# How long a browser test waits for what it expects: a busy machine is slow, not wrong.
expect.set_options(timeout=20_000)

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}


@contextmanager
def served(site: Site) -> Iterator[str]:
    """Serve a site until the block ends; gives its address. `localhost`, so that a service worker may run."""
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://localhost:{listener.getsockname()[1]}"
    with application(replace(site.settings, public_url=address), site.database) as app:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        try:
            yield address
        finally:
            server.should_exit = True
            thread.join(15)
            listener.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def signed_in(browser: Browser, address: str, user: User, **options: Any) -> Page:
    """A page whose user has signed in through the form."""
    context = browser.new_context(viewport=options.pop("viewport", PHONE), locale="id-ID", **options)
    page = context.new_page()
    page.goto(f"{address}/masuk")
    page.get_by_label("Nama masuk").fill(user.login)
    page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
    follow(page, page.get_by_role("button", name="Masuk"))
    assert not page.url.startswith(f"{address}/masuk"), "not signed in"
    return page


def too_wide(page: Page) -> int:
    """Return by how many pixels the page is wider than the screen, once it has loaded."""
    page.wait_for_function("document.readyState === 'complete'")
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


def follow(page: Page, link: Locator) -> None:
    """Tap what leads to another page, and be there: until then a script would run in a page that is going."""
    with page.expect_navigation():
        link.click()


def until_kept(page: Page, count: int) -> None:
    """Wait until the service worker has kept that many recording pages."""
    page.wait_for_function(
        "async (count) => { let found = 0; for (const name of await caches.keys())"
        " for (const each of await (await caches.open(name)).keys()) found += each.url.includes('/rekam/');"
        " return found >= count; }",
        arg=count,
    )
