"""Reading a matrix of answers: what fits is read exactly, what does not is refused with its place."""

from __future__ import annotations

import numpy as np
import pytest

from exams.analytics.response_files import read_responses
from examsite.lib.errors import Invalid

KEY = b"item,key\na,A\nb,C\n"


def csv(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\n".join(lines).encode(encoding)


def test_zeros_and_ones():
    found = read_responses(csv("a,b,c", "1,0,", "0,1,1"))
    assert found.items == ("a", "b", "c")
    assert np.array_equal(found.points, [[1, 0, np.nan], [0, 1, 1]], equal_nan=True)
    assert found.chosen is None


def test_letters_are_marked_by_the_key():
    found = read_responses(csv("a,b", "A,C", "b,", "Ｂ,D"), KEY)
    assert np.array_equal(found.points, [[1, 1], [0, np.nan], [0, 0]], equal_nan=True)
    assert found.chosen.tolist() == [[1, 4], [2, 0], [2, 8]]
    assert found.keys == (1, 4)


def test_several_letters_in_any_writing():
    found = read_responses(csv("a", "ACD", '"A、C、D"', "dca", "AC"), csv("item,key", "a,ACD"))
    assert found.points.ravel().tolist() == [1, 1, 1, 0]


def test_judgements_in_any_writing():
    found = read_responses(csv("a,b", "√,1", "对,", "正确,", "×,", "错,"), csv("item,key", "a,√", "b,1"))
    assert found.chosen.tolist() == [[1, 1], [1, 0], [1, 0], [2, 0], [2, 0]]
    assert found.options == (("√", "×"), ("√", "×"))


@pytest.mark.parametrize(
    ("key", "cells", "options"),
    [
        ("F", ["T", "F"], ("√", "×")),
        ("T", ["T", "F"], ("√", "×")),
        ("F", ["F", "E", "A"], ("A", "B", "C", "D", "E", "F")),
        ("A", ["A", "B", "B"], ("A", "B")),
        ("A", ["A", "B", "C"], ("A", "B", "C")),
    ],
)
def test_which_options_stand_on_the_paper(key, cells, options):
    found = read_responses(csv("a", *cells), csv("item,key", f"a,{key}"))
    assert found.options == (options,)


def test_options_nobody_chose_are_known_from_the_other_items():
    found = read_responses(csv("a,b", "A,D", "C,C"), KEY)
    assert found.options == (("A", "B", "C", "D"), ("A", "B", "C", "D"))


@pytest.mark.parametrize("options", ["ABCDE", "5", "A、B、C、D、E"])
def test_options_may_be_told(options):
    found = read_responses(csv("a", "A", "E"), csv("item,key,options", f"a,A,{options}"))
    assert found.options == (("A", "B", "C", "D", "E"),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_files_in_usual_encodings(encoding):
    found = read_responses(
        csv("第1题,第2题", "A,√", encoding=encoding),
        csv("题号,答案", "第1题,A", "第2题,√", encoding=encoding),
    )
    assert found.items == ("第1题", "第2题")
    assert found.points.tolist() == [[1, 1]]


@pytest.mark.parametrize("line", ["1\t0", "1;0"])
def test_other_separators(line):
    found = read_responses(csv(line.replace("1", "a").replace("0", "b"), line))
    assert found.points.tolist() == [[1, 0]]


def test_what_spreadsheets_leave_behind():
    """Empty columns at the end, empty lines between, Windows line ends."""
    found = read_responses(b"a,b,,\r\n1,0,,\r\n\r\n0,1,,\r\n")
    assert found.points.tolist() == [[1, 0], [0, 1]]


def test_a_person_who_answered_nothing_is_a_person():
    assert len(read_responses(csv("a,b", ",", "1,1")).points) == 2


REFUSED = [
    ("empty_file", b"", None, "作答文件是空的"),
    ("empty_file", b" \n\n", None, "作答文件是空的"),
    ("no_rows", b"a,b\n", None, "作答文件只有题号、没有作答"),
    ("ragged_rows", b"a,b\n1\n", None, "作答文件第2行有1格，应有2格"),
    ("ragged_rows", b"a,b\n1,0\n1,0,1\n", None, "作答文件第3行有3格，应有2格"),
    ("blank_item", b"a,,c\n1,0,1\n", None, "第1行第2列没有题号"),
    ("duplicate_items", b"a,a\n1,0\n", None, "题号“a”出现了两次（第2列）"),
    ("unknown_cell", b"a,b\n1,2\n", None, "第2行“b”是“2”，不是0或1"),
    ("unknown_cell", b"a,b\nA,B\n", None, "第2行“a”是“A”，不是0或1"),
    ("unknown_cell", b"a,b\nA,X\n", KEY, "第2行“b”是“X”，不是A到D的选项"),
    ("unknown_cell", b"a,b\nA,E\n", KEY, "第2行“b”是“E”，不是A到D的选项"),
    ("unknown_cell", b"a,b\nA,1\n", KEY, "第2行“b”是“1”，不是A到D的选项"),
    ("unknown_cell", "a\n也许\n".encode(), "item,key\na,√\n".encode(), "第2行“a”是“也许”，不是对错（√、×）"),
    ("missing_keys", b"a,b\nA,B\n", b"item,key\na,A\n", "答案文件里没有“b”的答案"),
    ("missing_keys", b"a,b\nA,B\n", b"item,key\na,A\nb,\n", "答案文件第3行没有写“b”的答案"),
    ("unknown_keys", b"a\nA\n", b"item,key\na,A\nz,B\n", "答案文件第3行的题号“z”不在作答文件里"),
    ("duplicate_keys", b"a\nA\n", b"item,key\na,A\na,B\n", "答案文件第3行的题号“a”重复"),
    ("bad_key", b"a\nA\n", "item,key\na,不详\n".encode(), "答案文件第2行“a”的答案“不详”不能识别"),
    ("bad_key_file", b"a\nA\n", b"question,answer\na,A\n", "答案文件的第1行应写item和key两列"),
    ("empty_file", b"a\nA\n", b"", "答案文件是空的"),
    ("bad_csv", b'a,b\n"1,0\n', None, "作答文件的引号不成对"),
    ("not_text", b"PK\x03\x04\x00\x00\x00\x01", None, "作答文件不是可以识别的文本"),
    ("encoding", b"a,b\n\xff\xff,1\n", None, "作答文件不是可以识别的文本"),
]


@pytest.mark.parametrize(
    ("code", "data", "key", "words"), REFUSED, ids=[f"{one[0]}-{n}" for n, one in enumerate(REFUSED)]
)
def test_what_does_not_fit_is_refused_with_its_place(code, data, key, words):
    with pytest.raises(Invalid) as refusal:
        read_responses(data, key)
    assert refusal.value.code == code
    assert refusal.value.message.startswith(words)


def test_many_problems_are_counted_and_the_first_shown():
    with pytest.raises(Invalid) as refusal:
        read_responses(csv("a", *["2"] * 8))
    assert refusal.value.message.count("不是0或1") == 5
    assert "……共8处。" in refusal.value.message
