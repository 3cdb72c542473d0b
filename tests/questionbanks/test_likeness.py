"""Folding, sketches, edit distance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionbanks import likeness
from questionbanks.kinds.base import Blanks, Choice, ModelAnswer, Question


def plain_distance(one: str, other: str) -> int:
    """The textbook algorithm, for comparison."""
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        new = [i]
        for j, right in enumerate(other, 1):
            new.append(min(row[j] + 1, new[-1] + 1, row[j - 1] + (left != right)))
        row = new
    return row[-1]


@given(st.text("甲乙丙a", max_size=30), st.text("甲乙丙a", max_size=30))
def test_distance_equals_the_textbook(one: str, other: str) -> None:
    assert likeness._distance(one, other) == plain_distance(one, other)


@given(st.text(max_size=80), st.text(max_size=80))
def test_similarity_is_symmetric_and_within_bounds(one: str, other: str) -> None:
    value = likeness.similarity(one, other)
    assert value == likeness.similarity(other, one)
    assert 0 <= value <= 1
    assert (value == 1) == (one == other)


@given(st.text(max_size=200))
def test_a_sketch_has_its_length(text: str) -> None:
    assert len(likeness.sketch(text)) == likeness.SKETCH_BYTES


def question(stem: str, *texts: str, key: object = ("A",), kind: str = "single") -> Question:
    choices = tuple(Choice(label, text) for label, text in zip("ABCDEF", texts, strict=False))
    return Question(kind, stem, choices, key)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("村民委员会每届任期（ ）年。", "村民委员会每届任期____年"),
        ("《民法典》何时施行？", "民法典 何时施行?"),
        ("年满十八周岁", "年满18周岁"),
        ("ＡＢＣ", "abc"),
        ("<div><b>宪法</b>是根本法</div>", "宪法是根本法"),
    ],
)
def test_texts_that_say_the_same_are_bare_the_same(one: str, other: str) -> None:
    assert likeness.bare(one) == likeness.bare(other)


def test_the_order_of_the_choices_does_not_count() -> None:
    one, other = question("题", "甲", "乙", "丙"), question("题", "丙", "甲", "乙", key=("B",))
    assert likeness.folded(one) == likeness.folded(other)
    assert likeness.same_key(one, other) is True


def test_the_same_stem_with_other_choices_is_another_item() -> None:
    assert likeness.folded(question("下列正确的是", "甲", "乙")) != likeness.folded(
        question("下列正确的是", "丙", "丁")
    )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (question("题", "甲", "乙"), question("题", "甲", "乙", key=("B",)), False),
        (Question("true_false", "题", key=True), Question("true_false", "题", key=False), False),
        (
            Question("fill_blank", "题", key=Blanks((("三年", "3年"),))),
            Question("fill_blank", "题", key=Blanks((("3年",),))),
            True,
        ),
        (
            Question("short_answer", "题", key=ModelAnswer("甲。")),
            Question("short_answer", "题", key=ModelAnswer("甲")),
            True,
        ),
    ],
)
def test_keys_are_compared_by_what_they_say(one: Question, other: Question, same: bool) -> None:
    assert likeness.same_key(one, other) is same


def test_candidates_find_nearly_the_same_among_many() -> None:
    texts = [
        f"第{number}号{chr(0x4E00 + number * 7)}规定村民小组长由第{number * 13}组推选产生任期{number}年"
        for number in range(400)
    ]
    changed = [text.replace("推选", "选举") for text in texts]
    stored = likeness.sketches([likeness.sketch(text) for text in texts])
    new = likeness.sketches([likeness.sketch(text) for text in changed])
    found = likeness.candidates(stored, new)
    near = [
        likeness.similarity(changed[index], (texts + changed)[place])
        for index, places in enumerate(found)
        for place in places
    ]
    assert all(any(place < index + 400 for place in places) for index, places in enumerate(found))
    assert max(near) >= likeness.NEAR


def test_an_item_is_compared_with_those_before_it() -> None:
    sketch = likeness.sketch("村民会议由本村十八周岁以上的村民组成")
    found = likeness.candidates(likeness.sketches([]), likeness.sketches([sketch, sketch]))
    assert found == [[], [0]]


def test_a_sketch_of_another_make_resembles_nothing() -> None:
    sketch = likeness.sketch("村民会议由本村十八周岁以上的村民组成")
    assert likeness.candidates(likeness.sketches([b""]), likeness.sketches([sketch])) == [[]]


def test_a_very_long_text_is_sketched_in_bounds() -> None:
    assert len(likeness.sketch("法" * 1_000_000)) == likeness.SKETCH_BYTES
    assert likeness.similarity("法" * 1_000_000, "法" * 999_999) == 1.0
