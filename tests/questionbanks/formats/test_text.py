"""Running text: every habit of writing a bank that has been seen, one small text each."""

from __future__ import annotations

from decimal import Decimal

import pytest

from questionbanks.formats import registry
from questionbanks.formats.base import Unreadable
from questionbanks.formats.check import broken_places, tally
from tests.bank_files import (
    ABCD,
    FOUR,
    codes,
    outline,
    read_text,
)


def test_plain_items_with_labelled_answers() -> None:
    parsed = read_text(
        f"宪法题库\n一、单项选择题\n1.谁？\n{FOUR}答案：B\n答案解析：见第3页。\n2.几个（  ）。\n"
        f"{FOUR}答案：D\n"
    )
    assert outline(parsed) == [("1", "single", "谁？", ("B",)), ("2", "single", "几个（ ）。", ("D",))]
    assert parsed.questions[0].choices == ABCD
    assert parsed.questions[0].rationale == "见第3页。"
    assert parsed.problems == ()


# -- kinds --------------------------------------------------------------------------------------------------


def test_the_kind_in_the_stem_and_points() -> None:
    parsed = read_text(
        f"1.（单选题）谁\n{FOUR}答案：A\n2.[多选题]谁\n{FOUR}答案：AB\n3、【判断题】对吗。\n答案：对\n4.（多选，2分）谁\n{FOUR}答案：AC\n"
        "5.单选题：谁\n" + FOUR + "答案：B\n6.谁（多选）\n" + FOUR + "答案：CD\n"
    )
    assert [(one.kind, one.stem) for one in parsed.questions] == [
        ("single", "谁"),
        ("multiple", "谁"),
        ("true_false", "对吗。"),
        ("multiple", "谁"),
        ("single", "谁"),
        ("multiple", "谁"),
    ]
    assert parsed.questions[3].points == Decimal(2)


def test_kinds_are_inferred_where_nothing_says_them() -> None:
    parsed = read_text(
        f"1.谁\n{FOUR}答案：A\n2.谁\n{FOUR}答案：AB\n3.对吗。\n答案：正确\n4.根本法是____。\n答案：宪法\n5.简述甲。\n答案：一、二。\n"
    )
    assert [one.kind for one in parsed.questions] == [
        "single",
        "multiple",
        "true_false",
        "fill_blank",
        "short_answer",
    ]


def test_a_kind_without_a_place_is_found_and_broken_by_name() -> None:
    parsed = read_text(f"一、单选题\n1.谁\n{FOUR}答案：A\n二、连线题\n1.把法律和年份连起来\n答案：1-B\n")
    assert tally(parsed).found == 2
    problem = parsed.problems[0]
    assert (problem.where, problem.code) == (parsed.questions[1].where, "unsupported_kind")
    assert "连线" in problem.message


def test_items_without_answer_are_found_and_broken() -> None:
    parsed = read_text(
        f"一、单选题\n1.谁\n{FOUR}2.谁\n{FOUR}答案：A\n二、公文改错题\n1.改错\n三、简答题\n1.简述甲。\n2.简述乙。\n答案：乙。\n"
    )
    counted = tally(parsed)
    assert (counted.found, counted.importable, counted.broken) == (5, 2, 3)
    assert [one.code for one in parsed.problems] == ["no_key", "no_key", "no_key"]


def test_two_sets_of_options_are_flagged() -> None:
    parsed = read_text(f"1.谁\n{FOUR}{FOUR}答案：A\n2.谁\n{FOUR}答案：B\n")
    assert "two_option_sets" in codes(parsed)
    assert parsed.questions[0].where in broken_places(parsed)


def test_a_gap_between_the_options_is_doubtful() -> None:
    parsed = read_text(f"1.谁\nA.甲\nB.乙\nD.丁\n答案：A\n2.谁\n{FOUR}答案：B\n")
    assert tally(parsed).found == 2


