"""The card behind a digit: of the moment of the report, and on to whoever is counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from exams.analytics.snapshots.report_states import open_report
from exams.domain.annual import register_activity, withdraw_activity
from exams.domain.plans import PlanLine, Totals, enter_year_total, save_plan_item
from exams.domain.releases import release_sitting
from exams.domain.saving import Item, save_answers
from exams.domain.submitting import submit_attempt
from exams.models import AnnualReport
from examsite.lib import clock
from examsite.people.models import Category, Role
from questionbanks.models import Edition, ItemCitation, Law
from tests.exam_world import MACHINE, World, claims_of, make_user, make_world
from tests.exams.web.test_leaders import page, signed_in
from tests.exams.web.test_report_pages import frozen, links, year_of
from tests.figures_world import LATER, ExamWorld, Town, make_town

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_cache():
    cache.clear()


def report_of(world: ExamWorld, unit=None) -> AnnualReport:
    unit = unit or world.town.town
    return open_report(unit=unit, year=2022, at=LATER, actor=make_user("拟稿人"))


def card(client: Client, report: AnnualReport, subject: str, measure: str) -> str:
    address = reverse("exams:card", args=[report.pk])
    reply = client.get(address, {"subject": subject, "measure": measure})
    assert reply.status_code == 200
    return reply.content.decode()


@pytest.mark.parametrize(
    ("subject", "measure", "shown"),
    [
        ("activities:2022:campaign", "activity_count", "普法活动次数：1"),
        ("activities:2022", "activity_audience", "普法受众：300"),
        ("villages:2022-12-31", "villages", "行政村数：4"),
        ("villages:2022-12-31", "village_coverage", "法律明白人覆盖率：0%"),
        ("year:2022", "year_attempts", "法律明白人考试"),
        ("units", "units_low_turnout", "法律明白人考试"),
    ],
)
def test_a_card_says_its_number(subject, measure, shown):
    world = year_of(make_town())
    assert shown in card(signed_in(world.town.town), report_of(world), subject, measure)


def test_the_card_of_a_frozen_report_is_of_its_moment():
    world = year_of(make_town())
    client = signed_in(world.town.town, Role.OFFICER)
    report = frozen(world, client)
    later = clock.now()
    register_activity(
        unit=world.town.town, kind="campaign", day=date(2022, 6, 1), place="广场", topic="补登",
        audience=50, at=later, today=later.date(), actor=None,
    )  # fmt: skip
    assert "普法受众：300" in card(client, report, "activities:2022", "activity_audience")
    first = world.town.town.activities.order_by("created_at").first()
    withdraw_activity(activity=first, reason="重复", at=clock.now(), actor=make_user("考务"))
    assert "普法受众：300" in card(client, report, "activities:2022", "activity_audience")


@pytest.mark.parametrize(
    ("subject", "measure"),
    [
        ("topic:《宪法》", "mastery"),
        ("topic:《宪法》@exam:x", "mastery"),
        ("topic:《宪法》@year:2022", "mastery"),
        ("exams:law-wise:没有这种考试", "passed"),
        ("nothing:1", "passed"),
    ],
)
def test_a_strange_subject_is_not_found(subject, measure):
    world = year_of(make_town())
    address = reverse("exams:card", args=[report_of(world).pk])
    reply = signed_in(world.town.town).get(address, {"subject": subject, "measure": measure})
    assert reply.status_code == 404


# --- Laws: to the people and their answers ---------------------------------------------------------------


def sat(people: int = 20) -> World:
    """Everybody answers the first question right and the others wrong; two laws; the results are out."""
    world = make_world(people=people, questions=MACHINE, unit=make_town().town)
    slots = list(world.form.slots.order_by("order"))
    for name, slot in (("宪法", slots[0]), ("民法典", slots[1])):
        law = Law.objects.create(title=name, short=name)
        edition = Edition.objects.create(law=law, adopted_on="2020-01-01")
        ItemCitation.objects.create(version=slot.version, edition=edition, article="第一条")
    for seat in world.seats:
        attempt = world.start(seat).attempt
        items = [
            Item(place + 1, world.slots[place], world.value(attempt.pk, place, place == 0), None)
            for place in range(3)
        ]
        save_answers(claims=claims_of(attempt), items=items)
        submit_attempt(claims=claims_of(attempt), items=[], sheet_digest=None)
    world.exam.roster_frozen_at = clock.now()
    world.exam.save()
    world.sitting.closes_at = clock.now() - timedelta(seconds=1)
    world.sitting.save()
    release_sitting(sitting=world.sitting, at=clock.now(), actor=world.officer)
    return world


@pytest.mark.django_db(transaction=True)
def test_from_a_rate_of_a_law_to_an_answer():
    world = sat()
    client = signed_in(world.town)
    report = open_report(unit=world.town, year=world.exam.stat_year, at=clock.now(), actor=world.officer)
    text = page(client, "report", report.pk)
    assert "对《宪法》掌握较好（掌握率" in text
    first = [one for one in links(text) if "topic%3A" in one]
    assert len(first) == 2
    shown = client.get(first[0]).content.decode()
    assert "《宪法》知识点掌握率：100%" in shown
    second = [one for one in links(shown) if "/figures/attempts/" in one]
    assert "村民会议由本村几周岁" in client.get(second[0]).content.decode()


# --- A county: the same exam in several towns --------------------------------------------------------------


def county() -> tuple[Town, Town]:
    """Two towns with an exam of one name: 30 of 30 and 20 of 25 passed; last year 24 of 30 and 20 of 25."""
    first = make_town()
    second = make_town("白水镇", county=first.county)
    for town, passed, listed in ((first, 30, 30), (second, 20, 25)):
        world = ExamWorld(town, title=f"{town.town}考试")
        world.people(passed, 80)
        world.people(listed - passed, 50)
    return first, second


def test_towns_with_the_same_exam_are_one_sentence_of_the_county():
    first, second = county()
    client = signed_in(first.county, Role.OFFICER)
    report = report_of(ExamWorld(first, title="未发布", published_at=None), first.county)
    text = page(client, "report", report.pk)
    digits = [one for one in links(text) if "exams%3Alaw-wise" in one and "measure=pass_rate" in one]
    shown = client.get(digits[0]).content.decode()
    assert "合格率：90.91%" in shown
    assert "50 ÷ 55" in shown
    each = [one for one in links(shown) if one.endswith("/cards/pass_rate")]
    assert [client.get(one).status_code for one in each] == [200, 200]
    assert "读者分不清" not in text
    assert "附表2 分单位情况（“法律明白人”学法考试）" in text
    assert second.town.name in text


def test_every_digit_of_a_county_leads_somewhere():
    first, _ = county()
    client = signed_in(first.county, Role.OFFICER)
    exam = ExamWorld(first, title="村干部考试", label="村干部考试", audience_label="村干部")
    exam.people(9, 80)
    text = page(client, "report", report_of(exam, first.county).pk)
    cards = sorted({one for one in links(text) if "/card?" in one})
    assert len(cards) > 8
    assert {client.get(one).status_code for one in cards} == {200}


def test_two_exams_of_one_town_stay_apart():
    town = make_town()
    for title in ("第一次", "第二次"):
        ExamWorld(town, title=title).people(9, 80)
    world = ExamWorld(town, title="未发布", published_at=None)
    assert "读者分不清" in page(signed_in(town.town, Role.OFFICER), "report", report_of(world).pk)


# --- Older records and the plan -----------------------------------------------------------------------------


def test_older_totals_are_behind_their_digit():
    world = year_of(make_town())
    enter_year_total(
        unit=world.town.town,
        category=Category.objects.get(code="law-wise"),
        year=2021,
        totals=Totals(required=90, taken=80, passed=70, main_taken=80, first_passed=60),
        source="2021年度报告第3页",
        at=LATER,
        this_year=2023,
        actor=make_user("考务"),
    )
    client = signed_in(world.town.town)
    text = page(client, "report", report_of(world).pk)
    assert "与上年相比" in text
    before = [one for one in links(text) if "last_year" in one]
    assert "2021年度报告第3页" in client.get(before[0]).content.decode()


def test_the_plan_is_printed_with_the_report():
    world = year_of(make_town())
    save_plan_item(
        unit=world.town.town, year=2023, line=PlanLine("《民法典》", "东风村", 2, "3月底前", ""),
        at=datetime(2023, 1, 5, tzinfo=UTC), actor=make_user("考务"),
    )  # fmt: skip
    text = page(signed_in(world.town.town), "report", report_of(world).pk)
    assert "附表9 2023年普法计划" in text
    assert "针对《民法典》（东风村）组织专题宣讲2场" in text
