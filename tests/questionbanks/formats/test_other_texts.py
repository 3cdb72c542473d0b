"""Running text by other hands: the same few items written in many ways must come out the same."""

from __future__ import annotations

from typing import Any

import pytest

from questionbanks.kinds.base import Blanks, ModelAnswer
from tests.other_hands import LETTERS, SEVERAL, TWO, outline, text

OPTIONS_IN_TEXT = {
    "glued, digits before the letter": "A.{0}B.{1}C.{2}D.{3}",
    "markdown": "A. {0}\nB. {1}\nC. {2}\nD. {3}",
    "small letters in brackets": "(a) {0}\n(b) {1}\n(c) {2}\n(d) {3}",
}


@pytest.mark.parametrize("options", OPTIONS_IN_TEXT.values(), ids=OPTIONS_IN_TEXT.keys())
@pytest.mark.parametrize("answer", ["答案：{}", "答案为{}", "**答案：{}**", "正确答案是 {}", "> 答案：{}"])
def test_options_and_answers_of_a_text(options: str, answer: str) -> None:
    items = (("哪年（ ）。", ("1954", "1975", "1978", "1982"), ("D",)), *TWO)
    body = "\n".join(
        f"{n}. {stem}\n{options.format(*texts)}\n{answer.format(key[0])}"
        for n, (stem, texts, key) in enumerate(items, 1)
    )
    assert outline(text(body)) == list(items)


def test_ticks_before_the_letters_are_the_key_and_no_part_of_a_stem() -> None:
    body = "1. 谁（ ）。\n√A. 甲\n√B. 乙\nC. 丙\nD. 丁\n2. 几个（ ）。\n√A. 一\nB. 二\nC. 三\n√D. 四\n"
    assert outline(text(body)) == list(SEVERAL)


def test_a_questionnaire_without_letters_says_which_lines_are_right() -> None:
    body = (
        "1. 谁（ ）。 [单选题] *\n甲\n乙(正确答案)\n丙\n丁\n\n"
        "2. 几个（ ）。 [单选题] *\n一\n二\n三\n四（正确答案）\n"
    )
    assert outline(text(body)) == list(TWO)


@pytest.mark.parametrize(
    "marks", ["①②③④", ["1) ", "2) ", "3) ", "4) "], ["（1）", "（2）", "（3）", "（4）"]]
)
def test_options_behind_numbers_that_the_answer_names(marks: Any) -> None:
    body = "\n".join(
        f"{n}. {stem}\n" + "\n".join(f"{mark}{one}" for mark, one in zip(marks, texts, strict=True))
        + f"\n答案：{marks[LETTERS.index(key[0])]}"
        for n, (stem, texts, key) in enumerate(TWO, 1)
    )  # fmt: skip
    parsed = text(body)
    assert outline(parsed) == list(TWO)
    assert [one.code for one in parsed.problems] == ["options_without_letters"] * 2


def test_items_without_number_and_label_are_parted_by_empty_lines() -> None:
    body = "谁（ ）。\nA. 甲\nB. 乙\nC. 丙\nD. 丁\nB\n\n几个（ ）。\nA. 一\nB. 二\nC. 三\nD. 四\nD\n"
    assert outline(text(body)) == list(TWO)


_BARE = "（1）谁（ ）。\nA.甲 B.乙 C.丙 D.丁\n（2）几个（ ）。\nA.一 B.二 C.三 D.四\n"


KEYS_AT_THE_END = {
    "other numbers than the items": "参考答案\n1. B\n2. D\n",
    "第几题": "答案：\n第1题：B\n第2题：D\n",
    "without numbers": "参考答案：\n单选题答案：BD\n",
    "without numbers, parted": "参考答案\n一、单选题：B、D\n",
}


@pytest.mark.parametrize("key", KEYS_AT_THE_END.values(), ids=KEYS_AT_THE_END.keys())
def test_keys_at_the_end(key: str) -> None:
    assert outline(text(f"一、单选题\n{_BARE}{key}")) == list(TWO)


def test_a_key_without_numbers_is_not_handed_out_when_the_count_differs() -> None:
    parsed = text(f"一、单选题\n{_BARE}参考答案：\n单选题答案：BDA\n")
    assert [one.key for one in parsed.questions] == [None, None]
    assert "unclaimed_answers" in {one.code for one in parsed.problems}


def test_what_describes_an_item_before_its_stem_belongs_to_it() -> None:
    item = "题型：{}\n难度：易\n题干：{}\n选项：\nA. 甲\nB. 乙\nC. 丙\n答案：{}\n\n"
    parsed = text(item.format("单选题", "谁？", "A") + item.format("多选题", "哪些？", "AB"))
    assert [(one.kind, one.stem, one.key) for one in parsed.questions] == [
        ("single", "谁？", ("A",)),
        ("multiple", "哪些？", ("A", "B")),
    ]


def test_boxed_labels_are_no_chapters() -> None:
    body = "【题干】谁（ ）。\n【选项】\nA. 甲\nB. 乙\nC. 丙\nD. 丁\n【答案】B\n【结束】\n"
    parsed = text(body * 2)
    assert outline(parsed) == [TWO[0], TWO[0]]
    assert [one.topic for one in parsed.questions] == ["", ""]


