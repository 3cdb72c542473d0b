"""学法用法记录: what one person has to show for a year, on one page, for a leader's yearly report (述职).

Only what the site knows: exams with their results, certificates, and what his units organised while he
belonged to them. Nobody's attendance at an activity is recorded, so none is claimed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q

from examsite.people.models import Membership, User
from examsite.people.tree import keys_of

from ..models import Activity, ActivityKind, Certificate, RosterEntry, RosterStatus
from .results import person_outcome

# What people learn at; campaigns and home visits are what they do for others, and are listed apart.
STUDY = (ActivityKind.STUDY_GROUP, ActivityKind.TRAINING, ActivityKind.LECTURE)


@dataclass(frozen=True)
class ExamLine:
    """One exam: `percent` and `passed` are None until the result is released to the person."""

    title: str
    status: str
    attempts: int
    percent: Decimal | None
    passed: bool | None


@dataclass(frozen=True)
class LawRecord:
    """The page. `posts` are the memberships that touched the year, latest first."""

    user: User
    year: int
    posts: tuple[Membership, ...]
    exams: tuple[ExamLine, ...]
    certificates: tuple[Certificate, ...]
    study: tuple[Activity, ...]
    outreach: tuple[Activity, ...]


def law_record(*, user: User, year: int, at: datetime) -> LawRecord:
    """What the site knows of the person's year, as he may be told at `at`."""
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    posts = tuple(
        user.memberships.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=first), valid_from__lt=after)
        .select_related("unit", "category")
        .order_by("-valid_from")
    )
    entries = (
        RosterEntry.objects.filter(user=user, exam__stat_year=year, exam__published_at__isnull=False)
        .exclude(status=RosterStatus.REMOVED)
        .select_related("exam", "user")
        .order_by("exam__published_at")
    )
    activities = _activities_of(posts, first, after)
    return LawRecord(
        user=user,
        year=year,
        posts=posts,
        exams=tuple(_line(entry, at) for entry in entries),
        certificates=tuple(
            Certificate.objects.filter(
                entry__user=user, withdrawn_at__isnull=True, issued_on__gte=first, issued_on__lt=after
            ).order_by("issued_on")
        ),
        study=tuple(one for one in activities if one.kind in STUDY),
        outreach=tuple(one for one in activities if one.kind not in STUDY),
    )


def _line(entry: RosterEntry, at: datetime) -> ExamLine:
    outcome = person_outcome(entry=entry, at=at)
    final = outcome.final
    return ExamLine(
        title=entry.exam.title,
        status=entry.get_status_display(),
        attempts=outcome.standing.attempts,
        percent=final.percent if final else None,
        passed=outcome.standing.passed if final else None,
    )


def _activities_of(posts: tuple[Membership, ...], first: date, after: date) -> list[Activity]:
    """Activities of the person's own unit and of the units above it, on days when he belonged to it."""
    found: dict[object, Activity] = {}
    for post in posts:
        begin = max(first, post.valid_from)
        end = min(after, post.valid_to) if post.valid_to else after
        rows = Activity.objects.filter(
            unit__in=keys_of(post.unit.path), date__gte=begin, date__lt=end, withdrawn_at__isnull=True
        ).select_related("unit")
        found |= {one.pk: one for one in rows}
    return sorted(found.values(), key=lambda one: (one.date, str(one.pk)))
