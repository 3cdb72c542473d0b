"""The annual report (P12): gaps, two people, every digit a link; Word, workbook, evidence pack."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from examsite.lib import clock
from examsite.lib.cells import XLSX
from examsite.people.domain.audit import record
from examsite.people.models import Approval, Role, UnitKind
from examsite.people.rules import holds, require, units_visible_to
from examsite.web import Crumb, ask, download, page

from ..analytics.claims import Digits, Refusal, Sentence
from ..analytics.documents.pack import evidence_pack
from ..analytics.documents.sheets import report_book
from ..analytics.documents.word import DOCX, as_text, report_docx
from ..analytics.reports.document import ReportDocument
from ..analytics.snapshots.differences import look_again
from ..analytics.snapshots.freezing import kept_document
from ..analytics.snapshots.report_states import (
    FREEZE,
    choose_style,
    live_document,
    newest_snapshot,
    open_report,
    status_lines,
    submit_report,
    take_back_report,
)
from ..models import AnnualReport, Exam, ReportState, ReportStyle, Snapshot
from ..rules import reports_visible_to
from .inputs import UnitChoice, posted

HOLDERS = (UnitKind.COUNTY, UnitKind.TOWN)  # who writes annual reports


class OpenForm(forms.Form):
    """Which unit's report of which year."""

    unit = UnitChoice(label="单位")
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)


def _crumb() -> Crumb:
    return ("年度报告", reverse("exams:reports"))


def _units(request: HttpRequest) -> Any:
    return units_visible_to(request.user).filter(kind__in=HOLDERS)


@page
def reports(request: HttpRequest) -> HttpResponse:
    """The reports there are, and a form to open another."""
    form = OpenForm(request.POST or None)
    units = _units(request)
    form.fields["unit"].offer(units)
    if request.method == "POST" and form.is_valid():
        unit = form.cleaned_data["unit"]
        require(request.user, unit, Role.OFFICER)
        report = open_report(unit=unit, year=form.cleaned_data["year"], at=clock.now(), actor=request.user)
        return redirect("exams:report", report.pk)
    years = Exam.objects.filter(unit__in=units, published_at__isnull=False).order_by("-stat_year")
    form.fields["year"].initial = years.values_list("stat_year", flat=True).first()
    found = reports_visible_to(request.user).select_related("unit").order_by("-year", "unit__order")
    status = 400 if request.method == "POST" else 200
    return render(request, "exams/reports/reports.html", {"reports": found, "form": form}, status=status)


def _report(request: HttpRequest, key: UUID) -> AnnualReport:
    return get_object_or_404(reports_visible_to(request.user).select_related("unit"), pk=key)


def _document(report: AnnualReport) -> tuple[ReportDocument, Snapshot | None]:
    """A frozen report as it was kept, looked at again; any other as the rows say now."""
    at = clock.now()
    snapshot = newest_snapshot(report)
    if snapshot is not None:
        snapshot = look_again(snapshot, at=at)
        return kept_document(snapshot), snapshot
    return live_document(report, at=at, zone=timezone.get_current_timezone()), None


def _status(report: AnnualReport, snapshot: Snapshot | None) -> tuple[str, ...]:
    return status_lines(report, snapshot, at=clock.now(), zone=timezone.get_current_timezone())


@page
@require_safe
def report(request: HttpRequest, report: UUID) -> HttpResponse:
    """One report: its state, what is missing, its sentences with live digits, its tables."""
    found = _report(request, report)
    document, snapshot = _document(found)
    proposal = Approval.objects.filter(
        action=FREEZE, object_id=str(found.pk), decided_at__isnull=True, expires_at__gt=clock.now()
    ).first()
    return render(
        request,
        "exams/reports/report.html",
        {
            "report": found,
            "document": document,
            "snapshot": snapshot,
            "older": found.snapshots.order_by("-frozen_at") if snapshot is None else [],
            "may_write": holds(request.user, found.unit, Role.OFFICER),
            "proposal": proposal,
            "styles": ReportStyle.choices,
            "claims": [_shown(found, claim) for claim in document.paragraph.claims],
            "sections": [
                (section.title, [_linked(found, one) for one in section.sentences])
                for section in document.sections
                if section.sentences
            ],
            "refused": document.refused,
            "must": [gap for gap in document.gaps if gap.must],
            "better": [gap for gap in document.gaps if not gap.must],
            "tables": [
                (table, [[as_text(value) for value in row] for row in table.rows])
                for table in document.tables
            ],
            "status": _status(found, snapshot),
        },
    )


