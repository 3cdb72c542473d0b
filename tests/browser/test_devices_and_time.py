"""Two devices of one candidate, wrong clocks, the end of the time."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from exams.domain.invigilation import extend_attempt, send_notice
from exams.models import AnswerEvent, Quarantine, Receipt
from examsite.lib import clock
from tests.browser.candidate import Candidate, Device, until
from tests.exam_world import World, age

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ANSWERS = "**/api/v1/attempts/*/answers"


def test_two_devices_hand_over_to_each_other(
    candidate: Candidate, world: World, token: str, live_server: Any, new_context: Device
) -> None:
    candidate.start().choose("十六周岁")
    candidate.saved()
    pc = Candidate(world, live_server, new_context(viewport={"width": 1280, "height": 800}), token)
    pc.page.goto(f"{pc.url}/t/{token}")
    pc.page.get_by_role("button", name="是我，进入考试").click()
    pc.open_exam()
    expect(pc.page.get_by_role("heading", name="已在另一台设备或另一个页面上作答")).to_be_visible()
    pc.page.get_by_role("button", name="在这里继续").click()
    expect(pc.page.locator(".choice-input:checked")).to_have_count(1)
    pc.choose("十八周岁")
    pc.saved()
    candidate.choose("二十周岁")
    elsewhere = candidate.page.get_by_role("heading", name="已在另一台设备或另一个页面上作答")
    expect(elsewhere).to_be_visible()
    assert candidate.on_server(0) == world.value(candidate.attempt.pk, 0)
    assert AnswerEvent.objects.filter(epoch=1).count() == 2
    candidate.page.get_by_role("button", name="在这里继续").click()
    expect(candidate.page.locator(".choice", has_text="十八周岁").locator("input")).to_be_checked()
    assert candidate.attempt.epoch == 3


def test_an_old_queue_does_not_beat_what_a_newer_device_answered(
    candidate: Candidate, world: World, token: str, live_server: Any, new_context: Device
) -> None:
    candidate.start()
    candidate.context.set_offline(True)
    candidate.choose("十六周岁")
    candidate.go(3)
    candidate.choose("正确")
    expect(candidate.page.locator(".save-line")).to_have_text("没网，已存手机（2 题待传）")
    other = Candidate(world, live_server, new_context(), token)
    other.page.goto(f"{other.url}/t/{token}")
    other.page.get_by_role("button", name="是我，进入考试").click()
    other.open_exam()
    other.page.get_by_role("button", name="在这里继续").click()
    other.choose("十八周岁")
    other.saved()
    candidate.page.close()
    candidate.context.set_offline(False)
    candidate.page = candidate.context.new_page()
    candidate.open_exam()
    candidate.page.get_by_role("button", name="在这里继续").click()
    candidate.saved()
    assert candidate.on_server(0) == world.value(candidate.attempt.pk, 0)
    assert candidate.on_server(2) is True


SHIFTED = """
  const Real = Date;
  let shift = %d;
  setInterval(() => { shift += %d; }, 1000);
  window.Date = class extends Real {
    constructor(...given) { if (given.length) super(...given); else super(Real.now() + shift); }
    static now() { return Real.now() + shift; }
  };
"""


def minutes_left(page: Page) -> int:
    text = page.locator(".exam-time").inner_text()
    return int(re.search(r"\d+", text)[0])


@pytest.mark.parametrize(
    ("hours", "step_ms"), [(3, 0), (-3, 0), (0, 60_000)], ids=["three-fast", "three-slow", "stepping"]
)
def test_t20_the_phones_clock_decides_nothing(candidate: Candidate, hours: int, step_ms: int) -> None:
    candidate.context.add_init_script(SHIFTED % (hours * 3_600_000, step_ms))
    candidate.start().choose("十八周岁")
    candidate.saved()
    candidate.page.wait_for_timeout(3000)
    assert minutes_left(candidate.page) == 60
    assert candidate.on_server(0) == candidate.world.value(candidate.attempt.pk, 0)
    assert abs((candidate.attempt.due_at - candidate.attempt.started_at).total_seconds() - 3600) < 0.01


def test_t23_more_time_and_notices_reach_the_running_page(candidate: Candidate, world: World) -> None:
    candidate.start()
    extend_attempt(attempt=candidate.attempt, seconds=600, reason="停电", at=clock.now(), actor=world.officer)
    send_notice(sitting=world.sitting, text="请检查姓名", at=clock.now(), actor=world.officer)
    candidate.page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(candidate.page.locator(".exam-time")).to_have_text("剩余 70 分钟")
    expect(candidate.page.locator(".exam-strip")).to_contain_text("请检查姓名")
    candidate.page.get_by_role("button", name="知道了").click()
    expect(candidate.page.locator(".exam-strip")).to_be_hidden()


def test_at_the_end_the_page_hands_in_by_itself(candidate: Candidate) -> None:
    candidate.start().choose("十八周岁")
    candidate.saved()
    age(candidate.attempt, 3600 - 3)
    candidate.page.reload()
    expect(candidate.page.get_by_role("heading", name="✓ 交卷成功")).to_be_visible(timeout=15_000)
    assert candidate.attempt.submitted_at is not None
    assert Receipt.objects.get().answered == 1


def test_answers_left_on_the_phone_after_the_end_are_kept_for_a_decision(candidate: Candidate) -> None:
    candidate.start()
    candidate.context.set_offline(True)
    candidate.choose("十八周岁")
    expect(candidate.page.locator(".save-line")).to_have_text("没网，已存手机（1 题待传）")
    age(candidate.attempt, 3600 + 200)
    candidate.context.set_offline(False)
    expect(candidate.page.locator(".receipt-number")).to_be_visible(timeout=40_000)
    until(lambda: Quarantine.objects.count() == 1)
    assert Receipt.objects.get().answered == 0
    until(lambda: candidate.page.wait_for_timeout(100) or candidate.stored()[0] == [])
