"""The activity register, counted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import ExtractMonth

from ...models import Activity, ActivityFile, ActivityKind
from ..counts import ActivityCounts
from ..sentence_facts import ActivityFacts, ActivityYear


def activities_of(unit_path: str, year: int, *, at: datetime | None = None) -> QuerySet[Activity]:
    """The entries of a subtree that count in a year; with `at` those that counted then."""
    found = Activity.objects.filter(unit__path__startswith=unit_path, date__year=year)
    if at is None:
        return found.filter(withdrawn_at__isnull=True)
    return found.filter(Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=at), created_at__lte=at)


def activity_year(unit_path: str, year: int, *, at: datetime | None = None) -> ActivityYear:
    """The register of a subtree in a year, counted by kind and theme."""
    rows = (
        activities_of(unit_path, year, at=at)
        .values("kind", "theme")
        .annotate(
            count=Count("pk"), audience=Sum("audience"), estimated=Count("pk", filter=Q(is_estimated=True))
        )
        .order_by("kind", "theme")
    )
    return ActivityYear(
        year,
        tuple(
            ActivityFacts(
                row["kind"],
                ActivityCounts(row["count"], row["audience"]),
                theme=row["theme"],
                is_exact=not row["estimated"],
            )
            for row in rows
        ),
    )


@dataclass(frozen=True, slots=True)
class KindMonths:
    """One kind of activity over a year: per month how many and their audience, and files of evidence."""

    kind: str
    counts: tuple[ActivityCounts, ...]
    files: int

    @property
    def total(self) -> ActivityCounts:
        return ActivityCounts(
            sum(one.activities for one in self.counts), sum(one.audience for one in self.counts)
        )


def months_of(unit_path: str, year: int) -> list[KindMonths]:
    """附表6: every kind by month, in the order of the kinds; kinds without any entry are there with zeros."""
    entries = activities_of(unit_path, year)
    rows = entries.annotate(month=ExtractMonth("date")).values("kind", "month").order_by()
    cells: dict[str, dict[int, ActivityCounts]] = defaultdict(dict)
    for row in rows.annotate(count=Count("pk"), audience=Sum("audience")):
        cells[row["kind"]][row["month"]] = ActivityCounts(row["count"], row["audience"])
    proofs = ActivityFile.objects.filter(activity__in=entries, removed_at__isnull=True)
    files = dict(proofs.values_list("activity__kind").annotate(count=Count("pk")).order_by())
    nothing = ActivityCounts(0, 0)
    return [
        KindMonths(kind, tuple(cells[kind].get(month, nothing) for month in range(1, 13)), files.get(kind, 0))
        for kind in ActivityKind.values
    ]