CASES = {
    "an instruction below the text": "材料一：张某占地建房。\n根据以上材料，回答1-2题。\n",
    "an instruction above the text": "阅读下列材料，回答1～2题。\n张某占地建房。\n",
    "a number in brackets": "（一）张某占地建房。\n",
    "a label": "案例1：张某占地建房。\n",
}


@pytest.mark.parametrize("material", CASES.values(), ids=CASES.keys())
def test_the_shared_text_comes_without_its_label_and_instruction(material: str) -> None:
    items = "1. 谁（ ）。\nA.甲 B.乙 C.丙 D.丁\n答案：B\n2. 几个（ ）。\nA.一 B.二 C.三 D.四\n答案：D\n"
    (case,) = text(f"四、案例分析题\n{material}{items}").questions
    assert (case.kind, case.stem) == ("case_group", "张某占地建房。")
    assert [one.key for one in case.parts] == [("B",), ("D",)]


def test_several_texts_keep_their_names() -> None:
    items = "1. 谁（ ）。\nA.甲 B.乙 C.丙 D.丁\n答案：B\n"
    (case,) = text(f"四、材料分析题\n材料一：张某占地建房。\n材料二：李某报警。\n{items}").questions
    assert case.stem == "材料一：张某占地建房。\n材料二：李某报警。"


def test_one_answer_below_all_parts_of_a_case_is_shared_out() -> None:
    body = (
        "五、案例分析题\n1. 张某占地建房。\n问题：\n（1）是否违法？\n（2）如何处理？\n"
        "答案：\n（1）违法。\n（2）责令改正。\n"
    )
    (case,) = text(body).questions
    assert case.stem == "张某占地建房。"
    assert [(one.stem, one.key) for one in case.parts] == [
        ("是否违法？", ModelAnswer("违法。")),
        ("如何处理？", ModelAnswer("责令改正。")),
    ]


@pytest.mark.parametrize("label", ["答案要点", "参考答案要点", "答题要点", "要点", "评分标准", "答案提示"])
def test_labels_of_a_model_answer(label: str) -> None:
    (one,) = text(f"简答题\n1. 简述原则。\n{label}：\n（1）公开；\n（2）公正。\n").questions
    assert one.key == ModelAnswer("（1）公开；\n（2）公正。")


def test_a_running_header_with_empty_lines_around_it_is_left_out() -> None:
    item = "{0}. 谁（ ）。\nA. 甲\nB. 乙\nC. 丙\nD. 丁\n答案：B\n"
    page = "\n普法考试题库 内部资料\n\n第 {0} 页 共 9 页\n\n"
    pages = "".join("".join(item.format(n * 4 + k) for k in range(1, 4)) + item.format(n * 4 + 4).replace(
        "C. 丙\n", page.format(n + 1) + "C. 丙\n") for n in range(4))  # fmt: skip
    parsed = text(pages)
    assert outline(parsed) == [TWO[0]] * 16


_PAIR = "谁（ ）。\nA.甲 B.乙 C.丙 D.丁\n"


_NEXT = "几个（ ）。\nA.一 B.二 C.三 D.四\n"


MORE_TEXTS = {
    "full-width digits": f"１．{_PAIR}答案：Ｂ\n２．{_NEXT}答案：Ｄ\n",
    "letters glued to words in one line": (
        "1 、谁（ ）。\nA甲 B乙 C丙 D丁\n答案：B\n2 、几个（ ）。\nA一 B二 C三 D四\n答案：D\n"
    ),
    "a star before what follows": f"1、{_PAIR}本题答案：B\n★考点：宪法\n2、{_NEXT}本题答案：D\n★考点：宪法\n",
    "a key by chapters": (
        f"第一章 甲\n一、单选题\n1.{_PAIR}第二章 乙\n一、单选题\n1.{_NEXT}"
        "参考答案\n第一章 甲\n一、单选题\n1.B\n第二章 乙\n一、单选题\n1.D\n"
    ),
}


@pytest.mark.parametrize("body", MORE_TEXTS.values(), ids=MORE_TEXTS.keys())
def test_more_texts(body: str) -> None:
    assert outline(text(body)) == list(TWO)


def test_a_key_of_ranges_without_a_heading() -> None:
    parsed = text(f"1、{_PAIR}2、{_NEXT}3、{_PAIR}\n1-3：BDA\n")
    assert [one.key for one in parsed.questions] == [("B",), ("D",), ("A",)]


def test_items_under_chinese_numbers() -> None:
    parsed = text("四、简答题\n一、简述原则。\n答：公开。\n二、什么是法治？\n答：依法治国。\n")
    assert outline(parsed) == [
        ("简述原则。", (), ModelAnswer("公开。")),
        ("什么是法治？", (), ModelAnswer("依法治国。")),
    ]


def test_written_answers_of_a_key_in_one_line() -> None:
    parsed = text("一、填空题\n1.权力属于____。\n2.保障____。\n参考答案\n一、填空题\n1.人民 2.人权\n")
    assert [one.key for one in parsed.questions] == [Blanks((("人民",),)), Blanks((("人权",),))]


def test_two_companies_of_a_stem_are_no_options() -> None:
    parsed = text("简答题\n1. 谁应当赔偿？\nA公司与 B公司签订了合同。\n答案：甲赔偿。\n")
    assert outline(parsed) == [("谁应当赔偿？\nA公司与 B公司签订了合同。", (), ModelAnswer("甲赔偿。"))]
