"""A real Chromium against a real server."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from exams.domain.tickets import issue_tickets
from examsite.lib import clock
from tests.browser.candidate import Candidate, Device
from tests.chromium import chromium
from tests.exam_world import World, make_world

# Playwright keeps an event loop in this thread, and Django would refuse its queries here.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

PHONE = {"viewport": {"width": 375, "height": 667}, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A device of its own: own cookies, own storage. Complaints of the browser fail the test at its end."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if is_complaint(said) else None)

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(**{**PHONE, **options})
        context.set_default_timeout(10_000)
        context.on("page", watch)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    time.sleep(0.3)  # a page says farewell to the server; the database must still be there
    assert complaints == []


def is_complaint(said: Any) -> bool:
    """Errors of scripts and of the content policy; a network that was cut on purpose is none."""
    expected = ("net::ERR_", "Failed to load resource")
    return said.type == "error" and not said.text.startswith(expected)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def token(world: World) -> str:
    return issue_tickets(entries=[world.seat.entry], at=clock.now(), with_codes=False)[0].token


@pytest.fixture
def candidate(world: World, token: str, live_server: Any, new_context: Device) -> Candidate:
    return Candidate(world, live_server, new_context(), token)
