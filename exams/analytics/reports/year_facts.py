"""A unit's year read from the rows: its exams person by person, and what the sentences are told of them."""

from __future__ import annotations

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
from ..tally import tally

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
class YearRead:
    """Everything read of a unit's year."""

    unit: Unit
    year: int
    exams: tuple[Exam, ...]
    people: dict[UUID, list[PersonResult]]
    facts: ReportFacts
    place: Place


def read_year(unit: Unit, year: int, at: datetime, zone: tzinfo) -> YearRead:
    exams = tuple(exams_of_year(unit.path, year).prefetch_related("sittings"))
    people = {exam.pk: people_of(exam, at=at) for exam in exams}
    place = PLACES.get(UnitKind(unit.kind), Place("我单位", "全单位"))
    facts = ReportFacts(
        year=year,
        activities=activity_year(unit.path, year, at=at),
        exams=tuple(exam_facts(exam=exam, people=people[exam.pk], at=at, zone=zone) for exam in exams),
        place=place,
    )
    return YearRead(unit, year, exams, people, facts, place)
