"""Sitting an exam on a phone: weak networks, dead tabs, second devices, wrong clocks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from exams.domain.tickets import issue_tickets
from exams.models import Attempt, Receipt
from examsite.lib import clock
from tests.browser.candidate import Candidate, Device
from tests.browser.looking import TWICE, Size, follow, look, tap
from tests.exam_world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ANSWERS = "**/api/v1/attempts/*/answers"


def test_from_the_slip_to_the_receipt(candidate: Candidate) -> None:
    candidate.start().answer_all()
    candidate.hand_in()
    expect(candidate.page.get_by_role("heading", name="✓ 交卷成功")).to_be_visible()
    receipt = Receipt.objects.get()
    expect(candidate.page.locator(".receipt-number")).to_have_text(receipt.number)
    assert (receipt.answered, receipt.of) == (5, 5)
    attempt = candidate.attempt
    assert [candidate.on_server(place) for place in range(5)] == [
        candidate.world.value(attempt.pk, 0),
        candidate.world.value(attempt.pk, 1),
        True,
        ["五", "连任"],
        "公开、监督",
    ]


def test_not_me_is_no_error_and_signs_nobody_in(candidate: Candidate) -> None:
    candidate.page.goto(f"{candidate.url}/t/{candidate.token}")
    candidate.page.get_by_role("button", name="不是我").click()
    expect(candidate.page.get_by_role("heading", name="这张纸条不是您的")).to_be_visible()
    candidate.page.goto(f"{candidate.url}/my/exams")
    expect(candidate.page).to_have_url(re.compile("/sign-in"))


def test_in_by_name_and_digits(world: World, live_server: Any, new_context: Device) -> None:
    slip = issue_tickets(entries=[world.seat.entry], at=clock.now())[0]
    page = new_context().new_page()
    page.goto(f"{live_server.url}/enter")
    page.get_by_label("姓名").fill(slip.entry.name)
    page.get_by_label("纸条右下角的6位数字").fill("000000" if slip.code != "000000" else "111111")
    page.get_by_role("button", name="进入").click()
    expect(page.get_by_text("姓名或号码没对上").first).to_be_visible()
    page.get_by_label("纸条右下角的6位数字").fill(slip.code)
    page.get_by_role("button", name="进入").click()
    expect(page.get_by_role("heading", name="考前须知")).to_be_visible()


def test_the_practice_question_counts_nowhere(candidate: Candidate) -> None:
    candidate.page.goto(f"{candidate.url}/t/{candidate.token}")
    candidate.page.get_by_role("button", name="是我，进入考试").click()
    candidate.page.get_by_role("link", name="先试一题（不计分）").click()
    candidate.choose("12月4日")
    candidate.page.get_by_role("button", name="看看对不对").click()
    expect(candidate.page.get_by_text("答对了")).to_be_visible()
    candidate.page.get_by_role("link", name="回到考前须知").click()
    expect(candidate.page.get_by_role("heading", name="考前须知")).to_be_visible()
    assert Attempt.objects.count() == 0


def test_unanswered_questions_are_named_before_handing_in(candidate: Candidate) -> None:
    candidate.start().choose("十八周岁")
    candidate.page.get_by_role("button", name=re.compile("^答题卡")).click()
    candidate.page.get_by_role("button", name="交卷", exact=True).click()
    expect(candidate.page.get_by_role("heading", name="还有 4 题没答")).to_be_visible()
    candidate.page.get_by_role("button", name="回去答").click()
    expect(candidate.page.locator(".exam-place")).to_have_text("第 2 题 / 5")
    assert candidate.attempt.state == "in_progress"


def test_t_14_3_1_after_the_receipt_nothing_is_left_on_the_phone(candidate: Candidate) -> None:
    candidate.start().answer_all()
    candidate.hand_in()
    expect(candidate.page.locator(".receipt-number")).to_be_visible()
    queue, local, session = candidate.stored()
    assert queue == []
    assert local == {}
    assert list(session) == ["exam-device"]


def test_a_choice_can_be_changed_and_cleared(candidate: Candidate) -> None:
    candidate.start()
    candidate.choose("十六周岁")
    candidate.choose("十八周岁")
    candidate.go(2)
    candidate.choose("村规民约")
    candidate.choose("村规民约")
    candidate.saved()
    assert candidate.on_server(0) == candidate.world.value(candidate.attempt.pk, 0)
    assert candidate.on_server(1) is None


def test_the_whole_exam_by_keyboard(world: World, token: str, live_server: Any, new_context: Device) -> None:
    candidate = Candidate(
        world, live_server, new_context(viewport={"width": 1280, "height": 800}), token
    ).start()
    keyboard = candidate.page.keyboard
    candidate.page.locator("main").focus()
    keyboard.press("b")
    keyboard.press("ArrowRight")
    keyboard.press("1")
    keyboard.press("m")
    keyboard.press("ArrowRight")
    keyboard.press("a")
    expect(candidate.page.locator(".exam-place")).to_have_text("第 3 题 / 5")
    expect(candidate.page.get_by_role("button", name=re.compile("第 2 题，已答，已标记"))).to_be_visible()
    keyboard.press("Enter")
    candidate.saved()
    assert candidate.attempt.state == "in_progress"
    assert candidate.on_server(2) is True


def test_the_back_button_asks_and_loses_nothing(candidate: Candidate) -> None:
    candidate.start().choose("十八周岁")
    candidate.saved()
    candidate.page.go_back()
    expect(candidate.page.get_by_role("heading", name="要离开考试吗？")).to_be_visible()
    candidate.page.get_by_role("button", name="留在考试").click()
    expect(candidate.page.locator(".question")).to_be_visible()
    candidate.page.go_back()
    candidate.page.get_by_role("button", name="离开").click()
    expect(candidate.page.get_by_role("link", name="继续作答")).to_be_visible()


@pytest.mark.once
@pytest.mark.parametrize(
    ("text_size", "sizes"),
    [
        ("elder", [Size(320, 700)]),
        ("standard", [Size(375, 700), Size(320, 700, TWICE)]),
        ("standard", [Size(1280, 700), Size(1280, 700, TWICE)]),
    ],
    ids=["elder", "phone", "desk"],
)
def test_axe_finds_nothing_and_nothing_sticks_out(
    world: World, token: str, live_server: Any, new_context: Device, text_size: str, sizes: list[Size]
) -> None:
    context = new_context(viewport=sizes[0].viewport)
    context.add_init_script(f"try {{ localStorage.setItem('text-size', '{text_size}') }} catch (error) {{}}")
    candidate = Candidate(world, live_server, context, token)
    page = candidate.page

    def see(name: str) -> None:
        look(page, name, *sizes)

    def press(name: str | re.Pattern[str], **exact: bool) -> None:
        tap(page, page.get_by_role("button", name=name, **exact), *sizes)

    page.goto(f"{live_server.url}/enter")
    see("enter")
    page.goto(f"{live_server.url}/t/{token}")
    see("ticket")
    follow(page, page.get_by_role("button", name="不是我"), *sizes)
    see("not me")
    page.goto(f"{live_server.url}/t/{token}")
    follow(page, page.get_by_role("button", name="是我，进入考试"), *sizes)
    see("instructions")
    follow(page, page.get_by_role("link", name="先试一题（不计分）"), *sizes)
    see("try one")
    page.goto(f"{live_server.url}/my/exams")
    see("my exams")
    page.goto(f"{live_server.url}/my/sittings/{world.sitting.pk}/exam/1")
    for number in range(1, 6):
        page.locator(".question").wait_for()
        see(f"question {number}")
        if number < 5:
            press("下一题")
    if sizes[0].width < 1024:
        press(re.compile("^答题卡"))
        see("sheet")
    press("交卷", exact=True)
    see("submit")
    press("就这样交卷")
    page.locator(".receipt-number").wait_for()
    see("receipt")
    follow(page, page.get_by_role("link", name="回到我的考试"), *sizes)
    see("my exams afterwards")
    follow(page, page.get_by_role("link", name="看回执"), *sizes)
    see("receipt afterwards")
    page.goto(f"{live_server.url}/my/attempts/{candidate.attempt.pk}/result")
    see("result, waiting")


def test_without_script_the_page_says_what_to_do(
    world: World, token: str, live_server: Any, new_context: Device
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/t/{token}")
    page.get_by_role("button", name="是我，进入考试").click()
    page.goto(f"{live_server.url}/my/sittings/{world.sitting.pk}/exam/1")
    expect(page.locator("noscript .notice")).to_contain_text("在线答题需要脚本")
    assert Attempt.objects.count() == 0


def test_where_there_is_no_indexed_database_local_storage_keeps_the_queue(candidate: Candidate) -> None:
    candidate.context.add_init_script("Object.defineProperty(window, 'indexedDB', {value: undefined})")
    candidate.start()
    candidate.context.set_offline(True)
    candidate.choose("十八周岁")
    expect(candidate.page.locator(".save-line")).to_have_text("没网，已存手机（1 题待传）")
    kept = candidate.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('exam-queue'))")
    assert len(kept) == 1
    candidate.context.set_offline(False)
    candidate.saved()


def test_t_14_3_3_on_the_phone_is_nothing_but_slot_value_and_number(candidate: Candidate) -> None:
    candidate.start()
    candidate.context.set_offline(True)
    candidate.choose("十八周岁")
    expect(candidate.page.locator(".save-line")).to_have_text("没网，已存手机（1 题待传）")
    (item,), local, session = candidate.stored()
    assert sorted(item) == ["attempt", "epoch", "id", "seq", "slot", "value"]
    assert local == {}
    assert sorted(name.split(":")[0] for name in session) == ["exam-device"]
    assert candidate.token not in str([item, session])
    assert candidate.world.user.name not in str([item, session])
