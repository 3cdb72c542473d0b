"""The page of one person's year of learning the law, to be printed."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from examsite.lib.years import read_year
from examsite.people.models import User
from examsite.people.rules import people_managed_by
from examsite.web import page

from ..domain.law_record import law_record
from ..domain.stamps import moment
from ..models import ActivityKind

YEARS = 6


@page
@require_safe
def my_law_record(request: HttpRequest) -> HttpResponse:
    """Mine."""
    return _show(request, request.user, own=True)


@page
@require_safe
def law_record_of(request: HttpRequest, person: UUID) -> HttpResponse:
    """That of somebody in my units, at his request: for the officer."""
    return _show(request, get_object_or_404(people_managed_by(request.user), pk=person), own=False)


def _show(request: HttpRequest, user: User, *, own: bool) -> HttpResponse:
    at = moment()
    this_year = localdate(at).year
    year = read_year(request.GET.get("year", "")) or this_year
    record = law_record(user=user, year=year, at=at)
    counts = Counter(one.kind for one in record.study)
    context = {
        "record": record,
        "person": user,
        "own": own,
        "years": range(this_year, this_year - YEARS, -1),
        "study": [(ActivityKind(kind).label, number) for kind, number in sorted(counts.items())],
        "today": localdate(at),
    }
    return render(request, "exams/law_record.html", context)
