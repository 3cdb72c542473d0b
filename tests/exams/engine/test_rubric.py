"""Rubrics: points that add up to the slot's, blanks as the machine counts them, answers that say the same."""

from __future__ import annotations

from decimal import Decimal

import pytest

from exams.engine.rubric import answer_key, rubric_for
from questionbanks.kinds.base import Answer, Blanks, ModelAnswer, Question, RubricPoint
from questionbanks.kinds.registry import kind

D = Decimal


def essay(*points: str | None) -> Question:
    rubric = tuple(
        RubricPoint(f"要点{place}", None if one is None else D(one)) for place, one in enumerate(points, 1)
    )
    return Question("short_answer", "谈谈", key=ModelAnswer("略", rubric))


@pytest.mark.parametrize(
    ("given", "possible", "shares"),
    [
        (["4", "3", "3"], "10", ["4", "3", "3"]),
        (["4", "3", "3"], "5", ["2.00", "1.50", "1.50"]),
        (["1", "1", "1"], "10", ["3.33", "3.33", "3.34"]),
        ([None, None, None], "10", ["3.0", "3.5", "3.5"]),
        (["4", None, None], "10", ["4", "3.0", "3.0"]),
        ([None], "7", ["7"]),
        ([], "10", []),
    ],
)
def test_the_lines_add_up_to_the_slot(given: list[str | None], possible: str, shares: list[str]) -> None:
    rubric = rubric_for(essay(*given), D(possible), "答")
    assert [line.points for line in rubric.lines] == [D(one) for one in shares]
    assert rubric.points(range(len(given))) == (D(possible) if given else 0)


def test_ticks_are_added_once_and_only_where_there_is_a_line() -> None:
    rubric = rubric_for(essay("4", "3", "3"), D(10), "答")
    assert rubric.points([0, 0, 2, 9, -1]) == D(7)
    assert rubric.points([]) == D(0)


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_blanks_earn_what_the_machine_would_give(count: int) -> None:
    key = Blanks((("甲",), ("乙",), ("丙",)))
    rubric = rubric_for(Question("fill_blank", "题", key=key), D(1), ("x", "y", "z"))
    right = tuple("甲乙丙"[place] if place < count else "" for place in range(3))
    assert rubric.points(range(count)) == kind("fill_blank").points(key, right, D(1), "all", D(0))


@pytest.mark.parametrize(
    ("any_order", "answer", "suggested"),
    [
        (False, ("甲", "丙"), (0,)),
        (False, ("乙", "甲"), ()),
        (True, ("乙", "甲"), (0, 1)),
        (True, ("甲", "甲"), (0,)),
        (True, ("丙", "甲"), (1,)),
        (False, None, ()),
    ],
)
def test_the_machine_suggests_the_blanks_it_knows(
    any_order: bool, answer: Answer, suggested: tuple[int, ...]
) -> None:
    key = Blanks((("甲",), ("乙",)), any_order)
    assert rubric_for(Question("fill_blank", "题", key=key), D(2), answer).suggested == suggested


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("十五日 内", "15日内。", True),
        ("公开", "公开 ", True),
        ("公开", "不公开", False),
        (("五", "连任"), ("5", "连任"), True),
        (("五", "连任"), ("连任", "五"), False),
    ],
)
def test_answers_that_say_the_same(one: Answer, other: Answer, same: bool) -> None:
    assert (answer_key(one) == answer_key(other)) is same
