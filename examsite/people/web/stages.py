"""Pages of the 法律明白人: coverage of the villages, one person's way, many at once."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate

from examsite.lib import clock
from examsite.lib.errors import Forbidden, Invalid
from examsite.lib.percent import format_rate
from examsite.web import act_on, ask, page

from ..domain.stages import (
    ENOUGH,
    FOLLOWS,
    change_stage,
    change_stages,
    coverage_on,
    people_at,
    register_many,
    stage_of,
    unregistered,
)
from ..models import LawWiseStage, Role, Source, Stage, Unit, UnitKind, User
from ..rules import holds, people_managed_by, units_visible_to, villages_managed_by
from ..tree import full_names, in_tree_order
from .forms import FirstStageForm, StageForm, StagesForm
from .persons import crumbs

PAGE_SIZE = 200


def _day(request: HttpRequest) -> date:
    try:
        return parse_date(request.GET.get("on", "")) or localdate(clock.now())
    except ValueError:
        return localdate(clock.now())


def _unit(request: HttpRequest) -> Unit | None:
    """The unit asked for, else the topmost that the asker may look at."""
    visible = units_visible_to(request.user)
    if key := request.GET.get("unit"):
        try:
            return get_object_or_404(visible, pk=UUID(key))
        except ValueError as error:
            raise Http404 from error
    tops = in_tree_order(visible)
    return tops[0][0] if tops else None


@page
def coverage(request: HttpRequest) -> HttpResponse:
    """Which villages have enough in office, as of a day."""
    unit, on = _unit(request), _day(request)
    if unit is None:
        return render(request, "people/coverage.html", {"unit": None})
    found = coverage_on(unit=unit, on=on)
    names = full_names([row.unit for row in found.rows], below=unit)
    context = {
        "unit": unit,
        "on": on,
        "found": found,
        "rate": format_rate(found.covered, found.villages),
        "rows": [(row, names[row.unit.pk]) for row in found.rows],
        "enough": ENOUGH,
        "may_change": holds(request.user, unit, Role.OFFICER),
        "units": [
            (one.pk, "　" * depth + one.name)
            for one, depth in in_tree_order(units_visible_to(request.user).exclude(kind=UnitKind.VILLAGE))
        ],
    }
    return render(request, "people/coverage.html", context)


@page
def stage_people(request: HttpRequest) -> HttpResponse:
    """Everybody at a stage below a unit; an officer takes many a step further at once."""
    unit = _unit(request)
    stage = request.GET.get("stage", "")
    wanted = Stage(stage) if stage in Stage.values else None
    today = localdate(clock.now())
    rows = LawWiseStage.objects.none() if unit is None else people_at(unit=unit, on=today, stage=wanted)
    form = StagesForm(request.POST or None, initial={"since": today})

    def take_further(data: dict[str, Any]) -> str:
        done = _take_further(request, data)
        messages.success(request, f"{len(done)} 人的状态已变动。")
        return request.get_full_path()

    answer, status = act_on(request, form, take_further)
    if answer is not None:
        return answer
    page_obj = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "unit": unit,
        "stage": stage,
        "stages": Stage.choices,
        "page_obj": page_obj,
        "form": form,
        "may_change": unit is not None and holds(request.user, unit, Role.OFFICER),
    }
    return render(request, "people/stage_people.html", context, status=status)


def _take_further(request: HttpRequest, data: dict[str, Any]) -> list[LawWiseStage]:
    users = list(people_managed_by(request.user).filter(pk__in=request.POST.getlist("person")))
    if not users:
        raise Invalid("nobody", "请先勾选人员。")
    return change_stages(
        users=users,
        stage=Stage(data["stage"]),
        since=data["since"],
        certified_to=data["certified_to"],
        reason=data["reason"],
        at=clock.now(),
        actor=request.user,
    )


@page
def stage_new(request: HttpRequest) -> HttpResponse:
    """Those of the category without a stage yet: an officer registers many at once."""
    unit, today = _unit(request), localdate(clock.now())
    if unit is None or not holds(request.user, unit, Role.OFFICER):
        raise Forbidden("forbidden", "法律明白人由考务登记。")
    rows = unregistered(unit=unit, on=today)
    form = FirstStageForm(request.POST or None, initial={"since": today})

    def register(data: dict[str, Any]) -> str:
        chosen = list(rows.filter(pk__in=request.POST.getlist("member")))
        if not chosen:
            raise Invalid("nobody", "请先勾选人员。")
        done = register_many(
            members=chosen,
            stage=Stage(data["stage"]),
            since=data["since"],
            source=Source(data["source"]),
            at=clock.now(),
            actor=request.user,
        )
        messages.success(request, f"已登记 {len(done)} 人。")
        return request.get_full_path()

    answer, status = act_on(request, form, register)
    if answer is not None:
        return answer
    context = {
        "unit": unit,
        "page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "form": form,
        "chosen": set(request.POST.getlist("member")),
    }
    return render(request, "people/stage_new.html", context, status=status)


@page
def stage_change(request: HttpRequest, person: UUID) -> HttpResponse:
    """One person's next stage."""
    user: User = get_object_or_404(people_managed_by(request.user), pk=person)
    now = stage_of(user)
    form = StageForm(request.POST or None, initial={"since": localdate(clock.now())})
    form.fields["stage"].choices = [
        (one.value, one.label) for one in Stage if one in FOLLOWS[now.stage if now else None]
    ]
    villages = villages_managed_by(request.user)
    if now is None:
        form.fields["unit"].required = form.fields["source"].required = True
        form.fields["source"].choices = [("", "请选择"), *Source.choices]
    else:
        form.fields["unit"].empty_label = f"不变（{now.unit}）"
    form.fields["unit"].offer(villages)

    def do(data: dict[str, Any]) -> str:
        change_stage(
            user=user,
            stage=Stage(data["stage"]),
            since=data["since"],
            unit=data["unit"],
            source=Source(data["source"]) if data["source"] else None,
            certificate=data["certificate"],
            certified_to=data["certified_to"],
            reason=data["reason"],
            at=clock.now(),
            actor=request.user,
        )
        return reverse("people:person", args=[user.pk])

    state = f"现在：{now.get_stage_display()}（{now.unit}，{now.valid_from:%Y-%m-%d}起）。" if now else ""
    return ask(
        request,
        form,
        do,
        heading=f"“{user}”的法律明白人状态",
        lead=f"{state}培养对象 → 合格 → 在岗 → 退出，每一步都留存历史。",
        submit_label="保存",
        cancel_url=reverse("people:person", args=[user.pk]),
        done="状态已变动。",
        crumbs=crumbs(user),
    )
