"""The main menu by role; a link is shown only to those whom the page admits."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    return []


def home_url(request: HttpRequest) -> str:
    return "/"
