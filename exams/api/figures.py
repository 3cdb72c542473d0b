"""Figures as an API: the same as on the pages, now or as of a moment, with definition versions and counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from examsite.api import Call, call
from examsite.lib.errors import Invalid, NotFound
from examsite.people.models import Unit
from examsite.people.rules import units_visible_to

from ..analytics.charts import is_empty
from ..analytics.facts.responses import form_report
from ..analytics.item_report import document
from ..analytics.measures import MEASURES, Figure
from ..analytics.reports.figures import FiguresReport, figures_report
from ..analytics.reports.missing import missing_people
from ..analytics.reports.pictures import CHARTS, MEDIA, drawn
from ..analytics.reports.scope import Scope, why_not_added
from ..analytics.reports.years import series_points
from ..analytics.suppression import Hidden
from ..models import Exam, Form
from ..rules import exams_in_sight, exams_manageable_by, may_see_names, unit_for_figures
from . import figures_schema as schema

QUERY = [
    OpenApiParameter("unit", OpenApiTypes.UUID, description="from whose point of view"),
    OpenApiParameter("cut", str, description="how the rows are divided"),
    OpenApiParameter("level", str, description="how deep the rows by unit go"),
    OpenApiParameter("as_of", OpenApiTypes.DATETIME, description="as the rows stood then; default now"),
]
IMAGE = {(200, media): OpenApiTypes.BINARY for media in MEDIA.values()}


def figures_call(
    operation_id: str, *, request: Any = None, reply: Any = None, status: int = 200, **more: Any
) -> Any:
    """The document's entry of a call for figures."""
    return call(operation_id, tag="figures", request=request, reply=reply, status=status, **more)


class FiguresCall(Call):
    """Look-ups that figures share."""

    def query(self, serializer: type = schema.FiguresQuery) -> dict[str, Any]:
        """The parameters of the address, checked; `as_of` never lies in the future."""
        found = super().query(serializer)
        if found.get("as_of") is not None and found["as_of"] > self.at:
            raise Invalid("as_of", "as_of 不能晚于现在。")
        return found

    def exam(self, key: UUID) -> Exam:
        return self.find(exams_in_sight(self.request.user).select_related("unit", "category"), key)

    def scope(self, exam: Exam, query: dict[str, Any]) -> Scope:
        unit = unit_for_figures(self.request.user, exam, str(query.get("unit") or ""))
        return Scope((exam,), unit, query["cut"], query["level"])


def figure_data(figure: Figure | Hidden, *, shown: bool = True) -> dict[str, Any]:
    """A figure for a program; what may not be shown has neither numbers nor text."""
    if isinstance(figure, Hidden) or not shown:
        hidden = figure.reason if isinstance(figure, Hidden) else "名册未冻结或成绩未出齐，不列比率"
        measure = MEASURES[figure.measure]
        return {
            "measure": measure.id, "version": measure.version, "part": None, "whole": None, "text": "",
            "hidden": hidden,
        }  # fmt: skip
    return {
        "measure": figure.measure,
        "version": figure.version,
        "part": str(figure.part),
        "whole": None if figure.whole is None else str(figure.whole),
        "text": figure.text(),
        "hidden": "",
    }


def exam_data(exam: Exam) -> dict[str, Any]:
    return {
        "id": exam.pk,
        "title": exam.title,
        "unit": exam.unit.name,
        "stat_year": exam.stat_year,
        "roster_frozen": exam.roster_frozen_at is not None,
    }


def report_data(report: FiguresReport) -> dict[str, Any]:
    """A report for a program: the same numbers as on the page."""
    return {
        "exams": [exam_data(exam) for exam in report.exams],
        "unit": report.scope.unit.name,
        "as_of": report.as_of,
        "roster_frozen": report.is_frozen,
        "complete": report.is_complete,
        "notes": list(report.notes),
        "figures": [figure_data(one, shown=report.shows(name)) for name, one in report.figures.items()],
        "cut": report.scope.cut,
        "rows": [
            {
                "key": row.key,
                "label": row.label,
                "parent": row.parent,
                "figures": [figure_data(one, shown=report.shows(name)) for name, one in row.cells.items()],
            }
            for row in report.rows
        ],
        "bands": [
            {"label": label, "people": people, "share": share} for label, people, share in report.band_rows
        ],
        "laws": [
            {
                "law": law.name,
                "text": law.total.text(),
                "answers": law.answers,
                "units": [
                    {
                        "unit": report.unit_names[unit],
                        "text": cell.figure.text() if cell.figure else "",
                        "people": cell.people if cell.figure else 0,
                        "merged_with": cell.others,
                    }
                    for unit, cell in zip(report.laws.units, law.cells, strict=True)
                ],
            }
            for law in report.law_rows
        ],
    }


