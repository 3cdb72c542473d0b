"""What first attempts earned, slot by slot: the base of mastery, item figures and the law × unit map."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from questionbanks.models import ItemCitation

from ...engine.results import PersonResult, SittingKind, TryResult, counting_tries


@dataclass(frozen=True, slots=True)
class Earned:
    """Sums over first attempts: answers, those with full marks, points and points possible in hundredths."""

    answers: int = 0
    full: int = 0
    points: int = 0
    possible: int = 0

    def packed(self) -> list[int]:
        return [self.answers, self.full, self.points, self.possible]


@dataclass(slots=True)
class FirstAnswers:
    """First attempts of an exam: sums by (slot, unit), and how many people of a unit sat which form."""

    sums: dict[tuple[UUID, UUID], Earned] = field(default_factory=dict)
    people: dict[tuple[UUID, UUID], int] = field(default_factory=lambda: defaultdict(int))


def first_try(person: PersonResult) -> TryResult | None:
    """The first valid try of the main sitting, once its result is out; None before, and for outside ones."""
    main = [one for one in counting_tries(person.tries) if one.sitting is SittingKind.MAIN]
    return main[0] if main and main[0].percent is not None and main[0].form_id else None


def first_answers(people: Iterable[PersonResult], *, at: datetime) -> FirstAnswers:
    """Points of every slot by unit, in first attempts whose result is out; one statement."""
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
    for slot, unit, answers, full, points, possible in _sums(units, at):
        found.sums[slot, unit] = Earned(answers, full, points, possible)
    return found


def _keys(ids: Collection[UUID]) -> tuple[str, list[Any]]:
    """A condition "is one of these", with one parameter however many there are."""
    if connection.vendor == "postgresql":
        return "= ANY(%s)", [list(ids)]
    return "IN (SELECT value FROM json_each(%s))", [json.dumps([key.hex for key in ids])]


def _sums(attempts: Collection[UUID], at: datetime) -> list[tuple[UUID, UUID, int, int, int, int]]:
    """(slot, unit, answers, full marks, points, possible) over the newest mark of each slot; hundredths.

    Marking is append-only, so a slot may have several marks: the newest counts. Numbering the marks of a slot
    costs one pass; a sub-query a mark would cost the square. What a correction took out of the total is no
    answer any more.
    """
    condition, parameters = _keys(attempts)
    sql = f"""
        SELECT slot_id, unit_id, COUNT(*), SUM(CASE WHEN points = possible THEN 1 ELSE 0 END),
               SUM(CAST(ROUND(points * 100) AS INTEGER)), SUM(CAST(ROUND(possible * 100) AS INTEGER))
        FROM (
            SELECT m.slot_id, e.unit_id, m.points, m.possible, m.rule,
                   ROW_NUMBER() OVER (PARTITION BY m.attempt_id, m.slot_id ORDER BY m.id DESC) AS place
            FROM exams_mark m
            JOIN exams_attempt a ON a.id = m.attempt_id
            JOIN exams_rosterentry e ON e.id = a.entry_id
            WHERE m.attempt_id {condition} AND m.at <= %s
        ) newest
        WHERE place = 1 AND rule <> 'out' GROUP BY slot_id, unit_id"""  # noqa: S608 - a constant
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


def articles_of_slots(exam_ids: Collection[UUID]) -> dict[UUID, tuple[tuple[str, str], ...]]:
    """Slot → (law, article) that its item cites, "《民法典》", "第十三条"; the article may be ""."""
    found: dict[UUID, set[tuple[str, str]]] = defaultdict(set)
    cited = ItemCitation.objects.filter(version__slots__form__exam__in=exam_ids)
    for slot, law, article in cited.values_list("version__slots", "edition__law__short", "article"):
        found[slot].add((f"《{law}》", article))
    return {slot: tuple(sorted(pairs)) for slot, pairs in found.items()}
