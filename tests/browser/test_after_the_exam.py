"""Everything after handing in, in a real browser: how it looks on a phone and a PC, and by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, expect

from exams.domain.certificates import issue_certificates
from exams.domain.corrections import CorrectionSpec, correct_key
from exams.domain.keying import key_first, key_second
from exams.domain.releases import release_sitting, withhold_results
from exams.domain.reviews import answer_review, ask_review
from exams.engine.admission import admission_number
from exams.engine.keys import Method
from exams.models import (
    Attempt,
    Certificate,
    Judgement,
    KeyedSheet,
    Mark,
    MarkingTask,
    ReviewRequest,
    RosterEntry,
    Seat,
    Sitting,
    Slot,
)
from examsite.lib import clock
from examsite.lib.errors import Forbidden
from examsite.people.models import User
from tests.browser.looking import DESK, NARROW, PHONE, faults_of, follow, look, sign_in, tap
from tests.marking_world import ESSAY, MarkingWorld, make_marking_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Device = Callable[..., BrowserContext]
NUMBER = admission_number(year=2026, series=11, unit="0103", serial=27)


@pytest.fixture
def marking() -> MarkingWorld:
    """Four people, one of them on paper; the essays wait for two markers."""
    place = make_marking_world(people=4)
    for at, words in enumerate(["要及时公开，村民可以监督。", "要及时公开，村民可以监督。", "不清楚"]):
        place.hand_in(at, {0: "B", 1: words, 2: ["五", "一直干"]})
    entry = RosterEntry.objects.get(pk=place.world.seats[3].entry_id)
    entry.mode, entry.admission_number = "paper", NUMBER
    entry.save()
    place.plan(place.markers[1], place.markers[2], second_share=0)
    return place


@pytest.fixture
def released() -> MarkingWorld:
    """A released exam with keys, a correction, a certificate, a review asked and one answered."""
    place = make_marking_world(people=3, name="白水镇")
    made = [
        place.hand_in(0, {0: "B", 1: "要公开，要监督", 2: ["五", "连选连任"]}),
        place.hand_in(1, {0: "C"}),
    ]
    place.plan(place.markers[1])
    place.judge(made[0], 8, comment="第三点没有写")
    at = clock.now()
    Sitting.objects.filter(exam=place.exam).update(
        opens_at=at - timedelta(hours=3), closes_at=at - timedelta(minutes=5)
    )
    sitting = Sitting.objects.get(exam=place.exam)
    officer, second = place.world.officer, place.world.second_officer
    release_sitting(sitting=sitting, at=at, actor=officer, with_keys=True)
    slot = Slot.objects.select_related("version").get(form__exam=place.exam, code=place.world.slots[0])
    spec = CorrectionSpec(slot.version, None, Method.ACCEPT, (("C",),), (place.exam,))
    with pytest.raises(Forbidden):
        correct_key(spec=spec, reason="两种说法都对", at=at, actor=officer)
    correct_key(spec=spec, reason="同意", at=at, actor=second)
    issue_certificates(
        exam=place.exam, title="法律明白人证书", valid_years=3, day=date(2026, 11, 26), at=at, actor=officer
    )
    attempts = [
        Attempt.objects.select_related("sitting__exam", "entry__user", "exam__unit").get(pk=one.pk)
        for one in made
    ]
    essay = Slot.objects.get(form__exam=place.exam, code=place.world.slots[ESSAY])
    for slot_asked in (essay, None):
        ask_review(
            attempt=attempts[0], slot=slot_asked, text="第三点也写了", at=at, user=attempts[0].entry.user
        )
    answer_review(
        request=ReviewRequest.objects.get(slot=essay), text="没有写答复", points=None, at=at, actor=officer
    )
    withhold_results(entry=place.world.seats[2].entry, reason="核实", at=at, actor=officer)
    return place


def user_of(place: MarkingWorld, seat: int) -> User:
    return Seat.objects.get(pk=place.world.seats[seat].pk).entry.user


# --- How it looks ----------------------------------------------------------------------------------------


@pytest.mark.once
def test_the_pages_of_marking(new_context: Device, live_server: Any, marking: MarkingWorld) -> None:
    context = new_context()
    sign_in(context, live_server, marking.world.officer)
    page = context.new_page()
    exam, sitting = marking.exam.pk, marking.world.sitting.pk
    seat = marking.world.seats[3]
    sheet = key_first(
        seat=Seat.objects.select_related("entry", "form", "sitting__exam__unit").get(pk=seat.pk),
        cells={marking.world.slots[0]: "A"},
        started_at=clock.now() - timedelta(hours=1),
        submitted_at=clock.now() - timedelta(minutes=1),
        at=clock.now(),
        actor=marking.markers[0],
    )
    addresses = {
        "marking": reverse("exams:marking", args=[exam]),
        "marking-plan": reverse("exams:marking_plan", args=[exam]),
        "take-back": reverse("exams:marking_take_back", args=[exam, marking.markers[1].pk]),
        "results": reverse("exams:results", args=[exam]),
        "release": reverse("exams:release", args=[exam]),
        "sheets": reverse("exams:sheets", args=[sitting]),
        "grid": reverse("exams:sheet_key", args=[seat.pk]),
        "drop": reverse("exams:sheet_drop", args=[sheet.pk]),
    }
    assert faults_of(page, live_server.url, addresses, PHONE, DESK) == {}
    key_second(
        sheet=sheet,
        cells={marking.world.slots[0]: "B", marking.world.slots[2]: ["五", ""]},
        at=clock.now(),
        actor=marking.markers[1],
    )
    page.goto(live_server.url + reverse("exams:sheet_compare", args=[sheet.pk]))
    look(page, "compare", PHONE, DESK)
    desk = new_context()
    sign_in(desk, live_server, marking.markers[1])
    page = desk.new_page()
    page.goto(live_server.url + reverse("exams:my_marking"))
    look(page, "queues", PHONE, DESK)
    follow(page, page.get_by_role("link", name="开始评").first, PHONE, DESK)
    look(page, "mark", PHONE, DESK)


@pytest.mark.once
def test_the_pages_of_results(new_context: Device, live_server: Any, released: MarkingWorld) -> None:
    context = new_context()
    sign_in(context, live_server, released.world.officer)
    page = context.new_page()
    exam = released.exam.pk
    entry = released.world.seats[0].entry_id
    attempt = Attempt.objects.get(entry=entry).pk
    slot = Slot.objects.get(form__exam=exam, code=released.world.slots[0]).pk
    addresses = {
        "results-released": reverse("exams:results", args=[exam]),
        "release-done": reverse("exams:release", args=[exam]),
        "entry-results": reverse("exams:entry_results", args=[entry]),
        "withhold": reverse("exams:entry_withhold", args=[entry]),
        "explanation": reverse("exams:explanation", args=[attempt]),
        "reviews": reverse("exams:reviews"),
        "review": reverse("exams:review", args=[ReviewRequest.objects.get(answered_at=None).pk]),
        "corrections": reverse("exams:corrections", args=[exam]),
        "correction": reverse("exams:correction", args=[slot]),
        "certificates": reverse("exams:certificates", args=[exam]),
        "certificate-withdraw": reverse("exams:certificate_withdraw", args=[Certificate.objects.get().pk]),
    }
    assert faults_of(page, live_server.url, addresses, PHONE, DESK) == {}
    page.goto(live_server.url + addresses["correction"])
    tap(page, page.get_by_label("更换答案"), PHONE, DESK)
    tap(page, page.get_by_role("checkbox", name="D　22"), PHONE, DESK)
    page.get_by_label("理由").fill("再改")
    follow(page, page.get_by_role("button", name="看影响"), PHONE, DESK)
    look(page, "correction-preview", PHONE, DESK, there=[page.get_by_role("heading", name="影响")])


@pytest.mark.once
def test_an_explanation_is_printed_whole(
    new_context: Device, live_server: Any, released: MarkingWorld
) -> None:
    context = new_context(viewport=DESK.viewport)
    sign_in(context, live_server, released.world.officer)
    page = context.new_page()
    attempt = Attempt.objects.get(entry=released.world.seats[0].entry_id)
    page.goto(live_server.url + reverse("exams:explanation", args=[attempt.pk]))
    page.emulate_media(media="print")
    for gone in (".site-nav", ".crumbs", ".site-foot"):
        expect(page.locator(gone).first).to_be_hidden()
    number = attempt.receipts.get().number
    for there in (number, "（与回执一致）", "答案更正：增加可接受的答案", "计分的答案", "第三点没有写"):
        expect(page.get_by_text(there).first).to_be_visible()
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


@pytest.mark.once
def test_the_candidates_pages(new_context: Device, live_server: Any, released: MarkingWorld) -> None:
    sizes = (PHONE, NARROW, DESK)
    for seat, name in ((0, "passed"), (1, "failed")):
        context = new_context()
        sign_in(context, live_server, user_of(released, seat))
        page = context.new_page()
        attempt = Attempt.objects.get(entry=released.world.seats[seat].entry_id).pk
        page.goto(live_server.url + reverse("exams:result", args=[attempt]))
        look(page, f"result-{name}", *sizes)
        follow(page, page.get_by_role("link", name="申请复核", exact=True), *sizes)
        look(page, f"review-new-{name}", *sizes)
        page.goto(live_server.url + reverse("exams:my_explanation", args=[attempt]))
        look(page, f"my-explanation-{name}", *sizes)
    stranger = new_context().new_page()
    code = Certificate.objects.get().code
    stranger.goto(live_server.url + reverse("exams:verify", args=[code]))
    look(stranger, "verify", *sizes, there=[stranger.get_by_text("白*****")])
    stranger.goto(live_server.url + reverse("exams:verify", args=["ABCDEFGH"]))
    look(stranger, "verify-unknown", *sizes)


def test_a_candidate_waits_in_words(new_context: Device, live_server: Any, marking: MarkingWorld) -> None:
    context = new_context()
    sign_in(context, live_server, user_of(marking, 0))
    page = context.new_page()
    attempt = Attempt.objects.get(entry=marking.world.seats[0].entry_id)
    page.goto(live_server.url + reverse("exams:result", args=[attempt.pk]))
    expect(page.get_by_text("成绩还没有公布")).to_be_visible()
    look(page, "result-waiting")


# --- By keyboard -----------------------------------------------------------------------------------------


def test_marking_by_keyboard_alone(new_context: Device, live_server: Any, marking: MarkingWorld) -> None:
    marking.plan(marking.markers[1])  # all answers to one marker
    context = new_context(viewport=DESK.viewport)
    sign_in(context, live_server, marking.markers[1])
    page = context.new_page()
    question = MarkingTask.objects.filter(slot__code=marking.world.slots[ESSAY])[0].question
    page.goto(live_server.url + reverse("exams:mark_queue", args=[marking.exam.pk, question]))
    expect(page.locator("[data-answer]")).to_be_focused()
    twins = "要及时公开" in page.locator("[data-answer]").inner_text()
    page.keyboard.press("1")
    page.keyboard.press("2")
    expect(page.locator("[data-sum]")).to_have_text("采分点合计 7 分")
    expect(page.locator("[data-saved]")).to_have_text("草稿已保存", timeout=5000)
    assert MarkingTask.objects.filter(draft__ticks=[0, 1]).count() == 1
    page.keyboard.press("Enter")
    expect(page.locator("[data-done]")).to_have_text("2" if twins else "1")
    assert sorted(Judgement.objects.values_list("points", flat=True)) == [7] * (2 if twins else 1)
    # The next one: points typed outright, in doubt.
    page.keyboard.press("d")
    expect(page.get_by_label("存疑，交组长裁定")).to_be_checked()
    page.keyboard.press("0")
    expect(page.get_by_label("得分", exact=True)).to_have_value("0")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="这道题评完了")).to_be_visible()
    assert Judgement.objects.order_by("-id")[0].doubtful
    # Back to the last one, changed.
    follow(page, page.get_by_role("link", name="看上一份"))
    expect(page.locator("[data-answer]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="这道题评完了")).to_be_visible()


def test_a_lost_line_loses_no_mark(new_context: Device, live_server: Any, marking: MarkingWorld) -> None:
    marking.plan(marking.markers[1])
    context = new_context(viewport=DESK.viewport)
    sign_in(context, live_server, marking.markers[1])
    page = context.new_page()
    question = MarkingTask.objects.filter(slot__code=marking.world.slots[ESSAY])[0].question
    page.goto(live_server.url + reverse("exams:mark_queue", args=[marking.exam.pk, question]))
    context.set_offline(True)
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(page.get_by_text("没有网络，得分还没有保存")).to_be_visible()
    assert Judgement.objects.count() == 0
    context.set_offline(False)
    page.keyboard.press("Enter")
    expect(page.get_by_text("没有网络，得分还没有保存")).to_have_count(0)
    assert Judgement.objects.exists()


@pytest.mark.once
def test_points_out_of_range_are_said_on_the_spot(
    new_context: Device, live_server: Any, marking: MarkingWorld
) -> None:
    marking.plan(marking.markers[1])
    context = new_context(viewport=DESK.viewport)
    sign_in(context, live_server, marking.markers[1])
    page = context.new_page()
    question = MarkingTask.objects.filter(slot__code=marking.world.slots[ESSAY])[0].question
    page.goto(live_server.url + reverse("exams:mark_queue", args=[marking.exam.pk, question]))
    page.get_by_label("得分", exact=True).fill("11")
    page.keyboard.press("Enter")
    expect(page.get_by_text("得分在 0 到 10 之间")).to_be_visible()
    assert Judgement.objects.count() == 0


def test_keying_in_by_keyboard_alone(new_context: Device, live_server: Any, marking: MarkingWorld) -> None:
    Sitting.objects.update(opens_at=clock.now() - timedelta(hours=3))
    pages = []
    for clerk in (marking.world.officer, marking.world.second_officer):
        context = new_context(viewport=DESK.viewport)
        sign_in(context, live_server, clerk)
        page = context.new_page()
        page.goto(live_server.url + reverse("exams:sheets", args=[marking.world.sitting.pk]))
        expect(page.get_by_label("扫答题卡上的二维码")).to_be_focused()
        page.keyboard.type(f"{NUMBER}/A/1")
        page.keyboard.press("Enter")
        expect(page.locator("[data-kind]").first).to_be_focused()
        page.keyboard.type("c")  # corrected before going on
        page.keyboard.press("ArrowLeft")
        page.locator("[data-kind]").first.focus()
        page.keyboard.press("Backspace")
        page.keyboard.type("b")
        page.get_by_label("第2题").fill("要公开")
        page.get_by_label("第3题 第1空").fill("五")
        page.keyboard.press("Tab")
        page.keyboard.type("连选连任")
        page.keyboard.press("Enter")
        pages.append(page)
    expect(pages[0].get_by_text("初录完成")).to_be_visible()
    expect(pages[1].get_by_text("两次录入一致，已成为答卷")).to_be_visible()
    sheet = KeyedSheet.objects.get()
    assert sheet.first == sheet.second
    marks = Mark.objects.filter(attempt=sheet.attempt).order_by("slot__order")
    assert [int(one.points) for one in marks] == [2, 2]
