"""Sitting an exam on a phone: weak networks, dead tabs, second devices, wrong clocks."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from exams.domain.invigilation import extend_attempt, send_notice
from exams.domain.sheets import load_sheet
from exams.domain.tickets import issue_tickets
from exams.models import AnswerEvent, Attempt, Quarantine, Receipt
from examsite.lib import clock
from tests.exam_world import World, age, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ANSWERS = "**/api/v1/attempts/*/answers"
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


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def token(world: World) -> str:
    return issue_tickets(entries=[world.seat.entry], at=clock.now(), with_codes=False)[0].token


@pytest.fixture
def candidate(world: World, token: str, live_server: Any, new_context: Device) -> Candidate:
    return Candidate(world, live_server, new_context(), token)


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for something on the server."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.1)


# --- The whole way ---------------------------------------------------------------------------------------


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


# --- Networks --------------------------------------------------------------------------------------------


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


# --- Devices ---------------------------------------------------------------------------------------------


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


# --- Time ------------------------------------------------------------------------------------------------

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


# --- Hands, eyes, ears -----------------------------------------------------------------------------------


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


@pytest.mark.parametrize(("width", "size"), [(320, "elder"), (375, "standard"), (1280, "standard")])
def test_axe_finds_nothing_and_nothing_sticks_out(
    world: World, token: str, live_server: Any, new_context: Device, width: int, size: str
) -> None:
    context = new_context(viewport={"width": width, "height": 700})
    context.add_init_script(f"try {{ localStorage.setItem('text-size', '{size}') }} catch (error) {{}}")
    candidate = Candidate(world, live_server, context, token)
    page = candidate.page
    seen = []

    def look(name: str) -> None:
        axe = Axe().run(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        seen.append((name, [one["id"] for one in axe.response["violations"]], wide))

    page.goto(f"{live_server.url}/enter")
    look("enter")
    page.goto(f"{live_server.url}/t/{token}")
    look("ticket")
    page.get_by_role("button", name="是我，进入考试").click()
    look("instructions")
    page.get_by_role("link", name="先试一题（不计分）").click()
    look("try one")
    page.goto(f"{live_server.url}/my/exams")
    look("my exams")
    page.goto(f"{live_server.url}/my/sittings/{world.sitting.pk}/exam/1")
    for number in range(1, 6):
        page.locator(".question").wait_for()
        look(f"question {number}")
        if number < 5:
            page.get_by_role("button", name="下一题").click()
    if width < 1024:
        page.get_by_role("button", name=re.compile("^答题卡")).click()
        look("sheet")
    page.get_by_role("button", name="交卷", exact=True).click()
    look("submit")
    page.get_by_role("button", name="就这样交卷").click()
    page.locator(".receipt-number").wait_for()
    look("receipt")
    assert seen == [(name, [], 0) for name, _, _ in seen]


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
