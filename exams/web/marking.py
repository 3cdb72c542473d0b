"""Marking by people: the office's plan and progress, the marker's queue and the page on which he marks."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from examsite.lib import clock
from examsite.lib.errors import Conflict, Invalid
from examsite.people.models import Unit, User
from examsite.people.tree import in_tree_order
from examsite.web import act_on, ask, page

from ..api.marking import task_data
from ..domain import judging
from ..domain import marking_plans as plans
from ..domain import marking_tasks as tasks
from ..domain.marking_progress import marking_progress, people_nobody_may_mark
from ..engine.transitions import State
from ..models import DealRule, Exam, MarkingPlan, MarkingRound, MarkingTask
from ..rules import marking_tasks_of
from .exams import exam_crumbs, managed_exam
from .inputs import ReasonForm

# --- The office ------------------------------------------------------------------------------------------


class PlanForm(forms.Form):
    """The plan of an exam; each possible marker has a share and units of his own (`marker-…` fields)."""

    head = forms.ModelChoiceField(label="阅卷组长", queryset=User.objects.none(), empty_label="请选择")
    second_share = forms.IntegerField(
        label="双评比例（%）",
        min_value=0,
        max_value=100,
        initial=10,
        help_text="抽这么多的答卷由两个人各评一次，互相看不到；0 表示不双评",
        widget=forms.NumberInput(attrs={"class": "input-num"}),
    )
    gap = forms.DecimalField(
        label="分差上限（分）",
        min_value=0,
        max_digits=5,
        decimal_places=2,
        initial=2,
        help_text="双评相差超过它，由组长裁定；没有超过取平均",
        widget=forms.NumberInput(attrs={"class": "input-num", "step": "0.5"}),
    )
    deal = forms.ChoiceField(label="分配方式", choices=DealRule.choices, initial=DealRule.SHARE)

    def __init__(self, data: Any, *, exam: Exam, plan: MarkingPlan | None) -> None:
        markers = list(plans.possible_markers(exam))
        shares = {one.marker_id: one for one in plan.shares.prefetch_related("units")} if plan else {}
        initial = {}
        if plan:
            initial = {
                "head": plan.head_id, "second_share": plan.second_share, "gap": plan.gap, "deal": plan.deal
            }  # fmt: skip
        super().__init__(data, initial=initial)
        self.fields["head"].queryset = plans.possible_markers(exam)
        inside = Unit.objects.filter(path__startswith=exam.unit.path, valid_to__isnull=True)
        places = [(unit.pk, "　" * depth + unit.name) for unit, depth in in_tree_order(inside)]
        self.rows = []
        for marker in markers:
            share = shares.get(marker.pk)
            weight, units = f"marker-{marker.pk}-weight", f"marker-{marker.pk}-units"
            self.fields[weight] = forms.IntegerField(
                label=f"{marker} 的份额",
                min_value=0,
                max_value=100,
                required=False,
                initial=share.weight if share else 0 if plan else 1,
                widget=forms.NumberInput(attrs={"class": "input-num"}),
            )
            self.fields[units] = forms.MultipleChoiceField(
                label=f"{marker} 的单位",
                choices=places,
                required=False,
                initial=[unit.pk for unit in share.units.all()] if share else [],
                widget=forms.SelectMultiple(attrs={"size": 4}),
            )
            self.rows.append((marker, weight, units))

    @property
    def marker_rows(self) -> list[tuple[User, Any, Any]]:
        return [(marker, self[weight], self[units]) for marker, weight, units in self.rows]

    @property
    def plan_fields(self) -> list[Any]:
        return [self[name] for name in ("head", "second_share", "gap", "deal")]

    def spec(self) -> plans.PlanSpec:
        data = self.cleaned_data
        chosen = Unit.objects.in_bulk({UUID(key) for _, _, units in self.rows for key in data[units]})
        return plans.PlanSpec(
            head=data["head"],
            deal=data["deal"],
            second_share=data["second_share"],
            gap=data["gap"],
            markers=[
                plans.MarkerSpec(marker, data[weight], [chosen[UUID(key)] for key in data[units]])
                for marker, weight, units in self.rows
                if data[weight]
            ],
        )


@page
@require_safe
def marking(request: HttpRequest, exam: UUID) -> HttpResponse:
    """How far marking is, by question and by marker; new answers are dealt first."""
    found = managed_exam(request, exam)
    plans.deal_answers(exam=found, at=clock.now())
    progress = marking_progress(found)
    numbers = {one.question: one.number for one in progress.questions}
    context = {
        "exam": found,
        "tab": "marking",
        "plan": MarkingPlan.objects.select_related("head").filter(exam=found).first(),
        "progress": progress,
        "uneven": [(numbers.get(question), count) for question, count in progress.uneven],
        "nobody": people_nobody_may_mark(found) if progress.unassigned else [],
        "waiting": len(plans.written_answers(_unplanned(found))) if not progress.questions else 0,
    }
    return render(request, "exams/marking/progress.html", context)


def _unplanned(exam: Exam) -> dict[UUID, UUID]:
    """The submitted attempts of an exam without tasks, for telling how much waits."""
    rows = exam.attempts.filter(state=State.SUBMITTED.value, voided_at__isnull=True)
    return dict(rows.values_list("pk", "form_id"))


@page
def marking_plan(request: HttpRequest, exam: UUID) -> HttpResponse:
    """Who marks, how much twice, who decides."""
    found = managed_exam(request, exam)
    plan = MarkingPlan.objects.filter(exam=found).first()
    form = PlanForm(request.POST or None, exam=found, plan=plan)

    def save(data: dict[str, Any]) -> str:
        plans.set_plan(exam=found, spec=form.spec(), at=clock.now(), actor=request.user)
        return reverse("exams:marking", args=[found.pk])

    answer, status = act_on(request, form, save, done="阅卷安排已保存，答卷已分配。")
    if answer is not None:
        return answer
    context = {"exam": found, "tab": "marking", "form": form, "plan": plan}
    return render(request, "exams/marking/plan.html", context, status=status)


@page
def marking_take_back(request: HttpRequest, exam: UUID, marker: UUID) -> HttpResponse:
    """Take what a marker has not judged and give it to the others."""
    found = managed_exam(request, exam)
    rows = User.objects.filter(pk__in=MarkingTask.objects.filter(exam=found).values("marker"))
    person = get_object_or_404(rows, pk=marker)
    left = plans.open_tasks(found).filter(marker=person).count()
    target = reverse("exams:marking", args=[found.pk])

    def act(data: dict[str, Any]) -> str:
        plans.take_back(exam=found, marker=person, **data, at=clock.now(), actor=request.user)
        return target

    return ask(
        request,
        ReasonForm(request.POST or None),
        act,
        heading=f"收回 {person} 的答卷",
        lead=f"还有 {left} 份没有评，收回后分给其他阅卷人；已经评的保留。",
        submit_label="收回并重新分配",
        cancel_url=target,
        done="已收回并重新分配。",
        crumbs=[*exam_crumbs(found), ("阅卷", target)],
    )


# --- The marker ------------------------------------------------------------------------------------------


@page
@require_safe
def my_marking(request: HttpRequest) -> HttpResponse:
    """The marker's queues, question by question."""
    queues = tasks.my_queues(marker=request.user, at=clock.now())
    context = {"queues": queues, "left": sum(one.left for one in queues)}
    return render(request, "exams/marking/queues.html", context)


