"""Error values that stand in the cells of a table: #N/A and its like are no content."""

from __future__ import annotations

import io

import pytest
import xlwt

from questionbanks.formats import registry
from questionbanks.formats.check import tally
from tests.bank_files import PLAIN, with_cell

ERROR_FIX = "在这一格直接填写内容"


@pytest.mark.parametrize("cell", ["A2", "C2", "F2"], ids=["the stem", "a choice", "the answer"])
@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?"])
def test_a_pasted_error_value_breaks_the_item(cell: str, error: str) -> None:
    parsed = registry.parse(with_cell(cell, f'<c r="{cell}" s="0" t="e"><v>{error}</v></c>'))
    counted = tally(parsed)
    assert (counted.found, counted.importable, counted.broken) == (1, 0, 1)
    found = [(p.where, p.message, p.fix, p.severity) for p in parsed.problems if p.code == "error_value"]
    assert found == [("Sheet1 第2行", f"{cell}（{error}）里是错误值，不是内容", ERROR_FIX, "broken")]


@pytest.mark.parametrize("column", [0, 2, 5], ids=["the stem", "a choice", "the answer"])
def test_an_error_value_of_an_xls_breaks_the_item(column: int) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("题", cell_overwrite_ok=True)
    for place, name in enumerate(PLAIN):
        sheet.write(0, place, name)
        sheet.write(1, place, ["谁？", *"甲乙丙丁", "A"][place])
        sheet.write(2, place, ["哪个？", *"甲乙丙丁", "B"][place])
    sheet.row(1).set_cell_error(column, 42)  # #N/A
    buffer = io.BytesIO()
    book.save(buffer)
    parsed = registry.parse(buffer.getvalue(), name="题库.xls")
    counted = tally(parsed)
    assert (counted.found, counted.importable, counted.broken) == (2, 1, 1)
    message = f"{'ABCDEF'[column]}2（#N/A）里是错误值，不是内容"
    assert ("题 第2行", message) in [(p.where, p.message) for p in parsed.problems if p.code == "error_value"]