class Definitions(Call):
    @figures_call("figures_definitions", reply=schema.MeasureOut(many=True))
    def get(self, request: Request) -> Response:
        """Every measure as it is computed: words, numerator, denominator, version."""
        return Response(schema.MeasureOut(list(MEASURES.values()), many=True).data)


class ExamFiguresView(FiguresCall):
    @figures_call("figures_exam", reply=schema.ExamFiguresOut, parameters=QUERY)
    def get(self, request: Request, exam: UUID) -> Response:
        """The figures of one exam."""
        query = self.query()
        scope = self.scope(self.exam(exam), query)
        report = figures_report(scope, at=self.at, as_of=query.get("as_of"))
        return Response(schema.ExamFiguresOut(report_data(report)).data)


class YearFigures(FiguresCall):
    @figures_call(
        "figures_year",
        reply=schema.YearOut,
        parameters=[*QUERY, OpenApiParameter("category", str, description="code of the category")],
    )
    def get(self, request: Request, year: int) -> Response:
        """The exams of a year in a unit, and what they come to where they may be added up."""
        query = self.query(schema.YearQuery)
        unit = self._unit(query.get("unit"))
        exams = self._exams(unit, year, query.get("category"))
        why = why_not_added(exams) if len({exam.category_id for exam in exams}) == 1 else "请选择人员类别。"
        total = None
        if exams and not why:
            scope = Scope(tuple(exams), unit, query["cut"], query["level"])
            total = report_data(figures_report(scope, at=self.at, as_of=query.get("as_of")))
        data = {
            "year": year,
            "exams": [exam_data(exam) for exam in exams],
            "total": total,
            "why_not_added": why if exams else "",
        }
        return Response(schema.YearOut(data).data)

    def _unit(self, wanted: UUID | None) -> Unit:
        seen = units_visible_to(self.request.user)
        if wanted is not None:
            return self.find(seen, wanted)
        found = seen.order_by("path").first()
        if found is None:
            raise NotFound("not_found", "您没有可看的单位。")
        return found

    def _exams(self, unit: Unit, year: int, category: str | None) -> Sequence[Exam]:
        above = [UUID(key) for key in unit.path.strip("/").split("/")[:-1]]
        seen = exams_in_sight(self.request.user).filter(stat_year=year)
        found = seen.filter(unit__path__startswith=unit.path) | seen.filter(unit__in=above)
        if category:
            found = found.filter(category=category)
        return list(found.select_related("unit", "category").order_by("created_at", "pk"))


class ExamChart(FiguresCall):
    @call("figures_chart", tag="figures", reply=OpenApiTypes.BINARY, parameters=QUERY)
    def get(self, request: Request, exam: UUID, name: str, extension: str) -> HttpResponse:
        """One chart of an exam: rates, bands, laws or years, as png or svg."""
        query = self.query()
        found = self.exam(exam)
        scope = self.scope(found, query)
        points = []
        if name == "years":
            series = exams_in_sight(request.user).filter(unit=found.unit, category=found.category_id)
            points = series_points(scope.unit, list(series.select_related("unit")), at=self.at)
        chart = CHARTS[name](figures_report(scope, at=self.at, as_of=query.get("as_of")), points)
        if is_empty(chart):
            raise NotFound("empty", "还没有可画的数据。")
        return HttpResponse(drawn(chart, extension), content_type=MEDIA[extension])


class Missing(FiguresCall):
    @figures_call("figures_missing", reply=schema.MissingOut(many=True), parameters=QUERY)
    def get(self, request: Request, exam: UUID) -> Response:
        """Who has not sat or not passed, by village; names for the unit's own only."""
        query = self.query()
        found = self.exam(exam)
        unit = unit_for_figures(request.user, found, str(query.get("unit") or ""))
        at: datetime = query.get("as_of") or self.at
        rows = missing_people(found, under=unit.path, at=at, with_names=may_see_names(request.user, unit))
        return Response(schema.MissingOut(rows, many=True).data)


class FormStatistics(FiguresCall):
    @figures_call("figures_form_statistics", reply=schema.StatisticsOut)
    def get(self, request: Request, form: UUID) -> Response:
        """Item and test statistics of one form, first attempts only."""
        rows = Form.objects.filter(exam__in=exams_manageable_by(request.user), published_at__isnull=False)
        report = form_report(self.find(rows.select_related("exam__unit"), form), at=self.at)
        if report.stats is None:
            raise NotFound("no_answers", "还没有人用这一卷首次作答，或成绩没有公布。")
        return Response(schema.StatisticsOut(document(report.stats)).data)