def _shown(report: AnnualReport, claim: Sentence | Refusal) -> dict[str, Any]:
    """A sentence with its digits as links; a refused one with its reason and what may be said."""
    if isinstance(claim, Refusal):
        instead = None if claim.alternative is None else _linked(report, claim.alternative)
        return {"refusal": claim, "parts": instead}
    return {"refusal": None, "parts": _linked(report, claim)}


def _linked(report: AnnualReport, sentence: Sentence) -> list[tuple[str, str]]:
    """(text, address) of the pieces of a sentence; words have no address."""
    pieces = []
    for one in sentence.segments:
        if not isinstance(one, Digits):
            pieces.append((one.text, ""))
            continue
        query = urlencode({"subject": one.subject, "measure": one.figure.measure})
        pieces.append((one.text, f"{reverse('exams:card', args=[report.pk])}?{query}"))
    return pieces


# --- Deeds -------------------------------------------------------------------------------------------------


def _style(report: AnnualReport, request: HttpRequest) -> str:
    choose_style(report=report, style=request.POST.get("style", ""), at=clock.now(), actor=request.user)
    return ""


def _submit(report: AnnualReport, request: HttpRequest) -> str:
    zone = timezone.get_current_timezone()
    at = clock.now()
    document = live_document(report, at=at, zone=zone)
    submit_report(report=report, document=document, at=at, zone=zone, actor=request.user)
    return "已提交。另一位考务在“审批”里同意后冻结；他看到的就是现在这些数字。"


def _take_back(report: AnnualReport, request: HttpRequest) -> str:
    take_back_report(report=report, at=clock.now(), actor=request.user)
    return "已回到草稿。以前冻结的数据仍然保留。"


DEEDS: dict[str, Callable[[AnnualReport, HttpRequest], str]] = {
    "style": _style,
    "submit": _submit,
    "take_back": _take_back,
}


@page
@require_POST
def report_deed(request: HttpRequest, report: UUID) -> HttpResponse:
    """Choose the style, submit, take back."""
    found = _report(request, report)
    require(request.user, found.unit, Role.OFFICER)
    deed = DEEDS.get(request.POST.get("deed", ""))
    if deed is None:
        raise Http404
    said = deed(found, request)
    if said:
        messages.success(request, said)
    return redirect("exams:report", found.pk)


@page
def report_take_back(request: HttpRequest, report: UUID) -> HttpResponse:
    """Write a frozen report anew: asked on a page of its own."""
    found = _report(request, report)
    require(request.user, found.unit, Role.OFFICER)
    target = reverse("exams:report", args=[found.pk])

    def do(data: dict[str, Any]) -> str:
        _take_back(found, request)
        return target

    return ask(
        request,
        forms.Form(posted(request)),  # nothing to fill in
        do,
        heading=f"重新起草：{found}",
        notice="报告回到草稿，数字按现在的数据显示；以前冻结的快照保留，可随时查看。",
        submit_label="重新起草",
        cancel_url=target,
        danger=found.state == ReportState.FROZEN,
        crumbs=[_crumb(), (str(found), target)],
    )


# --- Files -------------------------------------------------------------------------------------------------


@page
@require_safe
def report_word(request: HttpRequest, report: UUID) -> HttpResponse:
    """The report as a Word file in official layout."""
    found = _report(request, report)
    document, snapshot = _document(found)
    return download(report_docx(document, status=_status(found, snapshot)), f"{document.title}.docx", DOCX)


@page
@require_safe
def report_workbook(request: HttpRequest, report: UUID) -> HttpResponse:
    """Its tables as a workbook, with the definitions."""
    found = _report(request, report)
    document, snapshot = _document(found)
    data = report_book(document, status=_status(found, snapshot))
    return download(data, f"{document.title} 附表.xlsx", XLSX)


@page
@require_safe
def report_pack(request: HttpRequest, report: UUID) -> HttpResponse:
    """Everything the report rests on, names included: for officers, and noted in the log."""
    found = _report(request, report)
    require(request.user, found.unit, Role.OFFICER)
    document, snapshot = _document(found)
    at = clock.now()
    data = evidence_pack(
        report=found,
        document=document,
        snapshot=snapshot,
        at=at,
        zone=timezone.get_current_timezone(),
        secret=settings.DATA_SECRET,
        status=_status(found, snapshot),
    )
    record(action="report.pack", target=found, at=at, actor=request.user, unit=found.unit)
    return download(data, f"{document.title} 佐证包.zip", "application/zip")
