"""Signing a browser in, and looking at pages: accessibility, width, a picture where one is wanted.

A page is asked for once and looked at in every size; what leads on is to be tapped in every size.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Locator, Page, expect

from examsite.lib import clock
from examsite.people.models import User


class Size(NamedTuple):
    """What somebody sees pages with; `letters`: the root's, where they are not as made (112.5 %)."""

    width: int
    height: int
    letters: str = ""

    @property
    def viewport(self) -> dict[str, int]:
        return {"width": self.width, "height": self.height}


TWICE = "225%"  # every size in the pages follows the root's letters
PHONE, DESK = Size(375, 667), Size(1280, 900)
NARROW = Size(320, 640, TWICE)
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


def tap(page: Page, way: Locator, *sizes: Size) -> None:
    """What can be tapped at each of these sizes (none: as it is) is tapped."""
    for size in sizes:
        show_at(page, size)
        way.click(trial=True)
    way.click()


def follow(page: Page, way: Locator, *sizes: Size) -> None:
    """Tap what leads to another page and wait for that page: a look would still see the old one."""
    with page.expect_navigation():
        tap(page, way, *sizes)


def show_at(page: Page, size: Size) -> None:
    page.set_viewport_size(size.viewport)
    page.evaluate("size => document.documentElement.style.setProperty('font-size', size)", size.letters)


def violations(page: Page) -> list[tuple[str, str]]:
    """The rules of accessibility that the page breaks, each with the start of the first place."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE)
        page.add_init_script(AXE)  # what this tab shows next brings it along, compiled once
    return [(rule, place) for rule, place in page.evaluate(AXE_RUN)]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def faults(page: Page, name: str) -> dict[str, object]:
    """What is wrong with the page as it is now, by name and width."""
    size = page.viewport_size or {}
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}-{size['width']}.png"), full_page=True)
    found = {
        f"{name} {size['width']} axe": violations(page),
        f"{name} {size['width']} too wide": overflow(page),
    }
    return {what: how for what, how in found.items() if how}


def look(page: Page, name: str, *sizes: Size, there: Iterable[Locator] = ()) -> None:
    """At each of these sizes (none: as it is) no rule broken, nothing too wide, and what is there visible."""
    page.wait_for_load_state()
    for size in sizes or (None,):
        if size:
            show_at(page, size)
        for one in there:
            expect(one).to_be_visible()
        found = faults(page, name)
        assert found == {}, found


def faults_of(page: Page, base: str, addresses: Mapping[str, str], *sizes: Size) -> dict[str, object]:
    """What is wrong with these pages (name → address) at these sizes, by name and width."""
    found: dict[str, object] = {}
    for name, address in addresses.items():
        reply = page.goto(f"{base}{address}")
        assert reply is not None
        assert (name, reply.status) == (name, 200)
        for size in sizes:
            show_at(page, size)
            found |= faults(page, name)
    return found
