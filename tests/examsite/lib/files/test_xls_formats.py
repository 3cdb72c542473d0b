"""Which cells of an xls file are shown as a percentage, and which are errors."""

from __future__ import annotations

import io

import pytest
import xlwt

from examsite.lib.files.xls_formats import XlsCells, special_cells


def xls(*formats: str) -> bytes:
    """Two sheets; on the first 0.5 in every format, a row each, in column B."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("甲")
    book.add_sheet("乙").write(0, 0, 0.5)
    for row, shown in enumerate(formats):
        sheet.write(row, 1, 0.5, xlwt.easyxf(num_format_str=shown))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_cells_by_sheet_with_row_numbers_from_one() -> None:
    assert special_cells(xls("0.0", "0%", "General", "0.00%")) == {
        "甲": XlsCells(frozenset({(2, 1), (4, 1)})),
        "乙": XlsCells(),
    }


def test_a_book_without_percentages_has_none() -> None:
    assert special_cells(xls("0.0")) == {"甲": XlsCells(), "乙": XlsCells()}


def test_errors_by_what_they_show() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("甲")
    for row, code in enumerate((42, 23, 15, 7)):
        sheet.row(row).set_cell_error(row, code)
    sheet.write(4, 0, "#N/A")
    buffer = io.BytesIO()
    book.save(buffer)
    errors = {(1, 0): "#N/A", (2, 1): "#REF!", (3, 2): "#VALUE!", (4, 3): "#DIV/0!"}
    assert special_cells(buffer.getvalue()) == {"甲": XlsCells(errors=errors)}


@pytest.mark.parametrize("data", [b"", b"no workbook", xls("0%")[:1000]], ids=["empty", "text", "cut off"])
def test_formats_that_cannot_be_read_are_not_known(data: bytes) -> None:
    assert special_cells(data) is None
