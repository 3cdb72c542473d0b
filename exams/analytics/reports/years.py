"""The same kind of exam over the years: one point a year, or one an exam where they cannot be added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from examsite.people.models import Unit

from ...models import Exam, YearTotal
from ..charts import LineChart, LineSeries
from ..facts.stored import StoredSums, Sums
from ..measures import MEASURES, Figure, evaluate
from ..suppression import MINIMUM_GROUP, Hidden
from ..tally import Tally, total
from .scope import why_not_added

YEARS_SHOWN = 6
MEASURED = ("turnout_rate", "first_pass_rate", "pass_rate")
DRAWN = ("first_pass_rate", "pass_rate")


@dataclass(frozen=True, slots=True)
class YearPoint:
    """One year of a series. `counts` is None for totals taken over from older records (`source` says which).

    `why_missing`: why there is no rate.
    """

    year: int
    label: str
    cells: Mapping[str, Figure | Hidden | None]
    counts: Tally | None = None
    source: str = ""
    why_missing: str = ""
    required: int = 0


def year_points(exams: Sequence[Exam], sums: Mapping[UUID, Sums]) -> list[YearPoint]:
    """The points of these exams, oldest first. Rates of different exams are never added."""
    by_year: dict[int, list[Exam]] = defaultdict(list)
    for exam in exams:
        if exam.pk in sums:
            by_year[exam.stat_year].append(exam)
    points = []
    for year in sorted(by_year):
        group = by_year[year]
        if why_not_added(group):
            points += [
                _point(year, f"{year} {exam.title}", [exam], sums)
                for exam in sorted(group, key=lambda one: (one.created_at, one.title))
            ]
        else:
            points.append(_point(year, f"{year}年", group, sums))
    return points


def _point(year: int, label: str, exams: Sequence[Exam], sums: Mapping[UUID, Sums]) -> YearPoint:
    counts = total(sums[exam.pk].total for exam in exams)
    why = ""
    if any(exam.roster_frozen_at is None for exam in exams):
        why = "名册未冻结"
    elif counts.pending:
        why = "成绩未出齐"
    cells: dict[str, Figure | Hidden | None] = {}
    for name in MEASURED:
        figure = evaluate(name, counts)
        base = int(figure.whole or 0)
        if why == "名册未冻结" or (why and name != "turnout_rate"):
            cells[name] = None
        elif 0 < base < MINIMUM_GROUP:
            cells[name] = Hidden(name, base, complementary=False)
        else:
            cells[name] = figure
    return YearPoint(year, label, cells, counts, why_missing=why, required=counts.required)


def series_points(unit: Unit, series: Sequence[Exam], *, at: datetime) -> list[YearPoint]:
    """The newest years of a series with what older records add, seen from a unit."""
    years = sorted({exam.stat_year for exam in series}, reverse=True)[:YEARS_SHOWN]
    kept = [exam for exam in series if exam.stat_year in years]
    if not kept:
        return []
    points = year_points(kept, StoredSums(kept, at=at).of_unit(unit.pk))
    past = YearTotal.objects.filter(unit=unit, category=kept[0].category_id, year__lt=max(years))
    return with_past_totals(points, list(past))


def with_past_totals(points: Sequence[YearPoint], totals: Sequence[YearTotal]) -> list[YearPoint]:
    """The points with the totals of years that the site does not know; such a year says where it is from."""
    known = {point.year for point in points}
    older = [_from_total(total) for total in totals if total.year not in known]
    return sorted([*older, *points], key=lambda point: point.year)


def _from_total(total: YearTotal) -> YearPoint:
    counted = {
        "turnout_rate": (total.taken, total.required),
        "first_pass_rate": (total.first_passed, total.main_taken),
        "pass_rate": (total.passed, total.taken),
    }
    cells: dict[str, Figure | Hidden | None] = {}
    for name, (part, whole) in counted.items():
        if part is None or whole is None:
            cells[name] = None
        elif 0 < whole < MINIMUM_GROUP:
            cells[name] = Hidden(name, whole, complementary=False)
        else:
            cells[name] = Figure(name, MEASURES[name].version, part, whole)
    return YearPoint(
        total.year, f"{total.year}年", cells, source=f"往年合计：{total.source}", required=total.required
    )


def line_chart(points: Sequence[YearPoint]) -> LineChart:
    """First-attempt and final pass rates over the years."""
    return LineChart(
        title="历年首考与最终合格率",
        points=tuple(point.label for point in points),
        series=tuple(
            LineSeries(
                MEASURES[name].name,
                tuple(point.cells.get(name) or Hidden(name, 0, False) for point in points),
            )
            for name in DRAWN
        ),
    )
