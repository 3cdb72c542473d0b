"""Addresses of the pages."""

from __future__ import annotations

from django.urls import URLPattern

from . import board_urls, candidate_urls, marking_urls, office_urls, people_urls, report_urls

app_name = "exams"
urlpatterns: list[URLPattern] = [
    *candidate_urls.urlpatterns,
    *board_urls.urlpatterns,
    *marking_urls.urlpatterns,
    *report_urls.urlpatterns,
    *people_urls.urlpatterns,
    *office_urls.urlpatterns,
]
