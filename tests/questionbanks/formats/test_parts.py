"""The parts of a case and the answers behind some of them."""

from __future__ import annotations

import pytest

from questionbanks.formats.check import tally
from tests.bank_files import codes, keys, problems, read_text

CASE = "三、案例分析题\n1.张某占地建房。\n（1）是否违法？\n（2）应当如何处理？\n"
NEXT = "2.李某欠款。\n（1）怎么办？\n答：起诉。\n（2）承担什么责任？\n答：还款。\n"
IN_LINE = "1.张某占地建房。（1）是否违法？（2）应当如何处理？\n"


@pytest.mark.parametrize(
    "case", [CASE, f"三、案例分析题\n{IN_LINE}", IN_LINE], ids=["in lines", "in one line", "no heading"]
)
@pytest.mark.parametrize("answer", ["责令改正。", "（2）责令改正。", "责令改正（5分）。"])
def test_one_answer_behind_the_last_part_is_doubtful(case: str, answer: str) -> None:
    parsed = read_text(f"{case}答案：{answer}\n{NEXT}")
    assert keys(parsed)[0] == answer
    found = parsed.problems[0]
    assert (found.code, found.severity) == ("one_answer_for_parts", "doubtful")
    assert found.message == "有2个小问，却只在最后写了一个答案，看不出各问是否都答了"
    assert found.fix == "核对答案；只答了最后一问的，补上其他各问的答案"
    assert tally(parsed).broken == 0


COUNTED = [
    "①违法。②责令改正。",
    "1.违法。\n2.责令改正。",
    "第一问，违法。第二问，责令改正。",
    "第1小题：违法。第2小题：责令改正。",
    "一、违法。二、责令改正。",
    "一是违法；二是责令改正。",
    "要点如下：（1）违法。（2）责令改正。（3）可以起诉。",
]


@pytest.mark.parametrize("answer", COUNTED)
def test_an_answer_that_counts_the_parts_speaks_to_all(answer: str) -> None:
    parsed = read_text(f"{CASE}答案：{answer}\n{NEXT}")
    assert keys(parsed)[0] == answer
    assert parsed.problems == ()


def test_an_answer_before_the_last_part_is_of_its_part() -> None:
    case = f"{CASE}答：责令改正。\n（3）不服怎么办？\n答：起诉。\n{NEXT}"
    parsed = read_text(case)
    assert [[one.number for one in case.parts] for case in parsed.questions] == [
        ["1（1）", "1（2）", "1（3）"],
        ["2（1）", "2（2）"],
    ]
    assert [part.key is None for part in parsed.questions[0].parts] == [True, False, False]
    assert problems(parsed) == [("第3行", "no_key", "broken")]


@pytest.mark.parametrize(
    "stem", ["简述下列内容：\n（1）甲\n（2）乙", "根据第（1）项和第（2）项，谁负责？", "简述甲。"]
)
def test_a_list_in_a_stem_asks_nothing(stem: str) -> None:
    parsed = read_text(f"简答题\n1.{stem}\n答案：一。\n2.简述乙。\n答案：乙。\n")
    assert keys(parsed) == ["一。", "乙。"]
    assert codes(parsed) == []
