"""Cells of the key-in grid: what may be typed, and where two readings differ."""

from __future__ import annotations

from typing import Any

import pytest

from exams.engine.keyed import (
    CellError,
    Difference,
    cell_text,
    differences,
    read_cell,
    read_sheet,
    to_data,
)
from exams.engine.paper import Paper, PaperSlot
from questionbanks.kinds.base import Answer


def slot(kind: str, labels: str = "", blanks: int = 0, code: str = "s") -> PaperSlot:
    return PaperSlot(code, kind, tuple(labels), tuple(f"选项{one}" for one in labels), False, blanks)


SINGLE, MULTIPLE = slot("single", "ABCD"), slot("multiple", "ABCDE")
JUDGE, BLANKS, ESSAY = slot("true_false"), slot("fill_blank", blanks=2), slot("short_answer")


@pytest.mark.parametrize(
    ("one", "cell", "answer"),
    [
        (SINGLE, "b", ("B",)),
        (SINGLE, " Ｂ ", ("B",)),
        (SINGLE, "BB", ("B",)),
        (SINGLE, "", None),
        (SINGLE, "-", None),
        (MULTIPLE, "ca", ("A", "C")),
        (MULTIPLE, "A、C，E", ("A", "C", "E")),
        (JUDGE, "√", True),
        (JUDGE, "t", True),
        (JUDGE, "1", True),
        (JUDGE, "对", True),
        (JUDGE, "×", False),
        (JUDGE, "x", False),
        (JUDGE, "0", False),
        (JUDGE, True, True),
        (JUDGE, False, False),
        (BLANKS, ["五", " 连任 "], ("五", "连任")),
        (BLANKS, "五；连任", ("五", "连任")),
        (BLANKS, ["", ""], None),
        (BLANKS, ["五", ""], ("五", "")),
        (ESSAY, " 要公开 ", "要公开"),
        (ESSAY, "", None),
    ],
)
def test_what_may_be_typed(one: PaperSlot, cell: Any, answer: Answer) -> None:
    assert read_cell(one, cell) == answer


@pytest.mark.parametrize(
    ("one", "cell"),
    [(SINGLE, "E"), (SINGLE, "AB"), (MULTIPLE, "AF"), (JUDGE, "C"), (BLANKS, ["五"]), (BLANKS, "一；二；三")],
)
def test_what_cannot_be_read(one: PaperSlot, cell: Any) -> None:
    with pytest.raises(CellError):
        read_cell(one, cell)


def paper() -> Paper:
    slots = [
        {"slot": "a", "kind": "single", "choices": [{"label": one, "text": one} for one in "ABCD"]},
        {"slot": "b", "kind": "multiple", "choices": [{"label": one, "text": one} for one in "ABCD"]},
        {"slot": "c", "kind": "true_false"},
        {"slot": "d", "kind": "fill_blank", "blanks": 2},
        {"slot": "e", "kind": "short_answer"},
    ]
    return Paper("salt", {"title": "卷", "sections": [{"title": "一", "instructions": "", "slots": slots}]})


CELLS = {"a": "b", "b": "ca", "c": "x", "d": ["A", "B"], "e": "要公开"}
ANSWERS: dict[str, Answer] = {"a": ("B",), "b": ("A", "C"), "c": False, "d": ("A", "B"), "e": "要公开"}


def test_a_whole_sheet_is_read_and_comes_back_from_its_data() -> None:
    answers, wrong = read_sheet(paper(), CELLS)
    assert (answers, wrong) == (ANSWERS, {})
    data = to_data(paper(), answers)
    assert data == {"a": "B", "b": "AC", "c": False, "d": ["A", "B"], "e": "要公开"}
    assert read_sheet(paper(), data) == (ANSWERS, {})


def test_every_wrong_cell_is_named_by_its_number() -> None:
    answers, wrong = read_sheet(paper(), {"a": "AB", "c": "C", "z": "A"})
    assert answers == {}
    assert sorted(wrong) == [0, 1, 3]


def test_differences_in_the_order_of_the_paper() -> None:
    second = {**CELLS, "b": "AB", "c": "", "e": "要公开"}
    first, other = (to_data(paper(), read_sheet(paper(), one)[0]) for one in (CELLS, second))
    assert differences(paper(), first, other) == [Difference("b", 2, "AC", "AB"), Difference("c", 3, "×", "")]
    assert differences(paper(), first, first) == []


@pytest.mark.parametrize(
    ("one", "answer", "text"),
    [
        (SINGLE, ("B",), "B"),
        (JUDGE, True, "√"),
        (BLANKS, ("五", "连任"), "五；连任"),
        (ESSAY, "公开", "公开"),
        (MULTIPLE, None, ""),
    ],
)
def test_cells_as_shown(one: PaperSlot, answer: Answer, text: str) -> None:
    assert cell_text(one, answer) == text
