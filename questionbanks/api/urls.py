"""Addresses of the API."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "questionbanks_api"
urlpatterns: list[URLPattern] = []
