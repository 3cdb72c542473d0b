"""The office's pages of results: the list, the release, one person, reviews, the explanation of a mark."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from examsite.lib import clock
from examsite.lib.cells import add_sheet, book_bytes, new_book
from examsite.lib.errors import Conflict, Invalid
from examsite.people.domain.audit import record
from examsite.web import ask, filters_of, page

from ..analytics.facts.credibility import notes_beside
from ..domain import releases, reviews
from ..domain.explaining import explain
from ..domain.keying import duplicates_of
from ..domain.standings import EntryStanding, standings_of
from ..engine.headings import plain
from ..engine.results import Outcome, TryResult
from ..engine.transitions import State
from ..models import Mode, ReleaseRule, ReviewRequest, Sitting, SittingKind
from ..rules import attempts_explained_to, entries_manageable_by, reviews_answerable_by, sittings_run_by
from .exams import exam_crumbs, managed_exam
from .notes import away, limits, shown_notes

PAGE_SIZE = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILTERS = {
    "": "全部",
    "passed": "合格",
    "failed": "不合格",
    "absent": "未参考",
    "pending": "待评",
    "withheld": "暂缓公布",
}


# --- The list --------------------------------------------------------------------------------------------


def verdict(one: EntryStanding) -> tuple[str, str]:
    """Words and tone of a person's final result."""
    standing = one.standing
    if standing.pending:
        return "待评", "warn"
    if standing.final is None:
        return ("未参考", "off") if standing.is_required else (one.entry.get_status_display(), "off")
    if not standing.passed:
        return "不合格", "warn"
    return ("优秀", "ok") if standing.excellent else ("合格", "ok")


def points_words(outcome: Outcome | None) -> str:
    """A percentage as the exam compares it; what was earned beside what it counts as."""
    if outcome is None:
        return "—"
    shown = plain(outcome.percent.quantize(Decimal("0.01")))
    if outcome.raw != outcome.percent:
        return f"{shown}（实得 {plain(outcome.raw.quantize(Decimal('0.01')))}）"
    return shown


def modes_words(tries: Sequence[TryResult]) -> str:
    """How the valid tries were made, where it was not on a screen alone."""
    found = dict.fromkeys(one.mode.value for one in tries if one.counts)
    return "、".join(Mode(one).label for one in found)


def matches(one: EntryStanding, only: str) -> bool:
    """Whether a row belongs to a filter of the list."""
    standing = one.standing
    return {
        "passed": standing.passed,
        "failed": standing.final is not None and not standing.passed,
        "absent": standing.is_required and not standing.taken,
        "pending": standing.pending,
        "withheld": one.entry.withheld_at is not None,
    }.get(only, True)


@page
@require_safe
def results(request: HttpRequest, exam: UUID) -> HttpResponse:
    """Everybody with first and final result, how he sat, and what still waits."""
    found = managed_exam(request, exam)
    asked = filters_of(request)
    only = asked.get("only", "")
    only = only if only in FILTERS else ""
    search = asked.get("search", "").strip()[:32]
    everybody = standings_of(found)
    rows = [
        one
        for one in everybody
        if matches(one, only) and (not search or search in one.entry.name or search in one.entry.unit.name)
    ]
    page_obj = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    page_obj.object_list = [_row(one) for one in page_obj.object_list]
    context = {
        "exam": found,
        "tab": "results",
        "page_obj": page_obj,
        "filters": [
            (key, words, sum(matches(one, key) for one in everybody)) for key, words in FILTERS.items()
        ],
        "only": only,
        "search": search,
        "total": len(everybody),
        "duplicates": duplicates_of(found),
        "reviews_open": reviews_answerable_by(request.user)
        .filter(attempt__exam=found, answered_at__isnull=True)
        .count(),
        "sittings": [_sitting_row(one, clock.now()) for one in found.sittings.order_by("opens_at")],
    }
    return render(request, "exams/results/results.html", context)


def _row(one: EntryStanding) -> dict[str, Any]:
    words, tone = verdict(one)
    return {
        "entry": one.entry,
        "tries": len([each for each in one.tries if each.counts]),
        "modes": modes_words(one.tries),
        "first": points_words(one.standing.first),
        "final": points_words(one.standing.final),
        "words": words,
        "tone": tone,
    }


