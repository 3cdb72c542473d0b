"""The site itself: its system checks."""

from __future__ import annotations

from django.apps import AppConfig


class ExamsiteConfig(AppConfig):
    name = "examsite"
    verbose_name = "站点"

    def ready(self) -> None:
        from . import checks  # noqa: F401  registers the checks
