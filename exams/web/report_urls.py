"""Addresses of figures, the activity register, the annual report and what belongs to them."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from . import leaders

UUID_RE = "[0-9a-f-]{36}"
CHART = r"(?P<name>rates|bands|laws|years)\.(?P<format>png|svg)"

urlpatterns: list[URLPattern] = [
    # What leaders read
    path("figures/", leaders.year, name="figures"),
    re_path(rf"^figures/{CHART}$", leaders.year_chart, name="year_chart"),
    path("figures/definitions/", leaders.definitions, name="definitions"),
    path("figures/<uuid:exam_id>/", leaders.rates, name="rates"),
    path("figures/<uuid:exam_id>/missing/", leaders.missing, name="missing"),
    re_path(rf"^figures/(?P<exam_id>{UUID_RE})/{CHART}$", leaders.chart, name="chart"),
]
