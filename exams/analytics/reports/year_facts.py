"""A unit's year read from the rows: its exams person by person, and what the sentences are told of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from examsite.people.models import Unit, UnitKind

from ...domain.standings import rule_of
from ...engine.results import PersonResult, counting_tries
from ...models import Exam
from ..facts.activities import activity_year
from ..facts.exams import exams_of_year
from ..facts.people import people_of
from ..sentence_facts import ExamFacts, ExamWords, Place, ReportFacts, count_helped_older, watch_list
from ..tally import tally, total
from .scope import why_not_added

PLACES = {
    UnitKind.COUNTY: Place("我县", "全县"),
    UnitKind.TOWN: Place("我镇", "全镇"),
}


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
class Held:
    """What the report speaks of as one exam: an exam, or those of one kind that several towns held."""

    exams: tuple[Exam, ...]
    facts: ExamFacts

    @property
    def title(self) -> str:
        return self.exams[0].title if len(self.exams) == 1 else self.facts.words.full_label

    @property
    def ids(self) -> tuple[UUID, ...]:
        return tuple(exam.pk for exam in self.exams)


@dataclass(frozen=True, slots=True)
class YearRead:
    """Everything read of a unit's year: each exam with its people, and what is said of them."""

    unit: Unit
    year: int
    each: tuple[tuple[Exam, ExamFacts], ...]
    held: tuple[Held, ...]
    people: dict[UUID, list[PersonResult]]
    facts: ReportFacts
    place: Place

    @property
    def exams(self) -> tuple[Exam, ...]:
        return tuple(exam for exam, _ in self.each)


def read_year(unit: Unit, year: int, at: datetime, zone: tzinfo) -> YearRead:
    """The year of a unit as the rows stood at `at`. `zone`: where its months are counted."""
    exams = tuple(exams_of_year(unit.path, year).prefetch_related("sittings"))
    people = {exam.pk: people_of(exam, at=at) for exam in exams}
    place = PLACES.get(UnitKind(unit.kind), Place("我单位", "全单位"))
    each = tuple((exam, exam_facts(exam=exam, people=people[exam.pk], at=at, zone=zone)) for exam in exams)
    held = tuple(_put_together(each))
    facts = ReportFacts(
        year=year,
        activities=activity_year(unit.path, year, at=at),
        exams=tuple(one.facts for one in held),
        place=place,
    )
    return YearRead(unit, year, each, held, people, facts, place)


def _put_together(each: Sequence[tuple[Exam, ExamFacts]]) -> list[Held]:
    """Exams of one kind and name that different towns held are one: there everybody is on one roster.

    What may not be added (two exams of one town) stays apart.
    """
    series: dict[tuple[str, str, str], list[tuple[Exam, ExamFacts]]] = {}
    for exam, facts in each:
        key = (str(exam.category_id), exam.label, exam.audience_label)
        series.setdefault(key, []).append((exam, facts))
    held = []
    for (category, label, _), found in series.items():
        exams = tuple(exam for exam, _ in found)
        if len(found) == 1 or why_not_added(exams):
            held += [Held((exam,), facts) for exam, facts in found]
        else:
            held.append(Held(exams, _added([facts for _, facts in found], f"{category}:{label}")))
    return held


def _added(parts: Sequence[ExamFacts], series: str) -> ExamFacts:
    """The facts of several exams as those of one."""
    older = [one.helped_older for one in parts]
    return ExamFacts(
        exam_id="",
        words=parts[0].words,
        opened=min(one.opened for one in parts),
        closed=max(one.closed for one in parts),
        tally=total(one.tally for one in parts),
        is_frozen=all(one.is_frozen for one in parts),
        is_attested=all(one.is_attested for one in parts),
        is_complete=all(one.is_complete for one in parts),
        final_rule=parts[0].final_rule,
        watch=tuple(pointer for one in parts for pointer in one.watch),
        villages=sum(one.villages or 0 for one in parts) or None,
        helped_older=None if None in older else sum(one or 0 for one in older),
        series=series,
    )
