"""The paper of an attempt: its own order, opaque ids, nothing else."""

from __future__ import annotations

import json
import random
from typing import Any
from uuid import UUID

import pytest

from exams.engine.paper import Paper
from exams.engine.shuffling import choice_id
from questionbanks.kinds.base import WireError

ATTEMPT = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
CONTENT = {
    "schema": 1,
    "title": "法律明白人考试",
    "total_points": "100",
    "sections": [
        {
            "title": "一、单选题",
            "instructions": "每题2分",
            "slots": [
                {
                    "slot": "single01",
                    "number": 1,
                    "kind": "single",
                    "points": "2",
                    "stem": "几周岁？",
                    "choices": [
                        {"label": "A", "text": "十六"},
                        {"label": "B", "text": "十八"},
                        {"label": "C", "text": "二十"},
                    ],
                    "pinned": False,
                    "blanks": 0,
                    "material": None,
                    "group": None,
                },
                {
                    "slot": "multi002",
                    "number": 2,
                    "kind": "multiple",
                    "points": "2",
                    "stem": "哪些？",
                    "choices": [
                        {"label": "A", "text": "甲"},
                        {"label": "B", "text": "乙"},
                        {"label": "C", "text": "以上都是"},
                    ],
                    "pinned": True,
                    "blanks": 0,
                    "material": "一段材料",
                    "group": "g1",
                },
            ],
        },
        {
            "title": "二、其他",
            "instructions": "",
            "slots": [
                {"slot": "judge003", "kind": "true_false", "points": "1", "stem": "对吗"},
                {"slot": "blank004", "kind": "fill_blank", "points": "2", "stem": "____和____", "blanks": 2},
                {"slot": "essay005", "kind": "short_answer", "points": "10", "stem": "谈谈"},
            ],
        },
    ],
}
PAPER = Paper("0123456789abcdef", CONTENT)


def ids(slot: str, labels: str) -> list[str]:
    return [choice_id(PAPER.salt, ATTEMPT, slot, label) for label in labels]


def test_the_paper_of_an_attempt() -> None:
    shown = PAPER.for_attempt(ATTEMPT, {"single01": "CAB", "multi002": "ABC"})
    first, second = shown["sections"]
    assert shown["title"] == "法律明白人考试"
    assert first["slots"][0] == {
        "slot": "single01",
        "kind": "single",
        "points": "2",
        "stem": "几周岁？",
        "choices": [
            {"id": one, "text": text}
            for one, text in zip(ids("single01", "CAB"), ["二十", "十六", "十八"], strict=True)
        ],
    }
    assert first["slots"][1]["material"] == "一段材料"
    assert second["slots"] == [
        {"slot": "judge003", "kind": "true_false", "points": "1", "stem": "对吗"},
        {"slot": "blank004", "kind": "fill_blank", "points": "2", "stem": "____和____", "blanks": 2},
        {"slot": "essay005", "kind": "short_answer", "points": "10", "stem": "谈谈"},
    ]


def test_no_label_and_no_pin_reaches_the_candidate() -> None:
    text = json.dumps(PAPER.for_attempt(ATTEMPT, {}))
    assert "label" not in text
    assert "pinned" not in text
    assert "group" not in text


def test_orders_are_for_slots_with_choices_and_keep_pinned_ones() -> None:
    found = [PAPER.choice_orders(random.Random(seed)) for seed in range(50)]
    assert {tuple(one) for one in found} == {("single01", "multi002")}
    assert {one["multi002"] for one in found} == {"ABC"}
    assert len({one["single01"] for one in found}) == 6


def test_this_attempt_id_gives_distinct_choice_ids() -> None:
    assert PAPER.fits(ATTEMPT) is True


A, B, C = ids("multi002", "ABC")
GOOD: list[tuple[str, Any]] = [
    ("single01", ids("single01", "B")[0]),
    ("single01", None),
    ("multi002", sorted([A, C])),
    ("multi002", []),
    ("judge003", True),
    ("judge003", False),
    ("blank004", ["村民", ""]),
    ("essay005", "一段话"),
    ("essay005", ""),
]
BAD: list[tuple[str, Any]] = [
    ("nothere", None),
    ("single01", "A"),
    ("single01", ids("multi002", "A")[0]),
    ("single01", [ids("single01", "B")[0]]),
    ("single01", 1),
    ("multi002", sorted([A, C], reverse=True)),
    ("multi002", [A, A]),
    ("multi002", A),
    ("multi002", [A, "zzzzzz"]),
    ("multi002", [[A]]),
    ("judge003", "true"),
    ("judge003", 1),
    ("blank004", ["一个"]),
    ("blank004", ["a", "b", "c"]),
    ("blank004", ["a", 2]),
    ("blank004", "ab"),
    ("essay005", "有\x00空字符"),
    ("essay005", "半个\ud800"),
    ("essay005", {"text": "x"}),
]


@pytest.mark.parametrize(("slot", "value"), GOOD)
def test_well_formed_values_pass(slot: str, value: Any) -> None:
    PAPER.check_value(ATTEMPT, slot, value)


@pytest.mark.parametrize(("slot", "value"), BAD)
def test_malformed_values_are_refused(slot: str, value: Any) -> None:
    with pytest.raises(WireError):
        PAPER.check_value(ATTEMPT, slot, value)
