"""Addresses of the pages."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from . import leaders, office_urls

app_name = "exams"
UUID_RE = "[0-9a-f-]{36}"
urlpatterns: list[URLPattern] = [
    *office_urls.urlpatterns,
    # What leaders read
    path("figures/", leaders.year, name="figures"),
    path("figures/<uuid:exam_id>/", leaders.rates, name="rates"),
    path("figures/<uuid:exam_id>/missing/", leaders.missing, name="missing"),
    re_path(
        rf"^figures/(?P<exam_id>{UUID_RE})/(?P<name>rates|bands)\.(?P<format>png|svg)$",
        leaders.chart,
        name="chart",
    ),
]
