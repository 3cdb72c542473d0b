"""How the items of a text are numbered, and what looks like a number and is none."""

from __future__ import annotations

import pytest

from tests.bank_files import (
    ABCD,
    FOUR,
    outline,
    read_text,
)

NUMBERS = [
    "1.",
    "1、",
    "1．",
    "1 、",
    "1,",
    "第1题：",
    "第1题 ",
    "1:",
    "（1）",
    "[1]",
    "【1】",
    "1)",
    "题目1：",
]


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_however_they_are_written(number: str) -> None:
    second = number.replace("1", "2")
    parsed = read_text(f"{number}谁？\n{FOUR}答案：A\n{second}几个？\n{FOUR}答案：B\n")
    assert [(one.number, one.stem) for one in parsed.questions] == [("1", "谁？"), ("2", "几个？")]


def test_numbers_missing_doubled_and_without_a_dot() -> None:
    parsed = read_text(
        "".join(
            f"{number}谁{n}？\n{FOUR}答案：A\n"
            for n, number in enumerate(["1.", "2、", "2.", "5.", "6", "7 "])
        )
    )
    assert [one.number for one in parsed.questions] == ["1", "2", "2", "5", "6", "7"]
    assert [one.stem for one in parsed.questions] == [f"谁{n}？" for n in range(6)]


def test_a_number_before_a_damaged_bracket() -> None:
    parsed = read_text(f"86.谁？\n{FOUR}答案：A\n87（. ）是根本法。\n{FOUR}答案：B\n")
    assert [one.number for one in parsed.questions] == ["86", "87"]


def test_numbers_that_start_again_in_each_section() -> None:
    parsed = read_text(
        f"一、单选题\n1.谁\n{FOUR}答案：A\n2.谁\n{FOUR}答案：B\n二、多选题\n1.谁\n{FOUR}答案：AB\n三、判断题\n1.对吗\n答案：√\n"
    )
    assert [(one.number, one.kind) for one in parsed.questions] == [
        ("1", "single"),
        ("2", "single"),
        ("1", "multiple"),
        ("1", "true_false"),
    ]


def test_a_runaway_list_of_numbers_is_no_item() -> None:
    parsed = read_text(f"1.谁\n{FOUR}答案：A\n2、3、4、5、6、7、\n8.谁\n{FOUR}答案：B\n")
    assert [one.number for one in parsed.questions] == ["1", "8"]
    assert parsed.questions[0].rationale == ""


def test_a_year_at_the_beginning_of_a_wrapped_line_is_no_number() -> None:
    parsed = read_text(f"1.中华人民共和国宪法于\n2018年修正，规定的是\n{FOUR}答案：A\n2.谁\n{FOUR}答案：B\n")
    assert outline(parsed)[0] == ("1", "single", "中华人民共和国宪法于2018年修正，规定的是", ("A",))
    assert len(parsed.questions) == 2


def test_page_numbers_and_running_headers_between_options() -> None:
    page = "第 3 页 共 10 页\n某县法治学习资料汇编\n"
    filler = "".join(f"{n}.问题{n}\n{FOUR}答案：A\n" for n in range(1, 4))
    text = "".join(f"{n}.谁{n}\nA.甲\nB.乙\n{page}C.丙\nD.丁\n答案：B\n" + filler for n in (11, 12, 13))
    parsed = read_text(text)
    assert len(parsed.questions) == 12
    assert {one.choices for one in parsed.questions} == {ABCD}


def test_a_worked_example_is_left_out_and_said_so() -> None:
    parsed = read_text(f"例题：谁\n{FOUR}答案：A\n1.谁\n{FOUR}答案：B\n2.谁\n{FOUR}答案：C\n")
    assert [one.number for one in parsed.questions] == ["1", "2"]
    assert [(one.code, one.severity) for one in parsed.problems] == [("sample", "note")]


def test_statements_in_the_stem_are_no_items() -> None:
    parsed = read_text(
        "1.下列正确的是（  ）\n1.甲\n2.乙\n3.丙\nA.1、2\nB.2、3\nC.1、3\nD.都对\n答案：A\n2.谁\n"
        + FOUR
        + "答案：B\n"
    )
    assert [one.number for one in parsed.questions] == ["1", "2"]
    assert parsed.questions[0].stem == "下列正确的是（ ）\n1.甲\n2.乙\n3.丙"


def test_statements_in_brackets_and_circles_are_no_items() -> None:
    parsed = read_text(f"1.下列正确的是\n（1）甲\n（2）乙\n①丙\n②丁\n{FOUR}答案：A\n2.谁\n{FOUR}答案：B\n")
    assert [one.number for one in parsed.questions] == ["1", "2"]
    assert parsed.questions[0].stem == "下列正确的是\n（1）甲\n（2）乙\n①丙\n②丁"
