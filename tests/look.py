"""Photograph every page of a running demo, as each of its people, on a phone and on a PC.

    make run                                                  # in another window
    make look [ARGS="--folder var/look --as leader --match figures"]

Pages are found by following links from each person's first page; of pages that differ only by the object they
show, the first is taken. Prints what looks wrong: an answer that is no page, a page wider than the screen, a
complaint of the browser. Exit code 1 when anything was printed.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Error, Page

from tests.chromium import chromium

ROOT = Path(__file__).resolve().parents[1]
SIZES = {"pc": {"width": 1280, "height": 800}, "phone": {"width": 375, "height": 667}}
STAFF = ("officer", "county", "editor", "reviewer", "invigilator", "leader", "auditor")
CANDIDATE = "candidate"
MOST_PAGES = 120  # of one person
OBJECT = re.compile(r"/(?:[0-9a-f]{8}-[0-9a-f-]{27}|\d+|[A-Za-z0-9_-]{32})(?=/|$)")
NO_PAGE = re.compile(r"sign-out|/admin/|/api/|\.[a-z]{2,6}$")  # another look, or a file


def shape(path: str) -> str:
    """The address without what names one object: pages of one shape look alike."""
    return OBJECT.sub("/_", path)


def links_on(page: Page, base: str) -> Iterator[str]:
    for href in page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)"):
        parts = urlsplit(href)
        if f"{parts.scheme}://{parts.netloc}" == base and not NO_PAGE.search(parts.path):
            yield parts.path


def shoot(page: Page, folder: Path, name: str) -> list[str]:
    """Pictures of the page in every size; what is wrong with it."""
    wrong = []
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        page.wait_for_timeout(80)
        page.screenshot(path=folder / f"{name}.{size}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > viewport["width"]:
            wrong.append(f"{name}: {wide} px wide on a screen of {viewport['width']} px")
    return wrong


def walk(context: BrowserContext, base: str, start: str, folder: Path, who: str, match: str) -> list[str]:
    """Every kind of page within reach of `start`, nearest first."""
    wrong: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(f"{who}: {page.url}: {error}"))
    waiting, seen = [start], {shape(start)}
    for _ in range(MOST_PAGES):
        if not waiting:
            break
        path = waiting.pop(0)
        try:
            answer = page.goto(base + path, wait_until="load")
        except Error as error:
            if "Download is starting" in error.message:  # a file, not a page
                continue
            raise
        if answer is None or answer.status != 200:
            wrong.append(f"{who}: {path}: {answer.status if answer else 'nothing'}")
            continue
        for link in links_on(page, base):
            if shape(link) not in seen:
                seen.add(shape(link))
                waiting.append(link)
        if match in path:
            name = shape(path).strip("/").replace("/", ".") or "first"
            wrong += shoot(page, folder, f"{who}.{name}")
    page.close()
    return wrong


def sign_in(context: BrowserContext, base: str, who: str, password: str) -> str:
    """The path of the first page of this member of staff."""
    page = context.new_page()
    page.goto(f"{base}/sign-in")
    page.fill("input[name=identifier]", who)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "sign-in" not in url)
    path = urlsplit(page.url).path
    page.close()
    return path


def sit(context: BrowserContext, base: str, ticket: str, folder: Path) -> list[str]:
    """A candidate's way from the slip to the receipt; nothing without a ticket."""
    if not ticket:
        return []
    page = context.new_page()
    wrong = []

    def look(name: str) -> None:
        wrong.extend(shoot(page, folder, f"{CANDIDATE}.{name}"))

    page.goto(base + urlsplit(ticket).path)
    look("1-slip")
    page.get_by_role("button", name="是我，进入考试").click()
    page.get_by_label("我知道了，由我本人作答").check()
    look("2-instructions")
    page.get_by_role("button", name="开始答题（开始计时）").click()
    page.locator(".choice").first.click()
    page.locator(".save-line", has_text="✓ 已保存").wait_for()
    look("3-question")
    page.get_by_role("button", name=re.compile("^答题卡")).click()
    look("4-sheet")
    page.get_by_role("button", name="交卷", exact=True).click()
    look("5-handing-in")
    page.get_by_role("button", name=re.compile("确认交卷|就这样交卷")).click()
    page.locator(".receipt-number").wait_for()
    look("6-receipt")
    return wrong + walk(context, base, "/my/exams", folder, CANDIDATE, "")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.look", description=__doc__)
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "look")
    parser.add_argument("--as", dest="who", choices=(*STAFF, CANDIDATE), help="only this person")
    parser.add_argument(
        "--ticket", default="", help="a candidate's /t/… address; printed by make run, works once"
    )
    parser.add_argument("--match", default="", help="only addresses that have this in them")
    parser.add_argument("--password", default="qingcheng-2022")
    asked = parser.parse_args(arguments)
    asked.folder.mkdir(parents=True, exist_ok=True)
    wrong: list[str] = []
    with chromium() as browser:
        for who in [asked.who] if asked.who else [*STAFF, CANDIDATE]:
            context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
            if who == CANDIDATE:
                wrong += sit(context, asked.base, asked.ticket, asked.folder)
            else:
                start = sign_in(context, asked.base, who, asked.password)
                wrong += walk(context, asked.base, start, asked.folder, who, asked.match)
            context.close()
    sys.stdout.write(("\n".join(wrong) or f"pictures in {asked.folder}") + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
