"""The leaders' and the office's figures as workbooks."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from examsite.lib import clock
from examsite.lib.cells import XLSX
from examsite.web import download, page

from ..analytics.documents.figure_books import figures_book, missing_book, statistics_book
from ..analytics.facts.responses import form_report
from ..analytics.reports.figures import figures_report
from ..analytics.reports.missing import missing_people
from ..models import Form
from ..rules import exams_manageable_by, may_see_names
from .leaders import exam_of, points_of, scope_of, series_of, year_context


def _workbook(data: bytes, name: str) -> HttpResponse:
    return download(data, f"{name}.xlsx", XLSX)


@page
@require_safe
def rates_book(request: HttpRequest, exam_id: UUID) -> HttpResponse:
    """The page of one exam as a workbook."""
    exam = exam_of(request, exam_id)
    scope = scope_of(request, exam)
    report = figures_report(scope, at=clock.now())
    points = points_of(scope, series_of(request, exam))
    return _workbook(figures_book(report, points), f"{exam.title} 数据 {scope.unit.name}")


@page
@require_safe
def year_book(request: HttpRequest) -> HttpResponse:
    """The page of a year as a workbook. 404 where its exams cannot be added up."""
    context = year_context(request)
    if "report" not in context:
        raise Http404
    data = figures_book(context["report"], context["points"])  # type: ignore[arg-type]
    return _workbook(data, f"{context['year']}年度考试数据")


@page
@require_safe
def missing_list(request: HttpRequest, exam_id: UUID) -> HttpResponse:
    """Who has not sat or not passed; names for those who may see them."""
    exam = exam_of(request, exam_id)
    unit = scope_of(request, exam).unit
    names = may_see_names(request.user, unit)
    found = missing_people(exam, under=unit.path, at=clock.now(), with_names=names)
    return _workbook(missing_book(found), f"{exam.title} 还差的人 {unit.name}")


@page
@require_safe
def form_book(request: HttpRequest, form: UUID) -> HttpResponse:
    """Item and test statistics of a form. 404 before there are any."""
    rows = Form.objects.filter(exam__in=exams_manageable_by(request.user), published_at__isnull=False)
    found = get_object_or_404(rows.select_related("exam__unit"), pk=form)
    report = form_report(found, at=clock.now())
    if report.stats is None:
        raise Http404
    items = {str(slot.order): (slot.version.item.number, slot.get_kind_display()) for slot in report.slots}
    return _workbook(statistics_book(report.stats, items), f"{found.exam.title} {found}分析")