@page
@require_safe
def results_xlsx(request: HttpRequest, exam: UUID) -> HttpResponse:
    """The list as a table, for the office alone; who fetched it is in the log."""
    found = managed_exam(request, exam)
    book = new_book()
    header = (
        "准考证号", "姓名", "单位", "类别", "应考状态", "有效作答", "作答方式",
        "首考（%）", "最终（%）", "实得（%）", "结论",
    )  # fmt: skip
    add_sheet(
        book,
        "成绩",
        header,
        (
            (
                one.entry.admission_number,
                one.entry.name,
                one.entry.unit.name,
                found.category.name,
                one.entry.get_status_display(),
                one.standing.attempts,
                modes_words(one.tries),
                _number(one.standing.first, "percent"),
                _number(one.standing.final, "percent"),
                _number(one.standing.final, "raw"),
                verdict(one)[0],
            )
            for one in standings_of(found)
        ),
    )
    record(action="results.export", target=found, at=clock.now(), actor=request.user, unit=found.unit)
    response = HttpResponse(book_bytes(book), content_type=XLSX)
    response.headers["Content-Disposition"] = 'attachment; filename="results.xlsx"'
    return response


def _number(outcome: Outcome | None, which: str) -> Decimal | None:
    value: Decimal | None = None if outcome is None else getattr(outcome, which)
    return None if value is None else value.quantize(Decimal("0.01"))


@page
@require_safe
def entry_results(request: HttpRequest, entry: UUID) -> HttpResponse:
    """One person's attempts in an exam, and what they come to."""
    rows = entries_manageable_by(request.user).select_related("exam__unit", "exam__category", "unit", "user")
    found = get_object_or_404(rows, pk=entry)
    one = standings_of(found.exam, entries=[found.pk])[0]
    by_id = {
        str(each.pk): each for each in found.attempts.select_related("exam", "sitting", "form", "presence")
    }
    tries = [
        {"attempt": by_id[each.attempt_id], "try": each, "percent": _percent(each)}
        for each in sorted(one.tries, key=lambda each: each.at)
    ]
    told = shown_notes(notes_beside(list(by_id.values()), at=clock.now(), limits=limits()))
    words, tone = verdict(one)
    context = {
        "exam": found.exam,
        "tab": "results",
        "entry": found,
        "tries": tries,
        "standing": one.standing,
        "first": points_words(one.standing.first),
        "final": points_words(one.standing.final),
        "words": words,
        "tone": tone,
        "notes": found.notes.order_by("-at", "-id"),
        "to_look_at": [
            (row["attempt"], told.get(row["attempt"].pk, []), away(getattr(row["attempt"], "presence", None)))
            for row in tries
        ],
        "certificates": found.certificates.order_by("-issued_at"),
    }
    return render(request, "exams/results/entry_results.html", context)


def _percent(one: TryResult) -> str:
    return "—" if one.percent is None else plain(one.percent.quantize(Decimal("0.01")))


# --- Release ---------------------------------------------------------------------------------------------