def test_an_essay_below_its_heading_without_number_and_answer_is_found_and_broken() -> None:
    parsed = read_text(f"一、单选题\n1.谁\n{FOUR}2.几人\n{FOUR}四、论述题（共20分）\n论述依法治国的意义。\n")
    assert [one.kind for one in parsed.questions] == ["single", "single", "short_answer"]
    assert parsed.questions[2].stem == "论述依法治国的意义。"
    assert [(p.code, p.severity) for p in parsed.problems if p.where == parsed.questions[2].where] == [
        ("no_number", "doubtful"),
        ("no_key", "broken"),
    ]


@pytest.mark.parametrize(
    "remark", ["（共2题，每题10分）", "本题共2小题，每小题10分。", "略", "请把答案写在答题纸上。"]
)
def test_a_remark_below_a_heading_is_no_item(remark: str) -> None:
    parsed = read_text(f"一、单选题\n1.谁\n{FOUR}答案：A\n2.几人\n{FOUR}答案：B\n四、论述题\n{remark}\n")
    assert len(parsed.questions) == 2


# -- layouts ------------------------------------------------------------------------------------------------


def test_items_that_run_on_in_one_line() -> None:
    parsed = read_text(
        "宪法竞赛题库一、单项选择题(每题1分,共30分。请将字母填入括号内)1.宪法在2018年的修正是第几次?()A.一B.二C.三D.五答案:D2.根据第38条,谁?()"
        "A.甲B.乙C.丙D.丁答案:C解析:1.5倍。3.谁?()A.甲B.乙答案:B二、判断题1.对吗。答案:√2.错吗。答案:×\n"
    )
    assert [(one.number, one.kind, one.key) for one in parsed.questions] == [
        ("1", "single", ("D",)),
        ("2", "single", ("C",)),
        ("3", "single", ("B",)),
        ("1", "true_false", True),
        ("2", "true_false", False),
    ]
    assert [one.rationale for one in parsed.questions] == ["", "1.5倍。", "", "", ""]
    assert len({one.where for one in parsed.questions}) == 5


def test_boxed_labels_all_in_one_line() -> None:
    parsed = read_text(
        "(篇1)【题干1】根据行政处罚法，如何处理?【选项】A.免除B.延期C.变更D.加倍【参考答案】B【详细解析】第五十七条。"
        "【题干2】哪些程序?【选项】A.调查B.听取C.听证D.以上均是【参考答案】D【详细解析】吊销。\n"
    )
    assert [(one.stem, one.key, one.rationale) for one in parsed.questions] == [
        ("根据行政处罚法，如何处理?", ("B",), "第五十七条。"),
        ("哪些程序?", ("D",), "吊销。"),
    ]


def test_an_export_of_a_learning_platform() -> None:
    parsed = read_text(
        "一. 单选题（共2题,50.0分）\n1\n宪法的修改以多少多数通过？\nA、\n1/2以上\nB、\n2/3以上\n"
        "正确答案： B 我的答案：A\n得分： 0.0分\n答案解析：\n"
        "第六十四条\n2\n【单选题】谁？\nA、甲\nB、乙\n正确答案：A\n二. 判断题（共1题,50.0分）\n1\n"
        "宪法是根本法。\n正确答案： √\n"
    )
    assert outline(parsed) == [
        ("1", "single", "宪法的修改以多少多数通过？", ("B",)),
        ("2", "single", "谁？", ("A",)),
        ("1", "true_false", "宪法是根本法。", True),
    ]
    assert [choice.text for choice in parsed.questions[0].choices] == ["1/2以上", "2/3以上"]
    assert parsed.questions[0].rationale == "第六十四条"


def test_an_export_of_a_questionnaire() -> None:
    parsed = read_text(
        "1. 根本法是 [单选题] *\n○A.宪法(正确答案)\n○B.民法典\n○C.刑法\n2. 基本权利有 [多选题] *\n"
        "□A.选举权(正确答案)\n□B.被选举权(正确答案)\n□C.纳税\n"
        "3. 宪法是根本法 [判断题] *\n○对(正确答案)\n○错\n4. 根本法是____ [填空题] *\n"
        "_________________________________(答案：宪法)\n"
    )
    assert outline(parsed) == [
        ("1", "single", "根本法是", ("A",)),
        ("2", "multiple", "基本权利有", ("A", "B")),
        ("3", "true_false", "宪法是根本法", True),
        ("4", "fill_blank", "根本法是____", [["宪法"]]),
    ]
    assert [choice.text for choice in parsed.questions[1].choices] == ["选举权", "被选举权", "纳税"]


