"""A first draft of next year's plan: for each weak law the units that know least of it."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from examsite.people.models import Unit

from ...domain.plans import PlanLine
from ..facts.exams import exams_of_year
from ..sentence_facts import STANDARD
from .figures import FiguresReport, figures_report
from .scope import Scope

MOST_LAWS = 6
MOST_PLACES = 5


def proposed_plan(unit: Unit, year: int, *, at: datetime) -> list[PlanLine]:
    """Lines for the year after `year`, the weakest law first; the laws of all its exams, exam by exam.

    A law below the line of the house 掌握较好 is proposed; its places are the units in which it is known
    least. One talk a place.
    """
    lines: list[PlanLine] = []
    seen: set[str] = set()
    reports = [
        figures_report(Scope((exam,), unit), at=at)
        for exam in exams_of_year(unit.path, year)
        if exam.roster_frozen_at is not None
    ]
    weak = sorted(
        ((_share(report, law), law, report) for report in reports for law in report.laws.laws),
        key=lambda one: (one[0], one[1]),
    )
    for share, law, report in weak:
        name = report.law_names[law]
        if name in seen or share >= STANDARD.mastered_from or len(lines) >= MOST_LAWS:
            continue
        seen.add(name)
        places = _places(report, law)
        rate = report.law_rows[report.laws.laws.index(law)].total.text()
        lines.append(
            PlanLine(
                law=name,
                places="、".join(places),
                talks=max(len(places), 1),
                due="",
                basis=f"{report.exams[0].title}：首次作答掌握率{rate}",
            )
        )
    return lines


def _share(report: FiguresReport, law: str) -> Fraction:
    counts = report.laws.totals[law]
    return Fraction(*counts.earned.as_integer_ratio()) / Fraction(*counts.possible.as_integer_ratio())


def _places(report: FiguresReport, law: str) -> list[str]:
    """The units below the average of the law, the weakest first; what was put together stands for nobody."""
    average = _share(report, law)
    cells = [(report.laws.cells[law, unit], unit) for unit in report.laws.units]
    own = [(cell.share, unit) for cell, unit in cells if cell.share is not None and not cell.is_merged]
    weak = sorted((share, report.unit_names[unit]) for share, unit in own if share < average)
    return [name for _, name in weak[:MOST_PLACES]]
