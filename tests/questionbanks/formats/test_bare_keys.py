"""A key without headings behind several items: it is handed out by number, or plainly not at all."""

from __future__ import annotations

import pytest

from questionbanks.formats.check import tally
from tests.bank_files import FOUR, codes, keys, problems, read_text

CASES = (
    "三、案例分析题\n1.材料甲：张某占地建房。\n（1）张某的行为是否违法？\n（2）应当如何处理？\n"
    "2.材料乙：李某欠款不还。\n（1）王某可以怎么办？\n（2）李某承担什么责任？\n"
)
CASES_IN_LINES = (
    "三、案例分析题\n1.材料甲：张某占地建房。（1）是否违法？（2）应当如何处理？\n"
    "2.材料乙：李某欠款不还。（1）王某可以怎么办？（2）李某承担什么责任？\n"
)


@pytest.mark.parametrize("cases", [CASES, CASES_IN_LINES], ids=["parts in lines", "parts in one line"])
@pytest.mark.parametrize("title", ["参考答案", "参考答案：", "【参考答案】", "附：参考答案"])
def test_each_case_gets_the_answer_of_its_number(cases: str, title: str) -> None:
    parsed = read_text(f"{cases}{title}\n1.起诉。\n2.要罚款。\n")
    assert keys(parsed) == ["起诉。", "要罚款。"]
    assert [one.number for one in parsed.questions] == ["1", "2"]
    assert parsed.problems == ()


@pytest.mark.parametrize(
    ("key", "answers"),
    {
        "1.（1）违法。（2）拆除。\n2.（1）起诉。（2）还款。\n": [
            "（1）违法。（2）拆除。",
            "（1）起诉。（2）还款。",
        ],
        "1.\n（1）违法。\n（2）拆除。\n2.\n（1）起诉。\n（2）还款。\n": [
            "（1）违法。\n（2）拆除。",
            "（1）起诉。\n（2）还款。",
        ],
    }.items(),
    ids=["in one line", "in lines"],
)
def test_the_parts_of_an_answer_stay_in_it(key: str, answers: list[str]) -> None:
    parsed = read_text(f"{CASES}参考答案\n{key}")
    assert keys(parsed) == answers
    assert parsed.problems == ()


WRITTEN = "简答题\n1.简述甲。\n2.简述乙。\n3.简述丙。\n"

HANDS = {
    "a comma": "参考答案\n1、甲。\n2、乙。\n3、丙。\n",
    "full-width signs": "参考答案\n１．甲。\n２、乙。\n３．丙。\n",
    "brackets": "参考答案\n（1）甲。\n（2）乙。\n（3）丙。\n",
    "full-width brackets": "参考答案：\n（１）甲。\n（２）乙。\n（３）丙。\n",
    "第几题": "参考答案\n第1题 甲。\n第2题：乙。\n第3题、丙。\n",
    "第几题 in words": "参考答案\n第一题：甲。\n第二题：乙。\n第三题：丙。\n",
    "几题": "参考答案\n1题：甲。\n2题：乙。\n3题：丙。\n",
    "Chinese numbers": "参考答案\n一、甲。\n二、乙。\n三、丙。\n",
    "the kind before the number": "参考答案\n简答题1：甲。\n简答题2：乙。\n简答题3：丙。\n",
    "the word before the number": "参考答案：\n答案1：甲。\n答案2：乙。\n答案3：丙。\n",
    "labels behind the numbers": "参考答案\n1.答：甲。\n2.【答案】乙。\n3.参考答案：丙。\n",
    "labels below the numbers": "参考答案\n1.\n【答案】甲。\n2.\n【答案】乙。\n3.\n【答案】丙。\n",
    "in one line": "参考答案\n1.甲。 2.乙。 3.丙。\n",
    "behind the label": "参考答案：1.甲。\n2.乙。\n3.丙。\n",
    "a remark": "参考答案\n以下答案仅供参考，言之有理即可给分。\n1.甲。\n2.乙。\n3.丙。\n",
    "a title of its own": "\n\n某县2024年 国家工作人员学法考试试卷（A卷）参考答案\n1.甲。\n2.乙。\n3.丙。\n",
    "a title with a note": "\n\n学法用法考试试题参考答案及评分标准（供阅卷用）\n1.甲。\n2.乙。\n3.丙。\n",
}


