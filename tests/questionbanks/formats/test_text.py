"""Running text: every habit of writing a bank that has been seen, one small text each."""

from __future__ import annotations

from decimal import Decimal

import pytest

from questionbanks.formats import registry
from questionbanks.formats.base import Unreadable
from questionbanks.formats.check import broken_places, tally
from questionbanks.kinds.base import ModelAnswer
from tests.bank_files import (
    ABCD,
    FOUR,
    codes,
    keys,
    outline,
    problems,
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


# -- shared material ----------------------------------------------------------------------------------------


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


def test_an_essay_below_its_heading_without_number_and_answer_is_found_and_broken() -> None:
    parsed = read_text(f"一、单选题\n1.谁\n{FOUR}2.几人\n{FOUR}四、论述题（共20分）\n论述依法治国的意义。\n")
    assert [one.kind for one in parsed.questions] == ["single", "single", "short_answer"]
    assert parsed.questions[2].stem == "论述依法治国的意义。"
    assert [(p.code, p.severity) for p in parsed.problems if p.where == parsed.questions[2].where] == [
        ("no_number", "doubtful"),
        ("no_key", "broken"),
    ]


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


@pytest.mark.parametrize(
    "remark", ["（共2题，每题10分）", "本题共2小题，每小题10分。", "略", "请把答案写在答题纸上。"]
)
def test_a_remark_below_a_heading_is_no_item(remark: str) -> None:
    parsed = read_text(f"一、单选题\n1.谁\n{FOUR}答案：A\n2.几人\n{FOUR}答案：B\n四、论述题\n{remark}\n")
    assert len(parsed.questions) == 2


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
