"""The law × unit map: a cell alone, put together with its neighbours, or empty; never one left over."""

from __future__ import annotations

import pytest

from exams.analytics.counts import LawCounts
from exams.analytics.law_map import NOBODY, law_map, merge_cells, merge_upward


def of(people: int, answers: int = 0, earned: int = 50) -> LawCounts:
    answers = answers or people * 5
    return LawCounts.of_hundredths(answers * earned, answers * 100, answers, people)


@pytest.mark.parametrize(
    ("cells", "members"),
    [
        ({"a": of(5), "b": of(9)}, {"a": ("a",), "b": ("b",)}),
        ({"a": of(4), "b": of(3), "c": of(9)}, {"a": ("a", "b"), "b": ("a", "b"), "c": ("c",)}),
        # one alone too small: the smallest of the others joins it
        ({"a": of(4), "b": of(9), "c": of(6)}, {"a": ("a", "c"), "b": ("b",), "c": ("a", "c")}),
        # enough people, too few answers
        ({"a": of(6, 19), "b": of(6, 20)}, {"a": ("a", "b"), "b": ("a", "b")}),
        # nobody answered: an empty cell gives nothing away
        ({"a": NOBODY, "b": of(6)}, {"a": (), "b": ("b",)}),
    ],
)
def test_who_is_put_together(cells, members):
    assert {key: cell.members for key, cell in merge_cells(cells).items()} == members


def test_the_sum_is_what_is_shown():
    cell = merge_cells({"a": of(4, earned=100), "b": of(4, earned=0), "c": of(9)})["a"]
    assert cell.figure.text() == "50.00%"


def test_all_together_too_few_is_not_shown():
    cells = merge_cells({"a": of(1), "b": of(2)})
    assert cells["a"].figure is None
    assert cells["a"].share is None


def test_a_small_parent_is_put_together_with_another():
    cells = merge_upward({"north": {"a": of(6), "b": of(7)}, "south": {"c": of(1), "d": of(2)}})
    assert cells["c"].members == ("a", "b", "c", "d")
    assert cells["a"].members == ("a", "b", "c", "d")
    assert cells["a"].figure.text() == "50.00%"


def test_parents_that_are_large_enough_keep_their_own_cells():
    cells = merge_upward({"north": {"a": of(6), "b": of(7)}, "south": {"c": of(3), "d": of(4)}})
    assert cells["a"].members == ("a",)
    assert cells["c"].members == ("c", "d")


def test_laws_come_weakest_first_and_those_with_too_few_answers_not_at_all():
    found = law_map({"town": {"a": {"x": of(9, earned=80), "y": of(9, earned=40), "z": of(1)}}})
    assert found.laws == ("y", "x")
    assert found.weakest == "y"


def test_no_answers_no_map():
    found = law_map({"town": {}})
    assert (found.laws, found.weakest) == ((), None)
