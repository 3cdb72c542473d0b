"""Next year's plan, and the totals of years before the site."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST, require_safe

from examsite.lib import clock
from examsite.lib.cells import XLSX
from examsite.lib.years import read_year
from examsite.people.models import Category, Role, Unit
from examsite.people.rules import holds, require, units_under, units_visible_to
from examsite.people.tree import in_tree_order
from examsite.web import Crumb, ask, download, page

from ..analytics.documents.sheets import plan_book
from ..analytics.reports.plans import proposed_plan
from ..domain import plans as domain
from ..models import PlanItem, YearTotal
from .inputs import UnitChoice
from .reports import HOLDERS

NUMBER = {"class": "input input-num", "inputmode": "numeric"}


class PlanForm(forms.Form):
    """One line of the plan."""

    law = forms.CharField(label="法律或内容", max_length=100)
    places = forms.CharField(
        label="对象（单位、人群）", max_length=300, required=False, help_text="用顿号隔开"
    )
    talks = forms.IntegerField(label="场次", min_value=1, initial=1, widget=forms.NumberInput(attrs=NUMBER))
    due = forms.CharField(label="时间", max_length=50, required=False, help_text="如：3月底前、每季度一次")
    basis = forms.CharField(label="依据", max_length=200, required=False)

    def line(self) -> domain.PlanLine:
        return domain.PlanLine(**self.cleaned_data)


class TotalForm(forms.Form):
    """The totals of a past year."""

    unit = UnitChoice(label="单位")
    category = forms.ModelChoiceField(label="人员类别", queryset=Category.objects.all(), empty_label="请选择")
    year = forms.IntegerField(label="年度", widget=forms.NumberInput(attrs=NUMBER))
    required = forms.IntegerField(label="应考人数", min_value=0, widget=forms.NumberInput(attrs=NUMBER))
    taken = forms.IntegerField(label="参考人数", min_value=0, widget=forms.NumberInput(attrs=NUMBER))
    passed = forms.IntegerField(label="合格人数", min_value=0, widget=forms.NumberInput(attrs=NUMBER))
    main_taken = forms.IntegerField(
        label="正考参考人数", min_value=0, required=False, widget=forms.NumberInput(attrs=NUMBER)
    )
    first_passed = forms.IntegerField(
        label="首考合格人数", min_value=0, required=False, widget=forms.NumberInput(attrs=NUMBER)
    )
    source = forms.CharField(label="依据", max_length=200, help_text="如：2021年度报告第3页")


# --- The plan ----------------------------------------------------------------------------------------------


@page
@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """The plan of a unit and year."""
    unit, units = _unit(request)
    year = _year(request)
    items = PlanItem.objects.filter(unit=unit, year=year)
    return render(
        request,
        "exams/reports/plan.html",
        {
            "unit": unit,
            "units": units,
            "year": year,
            "items": items,
            "talks": sum(item.talks for item in items),
            "may_write": holds(request.user, unit, Role.OFFICER),
        },
    )


def _unit(request: HttpRequest) -> tuple[Unit, list[tuple[Unit, int]]]:
    """The unit of the address, else the topmost, and those to choose from. 404 where there is none."""
    units = in_tree_order(units_visible_to(request.user).filter(kind__in=HOLDERS))
    wanted = request.GET.get("unit") or request.POST.get("unit", "")
    found = [unit for unit, _ in units if wanted in ("", str(unit.pk))]
    if not found:
        raise Http404
    return found[0], units


def _year(request: HttpRequest) -> int:
    asked = read_year(request.GET.get("year") or request.POST.get("year", ""))
    return asked or localdate(clock.now()).year + 1


def _address(unit: Unit, year: int) -> str:
    return f"{reverse('exams:plan')}?unit={unit.pk}&year={year}"


def _crumb(unit: Unit, year: int) -> Crumb:
    return (f"{year}年普法计划", _address(unit, year))


@page
@require_safe
def plan_workbook(request: HttpRequest) -> HttpResponse:
    """The plan as a workbook."""
    unit, _ = _unit(request)
    year = _year(request)
    items = list(PlanItem.objects.filter(unit=unit, year=year))
    return download(plan_book(items), f"plan-{year}.xlsx", XLSX)


@page
@require_POST
def plan_draft(request: HttpRequest) -> HttpResponse:
    """Draft the plan from what was known least in the year before."""
    unit, _ = _unit(request)
    require(request.user, unit, Role.OFFICER)
    year, at = _year(request), clock.now()
    lines = proposed_plan(unit, year - 1, at=at)
    made = domain.draft_plan(unit=unit, year=year, lines=lines, at=at, actor=request.user)
    messages.success(request, f"已按{year - 1}年的掌握率起草 {len(made)} 条，请逐条核对修改。")
    return redirect(_address(unit, year))


@page
def plan_item_new(request: HttpRequest) -> HttpResponse:
    """Add a line."""
    unit, _ = _unit(request)
    require(request.user, unit, Role.OFFICER)
    year = _year(request)
    form = PlanForm(request.POST or None)

    def do(data: dict[str, Any]) -> str:
        domain.save_plan_item(unit=unit, year=year, line=form.line(), at=clock.now(), actor=request.user)
        return _address(unit, year)

    return ask(
        request, form, do,
        heading="添加一条计划", submit_label="添加", cancel_url=_address(unit, year), done="已添加。",
        crumbs=[_crumb(unit, year)],
    )  # fmt: skip


def _item(request: HttpRequest, key: UUID | int) -> PlanItem:
    units = units_under(request.user, Role.OFFICER)
    return get_object_or_404(PlanItem.objects.select_related("unit"), pk=key, unit__in=units)


@page
def plan_item(request: HttpRequest, item: int) -> HttpResponse:
    """Change a line."""
    found = _item(request, item)
    fields = domain.PlanLine.__dataclass_fields__
    form = PlanForm(request.POST or None, initial={name: getattr(found, name) for name in fields})
    target = _address(found.unit, found.year)

    def do(data: dict[str, Any]) -> str:
        domain.save_plan_item(
            unit=found.unit, year=found.year, line=form.line(), at=clock.now(), actor=request.user, item=found
        )
        return target

    return ask(
        request, form, do,
        heading="修改计划", submit_label="保存", cancel_url=target, done="已保存。",
        crumbs=[_crumb(found.unit, found.year)],
    )  # fmt: skip


@page
@require_POST
def plan_item_drop(request: HttpRequest, item: int) -> HttpResponse:
    """Take a line out."""
    found = _item(request, item)
    target = _address(found.unit, found.year)
    domain.drop_plan_item(item=found, at=clock.now(), actor=request.user)
    messages.success(request, "已删去。")
    return redirect(target)


# --- Past years --------------------------------------------------------------------------------------------


@page
def year_totals(request: HttpRequest) -> HttpResponse:
    """Totals of years before the site, and a form to enter one."""
    units = units_under(request.user, Role.OFFICER).filter(kind__in=HOLDERS)
    form = TotalForm(request.POST or None)
    form.fields["unit"].offer(units)
    target = reverse("exams:year_totals")

    def do(data: dict[str, Any]) -> str:
        at = clock.now()
        totals = domain.Totals(**{name: data[name] for name in domain.Totals.__dataclass_fields__})
        domain.enter_year_total(
            unit=data["unit"], category=data["category"], year=data["year"], totals=totals,
            source=data["source"], at=at, this_year=localdate(at).year, actor=request.user,
        )  # fmt: skip
        return target

    if request.method == "POST":
        return ask(
            request, form, do, heading="登记往年合计", submit_label="登记", cancel_url=target, done="已登记。"
        )
    rows = YearTotal.objects.filter(unit__in=units_visible_to(request.user)).select_related(
        "unit", "category"
    )
    context = {"rows": rows.order_by("-year"), "form": form if units else None}
    return render(request, "exams/reports/year_totals.html", context)


@page
@require_POST
def year_total_drop(request: HttpRequest, total: int) -> HttpResponse:
    """Take a past year's totals away."""
    units = units_under(request.user, Role.OFFICER)
    found = get_object_or_404(YearTotal.objects.select_related("unit"), pk=total, unit__in=units)
    domain.drop_year_total(total=found, at=clock.now(), actor=request.user)
    messages.success(request, "已删去。")
    return redirect("exams:year_totals")