def _exam_of_queue(request: HttpRequest, exam: UUID, question: str) -> Exam:
    rows = marking_tasks_of(request.user).filter(exam=exam, question=question)
    return get_object_or_404(Exam.objects.filter(pk__in=rows.values("exam")), pk=exam)


@page
@require_safe
def mark_queue(request: HttpRequest, exam: UUID, question: str) -> HttpResponse:
    """The next answer of a queue, or the last judged one (?back), or the word that all is done."""
    found = _exam_of_queue(request, exam, question)
    if "back" in request.GET:
        task = tasks.previous_task(marker=request.user, exam=found, question=question)
    else:
        task = tasks.next_task(marker=request.user, exam=found, question=question, at=clock.now())
    if task is None:
        context = {"exam": found, "question": question}
        return render(request, "exams/marking/done.html", context)
    return _mark_page(request, task)


@page
def mark_task(request: HttpRequest, task: UUID) -> HttpResponse:
    """One answer: shown, or judged; the next one follows. Asked by script, the answers are JSON."""
    mine = marking_tasks_of(request.user)
    found = tasks.my_task(marker=request.user, task=task, mine=mine)
    if request.method != "POST":
        return _mark_page(request, found)
    at = clock.now()
    try:
        count = judging.judge(task=found, verdict=_verdict(request.POST), at=at, marker=request.user)
    except (Invalid, Conflict) as error:
        if _wants_json(request):
            return JsonResponse({"code": error.code, "message": error.message}, status=error.status)
        if isinstance(error, Conflict):
            messages.error(request, error.message)
            return redirect("exams:mark_queue", exam=found.exam_id, question=found.question)
        return _mark_page(request, found, error=error.message, status=error.status)
    if _wants_json(request):
        return JsonResponse(_next(request.user, found, mine, at, count))
    return redirect("exams:mark_queue", exam=found.exam_id, question=found.question)


