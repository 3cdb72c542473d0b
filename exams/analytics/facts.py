"""The only SQL of the statistics: rows in, records out; what is not released yet has no result.

Every function is given `at`: a result that was not released then counts as unmarked (percent None), so that
no figure tells a score before its release.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, QuerySet, Sum

from examsite.people.models import Category, Establishment, Unit

from ..engine.release import Release, released_since
from ..engine.results import (
    Mode,
    PersonResult,
    RosterStatus,
    SittingKind,
    TryResult,
    flag_duplicates,
    percent_of,
)
from ..models import Activity, AnswerEvent, Attempt, Exam, RosterEntry, Sitting
from .counts import ActivityCounts
from .cuts import age_band
from .sentence_facts import ActivityFacts, ActivityYear


def unit_names() -> dict[str, str]:
    """Unit id (hex) → name, of every unit there is or was."""
    return {key.hex: name for key, name in Unit.objects.values_list("pk", "name")}


def people_of(exam: Exam, *, at: datetime, under: str = "") -> list[PersonResult]:
    """The roster of an exam with everybody's tries, in four statements whatever the size.

    `under`: only entries whose unit path of the freeze starts with it.
    """
    names, categories = unit_names(), dict(Category.objects.values_list("pk", "name"))
    tries = _tries(exam, at)
    entries = RosterEntry.objects.filter(exam=exam, unit_path__startswith=under).values_list(
        "pk",
        "user_id",
        "unit_id",
        "unit_path",
        "category_id",
        "establishment",
        "birth_year",
        "status",
        "added_late",
    )
    return [
        PersonResult(
            entry_id=str(key),
            person_id=str(user),
            unit_id=str(unit),
            unit_path=tuple(names[one] for one in path.strip("/").split("/")),
            category=categories[category],
            establishment=Establishment(establishment).label,
            age_band=age_band(None if born is None else exam.stat_year - born),
            status=RosterStatus(status),
            added_after_freeze=late,
            tries=flag_duplicates(tries.get(key, ())),
        )
        for key, user, unit, path, category, establishment, born, status, late in entries
    ]


def _tries(exam: Exam, at: datetime) -> dict[UUID, list[TryResult]]:
    release = _releases(exam)
    answered = Exists(AnswerEvent.objects.filter(attempt=OuterRef("pk")).values("attempt"))
    rows = (
        Attempt.objects.filter(exam=exam, started_at__lte=at)
        .annotate(answered=answered)
        .values_list(
            "pk",
            "entry_id",
            "sitting_id",
            "sitting__kind",
            "number",
            "mode",
            "points",
            "form__total_points",
            "started_at",
            "submitted_at",
            "settled",
            "voided_at",
            "answered",
        )
    )
    tries: dict[UUID, list[TryResult]] = defaultdict(list)
    for (
        key,
        entry,
        sitting,
        kind,
        number,
        mode,
        points,
        full,
        started,
        submitted,
        settled,
        voided,
        has_answer,
    ) in rows:
        shown = points is not None and released_since(release[sitting], submitted, at) is not None
        tries[entry].append(
            TryResult(
                attempt_id=str(key),
                sitting=SittingKind(kind),
                number=number,
                percent=percent_of(points, full) if shown else None,
                at=submitted or started,
                mode=Mode(mode),
                # Having answered, or having handed in oneself: being collected at the end is neither.
                answered=has_answer or (submitted is not None and not settled),
                voided=voided is not None and voided <= at,
            )
        )
    return tries


def _releases(exam: Exam) -> dict[UUID, Release]:
    sittings = list(Sitting.objects.filter(exam=exam))
    end = max((sitting.closes_at for sitting in sittings), default=None)
    return {
        sitting.pk: Release(exam.release_rule, exam.release_at, sitting.released_at, end)
        for sitting in sittings
    }


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


def exams_of_year(unit_path: str, year: int) -> QuerySet[Exam]:
    """The exams of a subtree in a statistical year, in the order in which they were sat."""
    return (
        Exam.objects.filter(unit__path__startswith=unit_path, stat_year=year, published_at__isnull=False)
        .annotate(last_end=Max("sittings__closes_at"))
        .order_by("last_end", "title")
        .select_related("unit", "category")
    )
