"""The exams that a report is about."""

from __future__ import annotations

from django.db.models import Max, QuerySet

from ...models import Exam


def exams_of_year(unit_path: str, year: int) -> QuerySet[Exam]:
    """The exams of a subtree in a statistical year, in the order in which they were sat."""
    return (
        Exam.objects.filter(unit__path__startswith=unit_path, stat_year=year, published_at__isnull=False)
        .annotate(last_end=Max("sittings__closes_at"))
        .order_by("last_end", "title")
        .select_related("unit", "category")
    )
