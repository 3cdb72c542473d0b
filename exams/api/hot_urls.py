"""Addresses of the calls that a hall of phones makes every few seconds."""

from __future__ import annotations

from django.urls import URLPattern, path

from . import hot

urlpatterns: list[URLPattern] = [
    path("attempts/<uuid:attempt>/answers", hot.answers, name="answers"),
    path("attempts/<uuid:attempt>/heartbeat", hot.heartbeat, name="heartbeat"),
    path("attempts/<uuid:attempt>/submit", hot.submit, name="submit"),
    path("time", hot.time, name="time"),
]
