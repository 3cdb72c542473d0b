"""Stored sums: an exam's counts by unit and cut, made once for a state of its rows, read by every page.

Adding up 200,000 results takes seconds, reading their sums takes one statement. The sums are a cache: they
are made again as soon as the exam's stamp changes, and for an exam under way when they are some seconds old.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.cache import cache
from django.db import transaction

from ...domain.standings import rule_of
from ...engine.results import ExamRule, PersonResult, Standing
from ...models import Exam, ExamFigures, Slot, UnitFigures
from ..counts import LawCounts
from ..cuts import CUTS, SITTING_CUT, sitting_of
from ..tally import Tally, pack, tally_groups, unpack
from .answers import FirstAnswers, first_answers, laws_of_slots
from .people import people_of
from .stamps import Stamp, stamps_of

# How old the figures of an exam under way may be; the page says of what moment they are.
LIVE = timedelta(seconds=15)
# How long one process may take to add up before another one tries, too.
BUSY_S = 60
# The groups of everybody in the subtree, and of those who belong to the unit itself and none below it.
ALL, OWN = "all", "own"

Packed = dict[str, dict[str, list[object]]]


@dataclass(frozen=True, slots=True)
class Sums:
    """What is stored of one exam and one unit. `as_of`: the moment the counts are of."""

    exam_id: UUID
    unit_id: UUID
    parent_id: UUID | None
    depth: int
    as_of: datetime
    counts: Packed
    law_sums: dict[str, list[int]]

    @property
    def total(self) -> Tally:
        return unpack(self.counts[ALL][""])

    def by(self, cut: str) -> dict[str, Tally]:
        """The groups of a cut; empty where it is not kept (units without others below them)."""
        return {key: unpack(packed) for key, packed in self.counts.get(cut, {}).items()}

    @property
    def laws(self) -> dict[str, LawCounts]:
        """Law id (hex) → what first attempts earned."""
        return {law: LawCounts.of_hundredths(*packed) for law, packed in self.law_sums.items()}


# --- Reading -----------------------------------------------------------------------------------------


def refresh(exams: Sequence[Exam], *, at: datetime) -> dict[UUID, datetime]:
    """See to it that the stored sums of these exams hold; exam → the moment its sums are of.

    Nothing is written while they do. Of several processes that find the same exam out of date one adds up;
    the others show what there is.
    """
    stored = {one.exam_id: one for one in ExamFigures.objects.filter(exam__in=exams).defer("slots")}
    stamps = stamps_of(exams, at=at)
    moments = {}
    for exam in exams:
        have = stored.get(exam.pk)
        if not _holds(have, stamps[exam.pk], at) and (have is None or _is_ours(exam)):
            have = store(exam, at=at, stamp=stamps[exam.pk])
            cache.delete(_busy(exam))
        assert have is not None
        moments[exam.pk] = have.computed_at
    return moments


def out_of_date(exams: Sequence[Exam], *, at: datetime) -> list[Exam]:
    """The exams whose stored sums do not hold at `at`, in the order given."""
    stored = {one.exam_id: one for one in ExamFigures.objects.filter(exam__in=exams).defer("slots")}
    stamps = stamps_of(exams, at=at)
    return [exam for exam in exams if not _holds(stored.get(exam.pk), stamps[exam.pk], at)]


def _holds(have: ExamFigures | None, stamp: Stamp, at: datetime) -> bool:
    if have is None:
        return False
    if have.stamp == stamp.value and have.is_settled and stamp.is_settled:
        return True
    return not have.is_settled and timedelta(0) <= at - have.computed_at < LIVE


def _busy(exam: Exam) -> str:
    return f"adding-up-{exam.pk.hex}"


def _is_ours(exam: Exam) -> bool:
    return bool(cache.add(_busy(exam), 1, BUSY_S))


class StoredSums:
    """The sums of some exams as the pages read them: now, from the store."""

    def __init__(self, exams: Sequence[Exam], *, at: datetime) -> None:
        self.moments = refresh(exams, at=at) if exams else {}
        self.as_of = min(self.moments.values(), default=at)

    def only(self, exam_ids: Sequence[UUID]) -> StoredSums:
        """The same of some of the exams, without asking again whether it holds."""
        moments = {key: self.moments[key] for key in exam_ids}
        some = StoredSums([], at=min(moments.values()))
        some.moments = moments
        return some

    def of_unit(self, unit_id: UUID) -> dict[UUID, Sums]:
        """Exam → its sums in the subtree of the unit; exams in which nobody of it is listed are missing."""
        rows = UnitFigures.objects.filter(exam__in=list(self.moments), unit=unit_id)
        return {row.exam_id: _sums(row, self.moments[row.exam_id]) for row in rows}

    def below(self, parents: Iterable[UUID]) -> list[Sums]:
        """The sums of the units right below these, exam by exam."""
        rows = UnitFigures.objects.filter(exam__in=list(self.moments), parent__in=list(parents))
        return [_sums(row, self.moments[row.exam_id]) for row in rows]

    def slots(self) -> dict[UUID, list[int]]:
        """Slot → [answers, full marks, points, points possible] in first attempts, points in hundredths."""
        stored = ExamFigures.objects.filter(exam__in=list(self.moments)).values_list("slots", flat=True)
        return {UUID(slot): sums for slots in stored for slot, sums in slots.items()}


class RecountedSums:
    """The same, of any moment, added up from the rows as they were then; nothing is stored."""

    def __init__(self, exams: Sequence[Exam], *, at: datetime) -> None:
        self.as_of = at
        self.moments = {exam.pk: at for exam in exams}
        self._rows: list[UnitFigures] = []
        self._slots: dict[UUID, list[int]] = {}
        for exam in exams:
            people = people_of(exam, at=at)
            answers = first_answers(people, at=at)
            self._rows += unit_rows(exam, people, rule_of(exam), answers)
            self._slots |= {UUID(slot): sums for slot, sums in slot_sums(answers).items()}

    def only(self, exam_ids: Sequence[UUID]) -> RecountedSums:
        some = RecountedSums([], at=self.as_of)
        some.moments = dict.fromkeys(exam_ids, self.as_of)
        some._rows = [row for row in self._rows if row.exam_id in some.moments]
        some._slots = self._slots
        return some

    def of_unit(self, unit_id: UUID) -> dict[UUID, Sums]:
        return {row.exam_id: _sums(row, self.as_of) for row in self._rows if row.unit_id == unit_id}

    def below(self, parents: Iterable[UUID]) -> list[Sums]:
        wanted = set(parents)
        return [_sums(row, self.as_of) for row in self._rows if row.parent_id in wanted]

    def slots(self) -> dict[UUID, list[int]]:
        return self._slots


AnySums = StoredSums | RecountedSums


def _sums(row: UnitFigures, as_of: datetime) -> Sums:
    return Sums(row.exam_id, row.unit_id, row.parent_id, row.depth, as_of, row.counts, row.laws)


# --- Making ------------------------------------------------------------------------------------------


def store(exam: Exam, *, at: datetime, stamp: Stamp | None = None) -> ExamFigures:
    """Add up an exam and put its sums in place of the old ones, in one short transaction at the end."""
    stamp = stamp or stamps_of([exam], at=at)[exam.pk]
    people = people_of(exam, at=at)
    answers = first_answers(people, at=at)
    rows = list(unit_rows(exam, people, rule_of(exam), answers))
    with transaction.atomic():
        # The row of the exam first: of two that write the same exam the second waits here.
        figures, _ = ExamFigures.objects.update_or_create(
            exam=exam,
            defaults={
                "stamp": stamp.value,
                "computed_at": at,
                "is_settled": stamp.is_settled,
                "slots": slot_sums(answers),
            },
        )
        UnitFigures.objects.filter(exam=exam).delete()
        UnitFigures.objects.bulk_create(rows, batch_size=500)
    return figures


def slot_sums(answers: FirstAnswers) -> dict[str, list[int]]:
    """Slot (hex) → the sums of all units."""
    slots: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for (slot, _), earned in answers.sums.items():
        slots[slot.hex] = [a + b for a, b in zip(slots[slot.hex], earned.packed(), strict=True)]
    return dict(slots)


def unit_rows(
    exam: Exam, people: Sequence[PersonResult], rule: ExamRule, answers: FirstAnswers
) -> list[UnitFigures]:
    """One row for every unit on the path of anybody listed, the top first."""
    inner = {unit for person in people for unit in person.unit_ids[:-1]}
    tallies = tally_groups(people, rule, lambda person, standing: _groups(person, standing, inner))
    laws = _laws(exam, people, answers)
    places: dict[str, tuple[str | None, int]] = {}
    for person in people:
        for depth, unit in enumerate(person.unit_ids):
            places.setdefault(unit, (person.unit_ids[depth - 1] if depth else None, depth))
    counts: dict[str, Packed] = defaultdict(lambda: defaultdict(dict))
    for (unit, cut, key), counted in tallies.items():
        counts[unit][cut][key] = pack(counted)
    return [
        UnitFigures(
            exam=exam,
            unit_id=UUID(unit),
            parent_id=None if parent is None else UUID(parent),
            depth=depth,
            counts=counts[unit],
            laws=laws.get(unit, {}),
        )
        for unit, (parent, depth) in sorted(places.items(), key=lambda pair: pair[1][1])
    ]


def _groups(person: PersonResult, standing: Standing, inner: set[str]) -> Iterable[tuple[str, str, str]]:
    groups = [(cut.id, cut.key(person)) for cut in CUTS.values() if cut.id != "unit"]
    groups.append((SITTING_CUT.id, sitting_of(person, standing)))
    for unit in person.unit_ids:
        yield unit, ALL, ""
        if unit in inner:
            for cut, key in groups:
                yield unit, cut, key
    own = person.unit_ids[-1]
    if own in inner:
        yield own, OWN, ""


def _laws(
    exam: Exam, people: Sequence[PersonResult], answers: FirstAnswers
) -> dict[str, dict[str, list[int]]]:
    """Unit (hex) → law (hex) → [points, possible, answers, people], each unit with all below it."""
    if not answers.sums:
        return {}
    cited = laws_of_slots(exam.pk)
    above = {UUID(person.unit_id): person.unit_ids for person in people}
    sums: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0, 0]))
    for (slot, unit), earned in answers.sums.items():
        for law in cited.get(slot, ()):
            for one in above[unit]:
                cell = sums[one][law]
                cell[0] += earned.points
                cell[1] += earned.possible
                cell[2] += earned.answers
    forms: dict[UUID, set[str]] = defaultdict(set)
    for slot, form in Slot.objects.filter(form__exam=exam).values_list("pk", "form_id"):
        forms[form].update(cited.get(slot, ()))
    for (form, unit), people_count in answers.people.items():
        for law in forms[form]:
            for one in above[unit]:
                sums[one][law][3] += people_count
    return {unit: dict(laws) for unit, laws in sums.items()}
