"""What first attempts earned, slot by slot: the base of mastery, item figures and the law × unit map."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from questionbanks.models import ItemCitation

from ...domain.marking import newest_points
from ...domain.sheets import load_sheet
from ...engine.results import PersonResult, SittingKind, TryResult, counting_tries
from ...engine.sheet import digest
from ...models import Attempt, Slot

HUNDRED = 100


@dataclass(slots=True)
class Earned:
    """Sums over first attempts: answers, those with full marks, points and points possible in hundredths."""

    answers: int = 0
    full: int = 0
    points: int = 0
    possible: int = 0

    def add(self, answers: int, full: int, points: int, possible: int) -> None:
        self.answers += answers
        self.full += full
        self.points += points
        self.possible += possible

    def packed(self) -> list[int]:
        return [self.answers, self.full, self.points, self.possible]


@dataclass(slots=True)
class FirstAnswers:
    """First attempts of an exam: sums by (slot, unit), and how many people of a unit sat which form."""

    sums: dict[tuple[UUID, UUID], Earned] = field(default_factory=dict)
    people: dict[tuple[UUID, UUID], int] = field(default_factory=lambda: defaultdict(int))

    def _add(self, slot: UUID, unit: UUID, *amounts: int) -> None:
        self.sums.setdefault((slot, unit), Earned()).add(*amounts)


def first_try(person: PersonResult) -> TryResult | None:
    """The first valid try of the main sitting, once its result is out; None before, and for outside ones."""
    main = [one for one in counting_tries(person.tries) if one.sitting is SittingKind.MAIN]
    return main[0] if main and main[0].percent is not None and main[0].form_id else None


def first_answers(people: Iterable[PersonResult], *, at: datetime) -> FirstAnswers:
    """Points of every slot by unit, in first attempts whose result is out; two statements for most exams.

    Attempts that were marked again on another sheet (a late answer was accepted) are few; theirs are read
    one by one, because only the marks of the sheet that counts may be summed.
    """
    found = FirstAnswers()
    units: dict[UUID, UUID] = {}
    for person in people:
        one = first_try(person)
        if one is not None:
            unit = UUID(person.unit_id)
            units[UUID(one.attempt_id)] = unit
            found.people[UUID(one.form_id), unit] += 1
    if not units:
        return found
    several = _marked_on_several_sheets(units, at)
    plain = [key for key in units if key not in several]
    for slot, unit, answers, full, points, possible in _sums(plain, at):
        found._add(slot, unit, answers, full, points, possible)
    possible_of: dict[UUID, Decimal] = {}
    for attempt in Attempt.objects.filter(pk__in=list(several)):
        if not possible_of:
            slots = Slot.objects.filter(form__exam=attempt.exam_id)
            possible_of = dict(slots.values_list("pk", "points"))
        for slot, points in newest_points(attempt.pk, digest(load_sheet(attempt.pk))).items():
            most = possible_of[slot]
            found._add(slot, units[attempt.pk], 1, int(points == most), _cents(points), _cents(most))
    return found


def _cents(points: Decimal) -> int:
    return int(points * HUNDRED)


def _keys(ids: Collection[UUID]) -> tuple[str, list[Any]]:
    """A condition "is one of these", with one parameter however many there are."""
    if connection.vendor == "postgresql":
        return "= ANY(%s)", [list(ids)]
    return "IN (SELECT value FROM json_each(%s))", [json.dumps([key.hex for key in ids])]


def _marked_on_several_sheets(attempts: Collection[UUID], at: datetime) -> set[UUID]:
    condition, parameters = _keys(attempts)
    sql = f"""
        SELECT attempt_id FROM exams_mark WHERE attempt_id {condition} AND at <= %s
        GROUP BY attempt_id HAVING MIN(sheet_digest) <> MAX(sheet_digest)"""  # noqa: S608 - a constant
    with connection.cursor() as cursor:
        cursor.execute(sql, [*parameters, _moment(at)])
        return {_key(row[0]) for row in cursor.fetchall()}


def _sums(attempts: Collection[UUID], at: datetime) -> list[tuple[UUID, UUID, int, int, int, int]]:
    """(slot, unit, answers, full marks, points, possible) over the newest mark of each slot; hundredths.

    Marking is append-only, so a slot may have several marks: the newest by id counts. Numbering the marks of
    a slot costs one pass; a sub-query a mark would cost the square.
    """
    condition, parameters = _keys(attempts)
    sql = f"""
        SELECT slot_id, unit_id, COUNT(*), SUM(CASE WHEN points = possible THEN 1 ELSE 0 END),
               SUM(CAST(ROUND(points * 100) AS INTEGER)), SUM(CAST(ROUND(possible * 100) AS INTEGER))
        FROM (
            SELECT m.slot_id, e.unit_id, m.points, m.possible,
                   ROW_NUMBER() OVER (PARTITION BY m.attempt_id, m.slot_id ORDER BY m.id DESC) AS place
            FROM exams_mark m
            JOIN exams_attempt a ON a.id = m.attempt_id
            JOIN exams_rosterentry e ON e.id = a.entry_id
            WHERE m.attempt_id {condition} AND m.at <= %s
        ) newest
        WHERE place = 1 GROUP BY slot_id, unit_id"""  # noqa: S608 - a constant
    with connection.cursor() as cursor:
        cursor.execute(sql, [*parameters, _moment(at)])
        return [(_key(row[0]), _key(row[1]), *map(int, row[2:])) for row in cursor.fetchall()]  # type: ignore[misc]


def _moment(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)


def _key(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def laws_of_slots(exam_id: UUID) -> dict[UUID, tuple[str, ...]]:
    """Slot → the laws (ids, hex) that its item cites, each once."""
    laws: dict[UUID, set[UUID]] = defaultdict(set)
    cited = ItemCitation.objects.filter(version__slots__form__exam=exam_id)
    for slot, law in cited.values_list("version__slots", "edition__law"):
        laws[slot].add(law)
    return {slot: tuple(sorted(one.hex for one in found)) for slot, found in laws.items()}
