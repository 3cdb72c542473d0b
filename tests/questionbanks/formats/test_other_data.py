"""JSON and pages by other hands: the same few items in many shapes must come out the same."""

from __future__ import annotations

from typing import Any

import pytest

from questionbanks.formats import registry
from tests.other_hands import TWO, data, outline

# -- JSON ---------------------------------------------------------------------------------------------------


_CHOICES = [{"text": one, "isCorrect": one == "乙"} for one in "甲乙丙丁"]


SHAPES: dict[str, Any] = {
    "options under answers": [{"text": "谁（ ）。", "answers": _CHOICES}],
    "right and wrong answers": [
        {
            "question": "谁（ ）。",
            "type": "multiple",
            "correct_answer": "乙",
            "incorrect_answers": ["甲", "丙", "丁"],
        }
    ],
    "texts and labels": [
        {
            "question": "谁（ ）。",
            "choices": {"text": list("甲乙丙丁"), "label": list("ABCD")},
            "answerKey": "B",
        }
    ],
    "label": [{"question": "谁（ ）。", "options": ["(A)甲", "(B)乙", "(C)丙", "(D)丁"], "label": "B"}],
    "short names": [{"q": "谁（ ）。", "o": list("甲乙丙丁"), "a": "B"}],
    "other names": [
        {"qName": "谁（ ）。", "optA": "甲", "optB": "乙", "optC": "丙", "optD": "丁", "rightKey": "B"}
    ],
    "a sentence": [{"question": "谁（ ）。", "options": list("甲乙丙丁"), "answer": "正确答案：B。"}],
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_shapes_of_json(shape: Any) -> None:
    (found,) = data(shape).questions
    key = found.key
    assert isinstance(key, tuple)
    assert (found.kind, found.stem, sorted(one.text for one in found.choices)) == (
        "single",
        "谁（ ）。",
        sorted("甲乙丙丁"),
    )
    assert {one.text for one in found.choices if one.label in key} == {"乙"}


_PART = {"stem": "谁（ ）。", "options": list("甲乙丙丁"), "answer": "B"}


MATERIALS: dict[str, Any] = {
    "around its items": [{"material": "张某占地建房的材料。", "questions": [_PART]}],
    "a stem with items of its own": [{"content": "张某占地建房的材料。", "children": [_PART]}],
    "lists beside each other": {
        "article": "张某占地建房的材料。",
        "questions": ["谁（ ）。"],
        "options": [list("甲乙丙丁")],
        "answers": ["B"],
    },
    "a text beside the question": [
        {
            "text": "张某占地建房的材料，很长的一段文字在这里。",
            "question": "谁（ ）。",
            "options": list("甲乙丙丁"),
            "answer": "B",
        }
    ],
}


@pytest.mark.parametrize("shape", MATERIALS.values(), ids=MATERIALS.keys())
def test_a_text_that_items_share(shape: Any) -> None:
    (case,) = data(shape).questions
    assert case.kind == "case_group"
    assert case.stem.startswith("张某占地建房的材料")
    assert [(one.stem, one.key) for one in case.parts] == [("谁（ ）。", ("B",))]


# -- pages --------------------------------------------------------------------------------------------------


def test_numbers_that_only_the_browser_shows() -> None:
    items = "".join(
        f"<li>{stem}<ol type='A'>"
        + "".join(f"<li>{one}</li>" for one in texts)
        + f"</ol><p>答案：{key[0]}</p></li>"
        for stem, texts, key in TWO
    )
    page = f"<html><body><ol>{items}</ol></body></html>"
    assert outline(registry.parse(page.encode(), name="题库.html")) == list(TWO)
