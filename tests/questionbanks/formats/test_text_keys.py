"""Keys that stand apart from the items of a text."""

from __future__ import annotations

import pytest

from questionbanks.kinds.base import ModelAnswer
from tests.bank_files import (
    ABCD,
    FOUR,
    codes,
    read_text,
)

# -- keys that stand apart ----------------------------------------------------------------------------------


THREE = "".join(f"{n}.谁{n}（  ）\n{FOUR}" for n in (1, 2, 3))


KEYS = {
    "参考答案\n1.A 2.B 3.C\n": ["A", "B", "C"],
    "参考答案：\n1-3 ABC\n": ["A", "B", "C"],
    "答案：1-3：A B C\n": ["A", "B", "C"],
    "参考答案：1.A；2.B；3.C。\n": ["A", "B", "C"],
    "附：参考答案及解析\n1、A\n2、B\n3、C\n": ["A", "B", "C"],
    "【参考答案】\n1~3 A、B、C\n": ["A", "B", "C"],
    "参考答案\n一、单选题\n1—3 ABC\n": ["A", "B", "C"],
    "参考答案\n一、单选题：1-3 ABC\n": ["A", "B", "C"],
}


@pytest.mark.parametrize(("key", "letters"), KEYS.items())
def test_a_key_at_the_end(key: str, letters: list[str]) -> None:
    parsed = read_text(f"一、单选题\n{THREE}{key}")
    assert [one.key for one in parsed.questions] == [(letter,) for letter in letters]
    assert parsed.questions[2].choices == ABCD
    assert parsed.problems == ()


def test_a_key_for_several_sections() -> None:
    parsed = read_text(
        f"一、单选题\n{THREE}二、多选题\n{THREE}三、判断题\n1.甲。（ ）\n2.乙。（ ）\n四、简答题\n"
        f"1.简述甲。\n2.简述乙。\n参考答案\n"
        "一、单选题\n1-3 ABC\n二、多选题\n1.AB 2.BC 3.ACD\n三、判断题\n1.√ 2.×\n四、简答题\n"
        "1.答：甲就是甲。\n再加一句。\n2.乙就是乙。\n"
    )
    assert [one.key for one in parsed.questions[:8]] == [
        ("A",),
        ("B",),
        ("C",),
        ("A", "B"),
        ("B", "C"),
        ("A", "C", "D"),
        True,
        False,
    ]
    assert [one.key for one in parsed.questions[8:]] == [
        ModelAnswer("甲就是甲。\n再加一句。"),
        ModelAnswer("乙就是乙。"),
    ]
    assert parsed.problems == ()


def test_a_key_that_does_not_reach_every_item() -> None:
    parsed = read_text(f"一、单选题\n{THREE}参考答案\n1.A 2.B 9.C\n")
    assert [one.key for one in parsed.questions] == [("A",), ("B",), None]
    assert sorted(codes(parsed)) == ["no_key", "unclaimed_answers"]


def test_a_key_with_explanations() -> None:
    parsed = read_text(
        f"一、单选题\n{THREE}二、判断题\n1.对吗（ ）\n三、简答题\n1.简述甲\n2.简述乙\n参考答案及解析\n"
        f"一、单选题\n1.【答案】A\n【解析】因为甲。\n"
        "所以甲。\n2.【答案】B。解析：因为乙。\n3.C【解析】因为丙。\n二、判断题\n1.√ 解析：宪法。\n"
        "三、简答题\n1.【答案要点】甲。\n（1）一\n2.答：乙。\n"
    )
    assert [one.key for one in parsed.questions] == [
        ("A",),
        ("B",),
        ("C",),
        True,
        ModelAnswer("甲。\n（1）一"),
        ModelAnswer("乙。"),
    ]
    assert [one.rationale for one in parsed.questions] == [
        "因为甲。\n所以甲。",
        "因为乙。",
        "因为丙。",
        "宪法。",
        "",
        "",
    ]
    assert parsed.problems == ()


FRONT = {
    "without heading": "参考答案\n1.A 2.B 3.C\n一、单选题\n{}",
    "of ranges": "参考答案：\n1-3 ABC\n一、单选题\n{}",
    "with headings": "参考答案\n一、单选题\n1.A 2.B 3.C\n\n试题\n一、单选题\n{}",
    "with the same heading at once": "参考答案\n一、单选题\n1.A 2.B 3.C\n一、单选题\n{}",
    "with explanations": "参考答案\n1.A【解析】因为甲。\n2.B\n3.C\n一、单选题\n{}",
}


@pytest.mark.parametrize("text", FRONT.values(), ids=FRONT.keys())
def test_a_key_before_the_questions(text: str) -> None:
    parsed = read_text(text.format(THREE))
    assert [one.key for one in parsed.questions] == [("A",), ("B",), ("C",)]
    assert [one.stem for one in parsed.questions] == ["谁1（ ）", "谁2（ ）", "谁3（ ）"]
    assert parsed.problems == ()


POINTS = {
    "in a line": "1.A（2分） 2.B（2分） 3.C（2分）\n",
    "in lines": "1.A（2分）\n2.B (2分)\n3.C（2.5分）\n",
    "in the heading": "一、单选题（每题2分，共6分）\n1.A  2.B  3.C\n",
}


@pytest.mark.parametrize("key", POINTS.values(), ids=POINTS.keys())
def test_what_an_answer_is_worth_is_no_part_of_it(key: str) -> None:
    parsed = read_text(f"一、单选题\n{THREE}参考答案\n{key}")
    assert [one.key for one in parsed.questions] == [("A",), ("B",), ("C",)]
    assert [one.rationale for one in parsed.questions] == ["", "", ""]


def test_what_stands_behind_a_judgement_explains_it() -> None:
    items = "判断题\n1.甲。（ ）\n2.乙。（ ）\n3.丙。（ ）\n"
    parsed = read_text(f"{items}参考答案\n1.√\n2.×，应为丙。\n3.错误。应为丁。\n")
    assert [one.key for one in parsed.questions] == [True, False, False]
    assert [one.rationale for one in parsed.questions] == ["", "应为丙。", "应为丁。"]
    assert parsed.problems == ()
