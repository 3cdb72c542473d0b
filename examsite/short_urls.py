"""Addresses that go the short way (examsite/middleware.py); each stands in the full table, too."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("api/v1/", include("exams.api.hot_urls"))]
