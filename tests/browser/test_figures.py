"""Figures, the activity register and reports in a real browser: on a phone and a PC, for everybody."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from exams.analytics.snapshots.figure_proposals import propose_figure
from exams.analytics.snapshots.freezing import freeze_figure
from exams.analytics.snapshots.report_states import open_report
from exams.domain.annual import register_activity
from exams.domain.plans import PlanLine, save_plan_item
from exams.domain.releases import release_sitting
from exams.domain.saving import Item, save_answers
from exams.domain.submitting import submit_attempt
from exams.models import Activity, AnnualReport
from examsite.lib import clock
from examsite.people.models import Approval, Role
from tests.browser.looking import DESK, PHONE, bring_session, faults_of
from tests.exam_world import MACHINE, World, claims_of, make_world
from tests.exams.web.test_leaders import signed_in
from tests.figures_world import make_town

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@dataclass
class Place:
    """A town whose exam is over: nine sat, one never came; a report, a register, a plan."""

    world: World
    report: AnnualReport
    activity: Activity
    year: int

    def addresses(self) -> dict[str, str]:
        exam, form = self.world.exam.pk, self.world.form.pk
        snapshot = self.report.unit.snapshots.get().pk
        attempt = self.world.exam.attempts.order_by("pk").first().pk
        card = reverse("exams:card", args=[self.report.pk])
        pages = {
            "year": reverse("exams:figures"),
            "series": f"{reverse('exams:figures')}?category={self.world.exam.category_id}",
            "villages": f"{reverse('exams:rates', args=[exam])}?level=village",
            "modes": f"{reverse('exams:rates', args=[exam])}?cut=mode",
            "activities": f"{card}?measure=activity_audience&subject=activities:{self.year}",
            "coverage": f"{card}?measure=villages&subject=villages:{self.year}-12-31",
            "plan": f"{reverse('exams:plan')}?year={self.year + 1}",
            "approval": reverse("people:approval", args=[Approval.objects.get().pk]),
        }
        named = {
            "rates": [exam], "missing": [exam], "exam_forms": [exam], "form_statistics": [form],
            "externals": [exam], "externals_upload": [exam], "exam_card": [exam, "pass_rate"],
            "figure_attempt": [attempt], "snapshots": [], "snapshot": [snapshot], "definitions": [],
            "activities": [], "activity_new": [], "activities_import": [], "activity": [self.activity.pk],
            "activity_correct": [self.activity.pk], "activity_withdraw": [self.activity.pk], "reports": [],
            "report": [self.report.pk], "report_take_back": [self.report.pk], "year_totals": [],
            "plan_item_new": [],
        }  # fmt: skip
        return pages | {name: reverse(f"exams:{name}", args=args) for name, args in named.items()}


@pytest.fixture
def place() -> Place:
    cache.clear()
    town = make_town().town
    world = make_world(people=10, questions=MACHINE, unit=town)
    for number, seat in enumerate(world.seats[:9]):
        attempt = world.start(seat).attempt
        items = [
            Item(part + 1, world.slots[part], world.value(attempt.pk, part, part != number), None)
            for part in range(3)
        ]
        save_answers(claims=claims_of(attempt), items=items)
        submit_attempt(claims=claims_of(attempt), items=[], sheet_digest=None)
    now = clock.now()
    world.exam.roster_frozen_at, world.exam.roster_attested_by = now, "组织委员"
    world.exam.save()
    world.sitting.closes_at = now - timedelta(seconds=1)
    world.sitting.save()
    release_sitting(sitting=world.sitting, at=clock.now(), actor=world.officer)
    now = clock.now()
    year = world.exam.stat_year
    activity = register_activity(
        unit=town, kind="campaign", day=now.date(), place="文化广场", topic="民法典进乡村", audience=320,
        at=now, today=now.date(), actor=world.officer,
    )  # fmt: skip
    line = PlanLine("《民法典》", "东风村", 2, "3月底前", "掌握率最低")
    save_plan_item(unit=town, year=year + 1, line=line, at=now, actor=world.officer)
    freeze_figure(exam=world.exam, unit=town, measure="turnout_rate", as_of=now, at=now, actor=world.officer)
    propose_figure(exam=world.exam, unit=town, measure="pass_rate", as_of=None, at=now, actor=world.officer)
    report = open_report(unit=town, year=year, at=now, actor=world.officer)
    return Place(world, report, activity, year)


@pytest.fixture
def visit(place: Place, live_server: Any, new_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """A page of a phone whose owner has signed in."""

    def signed(client: Client) -> Page:
        context = new_context(viewport=PHONE.viewport)
        bring_session(context, live_server, client)
        return context.new_page()

    return signed


@pytest.mark.once
def test_pages_are_accessible_and_fit_a_phone(
    place: Place, live_server: Any, visit: Callable[..., Page]
) -> None:
    page = visit(signed_in(place.report.unit, Role.OFFICER))
    assert faults_of(page, live_server.url, place.addresses(), PHONE, DESK) == {}


def test_a_leader_taps_three_times_from_a_digit_to_the_answers(
    place: Place, live_server: Any, visit: Callable[..., Page]
) -> None:
    page = visit(signed_in(place.report.unit))
    page.goto(f"{live_server.url}{reverse('exams:report', args=[place.report.pk])}")
    page.get_by_role("link", name="9", exact=True).first.click()
    expect(page.locator("h1")).to_contain_text("参考人数：9")
    page.get_by_role("link", name="青城镇考生1", exact=True).click()
    expect(page.get_by_text("村民会议由本村几周岁").first).to_be_visible()


def test_an_officer_proposes_a_figure_and_the_county_freezes_it(
    place: Place, live_server: Any, visit: Callable[..., Page]
) -> None:
    page = visit(signed_in(place.report.unit, Role.OFFICER))
    page.goto(f"{live_server.url}{reverse('exams:exam_card', args=[place.world.exam.pk, 'passed'])}")
    page.get_by_role("button", name="提出冻结这个数字").click()
    expect(page.get_by_text("待第二人批准", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="提出冻结这个数字")).to_have_count(0)
    expect(page.get_by_text("须重新提出")).to_have_count(0)
    page.goto(f"{live_server.url}{reverse('exams:exam_card', args=[place.world.exam.pk, 'pass_rate'])}")
    expect(page.get_by_text("待第二人批准", exact=True)).to_be_visible()
    expect(page.get_by_text("须重新提出")).to_have_count(0)
    second = visit(signed_in(place.report.unit.parent, Role.OFFICER))
    second.goto(f"{live_server.url}{reverse('people:approvals')}")
    second.get_by_role("listitem").filter(has_text="合格人数 9").get_by_role("link").click()
    expect(second.get_by_text("10 名应考人，9 份作答")).to_be_visible()
    second.get_by_role("button", name="同意", exact=True).click()
    expect(second.get_by_text("已同意并执行。")).to_be_visible()
    page.goto(f"{live_server.url}{reverse('exams:snapshots')}")
    expect(page.get_by_role("link", name="合格人数 9")).to_be_visible()


def test_a_leader_sees_the_picture_beside_the_table(
    place: Place, live_server: Any, visit: Callable[..., Page]
) -> None:
    page = visit(signed_in(place.report.unit))
    page.goto(f"{live_server.url}{reverse('exams:rates', args=[place.world.exam.pk])}")
    expect(page.get_by_text("还差").first).to_be_visible()
    picture = page.locator("#bands img")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", True, timeout=30_000)  # drawn for the first time
    assert picture.evaluate("image => image.naturalWidth") > 0
    assert "分数段" in (picture.get_attribute("alt") or "")


def test_an_activity_is_entered_with_three_words_and_a_photograph(
    place: Place, live_server: Any, visit: Callable[..., Page]
) -> None:
    """Kind, day and unit are filled in: what is left is typed well within a minute."""
    photograph = io.BytesIO()
    Image.new("RGB", (640, 480), "green").save(photograph, "JPEG")
    page = visit(signed_in(place.report.unit, Role.OFFICER))
    page.goto(f"{live_server.url}{reverse('exams:activities')}")
    page.get_by_role("link", name="登记活动").click()
    page.get_by_label("地点").fill("东风村文化广场")
    page.get_by_label("主题").fill("反诈宣传")
    page.get_by_label("受众（人次）").fill("85")
    page.get_by_label("照片或材料").set_input_files(
        {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": photograph.getvalue()}
    )
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_text("已登记。")).to_be_visible()
    made = Activity.objects.get(topic="反诈宣传")
    assert (made.kind, made.audience, made.unit) == ("campaign", 85, place.report.unit)
    assert made.files.count() == 1
