"""Question banks (题库): what an item is."""

from __future__ import annotations

from django.apps import AppConfig


class QuestionbanksConfig(AppConfig):
    name = "questionbanks"
    verbose_name = "题库"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from examsite.people.words import name_actions

        from .words import ACTIONS

        name_actions(ACTIONS)