def test_the_answer_again_in_the_explanation() -> None:
    parsed = read_text(
        "1、单选题  体现了_____。\nA: 甲\nB: 乙\n点击查看答案\n参考答案: B\n本题解释:\n"
        "参考答案:B 【解析】合理。\n\n\n2、判断题  对吗。_____\n参考答案: 错误\n"
    )
    assert outline(parsed) == [
        ("1", "single", "体现了_____。", ("B",)),
        ("2", "true_false", "对吗。_____", False),
    ]
    assert (parsed.questions[0].choices, parsed.questions[0].rationale) == (ABCD[:2], "合理。")


GLUED_ANSWERS = {"D.丁（B）": "B", "D.丁   AC": "AC", "D.丁 答案C": "C", "D.丁 答案：C": "C"}


@pytest.mark.parametrize(("last", "key"), GLUED_ANSWERS.items())
def test_an_answer_glued_to_the_last_option(last: str, key: str) -> None:
    parsed = read_text(f"1.谁（ ）\nA.甲\nB.乙\nC.丙\n{last}\n2.谁（ ）\n{FOUR}答案：A\n")
    assert (parsed.questions[0].key, parsed.questions[0].choices) == (tuple(key), ABCD)
    assert [one.severity for one in parsed.problems] == ["doubtful"] * (last in {"D.丁（B）", "D.丁   AC"})


def test_an_explanation_that_says_nothing_is_none() -> None:
    parsed = read_text(f"1.谁\n{FOUR}答案：A\n答案解析：无\n2.谁\n{FOUR}答案：B\n解析：略\n")
    assert [one.rationale for one in parsed.questions] == ["", ""]


def test_a_school_paper_with_its_key() -> None:
    parsed = read_text(
        "宪法试题\n姓名：____ 单位：____ 得分：____\n一、填空题（每空1分，共10分）\n"
        "1、国家是____领导的、以____为基础的。\n"
        "2、权力属于____。\n二、单项选择题\n1、政体是（   ）\nA、甲 B、乙 C、丙 D、丁\n"
        "2、任期（   ）年\nA、甲 B、乙 C、丙 D、丁\n"
        "三、判断题\n1、宪法是母法。（   ）\n2、公民就是人民。（   ）\n四、简答题\n1、简述甲。\n"
        "2、简述乙。\n答案：\n一、填空题\n"
        "1、工人阶级，工农联盟\n2、人民\n二、单项选择题\n1、A  2、C\n三、判断题\n1、√ 2、×\n"
        "四、简答题\n1、甲是：\n（1）内容；\n（2）效力。\n"
        "2、（1）统一；（2）遵守。\n"
    )
    assert [one[3] for one in outline(parsed)] == [
        [["工人阶级"], ["工农联盟"]],
        [["人民"]],
        ("A",),
        ("C",),
        True,
        False,
        "甲是：\n（1）内容；\n（2）效力。",
        "（1）统一；（2）遵守。",
    ]
    assert parsed.problems == ()


def test_two_different_answers_break_an_item() -> None:
    parsed = read_text(f"1.谁\n{FOUR}答案：A\n答案：B\n2.谁\n{FOUR}答案：A\n")
    assert [(one.where, one.code) for one in parsed.problems] == [("第1行", "several_answers")]


def test_answers_in_brackets_of_a_fill_in_section_are_doubtful() -> None:
    parsed = read_text("四、填空\n1、国家尊重和保障(人权)。\n2、满(十八)周岁有(选举权)。\n")
    assert [one[2:] for one in outline(parsed)] == [
        ("国家尊重和保障（ ）。", [["人权"]]),
        ("满（ ）周岁有（ ）。", [["十八"], ["选举权"]]),
    ]
    assert [(one.code, one.severity) for one in parsed.problems] == [("answer_in_brackets", "doubtful")] * 2


