"""What every page's frame needs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from .navigation import navigation


def site(request: HttpRequest) -> dict[str, Any]:
    """The main navigation of the person who is signed in."""
    return {"nav": navigation(request)}
