"""The site itself: its system checks, and its admin."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ExamsiteConfig(AppConfig):
    name = "examsite"
    verbose_name = "站点"

    def ready(self) -> None:
        from . import checks  # noqa: F401  registers the checks


class ExamAdminConfig(AdminConfig):
    default_site = "examsite.admin_site.ExamAdminSite"