def test_unnumbered_items_with_an_empty_answer() -> None:
    parsed = read_text(
        "谁是甲？\nA 甲\nB 乙正确答案\n\n谁是乙？\nA 甲\nB 乙\n正确答案 B\n\n谁是丙？\nA 甲 B 乙\n"
        "正确答案 A\n"
    )
    assert [one.key for one in parsed.questions] == [None, ("B",), ("A",)]
    assert [one.choices for one in parsed.questions] == [ABCD[:2]] * 3


# -- whole files --------------------------------------------------------------------------------------------


def test_an_own_separator_of_question_and_answer() -> None:
    parsed = read_text(
        "题目：门可以开。^*^答案：错误\n题目：火警电话是（）^*^答案：C\n题目：要断电。^*^答案：正确\n"
    )
    assert [one.kind for one in parsed.questions] == ["true_false", "single", "true_false"]
    assert [(one.where, one.code) for one in parsed.problems] == [("第2行", "no_choices")]


def test_items_without_numbers() -> None:
    parsed = read_text(f"谁是甲？\n{FOUR}答案：A\n\n谁是乙？\n{FOUR}答案：B\n\n对吗。\n答案：对\n")
    assert [one.stem for one in parsed.questions] == ["谁是甲？", "谁是乙？", "对吗。"]
    assert [one.key for one in parsed.questions] == [("A",), ("B",), True]


def test_a_chapter_becomes_the_topic() -> None:
    parsed = read_text(f"第一章 总则\n1.谁\n{FOUR}答案：A\n第二章 权利\n1.谁\n{FOUR}答案：B\n")
    assert [one.topic for one in parsed.questions] == ["第一章 总则", "第二章 权利"]


def test_metadata_below_an_item() -> None:
    parsed = read_text(
        f"1.谁\n{FOUR}正确答案: B\n我的答案: C\n分值: 0.5分\n难度：易\n知识点：宪法\n2.谁\n{FOUR}答案：A\n"
    )
    first = parsed.questions[0]
    assert (first.points, first.difficulty, first.topic, first.key) == (Decimal("0.5"), 1, "宪法", ("B",))


def test_marks_before_or_behind_the_right_option() -> None:
    parsed = read_text(
        "1.谁\nA.甲\n√B.乙\nC.丙\n2.谁\nA.甲\nB.乙(正确答案)\nC.丙（正确答案）\n3.谁\nA.甲√\nB.乙\n"
    )
    assert [one.key for one in parsed.questions] == [("B",), ("B", "C"), ("A",)]
    assert [choice.text for choice in parsed.questions[1].choices] == ["甲", "乙", "丙"]
    assert [choice.text for choice in parsed.questions[2].choices] == ["甲", "乙"]


def test_an_answer_glued_to_the_next_item_is_reported() -> None:
    parsed = read_text(
        f"1.谁\n{FOUR}【答案】D2、某设区的市可以立法。\n{FOUR}【答案】A\n3.谁\n{FOUR}答案：B\n"
    )
    assert "glued_next" in codes(parsed) or len(parsed.questions) == 3


def test_the_encoding_of_the_file_is_said() -> None:
    text = f"1.谁\n{FOUR}答案：A\n2.谁\n{FOUR}答案：B\n"
    for encoding, name in (
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
    ):
        parsed = registry.parse(text.encode(encoding), name="题.txt")
        assert (parsed.format, parsed.encoding, len(parsed.questions)) == ("text", name, 2)


def test_a_text_without_items_is_refused_in_words() -> None:
    with pytest.raises(Unreadable) as refused:
        read_text("今天开会。\n明天放假。\n")
    assert refused.value.code == "no_questions"


def test_places_are_unique_and_each_broken_item_has_its_problem() -> None:
    parsed = read_text(f"1.谁\n{FOUR}2.谁\n{FOUR}答案：Z\n3.\n{FOUR}答案：A\n4.谁\n{FOUR}答案：B\n")
    places = [one.where for one in parsed.questions]
    assert len(set(places)) == len(places)
    counted = tally(parsed)
    assert counted.found == counted.importable + counted.broken
    assert (counted.found, counted.broken) == (4, 3)
