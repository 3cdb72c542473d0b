"""The activity register, counted."""

from __future__ import annotations

from django.db.models import Count, Sum

from ...models import Activity
from ..counts import ActivityCounts
from ..sentence_facts import ActivityFacts, ActivityYear


def activity_year(unit_path: str, year: int) -> ActivityYear:
    """The register of a subtree in a year, counted by kind and theme."""
    rows = (
        Activity.objects.filter(unit__path__startswith=unit_path, date__year=year)
        .values("kind", "theme")
        .annotate(count=Count("pk"), audience=Sum("audience"))
        .order_by("kind", "theme")
    )
    return ActivityYear(
        year,
        tuple(
            ActivityFacts(row["kind"], ActivityCounts(row["count"], row["audience"]), theme=row["theme"])
            for row in rows
        ),
    )
