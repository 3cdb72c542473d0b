"""Running text: cases and materials with the questions that belong to them."""

from __future__ import annotations

import pytest

from questionbanks.formats.check import tally
from questionbanks.kinds.base import ModelAnswer
from tests.bank_files import FOUR, keys, problems, read_text


def test_a_case_with_sub_questions() -> None:
    parsed = read_text(
        "五、案例分析题\n1.张某与李某签订合同，后来李某不交货。\n问题：\n（1）合同是否成立？\nA.甲\nB.乙\n答案：A\n（2）李某应承担什么责任？\n答案：违约责任。\n"
        "2.王某案。\n（1）对吗？\n答案：对。\n（2）为什么？\n答案：因为。\n"
    )
    assert [one.kind for one in parsed.questions] == ["case_group", "case_group"]
    first = parsed.questions[0]
    assert first.stem == "张某与李某签订合同，后来李某不交货。"
    assert [(part.kind, part.stem, part.number) for part in first.parts] == [
        ("single", "合同是否成立？", "1（1）"),
        ("short_answer", "李某应承担什么责任？", "1（2）"),
    ]
    assert tally(parsed).found == 4


def test_cases_without_numbers_of_their_own() -> None:
    parsed = read_text(
        "五、案例分析题\n（一）\n张某酒后驾车撞伤行人。\n（2）张某构成何罪？\nA.甲罪\nB.乙罪\n答案：A\n"
        "（1）张某应负什么责任？\nA.民事\nB.刑事\n答案：B\n案例二：李某借款不还。\n1.李某应还款吗？\n答：应当。\n2.时效多久？\n答：三年。\n"
    )
    assert [one.stem for one in parsed.questions] == [
        "张某酒后驾车撞伤行人。",
        "李某借款不还。",
    ]
    assert [[(part.number, part.stem) for part in one.parts] for one in parsed.questions] == [
        [("2", "张某构成何罪？"), ("1", "张某应负什么责任？")],
        [("1", "李某应还款吗？"), ("2", "时效多久？")],
    ]
    assert parsed.problems == ()


def test_material_for_a_range_of_items() -> None:
    parsed = read_text(
        f"1.谁\n{FOUR}答案：A\n阅读材料，回答2-3题。\n材料一：某村开会。\n2.几人？\n{FOUR}答案：B\n3.何时？\n{FOUR}答案：C\n4.别的\n{FOUR}答案：D\n"
    )
    assert [one.kind for one in parsed.questions] == ["single", "case_group", "single"]
    assert parsed.questions[1].stem == "某村开会。"
    assert [part.number for part in parsed.questions[1].parts] == ["2", "3"]


@pytest.mark.parametrize(
    "written",
    [
        "材料：村里开会。",
        "阅读材料：村里开会。",
        "【案例】村里开会。",
        "阅读下列材料：村里开会。",
        "村里开会。",
    ],
)
def test_the_label_of_a_material_is_taken_off(written: str) -> None:
    parsed = read_text(f"四、案例分析题\n{written}\n（1）几人？\n答案：五人。\n（2）谁？\n答案：村民。\n")
    assert [one.stem for one in parsed.questions] == ["村里开会。"]


def test_a_word_inside_a_material_is_no_label() -> None:
    parsed = read_text(
        "四、案例分析题\n1.以下为案情：甲打乙。\n（1）几人？\n答案：两人。\n（2）谁？\n答案：甲。\n"
    )
    assert parsed.questions[0].stem == "以下为案情：甲打乙。"


@pytest.mark.parametrize(("label", "key"), [("", ""), ("材料：", ""), ("", "参考答案\n1.A 2.B\n")])
def test_a_case_without_number_and_answers_is_found_and_each_of_its_questions_broken(
    label: str, key: str
) -> None:
    case = f"四、案例分析题\n{label}甲向乙借款，到期不还。\n（1）乙怎么办？\n（2）时效几年？\n"
    parsed = read_text(f"一、单选题\n1.谁\n{FOUR}2.几人\n{FOUR}{case}{key}")
    last = parsed.questions[-1]
    assert last.stem == "甲向乙借款，到期不还。"
    assert [part.stem for part in last.parts] == ["乙怎么办？", "时效几年？"]
    broken = [p.where for p in parsed.problems if p.severity == "broken"]
    assert [part.where for part in last.parts] == broken[-2:]


LOAN = "甲向乙借款，到期不还。\n（1）乙怎么办。\n（2）时效几年。\n"
CASES_WITHOUT_ANSWERS = {
    "below a heading": f"四、案例分析题\n4.{LOAN}",
    "with its label": f"4.材料：{LOAN}",
    "that asks": "4.甲向乙借款，到期不还。\n（1）乙怎么办。？\n（2）时效几年。？\n",
    "in a section of essays": f"二、简答题\n4.案例：{LOAN}",
    "and a key without it": f"4.材料：{LOAN}参考答案\n1.A 2.B\n",
}


@pytest.mark.parametrize("case", CASES_WITHOUT_ANSWERS.values(), ids=CASES_WITHOUT_ANSWERS.keys())
def test_a_numbered_case_without_answers_is_found_as_its_questions(case: str) -> None:
    parsed = read_text(f"1.谁\n{FOUR}2.几人\n{FOUR}3.哪里\n{FOUR}答案：C\n{case}")
    last = parsed.questions[-1]
    assert last.stem == "甲向乙借款，到期不还。"
    assert [part.stem.rstrip("？") for part in last.parts] == ["乙怎么办。", "时效几年。"]
    assert [part.number for part in last.parts] == ["4（1）", "4（2）"]
    broken = [p.where for p in parsed.problems if p.severity == "broken"]
    assert broken[-2:] == [part.where for part in last.parts]
    assert tally(parsed).found == 5


def test_a_list_in_an_essay_without_answer_is_no_case() -> None:
    parsed = read_text("一、简答题\n1.简述合同的特征：\n（1）平等\n（2）合意\n2.什么是合同？\n答：协议。\n")
    assert [one.stem for one in parsed.questions] == [
        "简述合同的特征：\n（1）平等\n（2）合意",
        "什么是合同？",
    ]


def test_a_key_for_the_whole_case_keeps_it_one_item() -> None:
    parsed = read_text(
        "一、案例分析题\n1.甲借款不还。\n（1）怎么办？\n（2）几年？\n2.乙打人。\n（1）罚吗？\n（2）赔吗？\n"
        "参考答案\n一、案例分析题\n1.起诉，三年。\n2.要罚，也要赔。\n"
    )
    assert keys(parsed) == ["起诉，三年。", "要罚，也要赔。"]


def test_a_question_of_a_case_that_alone_has_no_answer_is_broken_alone() -> None:
    parsed = read_text("四、案例分析题\n1.甲借款不还。\n（1）怎么办？\n答：起诉。\n（2）时效几年？\n")
    (case,) = parsed.questions
    assert [part.key for part in case.parts] == [ModelAnswer("起诉。"), None]
    assert problems(parsed) == [(case.parts[1].where, "no_key", "broken")]


def test_one_answer_in_one_line_is_shared_out_to_the_questions_of_a_case() -> None:
    parsed = read_text(
        f"1.谁\n{FOUR}答案：A\n四、案例分析题\n甲借款不还。\n"
        "（1）乙怎么办？\n（2）时效几年？\n答案：（1）起诉。（2）三年。\n"
    )
    assert [part.key for part in parsed.questions[1].parts] == [ModelAnswer("起诉。"), ModelAnswer("三年。")]
