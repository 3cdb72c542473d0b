"""The card behind a digit of the annual report: what it counts, and the way to those it counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from examsite.lib import clock
from examsite.lib.years import read_year
from examsite.web import page
from questionbanks.models import Law

from ..analytics.counts import ActivityCounts, VillageCounts
from ..analytics.facts.activities import activities_of
from ..analytics.facts.stored import AnySums, RecountedSums, StoredSums, Sums
from ..analytics.facts.villages import villages_on
from ..analytics.law_map import add
from ..analytics.measures import MEASURES, Measure, Scope, describe, evaluate
from ..analytics.sentence_facts import STANDARD
from ..analytics.snapshots.differences import look_again
from ..analytics.snapshots.report_states import newest_snapshot
from ..analytics.tally import total
from ..models import AnnualReport, Exam, YearTotal
from ..rules import exams_in_sight, reports_visible_to
from .cards import exam_in_sight, of_exam


@dataclass(frozen=True)
class Asked:
    """What a card is about: a measure, of what (`rest` of the subject); `frozen` in a frozen report."""

    request: HttpRequest
    report: AnnualReport
    measure: Measure
    rest: str
    at: datetime
    frozen: datetime | None

    @property
    def as_of(self) -> datetime:
        return self.frozen or self.at

    def sums(self, exams: Sequence[Exam], unit_id: UUID) -> dict[UUID, Sums]:
        """Exam → its sums in the subtree of a unit, of the moment of the report."""
        sums: AnySums = StoredSums(exams, at=self.at)
        if self.frozen is not None:
            sums = RecountedSums(exams, at=self.frozen)
        return sums.of_unit(unit_id)


@page
@require_safe
def card(request: HttpRequest, report: UUID) -> HttpResponse:
    """The card behind a digit of a sentence: for a frozen report, of the moment it was frozen."""
    found = get_object_or_404(reports_visible_to(request.user).select_related("unit"), pk=report)
    measure = MEASURES.get(request.GET.get("measure", ""))
    subject, _, rest = request.GET.get("subject", "").partition(":")
    behind = BEHIND.get(subject)
    if measure is None or behind is None:
        raise Http404
    snapshot = newest_snapshot(found)
    at = clock.now()
    asked = Asked(request, found, measure, rest, at, None if snapshot is None else snapshot.as_of)
    context = {
        "report": found,
        "snapshot": None if snapshot is None else look_again(snapshot, at=at),
        "measure": measure,
        "definition": describe(measure),
        "as_of": asked.as_of,
    }
    return render(request, "exams/reports/card.html", context | behind(asked))


def _behind_exam(asked: Asked) -> dict[str, Any]:
    """One exam: its people. `exam:<id>:last_year` stands for the exam of the year before."""
    key, _, year = asked.rest.partition(":")
    exam = exam_in_sight(asked.request, key)
    if year == "last_year":
        before = exams_in_sight(asked.request.user).filter(
            unit=exam.unit, label=exam.label, stat_year=exam.stat_year - 1
        )
        if not before:
            totals = YearTotal.objects.filter(
                unit=asked.report.unit, category=exam.category_id, year=exam.stat_year - 1
            )
            return {"totals": totals}
        exam = before.select_related("unit", "category")[0]
    if asked.measure.scope is Scope.EXAM:
        return of_exam(
            asked.request, exam, exam.unit, asked.measure.id, asked.as_of, looks_back=asked.frozen is not None
        )
    return _behind_year(asked)


def _behind_activities(asked: Asked) -> dict[str, Any]:
    """Entries of the register: `activities:<year>[:<kind>[:<theme>]]`."""
    typed, *kind = asked.rest.split(":", 2)
    year = read_year(typed)
    if year is None:
        raise Http404
    rows = activities_of(asked.report.unit.path, year, at=asked.as_of).select_related("unit")
    if kind:
        rows = rows.filter(kind=kind[0])
    if len(kind) > 1:
        rows = rows.filter(theme=kind[1])
    entries = list(rows.order_by("date", "created_at"))
    counts = ActivityCounts(len(entries), sum(one.audience for one in entries))
    return {
        "activities": entries,
        "audience": counts.audience,
        "shown": evaluate(asked.measure.id, counts).text() if asked.measure.scope is Scope.ACTIVITIES else "",
    }


def _behind_villages(asked: Asked) -> dict[str, Any]:
    """Villages with their people in office on a day."""
    day = min(localdate(asked.as_of), date(asked.report.year, 12, 31))
    villages = villages_on(asked.report.unit, day)
    people = [one.in_office for one in villages]
    covered = sum(one >= STANDARD.village_minimum for one in people)
    counts = VillageCounts(len(villages), covered, sum(people))
    return {
        "villages": villages,
        "day": day,
        "shown": evaluate(asked.measure.id, counts).text() if asked.measure.scope is Scope.VILLAGES else "",
    }


def _behind_topic(asked: Asked) -> dict[str, Any]:
    """One law in an exam: `topic:<name>@<subject of the exam>`; those whose first attempts were counted."""
    name, _, source = asked.rest.partition("@")
    kind, _, rest = source.partition(":")
    if asked.measure.scope is not Scope.TOPIC or kind not in ("exam", "exams"):
        raise Http404
    exams = [exam_in_sight(asked.request, rest)] if kind == "exam" else _series(asked, rest)
    unit = exams[0].unit if len(exams) == 1 else asked.report.unit
    laws = [one.laws for one in asked.sums(exams, unit.pk).values()]
    ids = {key for one in laws for key in one}
    known = {law.pk.hex for law in Law.objects.filter(pk__in=ids) if f"《{law.short}》" == name}
    counts = add(one[key] for one in laws for key in one if key in known)
    if not counts.answers:
        raise Http404
    figure = evaluate(asked.measure.id, counts)
    shown = {"topic": name, "figure": figure, "shown": figure.text(), "answers": counts.answers}
    if len(exams) > 1:
        return _lines_of(asked, exams) | shown
    people = of_exam(asked.request, exams[0], unit, "first_mean", asked.as_of)
    return people | shown | {"is_rate": False, "may_freeze": False, "proposals": []}


def _behind_exams(asked: Asked) -> dict[str, Any]:
    """The exams of several towns that are spoken of as one: `exams:<category>:<label>`."""
    exams = _series(asked, asked.rest)
    if asked.measure.scope is not Scope.EXAM:
        return _lines_of(asked, exams)
    counts = total(one.total for one in asked.sums(exams, asked.report.unit_id).values())
    figure = evaluate(asked.measure.id, counts)
    return _lines_of(asked, exams) | {
        "figure": figure,
        "shown": figure.text(),
        "is_rate": figure.whole is not None,
        "of_each": asked.measure.id,
    }


def _series(asked: Asked, rest: str) -> list[Exam]:
    """The exams of the report's year of a category and label; "…:last_year" those of the year before."""
    category, _, label = rest.partition(":")
    year = asked.report.year
    if label.endswith(":last_year"):
        label, year = label.removesuffix(":last_year"), year - 1
    found = exams_in_sight(asked.request.user).filter(
        unit__path__startswith=asked.report.unit.path, stat_year=year, category=category, label=label
    )
    exams = list(found.select_related("unit", "category").order_by("unit__order", "unit__name"))
    if not exams:
        raise Http404
    return exams


def _behind_year(asked: Asked) -> dict[str, Any]:
    """The exams of the report's year, each with its counts."""
    exams = exams_in_sight(asked.request.user).filter(
        unit__path__startswith=asked.report.unit.path, stat_year=asked.report.year
    )
    return _lines_of(asked, list(exams.select_related("unit", "category").order_by("created_at")))


def _lines_of(asked: Asked, exams: Sequence[Exam]) -> dict[str, Any]:
    """Exams, each with its counts."""
    sums = asked.sums(exams, asked.report.unit_id)
    return {"exams": [(exam, sums[exam.pk].total if exam.pk in sums else None) for exam in exams]}


BEHIND: dict[str, Callable[[Asked], dict[str, Any]]] = {
    "exam": _behind_exam,
    "exams": _behind_exams,
    "activities": _behind_activities,
    "villages": _behind_villages,
    "topic": _behind_topic,
    "year": _behind_year,
    "units": _behind_year,
}
