"""Tables as text: delimiters, encodings, quotes, and names that lie."""

from __future__ import annotations

import pytest

from questionbanks.formats import registry
from tests.bank_files import (
    ABCD,
    PLAIN,
    keys,
    kinds,
    workbook,
)


def test_csv_with_english_header_and_truth_of_several() -> None:
    text = "input,output,A,B,C,D,source,multichoice\n"
    text += "谁？,BD,甲,乙,丙,丁,2017 exam,True\n谁？,A,甲,乙,丙,丁,2017 exam,False\n"
    parsed = registry.parse(text.encode(), name="x.csv")
    assert (parsed.format, parsed.encoding) == ("csv", "utf-8")
    assert kinds(parsed) == ["multiple", "single"]
    assert parsed.questions[0].choices == ABCD
    assert parsed.questions[0].source == "2017 exam"


LYING = [
    ("x.xlsx", "\t", "utf-8"),
    ("x.xlsx", "\t", "gb18030"),
    ("x.txt", ",", "gb18030"),
    ("x.csv", ";", "utf-8-sig"),
]


@pytest.mark.parametrize(("name", "delimiter", "encoding"), LYING)
def test_tables_as_text_under_any_name(name: str, delimiter: str, encoding: str) -> None:
    rows = [
        ["题号", *PLAIN],
        ["1", "谁？", "甲", "乙", "丙", "丁", "B"],
        ["2", "谁？", "甲", "乙", "丙", "丁", "AC"],
    ]
    parsed = registry.parse("\r\n".join(delimiter.join(row) for row in rows).encode(encoding), name=name)
    assert parsed.format == "csv"
    assert keys(parsed) == [("B",), ("A", "C")]


def test_an_xlsx_named_xls_is_read_by_its_content() -> None:
    parsed = registry.parse(workbook(题=[PLAIN, ["谁", "甲", "乙", "丙", "丁", "B"]]), name="题库.xls")
    assert (parsed.format, keys(parsed)) == ("xlsx", [("B",)])


def test_a_quote_that_is_never_closed_swallows_no_lines() -> None:
    text = '题干,A,B,答案\n他说"好,甲,乙,A\n"谁,甲,乙,B\n哪,甲,乙,A\n'
    parsed = registry.parse(text.encode(), name="x.csv")
    assert len(parsed.questions) == 3
