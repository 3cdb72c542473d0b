"""Everybody has an order of items of his own: on the screen, after a reload, in what he reads afterwards."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from exams.domain.releases import release_sitting
from exams.domain.tickets import issue_tickets
from exams.models import Sitting
from examsite.lib import clock
from questionbanks.kinds.base import Choice, Question
from tests.browser.candidate import Candidate, Device
from tests.exam_world import World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
COUNT = 8
NAMES = "甲乙丙丁戊己庚辛"
CHOICES = (Choice("A", "说法一"), Choice("B", "说法二"))


@pytest.fixture
def world() -> World:
    questions = [Question("single", f"题目{name}？", CHOICES, ("B",), points=Decimal(1)) for name in NAMES]
    return make_world(people=2, questions=questions, shuffle_items=True)


def stems(page: Page) -> list[str]:
    """What stands under the numbers 1 to 8, one screen after the other."""
    found = []
    for number in range(1, COUNT + 1):
        expect(page.locator(".exam-place")).to_have_text(f"第 {number} 题 / {COUNT}")
        expect(page.locator(".question-kind")).to_contain_text(f"{number}. ")
        found.append(page.locator(".question-stem").inner_text())
        if number < COUNT:
            page.get_by_role("button", name="下一题").click()
    return found


@pytest.mark.once
def test_each_has_his_own_order_and_reads_it_again(
    world: World, live_server: Any, new_context: Device
) -> None:
    tickets = issue_tickets(entries=[seat.entry for seat in world.seats], at=clock.now(), with_codes=False)
    one, other = (Candidate(world, live_server, new_context(), ticket.token) for ticket in tickets)
    seen = stems(one.start().page)
    assert sorted(seen) == sorted(f"题目{name}？" for name in NAMES)
    assert stems(other.start().page) != seen
    one.choose("说法二")
    one.saved()
    one.page.reload()
    expect(one.page.locator(".question")).to_be_visible()
    one.go(1)
    assert stems(one.page) == seen
    expect(one.page.locator(".choice", has_text="说法二").locator("input")).to_be_checked()
    other.hand_in()
    expect(other.page.locator(".receipt-number")).to_be_visible()
    one.hand_in()
    expect(one.page.locator(".receipt-number")).to_be_visible()
    now = clock.now()
    Sitting.objects.update(opens_at=now - timedelta(hours=2), closes_at=now)
    world.sitting.refresh_from_db()
    release_sitting(sitting=world.sitting, at=now, actor=world.officer, with_keys=True)
    attempt = world.seats[0].entry.attempts.get()
    one.page.goto(f"{one.url}/my/attempts/{attempt.pk}/result")
    read = one.page.locator("h3.question-stem").all_inner_texts()
    assert read == [f"{number}．{stem}" for number, stem in enumerate(seen, 1)]
    one.page.goto(f"{one.url}/my/mistakes")
    lines = one.page.locator(".mistakes li").all_inner_texts()
    assert [re.sub(r"\s+", " ", line) for line in lines] == [
        f"第 {number} 题 · 单选题 {stem}" for number, stem in enumerate(seen[:-1], 1)
    ]