@pytest.mark.parametrize("key", HANDS.values(), ids=HANDS.keys())
def test_numbers_of_a_key_by_other_hands(key: str) -> None:
    parsed = read_text(WRITTEN + key)
    assert keys(parsed) == ["甲。", "乙。", "丙。"]
    assert [one.stem for one in parsed.questions] == ["简述甲。", "简述乙。", "简述丙。"]
    assert parsed.problems == ()


def test_lists_inside_the_answers_and_explanations_below_them() -> None:
    parsed = read_text(
        f"{WRITTEN}参考答案\n1、甲。\n1.一\n2.二\n2、乙。\n【解析】因为乙。\n3、丙。\n再丙。\n"
    )
    assert keys(parsed) == ["甲。\n1.一\n2.二", "乙。", "丙。\n再丙。"]
    assert [one.rationale for one in parsed.questions] == ["", "因为乙。", ""]
    assert parsed.problems == ()


def test_points_behind_the_answers_stay() -> None:
    parsed = read_text(f"{WRITTEN}参考答案\n1.甲（2分），乙（3分）。\n2.乙。（5分）\n3.丙。（5分）\n")
    assert keys(parsed) == ["甲（2分），乙（3分）。", "乙。（5分）", "丙。（5分）"]


@pytest.mark.parametrize("key", ["1.甲。\n3.丙。\n", "1、甲。\n3、丙。\n"])
def test_a_number_that_the_key_leaves_out_is_broken_alone(key: str) -> None:
    parsed = read_text(f"{WRITTEN}参考答案\n{key}")
    assert keys(parsed) == ["甲。", None, "丙。"]
    assert problems(parsed) == [("第3行", "no_key", "broken")]


CHOICES = "".join(f"{n}.谁{n}（  ）\n{FOUR}" for n in (1, 2, 3))
LETTERS = [("A",), ("B",), ("C",)]

SECTIONS = {
    "numbers that run on": ("二、简答题\n4.简述甲。\n5.简述乙。\n", "1-3 ABC\n4.甲。\n5.乙。\n"),
    "numbers that begin again": ("二、简答题\n1.简述甲。\n2.简述乙。\n", "1-3 ABC\n1.甲。\n2.乙。\n"),
    "the numbers of the sections": (
        "二、简答题\n1.简述甲。\n2.简述乙。\n",
        "一、1.A 2.B 3.C\n二、1.甲。\n2.乙。\n",
    ),
    "explanations": (
        "二、简答题\n4.简述甲。\n5.简述乙。\n",
        "1.【答案】A【解析】因为甲。\n2.B\n3.C\n4.甲。\n5.乙。\n",
    ),
}


@pytest.mark.parametrize(("written", "key"), SECTIONS.values(), ids=SECTIONS.keys())
def test_letters_and_written_answers_in_one_key(written: str, key: str) -> None:
    parsed = read_text(f"一、单选题\n{CHOICES}{written}参考答案\n{key}")
    assert keys(parsed) == [*LETTERS, "甲。", "乙。"]
    assert parsed.problems == ()


TWO = "一、简答题\n1.简述甲。\n2.简述乙。\n二、论述题\n1.论述丙。\n2.论述丁。\n"


@pytest.mark.parametrize(
    "key",
    [
        "1.甲。\n2.乙。\n1.丙。\n2.丁。\n",
        "一、\n1.甲。\n2.乙。\n二、\n1.丙。\n2.丁。\n",
        "1.甲。\n2.乙。\n二、论述题\n1.丙。\n2.丁。\n",
    ],
    ids=["nothing between", "numbers of the sections", "the second heading alone"],
)
def test_written_sections_whose_numbers_begin_again(key: str) -> None:
    parsed = read_text(f"{TWO}参考答案\n{key}")
    assert keys(parsed) == ["甲。", "乙。", "丙。", "丁。"]
    assert parsed.problems == ()


