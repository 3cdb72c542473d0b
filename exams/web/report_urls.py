"""Addresses of figures, the activity register, the annual report and what belongs to them."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path
from django.urls.converters import UUIDConverter

from . import (
    activities,
    activity_lists,
    cards,
    externals,
    figure_files,
    form_stats,
    leaders,
    plans,
    report_cards,
    reports,
)

UUID_RE = UUIDConverter.regex
CHART = r"(?P<name>rates|bands|laws|years)\.(?P<format>png|svg)"

urlpatterns: list[URLPattern] = [
    # What leaders read
    path("figures/", leaders.year, name="figures"),
    re_path(rf"^figures/{CHART}$", leaders.year_chart, name="year_chart"),
    path("figures/book.xlsx", figure_files.year_book, name="year_book"),
    path("figures/definitions/", leaders.definitions, name="definitions"),
    path("figures/<uuid:exam_id>/", leaders.rates, name="rates"),
    path("figures/<uuid:exam_id>/missing/", leaders.missing, name="missing"),
    path("figures/<uuid:exam_id>/missing/book.xlsx", figure_files.missing_list, name="missing_book"),
    path("figures/<uuid:exam_id>/book.xlsx", figure_files.rates_book, name="rates_book"),
    re_path(rf"^figures/(?P<exam_id>{UUID_RE})/{CHART}$", leaders.chart, name="chart"),
    # The activity register
    path("activities/", activities.activities, name="activities"),
    path("activities/new", activities.activity_new, name="activity_new"),
    path("activities/book.xlsx", activities.activities_book, name="activities_book"),
    path("activities/import", activity_lists.activities_import, name="activities_import"),
    path("activities/lists/<uuid:listed>", activity_lists.activities_list, name="activities_list"),
    path(
        "activities/lists/<uuid:listed>/deed",
        activity_lists.activities_list_deed,
        name="activities_list_deed",
    ),
    path("activities/files/<uuid:file>", activities.evidence, name="evidence"),
    path("activities/files/<uuid:file>/remove", activities.evidence_remove, name="evidence_remove"),
    path("activities/<uuid:activity>", activities.activity, name="activity"),
    path("activities/<uuid:activity>/correct", activities.activity_correct, name="activity_correct"),
    path("activities/<uuid:activity>/withdraw", activities.activity_withdraw, name="activity_withdraw"),
    path("activities/<uuid:activity>/evidence", activities.evidence_add, name="evidence_add"),
    # The annual report
    path("reports/", reports.reports, name="reports"),
    path("reports/<uuid:report>", reports.report, name="report"),
    path("reports/<uuid:report>/deed", reports.report_deed, name="report_deed"),
    path("reports/<uuid:report>/take-back", reports.report_take_back, name="report_take_back"),
    path("reports/<uuid:report>/report.docx", reports.report_word, name="report_word"),
    path("reports/<uuid:report>/tables.xlsx", reports.report_workbook, name="report_workbook"),
    path("reports/<uuid:report>/evidence.zip", reports.report_pack, name="report_pack"),
    # What is behind a figure
    path("reports/<uuid:report>/card", report_cards.card, name="card"),
    path("figures/<uuid:exam_id>/cards/<slug:measure>", cards.exam_card, name="exam_card"),
    path(
        "figures/<uuid:exam_id>/cards/<slug:measure>/freeze", cards.exam_card_freeze, name="exam_card_freeze"
    ),
    path("figures/attempts/<uuid:attempt>", cards.attempt, name="figure_attempt"),
    path("snapshots/", cards.snapshots, name="snapshots"),
    path("snapshots/<uuid:snapshot>", cards.snapshot, name="snapshot"),
    # Items and forms
    path("figures/<uuid:exam_id>/forms/", form_stats.exam_forms, name="exam_forms"),
    path("figures/<uuid:exam_id>/calibrate", form_stats.calibrate, name="calibrate"),
    path("figures/forms/<uuid:form>", form_stats.form_statistics, name="form_statistics"),
    path("figures/forms/<uuid:form>/book.xlsx", figure_files.form_book, name="form_book"),
    # Results from other platforms, past years, next year
    path("figures/<uuid:exam_id>/externals/", externals.externals, name="externals"),
    path("figures/<uuid:exam_id>/externals/upload", externals.externals_upload, name="externals_upload"),
    path("figures/externals/<uuid:listed>", externals.externals_list, name="externals_list"),
    path("figures/externals/<uuid:listed>/deed", externals.externals_deed, name="externals_deed"),
    path("reports/totals/", plans.year_totals, name="year_totals"),
    path("reports/totals/<int:total>/drop", plans.year_total_drop, name="year_total_drop"),
    path("reports/plan/", plans.plan, name="plan"),
    path("reports/plan/book.xlsx", plans.plan_workbook, name="plan_workbook"),
    path("reports/plan/draft", plans.plan_draft, name="plan_draft"),
    path("reports/plan/new", plans.plan_item_new, name="plan_item_new"),
    path("reports/plan/<int:item>", plans.plan_item, name="plan_item"),
    path("reports/plan/<int:item>/drop", plans.plan_item_drop, name="plan_item_drop"),
]
