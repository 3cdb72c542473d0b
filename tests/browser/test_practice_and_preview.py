"""Practice, mistakes, the preview of a form and the notes beside results in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from exams.domain.releases import release_sitting
from exams.models import Attempt, Presence, Sitting
from examsite.lib import clock
from questionbanks.domain.banks import open_practice
from questionbanks.domain.items import create_items
from questionbanks.kinds.base import Blanks, Choice, ModelAnswer, Question
from questionbanks.models import Article, Bank, Edition, ItemCitation, ItemState, Law
from tests.browser.looking import DESK, NARROW, PHONE, Size, follow, look, sign_in, tap
from tests.exam_world import MACHINE
from tests.marking_world import MarkingWorld, make_marking_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Device = Callable[..., BrowserContext]
SIZES = (PHONE, NARROW, DESK)
CHOICES = tuple(Choice(label, f"征地补偿费的使用、分配方案第{label}种") for label in "ABCD")
OPEN = [
    Question("single", "没有考过的单选题？", CHOICES, ("C",), rationale="条文写明了第三种。"),
    Question("multiple", "没有考过的多选题？", CHOICES, ("A", "C"), rationale="两种都对。"),
    Question("true_false", "没有考过的判断题。", key=False, rationale="不对。"),
    Question("fill_blank", "村民委员会每届任期____年。", key=Blanks((("五", "5"),))),
    Question("short_answer", "谈谈村务公开。", key=ModelAnswer("公开、监督、答复")),
    Question(
        "case_group",
        "张某与李某相邻，因宅基地边界起了纠纷。",
        parts=(Question("true_false", "可以申请人民调解。", key=True),),
    ),
]


@pytest.fixture
def place() -> MarkingWorld:
    """A released exam with mistakes; a bank that is open for practice; one item cites an article."""
    place = make_marking_world(people=2, questions=MACHINE)
    bank = Bank.objects.get(unit=place.world.town)
    now = clock.now()
    items = create_items(bank=bank, questions=OPEN, at=now, actor=None, state=ItemState.APPROVED)
    law = Law.objects.create(title="中华人民共和国村民委员会组织法", short="村民委员会组织法")
    edition = Edition.objects.create(law=law, adopted_on="2018-12-29")
    text = "涉及村民利益的下列事项，经村民会议讨论决定方可办理：" + "征地补偿费的使用、分配方案；" * 6
    Article.objects.create(edition=edition, label="第二十四条", order=24, text=text)
    ItemCitation.objects.create(version=items[0].current, edition=edition, article="第二十四条")
    open_practice(bank=bank, at=now, actor=place.world.officer)
    for seat in (0, 1):
        place.hand_in(seat, {0: "A"})
    Presence.objects.update(hidden_count=2, hidden_ms=95_000, browser="one phone")
    Sitting.objects.filter(exam=place.exam).update(
        opens_at=now - timedelta(hours=3), closes_at=now - timedelta(seconds=1)
    )
    place.world.sitting.refresh_from_db()
    release_sitting(sitting=place.world.sitting, at=clock.now(), actor=place.world.officer, with_keys=True)
    return place


def browse(new_context: Device, live_server: Any, user: Any, size: Size = PHONE) -> Page:
    context = new_context(viewport=size.viewport)
    sign_in(context, live_server, user)
    return context.new_page()


@pytest.mark.once
def test_practising_looks_right(new_context: Device, live_server: Any, place: MarkingWorld) -> None:
    page = browse(new_context, live_server, place.world.user)

    def see(name: str, *there: str) -> None:
        look(page, name, *SIZES, there=[page.get_by_text(one).first for one in there])

    def press(name: str, role: Any = "button") -> None:
        follow(page, page.get_by_role(role, name=name), *SIZES)

    page.goto(f"{live_server.url}/my/exams")
    press("练习（自愿，不计入考核）", "link")
    see("practice")
    press("练这个题库", "link")
    see("practice-bank")
    press("《村民委员会组织法》", "link")
    see("practice-question", "第 1 题 / 1")
    tap(page, page.locator(".choice", has_text="第A种"), *SIZES)
    press("看看对不对")
    see("practice-answer", "没答对", "村民委员会组织法》第二十四条")
    press("结束练习", "link")
    press("全部题目", "link")
    for number in range(1, 10):
        kind = page.locator(".question-kind").inner_text()[1:4]
        see(f"practice-all-{kind}", f"第 {number} 题 / 9")
        press("不会，直接看答案")
        see(f"practice-shown-{number}", "参考答案")
        if number < 9:
            press("下一题", "link")
    page.goto(f"{live_server.url}/my/mistakes")
    see("mistakes")
    press("从第一道开始重做", "link")
    see("mistake")
    press("不会，直接看答案")
    see("mistake-answer", "考试时您的答案")
    assert Attempt.objects.count() == 2


def test_practising_works_without_script(new_context: Device, live_server: Any, place: MarkingWorld) -> None:
    context = new_context(java_script_enabled=False)
    sign_in(context, live_server, place.world.user)
    page = context.new_page()
    page.goto(f"{live_server.url}/my/practice")
    page.get_by_role("link", name="练这个题库").click()
    page.get_by_role("link", name="《村民委员会组织法》").click()
    page.get_by_role("button", name="看看对不对").click()
    expect(page.get_by_text("请先作答")).to_be_visible()
    page.get_by_role("radio", name="第C种").check(force=True)
    page.get_by_role("button", name="看看对不对").click()
    expect(page.get_by_text("答对了")).to_be_visible()


@pytest.mark.once
def test_the_notes_beside_results_look_right(
    new_context: Device, live_server: Any, place: MarkingWorld
) -> None:
    page = browse(new_context, live_server, place.world.officer)
    entry = place.world.seats[0].entry
    attempt = Attempt.objects.get(entry=entry)
    for name, address, words in (
        ("notes", f"/office/exams/{place.exam.pk}/notes", "平均每题不到3秒"),
        ("notes-entry", f"/office/entries/{entry.pk}/results", "离开页面2次，共1分35秒"),
        ("notes-explanation", f"/office/attempts/{attempt.pk}/explanation", "核对提示"),
        ("notes-board", f"/watch/attempts/{attempt.pk}", "平均每题不到3秒"),
        ("bank-practice", f"/banks/{Bank.objects.get(unit=place.world.town).pk}/practice", "停止练习"),
    ):
        page.goto(live_server.url + address)
        look(page, name, PHONE, DESK, there=[page.get_by_text(words).first])


@pytest.mark.once
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_form_is_tried_as_a_candidate_would(
    new_context: Device, live_server: Any, place: MarkingWorld, size: Size
) -> None:
    page = browse(new_context, live_server, place.world.officer, size)
    page.goto(f"{live_server.url}/office/forms/{place.world.form.pk}/preview")
    phone = page.frame_locator("iframe").first
    expect(phone.locator(".question-stem")).to_contain_text("村民会议")
    expect(page.frame_locator("iframe").nth(1).locator(".exam-title")).to_be_visible()
    phone.locator(".choice").first.click()
    expect(phone.locator(".save-line")).to_have_text(re.compile("✓ 已保存"))
    look(page, "preview")
    phone.get_by_role("button", name=re.compile("^答题卡")).click()
    phone.get_by_role("button", name="交卷", exact=True).click()
    phone.get_by_role("button", name="就这样交卷").click()
    expect(phone.locator(".receipt-number")).to_have_text("预览")
    phone.get_by_role("link", name="回到我的考试").click()
    expect(phone.locator(".question-stem")).to_contain_text("村民会议")
    assert Attempt.objects.count() == 2
