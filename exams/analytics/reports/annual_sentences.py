"""The sentences of a report besides its paragraph, under their headings."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime

from ...models import PlanItem, YearTotal
from ..claims import Claim, Refusal, Sentence, say
from ..facts.exams import exams_of_year
from ..facts.reasons import OTHER, UNSTATED, absence_reasons
from ..facts.stored import StoredSums
from ..facts.villages import Village
from ..law_map import MINIMUM_PEOPLE
from ..measures import Figure, evaluate
from ..sentence_bank import (
    change_sentence,
    coverage_sentence,
    exam_detail_sentence,
    first_attempt_sentence,
    helped_sentence,
    leaders_sentence,
    mastery_sentence,
    officers_sentence,
    plan_sentence,
    problem_sentence,
    year_sentence,
)
from ..sentence_facts import (
    STANDARD,
    ExamFacts,
    PlanFacts,
    ProblemFacts,
    TopicFacts,
    VillageFacts,
    YearFacts,
    YearOnYear,
)
from ..tally import Tally, total, year_turnout
from .document import Section
from .figures import FiguresReport
from .scope import why_not_added
from .year_facts import Held, YearRead

LEADERS, ENFORCEMENT = (
    "领导班子",
    "执法",
)  # what the audience of an exam is called where a sentence of its own fits


class YearSentences:
    """The sentences besides the paragraph, by heading; what does not hold is kept with its reason.

    `reports`: subject of an exam → its figures. `villages`: on the day of the report; `before`: a year
    earlier.
    """

    def __init__(
        self,
        read: YearRead,
        reports: dict[str, FiguresReport],
        villages: list[Village],
        before: list[Village],
        *,
        day: date,
        at: datetime,
    ) -> None:
        self.read, self.reports, self.at = read, reports, at
        done = [*self._year(), *(one for facts in read.facts.exams for one in self._of_exam(facts))]
        if any(one.in_office for one in villages):
            last_year = sum(one.in_office for one in before) or None
            people = _by_name(villages)
            done.append(coverage_sentence(VillageFacts(day, people, last_year, read.place)))
        done += self._changes(at)
        short = [one for facts in read.facts.exams for one in self._mastery(facts)]
        if lowest := self._lowest():
            short.append(problem_sentence(ProblemFacts(lowest, self._reasons())))
        self.claims = {"一、主要举措和成效": done, "二、存在的不足": short, "三、下一年度安排": self._plan()}

    def _year(self) -> list[Claim]:
        """The year over all exams with a frozen roster."""
        frozen = [self.read.people[exam.pk] for exam in self.read.exams if exam.roster_frozen_at is not None]
        return [year_sentence(YearFacts(self.read.year, year_turnout(frozen)))]

    def _of_exam(self, facts: ExamFacts) -> list[Claim]:
        """What can be said of one exam besides the paragraph."""
        found = [self._named(facts, first_attempt_sentence(facts))]
        if facts.tally.helped:
            found.append(self._named(facts, helped_sentence(facts)))
        if facts.tally.taken >= STANDARD.minimum_group:
            found.insert(0, exam_detail_sentence(facts))
        if LEADERS in facts.words.audience:
            found.append(leaders_sentence(facts))
        if ENFORCEMENT in facts.words.audience:
            found.append(officers_sentence(facts))
        return found

    def _mastery(self, facts: ExamFacts) -> list[Claim]:
        """What the people of one exam know well and badly; other exams are other questions and people."""
        report = self.reports.get(facts.subject)
        if report is None:
            return []
        topics = [
            TopicFacts(report.law_names[law], counts, facts.subject)
            for law, counts in report.laws.totals.items()
            if counts.people >= MINIMUM_PEOPLE
        ]
        return [self._named(facts, mastery_sentence(topics, people=facts.words.group))] if topics else []

    def _named(self, facts: ExamFacts, claim: Claim) -> Claim:
        """The claim with the name of its exam in front, where there are several."""
        if len(self.read.facts.exams) == 1:
            return claim
        if isinstance(claim, Sentence):
            return say(claim.template, f"{facts.words.full_label}：", claim.segments, notes=claim.notes)
        instead = claim.alternative
        named = None if instead is None else self._named(facts, instead)
        assert named is None or isinstance(named, Sentence)
        message = f"{facts.words.full_label}：{claim.message}"
        return replace(claim, message=message, alternative=named)

    def sections(self) -> tuple[Section, ...]:
        """The headings with what holds under them."""
        return tuple(
            Section(title, tuple(one for one in claims if isinstance(one, Sentence)))
            for title, claims in self.claims.items()
        )

    def refused(self) -> tuple[Refusal, ...]:
        return tuple(one for claims in self.claims.values() for one in claims if isinstance(one, Refusal))

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
        """First-attempt pass rates against the year before, exam by exam of the same name and units."""
        before = list(exams_of_year(self.read.unit.path, self.read.year - 1))
        frozen = [exam for exam in before if exam.roster_frozen_at is not None]
        if not frozen:
            return self._against_totals()
        sums = StoredSums(frozen, at=at).of_unit(self.read.unit.pk)
        found: list[Claim] = []
        for held in self.read.held:
            units = {exam.unit_id for exam in held.exams}
            same = [one for one in frozen if one.label == held.exams[0].label and one.unit_id in units]
            counts = self._final(held)
            if len(same) != len(units) or why_not_added(same) or counts is None:
                continue
            then = total(sums[one.pk].total for one in same if one.pk in sums)
            if not then.pending:
                figures = evaluate("first_pass_rate", then), evaluate("first_pass_rate", counts)
                claim = change_sentence(YearOnYear(*figures, held.facts.subject))
                found.append(self._named(held.facts, claim))
        return found

    def _final(self, held: Held) -> Tally | None:
        """The counts of an exam whose results are all out; None before."""
        report = self.reports.get(held.facts.subject)
        return report.total if report is not None and report.is_frozen and report.is_complete else None

    def _against_totals(self) -> list[Claim]:
        """The same against older records, where the year before was not held on this site."""
        found: list[Claim] = []
        past = YearTotal.objects.filter(
            unit=self.read.unit, year=self.read.year - 1, first_passed__isnull=False
        )
        for past_total in past.order_by("category"):
            held = [one for one in self.read.held if one.exams[0].category_id == past_total.category_id]
            counts = self._final(held[0]) if len(held) == 1 else None
            if counts is None:
                continue
            now = evaluate("first_pass_rate", counts)
            then = Figure(now.measure, now.version, past_total.first_passed, past_total.main_taken)
            claim = change_sentence(YearOnYear(then, now, held[0].facts.subject))
            found.append(self._named(held[0].facts, claim))
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


def _by_name(villages: list[Village]) -> dict[str, int]:
    """People in office by village; villages of one name are told apart by their area."""
    found: dict[str, int] = {}
    for one in villages:
        name, number = one.name, 1
        while name in found:
            number += 1
            name = f"{one.area}{one.name}" if number == 2 else f"{one.area}{one.name}（{number}）"
        found[name] = one.in_office
    return found


def _turnout(counts: Tally) -> float:
    return counts.taken / counts.required if counts.required else 1.0
