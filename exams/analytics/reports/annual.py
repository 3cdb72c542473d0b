"""The annual report of a unit, read from the rows of a year: sentences, tables, charts, gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from examsite.lib.days import years_later
from examsite.people.models import Unit

from ...models import Exam, PlanItem
from ..claims import Refusal
from ..counts import LawCounts, TopicCounts
from ..facts.activities import activities_of, months_of
from ..facts.answers import articles_of_slots
from ..facts.reasons import absence_reasons
from ..facts.stored import AnySums, RecountedSums, StoredSums
from ..facts.villages import Village, villages_on
from ..law_map import MINIMUM_ANSWERS
from ..sentence_facts import STANDARD, Style
from ..sentences import annual_paragraph
from .annual_sentences import YearSentences
from .document import Gap, Picture, ReportDocument, Table
from .figures import FiguresReport, compose
from .scope import Scope, different_rules
from .tables import (
    activities_table,
    bands_table,
    definitions_table,
    exams_table,
    mastery_table,
    plan_table,
    reasons_table,
    units_table,
    villages_table,
)
from .year_facts import YearRead, read_year
from .years import line_chart, series_points


def annual_document(
    *,
    unit: Unit,
    year: int,
    style: Style,
    at: datetime,
    zone: tzinfo,
    as_of: datetime | None = None,
    until: date | None = None,
) -> ReportDocument:
    """The report as the rows stand now, or stood at `as_of`.

    `until`: the day of which villages are counted; by default the end of the year, or today before it.
    """
    moment = as_of or at
    read = read_year(unit, year, moment, zone)
    sums: AnySums = RecountedSums(read.exams, at=as_of) if as_of else StoredSums(read.exams, at=at)
    own = sums.of_unit(unit.pk)
    reports = {
        held.facts.subject: compose(
            Scope(held.exams, unit), sums.only(held.ids), [own[key] for key in held.ids if key in own]
        )
        for held in read.held
        if any(key in own for key in held.ids)
    }
    day = min(date(year, 12, 31), until or moment.astimezone(zone).date())
    villages = villages_on(unit, day)
    before = villages_on(unit, years_later(day, -1))
    sentences = YearSentences(read, reports, villages, before, day=day, at=at)
    paragraph = annual_paragraph(read.facts, style)
    sources = _sources(read, moment, zone)
    return ReportDocument(
        unit=unit.name,
        year=year,
        style=style.value,
        paragraph=paragraph,
        sections=sentences.sections(),
        refused=sentences.refused(),
        tables=_tables(read, reports, villages, sums, at, sources),
        pictures=_pictures(read, reports, at),
        gaps=tuple(_gaps(read, paragraph.refusals)),
        sources=sources,
    )


# --- Tables, charts, gaps ----------------------------------------------------------------------------


def _tables(
    read: YearRead,
    reports: dict[str, FiguresReport],
    villages: list[Village],
    sums: AnySums,
    at: datetime,
    sources: dict[str, str],
) -> tuple[Table, ...]:
    counted = [(exam, facts.tally) for exam, facts in read.each]
    tables = [exams_table((exam, facts.months, facts.tally) for exam, facts in read.each)]
    tables += [
        units_table(number, held.title, reports[held.facts.subject])
        for number, held in enumerate(read.held, 1)
        if held.facts.subject in reports
    ]
    tables.append(bands_table([(exam, counts) for exam, counts in counted if not counts.pending]))
    tables.append(reasons_table((exam, counts, _reasons(exam, read, at)) for exam, counts in counted))
    tables.append(mastery_table(_articles(read, sums)))
    tables.append(activities_table(months_of(read.unit.path, read.year)))
    if villages:
        tables.append(villages_table(villages, STANDARD.village_minimum))
    tables.append(definitions_table(sources))
    if plan := list(PlanItem.objects.filter(unit=read.unit, year=read.year + 1)):
        tables.append(plan_table(read.year + 1, plan))
    return tuple(tables)


def _reasons(exam: Exam, read: YearRead, at: datetime) -> dict[str, int]:
    return absence_reasons(exam, read.people[exam.pk], at=at, smallest=STANDARD.minimum_group)


def _articles(read: YearRead, sums: AnySums) -> list[tuple[str, str, int, TopicCounts]]:
    """Law and article, items, counts; the weakest first, only with enough answers."""
    slots = sums.slots()
    cited = articles_of_slots([exam.pk for exam in read.exams])
    items: dict[tuple[str, str], int] = defaultdict(int)
    parts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for slot, (answers, _, earned, possible) in slots.items():
        for pair in cited.get(slot, ()):
            items[pair] += 1
            for place, amount in enumerate((earned, possible, answers)):
                parts[pair][place] += amount
    rows = [
        (law, article, items[law, article], LawCounts.of_hundredths(earned, possible, answers, 0))
        for (law, article), (earned, possible, answers) in parts.items()
        if answers >= MINIMUM_ANSWERS and possible
    ]
    return sorted(rows, key=lambda row: (row[3].earned / row[3].possible, row[0], row[1]))  # type: ignore[return-value]


def _pictures(read: YearRead, reports: dict[str, FiguresReport], at: datetime) -> tuple[Picture, ...]:
    """After the units of each exam its bars, after the bands the histogram, then laws and years."""
    pictures = []
    for number, held in enumerate(read.held, 1):
        report = reports.get(held.facts.subject)
        if report is None or not report.rows or not report.is_frozen:
            continue
        pictures.append(Picture(f"2-{number}", report.rates))
        if report.total.final_scored and report.is_complete:
            pictures.append(Picture("3", report.bands))
        if report.laws.laws:
            pictures.append(Picture("5", report.heat))
    series = _series(read)
    if series:
        points = series_points(read.unit, series, at=at)
        if len(points) > 1:
            pictures.append(Picture("1", line_chart(points)))
    return tuple(pictures)


def _series(read: YearRead) -> list[Exam]:
    """The exams of the first kind of this year, over the years until this one."""
    if not read.exams:
        return []
    first = read.exams[0]
    return list(
        Exam.objects.filter(
            unit=first.unit, category=first.category, stat_year__lte=read.year, published_at__isnull=False
        ).select_related("unit", "category")
    )


def _gaps(read: YearRead, refusals: Sequence[Refusal]) -> list[Gap]:
    """What is missing before the report can be frozen (`must`), and what a careful officer would add."""
    gaps = [Gap(refusal.message) for refusal in refusals]
    for exam, facts in read.each:
        if facts.is_frozen and not facts.is_attested:
            gaps.append(Gap(f"“{exam.title}”的名册没有核实人。"))
        if facts.tally.absent and facts.is_complete:
            gaps.append(Gap(f"“{exam.title}”还有{facts.tally.absent}人没有参考。", must=False))
    for held in read.held:
        gaps += [
            Gap(f"{held.title}：{words}，合计时请注意。", must=False) for words in different_rules(held.exams)
        ]
    unproved = (
        activities_of(read.unit.path, read.year)
        .exclude(files__removed_at__isnull=True, files__isnull=False)
        .distinct()
        .count()
    )
    if unproved:
        gaps.append(Gap(f"有{unproved}次普法活动没有佐证材料，检查时要看通知、签到表或照片。", must=False))
    return gaps


def _sources(read: YearRead, moment: datetime, zone: tzinfo) -> dict[str, str]:
    """What the numbers rest on: the moment, and each roster with who attested and froze it."""
    found = {"数据截至": f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"}
    for exam in read.exams:
        if exam.roster_frozen_at is None:
            found[exam.title] = "名册未冻结"
            continue
        attempts = sum(len(person.tries) for person in read.people[exam.pk])
        parts = (
            f"名册{exam.roster_frozen_at.astimezone(zone):%Y-%m-%d}冻结",
            f"核实人{exam.roster_attested_by or '（未填）'}",
            f"名册指纹{exam.roster_digest[:16] or '（无）'}",
            f"作答{attempts}份",
        )
        found[exam.title] = "，".join(parts)
    return found
