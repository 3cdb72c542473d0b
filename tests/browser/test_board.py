"""The invigilator's board in a real browser: it keeps itself fresh, and everybody can use it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from exams.domain.saving import Item, save_answers
from exams.models import Attempt, Presence
from examsite.lib import clock
from tests.browser.looking import DESK, NARROW, PHONE, faults_of, sign_in
from tests.exam_world import MACHINE, World, age, claims_of, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    return make_world(questions=MACHINE, people=3)


@pytest.fixture
def page(world: World, live_server: Any, new_context: Callable[..., BrowserContext]) -> Page:
    """The officer's browser, signed in."""
    context = new_context(viewport=DESK.viewport)
    sign_in(context, live_server, world.officer)
    return context.new_page()


def test_a_phone_that_falls_silent_appears_by_itself(world: World, page: Page, live_server: Any) -> None:
    page.goto(f"{live_server.url}/watch/sittings/{world.sitting.pk}")
    expect(page.get_by_text("现在没有要处理的")).to_be_visible()
    world.start()
    Presence.objects.update(seen_at=clock.now() - timedelta(minutes=6))
    expect(page.get_by_text("掉线 6 分钟")).to_be_visible(timeout=12_000)
    page.get_by_role("link", name=re.compile("^处理")).click()
    page.get_by_label("分钟", exact=True).fill("5")
    page.get_by_label("理由").first.fill("停电")
    page.get_by_role("button", name="加时", exact=True).click()
    expect(page.get_by_text("已给青城镇考生1加时5分钟。")).to_be_visible()
    assert Attempt.objects.get().due_at > clock.now() + timedelta(minutes=64)


@pytest.mark.once
def test_axe_finds_nothing_and_nothing_sticks_out_on_the_invigilators_pages(
    world: World, page: Page, live_server: Any
) -> None:
    silent, waiting, late = (world.start(seat, device=f"tab-{seat.number}").attempt for seat in world.seats)
    Presence.objects.filter(attempt=silent).update(seen_at=clock.now() - timedelta(minutes=6))
    Attempt.objects.filter(pk=waiting.pk).update(waiting_device="tab-9")
    age(late, 3600 + 240)
    save_answers(claims=claims_of(late), items=[Item(1, world.slots[2], True, None)])
    addresses = [
        "watch/",
        f"watch/sittings/{world.sitting.pk}",
        f"watch/sittings/{world.sitting.pk}?show=all",
        f"watch/sittings/{world.sitting.pk}/late",
        f"watch/attempts/{silent.pk}",
        f"watch/attempts/{waiting.pk}",
        f"watch/attempts/{late.pk}",
    ]
    named = {address: f"/{address}" for address in addresses}
    assert faults_of(page, live_server.url, named, NARROW, PHONE, DESK) == {}
