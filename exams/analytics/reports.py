"""What the faces ask for: facts fetched, counted, guarded and put together. No SQL and no drawing here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from examsite.people.models import Unit, UnitKind

from ..domain.results import rule_of
from ..engine.results import PersonResult, counting_tries, resolve
from ..models import Exam
from .charts import BarChart, BarSeries, Histogram
from .facts.activities import activity_year
from .facts.exams import exams_of_year
from .facts.people import people_of
from .measures import Figure, evaluate, roster_notes
from .sentence_facts import ExamFacts, ExamWords, Place, ReportFacts, count_helped_older, watch_list
from .suppression import GuardedRow, guard_table
from .tally import BAND_NAMES, Tally, tally, tally_by

COLUMNS = (
    "required",
    "taken",
    "turnout_rate",
    "passed",
    "pass_rate",
    "first_pass_rate",
)
SHOWN = (*COLUMNS, "absent", "excellent_rate", "final_mean")


@dataclass(frozen=True, slots=True)
class Missing:
    """Somebody who has not sat yet."""

    entry_id: str
    unit: str


@dataclass(frozen=True, slots=True)
class ExamReport:
    """One exam as leaders read it. `frozen` is False while there is no roster: then no rate is shown."""

    exam: Exam
    at: datetime
    frozen: bool
    total: Tally
    figures: dict[str, Figure]
    notes: tuple[str, ...]
    rows: list[GuardedRow[str]]
    missing: list[Missing]
    failed: list[Missing]
    rates: BarChart
    bands: Histogram


def exam_report(*, exam: Exam, at: datetime, depth: int = 1, under: str = "") -> ExamReport:
    """The report of one exam, cut by the unit `depth` levels below the exam's own."""
    people, rule = people_of(exam, at=at, under=under), rule_of(exam)
    total = tally(people, rule)
    level = len(exam.unit.path.strip("/").split("/")) + depth - 1
    groups = tally_by(people, rule, key=lambda person: unit_name_at(person, level))
    rows = guard_table(groups, COLUMNS)
    standings = [(person, resolve(person, rule)) for person in people]
    return ExamReport(
        exam=exam,
        at=at,
        frozen=exam.roster_frozen_at is not None,
        total=total,
        figures={
            name: evaluate(name, total) for name in (*COLUMNS, "excellent_rate", "final_mean", "absent")
        },
        notes=roster_notes(total),
        rows=rows,
        missing=[
            Missing(person.entry_id, person.unit)
            for person, standing in standings
            if standing.is_required and not standing.taken
        ],
        failed=[
            Missing(person.entry_id, person.unit)
            for person, standing in standings
            if standing.final is not None and not standing.passed
        ],
        rates=BarChart(
            title="各单位参考率与合格率",
            groups=tuple(row.key for row in rows),
            notes=tuple(f"{groups[row.key].required}人" for row in rows),
            series=(
                BarSeries("参考率", tuple(row.cells["turnout_rate"] for row in rows)),
                BarSeries("合格率", tuple(row.cells["pass_rate"] for row in rows)),
            ),
        ),
        bands=Histogram("最终成绩分数段", BAND_NAMES, total.bands),
    )


def unit_name_at(person: PersonResult, level: int) -> str:
    """The name of the unit at this level of the path; whoever belongs higher up stands under that unit."""
    return person.unit_path[min(level, len(person.unit_path) - 1)]


PLACES = {
    UnitKind.COUNTY: Place("我县", "全县"),
    UnitKind.TOWN: Place("我镇", "全镇"),
}


def exam_facts(*, exam: Exam, at: datetime, zone: tzinfo) -> ExamFacts:
    """One exam as the sentences see it. `zone`: where the months of the report are counted."""
    people, rule = people_of(exam, at=at), rule_of(exam)
    tries = [one for person in people for one in counting_tries(person.tries)]
    sittings = list(exam.sittings.all())
    opened = min([one.at for one in tries] or [one.opens_at for one in sittings] or [exam.created_at])
    closed = max([one.at for one in tries] or [one.closes_at for one in sittings] or [exam.created_at])
    return ExamFacts(
        exam_id=str(exam.pk),
        words=ExamWords(exam.label, exam.audience_label),
        opened=opened.astimezone(zone).date(),
        closed=closed.astimezone(zone).date(),
        tally=tally(people, rule),
        is_frozen=exam.roster_frozen_at is not None,
        is_attested=bool(exam.roster_attested_by),
        is_complete=all(one.closes_at <= at for one in sittings),
        final_rule=rule.final_rule,
        watch=watch_list(people, rule),
        villages=_villages(people),
        helped_older=count_helped_older(people),
    )


def _villages(people: list[PersonResult]) -> int | None:
    """Villages that took part; None for an exam whose people belong to offices."""
    units = {UUID(person.unit_id) for person in people if counting_tries(person.tries)}
    return Unit.objects.filter(pk__in=units, kind=UnitKind.VILLAGE).count() or None


def annual_facts(*, unit: Unit, year: int, at: datetime, zone: tzinfo) -> ReportFacts:
    """Everything the annual paragraph of a unit is made of, read from the rows of that year."""
    return ReportFacts(
        year=year,
        activities=activity_year(unit.path, year),
        exams=tuple(
            exam_facts(exam=exam, at=at, zone=zone)
            for exam in exams_of_year(unit.path, year).prefetch_related("sittings")
        ),
        place=PLACES.get(UnitKind(unit.kind), Place("我单位", "全单位")),
    )
