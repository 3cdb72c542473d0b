"""The browser that tests drive: where it is, and without traffic of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

# The same engine without the window around it (and Debian's flags for it) asks half as much of the machine.
SHELL, WHOLE = Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No page lives long enough for its scripts to be worth optimising, or its first garbage collecting.
    "--js-flags=--no-maglev --no-turbofan --min-semi-space-size=16",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    program = SHELL if SHELL.exists() else WHOLE
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        yield browser
        browser.close()
