"""Addresses of the API for figures, snapshots, the activity register and reports."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path
from django.urls.converters import UUIDConverter

from . import figures, records

UUID_RE = UUIDConverter.regex

urlpatterns: list[URLPattern] = [
    path("figures/definitions", figures.Definitions.as_view(), name="figures_definitions"),
    path("figures/years/<int:year>", figures.YearFigures.as_view(), name="figures_year"),
    path("figures/exams/<uuid:exam>", figures.ExamFiguresView.as_view(), name="figures_exam"),
    path("figures/exams/<uuid:exam>/missing", figures.Missing.as_view(), name="figures_missing"),
    re_path(
        rf"^figures/exams/(?P<exam>{UUID_RE})/charts/"
        r"(?P<name>rates|bands|laws|years)\.(?P<extension>png|svg)$",
        figures.ExamChart.as_view(),
        name="figures_chart",
    ),
    path("figures/forms/<uuid:form>", figures.FormStatistics.as_view(), name="figures_form"),
    path("snapshots", records.Snapshots.as_view(), name="snapshots"),
    path("snapshots/<uuid:snapshot>", records.SnapshotView.as_view(), name="snapshot"),
    path("activities", records.Activities.as_view(), name="activities"),
    path("activities/<uuid:activity>", records.ActivityView.as_view(), name="activity"),
    path("activities/<uuid:activity>/withdraw", records.WithdrawActivity.as_view(), name="activity_withdraw"),
    path("reports", records.Reports.as_view(), name="reports"),
    path("reports/<uuid:report>", records.ReportView.as_view(), name="report"),
    path("reports/<uuid:report>/submit", records.SubmitReport.as_view(), name="report_submit"),
    path("reports/<uuid:report>/take-back", records.TakeBackReport.as_view(), name="report_take_back"),
    re_path(
        rf"^reports/(?P<report>{UUID_RE})/file\.(?P<extension>docx|xlsx|zip)$",
        records.ReportFile.as_view(),
        name="report_file",
    ),
]
