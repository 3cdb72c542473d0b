"""Tables by other hands: the same few items laid out in many ways must come out the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from questionbanks.formats.fields import meaning_of
from questionbanks.kinds.base import Blanks
from tests.other_hands import LETTERS, SEVERAL, TWO, outline, table

HEADERS = {
    "考题": "stem",
    "试题内容": "stem",
    "题库内容": "stem",
    "知识题": "stem",
    "statement": "stem",
    "答案要点": "answer",
    "答案选项": "answer",
    "对应答案": "answer",
    "正确的答案": "answer",
    "评分要点": "answer",
    "答案A": "choice:A",
    "选择B": "choice:B",
    "C答案": "choice:C",
    "选项(D)": "choice:D",
    "（E）": "choice:E",
    "选项3": "choice:C",
    "incorrect_answers": "distractors",
    "option_list": "choices",
}


@pytest.mark.parametrize(("header", "meaning"), HEADERS.items())
def test_names_of_columns(header: str, meaning: str) -> None:
    assert meaning_of(header) == meaning


ONE_CELL = {
    "||": "甲||乙||丙||丁",
    "&&": "甲&&乙&&丙&&丁",
    "$$": "甲$$乙$$丙$$丁",
    "~": "甲~乙~丙~丁",
    "#": "甲#乙#丙#丁",
    "^": "甲^乙^丙^丁",
    "<br>": "甲<br>乙<br/>丙<br />丁",
    "TAB": "甲\t乙\t丙\t丁",
    "letters alone": "A 甲\nB 乙\nC 丙\nD 丁",
    "letters glued": "A甲\nB乙\nC丙\nD丁",
    "rings": "①甲\n②乙\n③丙\n④丁",
    "numbers": "1、甲\n2、乙\n3、丙\n4、丁",
    "stops": "甲；\n乙；\n丙；\n丁。",
}


@pytest.mark.parametrize("cell", ONE_CELL.values(), ids=ONE_CELL.keys())
def test_options_in_one_cell(cell: str) -> None:
    parsed = table([["题型", "题干", "选项", "答案"], ["单选题", "谁（ ）。", cell, "B"]])
    stem, texts, key = outline(parsed)[0]
    assert (stem, tuple(one.rstrip("；。") for one in texts), key) == TWO[0]


def test_letters_that_are_words_stay() -> None:
    parsed = table([["题型", "题干", "选项", "答案"], ["单选题", "哪些股（ ）。", "A股\nB股", "B"]])
    assert outline(parsed) == [("哪些股（ ）。", ("A股", "B股"), ("B",))]


TABLES: dict[str, list[list[Any]]] = {
    "answers as places of numbered options": [
        ["题干", "选项1", "选项2", "选项3", "选项4", "答案"],
        *([stem, *texts, LETTERS.index(key[0]) + 1] for stem, texts, key in TWO),
    ],
    "numbered answers beside a whole one are options": [
        ["题目", "答案1", "答案2", "答案3", "答案4", "正确答案"],
        *([stem, *texts, key[0]] for stem, texts, key in TWO),
    ],
    "options named as answers": [
        ["试题", "答案A", "答案B", "答案C", "答案D", "正确项"],
        *([stem, *texts, key[0]] for stem, texts, key in TWO),
    ],
    "numbers in the stems": [
        ["题目", "A", "B", "C", "D", "答案"],
        *([f"{n}、{stem}", *texts, key[0]] for n, (stem, texts, key) in enumerate(TWO, 1)),
    ],
    "a whole item in one cell": [
        ["题目", "答案"],
        *(
            [f"{n}. {stem}\n" + "\n".join(f"{a}. {b}" for a, b in zip(LETTERS, texts, strict=True)), key[0]]
            for n, (stem, texts, key) in enumerate(TWO, 1)
        ),
    ],
    "one option a row with its letter": [
        ["序号", "题目", "选项", "选项内容", "答案"],
        *(
            [n if k == 0 else "", stem if k == 0 else "", LETTERS[k], one, key[0] if k == 0 else ""]
            for n, (stem, texts, key) in enumerate(TWO, 1)
            for k, one in enumerate(texts)
        ),
    ],
    "one option a row, the stem again in each": [
        ["题目", "是否正确", "选项内容"],
        *(
            [stem, "是" if a == key[0] else "否", b]
            for stem, texts, key in TWO
            for a, b in zip(LETTERS, texts, strict=True)
        ),
    ],
    "an example first": [
        ["题目", "A", "B", "C", "D", "答案"],
        ["例：首都是（ ）。", "北京", "上海", "广州", "深圳", "A"],
        *([stem, *texts, key[0]] for stem, texts, key in TWO),
    ],
}


@pytest.mark.parametrize("rows", TABLES.values(), ids=TABLES.keys())
def test_layouts_of_tables(rows: list[list[Any]]) -> None:
    assert outline(table(rows)) == list(TWO)


def test_an_answer_as_a_list_in_a_cell() -> None:
    rows = [["题目", "A", "B", "C", "D", "答案"], *([s, *t, json.dumps(list(k))] for s, t, k in SEVERAL)]
    assert outline(table(rows)) == list(SEVERAL)


@pytest.mark.parametrize("token", ["①", "②"])
def test_a_ring_is_no_judgement(token: str) -> None:
    parsed = table(
        [["题型", "题干", "答案"], ["判断题", "天是蓝的。", token], ["判断题", "地是方的。", "错"]]
    )
    assert [one.key for one in parsed.questions] == [None, False]


def test_blanks_keep_their_answers() -> None:
    (one,) = table([["题型", "题干", "答案"], ["填空题", "由____至____人组成。", "三或3；七或7"]]).questions
    assert one.key == Blanks((("三", "3"), ("七", "7")))


def test_a_header_of_two_rows() -> None:
    rows = [["题干", "选项", "", "", "", "答案"], ["", *LETTERS, ""], *([s, *t, k[0]] for s, t, k in TWO)]
    assert outline(table(rows)) == list(TWO)
