"""Aiken, as it is written down and as people write it."""

from __future__ import annotations

import pytest

from examsite.lib.files.sniff import look
from questionbanks.formats.aiken import Aiken
from questionbanks.formats.base import Parsed
from questionbanks.formats.check import complete, tally
from questionbanks.kinds.base import Choice, Question


def read(text: str) -> Parsed:
    return complete(Aiken().parse(text.encode()))


@pytest.mark.parametrize(
    ("text", "kind", "stem", "key"),
    [
        ("问？\nA. 甲\nB. 乙\nANSWER: B", "single", "问？", ("B",)),
        ("问？\nA) 甲\nB) 乙\nANSWER:A", "single", "问？", ("A",)),
        ("问？\nＡ．甲\nＢ．乙\nＣ．丙\nANSWER：ｃ", "single", "问？", ("C",)),
        ("问？\nA. 甲\nB. 乙\nC. 丙\nANSWER: A, C", "multiple", "问？", ("A", "C")),
        ("说法。\nA. 正确\nB. 错误\nANSWER: B", "true_false", "说法。", False),
        ("Claim.\nA) False\nB) True\nANSWER: B", "true_false", "Claim.", True),
        ("12. 问？\nA. 甲\nB. 乙\nANSWER: A", "single", "问？", ("A",)),
        ("材料一\n材料二\nA. 甲\nB. 乙\nANSWER: A", "single", "材料一\n材料二", ("A",)),
        (
            '用<html class="cool">吗 & 好\nA. 甲\nB. 乙\nANSWER: A',
            "single",
            '用<html class="cool">吗 & 好',
            ("A",),
        ),
    ],
)
def test_item(text: str, kind: str, stem: str, key: object) -> None:
    (question,) = read(text).questions
    assert (question.kind, question.stem, question.key) == (kind, stem, key)


def test_an_option_over_two_lines_stays_one() -> None:
    (question,) = read("问？\nA. 甲的\n第二行\nB. 乙\nANSWER: A").questions
    assert question.choices == (Choice("A", "甲的\n第二行"), Choice("B", "乙"))


def test_feedback_is_the_rationale() -> None:
    parsed = read("问？\nA. 甲\nB. 乙\nANSWER: A\nFEEDBACK: 第一条\n\n二？\nA. 甲\nB. 乙\nANSWER: B")
    assert [question.rationale for question in parsed.questions] == ["第一条", ""]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("问？\nA. 甲\nB. 乙\n\n二？\nA. 甲\nB. 乙\nANSWER: B", "no_key"),
        ("问？\nA. 甲\nB. 乙\nANSWER: 甲乙\n\n二？\nA. 甲\nB. 乙\nANSWER: B", "bad_key"),
        ("问？\nA. 甲\nB. 乙\nANSWER: D\n\n二？\nA. 甲\nB. 乙\nANSWER: B", "key_without_choice"),
        ("问？\nANSWER: A\n\n二？\nA. 甲\nB. 乙\nANSWER: B", "few_choices"),
    ],
)
def test_a_broken_item_is_found_and_does_not_take_the_next_along(text: str, code: str) -> None:
    parsed = read(text)
    assert (tally(parsed).found, tally(parsed).broken) == (2, 1)
    assert parsed.problems[0].where == parsed.questions[0].where
    assert parsed.problems[0].code == code


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("问？\nA. 甲\nB. 乙\nANSWER: B", 88),
        ("问？\nA. 甲\nB. 乙\n答案：B", 0),
        ("<p>问？\nA. 甲\nB. 乙\nANSWER: B", 0),
    ],
)
def test_claims(text: str, claims: int) -> None:
    assert Aiken().claims(look(text.encode())) == claims


def test_what_aiken_cannot_carry_is_reported() -> None:
    choices = (Choice("A", "甲"), Choice("B", "乙"))
    questions = [
        Question("multiple", "多选", choices, ("A", "B")),
        Question("single", "<div><b>粗</b>体</div>", choices, ("A",), rationale="析"),
        Question("single", "A. 像选项", choices, ("A",)),
        Question("single", "真假", (Choice("A", "对"), Choice("B", "错")), ("A",)),
        Question("true_false", "判断", key=True),
    ]
    emitted = Aiken().emit(questions)
    assert [(problem.where, problem.severity, problem.code) for problem in emitted.problems] == [
        ("第1题", "broken", "kind_not_carried"),
        ("第2题", "note", "fields_not_carried"),
        ("第2题", "doubtful", "text_flattened"),
        ("第3题", "broken", "stem_like_option"),
        ("第4题", "doubtful", "kind_changed"),
    ]
    assert emitted.data.decode().split("\n\n")[-1] == "判断\nA. 正确\nB. 错误\nANSWER: A\n"
