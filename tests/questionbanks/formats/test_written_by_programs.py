"""What classrooms, crawlers and notes in Markdown write: the same few items must come out the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from questionbanks.formats import registry
from tests.other_hands import LETTERS, TWO, data, outline, table, text

_CLASSROOM = (
    "【第 {0} 题】\n{0}.单选题 (1分)\n{1}\nA\n{2}\nB\n{3}\nC\n{4}\nD\n{5}\n"
    "本题得分： 0 分\n正确答案： {6}\n------\n\n"
)
_COPIED = "{0}. (单选题)\n{1}\nA. {2}\nB. {3}\nC. {4}\nD. {5}\n我的答案：\nA: {2};\n正确答案：\n{6}: {7};\n\n"
_FIELDS = "试题编号：{0}\n试题内容：{1}\n选项A：{2}\n选项B：{3}\n选项C：{4}\n选项D：{5}\n正确答案：{6}\n\n"
_LIST = "### {0}. {1}\n\n- A. {2}\n- B. {3}\n- C. {4}\n- D. {5}\n\n> 答案：{6}\n\n---\n\n"
_NAMED = "### G{0}【中 · 单选】\n\n{1}\n\n- A. {2}\n- B. {3}\n- C. {4}\n- D. {5}\n\n**答案：** {6}\n\n---\n\n"
_FOLDED = "{0}. {1}\n\nA. {2}\nB. {3}\nC. {4}\nD. {5}\n<details><summary>答案</summary>{6}</details>\n\n"
_ALONE = (
    "## **Q{0}**\n\n**题目：**\n\n{1}\n\n**选项：**\n\nA {2}\n\nB {3}\n\nC {4}\n\nD {5}\n\n"
    "**正确答案：**\n\n{6} {7}\n\n"
)
WRITTEN_BY = {
    "letters alone in their lines": _CLASSROOM,
    "answers below their labels": _COPIED,
    "a label before everything": _FIELDS,
    "lists of Markdown": _LIST,
    "headings that name items": _NAMED,
    "folded answers": _FOLDED,
    "labels in bold": _ALONE,
}


@pytest.mark.parametrize("form", WRITTEN_BY.values(), ids=WRITTEN_BY.keys())
def test_texts_that_programs_write(form: str) -> None:
    items = [*TWO, ("哪里（ ）。", ("东", "南", "西", "北"), ("A",))]
    body = "".join(
        form.format(n, stem, *texts, key[0], texts[LETTERS.index(key[0])])
        for n, (stem, texts, key) in enumerate(items, 1)
    )
    assert outline(text(body)) == items


def test_a_judgement_in_brackets_below_its_stem() -> None:
    parsed = text("判断题\n1、天是蓝的。\n（正确）\n2、地是方的。\n（错误）\n")
    assert outline(parsed) == [("天是蓝的。", (), True), ("地是方的。", (), False)]


MORE_JSON: dict[str, Any] = {
    "pairs of text and truth": [{"stem": "谁（ ）。", "options": [[one, one == "乙"] for one in "甲乙丙丁"]}],
    "another's answer beside": [
        {"question": "谁（ ）。", "options": list("甲乙丙丁"), "my_answer": "A", "right_answer": "B"}
    ],
}


@pytest.mark.parametrize("shape", MORE_JSON.values(), ids=MORE_JSON.keys())
def test_more_shapes_of_json(shape: Any) -> None:
    assert outline(data(shape)) == [TWO[0]]


def test_a_dictionary_from_questions_to_answers() -> None:
    parsed = data({f"第{n}个村的村长是谁（ ）。|甲|乙|丙": "乙" for n in range(6)})
    assert outline(parsed)[0] == ("第0个村的村长是谁（ ）。", ("甲", "乙", "丙"), ("B",))
    assert len(parsed.questions) == 6


def test_options_that_follow_the_stem_in_its_cell() -> None:
    rows = [
        ["题目", "类型", "答案"],
        *([f"{s}&{'&'.join(t)}", "单选", t[LETTERS.index(k[0])]] for s, t, k in TWO),
    ]
    assert outline(table(rows)) == list(TWO)


def test_two_columns_without_header_are_a_table() -> None:
    body = "".join(f"B,下列第{n}项说法中正确的是哪一项（ ）。\n" for n in range(6))
    parsed = registry.parse(body.encode(), name="题库.csv")
    assert [one.code for one in parsed.problems if one.code == "no_choices"] == ["no_choices"] * 6


RED = "<font color='red'>{}</font>"


def test_colours_of_notes_in_markdown_are_the_key() -> None:
    items = "".join(
        f"**{n}. (1分){stem}**\n\n"
        + "".join(
            f"- {a}. {RED.format(b) if a == key[0] else b}\n" for a, b in zip(LETTERS, texts, strict=True)
        )
        + "\n"
        for n, (stem, texts, key) in enumerate(TWO, 1)
    )
    parsed = text(items)
    assert outline(parsed) == list(TWO)
    assert {one.code for one in parsed.problems} == {"answer_by_mark"}


def test_a_table_without_header_whose_options_are_lists() -> None:
    items = [(f"下列说法中正确的是{stem}", texts, key) for stem, texts, key in (*TWO, TWO[0])]
    rows = [
        [json.dumps(list(key)), stem, "SC", 0, "", "", json.dumps(list(texts), ensure_ascii=False)]
        for stem, texts, key in items
    ]
    assert outline(table(rows)) == items
