"""The contract of the kinds: defects, wire values, points, keys in JSON and in words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionbanks.kinds import codec
from questionbanks.kinds.base import (
    Blanks,
    Choice,
    Citation,
    Key,
    ModelAnswer,
    Question,
    RubricPoint,
    Shape,
    WireError,
)
from questionbanks.kinds.registry import KINDS, defects, kind
from questionbanks.kinds.written import fold, numeral_value

D = Decimal
ABCD = tuple(Choice(label, f"选项{label}") for label in "ABCD")
IDS = frozenset({"k1", "k2", "k3", "k4"})


def question(kind_code: str, **changes: Any) -> Question:
    fields: dict[str, Any] = {"kind": kind_code, "stem": "题干"}
    defaults: dict[str, dict[str, Any]] = {
        "single": {"choices": ABCD, "key": ("B",)},
        "multiple": {"choices": ABCD, "key": ("A", "C")},
        "uncertain": {"choices": ABCD, "key": ("D",)},
        "true_false": {"key": True},
        "fill_blank": {"key": Blanks((("十五日", "半个月"),))},
        "short_answer": {"key": ModelAnswer("要点", (RubricPoint("一", D(2)),))},
        "case_group": {"parts": (Question("single", "小题", ABCD, ("A",)),)},
    }
    return Question(**(fields | defaults[kind_code] | changes))


@pytest.mark.parametrize("code", sorted(KINDS))
def test_a_sound_question_has_no_defect(code: str) -> None:
    assert defects(question(code)) == []


@pytest.mark.parametrize(
    ("broken", "codes"),
    [
        (question("single", stem=" "), ["no_stem"]),
        (question("single", choices=ABCD[:1], key=("A",)), ["few_choices"]),
        (question("single", key=None), ["no_key"]),
        (question("single", key=()), ["no_key"]),
        (question("single", key=("E",)), ["key_without_choice"]),
        (question("single", key=("A", "B")), ["key_count"]),
        (question("multiple", key=("A",)), ["key_count"]),
        (question("single", choices=(*ABCD[:3], Choice("C", "别的"))), ["repeated_label"]),
        (question("single", choices=(*ABCD[:3], Choice("D", "选项A"))), ["repeated_choice"]),
        (question("single", choices=(*ABCD[:3], Choice("D", " "))), ["empty_choice"]),
        (question("true_false", key=None), ["no_key"]),
        (question("fill_blank", key=None), ["no_key"]),
        (question("fill_blank", key=Blanks((("甲",), ("", " ")))), ["empty_blank"]),
        (question("short_answer", key=ModelAnswer("")), ["no_key"]),
        (question("case_group", parts=()), ["no_parts"]),
        (question("case_group", stem=""), ["no_material"]),
        (question("case_group", parts=(question("case_group"),)), ["nested_case"]),
        (question("case_group", parts=(question("single", key=None),)), ["no_key"]),
    ],
)
def test_a_defect_is_named(broken: Question, codes: list[str]) -> None:
    assert [one.code for one in defects(broken)] == codes


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("single", "k1"),
        ("multiple", ["k1", "k3"]),
        ("multiple", []),
        ("uncertain", ["k2"]),
        ("true_false", False),
        ("fill_blank", ["甲", ""]),
        ("short_answer", "一段话"),
    ],
)
def test_a_well_formed_value_is_taken(code: str, value: Any) -> None:
    kind(code).check_value(value, Shape(code, IDS, 2))


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("single", "k9"),
        ("single", ["k1"]),
        ("single", 1),
        ("multiple", "k1"),
        ("multiple", ["k3", "k1"]),
        ("multiple", ["k1", "k1"]),
        ("multiple", ["k1", "k9"]),
        ("multiple", ["k1", None]),
        ("true_false", 1),
        ("true_false", "true"),
        ("fill_blank", ["甲"]),
        ("fill_blank", "甲"),
        ("fill_blank", ["甲", 2]),
        ("fill_blank", ["甲", "a\x00b"]),
        ("short_answer", "\ud800"),
        ("short_answer", {"text": "甲"}),
        ("case_group", "甲"),
    ],
)
def test_a_malformed_value_is_refused(code: str, value: Any) -> None:
    with pytest.raises(WireError):
        kind(code).check_value(value, Shape(code, IDS, 2))


@pytest.mark.parametrize(
    ("code", "value", "answer"),
    [
        ("single", "k2", ("A",)),
        ("multiple", ["k1", "k2"], ("A", "B")),
        ("multiple", [], None),
        ("true_false", True, True),
        ("fill_blank", ["甲", "乙"], ("甲", "乙")),
    ],
)
def test_wire_values_become_answers(code: str, value: Any, answer: Any) -> None:
    assert kind(code).resolve(value, {"k1": "B", "k2": "A"}) == answer


@pytest.mark.parametrize(
    ("key", "answer", "rule", "points"),
    [
        (True, True, "all", "2"),
        (True, False, "all", "0"),
        (False, None, "minus", "0"),
        (False, True, "minus", "-0.5"),
    ],
)
def test_true_false_points(key: bool, answer: Any, rule: str, points: str) -> None:
    assert kind("true_false").points(key, answer, D(2), rule, D("0.5")) == D(points)


TWO = Blanks((("十五日", "半个月"), ("村民会议",)))
FREE = Blanks((("甲", "乙"), ("甲",)), any_order=True)


@pytest.mark.parametrize(
    ("key", "answer", "points"),
    [
        (TWO, ("15日", "村民会议"), "4"),
        (TWO, ("十五日", ""), "2.00"),
        (TWO, ("", ""), "0"),
        (TWO, None, "0"),
        (TWO, ("半个月", "村民 会议。"), "4"),
        (TWO, ("村民会议", "15日"), None),  # in fixed order this matches nothing: a person decides
        (TWO, ("15日", "村委会"), None),
        (FREE, ("甲", "乙"), "4"),
        (FREE, ("乙", "甲"), "4"),
        (FREE, ("甲", ""), "2.00"),
        (FREE, ("丙", "甲"), None),
    ],
)
def test_fill_blank_points(key: Key, answer: Any, points: str | None) -> None:
    expected = None if points is None else D(points)
    assert kind("fill_blank").points(key, answer, D(4), "all", D(0)) == expected


def test_three_blanks_round_down_once() -> None:
    key = Blanks((("甲",), ("乙",), ("丙",)))
    assert kind("fill_blank").points(key, ("甲", "乙", ""), D(2), "all", D(0)) == D("1.33")


@pytest.mark.parametrize(("answer", "points"), [(None, "0"), ("  ", "0"), ("写了", None)])
def test_short_answers_go_to_people_unless_blank(answer: Any, points: str | None) -> None:
    expected = None if points is None else D(points)
    assert kind("short_answer").points(ModelAnswer("要点"), answer, D(10), "all", D(0)) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("十五日", "15日"),
        ("１５日", "15日"),
        ("一百零三条", "103条"),
        ("二〇二六年", "2026年"),
        ("《民法典》", "民法典"),
        (" 村民 会议 ", "村民会议"),
        ("“三会一课”", "3会1课"),
        ("三分之二以上。", "3分之2以上"),
        ("ＡＢｃ", "abc"),
        ("三万五千", "35000"),
    ],
)
def test_texts_that_mean_the_same_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("十五日", "十六日"), ("三分之二", "二分之三"), ("2年", "20年")])
def test_texts_that_differ_stay_apart(one: str, other: str) -> None:
    assert (fold(one) == fold(other)) is False


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("十", 10),
        ("十五", 15),
        ("二十", 20),
        ("一百零三", 103),
        ("两千", 2000),
        ("一千二百六十", 1260),
        ("三万", 30000),
    ],
)
def test_chinese_numerals(numeral: str, value: int) -> None:
    assert numeral_value(numeral) == value


@pytest.mark.parametrize("code", sorted(KINDS))
def test_a_question_survives_its_json(code: str) -> None:
    one = question(
        code,
        rationale="解析",
        points=D("2.5"),
        difficulty=2,
        topic="村民自治",
        audience=("法律明白人",),
        tags=("重点",),
        citations=(Citation("民法典", "2020-05-28", "第一条", "原文"),),
        source="自编",
        number="7",
    )
    assert codec.question_from_json(codec.question_to_json(one)) == one


@pytest.mark.parametrize("code", sorted(KINDS))
def test_the_content_half_tells_nothing_of_the_key(code: str) -> None:
    canary = "钥匙" * 3
    keys: dict[str, Any] = {
        "fill_blank": Blanks(((canary,),)),
        "short_answer": ModelAnswer(canary, (RubricPoint(canary),)),
    }
    one = question(code, rationale=canary, **({"key": keys[code]} if code in keys else {}))
    assert (canary in str(codec.content_to_json(one))) is False
    assert ("answer" in codec.content_to_json(one)) is False


def test_changing_the_key_does_not_change_the_content() -> None:
    assert codec.content_to_json(question("single", key=("A",))) == codec.content_to_json(
        question("single", key=("D",))
    )


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ({"schema": 2, "kind": "single", "stem": ""}, None),
        ({"schema": 1, "kind": "drawing", "stem": ""}, None),
    ],
)
def test_json_of_another_time_is_refused(content: dict[str, Any], key: Any) -> None:
    with pytest.raises(codec.SchemaError):
        codec.from_json(content, key)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("single", "B"),
        ("multiple", "A、C"),
        ("true_false", "正确"),
        ("fill_blank", "十五日 或 半个月"),
        ("short_answer", "要点"),
    ],
)
def test_keys_in_words(code: str, words: str) -> None:
    assert kind(code).describe_key(question(code).key) == words


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
