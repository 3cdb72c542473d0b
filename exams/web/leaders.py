"""The leaders' pages: how many must, did, passed; who is missing; what is weak. Read-only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from examsite.lib import clock
from examsite.lib.years import read_year
from examsite.people.models import Category, Role, Unit
from examsite.people.rules import holds, units_visible_to
from examsite.people.tree import in_tree_order
from examsite.web import download, page

from ..analytics import charts
from ..analytics.cuts import CUT_NAMES
from ..analytics.facts.credibility import credibility_notes
from ..analytics.facts.stored import StoredSums, Sums
from ..analytics.measures import MEASURES, definition_rows, describe, evaluate
from ..analytics.reports.figures import COLUMNS, HEADLINE, FiguresReport, compose, figures_report
from ..analytics.reports.missing import missing_people
from ..analytics.reports.pictures import CHARTS, MEDIA, Picture, drawn
from ..analytics.reports.scope import AREA, LEVELS, UNIT_CUT, Scope, why_not_added
from ..analytics.reports.years import YearPoint, series_points
from ..analytics.suppression import MINIMUM_GROUP
from ..analytics.tally import Tally
from ..api.notes import limits
from ..models import Exam
from ..rules import exams_in_sight, may_see_names, unit_for_figures


@dataclass(frozen=True)
class Choice:
    """What the address asks for: all of it in the address, so that a link shows the same page again."""

    unit: Unit
    cut: str
    level: str

    def query(self, **changes: str) -> str:
        values = {"unit": str(self.unit.pk), "cut": self.cut, "level": self.level} | changes
        return urlencode({name: value for name, value in values.items() if value})


def _choice(request: HttpRequest, units: list[tuple[Unit, int]], default: Unit) -> Choice:
    """The unit and cut of the address. A unit out of sight is not found; an unknown cut is the usual one."""
    wanted = request.GET.get("unit", "")
    unit = default
    if wanted:
        found = [one for one, _ in units if str(one.pk) == wanted]
        if not found:
            raise Http404
        unit = found[0]
    return Choice(unit, *_cut(request))


def _cut(request: HttpRequest) -> tuple[str, str]:
    """Cut and level of the address; the usual ones for anything unknown."""
    cut, level = request.GET.get("cut", UNIT_CUT), request.GET.get("level", AREA)
    return cut if cut in CUT_NAMES else UNIT_CUT, level if level in LEVELS else AREA


def _units(request: HttpRequest) -> list[tuple[Unit, int]]:
    return in_tree_order(units_visible_to(request.user))


# --- A year --------------------------------------------------------------------------------------------


@page
@require_safe
def year(request: HttpRequest) -> HttpResponse:
    """A year in the asker's units: its exams, and where they can be added up, what they come to."""
    return render(request, "exams/leaders/year.html", year_context(request))


def year_context(request: HttpRequest, *, with_series: bool = True) -> dict[str, object]:
    """What the page of a year shows; a chart of that year alone needs no other years."""
    at = clock.now()
    units = _units(request)
    empty = {"at": at, "exams": [], "years": [], "year": None}
    if not units:
        return empty | {"choice": None}
    choice = _choice(request, units, units[0][0])
    exams = _exams_of(request, choice.unit)
    if not exams:
        return empty | {"choice": choice, "units": units}
    years = sorted({exam.stat_year for exam in exams}, reverse=True)
    shown = read_year(request.GET.get("year", "")) or years[0]
    categories = sorted({exam.category for exam in exams if exam.stat_year == shown}, key=_category_order)
    codes = [one.pk for one in categories]
    asked = request.GET.get("category", "")
    category = asked if asked in codes else (codes[0] if len(codes) == 1 else "")
    listed = [exam for exam in exams if exam.stat_year == shown and category in ("", exam.category_id)]
    sums = StoredSums(listed, at=at)
    own = sums.of_unit(choice.unit.pk)
    listed = [exam for exam in listed if exam.pk in own or exam.unit.path.startswith(choice.unit.path)]
    context: dict[str, object] = {
        "at": at,
        "as_of": sums.as_of,
        "units": units,
        "choice": choice,
        "years": years,
        "year": shown,
        "categories": categories,
        "category": category,
        "exams": [ExamLine.of(exam, own.get(exam.pk)) for exam in listed],
        "chart_base": reverse("exams:figures"),
        "is_live": any(exam.closed_at is None and _is_open(exam, at) for exam in listed),
        "query": choice.query(year=str(shown), category=category),
        "cuts": CUT_NAMES,
        "levels": LEVELS,
    }
    if category and listed:
        why = why_not_added(listed)
        context["why_not_added"] = why
        if not why:
            scope = Scope(tuple(listed), choice.unit, choice.cut, choice.level)
            series = [exam for exam in exams if exam.category_id == category] if with_series else []
            context |= _report_context(request, scope, series, compose(scope, sums, list(own.values())))
    return context


