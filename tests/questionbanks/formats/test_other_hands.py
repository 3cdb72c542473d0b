"""What holds for every kind of file by other hands: its name and its encoding."""

from __future__ import annotations

import pytest

from questionbanks.formats import registry
from questionbanks.formats.base import Unreadable
from questionbanks.formats.check import broken_places
from questionbanks.formats.fields import default_kind
from tests.other_hands import TWO, outline, text

# -- the kind in a name -------------------------------------------------------------------------------------


NAMES = {
    "单选题": "single",
    "判断": "true_false",
    "judge": "true_false",
    "multiple choice": "",
    "单选多选判断题": "",
    "bank_text_2": "",
    "w07_radio": "",
    "法治题库": "",
}


@pytest.mark.parametrize(("name", "kind"), NAMES.items())
def test_the_kind_in_the_name_of_a_sheet_or_file(name: str, kind: str) -> None:
    assert default_kind(name) == kind


def test_a_name_decides_nothing_against_the_content() -> None:
    parsed = text("1. 谁？\nA. 甲\nB. 乙\nC. 丙\n答案：甲\n", name="简答题库.txt")
    assert outline(parsed) == [("谁？", ("甲", "乙", "丙"), ("A",))]


# -- encodings ----------------------------------------------------------------------------------------------


_ITEM = "1. 谁（ ）。\r\nA. 甲\r\nB. 乙\r\nC. 丙\r\nD. 丁\r\n答案：B\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_with_and_without_a_mark(encoding: str) -> None:
    assert outline(registry.parse(_ITEM.encode(encoding))) == [TWO[0]]


def test_a_damaged_byte_breaks_its_item_and_no_other() -> None:
    body = (_ITEM + "2. 几个村（ ）。\r\nA. 一\r\nB. 二\r\nC. 三\r\nD. 四\r\n答案：D\r\n") * 30
    raw = body.encode().replace("几个村".encode(), "几个".encode() + b"\xe6\x9d", 1)
    parsed = registry.parse(raw)
    assert len(parsed.questions) == 60
    assert broken_places(parsed) == {parsed.questions[1].where}
    assert "damaged_text" in {one.code for one in parsed.problems}


def test_bytes_of_another_kind_are_still_refused() -> None:
    with pytest.raises(Unreadable):
        registry.parse(bytes(range(128, 256)) * 40)
