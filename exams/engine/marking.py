"""Marking: sheet and keys → points per slot, and the totals made of them.

Pure. A slot that a machine cannot decide has no mark; a total is None until every slot has one. Decimal
throughout: every kind rounds once, sums are exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from questionbanks.kinds.base import Answer
from questionbanks.kinds.registry import kind

from .keys import SlotKey

ZERO = Decimal(0)

# How points came about that no credit rule gave; they stand in `Mark.rule`.
RULE_LABELS = {
    "full": "更正：全体满分",
    "out": "更正：不计入总分",
    "rubric": "人工评阅",
    "mean": "双评取平均",
    "head": "组长裁定",
    "review": "复核更改",
}


@dataclass(frozen=True, slots=True)
class MarkingSlot:
    """What marking must know of a slot. `rule` and `per_choice` are its section's."""

    code: str
    section: int
    kind: str
    key: SlotKey
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
    key_version: int


@dataclass(frozen=True, slots=True)
class Total:
    """The points of a sheet and the full marks they belong to."""

    points: Decimal
    possible: Decimal


def mark_slot(slot: MarkingSlot, answer: Answer) -> SlotMark:
    """The machine's mark for one answer. An unanswered slot is 0 in every kind.

    Of several keys the one that gives most counts; a person is asked only when none gives full marks.
    """
    key = slot.key
    if key.full or key.out:
        points = slot.possible if key.full else ZERO
        return SlotMark(slot.code, points, slot.possible, "full" if key.full else "out", key.version)
    compute = kind(slot.kind).points
    best: Decimal | None = compute(key.keys[0], answer, slot.possible, slot.rule, slot.per_choice)
    for other in key.keys[1:]:
        if best == slot.possible:
            break
        more = compute(other, answer, slot.possible, slot.rule, slot.per_choice)
        best = None if best is None or more is None else max(best, more)
    return SlotMark(slot.code, best, slot.possible, slot.rule, key.version)


def mark_sheet(slots: Iterable[MarkingSlot], answers: Mapping[str, Answer]) -> list[SlotMark]:
    """Marks for all slots, in their order; slots without an answer included."""
    return [mark_slot(slot, answers.get(slot.code)) for slot in slots]


def total_of(points: Mapping[str, Decimal | None], slots: Iterable[MarkingSlot]) -> Total | None:
    """The total of a sheet; None while a slot has no mark. Slots taken out of the total count for nothing."""
    counted = [slot for slot in slots if not slot.key.out]
    sections = {slot.code: slot.section for slot in counted}
    earned = total_points(points, sections)
    if earned is None:
        return None
    return Total(earned, sum((slot.possible for slot in counted), ZERO))


def total_points(points: Mapping[str, Decimal | None], sections: Mapping[str, int]) -> Decimal | None:
    """The sum over sections, each floored at 0 (倒扣 never costs another section).

    `points` maps slot to its newest mark, `sections` every slot that counts to its section. None while a
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
    return total_points(points, dict.fromkeys(codes, 1))
