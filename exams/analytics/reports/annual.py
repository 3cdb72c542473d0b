"""The annual report of a unit, read from the rows of a year: sentences, tables, charts, gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from uuid import UUID

from examsite.people.models import Unit, UnitKind

from ...domain.standings import rule_of
from ...engine.results import PersonResult, counting_tries
from ...models import Exam, PlanItem, YearTotal
from ..claims import Claim, Refusal, Sentence, say
from ..counts import LawCounts, TopicCounts
from ..facts.activities import activities_of, activity_year, months_of
from ..facts.answers import articles_of_slots
from ..facts.exams import exams_of_year
from ..facts.people import people_of
from ..facts.reasons import OTHER, UNSTATED, absence_reasons
from ..facts.stored import AnySums, RecountedSums, StoredSums, Sums
from ..facts.villages import Village, villages_on
from ..law_map import MINIMUM_ANSWERS, MINIMUM_PEOPLE
from ..measures import Figure, evaluate
from ..sentence_bank import (
    change_sentence,
    coverage_sentence,
    first_attempt_sentence,
    helped_sentence,
    mastery_sentence,
    plan_sentence,
    problem_sentence,
    year_sentence,
)
from ..sentence_facts import (
    STANDARD,
    ExamFacts,
    ExamWords,
    Place,
    PlanFacts,
    ProblemFacts,
    ReportFacts,
    Style,
    TopicFacts,
    VillageFacts,
    YearFacts,
    YearOnYear,
    count_helped_older,
    watch_list,
)
from ..sentences import annual_paragraph
from ..tally import Tally, tally, year_turnout
from .document import Gap, Picture, ReportDocument, Section, Table
from .figures import FiguresReport, compose
from .scope import Scope
from .tables import (
    activities_table,
    bands_table,
    definitions_table,
    exams_table,
    mastery_table,
    reasons_table,
    units_table,
    villages_table,
)
from .years import line_chart, series_points

PLACES = {
    UnitKind.COUNTY: Place("我县", "全县"),
    UnitKind.TOWN: Place("我镇", "全镇"),
}


# --- Facts -------------------------------------------------------------------------------------------


def exam_facts(*, exam: Exam, people: list[PersonResult], at: datetime, zone: tzinfo) -> ExamFacts:
    """One exam as the sentences see it. `zone`: where the months of the report are counted."""
    rule = rule_of(exam)
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
        villages=_villages_of(people),
        helped_older=count_helped_older(people),
    )


def _villages_of(people: list[PersonResult]) -> int | None:
    """Villages that took part; None for an exam whose people belong to offices."""
    units = {UUID(person.unit_id) for person in people if counting_tries(person.tries)}
    return Unit.objects.filter(pk__in=units, kind=UnitKind.VILLAGE).count() or None


@dataclass(frozen=True, slots=True)
class _Year:
    """Everything read of a unit's year."""

    unit: Unit
    year: int
    exams: tuple[Exam, ...]
    people: dict[UUID, list[PersonResult]]
    facts: ReportFacts
    place: Place


def _read_year(unit: Unit, year: int, at: datetime, zone: tzinfo) -> _Year:
    exams = tuple(exams_of_year(unit.path, year).prefetch_related("sittings"))
    people = {exam.pk: people_of(exam, at=at) for exam in exams}
    place = PLACES.get(UnitKind(unit.kind), Place("我单位", "全单位"))
    facts = ReportFacts(
        year=year,
        activities=activity_year(unit.path, year, at=at),
        exams=tuple(exam_facts(exam=exam, people=people[exam.pk], at=at, zone=zone) for exam in exams),
        place=place,
    )
    return _Year(unit, year, exams, people, facts, place)


def annual_facts(*, unit: Unit, year: int, at: datetime, zone: tzinfo) -> ReportFacts:
    """What the annual paragraph of a unit is made of, read from the rows of that year."""
    return _read_year(unit, year, at, zone).facts


# --- The whole report --------------------------------------------------------------------------------


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
    read = _read_year(unit, year, moment, zone)
    sums: AnySums = RecountedSums(read.exams, at=as_of) if as_of else StoredSums(read.exams, at=at)
    own = sums.of_unit(unit.pk)
    reports = {
        exam.pk: compose(Scope((exam,), unit), sums.only(exam.pk), [own[exam.pk]])
        for exam in read.exams
        if exam.pk in own
    }
    day = min(date(year, 12, 31), until or moment.astimezone(zone).date())
    villages = villages_on(unit, day)
    laws = _laws(list(own.values()))
    sentences = _Sentences(read, reports, villages, laws, day, at)
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