@pytest.mark.parametrize("heading", ["第二章 分则\n简答题", "二、论述题"])
def test_a_key_behind_each_section(heading: str) -> None:
    first, second = (
        "1.简述{}。\n2.简述{}。\n参考答案\n1.{}。\n2.{}。\n".format(*two * 2) for two in ("甲乙", "丙丁")
    )
    parsed = read_text(f"第一章 总则\n简答题\n{first}{heading}\n{second}")
    assert keys(parsed) == ["甲。", "乙。", "丙。", "丁。"]
    assert parsed.problems == ()


UNCLEAR = {
    "fewer points than items": (WRITTEN, "参考答案\n1.一点。\n2.二点。\n", 3),
    "more points than items": (WRITTEN, "参考答案\n1.一点。\n2.二点。\n3.三点。\n4.四点。\n", 3),
    "one of two sections": (TWO, "参考答案\n1.甲。\n2.乙。\n", 4),
    "circled points": (WRITTEN, "参考答案\n①一点。\n②二点。\n③三点。\n", 3),
    "parts of the last case": (CASES, "参考答案\n（1）违法。\n（2）还款。\n", 4),
    "a text before the list": (WRITTEN, "参考答案\n应当这样做：\n1.一点。\n2.二点。\n3.三点。\n", 3),
}


@pytest.mark.parametrize(("items", "key", "broken"), UNCLEAR.values(), ids=UNCLEAR.keys())
def test_a_list_that_may_be_the_last_answer_alone_is_given_to_nobody(
    items: str, key: str, broken: int
) -> None:
    parsed = read_text(items + key)
    counted = tally(parsed)
    assert (counted.found, counted.importable, counted.broken) == (broken, 0, broken)
    assert codes(parsed) == ["key_unclear"] * broken


def test_what_is_said_of_an_unclear_list() -> None:
    parsed = read_text(f"{WRITTEN}参考答案\n1.一点。\n2.二点。\n")
    first = parsed.problems[0]
    assert (first.where, first.severity) == ("第2行", "broken")
    assert first.message == (
        "后面的答案分不清是各题的，还是最后一题的几个要点，没有分配：没有答案的题编号为1、2、3，答案编号为1、2"
    )
    assert first.fix == "把答案写在各题下面，或在答案前写明是哪一大题、第几题"


def test_items_with_their_answers_below_keep_them() -> None:
    one = "参考答案：\n1.一点。\n2.二点。\n"
    parsed = read_text(f"简答题\n1.简述甲。\n{one}2.简述乙。\n3.简述丙。\n{one}4.简述丁。\n{one}")
    points = "1.一点。\n2.二点。"
    assert keys(parsed) == [points, None, points, points]
    assert problems(parsed) == [("第6行", "no_key", "broken")]


def test_choices_with_letters_in_the_stem_do_not_wait() -> None:
    inline = CHOICES.replace("（  ）", "（B）")
    one = "参考答案：\n1.一点。\n2.二点。\n"
    parsed = read_text(f"一、单选题\n{inline}二、简答题\n1.简述甲。\n{one}2.简述乙。\n{one}")
    assert keys(parsed) == [("B",)] * 3 + ["1.一点。\n2.二点。"] * 2
    assert parsed.problems == ()


@pytest.mark.parametrize("label", ["参考答案\n", "参考答案："])
@pytest.mark.parametrize("end", ["\n", ""], ids=["a line at the end", "none"])
def test_written_answers_that_do_not_fit_make_no_items(label: str, end: str) -> None:
    items = f"一、单选题\n{CHOICES}二、简答题\n1.简述甲。\n2.简述乙。\n"
    parsed = read_text(f"{items}{label}1-3 ABC\n1.甲。\n2.乙。\n3.丙。{end}")
    assert keys(parsed) == [*LETTERS, None, None]
    left = [one for one in parsed.problems if one.code == "unclaimed_answers"]
    assert [one.raw for one in left] == ["1.甲。\n2.乙。\n3.丙。"]
    assert [one.where for one in parsed.problems if one.code == "key_unclear"] == ["第18行", "第19行"]
