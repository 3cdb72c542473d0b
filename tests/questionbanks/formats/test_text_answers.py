"""Where the answer of an item of a text stands and how it is written."""

from __future__ import annotations

from decimal import Decimal

import pytest

from questionbanks.formats.check import tally
from questionbanks.kinds.base import ModelAnswer
from tests.bank_files import (
    ABCD,
    FOUR,
    outline,
    read_text,
)

ANSWER_LABELS = {
    "答案：B": ("B",),
    "答案:b": ("B",),
    "答案；B": ("B",),
    "答案B": ("B",),
    "答案 B": ("B",),
    "【答案】B": ("B",),
    "【答案】：B": ("B",),
    "[答案] B": ("B",),
    "［答案］B": ("B",),
    "正确答案: B": ("B",),
    "正确答案 B": ("B",),
    "参考答案：Ｂ": ("B",),
    "标准答案是：B": ("B",),
    "我的答案:C正确答案:B": ("B",),
    "我的答案：C 正确答案：B 得分：0": ("B",),
    "答案：B。": ("B",),
    "答案：（B）": ("B",),
    "答案：B 解析：因为乙。": ("B",),
    "答案：乙": ("B",),
    "答案：B.乙": ("B",),
    "正确答案：B、乙": ("B",),
    "答案：选B": ("B",),
    "答案：B（教材第3页）": ("B",),
    "答案解析：【答案】B": ("B",),
    "参考答案：\nB": ("B",),
    "B": ("B",),
    "正确选项：B": ("B",),
    "答案：AC": ("A", "C"),
    "答案：A、C": ("A", "C"),
    "答案：A,C": ("A", "C"),
    "答案：A，C": ("A", "C"),
    "答案：A C": ("A", "C"),
    "答案：A;C": ("A", "C"),
    "答案：A|C": ("A", "C"),
    "答案：ＡＣ": ("A", "C"),
    "答案：甲、丙": ("A", "C"),
}


@pytest.mark.parametrize(("line", "key"), ANSWER_LABELS.items())
def test_answer_labels_behind_the_options(line: str, key: tuple[str, ...]) -> None:
    parsed = read_text(f"1.下列说法正确的有\n{FOUR}{line}\n2.再问\n{FOUR}答案：A\n")
    assert [one.key for one in parsed.questions] == [key, ("A",)]
    assert [one.stem for one in parsed.questions] == ["下列说法正确的有", "再问"]
    assert all(one.choices == ABCD for one in parsed.questions)


def test_answer_before_the_options() -> None:
    parsed = read_text(f"1.谁？\n答案：C\n{FOUR}2.再问\n答案：AB\n{FOUR}")
    assert outline(parsed) == [("1", "single", "谁？", ("C",)), ("2", "multiple", "再问", ("A", "B"))]
    assert all(one.choices == ABCD for one in parsed.questions)


INLINE = {
    "我国的根本法是（ B ）。": ("我国的根本法是（ ）。", ("B",)),
    "我国的根本法是(B)": ("我国的根本法是（ ）", ("B",)),
    "包括（ABD）等": ("包括（ ）等", ("A", "B", "D")),
    "包括（A B D）等": ("包括（ ）等", ("A", "B", "D")),
    "包括__ABD__等": ("包括（ ）等", ("A", "B", "D")),
    "既要（A）又要（D）": ("既要（ ）又要（ ）", ("A", "D")),
    "包括【AC】": ("包括（ ）", ("A", "C")),
}


@pytest.mark.parametrize(("stem", "expected"), INLINE.items())
def test_answer_in_the_stem_is_taken_out(stem: str, expected: tuple[str, tuple[str, ...]]) -> None:
    parsed = read_text(f"1.{stem}\n{FOUR}2.谁（C）\n{FOUR}")
    assert (parsed.questions[0].stem, parsed.questions[0].key) == expected
    assert parsed.questions[1].key == ("C",)


def test_letters_that_name_things_stay_in_the_stem() -> None:
    parsed = read_text(
        f"1.甲公司（A）与乙公司（B）签订合同，应当（  ）\n{FOUR}答案：D\n2.谁\n{FOUR}答案：A\n"
    )
    assert parsed.questions[0].stem == "甲公司（A）与乙公司（B）签订合同，应当（ ）"
    assert parsed.questions[0].key == ("D",)


def test_an_inline_answer_against_the_labelled_one_is_broken() -> None:
    parsed = read_text(f"1.谁（B）\n{FOUR}答案：C\n2.谁\n{FOUR}答案：A\n")
    assert ("第1行", "answer_conflict") in [(one.where, one.code) for one in parsed.problems]


# -- judgements ---------------------------------------------------------------------------------------------


