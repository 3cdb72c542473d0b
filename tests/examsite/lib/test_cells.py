"""Cells: text stays text whatever it begins with, numbers stay numbers."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest

from examsite.lib.cells import add_sheet, book_bytes, csv_bytes, new_book

RISKY = ["=1+1", "+86", "-2", "@SUM(A1)", "\tx", "\rx", "＝1", "＋1", "－1", "＠a"]


@pytest.mark.parametrize("text", RISKY)
def test_t52_a_risky_text_is_no_formula_in_xlsx(text: str) -> None:
    book = new_book()
    add_sheet(book, "表", ["列"], [[text]])
    cell = openpyxl.load_workbook(io.BytesIO(book_bytes(book)))["表"]["A2"]
    assert cell.data_type == "s"
    assert cell.value.strip() == text.strip()


@pytest.mark.parametrize("text", RISKY)
def test_t52_a_risky_text_is_defused_in_csv(text: str) -> None:
    lines = csv_bytes(["列"], [[text]]).decode("utf-8-sig")
    assert f"'{text.rstrip()}" in lines


def test_numbers_stay_numbers_and_control_characters_go() -> None:
    book = new_book()
    add_sheet(book, "表", ["a", "b", "c"], [[3, Decimal("1.5"), "甲\x0b乙"]])
    row = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(book_bytes(book)))["表"][2]]
    assert row == [3, 1.5, "甲乙"]
