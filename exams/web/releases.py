"""The release of results: when they come out, how far each sitting is, who is withheld."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from examsite.lib import clock
from examsite.web import act_on, ask, page

from ..domain import releases as domain
from ..engine.transitions import State
from ..models import ReleaseRule, Sitting, SittingKind
from ..rules import entries_manageable_by, sittings_run_by
from .board import two_people
from .exams import exam_crumbs, managed_exam
from .inputs import ReasonForm, moment_input


class ReleaseForm(forms.Form):
    """When results and keys come out."""

    rule = forms.ChoiceField(label="成绩公布", choices=ReleaseRule.choices)
    at_time = forms.DateTimeField(
        label="成绩公布时间",
        required=False,
        widget=moment_input(),
        help_text="只在“到指定时间公布”时填",
    )
    key_rule = forms.ChoiceField(
        label="答案和解析公布",
        choices=ReleaseRule.choices,
        help_text="无论选哪一种，都不早于最后一个场次（含补考）结束",
    )
    key_at_time = forms.DateTimeField(
        label="解析公布时间",
        required=False,
        widget=moment_input(),
    )

    def plan(self) -> domain.ReleasePlan:
        """What was filled in; a time that its rule does not ask for is left out."""
        data = self.cleaned_data
        return domain.ReleasePlan(
            data["rule"],
            data["at_time"] if data["rule"] == ReleaseRule.AT_TIME else None,
            data["key_rule"],
            data["key_at_time"] if data["key_rule"] == ReleaseRule.AT_TIME else None,
        )


def sitting_row(sitting: Sitting, at: datetime) -> dict[str, Any]:
    """How far a sitting is, what stands in the way of its release, what is out."""
    attempts = sitting.attempts.filter(voided_at__isnull=True)
    states = list(attempts.values_list("state", flat=True))
    return {
        "sitting": sitting,
        "kind": SittingKind(sitting.kind).label,
        "running": states.count(State.IN_PROGRESS.value),
        "waiting": states.count(State.SUBMITTED.value),
        "marked": states.count(State.MARKED.value),
        "obstacles": [words for _, words in domain.obstacles(sitting, at)],
        "later": domain.later_sittings_with_same_questions(sitting, at),
    }


@page
@two_people
def release(request: HttpRequest, exam: UUID) -> HttpResponse:
    """When results come out, each sitting's state, and who is withheld."""
    found = managed_exam(request, exam)
    at = clock.now()
    now = domain.plan_of(found)
    initial = {
        "rule": now.rule, "at_time": now.at_time, "key_rule": now.key_rule, "key_at_time": now.key_at_time
    }  # fmt: skip
    form = ReleaseForm(request.POST or None, initial=initial)

    def plan(data: dict[str, Any]) -> str:
        domain.schedule_release(exam=found, plan=form.plan(), at=at, actor=request.user)
        return reverse("exams:release", args=[found.pk])

    answer, status = act_on(request, form, plan, done="公布安排已保存。")
    if answer is not None:
        return answer
    context = {
        "exam": found,
        "tab": "results",
        "form": form,
        "sittings": [sitting_row(one, at) for one in found.sittings.order_by("opens_at")],
        "withheld": found.entries.filter(withheld_at__isnull=False).select_related("unit"),
        "out": domain.results_are_out(found, at),
        "keys_out": domain.keys_are_out(found, at),
    }
    return render(request, "exams/results/release.html", context, status=status)


@page
@require_POST
@two_people
def sitting_release(request: HttpRequest, sitting: UUID) -> HttpResponse:
    """Release a sitting's results now; with the keys where that was asked for."""
    rows = sittings_run_by(request.user).select_related("exam__unit")
    found = get_object_or_404(rows, pk=sitting)
    with_keys = "keys" in request.POST
    domain.release_sitting(sitting=found, at=clock.now(), actor=request.user, with_keys=with_keys)
    messages.success(request, "成绩和解析已公布。" if with_keys else "成绩已公布。")
    return redirect("exams:release", exam=found.exam_id)


@page
def entry_withhold(request: HttpRequest, entry: UUID) -> HttpResponse:
    """Keep one person's results back, or let them go."""
    rows = entries_manageable_by(request.user).select_related("exam__unit", "unit")
    found = get_object_or_404(rows, pk=entry)
    target = reverse("exams:entry_results", args=[found.pk])
    lifting = found.withheld_at is not None
    do = domain.lift_withholding if lifting else domain.withhold_results

    def act(data: dict[str, Any]) -> str:
        do(entry=found, **data, at=clock.now(), actor=request.user)
        return target

    return ask(
        request,
        ReasonForm(request.POST or None),
        act,
        heading="解除暂缓" if lifting else "暂缓公布",
        lead=f"{found.name}（{found.unit}）",
        notice=""
        if lifting
        else "暂缓期间本人看不到成绩和解析，会看到您写的理由；数据统计里算作待评，证书也不能发。",
        submit_label="解除暂缓" if lifting else "暂缓公布这个人的成绩",
        cancel_url=target,
        done="已解除，按公布安排执行。" if lifting else "已暂缓公布。",
        danger=not lifting,
        crumbs=[*exam_crumbs(found.exam), ("成绩", reverse("exams:results", args=[found.exam_id]))],
    )