def _next(
    marker: User, judged: MarkingTask, mine: QuerySet[MarkingTask], at: datetime, count: int
) -> dict[str, Any]:
    task = tasks.next_task(marker=marker, exam=judged.exam, question=judged.question, at=at, mine=mine)
    return {
        "judged": count,
        "counts": _counts(mine, judged),
        "task": task_data(tasks.view_task(task)) if task else None,
    }


@page
@require_POST
def mark_draft(request: HttpRequest, task: UUID) -> HttpResponse:
    """Keep what has been entered so far; answered in JSON."""
    found = tasks.my_task(marker=request.user, task=task)
    try:
        judging.save_draft(task=found, verdict=_verdict(request.POST), marker=request.user)
    except (Invalid, Conflict) as error:
        return JsonResponse({"code": error.code, "message": error.message}, status=error.status)
    return JsonResponse({"saved": True})


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _verdict(data: Any) -> judging.Verdict:
    """The ticks and points of a sent form. Raises Invalid for what is no number."""
    text = data.get("points", "").strip()
    try:
        points = Decimal(text) if text else None
        ticks = tuple(int(one) for one in data.getlist("tick"))
    except (InvalidOperation, ValueError) as error:
        raise Invalid("points", "得分请填数字。") from error
    return judging.Verdict(ticks, points, data.get("comment", ""), "doubtful" in data)


def _counts(mine: QuerySet[MarkingTask], task: MarkingTask) -> dict[str, int]:
    done, total = tasks.count_tasks(mine, task.exam_id, task.question)
    return {"done": done, "total": total}


def _mark_page(
    request: HttpRequest, task: MarkingTask, *, error: str = "", status: int = 200
) -> HttpResponse:
    data = task_data(tasks.view_task(task))
    if error:
        data |= {"points": request.POST.get("points", ""), "comment": request.POST.get("comment", "")}
        ticks = request.POST.getlist("tick")
        data["lines"] = [one | {"ticked": str(at) in ticks} for at, one in enumerate(data["lines"])]
        data["doubtful"] = "doubtful" in request.POST
    context = {
        "exam": task.exam,
        "task": data,
        "counts": _counts(marking_tasks_of(request.user), task),
        "error": error,
        "is_head": task.round == MarkingRound.HEAD,
    }
    return render(request, "exams/marking/mark.html", context, status=status)
