"""The normaliser: one rule a line."""

from __future__ import annotations

from decimal import Decimal

import pytest

from questionbanks.formats import normalise
from questionbanks.formats.answers import (
    alternatives,
    blanks_key,
    choice_key,
    inline_choice,
    inline_judgement,
)
from questionbanks.formats.fields import legend_of, meaning_of
from questionbanks.kinds.base import Blanks, Choice

LETTERS = {
    "ACD": "ACD",
    "acd": "ACD",
    "ＡＣＤ": "ACD",
    "A、C、D": "ACD",
    "A,C": "AC",
    "A，C": "AC",
    "A;C": "AC",
    "A；C": "AC",
    "A|C": "AC",
    "A/C": "AC",
    "A C": "AC",
    "A和C": "AC",
    "A-C": "AC",
    "（A）": "A",
    "【AB】": "AB",
    "A.": "A",
    "A项": "A",
    "选A": "A",
    "答案：B": "B",
    "AAB": "AAB",
}


@pytest.mark.parametrize(("text", "expected"), LETTERS.items())
def test_letters(text: str, expected: str) -> None:
    assert normalise.letters(text) == tuple(expected)


@pytest.mark.parametrize("text", ["", "略", "AB型", "A级单位", "正确", "1", "A1", "宪法", "A" * 200])
def test_no_letters(text: str) -> None:
    assert normalise.letters(text) is None


TRUE = [
    "对",
    "正确",
    "√",
    "✓",
    "✔",
    "是",
    "T",
    "t",
    "True",
    "Y",
    "yes",
    "1",
    "A-正确",
    "正确。",
    "（√）",
    "A.对",
    "对的",
    "同意",
]
FALSE = [
    "错",
    "错误",
    "×",
    "✗",
    "❌",
    "否",
    "F",
    "false",
    "N",
    "no",
    "0",
    "B-错误",
    "错误。",
    "(×)",
    "B、错",
    "不对",
    "不同意",
]


@pytest.mark.parametrize("text", TRUE)
def test_true(text: str) -> None:
    assert normalise.judgement(text) is True


@pytest.mark.parametrize("text", FALSE)
def test_false(text: str) -> None:
    assert normalise.judgement(text) is False


@pytest.mark.parametrize("text", ["", "A", "B", "2", "宪法", "正确答案是B", "不一定", "AB"])
def test_no_judgement(text: str) -> None:
    assert normalise.judgement(text) is None


CLEANED = {
    "a\u3000\u3000b": "a b",
    "a\xa0b": "a b",
    "a\u200bb\u200d": "ab",
    "\ufeffa": "a",
    "a_x000D_\nb": "a\nb",
    "a\r\nb\rc": "a\nb\nc",
    "a\x0bb\x07": "ab",
    "a \n \n b": "a\nb",
    " a\t\tb ": "a b",
    "⼟地": "土地",
    "部⻔": "部门",
    "（  ）": "（ ）",
}


@pytest.mark.parametrize(("text", "expected"), CLEANED.items())
def test_clean(text: str, expected: str) -> None:
    assert normalise.clean(text) == expected


KINDS = {
    "单选题": "single",
    "单项选择题": "single",
    "多选": "multiple",
    "多项选择题": "multiple",
    "不定项选择题": "uncertain",
    "判断题": "true_false",
    "是非题": "true_false",
    "填空题": "fill_blank",
    "简答题": "short_answer",
    "论述题": "short_answer",
    "名词解释": "short_answer",
    "公文改错题": "short_answer",
    "案例分析题": "case_group",
    "材料题": "case_group",
    "选择题": normalise.CHOICE,
    "单选/多选": normalise.CHOICE,
    "single": "single",
    "single_choice": "single",
    "multiple": "multiple",
    "multiple_choice": normalise.CHOICE,
    "tf": "true_false",
    "true_false": "true_false",
    "连线题": "",
    "排序题": "",
    "第一章": "",
}


@pytest.mark.parametrize(("name", "code"), KINDS.items())
def test_kind_of(name: str, code: str) -> None:
    assert normalise.kind_of(name) == code


@pytest.mark.parametrize("name", ["连线题", "匹配题", "排序题", "画图题", "matching", "听力题"])
def test_kinds_without_a_place(name: str) -> None:
    assert normalise.has_no_place(name) is True


BLANKS = {
    "____": 1,
    "（ ）": 1,
    "(  )": 1,
    "__、__": 2,
    "甲____乙（ ）": 2,
    "____ ____": 1,
    "＿＿＿": 1,
    "甲": 0,
    "（一）": 0,
    "a_b": 0,
}


@pytest.mark.parametrize(("stem", "count"), BLANKS.items())
def test_blanks(stem: str, count: int) -> None:
    assert len(normalise.blank_spans(stem)) == count


POINTS = {
    "2分": Decimal(2),
    "2.0": Decimal(2),
    "每题0.5分": Decimal("0.5"),
    "": None,
    "无": None,
    "0": None,
    "９分": Decimal(9),
}


@pytest.mark.parametrize(("text", "points"), POINTS.items())
def test_points(text: str, points: Decimal | None) -> None:
    assert normalise.points_of(text) == points