class ReleaseForm(forms.Form):
    """When results and keys come out."""

    rule = forms.ChoiceField(label="成绩公布", choices=ReleaseRule.choices)
    at_time = forms.DateTimeField(
        label="成绩公布时间",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
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
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def plan(self) -> releases.ReleasePlan:
        """What was filled in; a time that its rule does not ask for is left out."""
        data = self.cleaned_data
        return releases.ReleasePlan(
            data["rule"],
            data["at_time"] if data["rule"] == ReleaseRule.AT_TIME else None,
            data["key_rule"],
            data["key_at_time"] if data["key_rule"] == ReleaseRule.AT_TIME else None,
        )


def _sitting_row(sitting: Sitting, at: datetime) -> dict[str, Any]:
    """How far a sitting is, what stands in the way of its release, what is out."""
    attempts = sitting.attempts.filter(voided_at__isnull=True)
    states = list(attempts.values_list("state", flat=True))
    return {
        "sitting": sitting,
        "kind": SittingKind(sitting.kind).label,
        "running": states.count(State.IN_PROGRESS.value),
        "waiting": states.count(State.SUBMITTED.value),
        "marked": states.count(State.MARKED.value),
        "obstacles": [words for _, words in releases.obstacles(sitting, at)],
        "later": releases.later_sittings_with_same_questions(sitting, at),
    }


@page
def release(request: HttpRequest, exam: UUID) -> HttpResponse:
    """When results come out, each sitting's state, and who is withheld."""
    found = managed_exam(request, exam)
    at = clock.now()
    now = releases.plan_of(found)
    initial = {
        "rule": now.rule, "at_time": now.at_time, "key_rule": now.key_rule, "key_at_time": now.key_at_time
    }  # fmt: skip
    form = ReleaseForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                releases.schedule_release(exam=found, plan=form.plan(), at=at, actor=request.user)
            except (Invalid, Conflict) as error:
                form.add_error(None, error.message)
                status = error.status
            else:
                messages.success(request, "公布安排已保存。")
                return redirect("exams:release", exam=found.pk)
    context = {
        "exam": found,
        "tab": "results",
        "form": form,
        "sittings": [_sitting_row(one, at) for one in found.sittings.order_by("opens_at")],
        "withheld": found.entries.filter(withheld_at__isnull=False).select_related("unit"),
        "out": releases.results_are_out(found, at),
        "keys_out": releases.keys_are_out(found, at),
    }
    return render(request, "exams/results/release.html", context, status=status)


@page
@require_POST
def sitting_release(request: HttpRequest, sitting: UUID) -> HttpResponse:
    """Release a sitting's results now; with the keys where that was asked for."""
    rows = sittings_run_by(request.user).select_related("exam__unit")
    found = get_object_or_404(rows, pk=sitting)
    with_keys = "keys" in request.POST
    releases.release_sitting(sitting=found, at=clock.now(), actor=request.user, with_keys=with_keys)
    messages.success(request, "成绩和解析已公布。" if with_keys else "成绩已公布。")
    return redirect("exams:release", exam=found.exam_id)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


@page
def entry_withhold(request: HttpRequest, entry: UUID) -> HttpResponse:
    """Keep one person's results back, or let them go."""
    rows = entries_manageable_by(request.user).select_related("exam__unit", "unit")
    found = get_object_or_404(rows, pk=entry)
    target = reverse("exams:entry_results", args=[found.pk])
    lifting = found.withheld_at is not None
    do = releases.lift_withholding if lifting else releases.withhold_results

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


# --- Reviews ---------------------------------------------------------------------------------------------


@page
@require_safe
def review_list(request: HttpRequest) -> HttpResponse:
    """Requests that the person may answer, the open ones first."""
    rows = reviews_answerable_by(request.user).select_related("attempt__entry__unit", "attempt__exam", "slot")
    waiting = list(rows.filter(answered_at__isnull=True).order_by("asked_at"))
    for one in waiting:
        one.barred = request.user.pk in reviews.markers_of(one)
    done = Paginator(rows.filter(answered_at__isnull=False), 50).get_page(request.GET.get("page"))
    return render(request, "exams/results/reviews.html", {"waiting": waiting, "page_obj": done})


class AnswerForm(forms.Form):
    """The answer to a review request."""

    text = forms.CharField(
        label="答复", max_length=500, widget=forms.Textarea(attrs={"rows": 5}), help_text="考生会看到"
    )
    points = forms.DecimalField(
        label="改为几分",
        required=False,
        max_digits=6,
        decimal_places=2,
        help_text="不改分就留空",
        widget=forms.NumberInput(attrs={"class": "input-num", "step": "0.5"}),
    )


@page
def review(request: HttpRequest, review: UUID) -> HttpResponse:
    """One request with its trail and what the points rest on; answered by who did not mark."""
    rows = reviews_answerable_by(request.user)
    related = ("attempt__entry__unit", "attempt__exam__unit", "attempt__sitting", "slot", "answered_by")
    found = get_object_or_404(rows.select_related(*related).prefetch_related("steps__actor"), pk=review)
    form = AnswerForm(request.POST or None)
    if not reviews.may_change_points(found):
        del form.fields["points"]
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            data = {"points": None, **form.cleaned_data}
            try:
                reviews.answer_review(request=found, **data, at=clock.now(), actor=request.user)
            except (Invalid, Conflict) as error:
                form.add_error(None, error.message)
                status = error.status
            else:
                messages.success(request, "已答复，考生会在成绩页看到。")
                return redirect("exams:reviews")
    context = {
        "review": found,
        "form": form,
        "barred": request.user.pk in reviews.markers_of(found),
        "questions": _questions_of(found),
    }
    return render(request, "exams/results/review.html", context, status=status)


def _questions_of(request: ReviewRequest) -> Sequence[Any]:
    story = explain(request.attempt)
    if request.slot is None:
        return story.questions
    return [one for one in story.questions if one.slot_id == request.slot_id]


# --- The explanation -------------------------------------------------------------------------------------


@page
@require_safe
def explanation(request: HttpRequest, attempt: UUID) -> HttpResponse:
    """What every point of an attempt rests on; printable. Reading it is in the log."""
    related = ("entry__unit", "sitting__exam", "exam__unit", "form", "presence")
    found = get_object_or_404(attempts_explained_to(request.user).select_related(*related), pk=attempt)
    at = clock.now()
    record(action="attempt.explain", target=found, at=at, actor=request.user, unit=found.exam.unit)
    context = {
        "explanation": explain(found),
        "at": at,
        "to_look_at": shown_notes(notes_beside([found], at=at, limits=limits())).get(found.pk, []),
        "away": away(getattr(found, "presence", None)),
    }
    return render(request, "exams/results/explanation.html", context)
