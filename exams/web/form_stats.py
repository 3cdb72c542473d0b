"""Item and test statistics of a form, for those who keep the banks; per form, never pooled."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from examsite.lib import clock
from examsite.web import page
from questionbanks.domain.calibration import ENOUGH, calibrate_items, record_findings

from ..analytics.counts import ItemCounts
from ..analytics.facts.responses import facilities_of, form_report
from ..analytics.facts.stored import refresh
from ..analytics.item_report import FLAG_NAMES, notes
from ..analytics.measures import Figure, evaluate
from ..analytics.reports.findings import findings_of
from ..analytics.stats import MIN_PEOPLE, FormComparison, ItemStats, compare_forms
from ..models import Form, Slot
from ..rules import exams_manageable_by
from .exams import managed_exam


@dataclass(frozen=True)
class ItemLine:
    """One item of the form with what was found out about it."""

    slot: Slot
    stem: str
    stats: ItemStats
    flags: list[str]
    right: Figure


@dataclass(frozen=True)
class Compared:
    """Another form of the same exam, and how much harder it was."""

    form: Form
    result: FormComparison | None

    @property
    def words(self) -> str:
        if self.result is None:
            return f"有一卷不足{MIN_PEOPLE}人，不比较"
        low, high = self.result.interval
        interval = f"95%区间 {low * 100:+.1f} 至 {high * 100:+.1f}"
        judged = "难度不等" if self.result.is_uneven else "看不出难度差别"
        return f"相差{self.result.difference * 100:+.1f}个百分点（{interval}），{judged}"


@page
@require_safe
def exam_forms(request: HttpRequest, exam_id: UUID) -> HttpResponse:
    """The forms of an exam side by side."""
    exam = managed_exam(request, exam_id)
    at = clock.now()
    reports = [
        form_report(form, at=at)
        for form in exam.forms.filter(published_at__isnull=False).select_related("exam").order_by("code")
    ]
    return render(
        request, "exams/statistics/forms.html", {"exam": exam, "reports": reports, "enough": ENOUGH}
    )


@page
@require_safe
def form_statistics(request: HttpRequest, form: UUID) -> HttpResponse:
    """One form: reliability, every item, every choice, what to look at."""
    rows = Form.objects.filter(exam__in=exams_manageable_by(request.user), published_at__isnull=False)
    found = get_object_or_404(rows.select_related("exam__unit"), pk=form)
    at = clock.now()
    report = form_report(found, at=at)
    lines, others = [], []
    if report.stats is not None:
        by_number = {str(slot.order): slot for slot in report.slots}
        for item in report.stats.items:
            slot = by_number[item.item]
            flags = [FLAG_NAMES[flag] for flag in item.flags]
            right = evaluate("item_full_rate", ItemCounts(report.people, item.full_marks))
            lines.append(ItemLine(slot, slot.version.content.get("stem", ""), item, flags, right))
        parallel = found.exam.forms.filter(published_at__isnull=False).exclude(pk=found.pk)
        for other in parallel.order_by("code"):
            theirs = form_report(other, at=at).stats
            others.append(Compared(other, compare_forms(report.stats, theirs) if theirs else None))
    return render(
        request,
        "exams/statistics/form.html",
        {
            "form": found,
            "exam": found.exam,
            "report": report,
            "stats": report.stats,
            "lines": lines,
            "others": others,
            "notes": notes(report.stats) if report.stats else [],
        },
    )


@page
@require_POST
def calibrate(request: HttpRequest, exam_id: UUID) -> HttpResponse:
    """Tell the banks what was found out about their items."""
    exam = managed_exam(request, exam_id)
    at = clock.now()
    refresh([exam], at=at)
    told = 0
    for form in exam.forms.filter(published_at__isnull=False).select_related("exam"):
        findings = findings_of(form_report(form, at=at))
        told += record_findings(form=form.pk, findings=findings, at=at, actor=request.user)
    calibrated = calibrate_items(facilities=facilities_of([exam.pk]), at=at, actor=request.user)
    if told:
        messages.success(
            request,
            f"已把 {told} 道题的实测结果写回题库，可在试题页查看；{calibrated} 道题的难度改按实测。",
        )
    else:
        messages.info(request, "没有可写回的题：要有至少 5 人首次作答，且成绩已公布。")
    return redirect("exams:exam_forms", exam.pk)
