"""How the options of a text are set."""

from __future__ import annotations

import pytest

from tests.bank_files import (
    ABCD,
    FOUR,
    codes,
    read_text,
)

GLUED = {
    "A.现代化 B.正规化C.专业化 D.标准化": ["现代化", "正规化", "专业化", "标准化"],
    "A．甲    B．乙    C．丙    D．丁": ["甲", "乙", "丙", "丁"],
    "A、甲\tB、乙\nC、丙\tD、丁": ["甲", "乙", "丙", "丁"],
    "Ａ．甲Ｂ．乙Ｃ．丙Ｄ．丁": ["甲", "乙", "丙", "丁"],
    "（A）甲（B）乙（C）丙（D）丁": ["甲", "乙", "丙", "丁"],
    "A)甲 B)乙 C)丙 D)丁": ["甲", "乙", "丙", "丁"],
    "A：甲\nB：乙\nC：丙\nD：丁": ["甲", "乙", "丙", "丁"],
    "A 甲\nB 乙\nC 丙\nD 丁": ["甲", "乙", "丙", "丁"],
    "a.甲\nb.乙\nc.丙\nd.丁": ["甲", "乙", "丙", "丁"],
    "A.甲\nB.乙\nC.丙\nD.丁\nE.戊\nF.己\nG.庚": ["甲", "乙", "丙", "丁", "戊", "己", "庚"],
    "A.A类、B类\nB.B类、C类\nC.都是\nD.都不是": ["A类、B类", "B类、C类", "都是", "都不是"],
    "A.这个选项\n被换了行\nB.乙\nC.丙\nD.丁": ["这个选项被换了行", "乙", "丙", "丁"],
    "A.甲；B.乙；C.丙；D.丁。": ["甲", "乙", "丙", "丁。"],
}


@pytest.mark.parametrize(("text", "texts"), GLUED.items())
def test_options_however_they_are_set(text: str, texts: list[str]) -> None:
    parsed = read_text(f"1.谁（  ）\n{text}\n答案：B\n2.谁\n{FOUR}答案：A\n")
    assert [choice.text for choice in parsed.questions[0].choices] == texts
    assert [choice.label for choice in parsed.questions[0].choices] == list("ABCDEFG")[: len(texts)]
    assert parsed.questions[0].stem == "谁（ ）"
    assert len(parsed.questions) == 2


def test_options_without_letters_are_doubtful() -> None:
    parsed = read_text("1.我国的根本法是（  ）\n宪法\n民法典\n刑法\n答案：B\n2.谁？\n甲\n乙\n答案：A\n")
    assert [[choice.text for choice in one.choices] for one in parsed.questions] == [
        ["宪法", "民法典", "刑法"],
        ["甲", "乙"],
    ]
    assert [one.key for one in parsed.questions] == [("B",), ("A",)]
    assert codes(parsed) == ["options_without_letters"] * 2


def test_an_answer_beyond_the_lines_below_the_stem_makes_no_options() -> None:
    parsed = read_text("1.我国的根本法是（  ）\n宪法\n民法典\n答案：D\n2.谁？\nA.甲\nB.乙\n答案：A\n")
    assert codes(parsed) == ["no_choices"]


def test_options_on_the_line_of_the_stem() -> None:
    parsed = read_text("1.谁（  ）A.甲 B.乙 C.丙 D.丁 答案：C\n2.谁（  ）。A.甲B.乙C.丙D.丁\n答案：D\n")
    assert [one.choices for one in parsed.questions] == [ABCD, ABCD]
    assert [one.key for one in parsed.questions] == [("C",), ("D",)]