def _category_order(category: Category) -> tuple[int, str]:
    return category.order, category.name


def _exams_of(request: HttpRequest, unit: Unit) -> list[Exam]:
    """The exams in sight that may concern the unit, newest first; sittings come with them."""
    above = [UUID(key) for key in unit.path.strip("/").split("/")[:-1]]
    in_sight = exams_in_sight(request.user)
    found = in_sight.filter(unit__path__startswith=unit.path) | in_sight.filter(unit__in=above)
    return list(
        found.select_related("unit", "category")
        .prefetch_related("sittings")
        .order_by("-stat_year", "unit__order", "unit__name", "created_at")
    )


def _is_open(exam: Exam, at: datetime) -> bool:
    return any(one.opens_at <= at <= one.closes_at for one in exam.sittings.all())


@dataclass(frozen=True)
class ExamLine:
    """One exam in the list of a year."""

    exam: Exam
    counts: Tally | None
    rates: dict[str, str]

    @classmethod
    def of(cls, exam: Exam, sums: Sums | None) -> ExamLine:
        counts = None if sums is None else sums.total
        rates = {}
        for name in ("turnout_rate", "pass_rate", "first_pass_rate"):
            rates[name] = ""
            if counts is not None and exam.roster_frozen_at is not None:
                hidden = name != "turnout_rate" and counts.pending
                rates[name] = "" if hidden else shown_rate(name, counts)
        return cls(exam, counts, rates)


def shown_rate(measure: str, counts: Tally) -> str:
    """The rate, or "" of a group so small that only numbers are shown."""
    figure = evaluate(measure, counts)
    return "" if 0 < int(figure.whole or 0) < MINIMUM_GROUP else figure.text()


# --- One exam --------------------------------------------------------------------------------------------


@page
@require_safe
def rates(request: HttpRequest, exam_id: UUID) -> HttpResponse:
    """One exam from the asker's units: numbers, units, bands, years, laws; who is missing."""
    exam = exam_of(request, exam_id)
    scope = scope_of(request, exam)
    at = clock.now()
    report = figures_report(scope, at=at)
    context = _report_context(request, scope, series_of(request, exam), report)
    context |= {
        "exam": exam,
        "at": at,
        "chart_base": reverse("exams:rates", args=[exam.pk]),
        "units": [(one, depth) for one, depth in _units(request) if one.path.startswith(exam.unit.path)],
        "choice": Choice(scope.unit, scope.cut, scope.level),
        "query": Choice(scope.unit, scope.cut, scope.level).query(),
        "is_live": _is_open(exam, at),
        "cuts": CUT_NAMES,
        "levels": LEVELS,
        "may_manage": holds(request.user, exam.unit, Role.OFFICER),
        "credibility": credibility_notes(exam, under=scope.unit.path, at=at, limits=limits())
        if report.is_complete
        else [],
    }
    return render(request, "exams/leaders/rates.html", context)


def exam_of(request: HttpRequest, exam_id: UUID) -> Exam:
    """The exam, if the asker may see figures of it."""
    exams = exams_in_sight(request.user).select_related("unit", "category").prefetch_related("sittings")
    return get_object_or_404(exams, pk=exam_id)


