"""Marking: sheet and keys → points per slot, and the totals made of them.

Pure. A slot that a machine cannot decide has no mark; a total is None until every slot has one. Decimal
throughout: every kind rounds once, sums are exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from questionbanks.kinds.base import Answer, Key
from questionbanks.kinds.registry import kind

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class MarkingSlot:
    """What marking must know of a slot. `rule` and `per_choice` are its section's."""

    code: str
    section: int
    kind: str
    key: Key
    possible: Decimal
    rule: str
    per_choice: Decimal


@dataclass(frozen=True, slots=True)
class SlotMark:
    """Points of one slot; None where a person must decide."""

    code: str
    points: Decimal | None
    possible: Decimal
    rule: str


def mark_slot(slot: MarkingSlot, answer: Answer) -> SlotMark:
    """The machine's mark for one answer. An unanswered slot is 0 in every kind."""
    points = kind(slot.kind).points(slot.key, answer, slot.possible, slot.rule, slot.per_choice)
    return SlotMark(slot.code, points, slot.possible, slot.rule)


def mark_sheet(slots: Iterable[MarkingSlot], answers: Mapping[str, Answer]) -> list[SlotMark]:
    """Marks for all slots, in their order; slots without an answer included."""
    return [mark_slot(slot, answers.get(slot.code)) for slot in slots]


def total_points(points: Mapping[str, Decimal | None], sections: Mapping[str, int]) -> Decimal | None:
    """The total of a sheet: the sum over sections, each floored at 0 (倒扣 never costs another section).

    `points` maps slot to its newest mark, `sections` every slot of the form to its section. None while a
    slot has no mark.
    """
    sums: dict[int, Decimal] = {}
    for code, section in sections.items():
        value = points.get(code)
        if value is None:
            return None
        sums[section] = sums.get(section, ZERO) + value
    return sum((max(value, ZERO) for value in sums.values()), ZERO)


def section_points(points: Mapping[str, Decimal | None], codes: Iterable[str]) -> Decimal | None:
    """The total of one section, floored at 0; None while a slot has no mark."""
    values = [points.get(code) for code in codes]
    if any(value is None for value in values):
        return None
    return max(sum((value for value in values if value is not None), ZERO), ZERO)
