"""Exams (考试): what happens to people."""

from __future__ import annotations

from django.apps import AppConfig


class ExamsConfig(AppConfig):
    name = "exams"
    verbose_name = "考试"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from examsite.people.words import name_actions, name_details

        from .domain import personal
        from .words import ACTIONS, DETAILS, VALUES

        name_actions(ACTIONS)
        name_details(DETAILS, VALUES)
        personal.register()
