"""An activity register that was kept as a table: read, checked, stored or given up, undone."""

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
from examsite.web import ask, page

from ..domain import list_imports
from ..models import ActivityKind, ListImport, ListKind
from ..rules import lists_managed_by
from .activities import own_units, register
from .inputs import UnitChoice


class ListForm(forms.Form):
    unit = UnitChoice(label="单位")
    file = forms.FileField(label="台账文件", help_text="xlsx、xls 或 csv；要有“日期”“主题”两列")


@page
def activities_import(request: HttpRequest) -> HttpResponse:
    """Upload a register that was kept as a table."""
    form = ListForm(request.POST or None, request.FILES or None)
    units = own_units(request)
    form.fields["unit"].offer(units)
    if not units:
        raise Http404

    def do(data: dict[str, Any]) -> str:
        at = clock.now()
        kept = list_imports.upload_activities(
            unit=data["unit"], data=data["file"].read(), name=data["file"].name, at=at,
            today=localdate(at), actor=request.user,
        )  # fmt: skip
        return reverse("exams:activities_list", args=[kept.pk])

    return ask(
        request, form, do,
        heading="导入活动台账", submit_label="读取并核对", cancel_url=reverse("exams:activities"),
        lead="先核对，再入库；入库后可以整批撤销。", crumbs=[register()],
    )  # fmt: skip


def _list(request: HttpRequest, key: UUID) -> ListImport:
    lists = lists_managed_by(request.user).filter(kind=ListKind.ACTIVITIES).select_related("unit")
    return get_object_or_404(lists, pk=key)


@page
@require_safe
def activities_list(request: HttpRequest, listed: UUID) -> HttpResponse:
    """What was read from a file, row by row, before it counts."""
    found = _list(request, listed)
    good = list_imports.storable(found.rows)
    rows = [row | {"label": dict(ActivityKind.choices).get(row["kind"], row["kind"])} for row in found.rows]
    return render(
        request,
        "exams/activities/list.html",
        {"listed": found, "rows": rows, "good": len(good), "audience": sum(row["audience"] for row in good)},
    )


@page
@require_POST
def activities_list_deed(request: HttpRequest, listed: UUID) -> HttpResponse:
    """Store, give up or undo a list."""
    found = _list(request, listed)
    at = clock.now()
    deed = request.POST.get("deed")
    if deed == "store":
        list_imports.store_activities(listed=found, at=at, today=localdate(at), actor=request.user)
        messages.success(request, "已入库。")
    elif deed == "discard":
        list_imports.discard_list(listed=found, at=at, actor=request.user)
        messages.success(request, "已放弃，什么都没有入库。")
    elif deed == "undo":
        count = list_imports.undo_activities(listed=found, at=at, actor=request.user)
        messages.success(request, f"已整批撤销，{count} 条活动不再计入。")
    else:
        raise Http404
    return redirect("exams:activities_list", found.pk)
