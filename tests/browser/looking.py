"""Signing a browser in, and looking at pages: accessibility, width, a picture where one is wanted."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Locator, Page

from examsite.lib import clock
from examsite.people.models import User

PHONE, DESK = {"width": 375, "height": 667}, {"width": 1280, "height": 900}
AXE = f"if (window === top) {{ {AXE_SCRIPT} }}"
# Only what is asked for leaves the page: what passes are hundreds of places.
AXE_RUN = """
  axe.run({resultTypes: ["violations"]}).then((found) =>
    found.violations.map((one) => [one.id, one.nodes[0].html.slice(0, 120)]))
"""
SHOTS = os.environ.get("SHOTS", "")  # a folder for pictures to look at


def sign_in(context: BrowserContext, live_server: Any, user: User) -> None:
    """As if the person had just proven himself in this browser."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["sure_at"] = clock.now().timestamp()
    session.save()
    bring_session(context, live_server, client)


def bring_session(context: BrowserContext, live_server: Any, client: Client) -> None:
    """The sign-in of a test client goes on in this browser."""
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])


def follow(page: Page, way: Locator) -> None:
    """Tap what leads to another page and wait for that page: a look would still see the old one."""
    with page.expect_navigation():
        way.click()


def violations(page: Page) -> list[tuple[str, str]]:
    """The rules of accessibility that the page breaks, each with the start of the first place."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE)
        page.add_init_script(AXE)  # what this tab shows next brings it along, compiled once
    return [(rule, place) for rule, place in page.evaluate(AXE_RUN)]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def faults_of(page: Page, base: str, addresses: Mapping[str, str]) -> dict[str, object]:
    """What is wrong with these pages (name → address) on a phone and on a desk, by name and width."""
    found: dict[str, object] = {}
    for name, address in addresses.items():
        page.set_viewport_size(PHONE)
        reply = page.goto(f"{base}{address}")
        assert reply is not None
        assert (name, reply.status) == (name, 200)
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > size["width"]:
                found[f"{name} {size['width']}"] = f"{width} px wide"
            if broken := violations(page):
                found[f"{name} {size['width']} axe"] = broken
    return found


def look(page: Page, name: str) -> None:
    """No rule of accessibility broken, nothing wider than the screen."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}.png"), full_page=True)
    found = violations(page)
    assert found == [], f"{name}: {found}"
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def twice_as_large(page: Page) -> None:
    """Text twice as large as usual: every size in the pages follows the root's letters (112.5 % as made)."""
    page.wait_for_load_state()
    page.evaluate("document.documentElement.style.setProperty('font-size', '225%')")
