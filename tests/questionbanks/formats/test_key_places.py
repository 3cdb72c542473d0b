"""Keys of Word files that are tables, stand before the items, or on a page with a title of its own."""

from __future__ import annotations

import io
from collections.abc import Sequence

import docx
import pytest

from questionbanks.formats import registry
from questionbanks.formats.base import Parsed
from tests.bank_files import ABCD, FOUR, keys, read_text

LETTERS = [("A",), ("B",), ("C",), ("D",)]
ITEMS = "一、单选题\n" + "".join(f"{n}.谁{n}（  ）\n{FOUR}" for n in (1, 2, 3, 4))
WIDE = [["题号", "1", "2", "3", "4"], ["答案", "A", "B", "C", "D"]]
FULL_WIDTH = [["题号", "１", "２", "３", "４"], ["答案", "Ａ", "Ｂ", "Ｃ（2分）", "Ｄ (2分)"]]
LONG = [["题号", "答案"], ["1", "A"], ["2", "B"], ["3", "C"], ["4", "D"]]
FOLDED = [["题号", "1", "2"], ["答案", "A", "B"], ["题号", "3", "4"], ["答案", "C", "D"]]


def word(*parts: str | Sequence[Sequence[str]]) -> Parsed:
    """What comes of a Word file of texts, a paragraph a line, and tables."""
    document = docx.Document()
    for part in parts:
        if isinstance(part, str):
            for line in part.strip().split("\n"):
                document.add_paragraph(line)
            continue
        table = document.add_table(len(part), len(part[0]))
        for row, cells in zip(table.rows, part, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    buffer = io.BytesIO()
    document.save(buffer)
    return registry.parse(buffer.getvalue(), name="试卷.docx")


@pytest.mark.parametrize(
    "title", ["参考答案", "某县2024年普法考试试卷参考答案", "某县2024年普法考试试卷\n参考答案"]
)
@pytest.mark.parametrize(
    "table", [WIDE, FULL_WIDTH, LONG, FOLDED], ids=["two rows", "full width", "two columns", "folded"]
)
def test_a_table_behind_the_items(table: list[list[str]], title: str) -> None:
    parsed = word(ITEMS, title, table)
    assert keys(parsed) == LETTERS
    assert [one.choices for one in parsed.questions] == [ABCD] * 4
    assert [one.stem for one in parsed.questions] == [f"谁{n}（ ）" for n in (1, 2, 3, 4)]
    assert all(one.severity == "note" for one in parsed.problems)


def test_a_table_before_the_items() -> None:
    parsed = word("参考答案", WIDE, ITEMS)
    assert keys(parsed) == LETTERS
    assert parsed.problems == ()


def test_a_table_under_each_heading() -> None:
    parsed = word(
        f"{ITEMS}二、判断题\n1.甲。（ ）\n2.乙。（ ）\n参考答案\n一、单选题",
        WIDE,
        "二、判断题",
        [["1", "2"], ["√", "×"]],
    )
    assert keys(parsed) == [*LETTERS, True, False]
    assert parsed.problems == ()


def test_a_table_of_letters_and_written_answers_below_it() -> None:
    parsed = word(
        f"{ITEMS}二、简答题\n1.简述甲。\n2.简述乙。\n参考答案", WIDE, "1.甲就是甲。\n2.乙就是乙。\n再加一句。"
    )
    assert keys(parsed) == [*LETTERS, "甲就是甲。", "乙就是乙。\n再加一句。"]
    assert parsed.problems == ()


def test_the_title_of_the_page_of_the_key_is_no_part_of_the_last_item() -> None:
    parsed = read_text(f"{ITEMS}\n\n某县2024年普法考试试卷（A卷）\n参考答案\n1-4 ABCD\n")
    assert keys(parsed) == LETTERS
    assert parsed.questions[3].choices == ABCD
    assert [(one.code, one.raw, one.severity) for one in parsed.problems] == [
        ("title", "某县2024年普法考试试卷（A卷）", "note")
    ]
