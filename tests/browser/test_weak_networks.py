"""The exam page without a network, with a slow one, and in a tab that dies."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.sync_api import expect

from exams.models import AnswerEvent, Receipt
from examsite.lib import clock
from tests.browser.candidate import Candidate, until
from tests.exam_world import age

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ANSWERS = "**/api/v1/attempts/*/answers"


def test_offline_in_the_middle_and_back(candidate: Candidate) -> None:
    candidate.start().choose("十六周岁")
    candidate.saved()
    candidate.context.set_offline(True)
    candidate.choose("十八周岁")
    candidate.go(3)
    candidate.choose("正确")
    expect(candidate.page.locator(".save-line")).to_have_text("没网，已存手机（2 题待传）")
    expect(candidate.page.locator(".exam-strip")).to_contain_text("没网也能答")
    time.sleep(5)
    assert candidate.on_server(2) is None
    candidate.context.set_offline(False)
    candidate.saved()
    assert candidate.on_server(0) == candidate.world.value(candidate.attempt.pk, 0)
    assert candidate.on_server(2) is True


NO_KEEPALIVE = """
  const real = window.fetch;
  window.fetch = (address, options) =>
    options && options.keepalive ? Promise.reject(new Error("not now")) : real(address, options);
"""


def test_t04_what_a_reload_finds_in_the_queue_is_sent_without_a_touch(candidate: Candidate) -> None:
    # The request that a page sends while it goes away passes by the interception: here it must not help.
    candidate.context.add_init_script(NO_KEEPALIVE)
    candidate.start()
    candidate.context.route(ANSWERS, lambda route: route.abort())
    candidate.choose("十八周岁")
    expect(candidate.page.locator(".save-line")).to_have_text("没网，已存手机（1 题待传）")
    candidate.page.reload()
    expect(candidate.page.locator(".choice-input:checked")).to_have_count(1)
    expect(candidate.page.locator(".save-line")).not_to_have_text(re.compile("已保存"))
    assert candidate.on_server(0) is None
    candidate.context.unroute(ANSWERS)
    candidate.saved()
    assert candidate.on_server(0) == candidate.world.value(candidate.attempt.pk, 0)


def test_a_reload_without_network_loses_nothing(candidate: Candidate) -> None:
    candidate.start()
    candidate.context.set_offline(True)
    candidate.choose("十八周岁")
    expect(candidate.page.locator(".save-line")).to_have_text("没网，已存手机（1 题待传）")
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        candidate.page.reload()
    candidate.context.set_offline(False)
    candidate.open_exam()
    candidate.saved()
    assert candidate.on_server(0) == candidate.world.value(candidate.attempt.pk, 0)


def test_t05_a_tab_that_dies_before_the_reply_sends_again_and_it_is_stored_once(
    candidate: Candidate,
) -> None:
    candidate.start()
    fetched = []

    def swallow(route: Any) -> None:
        route.fetch()
        fetched.append(route.request.post_data_json)
        route.abort()

    candidate.context.route(ANSWERS, swallow)
    candidate.choose("十八周岁")
    until(lambda: bool(candidate.page.wait_for_timeout(100) or fetched))
    (queued,) = candidate.stored()[0]
    assert queued["seq"] == fetched[0]["items"][0]["seq"]
    device = candidate.stored()[2]["exam-device"]
    candidate.page.close()
    candidate.context.unroute(ANSWERS)
    assert AnswerEvent.objects.count() == 1
    candidate.page = candidate.context.new_page()
    candidate.page.add_init_script(f"sessionStorage.setItem('exam-device', '{device}')")
    candidate.open_exam()
    until(lambda: candidate.page.wait_for_timeout(100) or candidate.stored()[0] == [])
    assert AnswerEvent.objects.count() == 1


def test_t06_typed_three_seconds_before_the_end_and_cut_one_second_before(candidate: Candidate) -> None:
    candidate.start()
    candidate.go(5)
    age(candidate.attempt, 3600 - 5)
    candidate.page.reload()
    expect(candidate.page.locator(".exam-time")).to_contain_text("还剩")
    candidate.go(5)
    candidate.page.get_by_label("您的答案").fill("最后一刻写的")
    time.sleep(1)
    candidate.context.set_offline(True)
    assert candidate.on_server(4) == "最后一刻写的"


def test_handing_in_without_network_is_delivered_when_it_is_back(candidate: Candidate) -> None:
    candidate.start()
    candidate.context.set_offline(True)
    candidate.choose("十八周岁")
    candidate.hand_in()
    waiting = "已收到您的交卷，等网络恢复自动送达，请不要关闭"
    expect(candidate.page.get_by_role("heading", name=waiting)).to_be_visible()
    assert Receipt.objects.count() == 0
    candidate.context.set_offline(False)
    expect(candidate.page.get_by_role("heading", name="✓ 交卷成功")).to_be_visible(timeout=40_000)
    assert Receipt.objects.get().answered == 1


def test_a_slow_server_blocks_no_input(candidate: Candidate) -> None:
    candidate.start()

    def slow(route: Any) -> None:
        candidate.page.wait_for_timeout(3000)
        route.continue_()

    candidate.context.route(ANSWERS, slow)
    candidate.choose("十六周岁")
    candidate.page.wait_for_timeout(1200)
    candidate.choose("十八周岁")
    expect(candidate.page.locator(".save-line")).to_have_text("正在保存…")
    candidate.context.unroute_all(behavior="wait")
    candidate.saved()
    until(lambda: candidate.on_server(0) == candidate.world.value(candidate.attempt.pk, 0))
    assert AnswerEvent.objects.count() == 2


def test_on_a_mismatch_the_servers_sheet_is_shown_and_handed_in(candidate: Candidate) -> None:
    candidate.start().choose("十八周岁")
    candidate.saved()
    AnswerEvent.objects.create(
        attempt=candidate.attempt,
        epoch=1,
        seq=99,
        slot=candidate.world.slots[2],
        value=False,
        received_at=clock.now(),
        device="elsewhere",
    )
    candidate.hand_in()
    expect(candidate.page.get_by_text("不一样的是第 3 题")).to_be_visible()
    assert Receipt.objects.count() == 0
    candidate.page.get_by_role("button", name="以此交卷").click()
    expect(candidate.page.locator(".receipt-number")).to_be_visible()
    assert Receipt.objects.get().answered == 2
