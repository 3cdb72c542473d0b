"""Pages of the unit tree."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import localdate

from examsite.lib import clock
from examsite.web import Crumb, ask, page

from ..domain.memberships import members_as_of
from ..domain.units import PARENT_KINDS, create_units, end_unit, move_unit, read_unit_lines, rename_unit
from ..models import Category, Role, RoleGrant, Unit, UnitKind
from ..rules import holds, require, units_under, units_visible_to
from ..tree import full_names, in_tree_order
from .forms import EndForm, NewUnitsForm, UnitForm, UnitMoveForm


def _visible(request: HttpRequest, unit: UUID) -> Unit:
    return get_object_or_404(units_visible_to(request.user).select_related("parent"), pk=unit)


def _managed(request: HttpRequest, unit: UUID) -> Unit:
    found = _visible(request, unit)
    require(request.user, found, Role.OFFICER)
    return found


def _crumbs(unit: Unit | None = None) -> list[Crumb]:
    trail = [("单位", reverse("people:units"))]
    return trail + ([(unit.name, reverse("people:unit", args=[unit.pk]))] if unit else [])


def child_kinds(unit: Unit) -> list[tuple[str, str]]:
    """What may be set up below a unit."""
    return [(kind, UnitKind(kind).label) for kind, parents in PARENT_KINDS.items() if unit.kind in parents]


@page
def units(request: HttpRequest) -> HttpResponse:
    """The tree I may see, with how many belong to each unit today (the lower units' people not included)."""
    visible = units_visible_to(request.user)
    if not visible.exists():
        return render(request, "people/units.html", {"rows": []})
    today = localdate(clock.now())
    counts = dict(
        members_as_of(date=today).order_by().values_list("unit").annotate(people=Count("user", distinct=True))
    )
    ended = request.GET.get("ended") == "1"
    rows = [
        {"unit": unit, "depth": depth, "people": counts.get(unit.pk, 0), "indent": range(depth)}
        for unit, depth in in_tree_order(visible)
        if ended or unit.valid_to is None or unit.valid_to > today
    ]
    gone = visible.filter(valid_to__lte=today).count()
    return render(request, "people/units.html", {"rows": rows, "gone": gone, "ended": ended})


@page
def unit(request: HttpRequest, unit: UUID) -> HttpResponse:
    """One unit: what it is, who belongs to it by category, who holds a role over it, what is below."""
    found = _visible(request, unit)
    today = localdate(clock.now())
    members = members_as_of(date=today, units=[found])
    by_category = dict(
        members.order_by().values_list("category").annotate(people=Count("user", distinct=True))
    )
    grants = (
        RoleGrant.objects.filter(unit=found, ended_at__isnull=True)
        .select_related("user")
        .order_by("role", "user__name")
    )
    children = found.children.order_by("order", "name")
    context: dict[str, Any] = {
        "unit": found,
        "full_name": full_names([found])[found.pk],
        "people": members.order_by().values("user").distinct().count(),
        "categories": [(one, by_category[one.pk]) for one in Category.objects.all() if one.pk in by_category],
        "grants": grants,
        "children": children,
        "may_change": holds(request.user, found, Role.OFFICER),
        "may_add": bool(child_kinds(found)),
    }
    return render(request, "people/unit.html", context)


@page
def unit_new(request: HttpRequest, unit: UUID) -> HttpResponse:
    """New units below this one, one a line."""
    parent = _managed(request, unit)
    form = NewUnitsForm(request.POST or None)
    form.fields["kind"].choices = child_kinds(parent)

    def do(data: dict[str, Any]) -> str:
        made = create_units(
            units=read_unit_lines(data["names"]),
            kind=data["kind"],
            parent=parent,
            valid_from=data["valid_from"],
            at=clock.now(),
            actor=request.user,
        )
        return reverse("people:unit", args=[made[0].pk if len(made) == 1 else parent.pk])

    return ask(
        request,
        form,
        do,
        heading=f"在“{parent}”下增加单位",
        submit_label="增加",
        cancel_url=reverse("people:unit", args=[parent.pk]),
        done="单位已增加。",
        crumbs=_crumbs(parent),
    )


@page
def unit_edit(request: HttpRequest, unit: UUID) -> HttpResponse:
    """Another name, code or place in the list."""
    found = _managed(request, unit)
    initial = {"name": found.name, "code": found.code, "order": found.order}
    form = UnitForm(request.POST or None, initial=initial)

    def do(data: dict[str, Any]) -> str:
        rename_unit(
            unit=found,
            name=data["name"],
            code=data["code"],
            order=data["order"] or 0,
            at=clock.now(),
            actor=request.user,
        )
        return reverse("people:unit", args=[found.pk])

    return ask(
        request,
        form,
        do,
        heading="修改单位",
        submit_label="保存",
        cancel_url=reverse("people:unit", args=[found.pk]),
        done="单位已修改。",
        crumbs=_crumbs(found),
    )


@page
def unit_move(request: HttpRequest, unit: UUID) -> HttpResponse:
    """Under another parent."""
    found = _managed(request, unit)
    form = UnitMoveForm(request.POST or None)
    form.fields["parent"].offer(
        units_under(request.user, Role.OFFICER)
        .filter(kind__in=[kind for kind in PARENT_KINDS[found.kind] if kind], valid_to__isnull=True)
        .exclude(path__startswith=found.path)
        .exclude(pk=found.parent_id)
    )

    def do(data: dict[str, Any]) -> str:
        move_unit(unit=found, at=clock.now(), actor=request.user, **data)
        return reverse("people:unit", args=[found.pk])

    return ask(
        request,
        form,
        do,
        heading=f"移动“{found}”",
        lead="下级单位和人员随之移动；已冻结的应考名册仍按冻结当天的隶属关系统计。",
        submit_label="移动",
        cancel_url=reverse("people:unit", args=[found.pk]),
        done="单位已移动。",
        crumbs=_crumbs(found),
    )


@page
def unit_end(request: HttpRequest, unit: UUID) -> HttpResponse:
    """The unit is abolished."""
    found = _managed(request, unit)
    form = EndForm(request.POST or None, initial={"on": localdate(clock.now())})

    def do(data: dict[str, Any]) -> str:
        end_unit(unit=found, valid_to=data["on"], reason=data["reason"], at=clock.now(), actor=request.user)
        return reverse("people:unit", args=[found.pk])

    return ask(
        request,
        form,
        do,
        heading=f"撤销“{found}”",
        lead="须先把下级单位和人员移走。撤销后不能再安排人员，历史数据保留。",
        submit_label="撤销单位",
        cancel_url=reverse("people:unit", args=[found.pk]),
        done="单位已撤销。",
        danger=True,
        crumbs=_crumbs(found),
    )