JUDGED = {
    "答案：√": True,
    "答案：×": False,
    "答案：对": True,
    "答案：错": False,
    "答案：正确": True,
    "答案：错误。": False,
    "答案：✔": True,
    "答案：❌": False,
    "答案：T": True,
    "答案：F": False,
    "答案：Y": True,
    "答案：N": False,
    "答案：是": True,
    "答案：否": False,
    "答案：1": True,
    "答案：0": False,
    "A.正确\nB.错误\n答案：B": False,
    "A.错误\nB.正确\n答案：B": True,
    "A.对\nB.错\n答案：A": True,
    "A、错 B、对\n答案：A": False,
    "true. 正确\nfalse. 错误\n参考答案：❌": False,
    "A.正确\nB.错误\n答案：正确": True,
    "答案：A.正确": True,
}


@pytest.mark.parametrize(("text", "key"), JUDGED.items())
def test_judgements(text: str, key: bool) -> None:
    parsed = read_text(f"判断题\n1.宪法是根本法。\n{text}\n2.法律面前人人平等。\n答案：对\n")
    assert outline(parsed) == [
        ("1", "true_false", "宪法是根本法。", key),
        ("2", "true_false", "法律面前人人平等。", True),
    ]
    assert parsed.problems == ()


JUDGED_INLINE = {
    "宪法是根本法。（√）": True,
    "宪法是根本法。（ × ）": False,
    "宪法是根本法（对）。": True,
    "宪法是根本法。(错误)": False,
}


@pytest.mark.parametrize(("stem", "key"), JUDGED_INLINE.items())
def test_judgements_in_the_stem(stem: str, key: bool) -> None:
    parsed = read_text(f"三、判断题\n1.{stem}\n2.人人平等。（×）\n")
    assert [one.key for one in parsed.questions] == [key, False]
    assert "（ ）" in parsed.questions[0].stem


def test_a_judgement_before_the_number() -> None:
    parsed = read_text("判断题\n（√）1、宪法是根本法。\n（ × ）2、法律可以违宪。\n")
    assert outline(parsed) == [
        ("1", "true_false", "（ ）宪法是根本法。", True),
        ("2", "true_false", "（ ）法律可以违宪。", False),
    ]


def test_letters_for_judgements_need_an_explanation() -> None:
    told = read_text("判断题（正确的选A，错误的选B）\n1.甲。\n答案：B\n2.乙。\n答案：A\n")
    assert [one.key for one in told.questions] == [False, True]
    untold = read_text("判断题\n1.甲。\n答案：B\n2.乙。\n答案：A\n")
    assert [one.key for one in untold.questions] == [None, None]
    assert tally(untold).broken == 2


# -- written answers ----------------------------------------------------------------------------------------


def test_blanks() -> None:
    parsed = read_text(
        "四、填空题\n1.我国的根本法是____。\n答案：宪法\n2.____和____是权利。\n答案：选举权；被选举权\n"
        "3.满____岁。（18或十八）\n答案：18或十八\n4.（  ）、（  ）是义务\n答案：服兵役、纳税\n"
    )
    assert [one[3] for one in outline(parsed)] == [
        [["宪法"]],
        [["选举权"], ["被选举权"]],
        [["18", "十八"]],
        [["服兵役"], ["纳税"]],
    ]
    assert parsed.problems == ()


def test_blanks_that_do_not_come_out_even_are_broken() -> None:
    parsed = read_text("填空题\n1.____和____。\n答案：选举权\n2.____。\n答案：宪法\n")
    assert [(one.where, one.code, one.severity) for one in parsed.problems] == [
        ("第2行", "blank_count", "broken")
    ]
    assert tally(parsed).importable == 1


def test_model_answers_over_several_lines_with_lists_inside() -> None:
    parsed = read_text(
        "四、简答题\n1.简述甲。\n参考答案：\n（1）一点；\n（2）二点。\n答案解析：略\n\n2.简述乙。\n答：\n1.第一点\n2.第二点\n3.第三点\n"
        "3.简述丙。\n答案：1.甲\n2.乙\n"
    )
    assert outline(parsed) == [
        ("1", "short_answer", "简述甲。", "（1）一点；\n（2）二点。"),
        ("2", "short_answer", "简述乙。", "1.第一点\n2.第二点\n3.第三点"),
        ("3", "short_answer", "简述丙。", "1.甲\n2.乙"),
    ]


def test_points_of_a_model_answer() -> None:
    parsed = read_text("简答题（每题10分）\n1.简述甲。\n答案：一点（4分）二点（6分）\n2.简述乙\n答案：丙\n")
    key = parsed.questions[0].key
    assert isinstance(key, ModelAnswer)
    assert [(point.text, point.points) for point in key.rubric] == [
        ("一点", Decimal(4)),
        ("二点", Decimal(6)),
    ]
    assert [one.points for one in parsed.questions] == [Decimal(10), Decimal(10)]
