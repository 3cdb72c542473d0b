"""The harness's own fold, digest and marking against worked examples."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.faults.sheets import digest_of, fold, points_for, same


def test_the_greatest_epoch_and_number_win_in_any_order() -> None:
    events = [("a", 1, 9, "old"), ("a", 2, 1, "new"), ("b", 1, 3, "later"), ("b", 1, 2, "earlier")]
    sheet = {"a": (2, 1, "new"), "b": (1, 3, "later")}
    assert fold(events) == sheet
    assert fold(reversed(events)) == sheet


def test_the_digest_leaves_out_what_was_cleared() -> None:
    # printf '[["a","甲"],["b",[1,true]]]' | sha256sum
    known = "804b47a97b39b297147eeb0d7c133776ca266c4144d4d90ad5fd72bab9aa49c2"
    sheet: dict[str, Any] = {"b": (1, 2, [1, True]), "c": (1, 4, None), "a": (1, 3, "甲")}
    assert digest_of(sheet) == digest_of({"a": (9, 9, "甲"), "b": (1, 1, [1, True])})
    assert digest_of(sheet) == known


def test_true_is_not_one() -> None:
    assert not same(True, 1)
    assert same({"a": 1, "b": 2}, {"b": 2, "a": 1})


CHOICES = {"w": "A", "x": "B", "y": "C", "z": "D"}


@pytest.mark.parametrize(
    ("credit", "key", "possible", "chosen", "points"),
    [
        ("all", ["A", "C"], "4", ["w", "y"], "4"),
        ("all", ["A", "C"], "4", ["w"], "0"),
        ("all", ["A", "C"], "4", ["w", "x", "y"], "0"),
        ("half", ["A", "C"], "2.5", ["w"], "1.25"),
        ("half", ["A", "C"], "0.25", ["w"], "0.13"),  # half up
        ("half", ["A", "C"], "2", ["w", "z"], "0"),
        ("option", ["A", "B", "C"], "4", ["w", "x"], "1.0"),
        ("option", ["A", "B", "C", "D"], "1.5", ["w", "x", "y"], "1.0"),  # never the full points
        ("option", ["A", "B"], "0.5", ["w"], "0"),
        ("ratio", ["A", "B", "C"], "2", ["w", "x"], "1.33"),  # down
        ("ratio", ["A", "B", "C"], "2", ["w", "x", "z"], "0"),
        ("ratio", ["A", "B", "C"], "2", [], "0"),
        ("all", "B", "2", "x", "2"),
        ("all", ["B"], "2", "w", "0"),
        ("all", ["B"], "2", None, "0"),
    ],
)
def test_points_of_choices(credit: str, key: Any, possible: str, chosen: Any, points: str) -> None:
    slot = {"kind": "multiple", "points": possible, "choices": CHOICES}
    marked = points_for(slot, {"key": key, "credit": credit, "per_option": "0.5"}, chosen)
    assert marked == Decimal(points)


@pytest.mark.parametrize(("key", "value", "points"), [(True, True, 1), (True, False, 0), (False, None, 0)])
def test_points_of_true_and_false(key: bool, value: bool | None, points: int) -> None:
    assert points_for({"kind": "true_false", "points": "1"}, {"key": key}, value) == points


def test_a_choice_that_was_never_shown_is_no_answer() -> None:
    slot = {"kind": "single", "points": "2", "choices": CHOICES}
    with pytest.raises(KeyError):
        points_for(slot, {"key": ["B"], "credit": "all", "per_option": "0"}, "q")