def _laws(own: Sequence[Sums]) -> dict[str, LawCounts]:
    laws: dict[str, LawCounts] = {}
    for one in own:
        for law, counts in one.laws.items():
            laws[law] = laws[law] + counts if law in laws else counts
    return laws


class _Sentences:
    """The sentences besides the paragraph, by heading; what does not hold is kept with its reason."""

    def __init__(
        self,
        read: _Year,
        reports: dict[UUID, FiguresReport],
        villages: list[Village],
        laws: dict[str, LawCounts],
        day: date,
        at: datetime,
    ) -> None:
        self.read, self.reports, self.laws, self.at = read, reports, laws, at
        exams = read.facts.exams
        done: list[Claim] = [year_sentence(YearFacts(read.year, year_turnout(read.people.values())))]
        for facts in exams:
            of_exam = [first_attempt_sentence(facts)]
            if facts.tally.helped:
                of_exam.append(helped_sentence(facts))
            done += [_of(facts, one) if len(exams) > 1 else one for one in of_exam]
        if villages and any(one.in_office for one in villages):
            people = {one.name: one.in_office for one in villages}
            done.append(coverage_sentence(VillageFacts(day, people, place=read.place)))
        done += self._changes(at)
        topics = [
            TopicFacts(name, counts)
            for law, counts in laws.items()
            for name in (self._law_name(law),)
            if name and counts.people >= MINIMUM_PEOPLE
        ]
        short: list[Claim] = [mastery_sentence(topics)] if topics else []
        problems = problem_sentence(ProblemFacts(self._lowest(), self._reasons()))
        if self._lowest():
            short.append(problems)
        self.claims = {"一、主要举措和成效": done, "二、存在的不足": short, "三、下一年度安排": self._plan()}

    def sections(self) -> tuple[Section, ...]:
        """The headings with what holds under them."""
        return tuple(
            Section(title, tuple(one for one in claims if isinstance(one, Sentence)))
            for title, claims in self.claims.items()
        )

    def refused(self) -> tuple[Refusal, ...]:
        return tuple(one for claims in self.claims.values() for one in claims if isinstance(one, Refusal))

    def _law_name(self, law: str) -> str:
        for report in self.reports.values():
            if law in report.law_names:
                return report.law_names[law]
        return ""

    def _lowest(self) -> dict[str, Tally]:
        """Unit → its counts in the exam in which its turnout was lowest."""
        units: dict[str, Tally] = {}
        for report in self.reports.values():
            if not report.is_frozen:
                continue
            for row in report.rows:
                have = units.get(row.label)
                if row.counts.required and (have is None or _turnout(row.counts) < _turnout(have)):
                    units[row.label] = row.counts
        return units

    def _reasons(self) -> dict[str, int]:
        reasons: dict[str, int] = defaultdict(int)
        for exam in self.read.exams:
            found = absence_reasons(exam, self.read.people[exam.pk], at=self.at, smallest=1)
            for reason, count in found.items():
                if reason not in (UNSTATED, OTHER):
                    reasons[reason] += count
        return dict(reasons)

    def _changes(self, at: datetime) -> list[Claim]:
        """First-attempt pass rates against the year before, exam by exam of the same name."""
        found: list[Claim] = []
        before = [
            exam
            for exam in exams_of_year(self.read.unit.path, self.read.year - 1)
            if exam.roster_frozen_at is not None
        ]
        if not before:
            return self._against_totals()
        sums = StoredSums(before, at=at).of_unit(self.read.unit.pk)
        for exam in self.read.exams:
            same = [one for one in before if one.label == exam.label and one.unit_id == exam.unit_id]
            if len(same) != 1 or exam.pk not in self.reports or same[0].pk not in sums:
                continue
            then, now = sums[same[0].pk].total, self.reports[exam.pk].total
            if then.pending or now.pending or not self.reports[exam.pk].is_frozen:
                continue
            found.append(
                change_sentence(
                    YearOnYear(
                        evaluate("first_pass_rate", then), evaluate("first_pass_rate", now), f"exam:{exam.pk}"
                    )
                )
            )
        return found

    def _against_totals(self) -> list[Claim]:
        """The same against older records, where the year before was not held on this site."""
        found: list[Claim] = []
        past = YearTotal.objects.filter(
            unit=self.read.unit, year=self.read.year - 1, first_passed__isnull=False
        )
        for total in past.order_by("category"):
            exams = [one for one in self.read.exams if one.category_id == total.category_id]
            if len(exams) != 1 or exams[0].pk not in self.reports:
                continue
            report = self.reports[exams[0].pk]
            if report.total.pending or not report.is_frozen:
                continue
            now = evaluate("first_pass_rate", report.total)
            then = Figure(now.measure, now.version, total.first_passed, total.main_taken)
            found.append(change_sentence(YearOnYear(then, now, f"exam:{exams[0].pk}")))
        return found

    def _plan(self) -> list[Claim]:
        items = list(PlanItem.objects.filter(unit=self.read.unit, year=self.read.year + 1))
        if not items:
            return []
        targets: dict[str, tuple[str, ...]] = {}
        for item in items:
            places = tuple(place for place in item.places.split("、") if place)
            targets[item.law] = tuple(dict.fromkeys((*targets.get(item.law, ()), *places)))
        return [plan_sentence(PlanFacts(targets, sum(item.talks for item in items)))]


