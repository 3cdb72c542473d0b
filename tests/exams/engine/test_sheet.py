"""The fold never looks at the order of arrival, and its digest is the same everywhere."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.engine import sheet
from exams.engine.sheet import SheetAnswer

A1, B1, B2 = SheetAnswer("a", 1, 1), SheetAnswer("b", 2, 1), SheetAnswer("b", 1, 2)

EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["s1", "s2", "s3"]),
        st.one_of(st.none(), st.booleans(), st.text(max_size=5)),
        st.integers(1, 3),
        st.integers(1, 20),
    ),
    max_size=30,
    unique_by=lambda event: (event[2], event[3]),
)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([], {}, id="nothing"),
        pytest.param([("s1", "b", 1, 2), ("s1", "a", 1, 1)], {"s1": B2}, id="T-01 old after new"),
        pytest.param([("s1", "a", 1, 9), ("s1", "b", 2, 1)], {"s1": B1}, id="newer epoch wins"),
        pytest.param([("s1", "b", 2, 1), ("s1", "a", 1, 9)], {"s1": B1}, id="and in any order"),
        pytest.param([("s1", "a", 1, 1), ("s1", None, 1, 2)], {"s1": SheetAnswer(None, 1, 2)}, id="cleared"),
        pytest.param(
            [("s1", "a", 1, 1), ("s2", "b", 2, 1)],
            {"s1": A1, "s2": B1},
            id="T-02 a slot only the old device answered",
        ),
    ],
)
def test_fold(events: list[sheet.Event], expected: sheet.Sheet) -> None:
    assert sheet.fold(events) == expected


@given(events=EVENTS, rng=st.randoms(use_true_random=False))
def test_fold_is_the_same_in_every_order(events: list[sheet.Event], rng: Any) -> None:
    shuffled = list(events)
    rng.shuffle(shuffled)
    assert sheet.fold(shuffled) == sheet.fold(events)


@given(events=EVENTS)
def test_repeating_events_changes_nothing(events: list[sheet.Event]) -> None:
    assert sheet.fold(events + events) == sheet.fold(events)


@pytest.mark.parametrize(
    ("answers", "text"),
    [
        ({}, "[]"),
        ({"b": "x", "a": True}, '[["a",true],["b","x"]]'),
        ({"a": None, "b": ["p", "q"]}, '[["b",["p","q"]]]'),
        ({"a": []}, '[["a",[]]]'),
        ({"z1": "甲", "Z1": "乙"}, '[["Z1","乙"],["z1","甲"]]'),
        ({"a": '引"号\\'}, '[["a","引\\"号\\\\"]]'),
        ({"a": "换\n行\t\x01\x7f\u2028"}, '[["a","换\\n行\\t\\u0001\x7f\u2028"]]'),
        ({"a": "é", "b": "e\u0301"}, '[["a","é"],["b","e\u0301"]]'),
        ({"a": "𠮷😀"}, '[["a","𠮷😀"]]'),
        ({"a": ["", "十五日"]}, '[["a",["","十五日"]]]'),
    ],
)
def test_canonical_json_and_digest(answers: dict[str, Any], text: str) -> None:
    folded = {slot: SheetAnswer(value, 1, 1) for slot, value in answers.items()}
    assert sheet.canonical(folded) == text
    assert sheet.digest(folded) == hashlib.sha256(text.encode("utf-8")).hexdigest()


def test_digest_of_the_empty_sheet_is_fixed() -> None:
    assert sheet.digest({}) == "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"


@pytest.mark.parametrize(
    ("value", "answered"),
    [
        (None, False),
        ("", False),
        ("  \n", False),
        ("a", True),
        (True, True),
        (False, True),
        ([], False),
        (["", " "], False),
        (["", "x"], True),
        (["id"], True),
    ],
)
def test_is_answered(value: Any, answered: bool) -> None:
    assert sheet.is_answered(value) is answered


def test_answered_count() -> None:
    events = [("a", "x", 1, 1), ("b", None, 1, 2), ("c", [], 1, 3), ("d", False, 1, 4)]
    assert sheet.answered_count(sheet.fold(events)) == 2


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a", "a", True),
        (["a", "b"], ["a", "b"], True),
        (["a", "b"], ["b", "a"], False),
        (True, 1, False),
        (False, None, False),
        ("", None, False),
        ("e\u0301", "é", False),
    ],
)
def test_same_value(one: Any, other: Any, same: bool) -> None:
    assert sheet.same_value(one, other) is same
