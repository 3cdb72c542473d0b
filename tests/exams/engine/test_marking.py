"""Totals: exact sums, floors by section, nothing before everything is marked."""

from __future__ import annotations

from decimal import Decimal

import pytest

from exams.engine.as_shown import as_shown
from exams.engine.marking import MarkingSlot, mark_sheet, section_points, total_points
from questionbanks.kinds.base import Choice, Key, Question

D = Decimal


def slot(
    code: str, kind: str = "single", key: Key = ("A",), section: int = 1, rule: str = "all"
) -> MarkingSlot:
    return MarkingSlot(code, section, kind, key, D(2), rule, D("0.5"))


def test_a_sheet_is_marked_slot_by_slot_and_silence_is_nothing() -> None:
    slots = [
        slot("a"),
        slot("b", "multiple", ("A", "B"), rule="option"),
        slot("c", "true_false", False),
        slot("d"),
    ]
    marks = mark_sheet(slots, {"a": ("A",), "b": ("B",), "c": False})
    assert [(one.code, one.points) for one in marks] == [
        ("a", D(2)),
        ("b", D("0.5")),
        ("c", D(2)),
        ("d", D(0)),
    ]


def test_points_are_summed_exactly() -> None:
    # The binary sum of these is 9.999999999999998 (a bug seen elsewhere).
    values = [D(text) for text in ("1.2", "2", "1.6", "0.8", "1.4", "1.8", "1.2")]
    points = {str(place): value for place, value in enumerate(values)}
    assert total_points(points, dict.fromkeys(points, 1)) == D("10.0")


def test_there_is_no_total_before_everything_is_marked() -> None:
    assert total_points({"a": D(2), "b": None}, {"a": 1, "b": 1}) is None
    assert total_points({"a": D(2)}, {"a": 1, "b": 1}) is None


@pytest.mark.parametrize(
    ("points", "total"),
    [({"a": D(-1), "b": D(-1), "c": D(2)}, D(2)), ({"a": D(-1), "b": D(2), "c": D(2)}, D(3))],
)
def test_deductions_never_cost_another_section(points: dict[str, Decimal], total: Decimal) -> None:
    assert total_points(points, {"a": 1, "b": 1, "c": 2}) == total


def test_a_section_is_floored_too() -> None:
    assert section_points({"a": D(-1), "b": D("0.5")}, ["a", "b"]) == D(0)
    assert section_points({"a": D(1), "b": None}, ["a", "b"]) is None


def test_a_question_is_shown_in_the_candidates_own_letters() -> None:
    question = Question("single", "题", tuple(Choice(one, f"选项{one}") for one in "ABCD"), ("B",))
    shown, answer = as_shown(question, ("D",), "CBDA")
    assert shown.choices == (
        Choice("A", "选项C"),
        Choice("B", "选项B"),
        Choice("C", "选项D"),
        Choice("D", "选项A"),
    )
    assert shown.key == ("B",)
    assert answer == ("C",)