def _of(facts: ExamFacts, claim: Claim) -> Claim:
    """The sentence with the name of its exam in front, where there are several."""
    if isinstance(claim, Refusal):
        return claim
    return say(claim.template, f"{facts.words.full_label}：", claim.segments, notes=claim.notes)


def _turnout(counts: Tally) -> float:
    return counts.taken / counts.required if counts.required else 1.0


# --- Tables, charts, gaps ----------------------------------------------------------------------------


def _tables(
    read: _Year,
    reports: dict[UUID, FiguresReport],
    villages: list[Village],
    sums: AnySums,
    at: datetime,
    sources: dict[str, str],
) -> tuple[Table, ...]:
    by_id = {facts.exam_id: facts for facts in read.facts.exams}
    counted = [(exam, by_id[str(exam.pk)].tally) for exam in read.exams]
    tables = [exams_table((exam, by_id[str(exam.pk)].months, counts) for exam, counts in counted)]
    tables += [
        units_table(number, exam, reports[exam.pk])
        for number, exam in enumerate(read.exams, 1)
        if exam.pk in reports
    ]
    tables.append(bands_table([(exam, counts) for exam, counts in counted if not counts.pending]))
    tables.append(reasons_table((exam, counts, _reasons(exam, read, at)) for exam, counts in counted))
    tables.append(mastery_table(_articles(read, sums)))
    tables.append(activities_table(months_of(read.unit.path, read.year)))
    if villages:
        tables.append(villages_table(villages, STANDARD.village_minimum))
    tables.append(definitions_table(sources))
    return tuple(tables)


def _reasons(exam: Exam, read: _Year, at: datetime) -> dict[str, int]:
    return absence_reasons(exam, read.people[exam.pk], at=at, smallest=STANDARD.minimum_group)


def _articles(read: _Year, sums: AnySums) -> list[tuple[str, str, int, TopicCounts]]:
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


def _pictures(read: _Year, reports: dict[UUID, FiguresReport], at: datetime) -> tuple[Picture, ...]:
    """After the units of each exam its bars, after the bands the histogram, then laws and years."""
    pictures = []
    for number, exam in enumerate(read.exams, 1):
        report = reports.get(exam.pk)
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


def _series(read: _Year) -> list[Exam]:
    """The exams of the first kind of this year, over the years until this one."""
    if not read.exams:
        return []
    first = read.exams[0]
    return list(
        Exam.objects.filter(
            unit=first.unit, category=first.category, stat_year__lte=read.year, published_at__isnull=False
        ).select_related("unit", "category")
    )


def _gaps(read: _Year, refusals: Sequence[Refusal]) -> list[Gap]:
    """What is missing before the report can be frozen (`must`), and what a careful officer would add."""
    gaps = [Gap(refusal.message) for refusal in refusals]
    for exam, facts in zip(read.exams, read.facts.exams, strict=True):
        if facts.is_frozen and not facts.is_attested:
            gaps.append(Gap(f"“{exam.title}”的名册没有核实人。"))
        if facts.tally.absent and facts.is_complete:
            gaps.append(Gap(f"“{exam.title}”还有{facts.tally.absent}人没有参考。", must=False))
    unproved = (
        activities_of(read.unit.path, read.year)
        .exclude(files__removed_at__isnull=True, files__isnull=False)
        .distinct()
        .count()
    )
    if unproved:
        gaps.append(Gap(f"有{unproved}次普法活动没有佐证材料，检查时要看通知、签到表或照片。", must=False))
    return gaps


def _sources(read: _Year, moment: datetime, zone: tzinfo) -> dict[str, str]:
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
