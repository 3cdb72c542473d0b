"""One candidate at one device, for the tests that drive the exam page."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from exams.domain.sheets import load_sheet
from exams.models import Attempt
from tests.exam_world import World

Device = Callable[..., BrowserContext]


class Candidate:
    """One candidate at one device."""

    def __init__(self, world: World, live_server: Any, context: BrowserContext, token: str) -> None:
        self.world, self.context, self.token = world, context, token
        self.url = live_server.url
        self.page: Page = context.new_page()

    def enter(self) -> Candidate:
        self.page.goto(f"{self.url}/t/{self.token}")
        self.page.get_by_role("button", name="是我，进入考试").click()
        self.page.get_by_label("我知道了，由我本人作答").check()
        self.page.get_by_role("button", name="开始答题（开始计时）").click()
        return self

    def start(self) -> Candidate:
        self.enter()
        expect(self.page.locator(".question")).to_be_visible()
        return self

    def open_exam(self) -> None:
        self.page.goto(f"{self.url}/my/sittings/{self.world.sitting.pk}/exam/1")

    def go(self, number: int) -> None:
        self.page.get_by_role("button", name=re.compile("^答题卡")).click()
        self.page.get_by_role("button", name=re.compile(rf"^第 {number} 题")).click()

    def choose(self, text: str) -> None:
        self.page.locator(".choice", has_text=text).click()

    def answer_all(self) -> None:
        self.choose("十八周岁")
        self.page.get_by_role("button", name="下一题").click()
        self.choose("土地承包方案")
        self.choose("村规民约")
        self.page.get_by_role("button", name="下一题").click()
        self.choose("正确")
        self.page.get_by_role("button", name="下一题").click()
        self.page.get_by_label("第 1 空").fill("五")
        self.page.get_by_label("第 2 空").fill("连任")
        self.page.get_by_role("button", name="下一题").click()
        self.page.get_by_label("您的答案").fill("公开、监督")

    def hand_in(self) -> None:
        self.page.get_by_role("button", name=re.compile("^答题卡")).click()
        self.page.get_by_role("button", name="交卷", exact=True).click()
        self.page.get_by_role("button", name=re.compile("确认交卷|就这样交卷")).click()

    def saved(self) -> None:
        expect(self.page.locator(".save-line")).to_have_text(re.compile("✓ 已保存"))

    @property
    def attempt(self) -> Attempt:
        return Attempt.objects.get()

    def on_server(self, place: int) -> Any:
        one = load_sheet(self.attempt.pk).get(self.world.slots[place])
        return None if one is None else one.value

    def stored(self) -> list[Any]:
        """Everything this device keeps: the queue, and both kinds of storage."""
        return self.page.evaluate(
            """async () => {
              const database = await new Promise((done) => {
                const opening = indexedDB.open("exam", 1);
                opening.onupgradeneeded = () => opening.result.createObjectStore("queue", {keyPath: "id"});
                opening.onsuccess = () => done(opening.result);
              });
              const reading = database.transaction("queue").objectStore("queue").getAll();
              const queue = await new Promise((done) => { reading.onsuccess = () => done(reading.result); });
              database.close();
              return [queue, {...localStorage}, {...sessionStorage}];
            }"""
        )


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for something on the server."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.1)
