"""The leaders' pages: how many must, how many did, how many passed, who is missing. Read-only."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from uuid import UUID

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from examsite.lib import clock
from examsite.web import page

from ..analytics import charts
from ..analytics.measures import MEASURES, describe
from ..analytics.reports import COLUMNS, SHOWN, ExamReport, exam_report
from ..models import RosterEntry
from ..rules import exams_visible_to

CHARTS: dict[str, Callable[[ExamReport], charts.Figure]] = {
    "rates": lambda report: charts.rate_bars(report.rates),
    "bands": lambda report: charts.count_bars(report.bands),
}
RENDERERS = {"png": (charts.png, "image/png"), "svg": (charts.svg, "image/svg+xml")}


@page
@require_safe
def year(request: HttpRequest) -> HttpResponse:
    """The exams of a year in the asker's scope, newest first."""
    exams = (
        exams_visible_to(request.user)
        .select_related("unit", "category")
        .order_by("-stat_year", "-created_at")
    )
    years = sorted({exam.stat_year for exam in exams}, reverse=True)
    chosen = request.GET.get("year", "")
    shown = int(chosen) if chosen.isdigit() and int(chosen) in years else (years[0] if years else None)
    at = clock.now()
    reports = [exam_report(exam=exam, at=at) for exam in exams if exam.stat_year == shown]
    return render(
        request, "exams/leaders/year.html", {"years": years, "year": shown, "reports": reports, "at": at}
    )


@page
@require_safe
def rates(request: HttpRequest, exam_id: UUID) -> HttpResponse:
    """应考, 参考, 合格, 首考合格 by unit, as table and chart; who is missing, by village."""
    report = _report(request, exam_id)
    return render(
        request,
        "exams/leaders/rates.html",
        {
            "report": report,
            "measures": [MEASURES[name] for name in COLUMNS],
            "definitions": [describe(MEASURES[name]) for name in SHOWN],
            "rates_alt": charts.describe(report.rates),
            "bands_alt": charts.describe(report.bands),
            "depth": _depth(request),
        },
    )


@page
@require_safe
def missing(request: HttpRequest, exam_id: UUID) -> HttpResponse:
    """Who has not sat yet, by village; never outside the asker's scope."""
    report = _report(request, exam_id)
    names = dict(
        RosterEntry.objects.filter(pk__in=[one.entry_id for one in report.missing]).values_list("pk", "name")
    )
    groups: dict[str, list[str]] = {}
    for one in report.missing:
        groups.setdefault(one.unit, []).append(names[UUID(one.entry_id)])
    return render(
        request,
        "exams/leaders/missing.html",
        {"report": report, "groups": [(unit, sorted(people)) for unit, people in sorted(groups.items())]},
    )


@page
@require_safe
def chart(request: HttpRequest, exam_id: UUID, name: str, format: str) -> HttpResponse:
    """One chart as a file; drawn once for the same content."""
    if name not in CHARTS:
        raise Http404
    report = _report(request, exam_id)
    content = repr(report.rates if name == "rates" else report.bands)
    key = f"chart-{format}-{hashlib.sha256(content.encode()).hexdigest()}"
    draw, media = RENDERERS[format]
    data = cache.get(key)
    if data is None:
        data = draw(CHARTS[name](report))
        cache.set(key, data, 24 * 3600)
    response = HttpResponse(data, content_type=media)
    if "download" in request.GET:
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.{format}"'
    return response


def _depth(request: HttpRequest) -> int:
    return 2 if request.GET.get("level") == "village" else 1


def _report(request: HttpRequest, exam_id: UUID) -> ExamReport:
    exam = get_object_or_404(exams_visible_to(request.user).select_related("unit"), pk=exam_id)
    return exam_report(exam=exam, at=clock.now(), depth=_depth(request))