def scope_of(request: HttpRequest, exam: Exam) -> Scope:
    """The exam seen from the asker's place: its own unit, or below it the part that is his."""
    unit = unit_for_figures(request.user, exam, request.GET.get("unit", ""))
    cut, level = _cut(request)
    return Scope((exam,), unit, cut, level)


def series_of(request: HttpRequest, exam: Exam) -> list[Exam]:
    """The exams of the same kind in other years."""
    return list(
        exams_in_sight(request.user)
        .filter(unit=exam.unit, category=exam.category_id)
        .select_related("unit", "category")
    )


def _report_context(
    request: HttpRequest, scope: Scope, series: list[Exam], report: FiguresReport
) -> dict[str, object]:
    points = points_of(scope, series)
    one = scope.exams[0] if len(scope.exams) == 1 else None
    cards = {} if one is None else {name: _card(one, name, scope.unit) for name in HEADLINE}
    return {
        "cards": cards | ({"first_passed": _card(one, "first_passed", scope.unit)} if one else {}),
        "missing_url": f"{reverse('exams:missing', args=[one.pk])}?unit={scope.unit.pk}" if one else "#exams",
        "report": report,
        "figures": {name: report.figures[name].text() if report.shows(name) else "" for name in HEADLINE},
        "measures": [MEASURES[name] for name in COLUMNS],
        "definitions": [describe(MEASURES[name]) for name in HEADLINE],
        "points": points,
        "pictures": {name: Picture.of(build(report, points)) for name, build in CHARTS.items()},
        "may_see_names": may_see_names(request.user, scope.unit),
    }


def _card(exam: Exam, measure: str, unit: Unit) -> str:
    return f"{reverse('exams:exam_card', args=[exam.pk, measure])}?unit={unit.pk}"


def points_of(scope: Scope, series: list[Exam]) -> list[YearPoint]:
    """The years of a series, seen from the scope's unit."""
    return series_points(scope.unit, series, at=clock.now())


# --- Who is missing ----------------------------------------------------------------------------------------


@page
@require_safe
def missing(request: HttpRequest, exam_id: UUID) -> HttpResponse:
    """Who has not sat, or not passed, by village: names for the unit's own, numbers for those above."""
    exam = exam_of(request, exam_id)
    scope = scope_of(request, exam)
    at = clock.now()
    names = may_see_names(request.user, scope.unit)
    found = missing_people(exam, under=scope.unit.path, at=at, with_names=names)
    return render(
        request,
        "exams/leaders/missing.html",
        {"exam": exam, "scope": scope, "found": found, "at": at, "with_names": names},
    )


# --- Charts ------------------------------------------------------------------------------------------------


@page
@require_safe
def chart(request: HttpRequest, exam_id: UUID, name: str, format: str) -> HttpResponse:
    """One chart of an exam as a file."""
    exam = exam_of(request, exam_id)
    scope = scope_of(request, exam)
    points = points_of(scope, series_of(request, exam)) if name == "years" else []
    return picture(request, CHARTS[name](figures_report(scope, at=clock.now()), points), name, format)


@page
@require_safe
def year_chart(request: HttpRequest, name: str, format: str) -> HttpResponse:
    """One chart of a year as a file; 404 where its exams cannot be added up."""
    context = year_context(request, with_series=name == "years")
    if "report" not in context:
        raise Http404
    return picture(request, CHARTS[name](context["report"], context["points"]), name, format)  # type: ignore[arg-type]


def picture(request: HttpRequest, chart: charts.Chart, name: str, format: str) -> HttpResponse:
    """The drawn chart; drawn once for the same content. 404 where there is nothing to draw."""
    if charts.is_empty(chart):
        raise Http404
    data = drawn(chart, format, narrow="narrow" in request.GET)
    return download(data, f"{name}.{format}", MEDIA[format], inline="download" not in request.GET)


# --- What the words mean -----------------------------------------------------------------------------------


@page
@require_safe
def definitions(request: HttpRequest) -> HttpResponse:
    """口径说明: every measure as it is computed, printed from the objects that compute it."""
    return render(request, "exams/leaders/definitions.html", {"rows": definition_rows()})
