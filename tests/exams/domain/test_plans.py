"""Next year's plan and the totals of past years: what is let in, what is refused."""

from __future__ import annotations

import pytest

from exams.analytics.reports.years import series_points
from exams.domain.plans import (
    MOST_TALKS,
    PlanLine,
    Totals,
    draft_plan,
    drop_plan_item,
    drop_year_total,
    enter_year_total,
    save_plan_item,
)
from exams.models import PlanItem, YearTotal
from examsite.lib.errors import DomainError
from examsite.people.models import AuditRecord
from tests.exam_world import make_user
from tests.figures_world import LATER, ExamWorld, make_town

pytestmark = pytest.mark.django_db
LINE = PlanLine("《民法典》", "东风村、石桥村", 2, "每季度一次", "掌握率58%")


def test_a_plan_is_drafted_once_and_changed_line_by_line():
    town, actor = make_town().town, make_user("考务")
    drafted = draft_plan(unit=town, year=2023, lines=[LINE], at=LATER, actor=actor)
    with pytest.raises(DomainError) as refused:
        draft_plan(unit=town, year=2023, lines=[LINE], at=LATER, actor=actor)
    assert refused.value.code == "exists"
    added = save_plan_item(unit=town, year=2023, line=LINE, at=LATER, actor=actor)
    assert added.order == 2
    save_plan_item(
        unit=town, year=2023, line=PlanLine("《宪法》", "全镇", 3), at=LATER, actor=actor, item=drafted[0]
    )
    assert PlanItem.objects.get(order=1).law == "《宪法》"
    drop_plan_item(item=added, at=LATER, actor=actor)
    assert PlanItem.objects.count() == 1
    actions = AuditRecord.objects.filter(action__startswith="plan.").order_by("pk")
    assert list(actions.values_list("action", flat=True)) == [
        "plan.draft", "plan.save", "plan.save", "plan.drop",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (PlanLine(" ", "全镇", 1), "law"),
        (PlanLine("宪法", "全镇", 0), "talks"),
        (PlanLine("宪法", "全镇", MOST_TALKS + 1), "talks"),
        (PlanLine("宪" * 101, "全镇", 1), "long"),
        (PlanLine("宪法", "村" * 301, 1), "long"),
    ],
)
def test_a_line_that_is_none_is_refused(line, code):
    with pytest.raises(DomainError) as refused:
        save_plan_item(unit=make_town().town, year=2023, line=line, at=LATER, actor=make_user("考务"))
    assert refused.value.code == code
    assert PlanItem.objects.count() == 0


def entered(world: ExamWorld, year: int = 2021, totals: Totals | None = None, **changes: object) -> YearTotal:
    fields = {
        "unit": world.town.town, "category": world.exam.category, "year": year,
        "totals": totals or Totals(100, 98, 90, 96, 80), "source": "2021年度报告第3页", "at": LATER,
        "this_year": 2023, "actor": make_user("考务"),
    }  # fmt: skip
    return enter_year_total(**(fields | changes))


def test_past_totals_join_the_years_and_say_where_they_are_from():
    world = ExamWorld(make_town())
    world.people(10, 80)
    total = entered(world)
    older, newer = series_points(world.town.town, [world.exam], at=LATER)
    assert (older.year, older.source, older.required) == (2021, "往年合计：2021年度报告第3页", 100)
    assert older.cells["pass_rate"].text() == "91.84%"
    assert older.cells["first_pass_rate"].text() == "83.33%"
    assert newer.cells["pass_rate"].text() == "100%"
    drop_year_total(total=total, at=LATER, actor=make_user("考务"))
    assert [point.year for point in series_points(world.town.town, [world.exam], at=LATER)] == [2022]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"year": 2023}, "year"),
        ({"year": 1999}, "year"),
        ({"source": " "}, "source"),
        ({"totals": Totals(100, 101, 90)}, "order"),
        ({"totals": Totals(100, 98, 99)}, "order"),
        ({"totals": Totals(100, 98, -1)}, "order"),
        ({"totals": Totals(100, 98, 90, 96, None)}, "first"),
        ({"totals": Totals(100, 98, 90, 99, 80)}, "first"),
        ({"totals": Totals(100, 98, 90, 80, 81)}, "first"),
    ],
)
def test_totals_that_contradict_each_other_are_refused(changes, code):
    with pytest.raises(DomainError) as refused:
        entered(ExamWorld(make_town()), **changes)
    assert refused.value.code == code
    assert YearTotal.objects.count() == 0


def test_a_year_is_entered_once():
    world = ExamWorld(make_town())
    entered(world)
    with pytest.raises(DomainError) as refused:
        entered(world)
    assert refused.value.code == "double"
