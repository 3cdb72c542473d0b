"""Signing a browser in, and looking at a page: accessibility, width, a picture where one is wanted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from examsite.lib import clock
from examsite.people.models import User

SHOTS = os.environ.get("SHOTS", "")  # a folder for pictures to look at


def sign_in(context: BrowserContext, live_server: Any, user: User) -> None:
    """As if the person had just proven himself in this browser."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["sure_at"] = clock.now().timestamp()
    session.save()
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": live_server.url}]
    )


def look(page: Page, name: str) -> None:
    """No rule of accessibility broken, nothing wider than the screen."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}.png"), full_page=True)
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def twice_as_large(page: Page) -> None:
    """Text twice as large as usual: every size in the pages follows the root's letters (112.5 % as made)."""
    page.wait_for_load_state()
    page.evaluate("document.documentElement.style.setProperty('font-size', '225%')")
