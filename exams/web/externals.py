"""Results from another platform: its list uploaded, matched row by row, counted, taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from examsite.lib import clock
from examsite.web import ask, page

from ..domain import externals as domain
from ..domain.list_imports import discard_list
from ..models import ListImport, ListKind
from ..rules import lists_managed_by
from .exams import managed_exam
from .inputs import day_input


class ResultsForm(forms.Form):
    """What is known of a list before it is read."""

    platform = forms.CharField(label="平台名称", max_length=50, help_text="如：省级学法考试平台")
    day = forms.DateField(label="考试日期", widget=day_input(), help_text="表里没有考试时间的行用这一天")
    possible = forms.DecimalField(label="满分", initial=100, min_value=1, max_value=10_000)
    is_makeup = forms.BooleanField(label="这是补考成绩", required=False)
    file = forms.FileField(label="成绩表", help_text="xlsx、xls 或 csv；要有“姓名”“成绩”两列，最好有“单位”")


@page
@require_safe
def externals(request: HttpRequest, exam_id: UUID) -> HttpResponse:
    """The lists of an exam."""
    exam = managed_exam(request, exam_id)
    lists = exam.list_imports.filter(kind=ListKind.RESULTS).select_related("created_by").defer("rows")
    return render(request, "exams/externals/lists.html", {"exam": exam, "lists": lists})


@page
def externals_upload(request: HttpRequest, exam_id: UUID) -> HttpResponse:
    """Upload a list."""
    exam = managed_exam(request, exam_id)
    at = clock.now()
    form = ResultsForm(request.POST or None, request.FILES or None, initial={"day": timezone.localdate(at)})
    target = reverse("exams:externals", args=[exam.pk])

    def do(data: dict[str, Any]) -> str:
        spec = domain.ListSpec(data["platform"], data["possible"], data["is_makeup"], data["day"])
        kept = domain.upload_results(
            exam=exam, data=data["file"].read(), name=data["file"].name, spec=spec, at=at,
            zone=timezone.get_current_timezone(), actor=request.user,
        )  # fmt: skip
        return reverse("exams:externals_list", args=[kept.pk])

    return ask(
        request, form, do,
        heading=f"导入外部成绩：{exam.title}", submit_label="读取并核对", cancel_url=target,
        lead="先与名册逐人核对，再入库；入库后可以整批撤销。外部成绩计入人数和比率，没有题目统计，各表都会注明。",
        crumbs=[(exam.title, reverse("exams:rates", args=[exam.pk])), ("外部成绩", target)],
    )  # fmt: skip


def _list(request: HttpRequest, key: UUID) -> ListImport:
    lists = lists_managed_by(request.user).filter(kind=ListKind.RESULTS)
    return get_object_or_404(lists.select_related("exam", "unit"), pk=key)


@page
@require_safe
def externals_list(request: HttpRequest, listed: UUID) -> HttpResponse:
    """The rows of a list with whom they were matched to."""
    found = _list(request, listed)
    rows = list(enumerate(found.rows))
    return render(
        request,
        "exams/externals/list.html",
        {
            "listed": found,
            "rows": rows,
            "matched": sum(bool(row["entry"]) and not row["problems"] for row in found.rows),
            "open": sum(not row["entry"] and not row["problems"] for row in found.rows),
        },
    )


@page
@require_POST
def externals_deed(request: HttpRequest, listed: UUID) -> HttpResponse:
    """Store, give up or undo a list."""
    found = _list(request, listed)
    at = clock.now()
    deed = request.POST.get("deed")
    if deed == "store":
        choices = {
            int(name.removeprefix("row-")): value
            for name, value in request.POST.items()
            if name.startswith("row-") and name.removeprefix("row-").isdecimal()
        }
        count = domain.store_results(listed=found, choices=choices, at=at, actor=request.user)
        messages.success(request, f"已入库 {count} 条成绩。")
    elif deed == "discard":
        discard_list(listed=found, at=at, actor=request.user)
        messages.success(request, "已放弃，什么都没有入库。")
    elif deed == "undo":
        count = domain.undo_results(listed=found, at=at, actor=request.user)
        messages.success(request, f"已撤销，{count} 条成绩不再计入。")
    else:
        raise Http404
    return redirect("exams:externals_list", found.pk)
