"""Addresses of the API."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "people_api"
urlpatterns: list[URLPattern] = []