@pytest.mark.parametrize(
    ("text", "level"), {"易": 1, "中等": 2, "困难": 3, "3": 3, "easy": 1, "0.7": None, "": None}.items()
)
def test_difficulty(text: str, level: int | None) -> None:
    assert normalise.difficulty_of(text) == level


@pytest.mark.parametrize(("value", "text"), {1.0: "1", 3.5: "3.5", -2.0: "-2", 0.1: "0.1"}.items())
def test_numbers(value: float, text: str) -> None:
    assert normalise.number_text(value) == text


OPTIONS = tuple(
    Choice(label, text) for label, text in zip("ABCD", ("宪法", "民法典", "刑法", "以上都对"), strict=True)
)
CHOICE_KEYS: dict[str, tuple[str, str] | None] = {
    "A": ("A", ""),
    "B、A": ("BA", ""),
    "民法典": ("B", ""),
    "宪法；刑法": ("AC", ""),
    "A.宪法": ("A", ""),
    "A.宪法 C.刑法": ("AC", ""),
    "C（第3页）": ("C", "(第3页)"),
    "行政法": None,
    "宪法，行政法": None,
}


@pytest.mark.parametrize(("answer", "expected"), CHOICE_KEYS.items())
def test_choice_keys(answer: str, expected: tuple[str, str] | None) -> None:
    found = choice_key(answer, OPTIONS)
    assert found == (None if expected is None else (tuple(expected[0]), expected[1]))


FILLED: list[tuple[str, str, tuple[tuple[str, ...], ...], str]] = [
    ("宪法", "____", (("宪法",),), ""),
    ("甲；乙", "____和____", (("甲",), ("乙",)), ""),
    ("甲|乙", "____和____", (("甲",), ("乙",)), ""),
    ("甲、乙", "（ ）和（ ）", (("甲",), ("乙",)), ""),
    ("甲 乙", "____和____", (("甲",), ("乙",)), ""),
    ("（1）甲（2）乙", "____和____", (("甲",), ("乙",)), ""),
    ("①甲②乙", "____和____", (("甲",), ("乙",)), ""),
    ("第一空：甲；第二空：乙", "____和____", (("甲",), ("乙",)), ""),
    ("4或四", "____", (("4", "四"),), ""),
    ("单位或者个人", "____", (("单位或者个人",),), ""),
    ("甲、乙", "____", (("甲、乙",),), ""),
    ("甲；乙", "____", (("甲；乙",),), "one_of"),
    ("甲", "____和____", (("甲",),), "blank_count"),
    ("甲；乙", "没有空", (("甲",), ("乙",)), ""),
]


@pytest.mark.parametrize(("answer", "stem", "accepted", "doubt"), FILLED)
def test_blank_keys(answer: str, stem: str, accepted: tuple[tuple[str, ...], ...], doubt: str) -> None:
    assert blanks_key(answer, stem) == (Blanks(accepted), doubt)


def test_two_ways_to_write_a_number_are_alternatives() -> None:
    assert alternatives("十五日或15日") == ("十五日", "15日")
    assert alternatives("或") == ("或",)


@pytest.mark.parametrize("stem", ["没有答案", "（ ）", "缺维生素C的病", "甲（A）说", "（ABE）"])
def test_no_inline_choice(stem: str) -> None:
    assert inline_choice(stem, "ABCD") == (stem, (), False)


@pytest.mark.parametrize("stem", ["没有答案", "（ ）", "判断对错", "（一）甲", "（对甲）乙"])
def test_no_inline_judgement(stem: str) -> None:
    assert inline_judgement(stem) == (stem, None, False)


HEADERS = {
    "题干（必填）": "stem",
    "题型 （必填）": "kind",
    "选项 A": "choice:A",
    "选项E\n(勿删)": "choice:E",
    "正确答案H\n（必填）": "answer",
    "章节\n（勿删）": "topic",
    "选择项1": "choice:A",
    "答案1": "answer",
    "答案2": "more_answer",
    "D项目": "choice:D",
    "备选答案B": "choice:B",
    "选项二内容": "choice:B",
    "选项二是否正确": "right:B",
    "isCorrect2": "right:B",
    "option_c": "choice:C",
    "optionD": "choice:D",
    "options": "choices",
    "题目所有答案": "choices",
    "correctAnswer": "answer",
    "question_text": "stem",
    "题目分类": "topic",
    "题目依据": "source",
    "试题GUID": "",
    "试题分数": "points",
    "判断题解析": "rationale",
    "选项图片": "picture",
    "姓名": "",
    "密码": "",
    "multichoice": "several",
}


@pytest.mark.parametrize(("header", "meaning"), HEADERS.items())
def test_headers(header: str, meaning: str) -> None:
    assert meaning_of(header) == meaning


def test_legends() -> None:
    assert legend_of("题型（0单选，1判断，2多选）") == {"0": "single", "1": "true_false", "2": "multiple"}
    assert legend_of("1：单选题 2：多选题 3：判断题") == {"1": "single", "2": "multiple", "3": "true_false"}
    assert legend_of("共3题") == {}
