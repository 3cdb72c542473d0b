"""Next year's plan (普法计划), drafted from what people knew least; and totals of years before the site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.audit import record
from examsite.people.models import Category, Unit, User

from ..models import PlanItem, YearTotal

MOST_TALKS = 200
MOST_ITEMS = 100


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line of a plan: a law or theme, for whom, how many talks, by when, on what grounds."""

    law: str
    places: str
    talks: int
    due: str = ""
    basis: str = ""


_LENGTHS = (
    ("law", "法律或内容", 100),
    ("places", "对象", 300),
    ("due", "时间", 50),
    ("basis", "依据", 200),
)


def _check(line: PlanLine) -> None:
    if not line.law.strip():
        raise Invalid("law", "请填写法律或内容。")
    if not 1 <= line.talks <= MOST_TALKS:
        raise Invalid("talks", f"场次请填 1 到 {MOST_TALKS}。")
    for name, label, most in _LENGTHS:
        if len(getattr(line, name)) > most:
            raise Invalid("long", f"{label}请控制在{most}字以内。")


@transaction.atomic
def draft_plan(
    *, unit: Unit, year: int, lines: Sequence[PlanLine], at: datetime, actor: User
) -> list[PlanItem]:
    """Write a first plan of a year. Raises Conflict where there is one, Invalid for nothing to plan."""
    if PlanItem.objects.filter(unit=unit, year=year).exists():
        raise Conflict("exists", f"{year}年已有计划，请在原计划上修改。")
    if not lines:
        raise Invalid("empty", "还没有可作依据的掌握率：成绩公布、满5人20次作答后再起草，或自己逐条添加。")
    for line in lines:
        _check(line)
    items = [
        PlanItem(
            unit=unit, year=year, order=order, law=line.law, places=line.places, talks=line.talks,
            due=line.due, basis=line.basis,
        )
        for order, line in enumerate(lines, 1)
    ]  # fmt: skip
    PlanItem.objects.bulk_create(items)
    record(
        action="plan.draft",
        target=unit,
        at=at,
        actor=actor,
        unit=unit,
        after={"year": year, "lines": len(items)},
    )
    return items


@transaction.atomic
def save_plan_item(
    *, unit: Unit, year: int, line: PlanLine, at: datetime, actor: User, item: PlanItem | None = None
) -> PlanItem:
    """Add a line to a plan, or change one."""
    _check(line)
    if item is None:
        count = PlanItem.objects.filter(unit=unit, year=year).count()
        if count >= MOST_ITEMS:
            raise Conflict("many", f"一年最多{MOST_ITEMS}条计划。")
        item = PlanItem(unit=unit, year=year, order=count + 1)
    item.law, item.places, item.talks = line.law.strip(), line.places.strip(), line.talks
    item.due, item.basis = line.due.strip(), line.basis.strip()
    item.save()
    record(
        action="plan.save", target=item, at=at, actor=actor, unit=unit,
        after={"year": year, "law": item.law, "talks": item.talks},
    )  # fmt: skip
    return item


@transaction.atomic
def drop_plan_item(*, item: PlanItem, at: datetime, actor: User) -> None:
    """Take a line out of a plan."""
    record(
        action="plan.drop", target=item, at=at, actor=actor, unit=item.unit,
        before={"year": item.year, "law": item.law},
    )  # fmt: skip
    item.delete()


@dataclass(frozen=True, slots=True)
class Totals:
    """What a past year came to. First-attempt numbers where they are known."""

    required: int
    taken: int
    passed: int
    main_taken: int | None = None
    first_passed: int | None = None


@transaction.atomic
def enter_year_total(
    *,
    unit: Unit,
    category: Category,
    year: int,
    totals: Totals,
    source: str,
    at: datetime,
    this_year: int,
    actor: User,
) -> YearTotal:
    """Enter the totals of a year from older records, with their source; once a year and category.

    Raises Invalid for numbers that contradict each other, Conflict for a year that is there already.
    """
    if not 2000 <= year < this_year:
        raise Invalid("year", "往年合计只登记今年以前的年度。")
    if not source.strip():
        raise Invalid("source", "请写明依据，如“2021年度报告第3页”。")
    if not 0 <= totals.passed <= totals.taken <= totals.required:
        raise Invalid("order", "合格人数不能多于参考人数，参考人数不能多于应考人数。")
    first, main = totals.first_passed, totals.main_taken
    if (first is None) is not (main is None):
        raise Invalid("first", "正考参考和首考合格要么都填，要么都不填。")
    if first is not None and main is not None and not 0 <= first <= main <= totals.taken:
        raise Invalid("first", "首考合格不能多于正考参考，正考参考不能多于参考人数。")
    try:
        with transaction.atomic():
            made = YearTotal.objects.create(
                unit=unit, category=category, year=year, required=totals.required, taken=totals.taken,
                passed=totals.passed, main_taken=main, first_passed=first, source=source.strip()[:200],
                entered_by=actor, entered_at=at,
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict("double", f"{unit}{year}年“{category}”的合计已经登记过。") from error
    record(
        action="year_total.enter", target=made, at=at, actor=actor, unit=unit,
        after={"year": year, "required": totals.required, "taken": totals.taken, "passed": totals.passed},
    )  # fmt: skip
    return made


@transaction.atomic
def drop_year_total(*, total: YearTotal, at: datetime, actor: User) -> None:
    """Take a past year's totals away, to enter them rightly."""
    record(
        action="year_total.drop", target=total, at=at, actor=actor, unit=total.unit,
        before={"year": total.year, "required": total.required, "taken": total.taken, "passed": total.passed},
    )  # fmt: skip
    total.delete()
